//! The page's own words: progress, complaints about the form, and failures that arise in the page itself. What can go
//! wrong in the engine has its words in [`restante_api`].

pub mod kept;
pub mod preview;

use restante_api::{Failure, FailureKind, Stage};
use restante_link::Death;
use restante_protocol::pop3::UrlError;

use super::format;
use super::state::{BadBridge, Complaint, Notice};

/// What is happening now, for the status line while a mailbox is opened.
pub fn opening(stage: Stage) -> &'static str {
    match stage {
        Stage::Connecting => "Connecting to the mail server…",
        Stage::Securing => "Checking the certificate…",
        Stage::Greeting => "Waiting for the server's greeting…",
        Stage::SigningIn => "Signing in…",
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } | Stage::Waiting { .. } => {
            "Opening the mailbox…"
        }
        Stage::Deleting { .. } | Stage::Closing => "Closing…",
    }
}

/// What is happening in an open mailbox, apart from the count of headers.
pub fn working(stage: Option<Stage>) -> Option<String> {
    match stage? {
        Stage::Waiting { seconds, attempt, of } => {
            Some(format!("connection lost, trying again in {seconds} s ({attempt} of {of})"))
        }
        Stage::Connecting | Stage::Securing | Stage::Greeting | Stage::SigningIn => Some("connecting again".into()),
        Stage::Deleting { .. } | Stage::Closing => Some("closing".into()),
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } => None,
    }
}

/// How far the fetching of a message is.
pub fn fetching(progress: Option<(u64, u64)>) -> String {
    match progress {
        None => "Fetching the message…".into(),
        Some((octets, 0)) => format!("Fetching the message, {}", format::octets(octets)),
        Some((octets, of)) => {
            format!("Fetching the message, {} of {}", format::octets(octets.min(of)), format::octets(of))
        }
    }
}

/// What is wrong with the form, and what to do.
pub fn complaint(complaint: Complaint) -> &'static str {
    match complaint {
        Complaint::Host => "Type the name of your mail server, such as pop.example.org.",
        Complaint::Port => "The port is a number from 1 to 65535; 995 for TLS, 110 for STARTTLS.",
        Complaint::User => "Type your user name. It is often the whole mail address.",
        Complaint::Password => "Type your password.",
        Complaint::Token => "This bridge asks for an access token. Its operator gives it to you.",
        Complaint::Cleartext => "Without TLS, agree first that everything travels in clear text, or choose TLS.",
        Complaint::Bridge(BadBridge::Scheme) => {
            "The address of a bridge begins with wss://, such as wss://bridge.example.org/tunnel."
        }
        Complaint::Bridge(BadBridge::Clear) => {
            "Without TLS (ws://) a bridge may only be on this very machine. Use an address that begins with wss://."
        }
        Complaint::Bridge(BadBridge::Form) => {
            "This is no address of a bridge. It looks like wss://bridge.example.org/tunnel."
        }
        Complaint::Link(UrlError::Password) => {
            "The link holds a password, so it was not used: a password does not belong in a link. Use one without it."
        }
        Complaint::Link(_) => "The link is no address of a mailbox. It looks like pops://user@pop.example.org:995.",
    }
}

/// The failure of an engine that is no more.
pub fn engine_died(death: &Death) -> Failure {
    Failure::new(FailureKind::Internal, worker_died("The engine", death))
}

/// What became of one of the page's programs.
pub fn worker_died(which: &str, death: &Death) -> String {
    match death {
        Death::NotLoaded => format!("{which} could not be loaded."),
        Death::Trapped(what) if what.is_empty() => format!("{which} stopped by an error."),
        Death::Trapped(what) => format!("{which} stopped by an error: {what}"),
        Death::Hung => format!("{which} did not answer any more and was ended."),
    }
}

/// What happened to the mailbox by itself.
pub fn notice(notice: Notice) -> String {
    match notice {
        Notice::Changed { before, now } if before == now => {
            "The mailbox has changed on the server, so the list was started anew.".into()
        }
        Notice::Changed { before, now } => format!(
            "The mailbox has changed on the server: it had {} messages and has {} now. The list was started anew.",
            format::count(before),
            format::count(now)
        ),
        Notice::Restarted => {
            "Restante's engine stopped and was started anew. If a message did that, the others are not affected.".into()
        }
    }
}

/// The failure of HTML that could not be made safe to show.
pub fn not_sanitised(detail: String) -> Failure {
    Failure::new(FailureKind::Internal, format!("The HTML could not be made safe to show: {detail}"))
}

/// The failure of files that could not be compared with their list; the reason is all there is to say.
pub fn not_compared(why: String) -> Failure {
    Failure::new(FailureKind::Internal, why)
}

/// The failure of a file that the browser would not take.
pub fn not_saved() -> Failure {
    Failure::new(FailureKind::Internal, "The browser would not take the file.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_unknown_size_shows_no_total() {
        assert_eq!(fetching(Some((2048, 0))), "Fetching the message, 2 KB");
        assert_eq!(fetching(Some((2048, 1024))), "Fetching the message, 1 KB of 1 KB");
    }
}
