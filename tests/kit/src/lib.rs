//! The test kit: what the tests of several packages need.
//!
//! A dialogue of `tests/scripts` is found by [`corpus`] and read by [`script`]. [`session`] plays it into a
//! `pop3::Session`, and [`submission`] into an `smtp::Session`; [`receiver`] takes letters; [`server`] turns it into a server, which the engine's tests put behind a pipe and the page's behind a
//! socket. The rules are in `tests/scripts/README.md`.
//!
//! Not here: sockets, TLS, time, and anything that asserts. Those are for the tests, and for `restante-tests`.

mod maildrop;
mod playing;

pub mod corpus;
pub mod receiver;
pub mod script;
pub mod server;
pub mod session;
pub mod submission;

pub use playing::{Cut, Played};
