//! A mail server and the way to it: what a connection needs to know, and nothing of the user.

use restante_protocol::tunnel::Secret;
use serde::{Deserialize, Serialize};

use super::{By, Fingerprint, OpenMailbox, Security, TlsEnd};

/// A mail server, how it is reached, and what of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Host name or address literal (IPv6 without brackets).
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// See [`OpenMailbox::trusted`].
    pub trusted: Option<Fingerprint>,
    /// See [`OpenMailbox::cleartext_agreed`].
    pub cleartext_agreed: bool,
    /// The bridge's access token, where it asks for one.
    pub token: Option<Secret>,
    /// The address of the bridge (`wss://…`), where it is not the one that served the page.
    pub bridge: Option<String>,
}

impl Server {
    /// By which bridge it is reached.
    pub fn by(&self) -> By {
        By { bridge: self.bridge.clone(), token: self.token.clone() }
    }
}

/// What is readied before a mailbox is opened. Nothing of the user goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prepare {
    /// The way to the page's own bridge. No mail server is touched, and what is prepared already stays.
    Bridge,
    /// A connection to this server: TCP, TLS, the greeting and CAPA. One to another server is given up.
    Server(Box<Server>),
    /// Nothing any more: a connection that was prepared is given up.
    Nothing,
}

impl From<&OpenMailbox> for Server {
    fn from(open: &OpenMailbox) -> Self {
        Self {
            host: open.host.clone(),
            port: open.port,
            security: open.security,
            tls_end: open.tls_end,
            trusted: open.trusted,
            cleartext_agreed: open.cleartext_agreed,
            token: open.token.clone(),
            bridge: open.bridge.clone(),
        }
    }
}
