//! Who is at fault: what the session reports, as failures for a person.

use restante_protocol::pop3::{
    Advice, CannotStart, Capabilities, Fault, NoMechanism, ProtocolError, Refusal, RefusedBy, ResponseCode,
};

use restante_api::{Blame, Failure, FailureKind};

/// The server broke the protocol.
pub fn of_protocol_error(error: &ProtocolError) -> Failure {
    let kind = match error.fault {
        Fault::ClearTextAfterStls => {
            // Whoever put them there: it is the network's doing or the server's, and nobody can tell.
            return Failure::new(FailureKind::TlsFailed, error.to_string()).blamed(Blame::Network);
        }
        _ => FailureKind::NotPop3,
    };
    Failure::new(kind, error.to_string())
}

/// A login, or the whole session, was refused.
pub fn of_login_refusal(refusal: &Refusal, capabilities: Option<&Capabilities>) -> Failure {
    let kind = match (&refusal.by, refusal.advice(capabilities)) {
        (RefusedBy::NoMechanism(NoMechanism::ClearText), _) => FailureKind::CleartextNotAgreed,
        (RefusedBy::NoMechanism(NoMechanism::BeyondAscii), _) | (RefusedBy::CannotStart(CannotStart::Unfit(..)), _) => {
            FailureKind::UnfitCredentials
        }
        (RefusedBy::CannotStart(_), _) => FailureKind::Internal,
        (RefusedBy::NoMechanism(_), _) => FailureKind::NoMechanism,
        (RefusedBy::BadChallenge(_), _) => FailureKind::Refused,
        (RefusedBy::FailedStls, _) => FailureKind::NoStarttls,
        (_, Advice::AskAgain) => FailureKind::WrongPassword,
        (_, Advice::ComeBack { .. }) if refusal.code == Some(ResponseCode::InUse) => FailureKind::InUse,
        (_, Advice::ComeBack { seconds }) => FailureKind::TryLater { seconds },
        (_, Advice::Tell) => FailureKind::Refused,
    };
    Failure::new(kind, words(refusal))
}

/// A command about one message was refused.
pub fn of_refusal(refusal: &Refusal) -> Failure {
    let kind = match refusal.advice(None) {
        Advice::ComeBack { seconds } => FailureKind::TryLater { seconds },
        Advice::AskAgain | Advice::Tell => FailureKind::NoSuchMessage,
    };
    Failure::new(kind, words(refusal))
}

fn words(refusal: &Refusal) -> String {
    match &refusal.by {
        RefusedBy::NoMechanism(reason) => reason.to_string(),
        RefusedBy::CannotStart(reason) => reason.to_string(),
        RefusedBy::BadChallenge(reason) => reason.to_string(),
        RefusedBy::Hangup => "the server closed the connection without an answer".to_owned(),
        _ => match &refusal.detail {
            Some(detail) => format!("{} {detail}", refusal.text),
            None => refusal.text.clone(),
        },
    }
}
