//! What can go wrong, and who is at fault: codes with arguments, for which each language has its words.

use serde::{Deserialize, Serialize};

use super::CertificateView;
use super::letter::LetterFault;

/// A failure as a person is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// Who is at fault.
    pub blame: Blame,
    /// What is known beside that, where it is one of those that the page has words for.
    pub reason: Option<Reason>,
    /// What the other side said, or the rule that was broken; may be empty. Untrusted text.
    pub detail: String,
}

/// What else is known of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The password is not known here.
    NoPassword,
    /// The provider renews no token any more, so that somebody has to sign in anew.
    SignInOver,
    /// What a provider has granted is for other servers, or would be shown on a way that is not TLS from end to end.
    OtherServer,
    /// The server does not take the token of a provider at which somebody has signed in.
    TokenRefused,
    /// A message has so many octets or more, and no more than the limit are held.
    TooLarge {
        /// What the message has.
        octets: u64,
        /// What is held.
        limit: u64,
    },
    /// What answered is not TLS.
    NotTls,
    /// The connection was closed during the TLS handshake.
    HandshakeCut,
    /// The tab that did the work was closed in the middle of it.
    TabClosed,
    /// One of the page's programs is no more.
    Died(Program, Death),
    /// Making HTML safe took long, and another message was opened.
    Overtaken,
    /// The browser would not take a file.
    NotSaved,
}

/// A program of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Program {
    /// The engine.
    Engine,
    /// What makes HTML safe.
    Sanitiser,
}

/// How a program of the page ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Death {
    /// It could not be loaded.
    NotLoaded,
    /// It stopped by an error, which says this; maybe nothing.
    Trapped(String),
    /// It did not answer any more, and was ended.
    Hung,
}

/// Why something is not to be searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchFault {
    /// A day that is none, or not written as `2026-11-28`.
    Day(String),
    /// A size that is none: digits, perhaps with K, M or G.
    Size(String),
    /// `has:` or `is:` with a word that they do not know.
    Mark(String),
    /// What was read, which a server does not say.
    Read,
}

