//! Everything a bridge is configured with, checked and in its final form.
//!
//! Not here: flags and files, and how they are read ([`crate::settings`]).

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::HeaderName;

use crate::access::client::Proxies;
use crate::access::token::Tokens;
use crate::http::bridges::Bridges;
use crate::http::oauth::Provider;
use crate::http::origin::Origins;
use crate::http::preset::Preset;
use crate::limits::Limits;
use crate::listen::acme::AcmeConfig;
use crate::listen::https::CertificateFiles;
use crate::reach::policy::Policy;
use crate::reach::resolve::{DnsResolver, Resolve};

/// The configuration of a [`crate::Server`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Where tunnels may lead.
    pub policy: Policy,
    /// Who may open them, where not everybody may.
    pub tokens: Tokens,
    /// Whether nobody may without a token, though none is listed.
    pub requires_token: bool,
    /// Whose pages may open them in a browser.
    pub origins: Origins,
    /// Proxies that say for whom they ask.
    pub proxies: Proxies,
    /// Whether connections of those proxies begin with the PROXY protocol.
    pub proxy_protocol: bool,
    /// The header in which those proxies name the user; it stands in for a token.
    pub identity_header: Option<HeaderName>,
    /// The bridge's own certificate; without one it serves HTTP.
    pub certificate: Option<CertificateFiles>,
    /// How it gets its own certificate by itself, where it has no file.
    pub acme: Option<AcmeConfig>,
    /// Whether it serves the page as well as tunnels.
    pub serves_page: bool,
    /// The bridges that the page may use.
    pub bridges: Bridges,
    /// The account the page starts with.
    pub preset: Option<Preset>,
    /// The providers whose sign-in pages the page may use. [`Config::policy`] has to admit where they hand out tokens.
    pub oauth: Vec<Provider>,
    /// Limits on time, number and speed.
    pub limits: Limits,
    /// Whether logs hold whole client addresses rather than their networks.
    pub log_clients: bool,
    /// PEM file of the authorities to verify mail servers by, instead of the system's.
    pub authorities: Option<PathBuf>,
    /// Whether the servers that a domain names are looked up, and the document of them fetched that it publishes, though [`Config::policy`] lists servers.
    pub discovery: bool,
    /// Resolver of names.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Config {
    /// Public destinations on the POP3 ports, same-origin pages, the system's resolver and authorities.
    fn default() -> Self {
        Self {
            policy: Policy::public(),
            tokens: Tokens::default(),
            requires_token: false,
            origins: Origins::default(),
            proxies: Proxies::default(),
            proxy_protocol: false,
            identity_header: None,
            certificate: None,
            acme: None,
            serves_page: true,
            bridges: Bridges::default(),
            preset: None,
            oauth: Vec::new(),
            limits: Limits::default(),
            log_clients: false,
            authorities: None,
            discovery: false,
            resolver: Arc::new(DnsResolver::default()),
        }
    }
}
