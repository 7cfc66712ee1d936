//! What requests are answered with: the page's files, its configuration, and the upgrade that begins a tunnel. Not here:
//! connections ([`crate::listen`]), and what follows an upgrade ([`crate::tunnel`]).

pub(crate) mod assets;
pub(crate) mod authority;
pub(crate) mod bridges;
pub(crate) mod export;
pub(crate) mod headers;
pub mod oauth;
pub mod origin;
pub mod preset;
pub(crate) mod routes;
mod upgrade;
#[cfg(feature = "verify")]
pub mod verify;
