//! How connections come in: sockets, the PROXY protocol, TLS and its certificates, HTTP's two versions. Not here: what
//! requests are answered with ([`crate::http`]).

pub(crate) mod acme;
mod connection;
pub(crate) mod https;
mod proxy_protocol;
pub(crate) mod server;
