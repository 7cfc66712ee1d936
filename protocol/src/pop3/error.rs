//! What goes wrong, by blame: [`Misuse`] is the caller's, [`ProtocolError`] the server's, [`Refusal`] nobody's.

use std::fmt;

use super::{Mechanism, Pipelining, ResponseCode, Rule};

/// The caller asked for what cannot be. The session is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// CR, LF or NUL in an argument would end or garble the command's line.
    #[error("CR, LF or NUL in {0}")]
    LineBreak(Argument),
    /// An argument that must not be empty is empty.
    #[error("{0} is empty")]
    Empty(Argument),
    /// An argument that must be one word has a space in it.
    #[error("a space in {0}")]
    Space(Argument),
    /// A command line is 255 octets long at most, its CRLF included (RFC 2449, section 4).
    #[error("{0} makes the command line longer than 255 octets")]
    TooLong(Argument),
    /// Message numbers start at 1 (RFC 1939, section 5).
    #[error("no message has the number 0")]
    MessageZero,
    /// The command belongs into another state of the session (RFC 1939, section 3).
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
    /// The language tag.
    Language,
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "the user name",
            Self::Password => "the password",
            Self::Token => "the token",
            Self::Language => "the language tag",
        })
    }
}

/// Where a session stands (RFC 1939, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// AUTHORIZATION state.
    BeforeLogin,
    /// TRANSACTION state.
    AfterLogin,
    /// The channel is TLS already.
    AfterTls,
    /// UTF8 was submitted, behind which no STLS may follow (RFC 6856, section 2.1).
    AfterUtf8,
    /// UPDATE state: QUIT was submitted.
    AfterQuit,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeLogin => "before the login",
            Self::AfterLogin => "after the login",
            Self::AfterTls => "on a TLS channel",
            Self::AfterUtf8 => "behind UTF8",
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

    /// Whether to try again without pipelining ([`super::Pipelining::Never`]) on a new connection.
    pub fn suggests_lock_step(&self) -> bool {
        self.pipelined
            && matches!(
                self.fault,
                Fault::NoStatus { .. } | Fault::Unasked { .. } | Fault::BadStat | Fault::BadListing { .. }
            )
            || matches!(self.fault, Fault::UnsureEnd | Fault::DotNotDoubled)
    }

    /// How to ask this server on a new connection, if that may help.
    pub fn suggests(&self) -> Option<Pipelining> {
        if self.fault == Fault::SilentBehindLogin {
            Some(Pipelining::AfterLogin)
        } else {
            self.suggests_lock_step().then_some(Pipelining::Never)
        }
    }
}

