//! The mail engine: connection, TLS, MIME, store and sync. It runs inside the page's Web Worker and natively alike.
//!
//! ```text
//! transport → tls → connection (pop3::Session) → sync → mime → store → api (Update) → the page
//! ```
//!
//! No wasm-bindgen and no async runtime in here: what only a browser or only a native program has comes in through
//! [`platform`].

#[cfg(feature = "keep")]
pub mod compose;
pub mod connection;
pub mod discover;
mod engine;
mod hits;
mod host;
mod http;
#[cfg(feature = "keep")]
pub mod keep;
pub mod log;
mod mailbox;
pub mod mbox;
mod memory;
pub mod mime;
pub mod oauth;
mod pause;
pub mod platform;
mod prepare;
mod store;
pub mod submission;
#[cfg(feature = "keep")]
pub mod sync;
pub mod tls;
pub mod transport;
pub mod ways;
mod wish;

pub use engine::run;
