//! What programs without a page share: the engine's platform on this machine, and the part of their command lines that
//! names a mail server.

#[cfg(feature = "keep")]
mod folder;
mod net;
#[cfg(feature = "keep")]
mod secrets;
mod server;

#[cfg(feature = "keep")]
pub use folder::Folder;
pub use net::Native;
#[cfg(feature = "keep")]
pub use secrets::InMemory;
pub use server::{Account, Server, Submission};
