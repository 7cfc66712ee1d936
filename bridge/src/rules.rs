//! What a reload replaces: everything that requests and tunnels ask for, made once from a [`Config`].
//!
//! A tunnel keeps the rules it was opened under.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::acme::BadAcme;
use crate::admission::Openings;
use crate::client::Proxies;
use crate::config::Config;
use crate::dial::Resolve;
use crate::headers;
use crate::https::{BadCertificate, Https};
use crate::limits::Limits;
use crate::origin::Origins;
use crate::policy::Policy;
use crate::preset::PageConfig;
use crate::tls::{BadRoots, Upstream};
use crate::token::Tokens;

/// Why a configuration cannot be put in force.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// The authorities to verify mail servers by cannot be had.
    #[error(transparent)]
    Roots(#[from] BadRoots),
    /// The bridge's own certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] BadCertificate),
    /// It cannot be got from an authority.
    #[error(transparent)]
    Acme(#[from] BadAcme),
}

/// A configuration in force.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    pub(crate) tokens: Tokens,
    pub(crate) origins: Origins,
    pub(crate) proxies: Proxies,
    pub(crate) proxy_protocol: bool,
    pub(crate) identity_header: Option<HeaderName>,
    pub(crate) limits: Limits,
    pub(crate) openings: Openings,
    pub(crate) log_clients: bool,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) upstream: Upstream,
    pub(crate) https: Option<Https>,
    pub(crate) serves_page: bool,
    /// The page's Content-Security-Policy.
    pub(crate) page_policy: HeaderValue,
    /// The bodies of `/restante.json`: for strangers, and for users that a proxy vouches for.
    page_configs: [Bytes; 2],
}

impl Rules {
    /// Reads the files that the configuration names, and changes nothing. What goes on by itself is taken over from the rules `before`.
    pub(crate) fn new(config: Config, before: Option<&Self>) -> Result<Self, BadConfig> {
        let before = before.and_then(|rules| rules.https.as_ref());
        let https = match (config.certificate, config.acme) {
            (Some(files), _) => Some(Https::from_files(files)?),
            (None, Some(acme)) => Some(Https::from_acme(acme, before)?),
            (None, None) => None,
        };
        let page_config = |token_required| {
            let page = PageConfig {
                preset: config.preset.as_ref(),
                token_required,
                bridges: &config.bridges.listed,
                any_bridge: config.bridges.any,
            };
            // Strings and numbers, which always serialise.
            Bytes::from(serde_json::to_vec(&page).unwrap_or_default())
        };
        Ok(Self {
            page_configs: [page_config(config.tokens.are_required()), page_config(false)],
            page_policy: headers::policy(&config.bridges),
            upstream: Upstream::new(config.authorities.as_deref())?,
            https,
            openings: Openings::new(config.limits.openings_per_minute),
            serves_page: config.serves_page,
            policy: config.policy,
            tokens: config.tokens,
            origins: config.origins,
            proxies: config.proxies,
            proxy_protocol: config.proxy_protocol,
            identity_header: config.identity_header,
            limits: config.limits,
            log_clients: config.log_clients,
            resolver: config.resolver,
        })
    }

    /// Makes the folders that the bridge needs to run.
    pub(crate) fn make_folders(&self) -> Result<(), BadAcme> {
        self.https.as_ref().map_or(Ok(()), Https::make_folders)
    }

    /// What the page is told, who asks for it.
    pub(crate) fn page_config(&self, peer: IpAddr, headers: &HeaderMap) -> Bytes {
        let vouched_for = self.identity(peer, headers).is_some();
        Bytes::clone(&self.page_configs[usize::from(vouched_for)])
    }

    /// The user that a listed proxy names; nobody else is believed.
    pub(crate) fn identity(&self, peer: IpAddr, headers: &HeaderMap) -> Option<String> {
        let header = self.identity_header.as_ref().filter(|_| self.proxies.contains(peer))?;
        let mut values = headers.get_all(header).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        value.to_str().ok().filter(|user| !user.is_empty()).map(str::to_owned)
    }

    /// Whether strangers are turned away.
    pub(crate) fn knows_users(&self) -> bool {
        self.tokens.are_required() || self.identity_header.is_some()
    }
}
