//! What goes wrong, by blame: [`Misuse`] is the caller's, [`ProtocolError`] the server's, [`Refusal`] nobody's.

use std::fmt;

use super::{Code, Enhanced, Mechanism, Reply, Rule};
use crate::sasl::NoneOffered;

/// The caller asked for what cannot be. The session is unchanged, except behind [`Misuse::BodyDiffers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// CR, LF or NUL in a name or secret.
    #[error("CR, LF or NUL in {0}")]
    LineBreak(Argument),
    /// An argument that must not be empty is empty.
    #[error("{0} is empty")]
    Empty(Argument),
    /// The command belongs into another state of the session.
    #[error("{command} is not allowed {when}")]
    WrongState {
        /// The command's word.
        command: &'static str,
        /// Where the session stands once the commands before it are done.
        when: When,
    },
    /// The mechanism wants a password and was given a token, or the other way round.
    #[error("{0} does not take this kind of credential")]
    WrongCredential(Mechanism),
    /// A -PLUS mechanism was asked for without channel binding data.
    #[error("{0} needs channel binding data")]
    NoBinding(Mechanism),
    /// [`super::Session::tls_started`] without [`super::Event::StartTls`] before it.
    #[error("the server has not agreed to start TLS")]
    NoStartTls,
    /// [`super::Session::give_body`] without [`super::Output::NeedBody`] of this letter before it, or
    /// [`super::Session::abandon`] of a letter that is not under way or complete already.
    #[error("nothing of this letter is wanted")]
    NoBodyWanted,
    /// What was given is not the letter that was surveyed. The session is over; the letter was not completed.
    #[error("the letter is not the one that was surveyed")]
    BodyDiffers,
    /// The session has ended or failed.
    #[error("the session is over")]
    Over,
}

/// Which argument [`Misuse`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argument {
    /// The user name.
    User,
    /// The password.
    Password,
    /// The bearer token.
    Token,
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "the user name",
            Self::Password => "the password",
            Self::Token => "the token",
        })
    }
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Signed in, behind which there is neither AUTH nor STARTTLS (RFC 4954, section 4).
    AfterLogin,
    /// The channel is TLS already (RFC 3207, section 4.2).
    AfterTls,
    /// QUIT was submitted.
    AfterQuit,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AfterLogin => "after the login",
            Self::AfterTls => "on a TLS channel",
            Self::AfterQuit => "after QUIT",
        })
    }
}

/// The server broke the protocol in a way that cannot be tolerated. Sticky: the session is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault} (RFC {}, section {})", .fault.rule().rfc, .fault.rule().section)]
pub struct ProtocolError {
    /// What it did.
    pub fault: Fault,
    /// Whether commands have travelled without waiting on this connection.
    pub pipelined: bool,
}

impl ProtocolError {
    /// The rule that was broken.
    pub fn rule(&self) -> Rule {
        self.fault.rule()
    }

    /// Whether to try again without pipelining and BDAT ([`super::Config::pipelining`]) on a new connection. What becomes of
    /// a letter, its own final event says: one that is [`super::Event::Unknown`] is not to be sent again for that.
    pub fn suggests_lock_step(&self) -> bool {
        self.pipelined && matches!(self.fault, Fault::NoReply { .. } | Fault::Unasked { .. } | Fault::WrongReply { .. })
    }
}

/// What a server did that no client can live with. Excerpts are the first octets of the line, made printable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The first line is not an SMTP greeting.
    #[error("the server does not greet as a mail server does that takes letters: {excerpt:?}")]
    NoGreeting {
        /// The line's beginning.
        excerpt: String,
    },
    /// A line longer than [`super::Limits`] allow.
    #[error("a line of more than {limit} octets")]
    LineTooLong {
        /// The limit.
        limit: usize,
    },
    /// A reply of more lines than [`super::Limits`] allow.
    #[error("a reply of more than {limit} lines")]
    ReplyTooLong {
        /// The limit.
        limit: usize,
    },
    /// A line that is none of a reply.
    #[error("a line that is no reply: {excerpt:?}")]
    NoReply {
        /// The line's beginning.
        excerpt: String,
    },
    /// A reply that no command asked for.
    #[error("a reply that nothing asked for: {excerpt:?}")]
    Unasked {
        /// Code and text.
        excerpt: String,
    },
    /// A reply that this command cannot have.
    #[error("the reply {code} to {command}")]
    WrongReply {
        /// The command's word.
        command: &'static str,
        /// The code.
        code: Code,
    },
    /// A letter was accepted before its end was sent.
    #[error("a letter was accepted before its end was sent")]
    EarlyAnswer,
    /// MAIL was refused, and a recipient accepted, and DATA too: whatever is sent then, somebody may get.
    #[error("a letter was refused, and its recipients were accepted")]
    Contradiction,
    /// Octets between STARTTLS' 220 and the TLS handshake: somebody may have put them there.
    #[error("octets in clear text after STARTTLS was agreed")]
    ClearTextAfterStartTls,
    /// A SASL exchange of more rounds than [`super::Limits`] allow.
    #[error("a SASL exchange of more than {limit} rounds")]
    SaslTooLong {
        /// The limit.
        limit: usize,
    },
}