impl Failure {
    /// A failure of this kind, with the blame that the kind usually carries.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        let blame = kind.usual_blame();
        Self { kind, blame, reason: None, detail: detail.into() }
    }

    /// A failure of this kind, for this reason.
    pub fn because(kind: FailureKind, reason: Reason) -> Self {
        Self { reason: Some(reason), ..Self::new(kind, "") }
    }

    /// The same failure with the blame put elsewhere.
    #[must_use]
    pub fn blamed(self, blame: Blame) -> Self {
        Self { blame, ..self }
    }
}

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Blame {
    /// The mail server.
    Server,
    /// The network between.
    Network,
    /// The provider at which somebody signs in.
    Provider,
    /// Whoever runs the bridge.
    Operator,
    /// Whoever serves the page.
    Site,
    /// What was typed in.
    User,
    /// This device, or its browser.
    Device,
    /// Restante itself.
    Restante,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The bridge cannot be reached.
    BridgeUnreachable,
    /// A bridge other than the page's own cannot be reached, or does not accept the page.
    OtherBridge(OtherBridge),
    /// The bridge asks for an access token, or refuses this one.
    BridgeUnauthorized,
    /// The bridge's policy does not list this server.
    Forbidden,
    /// The bridge has as many connections as it allows, or is shutting down.
    BridgeBusy,
    /// The server's name does not resolve.
    UnknownHost,
    /// The server does not answer, or refuses the connection.
    Unreachable,
    /// TLS failed for a reason other than the certificate.
    TlsFailed,
    /// The server's certificate does not verify.
    Certificate {
        /// The certificate that was shown.
        certificate: Box<CertificateView>,
        /// Why it does not verify.
        fault: CertificateFault,
    },
    /// The certificate is not the one that was trusted before.
    CertificateChanged {
        /// The certificate that was shown.
        certificate: Box<CertificateView>,
    },
    /// The server offers no STLS, so nothing was sent in clear text.
    NoStarttls,
    /// The password would travel in clear text, and the user has not agreed.
    CleartextNotAgreed,
    /// What answers there is no POP3 server, or it breaks the protocol.
    NotPop3,
    /// What answers there takes no letters (SMTP), or it breaks the protocol.
    NotSmtp,
    /// The server refused user name or password.
    WrongPassword,
    /// The provider that somebody signs in at cannot be reached, or answers with something else than tokens.
    ProviderUnreachable,
    /// The provider lets nobody in by this sign-in.
    SignInRefused,
    /// User name or password hold characters that cannot be sent to this server; nothing was.
    UnfitCredentials,
    /// The server offers no way to sign in that Restante knows.
    NoMechanism,
    /// The mailbox is locked by another session ([IN-USE], RFC 2449 section 8.1.2).
    InUse,
    /// The server asks for a pause: a temporary fault or a minimum time between logins.
    TryLater {
        /// Seconds to wait, where the server said how many.
        seconds: Option<u32>,
    },
    /// A permanent fault of the server ([SYS/PERM], RFC 3206), or another refusal.
    Refused,
    /// The connection was lost.
    ConnectionLost,
    /// Nothing came for too long.
    TimedOut,
    /// This message is not there (any more).
    NoSuchMessage,
    /// The mailbox has changed since the list that this message was chosen from.
    Outdated,
    /// This message is larger than can be held in memory at once.
    TooLarge,
    /// This device, or what the browser grants of it, has no room left.
    DeviceFull,
    /// The mailbox on this device is damaged.
    Damaged,
    /// The browser does not let a page keep anything here.
    NoStorage,
    /// The mailbox on this device was written by a later version of the page.
    StoreTooNew,
    /// Another tab does the work, and has another version of the page.
    OtherVersion,
    /// What is asked for is no search.
    BadSearch(SearchFault),
    /// Another folder has this name.
    NameTaken,
    /// A file that was to be taken in is neither an mbox nor a message.
    UnreadableFile,
    /// A letter cannot be sent as it is.
    UnfitLetter(LetterFault),
    /// A fault in Restante.
    Internal,
}

impl FailureKind {
    /// Who is to blame unless more is known.
    fn usual_blame(&self) -> Blame {
        match self {
            Self::BridgeUnreachable | Self::ConnectionLost | Self::TimedOut => Blame::Network,
            Self::Forbidden | Self::BridgeBusy | Self::OtherBridge(_) => Blame::Operator,
            Self::BridgeUnauthorized
            | Self::UnknownHost
            | Self::CleartextNotAgreed
            | Self::WrongPassword
            | Self::UnfitCredentials
            | Self::InUse
            | Self::BadSearch(_)
            | Self::NameTaken
            | Self::UnreadableFile
            | Self::UnfitLetter(_) => Blame::User,
            Self::ProviderUnreachable | Self::SignInRefused => Blame::Provider,
            Self::DeviceFull | Self::NoStorage | Self::Damaged => Blame::Device,
            Self::Unreachable
            | Self::TlsFailed
            | Self::Certificate { .. }
            | Self::CertificateChanged { .. }
            | Self::NoStarttls
            | Self::NotPop3
            | Self::NotSmtp
            | Self::NoMechanism
            | Self::TryLater { .. }
            | Self::Refused
            | Self::NoSuchMessage
            | Self::Outdated => Blame::Server,
            Self::TooLarge | Self::StoreTooNew | Self::OtherVersion | Self::Internal => Blame::Restante,
        }
    }
}

/// Why a certificate does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CertificateFault {
    /// Nobody this browser knows has signed it.
    UnknownIssuer,
    /// It is for other names.
    WrongName,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It was withdrawn.
    Revoked,
    /// Something else.
    Other,
}

/// A bridge other than the page's own that cannot be used. A browser does not say whether it is not there or does not
/// accept the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherBridge {
    /// Its host, with the port where that is not the usual one.
    pub bridge: String,
    /// The origin of the page, which the bridge has to accept.
    pub page: String,
    /// The page's own policy forbids it: nothing was sent.
    pub barred: bool,
}
