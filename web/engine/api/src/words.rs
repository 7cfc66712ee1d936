//! The words of a failure: what happened, and what to do about it. In English; the page and the command line share them.

use super::{Blame, CertificateFault, Failure, FailureKind, OtherBridge};

impl Failure {
    /// What happened, in one short sentence.
    pub fn headline(&self) -> &'static str {
        use FailureKind as K;
        match &self.kind {
            K::BridgeUnreachable => "The bridge cannot be reached.",
            K::OtherBridge(bridge) if bridge.barred => "This page may not use the chosen bridge.",
            K::OtherBridge(_) => "The chosen bridge cannot be reached.",
            K::BridgeUnauthorized => "The bridge asks for a valid access token.",
            K::Forbidden => "The bridge does not connect to this server.",
            K::BridgeBusy => "The bridge is busy.",
            K::UnknownHost => "There is no server of this name.",
            K::Unreachable => "The mail server does not answer.",
            K::TlsFailed => "No secure connection came about.",
            K::Certificate { fault, .. } => match fault {
                CertificateFault::UnknownIssuer => "The server's certificate is signed by nobody this browser knows.",
                CertificateFault::WrongName => "The server's certificate is for another name.",
                CertificateFault::Expired => "The server's certificate has expired.",
                CertificateFault::NotYetValid => "The server's certificate is not valid yet.",
                CertificateFault::Revoked => "The server's certificate was withdrawn.",
                CertificateFault::Other => "The server's certificate cannot be verified.",
            },
            K::CertificateChanged { .. } => "The server shows another certificate than the one you trust.",
            K::NoStarttls => "The server does not offer STARTTLS.",
            K::CleartextNotAgreed => "Without TLS your password would travel in clear text.",
            K::NotPop3 => "What answers there does not speak POP3.",
            K::NotSmtp => "What answers there takes no letters (SMTP).",
            K::UnfitCredentials => "User name or password hold characters that cannot be sent to this server.",
            K::WrongPassword => "The server refused user name or password.",
            K::NoMechanism => "The server offers no way to sign in that Restante knows.",
            K::InUse => "The mailbox is open in another session.",
            K::TryLater { .. } => "The server asks to come back later.",
            K::Refused => "The server refused.",
            K::ConnectionLost => "The connection was lost.",
            K::TimedOut => "The server took too long.",
            K::NoSuchMessage => "This message cannot be had.",
            K::Outdated => "The mailbox has changed.",
            K::TooLarge => "This message is too large to be shown here.",
            K::DeviceFull => "There is no room left on this device.",
            K::Damaged => "The mailbox on this device is damaged.",
            K::NoStorage => "This browser does not keep mail.",
            K::StoreTooNew => "The mailbox on this device is of a newer version.",
            K::OtherVersion => "Another tab has the mailbox open, with another version of this page.",
            K::BadSearch => "That is not something to search for.",
            K::NameTaken => "There is a folder of this name already.",
            K::UnreadableFile => "This file cannot be taken in.",
            K::Internal => "Something went wrong inside Restante.",
        }
    }

    /// Whose fault it is, in a few words.
    pub fn fault(&self) -> &'static str {
        match self.kind {
            FailureKind::InUse | FailureKind::Outdated => "Another session of this mailbox",
            _ => self.blame.words(),
        }
    }

    /// Who is at fault and what to do, in a sentence or two.
    pub fn advice(&self) -> String {
        use FailureKind as K;
        match &self.kind {
            K::BridgeUnreachable => {
                "The network or the bridge is at fault. Check your connection to the Internet, then try again.".into()
            }
            K::OtherBridge(OtherBridge { bridge, barred: true, .. }) => format!(
                "Nothing was sent. The policy this page came with does not list {bridge}: whoever serves the page has to. \
                 Choose another bridge."
            ),
            K::OtherBridge(OtherBridge { bridge, page, .. }) => format!(
                "{bridge} does not answer, or does not accept this page: whoever runs {bridge} has to list {page}. Your \
                 password was not sent. Check the address, choose another bridge, or ask its operator."
            ),
            K::BridgeUnauthorized => {
                "Type in the access token that the operator of this bridge gave you; an old one may have been revoked."
                    .into()
            }
            K::Forbidden => {
                "That is this bridge's policy, not a fault of yours. Check the server's name and port, or ask \
                             the operator of the bridge to allow it."
                    .into()
            }
            K::BridgeBusy => {
                "It carries as many connections as it allows, or is being restarted. Try again in a minute.".into()
            }
            K::UnknownHost => "Check the spelling of the mail server. Your provider's help pages name it; it often \
                               begins with “pop.” or “mail.”."
                .into(),
            K::Unreachable => "Check server, port and security: TLS is usually on port 995, STARTTLS on port 110. If \
                               they are right, the server is down; try again later."
                .into(),
            K::TlsFailed => match self.blame {
                Blame::Operator => "The bridge could not secure its connection to the server. Let TLS end in this \
                                    browser instead, or tell the operator of the bridge."
                    .into(),
                _ => "The server is at fault, or another security setting is needed: port 995 usually wants TLS, port \
                      110 STARTTLS."
                    .into(),
            },
            K::Certificate { fault, .. } => certificate_advice(*fault).into(),
            K::CertificateChanged { .. } => "The server may have been given a new certificate, or somebody stands \
                                             between you and it. Your password was not sent. Ask the server's operator \
                                             for the new fingerprint before you trust it."
                .into(),
            K::NoStarttls => "Your password was not sent. Choose TLS (port 995) instead; if the server has neither, \
                              somebody may be in the way, or its operator must switch TLS on."
                .into(),
            K::CleartextNotAgreed => "Choose TLS or STARTTLS. Without them anybody on the way can read your password \
                                      and your mail; nothing is sent unless you say yes to that."
                .into(),
            K::NotPop3 => "Check server and port: POP3 is usually on port 995 (TLS) or 110 (STARTTLS). If they are \
                           right, the server is at fault."
                .into(),
            K::NotSmtp => "Check server and port: letters are usually handed in on port 465 (TLS) or 587 (STARTTLS). If \
                           they are right, the server is at fault."
                .into(),
            K::UnfitCredentials => {
                "Nothing was sent. Check what you typed for characters that do not belong there; if they do, set another \
                 password by another way, such as your provider's web pages."
                    .into()
            }
            K::WrongPassword => {
                "Check both. The user name is often the whole mail address, and some providers want an \
                                 app password, or POP3 to be switched on in their settings first."
                    .into()
            }
            K::NoMechanism => {
                "The server is at fault, or it offers sign-in over TLS only: choose TLS or STARTTLS.".into()
            }
            K::InUse => {
                "Another mail program of yours is probably fetching mail right now. Close it, or try again in a \
                         few minutes."
                    .into()
            }
            K::TryLater { seconds: Some(seconds) } => {
                format!("Your password is not at fault. Try again in {}.", duration(*seconds))
            }
            K::TryLater { seconds: None } => "Your password is not at fault. Try again in a few minutes.".into(),
            K::Refused => {
                "The server is at fault or does not allow this. If it stays so, ask the server's operator.".into()
            }
            K::ConnectionLost => match self.blame {
                Blame::Server => "The server closed the connection. What you have read stays here; open the mailbox \
                                  again to go on."
                    .into(),
                _ => "The network is at fault. What you have read stays here; open the mailbox again to go on.".into(),
            },
            K::TimedOut => "The server or the network is slow or stuck. What you have read stays here; open the \
                            mailbox again to go on."
                .into(),
            K::NoSuchMessage => match self.blame {
                Blame::Server => "The server does not give it out: it may be deleted or damaged there. The other \
                                  messages are not affected."
                    .into(),
                _ => "Open the mailbox again, and then the message.".into(),
            },
            K::Outdated => "Messages came or went, and the list was started anew. Choose the message from it.".into(),
            K::TooLarge => {
                "It is larger than a browser can hold at once. It stays on the server; fetch it with another \
                            mail program."
                    .into()
            }
            K::DeviceFull => "What was kept stays, and nothing is deleted on the server that is not here. Make room on this \
                              device, or empty Deleted, and check for new mail again."
                .into(),
            K::Damaged => "What can be read of it can be saved as a file. Mail that is still on the server is not \
                           affected."
                .into(),
            K::NoStorage => "It grants a page no files of its own: many do not in a private window. The preview works \
                             without; use another browser to keep mail."
                .into(),
            K::StoreTooNew => "Nothing was changed in it. Reload the page to get its new version.".into(),
            K::OtherVersion => "Close that tab, and this one goes on. Or reload both.".into(),
            K::BadSearch => "Words find what has them all, “quotes” a phrase. Dates are written as in after:2026-01-31, \
                             sizes as in larger:5M."
                .into(),
            K::NameTaken => "Choose another name.".into(),
            K::UnreadableFile => {
                "It is neither an mbox nor a message. What came before the fault in it was taken in.".into()
            }
            K::Internal => {
                "That is a fault of ours. Open the mailbox again; if it comes back, please report it.".into()
            }
        }
    }
}