impl Fault {
    /// The rule that was broken.
    pub fn rule(&self) -> Rule {
        let (rfc, section) = match self {
            Self::NoGreeting { .. } => (5321, "4.3.1"),
            Self::LineTooLong { .. } => (5321, "4.5.3.1.5"),
            Self::ReplyTooLong { .. } | Self::NoReply { .. } => (5321, "4.2"),
            Self::Unasked { .. } => (5321, "4.3.1"),
            Self::WrongReply { .. } => (5321, "4.3.2"),
            Self::EarlyAnswer => (5321, "4.1.1.4"),
            Self::Contradiction => (5321, "3.3"),
            Self::ClearTextAfterStartTls => (3207, "4.2"),
            Self::SaslTooLong { .. } => (4954, "4"),
        };
        Rule { rfc, section }
    }
}

/// A command was refused; nobody broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused it.
    pub by: RefusedBy,
    /// The word of the command on the wire that was refused; of a letter's content it is `DATA` or `BDAT`. Empty where
    /// nothing was sent.
    pub to: &'static str,
    /// What the server said, where it did.
    pub reply: Option<Reply>,
    /// What the server said before, inside the SASL exchange: OAuth's error as JSON (RFC 7628, section 3.2.2).
    pub detail: Option<String>,
}

/// Who refused a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusedBy {
    /// The server.
    Server,
    /// The server accepts none of the recipients. The reply is one of those that [`super::Event::Recipient`] told: one that
    /// may change, where there is such a one.
    NoRecipient,
    /// The server closed the connection instead of answering a password, as some do.
    Hangup,
    /// Not sent: the login before it failed.
    FailedLogin,
    /// Not sent: the STARTTLS before it failed, and nothing that was meant to be protected goes out in clear text.
    FailedStartTls,
    /// Not sent: no mechanism that both sides know and that this channel allows.
    NoMechanism(NoMechanism),
    /// Not sent: user name or password cannot be, in the way that was chosen.
    CannotStart(super::CannotStart),
    /// Ended by this side: the server did not prove that it knows the password, or its challenge was malformed.
    BadChallenge(super::BadChallenge),
    /// Not sent: the server does not announce what it takes.
    Lacks(Lacking),
    /// Not sent: the server announces that it takes no letter of this size (RFC 1870, section 6.1).
    TooLarge {
        /// The letter's octets.
        octets: u64,
        /// Octets that it takes.
        limit: u64,
    },
    /// Not sent: the server takes no more letters over this connection (RFC 9422, MAILMAX).
    LettersFull,
    /// Not sent to this recipient: the server takes no more of them for one letter (RFC 9422, RCPTMAX).
    RecipientsFull,
    /// Not sent to this recipient: the server takes no more domains over one connection (RFC 9422, RCPTDOMAINMAX).
    DomainsFull,
    /// Not sent: the server has said that it closes the connection (421).
    Closing,
}

/// What a server has to announce, and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Lacking {
    /// STARTTLS (RFC 3207), or somebody has taken it out of the server's answer.
    #[error("the server offers no encryption (STARTTLS)")]
    StartTls,
    /// 8BITMIME, for a letter with octets beyond ASCII (RFC 6152).
    #[error("the letter has characters beyond ASCII that are not encoded, and the server takes none (8BITMIME)")]
    EightBitMime,
    /// SMTPUTF8, for an address or a header beyond ASCII (RFC 6531).
    #[error("an address or the header has characters beyond ASCII, and the server takes none there (SMTPUTF8)")]
    SmtpUtf8,
    /// CHUNKING and BINARYMIME, for a binary letter (RFC 3030).
    #[error("the letter is binary, and the server takes texts only (BINARYMIME)")]
    BinaryMime,
    /// REQUIRETLS, or TLS itself (RFC 8689).
    #[error("the letter must not travel without encryption, and the server does not promise that (REQUIRETLS)")]
    RequireTls,
}

