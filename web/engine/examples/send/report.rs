//! What happened, for a person or as JSON: one event a line.

use std::path::Path;
use std::process::ExitCode;

use restante_api::Failure;
use restante_engine::submission::{Fate, Outcome, Standing, of_refusal};
use restante_locales::{detail, headline};
use restante_protocol::smtp::{Event, Letter, Refusal};
use serde_json::{Value, json};

/// Tells events.
pub(crate) struct Report {
    pub(crate) json: bool,
}

impl Report {
    /// Tells what only somebody with `--json` wants to know.
    pub(crate) fn heard(&self, event: &Event) {
        match event {
            Event::MechanismChosen { mechanism, why, .. } => {
                self.line("mechanism", json!({ "mechanism": mechanism.name(), "why": why.to_string() }));
            }
            Event::Quirk(quirk) => {
                self.line("quirk", json!({ "name": quirk.name(), "servers": quirk.servers() }));
            }
            _ => {}
        }
    }

    /// Tells what became of a letter. Whether every recipient was accepted.
    pub(crate) fn outcome(&self, file: &Path, letter: &Letter, outcome: &Outcome) -> bool {
        let message = file.display().to_string();
        let mut is_whole = true;
        for (recipient, standing) in letter.recipients().iter().zip(&outcome.recipients) {
            let address = recipient.mailbox.to_string();
            let refusal = match standing {
                Standing::Accepted => None,
                Standing::Untold => Some("it did not come to that".to_owned()),
                Standing::Refused(refusal) => Some(words(&of_refusal(refusal))),
            };
            is_whole &= refusal.is_none();
            let fields = json!({
                "message": message, "address": address, "accepted": refusal.is_none(), "code": code(standing),
                "detail": refusal,
            });
            self.line("recipient", fields);
            if let (Some(why), Standing::Refused(_)) = (&refusal, standing) {
                complain(&format!("{message}: {address} was not accepted: {why}"));
            }
        }
        let (fate, detail) = match &outcome.fate {
            Fate::Sent(reply) => ("sent", format!("{} {}", reply.code, reply.text)),
            Fate::Refused(refusal) => ("refused", words(&of_refusal(refusal))),
            Fate::NotSent(failure) => ("not-sent", words(failure)),
            Fate::Perhaps(failure) => ("perhaps-sent", words(failure)),
        };
        self.line("letter", json!({ "message": message, "fate": fate, "detail": detail }));
        match &outcome.fate {
            Fate::Sent(_) if !self.json => println!("{}", printable(&format!("{message}: sent: {detail}"))),
            Fate::Sent(_) => {}
            Fate::Perhaps(_) => complain(&format!(
                "{message}: perhaps sent: {detail} The answer to the letter's end did not come. To send it again may be to \
                 send it twice."
            )),
            _ => complain(&format!("{message}: not sent: {detail}")),
        }
        if outcome.without_reports {
            complain(&format!("{message}: the server makes no delivery reports (DSN)"));
        }
        is_whole
    }

    /// The command line is wrong, or a letter.
    pub(crate) fn wrong(&self, what: &str) -> ExitCode {
        complain(&format!("send: {what}"));
        ExitCode::from(2)
    }

    fn line(&self, name: &str, mut fields: Value) {
        if self.json {
            fields["event"] = name.into();
            println!("{fields}");
        }
    }
}

fn code(standing: &Standing) -> Option<u16> {
    match standing {
        Standing::Refused(refusal) => Refusal::code(refusal).map(|code| code.value()),
        _ => None,
    }
}

/// Kind, who is at fault, what happened, and what the other side said.
fn words(failure: &Failure) -> String {
    let detail = match detail(failure) {
        detail if detail.is_empty() => headline(failure).to_owned(),
        detail => detail,
    };
    format!("{} (at fault: {}): {detail}", failure.kind.name(), failure.blame.name())
}

fn complain(text: &str) {
    eprintln!("{}", printable(text));
}

/// What a server says may hold anything, and a terminal obeys control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
