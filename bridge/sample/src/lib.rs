//! The built-in sample: a maildrop that shows what mail is like, and a small server that offers it on loopback by POP3, and
//! takes mail for it by submission.
//!
//! ```text
//! mail/*  (who writes what) → mime (how it is written down) → maildrop → office → pop3 (no I/O)       → server (TLS, sockets)
//!                                                                        office ← submission (no I/O) ←
//! ```
//!
//! The maildrop is dated relative to the moment it is made, so that the list looks alive. Every login finds the same
//! maildrop, and behind it what was delivered since: a DELE lasts as long as its session. It is a demonstration and a test
//! piece, not a mail server: one user, a password everybody knows, loopback only, and no letter leaves it.

mod certificate;
mod files;
mod lines;
mod mail;
mod maildrop;
mod mime;
mod office;
mod pop3;
mod sasl;
mod server;
mod submission;

pub use maildrop::{Message, maildrop};
pub use server::{Server, StartError};
