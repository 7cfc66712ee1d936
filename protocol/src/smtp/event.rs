//! What a session says: bytes to send, events, or what it needs.
//!
//! Texts of the server are untrusted. They are shown as UTF-8 where they are valid UTF-8 and octet by octet (Latin-1)
//! otherwise, without the codes, and may hold any character.

use std::fmt;

use super::{Channel, Extensions, Mechanism, Quirk, Refusal, Reply, Ticket, Transmit};

/// What [`super::Session::poll_output`] gives. Drain it until [`Output::NeedInput`].
#[derive(Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send these bytes, all of them, in order. They may hold a password: the session overwrites them when polled next,
    /// so a caller that copies them answers for the copy.
    Transmit(Transmit<'a>),
    /// Something happened.
    Event(Event),
    /// This letter's next octets may be given ([`super::Session::give_body`]), in pieces of whatever size the caller has
    /// room for twice. It is told until they are given; input may be handled meanwhile.
    NeedBody(Ticket),
    /// Nothing more to say until input, a command or the end comes.
    NeedInput,
}

/// What happened. Every ticket gets exactly one final event: [`Event::Done`], [`Event::Refused`], [`Event::Lost`] or
/// [`Event::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The server is there (RFC 5321, section 4.3.1). First, and once.
    Greeting(Reply),
    /// The server greets with a refusal, or refuses EHLO and HELO. [`Event::Lost`]s and [`Event::Closed`] follow.
    Rejected(Refusal),
    /// What the server announces; told again behind the TLS handshake. Also kept in [`super::Session::extensions`].
    Extensions(Box<Extensions>),
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
    /// The server has no DSN: this letter goes without what was asked for.
    WithoutReports {
        /// The letter.
        ticket: Ticket,
    },
    /// What the server, or what it announced, says to one of a letter's recipients. It counts only once the letter is
    /// done: nobody gets a letter that is refused or lost later.
    Recipient {
        /// The letter.
        ticket: Ticket,
        /// Which of [`super::Letter::recipients`].
        index: usize,
        /// Whether the recipient was accepted.
        outcome: Result<Reply, Refusal>,
    },
    /// The server deviates from the standards in a way that is tolerated. Each kind is told once a session.
    Quirk(Quirk),
    /// The command succeeded: a letter is the server's now. Final.
    Done {
        /// The command.
        ticket: Ticket,
        /// The answer.
        reply: Reply,
        /// How the login was made, where it was one.
        mechanism: Option<Mechanism>,
    },
    /// The command was refused: nobody gets a letter. The session goes on, unless [`Event::Closed`] says otherwise. Final.
    Refused {
        /// The command.
        ticket: Ticket,
        /// By whom and why.
        refusal: Refusal,
    },
    /// The connection ended, or the server broke the protocol, before the command was answered. Nobody gets a letter: its
    /// end was not handed out. Final.
    Lost {
        /// The command.
        ticket: Ticket,
        /// Whether something of it was sent.
        sent: bool,
    },
    /// The same, and the letter's last octet was handed out: the server may have taken it (RFC 5321, section 4.5.4.1, and
    /// RFC 1047). Final.
    Unknown {
        /// The letter.
        ticket: Ticket,
    },
    /// The session is over, and every ticket has had its final event: close the connection. Last, and once.
    Closed(Ending),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The server answered QUIT.
    Quit,
    /// The server closed the connection without that, or said that it will (421).
    ByServer {
        /// What it said unasked before, where it did.
        said: Option<Reply>,
    },
    /// This side gave a letter up in its middle, which takes the connection along.
    Abandoned,
}

/// Why a mechanism was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The caller asked for it by name.
    AskedFor,
    /// The strongest of those that both sides know.
    Strongest,
    /// The server announces channel binding, and refused it before it had seen any proof of the password.
    Unbound,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AskedFor => "asked for by name",
            Self::Strongest => "the strongest that both sides know",
            Self::Unbound => "the server refused to bind the login to the connection, though it announces that",
        })
    }
}
