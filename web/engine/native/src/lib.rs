//! What programs without a page share: the engine's platform on this machine, and the part of their command lines that
//! names a mail server.

mod net;
mod server;

pub use net::Native;
pub use server::{Account, Server};
