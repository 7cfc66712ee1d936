//! The built-in sample: a maildrop that shows what mail is like, and a small POP3 server that offers it on loopback.
//!
//! ```text
//! mail/*  (who writes what) → mime (how it is written down) → maildrop → session (POP3, no I/O) → server (TLS, sockets)
//! ```
//!
//! The maildrop is dated relative to the moment it is made, so that the list looks alive. Every login finds the same
//! maildrop: a DELE lasts as long as its session. It is a demonstration and a test piece, not a mail server: one user,
//! a password everybody knows, loopback only.

mod certificate;
mod files;
mod lines;
mod mail;
mod maildrop;
mod mime;
mod server;
mod session;

pub use maildrop::{Message, maildrop};
pub use server::{Server, StartError};
