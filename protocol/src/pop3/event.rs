//! What a session says: bytes to send, events, or that it needs input.
//!
//! Texts of the server are untrusted. They are shown as UTF-8 where they are valid UTF-8 and octet by octet (Latin-1)
//! otherwise, without the status word, and may hold any character.

use super::{
    Capabilities, Channel, Mechanism, MessageNumber, Quirk, Refusal, ResponseCode, Ticket, Transmit, Uid, Why,
};

/// What [`super::Session::poll_output`] gives. Drain it until [`Output::NeedInput`].
#[derive(Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send these bytes, all of them, in order. They may hold a password: the session overwrites them when polled next,
    /// so a caller that copies them answers for the copy.
    Transmit(Transmit<'a>),
    /// Something happened.
    Event(Event<'a>),
    /// Nothing more to say until input, a command or the end comes.
    NeedInput,
}

/// What happened. Every ticket gets exactly one final event: [`Event::Done`], [`Event::Refused`] or [`Event::Lost`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The server is there (RFC 1939, section 4). First, and once.
    Greeting(Greeting),
    /// The server greets with a refusal: too many connections, say. [`Event::Lost`]s and [`Event::Closed`] follow.
    Rejected(Refusal),
    /// The answer to CAPA; Done follows. Also kept in [`super::Session::capabilities`].
    Capabilities {
        /// The command.
        ticket: Ticket,
        /// What the server can do.
        capabilities: Box<Capabilities>,
    },
    /// A line of LIST.
    ListItem {
        /// The command.
        ticket: Ticket,
        /// The message.
        number: MessageNumber,
        /// Its size as the server claims it, octets.
        octets: u64,
    },
    /// A line of UIDL.
    UidlItem {
        /// The command.
        ticket: Ticket,
        /// The message.
        number: MessageNumber,
        /// Its unique-id; `None` where the server left it empty.
        uid: Option<Uid>,
    },
    /// A line of LANG (RFC 6856, section 3).
    LanguageItem {
        /// The command.
        ticket: Ticket,
        /// The language tag.
        tag: String,
        /// What the server says of it; may be empty.
        description: String,
    },
    /// The next octets of a message, unstuffed and otherwise as they came, line ends included. Where one chunk ends
    /// and the next begins means nothing. A message without octets has no such event.
    Body {
        /// The command.
        ticket: Ticket,
        /// One octet or more.
        chunk: &'a [u8],
    },
    /// The server awaits the TLS handshake: make it, then call [`super::Session::tls_started`]. Nothing is sent before.
    StartTls {
        /// The command.
        ticket: Ticket,
    },
    /// How the login goes on.
    MechanismChosen {
        /// The command.
        ticket: Ticket,
        /// The mechanism.
        mechanism: Mechanism,
        /// Why this one.
        why: Why,
        /// Whether others can read along.
        channel: Channel,
    },
    /// The server deviates from the standards in a way that is tolerated. Each kind is told once a session.
    Quirk(Quirk),
    /// The command succeeded. Final.
    Done {
        /// The command.
        ticket: Ticket,
        /// The answer.
        reply: Reply,
    },
    /// The command was refused; the session goes on. Final.
    Refused {
        /// The command.
        ticket: Ticket,
        /// By whom and why.
        refusal: Refusal,
    },
    /// The connection ended, or the server broke the protocol, before the command was answered. Final.
    Lost {
        /// The command.
        ticket: Ticket,
        /// Whether it was sent: the server may have obeyed it.
        sent: bool,
    },
    /// The session is over, and every ticket has had its final event. Last, and once.
    Closed(Ending),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The server said +OK to QUIT.
    Quit,
    /// The server closed the connection without that.
    ByServer {
        /// What it said unasked before, where it did.
        said: Option<String>,
    },
}

/// The server's first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The text, without `+OK`; may be empty.
    pub text: String,
    /// APOP's challenge, angle brackets included, where the greeting has a well-formed one (RFC 1939, section 7).
    pub apop_challenge: Option<String>,
}

/// A positive answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The response code, where there is one (RFC 2449, section 8).
    pub code: Option<ResponseCode>,
    /// The status line's text, without `+OK` and code; may be empty.
    pub text: String,
    /// What the command asked for.
    pub data: ReplyData,
}

/// What a positive answer holds beyond its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyData {
    /// Nothing.
    None,
    /// Signed in this way.
    Login(Mechanism),
    /// STAT's answer.
    Stat {
        /// Messages not marked as deleted.
        messages: u32,
        /// Their octets, as the server claims.
        octets: u64,
    },
    /// Lines of LIST, UIDL, CAPA or LANG that came before.
    Items(u32),
    /// Octets of the body that came before, unstuffed.
    Body {
        /// Octets, all chunks together.
        octets: u64,
    },
    /// LAST's answer; `None` where no message was accessed yet.
    Last(Option<MessageNumber>),
}