/// What a server did that no client can live with. Excerpts are the first octets of the line, made printable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The first line is not a POP3 greeting.
    #[error("the server does not greet as a POP3 server does: {excerpt:?}")]
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
    /// An answer that starts neither with `+OK` nor with `-ERR`.
    #[error("an answer without a status: {excerpt:?}")]
    NoStatus {
        /// The line's beginning.
        excerpt: String,
    },
    /// A line that no command asked for.
    #[error("an answer that nothing asked for: {excerpt:?}")]
    Unasked {
        /// The line's beginning.
        excerpt: String,
    },
    /// STAT's answer has not two numbers.
    #[error("an answer to STAT without two numbers")]
    BadStat,
    /// A line of LIST or UIDL that does not start with a message number, or whose size is no number.
    #[error("a malformed line in a listing: {excerpt:?}")]
    BadListing {
        /// The line's beginning.
        excerpt: String,
    },
    /// LAST's answer has no number.
    #[error("an answer to LAST without a number")]
    BadLast,
    /// A number too large for any maildrop.
    #[error("a number that is too large: {excerpt:?}")]
    NumberTooLarge {
        /// The line's beginning.
        excerpt: String,
    },
    /// A listing of more lines than [`super::Limits`] allow.
    #[error("a listing of more than {limit} lines")]
    ListingTooLong {
        /// The limit.
        limit: u64,
    },
    /// A body of more octets than [`super::Limits`] allow.
    #[error("a message of more than {limit} octets")]
    BodyTooLong {
        /// The limit.
        limit: u64,
    },
    /// What was received of a message may be all of it, or its sender wrote what looks like an end: with other answers
    /// expected behind, nothing but CRLF `.` CRLF ends one.
    #[error("the end of a message cannot be told from its text, with other answers expected behind it")]
    UnsureEnd,
    /// A line of a message starts with a dot that was not doubled: so CRLF `.` CRLF ends no message of this server beyond
    /// doubt either, and other answers are expected behind.
    #[error("a dot at the start of a message's line was not doubled, with other answers expected behind it")]
    DotNotDoubled,
    /// Text behind a message whose end was told by silence or in the server's own way, where an answer should start.
    #[error("more text behind the end of a message, which was not a proper end: {excerpt:?}")]
    BehindEnd {
        /// The line's beginning.
        excerpt: String,
    },
    /// The login was answered, and what went out with it is not.
    #[error("no answer to what was sent together with the login")]
    SilentBehindLogin,
    /// Octets between STLS' +OK and the TLS handshake: somebody may have put them there.
    #[error("octets in clear text after STLS was agreed")]
    ClearTextAfterStls,
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
            Self::NoGreeting { .. } => (1939, "4"),
            Self::LineTooLong { .. } => (2449, "4"),
            Self::NoStatus { .. } | Self::Unasked { .. } => (1939, "3"),
            Self::UnsureEnd | Self::DotNotDoubled | Self::BehindEnd { .. } => (1939, "3"),
            Self::SilentBehindLogin => (2449, "6.6"),
            Self::BadStat | Self::BadListing { .. } | Self::NumberTooLarge { .. } => (1939, "5"),
            Self::ListingTooLong { .. } | Self::BodyTooLong { .. } => (1939, "3"),
            Self::BadLast => (1725, "5"),
            Self::ClearTextAfterStls => (2595, "4"),
            Self::SaslTooLong { .. } => (5034, "4"),
        };
        Rule { rfc, section }
    }
}

/// A command was refused; nobody broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused it.
    pub by: RefusedBy,
    /// The response code, where the server gave one (RFC 2449, section 8; RFC 3206).
    pub code: Option<ResponseCode>,
    /// What the server said, without `-ERR` and code; may be empty.
    pub text: String,
    /// What the server said before, inside the SASL exchange: OAuth's error as JSON (RFC 7628, section 3.2.2).
    pub detail: Option<String>,
}

/// Who refused a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusedBy {
    /// The server said -ERR.
    Server,
    /// The server closed the connection instead of answering a password or CAPA, as some do.
    Hangup,
    /// Not sent: the login before it failed.
    FailedLogin,
    /// Not sent: the STLS before it failed, and nothing that was meant to be protected goes out in clear text.
    FailedStls,
    /// Not sent: no mechanism that both sides know and that this channel allows.
    NoMechanism(super::NoMechanism),
    /// Not sent: user name or password cannot be, in the way that was chosen.
    CannotStart(super::CannotStart),
    /// Ended by this side: the server did not prove that it knows the password, or its challenge was malformed.
    BadChallenge(super::BadChallenge),
}

/// What to do about a refused login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// Ask for user name and password again.
    AskAgain,
    /// Come back later; after so many seconds, where the server said when.
    ComeBack {
        /// Seconds.
        seconds: Option<u32>,
    },
    /// Tell the user: neither waiting nor another password helps.
    Tell,
}

impl Refusal {
    /// What to do about it, if it is a login's: only `[AUTH]`, or a refusal without a code, is the password's fault
    /// (RFC 3206, section 4). `capabilities` may know how long LOGIN-DELAY is.
    pub fn advice(&self, capabilities: Option<&super::Capabilities>) -> Advice {
        match (&self.by, &self.code) {
            // RFC 5802, section 7: somebody may sit between, and another password does not help.
            _ if self.detail.as_deref() == Some("e=channel-bindings-dont-match") => Advice::Tell,
            (RefusedBy::Server | RefusedBy::Hangup, None | Some(ResponseCode::Auth)) => Advice::AskAgain,
            (_, Some(ResponseCode::LoginDelay(seconds))) => {
                Advice::ComeBack { seconds: seconds.or_else(|| capabilities?.login_delay.map(|delay| delay.seconds)) }
            }
            (_, Some(ResponseCode::InUse | ResponseCode::SysTemp)) => Advice::ComeBack { seconds: None },
            _ => Advice::Tell,
        }
    }
}
