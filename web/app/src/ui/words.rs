//! The page's own words: progress, complaints about the form, and failures that arise in the page itself. What can go
//! wrong in the engine has its words in [`restante_api`].

pub mod commands;
pub mod diagnosis;
pub mod kept;
pub mod preview;
pub mod write;

use restante_api::{Failure, FailureKind, Program, Reason, Stage, Wording};
use restante_link::Death;
use restante_locales::say;
use restante_protocol::pop3::UrlError;

use super::format;
use super::state::{BadBridge, Complaint, NotSanitised, Notice};

/// What is happening now, for the status line while a mailbox is opened.
pub fn opening(stage: Stage) -> &'static str {
    match stage {
        Stage::Connecting => say::stage_connecting(),
        Stage::Securing => say::stage_securing(),
        Stage::Greeting => say::stage_greeting(),
        Stage::SigningIn => say::stage_signing_in(),
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } | Stage::Waiting { .. } => {
            say::stage_opening()
        }
        Stage::Deleting { .. } | Stage::Closing => say::stage_closing(),
    }
}

/// What is happening in an open mailbox, apart from the count of headers.
pub fn working(stage: Option<Stage>) -> Option<String> {
    match stage? {
        Stage::Waiting { seconds, attempt, of } => Some(say::status_waiting(seconds, attempt, of)),
        Stage::Connecting | Stage::Securing | Stage::Greeting | Stage::SigningIn => Some(say::status_again().into()),
        Stage::Deleting { .. } | Stage::Closing => Some(say::status_closing().into()),
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } => None,
    }
}

/// How far the fetching of a message is.
pub fn fetching(progress: Option<(u64, u64)>) -> String {
    match progress {
        None => say::letter_fetching().into(),
        Some((octets, 0)) => say::letter_fetching_size(&format::octets(octets)),
        Some((octets, of)) => say::letter_fetching_of(&format::octets(octets.min(of)), &format::octets(of)),
    }
}

/// What is wrong with the form, and what to do.
pub fn complaint(complaint: Complaint) -> &'static str {
    match complaint {
        Complaint::Host => say::wrong_host(),
        Complaint::Port => say::wrong_port(),
        Complaint::User => say::wrong_user(),
        Complaint::Password => say::wrong_password(),
        Complaint::SignIn => say::wrong_sign_in(),
        Complaint::Token => say::wrong_token(),
        Complaint::Cleartext => say::wrong_cleartext(),
        Complaint::Bridge(BadBridge::Scheme) => say::wrong_bridge_scheme(),
        Complaint::Bridge(BadBridge::Clear) => say::wrong_bridge_clear(),
        Complaint::Bridge(BadBridge::Form) => say::wrong_bridge_form(),
        Complaint::Link(UrlError::Password) => say::wrong_link_password(),
        Complaint::Link(_) => say::wrong_link(),
    }
}

/// The failure of an engine that is no more.
pub fn engine_died(death: &Death) -> Failure {
    Failure::because(FailureKind::Internal, Reason::Died(Program::Engine, death.clone()))
}

/// What happened to the mailbox by itself.
pub fn notice(notice: Notice) -> String {
    match notice {
        Notice::Changed { before, now } if before == now => say::notice_begun_anew().into(),
        Notice::Changed { before, now } => say::notice_changed(before, now),
        Notice::Restarted => say::notice_restarted().into(),
    }
}

/// The failure of HTML that could not be made safe to show.
pub fn not_sanitised(why: &NotSanitised) -> Failure {
    let reason = match why {
        NotSanitised::Overtaken => Reason::Overtaken,
        NotSanitised::Died(death) => Reason::Died(Program::Sanitiser, death.clone()),
    };
    Failure::because(FailureKind::Internal, reason)
}

/// What is said within a letter's HTML.
pub fn of_html() -> Wording {
    Wording {
        opens: say::letter_link_opens(Wording::PLACE),
        writes: say::letter_link_writes(Wording::PLACE),
        cut: say::letter_html_cut().into(),
    }
}

/// The failure of files that could not be compared with their list; the reason is all there is to say.
pub fn not_compared(why: String) -> Failure {
    Failure::new(FailureKind::Internal, why)
}

/// The failure of a file that the browser would not take.
pub fn not_saved() -> Failure {
    Failure::because(FailureKind::Internal, Reason::NotSaved)
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