impl FailureKind {
    /// The kind as one word, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BridgeUnreachable => "bridge-unreachable",
            Self::OtherBridge(_) => "other-bridge",
            Self::BridgeUnauthorized => "bridge-unauthorized",
            Self::Forbidden => "forbidden",
            Self::BridgeBusy => "bridge-busy",
            Self::UnknownHost => "unknown-host",
            Self::Unreachable => "unreachable",
            Self::TlsFailed => "tls-failed",
            Self::Certificate { .. } => "certificate",
            Self::CertificateChanged { .. } => "certificate-changed",
            Self::NoStarttls => "no-starttls",
            Self::CleartextNotAgreed => "cleartext-not-agreed",
            Self::NotPop3 => "not-pop3",
            Self::NotSmtp => "not-smtp",
            Self::WrongPassword => "wrong-password",
            Self::UnfitCredentials => "unfit-credentials",
            Self::NoMechanism => "no-mechanism",
            Self::InUse => "in-use",
            Self::TryLater { .. } => "try-later",
            Self::Refused => "refused",
            Self::ConnectionLost => "connection-lost",
            Self::TimedOut => "timed-out",
            Self::NoSuchMessage => "no-such-message",
            Self::Outdated => "outdated",
            Self::TooLarge => "too-large",
            Self::DeviceFull => "device-full",
            Self::Damaged => "damaged",
            Self::NoStorage => "no-storage",
            Self::StoreTooNew => "store-too-new",
            Self::OtherVersion => "other-version",
            Self::BadSearch => "bad-search",
            Self::NameTaken => "name-taken",
            Self::UnreadableFile => "unreadable-file",
            Self::Internal => "internal",
        }
    }

    /// The rule behind this kind of failure; `None` where no standard has a say. Where the detail of a [`Failure`] names
    /// a section, that one is meant.
    pub fn rfc(&self) -> Option<&'static str> {
        Some(match self {
            Self::Certificate { .. } | Self::CertificateChanged { .. } => "RFC 9525, section 6",
            Self::TlsFailed => "RFC 8314, section 3",
            Self::CleartextNotAgreed => "RFC 8314, section 3",
            Self::NoStarttls => "RFC 2595, section 4",
            Self::NotPop3 => "RFC 1939, section 3",
            Self::NotSmtp => "RFC 5321, section 4.2",
            Self::WrongPassword => "RFC 1939, section 7",
            Self::UnfitCredentials => "RFC 4013, section 2",
            Self::NoMechanism => "RFC 5034, section 3",
            Self::InUse => "RFC 2449, section 8.1.2",
            Self::TryLater { .. } | Self::Refused => "RFC 3206, section 4",
            Self::ConnectionLost | Self::TimedOut => "RFC 1939, section 3",
            Self::NoSuchMessage | Self::Outdated => "RFC 1939, section 5",
            Self::BridgeUnreachable
            | Self::OtherBridge(_)
            | Self::BridgeUnauthorized
            | Self::Forbidden
            | Self::BridgeBusy
            | Self::UnknownHost
            | Self::Unreachable
            | Self::TooLarge
            | Self::DeviceFull
            | Self::Damaged
            | Self::NoStorage
            | Self::StoreTooNew
            | Self::OtherVersion
            | Self::BadSearch
            | Self::NameTaken
            | Self::UnreadableFile
            | Self::Internal => return None,
        })
    }
}

