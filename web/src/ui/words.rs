//! The page's own words: progress, complaints about the form, and failures that arise in the page itself. What can go
//! wrong in the engine has its words in [`restante_engine::api`].

use restante_engine::api::{Failure, FailureKind, Stage};
use restante_protocol::pop3::UrlError;

use super::format;
use super::state::{BadBridge, Complaint};

/// What is happening now, for the status line while a mailbox is opened.
pub fn opening(stage: Stage) -> &'static str {
    match stage {
        Stage::Connecting => "Connecting to the mail server…",
        Stage::Securing => "Checking the certificate…",
        Stage::Greeting => "Waiting for the server's greeting…",
        Stage::SigningIn => "Signing in…",
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } => "Opening the mailbox…",
        Stage::Closing => "Closing…",
    }
}

/// What is happening in an open mailbox of this many messages, apart from the count of headers.
pub fn working(stage: Option<Stage>) -> Option<String> {
    match stage? {
        Stage::Message { octets, of: 0 } => Some(format!("fetching a message, {}", format::octets(octets))),
        Stage::Message { octets, of } => {
            Some(format!("fetching a message, {} of {}", format::octets(octets.min(of)), format::octets(of)))
        }
        Stage::Connecting | Stage::Securing | Stage::Greeting | Stage::SigningIn => Some("connecting again".into()),
        Stage::Closing => Some("closing".into()),
        Stage::Headers { .. } | Stage::Idle { .. } => None,
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

/// The failure of an engine that cannot be started or has stopped.
pub fn engine_lost(detail: String) -> Failure {
    Failure::new(FailureKind::Internal, detail)
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
        let stage = Stage::Message { octets: 2048, of: 0 };
        assert_eq!(working(Some(stage)).as_deref(), Some("fetching a message, 2 KB"));
    }
}
