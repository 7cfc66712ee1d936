//! An SMTP submission client as a state machine without I/O (RFC 6409): bytes in, bytes and events out.
//!
//! ```text
//!            submit(Command) ──► queued ──► outstanding ──► one final event per ticket
//!                                   │            ▲
//!   poll_output ◄── Transmit ───────┤            │ the head decides what the next reply means
//!   poll_output ◄── NeedBody        │
//!         give_body ────────────────┘
//!   poll_output ◄── Event ◄──────────── handle_input, handle_eof
//! ```
//!
//! The caller owns the socket, TLS, the clock and the letters. It drives a session like this:
//!
//! 1. [`Session::new`], then [`Session::submit`] what it wants, in order. EHLO is the session's own business: it goes out
//!    behind the greeting and again behind the TLS handshake, and HELO where the server knows no EHLO.
//! 2. Whenever bytes arrive: [`Session::handle_input`]; at the end of the stream: [`Session::handle_eof`].
//! 3. After each of these: [`Session::poll_output`] until [`Output::NeedInput`]; send what is [`Output::Transmit`]. At
//!    [`Output::NeedBody`] everything before it is handed out: once that is sent, give the next octets of the letter with
//!    [`Session::give_body`], and poll again.
//! 4. On [`Event::StartTls`]: make the TLS handshake, then [`Session::tls_started`].
//!
//! A letter is one command with one outcome, and a fate for each of its recipients ([`Event::Recipient`]) before it:
//!
//! - [`Event::Done`]: the server has it, for the recipients that it accepted.
//! - [`Event::Refused`], [`Event::Lost`]: nobody gets it from this attempt; that is sure.
//! - [`Event::Unknown`]: its last octet was handed out and no answer came. Somebody may have it: whoever sends it again
//!   may send it twice.
//!
//! What is sent of a letter is what was surveyed ([`Survey`]): a line of more than 998 octets, say, is found before a byte
//! of it goes out. What the caller gives is compared with that on the way; a letter that differs, or that cannot be read to
//! its end ([`Session::abandon`]), ends the session before the octet that would complete it.
//!
//! ```
//! use restante_protocol::smtp::{Command, Config, Content, Event, Letter, Mailbox, Output, Session};
//!
//! let text = b"From: ana@example.org\r\nSubject: Hello\r\n\r\n.\r\n";
//! let (ana, bert): (Mailbox, Mailbox) = ("ana@example.org".parse()?, "bert@example.org".parse()?);
//! let letter = Letter::new(ana, [bert], Content::of(text)?)?;
//! let mut session = Session::new(Config::default());
//! session.submit(Command::Send(letter))?;
//!
//! let (mut sent, mut done) = (Vec::new(), false);
//! for reply in ["220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n", "250 ok\r\n250 ok\r\n354 go\r\n", "250 queued\r\n"] {
//!     session.handle_input(reply.as_bytes());
//!     loop {
//!         match session.poll_output()? {
//!             Output::NeedInput => break,
//!             Output::Transmit(octets) => sent.extend_from_slice(&octets),
//!             Output::NeedBody(ticket) => session.give_body(ticket, text)?,
//!             Output::Event(event) => done |= matches!(event, Event::Done { .. }),
//!         }
//!     }
//! }
//! assert!(done && sent.ends_with(b"DATA\r\nFrom: ana@example.org\r\nSubject: Hello\r\n\r\n..\r\n.\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Not here: sockets, deadlines, when to try again, how a letter is written.

mod address;
mod command;
mod config;
mod content;
mod error;
mod event;
mod extensions;
mod letter;
mod quirk;
mod reply;
mod session;
mod url;

pub use address::{BadAddress, ClientName, Mailbox, ReversePath};
pub use command::{Command, Login};
pub use config::{Chunking, Config, Limits};
pub use content::{Content, Form, LetterFault, Survey};
pub use error::{
    Advice, Argument, Fault, Lacking, Misuse, NoMechanism, ProtocolError, Refusal, RefusedBy, Retry, When,
};
pub use event::{Ending, Event, Output, Why};
pub use extensions::{Extensions, SizeLimit, TransactionLimits};
pub use letter::{BadLetter, Dsn, EnvelopeId, Letter, Notify, Recipient, Return};
pub use quirk::Quirk;
pub use reply::{Class, Code, Enhanced, Reply};
pub use session::{Session, Waiting};
pub use url::{BadUrl, Url};

pub use crate::Secret;
pub use crate::dialogue::{Channel, Rule, Ticket, Transmit};
pub use crate::sasl::{BadChallenge, BindingKind, CannotStart, ChannelBinding, Credential, Mechanism};
pub use crate::url::UrlError;
