//! The words of a failure, and of what became of a deletion: their codes come from `restante_api`.

use restante_api::letter::LetterFault;
use restante_api::{
    Blame, CertificateFault, Death, Deletion, DeletionEnd, Failure, FailureKind as K, Flaw, OtherBridge, Program,
    Reason, SearchFault,
};

use super::language::{Language, language};
use super::say;

/// What happened, in one short sentence.
pub fn headline(failure: &Failure) -> &'static str {
    match (&failure.kind, &failure.reason) {
        (K::WrongPassword, Some(Reason::SignInOver)) => say::failure_sign_in_over(),
        (K::SignInRefused, Some(Reason::OtherServer)) => say::failure_other_server(),
        (K::WrongPassword, Some(Reason::TokenRefused)) => say::failure_token_refused(),
        (kind, _) => what(kind),
    }
}

fn what(kind: &K) -> &'static str {
    match kind {
        K::BridgeUnreachable => say::failure_bridge_unreachable(),
        K::OtherBridge(bridge) if bridge.barred => say::failure_bridge_barred(),
        K::OtherBridge(_) => say::failure_other_bridge(),
        K::BridgeUnauthorized => say::failure_bridge_unauthorized(),
        K::Forbidden => say::failure_forbidden(),
        K::BridgeBusy => say::failure_bridge_busy(),
        K::UnknownHost => say::failure_unknown_host(),
        K::Unreachable => say::failure_unreachable(),
        K::TlsFailed => say::failure_tls(),
        K::Certificate { fault, .. } => match fault {
            CertificateFault::UnknownIssuer => say::failure_certificate_issuer(),
            CertificateFault::WrongName => say::failure_certificate_name(),
            CertificateFault::Expired => say::failure_certificate_expired(),
            CertificateFault::NotYetValid => say::failure_certificate_early(),
            CertificateFault::Revoked => say::failure_certificate_revoked(),
            CertificateFault::Other => say::failure_certificate_other(),
        },
        K::CertificateChanged { .. } => say::failure_certificate_changed(),
        K::NoStarttls => say::failure_no_starttls(),
        K::CleartextNotAgreed => say::failure_cleartext(),
        K::NotPop3 => say::failure_not_pop3(),
        K::NotSmtp => say::failure_not_smtp(),
        K::ProviderUnreachable => say::failure_provider_unreachable(),
        K::SignInRefused => say::failure_sign_in_refused(),
        K::UnfitCredentials => say::failure_unfit_credentials(),
        K::WrongPassword => say::failure_wrong_password(),
        K::NoMechanism => say::failure_no_mechanism(),
        K::InUse => say::failure_in_use(),
        K::TryLater { .. } => say::failure_try_later(),
        K::Refused => say::failure_refused(),
        K::ConnectionLost => say::failure_connection_lost(),
        K::TimedOut => say::failure_timed_out(),
        K::NoSuchMessage => say::failure_no_such_message(),
        K::Outdated => say::failure_outdated(),
        K::TooLarge => say::failure_too_large(),
        K::DeviceFull => say::failure_device_full(),
        K::Damaged => say::failure_damaged(),
        K::NoStorage => say::failure_no_storage(),
        K::StoreTooNew => say::failure_store_too_new(),
        K::OtherVersion => say::failure_other_version(),
        K::BadSearch(_) => say::failure_bad_search(),
        K::NameTaken => say::failure_name_taken(),
        K::UnreadableFile => say::failure_unreadable_file(),
        K::UnfitLetter(_) => say::failure_unfit_letter(),
        K::Internal => say::failure_internal(),
    }
}

/// Whose fault it is, in a few words.
pub fn at_fault(failure: &Failure) -> &'static str {
    match (&failure.kind, failure.blame) {
        (K::InUse | K::Outdated, _) => say::fault_session(),
        (_, Blame::Server) => say::fault_server(),
        (_, Blame::Network) => say::fault_network(),
        (_, Blame::Provider) => say::fault_provider(),
        (_, Blame::Operator) => say::fault_operator(),
        (_, Blame::Site) => say::fault_site(),
        (_, Blame::User) => say::fault_user(),
        (_, Blame::Device) => say::fault_device(),
        (_, Blame::Restante) => say::fault_restante(),
    }
}

