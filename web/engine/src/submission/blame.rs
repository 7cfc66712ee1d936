//! Who is at fault: what a submission session reports, as failures for a person.

use restante_api::{Blame, Failure, FailureKind};
use restante_protocol::smtp::{Advice, CannotStart, Fault, NoMechanism, ProtocolError, Refusal, RefusedBy, Retry};

/// The server broke the protocol.
pub(super) fn of_protocol_error(error: &ProtocolError) -> Failure {
    match error.fault {
        // Whoever put them there: it is the network's doing or the server's, and nobody can tell.
        Fault::ClearTextAfterStartTls => Failure::new(FailureKind::TlsFailed, error.to_string()).blamed(Blame::Network),
        _ => Failure::new(FailureKind::NotSmtp, error.to_string()),
    }
}

/// A login was refused.
pub fn of_login_refusal(refusal: &Refusal) -> Failure {
    let kind = match (&refusal.by, refusal.advice()) {
        (RefusedBy::NoMechanism(NoMechanism::ClearText), _) => FailureKind::CleartextNotAgreed,
        (RefusedBy::CannotStart(CannotStart::Unfit(..)), _) => FailureKind::UnfitCredentials,
        (RefusedBy::CannotStart(_), _) => FailureKind::Internal,
        (RefusedBy::NoMechanism(_), _) => FailureKind::NoMechanism,
        (RefusedBy::FailedStartTls, _) => FailureKind::NoStarttls,
        (_, Advice::AskAgain) => FailureKind::WrongPassword,
        (_, Advice::ComeBack) => FailureKind::TryLater { seconds: None },
        (_, Advice::Tell) => FailureKind::Refused,
    };
    Failure::new(kind, words(refusal))
}

/// A letter, a recipient, or the whole session was refused.
pub fn of_refusal(refusal: &Refusal) -> Failure {
    let kind = match refusal.retry() {
        Retry::Later | Retry::AnotherConnection | Retry::AnotherLetter => FailureKind::TryLater { seconds: None },
        Retry::Never | Retry::SignedIn => FailureKind::Refused,
    };
    Failure::new(kind, words(refusal))
}

/// What a person reads of it: the server's words, or why it was not asked.
fn words(refusal: &Refusal) -> String {
    let said = refusal.reply.as_ref().map(|reply| {
        let enhanced = reply.enhanced.map(|code| format!(" {code}")).unwrap_or_default();
        format!("{}{enhanced} {}", reply.code, reply.text)
    });
    let own = match &refusal.by {
        RefusedBy::NoMechanism(reason) => reason.to_string(),
        RefusedBy::CannotStart(reason) => reason.to_string(),
        RefusedBy::BadChallenge(reason) => reason.to_string(),
        RefusedBy::Lacks(lacking) => lacking.to_string(),
        RefusedBy::TooLarge { octets, limit } => {
            format!("the letter has {octets} octets, and the server takes {limit}")
        }
        RefusedBy::Hangup => "the server closed the connection without an answer".to_owned(),
        RefusedBy::LettersFull => "the server takes no more letters over this connection".to_owned(),
        RefusedBy::RecipientsFull => "the server takes no more recipients for one letter".to_owned(),
        RefusedBy::DomainsFull => "the server takes no more domains over one connection".to_owned(),
        RefusedBy::Closing => "the server closes the connection".to_owned(),
        _ => String::new(),
    };
    let words = [Some(own), said, refusal.detail.clone()];
    words.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
