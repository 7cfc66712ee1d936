//! What the page and the bridge agree on, and what both know of POP3's wire. Sans-I/O: no sockets, no clock, no wasm.
//!
//! - [`pop3`]: the POP3 client state machine. Bytes in, bytes and events out.
//! - [`tunnel`]: the contract of the WebSocket between the page and the bridge.

pub mod pop3;
pub mod tunnel;
