//! A POP3 client as a state machine without I/O: bytes in, bytes and events out.
//!
//! ```text
//!            submit(Command) ──► queued ──► outstanding ──► one final event per ticket
//!                                   │            ▲
//!   poll_output ◄── Transmit ───────┘            │ the head decides how the next bytes are read
//!   poll_output ◄── Event ◄──────────── handle_input, handle_eof
//! ```
//!
//! The caller owns the socket, TLS and the clock. It drives a session like this:
//!
//! 1. [`Session::new`], then [`Session::submit`] what it wants, in order; commands wait for the greeting by themselves.
//! 2. Whenever bytes arrive: [`Session::handle_input`]; at the end of the stream: [`Session::handle_eof`].
//! 3. After each of these: [`Session::poll_output`] until [`Output::NeedInput`]; send what is [`Output::Transmit`].
//! 4. On [`Event::StartTls`]: make the TLS handshake, then [`Session::tls_started`].
//!
//! Commands travel in the order of submission. Where the server announces PIPELINING, as many as the window allows go
//! at once; it is counted in octets of answers expected, not in commands ([`Config::window`]).
//!
//! Not here: sockets, deadlines, which messages to fetch, what is in them.

pub mod body;
mod capabilities;
mod choice;
mod command;
mod config;
mod error;
mod event;
mod listing;
mod quirk;
mod reply;
mod sasl;
mod session;
mod types;
mod url;
mod wire;

pub use capabilities::{Capabilities, Expire, LoginDelay, Utf8};
pub use choice::{NoMechanism, Situation, Why, choose};
pub use command::{BindingKind, ChannelBinding, Command, Credential, Login, MechanismChoice};
pub use config::{Config, Limits, Pipelining};
pub use error::{Advice, Argument, Fault, Misuse, ProtocolError, Refusal, RefusedBy, Rule, When};
pub use event::{Ending, Event, Greeting, Output, Reply, ReplyData, Transmit};
pub use quirk::Quirk;
pub use reply::ResponseCode;
pub use sasl::BadChallenge;
pub use session::Session;
pub use types::{Channel, Mechanism, MessageNumber, Ticket, Uid};
pub use url::{Scheme, Url, UrlAuth, UrlError};

pub use crate::tunnel::Secret;