/// Who is at fault and what to do, in a sentence or two.
pub fn advice(failure: &Failure) -> String {
    let advice = match &failure.kind {
        K::OtherBridge(OtherBridge { bridge, barred: true, .. }) => return say::failure_bridge_barred_advice(bridge),
        K::OtherBridge(OtherBridge { bridge, page, .. }) => return say::failure_other_bridge_advice(bridge, page),
        K::TryLater { seconds: Some(seconds) } => return say::failure_try_later_in_advice(&pause(*seconds)),
        K::BridgeUnreachable => say::failure_bridge_unreachable_advice(),
        K::BridgeUnauthorized => say::failure_bridge_unauthorized_advice(),
        K::Forbidden => say::failure_forbidden_advice(),
        K::BridgeBusy => say::failure_bridge_busy_advice(),
        K::UnknownHost => say::failure_unknown_host_advice(),
        K::Unreachable => say::failure_unreachable_advice(),
        K::TlsFailed if failure.blame == Blame::Operator => say::failure_tls_bridge_advice(),
        K::TlsFailed => say::failure_tls_advice(),
        K::Certificate { fault, .. } => match fault {
            CertificateFault::UnknownIssuer => say::failure_certificate_issuer_advice(),
            CertificateFault::WrongName => say::failure_certificate_name_advice(),
            CertificateFault::Expired => say::failure_certificate_expired_advice(),
            CertificateFault::NotYetValid => say::failure_certificate_early_advice(),
            CertificateFault::Revoked => say::failure_certificate_revoked_advice(),
            CertificateFault::Other => say::failure_certificate_other_advice(),
        },
        K::CertificateChanged { .. } => say::failure_certificate_changed_advice(),
        K::NoStarttls => say::failure_no_starttls_advice(),
        K::CleartextNotAgreed => say::failure_cleartext_advice(),
        K::NotPop3 => say::failure_not_pop3_advice(),
        K::NotSmtp => say::failure_not_smtp_advice(),
        K::ProviderUnreachable => say::failure_provider_unreachable_advice(),
        K::SignInRefused if failure.reason == Some(Reason::OtherServer) => say::failure_other_server_advice(),
        K::SignInRefused => say::failure_sign_in_refused_advice(),
        K::UnfitCredentials => say::failure_unfit_credentials_advice(),
        K::WrongPassword if failure.reason == Some(Reason::SignInOver) => say::failure_sign_in_over_advice(),
        K::WrongPassword if failure.reason == Some(Reason::TokenRefused) => say::failure_token_refused_advice(),
        K::WrongPassword => say::failure_wrong_password_advice(),
        K::NoMechanism => say::failure_no_mechanism_advice(),
        K::InUse => say::failure_in_use_advice(),
        K::TryLater { seconds: None } => say::failure_try_later_advice(),
        K::Refused => say::failure_refused_advice(),
        K::ConnectionLost if failure.blame == Blame::Server => say::failure_connection_closed_advice(),
        K::ConnectionLost => say::failure_connection_lost_advice(),
        K::TimedOut => say::failure_timed_out_advice(),
        K::NoSuchMessage if failure.blame == Blame::Server => say::failure_not_given_out_advice(),
        K::NoSuchMessage => say::failure_no_such_message_advice(),
        K::Outdated => say::failure_outdated_advice(),
        K::TooLarge => say::failure_too_large_advice(),
        K::DeviceFull => say::failure_device_full_advice(),
        K::Damaged => say::failure_damaged_advice(),
        K::NoStorage => say::failure_no_storage_advice(),
        K::StoreTooNew => say::failure_store_too_new_advice(),
        K::OtherVersion => say::failure_other_version_advice(),
        K::BadSearch(_) => say::failure_bad_search_advice(),
        K::NameTaken => say::failure_name_taken_advice(),
        K::UnreadableFile => say::failure_unreadable_file_advice(),
        K::UnfitLetter(LetterFault::NoRecipients) => say::failure_letter_no_recipients_advice(),
        K::UnfitLetter(LetterFault::BadAddress(text)) => return say::failure_letter_bad_address_advice(text),
        K::UnfitLetter(LetterFault::UnreadableFile(name)) => return say::failure_letter_unreadable_file_advice(name),
        K::UnfitLetter(LetterFault::BadSender(text)) => return say::failure_letter_bad_sender_advice(text),
        K::UnfitLetter(LetterFault::NotRedirectable) => say::failure_letter_not_redirectable_advice(),
        K::UnfitLetter(LetterFault::TooLarge { octets, limit }) => {
            let of = |megabytes: u64| megabytes.max(1).to_string();
            return say::failure_letter_too_large_advice(&of(octets.div_ceil(MEGABYTE)), &of(limit / MEGABYTE));
        }
        K::Internal => say::failure_internal_advice(),
    };
    advice.to_owned()
}

