//! What happened, for a person or as JSON: one event a line.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use restante_api::{Failure, FailureKind};
use restante_locales::{advice, detail, headline};
use serde_json::{Value, json};

/// The exit status where a part was fetched, or deleted, and another was not.
const PARTLY: u8 = 3;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Of the mail server, the network or the user.
    Failure(Failure),
    /// Of this machine's disk.
    Disk(String),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Tells events, and counts them.
pub(crate) struct Report {
    json: bool,
    started: Instant,
    pub(crate) messages: u32,
    pub(crate) octets: u64,
    /// Messages that were not fetched.
    pub(crate) refused: u32,
    /// Messages that were to be deleted, and those that were.
    pub(crate) to_delete: u32,
    pub(crate) deleted: u32,
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, started: Instant::now(), messages: 0, octets: 0, refused: 0, to_delete: 0, deleted: 0 }
    }

    /// Tells an event: its fields with `--json`, its words otherwise; an event without words is for JSON alone.
    pub(crate) fn event(&self, name: &str, fields: Value, words: Option<String>) {
        if self.json {
            self.line(name, fields);
        } else if let Some(words) = words {
            eprintln!("{}", printable(&words));
        }
    }

    /// Tells a message that was fetched. Nothing is formatted unless somebody reads it: there may be millions.
    pub(crate) fn message(&mut self, number: u32, octets: u64) {
        self.messages += 1;
        self.octets += octets;
        if self.json {
            self.line("message", json!({ "number": number, "octets": octets }));
        }
    }

    /// Names a message that was not fetched, on standard error whatever else is told there.
    pub(crate) fn missed(&mut self, number: u32, uid: Option<&str>, why: &Failure) {
        self.refused += 1;
        let id = uid.map(|uid| format!(" (unique-id {uid})")).unwrap_or_default();
        let words = match (&why.kind, why.detail.as_str()) {
            (FailureKind::TooLarge, detail) => format!("not fetched: {detail}"),
            (_, "") => "the server refuses it, and does not say why".to_owned(),
            (_, said) => format!("the server refuses it: {said}"),
        };
        eprintln!("{}", printable(&format!("Message {number}{id}: {words}")));
        if self.json {
            let Failure { kind, blame, detail, .. } = why;
            let fields = json!({
                "number": number, "uid": uid, "kind": kind.name(), "blame": blame.name(), "detail": detail,
            });
            self.line("refused", fields);
        }
    }

    /// Tells how it ended, where it came to an end: with everything that was wanted, or with a part of it.
    pub(crate) fn summary(&self) -> ExitCode {
        let seconds = self.started.elapsed().as_secs_f64();
        let Self { messages, octets, refused, deleted, .. } = self;
        let fields = json!({
            "messages": messages, "octets": octets, "refused": refused, "deleted": deleted, "seconds": seconds,
        });
        if self.json {
            self.line("done", fields);
        } else {
            println!("{messages} messages, {octets} octets, {refused} refused, {deleted} deleted, in {seconds:.2} s");
        }
        if *deleted < self.to_delete {
            eprintln!("{} of the messages that were fetched are still on the server.", self.to_delete - deleted);
        }
        let is_whole = *refused == 0 && *deleted == self.to_delete;
        if is_whole { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) }
    }

    /// Tells a failure in one line: kind, who is at fault, the rule, advice.
    pub(crate) fn failed(&self, trouble: &Trouble) -> ExitCode {
        let (kind, blame, rfc, detail, advice) = match trouble {
            Trouble::Failure(failure) => {
                let rfc = rule_in(&failure.detail).or_else(|| failure.kind.rfc().map(str::to_owned));
                let detail = match detail(failure).as_str() {
                    "" => headline(failure).to_owned(),
                    detail => format!("{} ({detail})", headline(failure)),
                };
                (failure.kind.name(), failure.blame.name(), rfc, detail, advice(failure))
            }
            Trouble::Disk(error) => {
                let advice =
                    "Nothing was deleted on the server that is not safe here. Make room, or choose another place.";
                ("disk", "user", None, error.clone(), advice.to_owned())
            }
        };
        if self.json {
            let fields = json!({
                "kind": kind, "blame": blame, "rfc": rfc, "detail": detail, "advice": advice, "messages": self.messages,
                "refused": self.refused,
            });
            self.line("failed", fields);
        } else {
            let rfc = rfc.map(|rfc| format!(", {rfc}")).unwrap_or_default();
            let line = format!("fetch: {kind} (at fault: {blame}{rfc}): {detail} {advice}");
            eprintln!("{}", printable(&line));
        }
        ExitCode::FAILURE
    }

    /// Tells that the command line is wrong.
    pub(crate) fn wrong(&self, what: &str) -> ExitCode {
        self.event("wrong", json!({ "what": what }), Some(format!("fetch: {what}")));
        ExitCode::from(2)
    }

    fn line(&self, name: &str, mut fields: Value) {
        if let Value::Object(fields) = &mut fields {
            fields.insert("event".into(), name.into());
        }
        // A reader that has gone away wants to hear no more.
        let _ = writeln!(std::io::stdout().lock(), "{fields}");
    }
}

/// One line without what a terminal obeys: much of it is what a server says.
fn printable(line: &str) -> String {
    line.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// The `RFC n, section s` that a detail names.
fn rule_in(detail: &str) -> Option<String> {
    let start = detail.rfind("RFC ")?;
    let end = detail[start..].find(')').map_or(detail.len(), |end| start + end);
    Some(detail[start..end].to_owned())
}
