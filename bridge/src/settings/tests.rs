use std::time::Duration;

use clap::{CommandFactory, Parser};

use super::*;
use crate::http::authority::Authority;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
}

fn settings(flags: &[&str]) -> Settings {
    Cli::try_parse_from(std::iter::once(&"restante").chain(flags)).unwrap().settings
}

fn config(flags: &[&str]) -> Result<Config, BadSettings> {
    settings(flags).into_config()
}

#[test]
fn the_defaults_that_the_help_names_are_the_ones_in_force() {
    let help = Cli::command().render_long_help().to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let limits = Limits::default();
    for (flag, value) in [
        ("--idle-timeout <SECONDS>", limits.idle_timeout.as_secs()),
        ("--drain-timeout <SECONDS>", limits.drain_timeout.as_secs()),
        ("--session-timeout <SECONDS>", limits.session_timeout.as_secs()),
        ("--max-connections <NUMBER>", limits.max_connections as u64),
        ("--max-tunnels <NUMBER>", limits.max_tunnels as u64),
        ("--max-tunnels-per-client <NUMBER>", limits.max_tunnels_per_client as u64),
        ("--openings-per-minute <NUMBER>", limits.openings_per_minute.into()),
        ("--bytes-per-second <BYTES>", limits.bytes_per_second),
        ("--submission-idle-timeout <SECONDS>", limits.submission_idle_timeout.as_secs()),
        ("--submission-openings-per-day <NUMBER>", limits.submission_openings_per_day.into()),
        ("--submission-bytes-per-day <BYTES>", limits.submission_bytes_per_day),
    ] {
        let at = help.find(flag).unwrap();
        let entry = &help[at..at + help[at..].find("[env").unwrap()];
        assert!(entry.contains(&format!("[default: {value}]")), "{entry}");
    }
    assert!(help.contains(&format!("[default: {DEFAULT_LISTEN}]")));
}

#[test]
fn beyond_loopback_an_allow_list_is_required() {
    assert!(matches!(config(&["--listen", "0.0.0.0:0"]), Err(BadSettings::OpenRelay(_))));
    assert!(matches!(config(&["--listen", "[::]:0"]), Err(BadSettings::OpenRelay(_))));
    assert!(config(&["--listen", "0.0.0.0:0", "--allow", "pop.example.org"]).unwrap().policy.is_listed());
    assert!(config(&["--listen", "[::1]:0"]).is_ok());
}

#[test]
fn strangers_send_no_mail_where_others_than_this_machine_come() {
    let open = |flags: &[&str]| config(&[&["--allow", "pop.example.org"], flags].concat());
    let send = |flags: &[&str]| open(&[&["--allow-submission", "smtp.example.org"], flags].concat());
    assert!(send(&[]).unwrap().policy.has_submission());
    assert!(send(&["--listen", "[::1]:0"]).is_ok());
    let beyond: [&[&str]; 4] = [
        &["--listen", "0.0.0.0:0"],
        &["--listen", "[::]:0"],
        &["--host", "mail.example.org"],
        &["--trust-proxy", "127.0.0.1/32"],
    ];
    for flags in beyond {
        assert!(matches!(send(flags), Err(BadSettings::OpenSubmission)), "{flags:?}");
        assert!(open(flags).is_ok() && send(&[flags, &["--require-token"]].concat()).is_ok(), "{flags:?}");
    }
    assert!(send(&["--trust-proxy", "127.0.0.1/32", "--identity-header", "x-user"]).is_ok());
}

#[test]
fn what_opens_the_way_to_every_server_or_to_port_25_is_no_setting() {
    for (flag, entry) in [
        ("--allow-submission", "*"),
        ("--allow-submission", "0.0.0.0/0"),
        ("--allow-submission", "smtp.example.org:25"),
        ("--allow", "smtp.example.org:25"),
        ("--allow", "smtp.example.org:465"),
        ("--allow", "*:587"),
    ] {
        let refused = Cli::try_parse_from(["restante", flag, entry]).unwrap_err().to_string();
        assert!(refused.contains(entry) && refused.contains("mail is "), "{refused}");
    }
}

