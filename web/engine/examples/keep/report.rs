//! What happened, for a person or as JSON: one event a line.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use restante_api::Failure;
use restante_engine::sync::{Kept, Progress, Told};
use restante_locales::{advice, detail, headline};
use restante_store::StoreError;
use serde_json::{Value, json};

/// Why it ended early.
pub(crate) enum Trouble {
    /// The server, the network, or what was typed.
    Failure(Failure),
    /// The mailbox on this machine.
    Store(StoreError),
    /// Another file.
    File(String),
    /// The command line.
    Usage(String),
}

impl Trouble {
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File(format!("{}: {error}", path.display()))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Tells events.
pub(crate) struct Report {
    pub(crate) json: bool,
}

impl Report {
    /// Tells an event: its fields with `--json`, its words otherwise.
    pub(crate) fn event(&self, name: &str, mut fields: Value, words: &str) {
        let mut out = io::stdout().lock();
        // A reader that has gone away wants to hear no more.
        let _ = if self.json {
            if let Value::Object(fields) = &mut fields {
                fields.insert("event".into(), name.into());
            }
            writeln!(out, "{fields}")
        } else {
            writeln!(out, "{words}")
        };
    }

    /// Tells how the keeping goes on.
    pub(crate) fn told(&self, told: &Told) {
        match told {
            Told::Listed { messages, new, octets } => self.event(
                "listed",
                json!({ "messages": messages, "new": new, "octets": octets }),
                &format!("{messages} messages on the server, {new} of them new ({octets} octets)"),
            ),
            Told::Stage(_) => {}
            Told::Expires { days } => self.event(
                "expires",
                json!({ "days": days }),
                &format!("the server removes mail by itself, {days} days after it came at the earliest"),
            ),
            Told::Progress(progress) => self.progress(progress),
            Told::Delayed { wait } => self.event(
                "delayed",
                json!({ "seconds": wait.as_secs() }),
                &format!("the server wants a pause between logins: {} s", wait.as_secs()),
            ),
            Told::Kept { messages, octets } => self.event(
                "kept",
                json!({ "messages": messages, "octets": octets }),
                &format!("{messages} messages kept, {octets} octets"),
            ),
            Told::Failed { uid, fault, retry_at } => self.event(
                "failed-message",
                json!({ "uid": uid, "fault": fault, "retry_at": retry_at }),
                &format!("message {uid} is left for later: {fault}"),
            ),
            Told::Again { failure, wait } => self.event(
                "again",
                json!({ "kind": failure.kind.name(), "blame": failure.blame.name(), "seconds": wait.as_secs() }),
                &format!("{}; once more in {} s", headline(failure), wait.as_secs()),
            ),
            Told::Deleted { messages } => self.event(
                "deleted",
                json!({ "messages": messages }),
                &format!("{messages} messages deleted on the server"),
            ),
            Told::Unconfirmed { messages } => self.event(
                "unconfirmed",
                json!({ "messages": messages }),
                &format!("the server did not confirm that it deleted {messages} messages; the next run finds out"),
            ),
        }
    }

    fn progress(&self, progress: &Progress) {
        let Progress { messages, of_messages, octets, of_octets, rate, left } = *progress;
        let left = left.map(|left| left.as_secs());
        let fields = json!({
            "messages": messages, "of_messages": of_messages, "octets": octets, "of_octets": of_octets,
            "octets_per_second": rate, "seconds_left": left,
        });
        let rate = rate.map(|rate| format!(", {} KB/s", rate / 1000)).unwrap_or_default();
        let left = left.map(|left| format!(", {} min {:02} s left", left / 60, left % 60)).unwrap_or_default();
        let words = format!("{messages} of {of_messages} messages, {octets} of {of_octets} octets{rate}{left}");
        self.event("progress", fields, &words);
    }

    /// Tells what the keeping came to.
    pub(crate) fn kept(&self, kept: &Kept, messages: u64) {
        let Kept { messages: new, octets, known, failed, deleted, left } = kept;
        let fields = json!({
            "new": new, "octets": octets, "known": known, "failed": failed, "deleted": deleted, "left": left,
            "messages": messages,
        });
        let words = format!(
            "{new} messages fetched, {failed} left for later, {deleted} deleted on the server; {messages} here"
        );
        let paused = if *left > 0 { format!("; {left} are to come with the next run") } else { String::new() };
        self.event("done", fields, &(words + &paused));
    }

    /// Tells why it ended early, in one line on standard error (with `--json`, on standard output as well).
    pub(crate) fn failed(&self, trouble: &Trouble) -> ExitCode {
        let (kind, blame, detail, advice) = match trouble {
            Trouble::Failure(failure) => {
                let detail = match detail(failure).as_str() {
                    "" => headline(failure).to_owned(),
                    detail => format!("{} ({detail})", headline(failure)),
                };
                (failure.kind.name(), failure.blame.name(), detail, advice(failure))
            }
            Trouble::Store(error) => {
                let advice = match error {
                    StoreError::Full => {
                        "Make room, and run it again: nothing was deleted on the server that is not here."
                    }
                    StoreError::Corrupt(_) => {
                        "Write what can be read into a file with `rescue`, and begin with a new directory."
                    }
                    StoreError::InUse => "Wait until the other one has ended.",
                    StoreError::TooNew { .. } => "Use the later version.",
                    StoreError::NameTaken => "Choose another name.",
                    StoreError::NotFound(_) | StoreError::Access(_) | StoreError::Internal(_) => "Run `check`.",
                };
                ("store", "user", error.to_string(), advice.to_owned())
            }
            Trouble::File(error) => ("file", "user", error.clone(), "Choose another file.".to_owned()),
            Trouble::Usage(error) => ("usage", "user", error.clone(), "See --help.".to_owned()),
        };
        if self.json {
            self.event("failed", json!({ "kind": kind, "blame": blame, "detail": detail, "advice": advice }), "");
        }
        eprintln!("{}", format!("keep: {kind} (at fault: {blame}): {detail} {advice}").replace(['\r', '\n'], " "));
        if matches!(trouble, Trouble::Usage(_)) { ExitCode::from(2) } else { ExitCode::FAILURE }
    }
}