/// Octets in a megabyte, as sizes are shown.
const MEGABYTE: u64 = 1_000_000;

/// What else is known of a failure; empty where its headline says it.
pub fn reason(reason: &Reason) -> String {
    use Program::{Engine, Sanitiser};
    let words = match reason {
        Reason::TooLarge { octets, limit } => {
            return say::reason_too_large(&(octets >> 20).to_string(), &(limit >> 20).to_string());
        }
        Reason::Died(Engine, Death::Trapped(what)) if !what.is_empty() => return say::engine_trapped_by(what),
        Reason::Died(Sanitiser, Death::Trapped(what)) if !what.is_empty() => return say::sanitiser_trapped_by(what),
        Reason::Died(Engine, Death::NotLoaded) => say::engine_not_loaded(),
        Reason::Died(Engine, Death::Trapped(_)) => say::engine_trapped(),
        Reason::Died(Engine, Death::Hung) => say::engine_hung(),
        Reason::Died(Sanitiser, Death::NotLoaded) => say::sanitiser_not_loaded(),
        Reason::Died(Sanitiser, Death::Trapped(_)) => say::sanitiser_trapped(),
        Reason::Died(Sanitiser, Death::Hung) => say::sanitiser_hung(),
        Reason::Overtaken => say::sanitiser_overtaken(),
        Reason::NoPassword => say::reason_no_password(),
        // The headline says it.
        Reason::SignInOver | Reason::TokenRefused | Reason::OtherServer => "",
        Reason::NotTls => say::reason_not_tls(),
        Reason::HandshakeCut => say::reason_handshake_cut(),
        Reason::TabClosed => say::reason_tab_closed(),
        Reason::NotSaved => say::file_not_saved(),
    };
    words.to_owned()
}

/// What else is known of a failure: the reason, or what the other side said.
pub fn detail(failure: &Failure) -> String {
    let known = failure.reason.as_ref().map(reason).filter(|words| !words.is_empty());
    known.unwrap_or_else(|| failure.detail.clone())
}

/// Why something is not to be searched for.
pub fn unfit(fault: &SearchFault) -> String {
    match fault {
        SearchFault::Day(what) => say::search_bad_day(what),
        SearchFault::Size(what) => say::search_bad_size(what),
        SearchFault::Mark(what) => say::search_bad_mark(what),
        SearchFault::Read => say::search_bad_read().to_owned(),
    }
}