#[test]
fn flags_become_limits() {
    let limits = config(&["--idle-timeout", "7", "--max-tunnels", "1"]).unwrap().limits;
    assert_eq!((limits.idle_timeout, limits.max_tunnels), (Duration::from_secs(7), 1));
    assert_eq!(limits.session_timeout, Limits::default().session_timeout);
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"
        listen = "0.0.0.0:995"
        allow = ["pop.example.org", "192.0.2.0/24:110"]
        allow-submission = ["smtp.example.org"]
        trust-proxy = ["10.0.0.0/8"]
        proxy-protocol = true
        [limits]
        idle-timeout = 60
        drain-timeout = 5
        [[token]]
        name = "team"
        sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        max-tunnels = 3
        allow-submission = ["smtp.team.example:587"]
        allow = ["pop.team.example"]
    "#;
    std::fs::write(file.path(), text).unwrap();
    let merged = settings(&["--idle-timeout", "7", "--allow", "*.example.net"]).over_file(file.path()).unwrap();
    assert_eq!(merged.listen().to_string(), "0.0.0.0:995");
    assert_eq!(merged.allow, ["*.example.net".parse().unwrap()]);
    assert_eq!(merged.allow_submission, ["smtp.example.org".parse().unwrap()]);
    assert_eq!((merged.limits.idle_timeout, merged.limits.drain_timeout), (Some(7), Some(5)));
    let config = merged.into_config().unwrap();
    assert!(config.tokens.are_listed() && config.proxy_protocol);
    assert!(config.proxies.contains("10.1.2.3".parse().unwrap()));
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    assert!(matches!(config(&["--proxy-protocol"]), Err(BadSettings::NoProxies)));
    assert!(matches!(config(&["--identity-header", "x-user"]), Err(BadSettings::NobodyIdentifies)));
    let both = ["--identity-header", "x-user", "--trust-proxy", "10.0.0.0/8", "--proxy-protocol"];
    assert!(matches!(config(&both), Err(BadSettings::NobodyIsBelieved)));
    assert!(matches!(config(&["--tls-cert", "chain.pem"]), Err(BadSettings::HalfCertificate)));
    let token =
        |name: &str| toml::from_str::<Token>(&format!("name = {name:?}\nsha256 = {:?}", "a".repeat(64))).unwrap();
    let twice = Settings { token: vec![token("a"), token("b"), token("a")], ..Settings::default() };
    assert!(matches!(twice.into_config(), Err(BadSettings::SameName(name)) if name == "a"));
}

#[test]
fn a_certificate_comes_from_files_or_from_an_authority() {
    let acme = ["--acme-domain", "Mail.Example.org", "--acme-cache", "/nonexistent"];
    let good = config(&[&acme[..], &["--listen", "0.0.0.0:443", "--allow", "pop.example.org"]].concat()).unwrap();
    assert!(good.acme.is_some());
    for (host, known) in [("mail.example.org", true), ("other.example.org", false)] {
        assert_eq!(good.origins.check_host(&Authority::parse(host).unwrap()).is_ok(), known, "{host}");
    }
    let both = config(&[&acme[..], &["--tls-cert", "chain.pem", "--tls-key", "key.pem"]].concat());
    assert!(matches!(both, Err(BadSettings::TwoCertificates)));
    assert!(matches!(config(&acme[..2]), Err(BadSettings::NoCache)));
    assert!(matches!(config(&acme[2..]), Err(BadSettings::NoDomain)));
    let half = config(&[&acme[..], &["--acme-eab-id", "id-1"]].concat());
    assert!(matches!(half, Err(BadSettings::HalfExternalAccount)));
    let alone = config(&["--acme-eab-id", "id-1", "--acme-eab-key", "/nonexistent"]);
    assert!(matches!(alone, Err(BadSettings::NoDomain)));
    let unread = config(&[&acme[..], &["--acme-eab-id", "id-1", "--acme-eab-key", "/nonexistent"]].concat());
    assert!(matches!(unread, Err(BadSettings::Acme(BadAcme::ExternalKey(..)))));
    let contact = config(&[&acme[..], &["--acme-contact", "ana@example.org"]].concat());
    assert!(matches!(contact, Err(BadSettings::Acme(_))));
}

#[test]
fn name_servers_are_read_with_their_port_or_the_usual_one() {
    let given = settings(&["--nameserver", "192.0.2.1", "--nameserver", "[2001:db8::1]:5353"]).nameserver;
    assert_eq!(given, ["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:5353".parse().unwrap()]);
    for wrong in ["dns.example", "192.0.2.1:0", "192.0.2.1:x", ""] {
        assert!(Cli::try_parse_from(["restante", "--nameserver", wrong]).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_token_stands_in_for_an_allow_list_beyond_loopback() {
    let token = toml::from_str::<Token>(&format!("name = \"a\"\nsha256 = {:?}", "a".repeat(64))).unwrap();
    let listen = Some("0.0.0.0:0".parse().unwrap());
    assert!(Settings { token: vec![token], listen, ..Settings::default() }.into_config().is_ok());
    assert!(config(&["--listen", "0.0.0.0:0", "--require-token"]).unwrap().requires_token);
}
