//! What is told of the dialogue with a mail server, on the screen and in a report.

use restante_api::{Choice, Omission, SaidLine, Security, SessionLog, Stage, TlsEnd};
use restante_locales::{at_fault, detail, headline, say};

use crate::ui::browser::dates;
use crate::ui::state::bridge;

/// What is known of a connection, by name.
pub fn facts(log: &SessionLog) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (say::diagnosis_server(), say::diagnosis_server_port(&log.host, &log.port.to_string())),
        (say::session_address(), log.peer.clone()),
        (
            say::diagnosis_purpose(),
            if log.is_submission { say::diagnosis_submits() } else { say::diagnosis_fetches() }.into(),
        ),
        (
            say::diagnosis_bridge(),
            log.bridge.as_deref().map_or_else(|| say::diagnosis_own_bridge().into(), |at| bridge::name(at).to_string()),
        ),
        (say::diagnosis_protection(), protection(log)),
    ];
    if let Some(tls) = &log.tls {
        facts.push((say::session_encryption(), format!("{}, {}", tls.version, tls.cipher_suite)));
        for certificate in std::iter::once(&tls.certificate).chain(&tls.issuers) {
            let (from, until) = (dates::day(certificate.not_before), dates::day(certificate.not_after));
            let told = say::diagnosis_certificate(&certificate.subject, &certificate.issuer, &from, &until);
            facts.push((say::diagnosis_certificates(), told));
        }
        if tls.trusted_by_fingerprint {
            facts.push((say::certificate_fingerprint(), tls.certificate.fingerprint.to_string()));
        }
    }
    if let Some(failure) = &log.failure {
        let reached = match log.reached {
            Stage::Connecting => say::diagnosis_reached_connecting(),
            Stage::Securing => say::diagnosis_reached_securing(),
            _ => say::diagnosis_reached_greeting(),
        };
        let told = [headline(failure).to_owned(), say::fault_of(at_fault(failure)), detail(failure)];
        facts.push((say::diagnosis_reached(), reached.into()));
        facts.push((
            say::diagnosis_ended(),
            told.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        ));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn protection(log: &SessionLog) -> String {
    let protection = match log.security {
        Security::Tls => say::diagnosis_tls(),
        Security::Starttls => say::diagnosis_starttls(),
        Security::None => return say::diagnosis_clear().into(),
    };
    match log.tls_end {
        TlsEnd::Browser => say::diagnosis_ends_here(protection),
        TlsEnd::Bridge => say::diagnosis_ends_at_bridge(protection),
    }
}

/// What was said, a line each, with the time in UTC: what a server's own log is compared with.
pub fn dialogue(log: &SessionLog) -> Vec<String> {
    let (mut lines, gap): (Vec<String>, _) = (log.lines.iter().map(line).collect(), log.gap);
    if let Some((at, left_out)) = gap.and_then(|(at, left_out)| Some((usize::try_from(at).ok()?, left_out)))
        && at <= lines.len()
    {
        lines.insert(at, say::diagnosis_gap(left_out));
    }
    lines
}

fn line(line: &SaidLine) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let second = line.at % DAY;
    let mut told = format!("{:02}:{:02}:{:02}Z ", second / 3600, second / 60 % 60, second % 60);
    told.push_str(if line.by_server { "S: " } else { "C: " });
    told.push_str(&line.text);
    if let Some(left_out) = line.left_out {
        if !line.text.is_empty() {
            told.push(' ');
        }
        told.push_str(&match left_out {
            Omission::Secret => say::diagnosis_secret().to_owned(),
            Omission::Lines(lines) => say::diagnosis_lines(lines),
            Omission::Octets(octets) => say::diagnosis_octets(octets),
        });
    }
    if let Some(why) = line.why {
        told.push_str("  ← ");
        told.push_str(match why {
            Choice::AskedFor => say::diagnosis_why_asked(),
            Choice::Strongest => say::diagnosis_why_strongest(),
            Choice::OneFlight => say::diagnosis_why_flight(),
            Choice::Unbound => say::diagnosis_why_unbound(),
            Choice::NothingAnnounced => say::diagnosis_why_nothing(),
        });
    }
    told
}

/// The connection that somebody most likely wants to see: the newest that failed, or on which it was signed in; one that was only
/// prepared for the next attempt tells little.
pub fn foremost(sessions: &[SessionLog]) -> usize {
    let tells = |log: &SessionLog| log.failure.is_some() || log.lines.iter().any(|line| line.why.is_some());
    sessions.iter().position(tells).unwrap_or(0)
}

/// When a connection began, as a machine writes it.
pub fn began(log: &SessionLog) -> String {
    i64::try_from(log.began).ok().and_then(dates::machine).unwrap_or_default()
}

/// All of it as a text.
pub fn report(sessions: &[SessionLog]) -> String {
    let now = dates::machine(dates::now()).unwrap_or_default();
    let mut report = say::diagnosis_report(env!("CARGO_PKG_VERSION"), &now);
    for log in sessions {
        report.push_str(&format!("\n\n== {} ==\n", began(log)));
        for (name, value) in facts(log) {
            report.push_str(&format!("{name}: {value}\n"));
        }
        for line in dialogue(log) {
            report.push_str(&line);
            report.push('\n');
        }
    }
    report
}
