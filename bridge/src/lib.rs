//! The bridge: serves the page, and relays its bytes to the mail server.
//!
//! ```text
//! TcpListener → listen: server → connection ─→ http: routes ┬→ assets, preset      the page, and what it starts with
//!                                                          └→ origin, upgrade ─→ tunnel: session    one WebSocket, one TCP connection
//!                   session = page ⇄ relay ⇄ wire
//!                   page → frame → buffer                         RFC 6455, in place
//!                   session → access: token, admission, days      who asks, and how much
//!                   session → reach: policy → dial → tls          who is asked, vetted, reached
//! ```
//!
//! It is no open proxy: [`policy`] decides by name and, after resolving, by address; [`origin`] by page. It holds no
//! state beyond its open tunnels, so any number of bridges can stand side by side. The wire contract with the page is
//! `restante_protocol::tunnel`; nothing else is shared with it.
//!
//! [`Server::new`] takes a [`Config`], [`Server::run`] a listener and the moment to stop.

mod access;
mod failure;
mod http;
mod limits;
mod listen;
pub mod log;
mod metrics;
mod reach;
mod refusals;
pub mod settings;
mod shared;
mod tunnel;
mod watched;
mod wire;

pub use access::client::Proxies;
pub use access::token;
pub use http::bridges::{BadBridge, Bridge, Bridges};
pub use http::export::{Hosting, fingerprint, sums, write_page};
#[cfg(feature = "verify")]
pub use http::verify;
pub use http::{oauth, origin, preset};
pub use limits::Limits;
pub use listen::acme::{AcmeConfig, BadAcme};
pub use listen::https::{BadCertificate, CertificateFiles};
pub use listen::server::{Handle, Reloader, Server, StartError, listen};
pub use reach::resolve::{DnsResolver, Naming, Resolve, Resolving, Srv};
pub use reach::tls::BadRoots;
pub use reach::{host, policy};
pub use settings::config::Config;
pub use shared::BadConfig;
#[doc(hidden)]
pub use tunnel::replay_frames;
