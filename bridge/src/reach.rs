//! The way to a mail server: how it is spelled, whether it is allowed, its addresses, the connection and its TLS.

pub(crate) mod dial;
pub mod host;
pub(crate) mod lookups;
pub mod policy;
pub(crate) mod resolve;
pub(crate) mod services;
pub(crate) mod tls;