impl Blame {
    /// Who it is as one word, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Network => "network",
            Self::Operator => "operator",
            Self::Site => "site",
            Self::User => "user",
            Self::Device => "device",
            Self::Restante => "restante",
        }
    }

    /// Whose fault it is, as the beginning of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Server => "The mail server",
            Self::Network => "The network",
            Self::Operator => "The bridge",
            Self::Site => "Whoever serves this page",
            Self::User => "What was typed in",
            Self::Device => "This device",
            Self::Restante => "Restante",
        }
    }
}

impl std::fmt::Display for Failure {
    /// Headline, what the other side said, and advice.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.headline())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        write!(f, " {}", self.advice())
    }
}

impl std::error::Error for Failure {}

fn certificate_advice(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::UnknownIssuer => {
            "Your password was not sent. If this is your own server, compare the fingerprint below with the one its \
             operator gives you, and trust exactly this certificate. Otherwise somebody may stand between you and it."
        }
        CertificateFault::WrongName => {
            "Your password was not sent. Type the server's name as the certificate has it (the names are below), or \
             ask the server's operator."
        }
        CertificateFault::Expired => {
            "Your password was not sent. The server's operator has to renew it; check the date of this device as well."
        }
        CertificateFault::NotYetValid => "Your password was not sent. Check the date of this device.",
        CertificateFault::Revoked => "Your password was not sent. Do not trust it; tell the server's operator.",
        CertificateFault::Other => "Your password was not sent. The server's operator has to repair it.",
    }
}

fn duration(seconds: u32) -> String {
    match seconds {
        1 => "one second".into(),
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_in_units_a_person_uses() {
        assert_eq!(duration(1), "one second");
        assert_eq!(duration(90), "90 seconds");
        assert_eq!(duration(901), "16 minutes");
        assert_eq!(duration(7200), "2 hours");
    }

    #[test]
    fn a_failure_reads_as_headline_detail_and_advice() {
        let failure = Failure::new(FailureKind::WrongPassword, "[AUTH] no");
        assert_eq!(failure.blame, Blame::User);
        assert!(failure.to_string().starts_with("The server refused user name or password. ([AUTH] no) Check both."));
    }
}
