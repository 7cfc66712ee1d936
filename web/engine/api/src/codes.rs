//! The codes of a failure as words for programs, and the rule behind it. Words for people are the page's own.

use super::{Blame, Failure, FailureKind};

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
            Self::ProviderUnreachable => "provider-unreachable",
            Self::SignInRefused => "sign-in-refused",
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
            Self::BadSearch(_) => "bad-search",
            Self::NameTaken => "name-taken",
            Self::UnreadableFile => "unreadable-file",
            Self::UnfitLetter(_) => "unfit-letter",
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
            Self::ProviderUnreachable => "RFC 6749, section 5",
            Self::SignInRefused => "RFC 6749, section 5.2",
            Self::UnfitCredentials => "RFC 4013, section 2",
            Self::NoMechanism => "RFC 5034, section 3",
            Self::InUse => "RFC 2449, section 8.1.2",
            Self::TryLater { .. } | Self::Refused => "RFC 3206, section 4",
            Self::ConnectionLost | Self::TimedOut => "RFC 1939, section 3",
            Self::NoSuchMessage | Self::Outdated => "RFC 1939, section 5",
            Self::UnfitLetter(_) => "RFC 5322, section 3.4",
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
            | Self::BadSearch(_)
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
            Self::Provider => "provider",
            Self::Operator => "operator",
            Self::Site => "site",
            Self::User => "user",
            Self::Device => "device",
            Self::Restante => "restante",
        }
    }
}

impl std::fmt::Display for Failure {
    /// Kind, and what the other side said: for logs and tests.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.name())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