/// Why there is no mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NoMechanism {
    /// The server announces no AUTH. Some do so only once the channel is TLS.
    #[error("the server offers no way to sign in here")]
    NotOffered,
    /// There is one, but it would show the secret on a clear channel, and the user did not agree.
    #[error("{}", NoneOffered::ShowSecret)]
    ClearText,
    /// The server announces none that this client knows.
    #[error("{}", NoneOffered::Unknown)]
    NoneInCommon,
    /// The server announces OAuth's mechanisms alone, and there is a password.
    #[error("{}", NoneOffered::TokensOnly)]
    TokensOnly,
}

/// Whether and when to try the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Not as it is.
    Never,
    /// Later, on a new connection.
    Later,
    /// At once, in another letter over this connection: there were too many recipients. Where there was no other
    /// recipient, later.
    AnotherLetter,
    /// At once, on a new connection.
    AnotherConnection,
    /// Once signed in.
    SignedIn,
}

/// What to do about a refused login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// Ask for user name and password again.
    AskAgain,
    /// Come back later.
    ComeBack,
    /// Tell the user: neither waiting nor another password helps.
    Tell,
}

impl Refusal {
    /// A refusal of something that was not sent.
    pub(super) fn unsent(by: RefusedBy) -> Self {
        Self { by, to: "", reply: None, detail: None }
    }

    /// The server's refusal of a command.
    pub(super) fn of(to: &'static str, reply: Reply) -> Self {
        Self { by: RefusedBy::Server, to, reply: Some(reply), detail: None }
    }

    /// The reply's code.
    pub fn code(&self) -> Option<Code> {
        self.reply.as_ref().map(|reply| reply.code)
    }

    /// The reply's enhanced status code.
    pub fn enhanced(&self) -> Option<Enhanced> {
        self.reply.as_ref().and_then(|reply| reply.enhanced)
    }

    /// Whether and when to try again, where it is a letter's or a recipient's.
    pub fn retry(&self) -> Retry {
        match &self.by {
            RefusedBy::Server | RefusedBy::NoRecipient | RefusedBy::Hangup => {}
            RefusedBy::LettersFull | RefusedBy::DomainsFull => return Retry::AnotherConnection,
            RefusedBy::RecipientsFull => return Retry::AnotherLetter,
            RefusedBy::Closing => return Retry::Later,
            _ => return Retry::Never,
        }
        let topic = self.enhanced().map(Enhanced::topic);
        match (self.code().map_or(0, Code::value), topic) {
            // RFC 5321, section 4.5.3.1.10: too many recipients, and 552 where 452 is meant. X.5.3 says it outright
            // (RFC 3463, section 3.6); any other enhanced code says that it is something else.
            (452 | 552, None | Some((5, 3))) if self.to == "RCPT" => Retry::AnotherLetter,
            (400..=499, Some((5, 3))) if self.to == "RCPT" => Retry::AnotherLetter,
            // RFC 4954, section 6.
            (530, _) => Retry::SignedIn,
            (400..=499, _) | (0, _) => Retry::Later,
            _ => Retry::Never,
        }
    }

    /// What to do about it, where it is a login's (RFC 4954, section 6; RFC 5248).
    pub fn advice(&self) -> Advice {
        match &self.by {
            // RFC 5802, section 7: somebody may sit between, and another password does not help.
            _ if self.detail.as_deref() == Some("e=channel-bindings-dont-match") => return Advice::Tell,
            RefusedBy::Hangup => return Advice::AskAgain,
            RefusedBy::Closing => return Advice::ComeBack,
            RefusedBy::Server => {}
            _ => return Advice::Tell,
        }
        match (self.code().map_or(0, Code::value), self.enhanced().map(Enhanced::topic)) {
            // X.7.139 is Exchange Online's for a mailbox without passwords.
            (535, Some((7, 139))) => Advice::Tell,
            (535, _) => Advice::AskAgain,
            // 432 wants another mechanism first; waiting does not help.
            (432, _) => Advice::Tell,
            (400..=499, _) => Advice::ComeBack,
            _ => Advice::Tell,
        }
    }
}
