//! The bridge: serves the page, and relays its bytes to the mail server.
//!
//! ```text
//! TcpListener → server → connection → web (routes) ┬→ assets, preset            the page, and what it starts with
//!                                     └→ origin, upgrade → tunnel   one WebSocket, one TCP connection
//!                                             tunnel = page ⇄ relay ⇄ wire
//!                                             page → frame → buffer         RFC 6455, in place
//!                                             tunnel → policy → dial → tls  who is asked, vetted, reached
//! ```
//!
//! It is no open proxy: [`policy`] decides by name and, after resolving, by address; [`origin`] by page. It holds no
//! state beyond its open tunnels, so any number of bridges can stand side by side. The wire contract with the page is
//! `restante_protocol::tunnel`; nothing else is shared with it.
//!
//! [`Server::new`] takes a [`Config`], [`Server::run`] a listener and the moment to stop.

mod acme;
mod admission;
mod assets;
mod bridges;
mod buffer;
mod client;
mod config;
mod connection;
mod credit;
mod dial;
mod export;
mod failure;
mod frame;
mod headers;
pub mod host;
mod https;
mod limits;
mod metrics;
pub mod origin;
mod pace;
mod page;
pub mod policy;
pub mod preset;
mod proxy_protocol;
mod relay;
mod rules;
mod server;
pub mod settings;
mod tls;
pub mod token;
mod tunnel;
mod upgrade;
pub mod verify;
mod watched;
mod web;
mod wire;

pub use acme::{AcmeConfig, BadAcme};
pub use bridges::{BadBridge, Bridge, Bridges};
pub use client::Proxies;
pub use config::Config;
pub use dial::{Resolve, Resolving, SystemResolver};
pub use export::{Hosting, fingerprint, sums, write_page};
pub use https::{BadCertificate, CertificateFiles};
pub use limits::Limits;
pub use rules::BadConfig;
pub use server::{Handle, Reloader, Server, StartError, listen};
pub use tls::BadRoots;
