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
//! ```
//! use restante_protocol::pop3::{Command, Config, Event, Login, Mechanism, Output, Secret, Session};
//!
//! let mut session = Session::new(Config { cleartext_agreed: true, ..Config::default() });
//! let login = Login::with_password("mrose", Secret::new("tanstaaf")).by(Mechanism::UserPass);
//! session.submit(Command::Login(login))?;
//! let stat = session.submit(Command::Stat)?;
//!
//! let mut server = ["+OK ready\r\n", "+OK\r\n", "+OK\r\n", "+OK 2 320\r\n"].into_iter();
//! while let Some(answer) = server.next() {
//!     session.handle_input(answer.as_bytes());
//!     loop {
//!         match session.poll_output()? {
//!             Output::NeedInput => break,
//!             Output::Transmit(octets) => println!("C: {}", String::from_utf8_lossy(&octets)),
//!             Output::Event(Event::Done { ticket, reply }) if ticket == stat => println!("{:?}", reply.data),
//!             Output::Event(_) => {}
//!         }
//!     }
//! }
//! assert!(session.is_idle());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
mod session;
mod transcript;
mod types;
mod url;

pub use capabilities::{Capabilities, Expire, LoginDelay, Utf8};
pub use choice::{NoMechanism, Situation, Why, choose};
pub use command::{Command, Login, MechanismChoice};
pub use config::{Config, Limits, Pipelining};
pub use error::{Advice, Argument, Fault, Misuse, ProtocolError, Refusal, RefusedBy, When};
pub use event::{Ending, Event, Greeting, Output, Reply, ReplyData};
pub use quirk::Quirk;
pub use reply::ResponseCode;
pub use session::Session;
pub use transcript::{LeftOut, Speaker, Spoken};
pub use types::{Mechanism, MessageNumber, Uid};
pub use url::{Scheme, Url, UrlAuth};

pub use crate::Secret;
pub use crate::dialogue::{Channel, Rule, Ticket, Transmit};
pub use crate::sasl::{BadChallenge, BindingKind, CannotStart, ChannelBinding, Credential};
pub use crate::url::UrlError;