/// What is wrong with a message, in a sentence.
pub fn flaw(flaw: &Flaw) -> String {
    let words = match flaw {
        Flaw::Encoding(name) => return say::flaw_encoding(name),
        Flaw::Charset(name) => return say::flaw_charset(name),
        Flaw::Refused(said) if !said.is_empty() => return say::flaw_refused(said),
        Flaw::Refused(_) => say::flaw_refused_silently(),
        Flaw::Empty => say::flaw_empty(),
        Flaw::NoHeader => say::flaw_no_header(),
        Flaw::NoSender => say::flaw_no_sender(),
        Flaw::Nested => say::flaw_nested(),
        Flaw::ManyFiles => say::flaw_many_files(),
        Flaw::Part => say::flaw_part(),
        Flaw::EarlyEnd => say::flaw_early_end(),
        Flaw::NoTop => say::flaw_no_top(),
        Flaw::Failed(kind) => what(kind),
    };
    words.to_owned()
}

/// What became of the messages that were to be deleted, in a sentence or two.
pub fn deletion(deletion: &Deletion) -> String {
    let agreed = deletion.agreed;
    let mut words = match &deletion.end {
        DeletionEnd::NotSent(failure) => return say::deletion_none_because(&behind_a_colon(headline(failure))),
        // Where the server was asked for nothing, its answer to QUIT tells nothing.
        _ if agreed == 0 => say::deletion_none().to_owned(),
        DeletionEnd::Confirmed => say::deletion_done(agreed),
        DeletionEnd::Denied(said) => say::deletion_denied(agreed, &quoted(said)),
        DeletionEnd::Unanswered => say::deletion_unanswered(agreed),
    };
    if deletion.refused > 0 {
        words = format!("{words} {}", say::deletion_refused(deletion.refused, &quoted(&deletion.refusal)));
    }
    if deletion.unsure > 0 {
        words = format!("{words} {}", say::deletion_unsure(deletion.unsure));
    }
    words
}

/// What the other side said, where it said anything.
fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { say::deletion_said(said) }
}

/// The sentence as the end of another one, where the language has it so.
fn behind_a_colon(sentence: &str) -> String {
    match language() {
        Language::English => {
            let mut letters = sentence.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
        Language::Spanish => sentence.to_owned(),
    }
}

fn pause(seconds: u32) -> String {
    match seconds {
        0..120 => say::pause_seconds(seconds),
        120..7200 => say::pause_minutes(seconds.div_ceil(60)),
        _ => say::pause_hours(seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(agreed: u32, end: DeletionEnd) -> Deletion {
        Deletion { marked: 3, agreed, refused: 0, refusal: String::new(), unsure: 0, end }
    }

    #[test]
    fn a_pause_is_told_in_units_a_person_uses() {
        assert_eq!([1, 90, 901, 7200].map(pause), ["one second", "90 seconds", "16 minutes", "2 hours"]);
    }

    #[test]
    fn what_the_answer_to_quit_means_is_said() {
        let lost = Failure::new(K::ConnectionLost, "");
        for (end, words) in [
            (DeletionEnd::Confirmed, "3 messages were deleted on the server."),
            (
                DeletionEnd::Denied("some left".into()),
                "The server says that of 3 messages some were not deleted (“some left”). Open the mailbox again to see.",
            ),
            (
                DeletionEnd::Unanswered,
                "The server did not confirm that 3 messages were deleted. Open the mailbox again to see.",
            ),
            (DeletionEnd::NotSent(Box::new(lost)), "Nothing was deleted on the server: the connection was lost."),
        ] {
            assert_eq!(deletion(&outcome(3, end)), words);
        }
    }

    #[test]
    fn what_was_not_deleted_is_said_with_the_reason() {
        let partly = Deletion { refused: 1, refusal: "locked".into(), unsure: 1, ..outcome(1, DeletionEnd::Confirmed) };
        assert_eq!(
            deletion(&partly),
            "1 message was deleted on the server. It refused to delete 1 message (“locked”). 1 message was left alone: it \
             is not certain that it is the one you marked."
        );
        let none = Deletion { refused: 3, ..outcome(0, DeletionEnd::Unanswered) };
        assert_eq!(deletion(&none), "Nothing was deleted on the server. It refused to delete 3 messages.");
    }
}
