//! What connections, requests and tunnels share: counts, metrics, the signs to stop, and the rules in force.
//!
//! Rules are made once from a [`Config`], and a reload replaces them; a tunnel keeps those it was opened under. Nothing
//! here knows who serves, answers or relays.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::access::admission::{Admission, Openings};
use crate::access::client::{Peer, Proxies};
use crate::access::days::Days;
use crate::access::token::Tokens;
use crate::access::visitors::Visitors;
use crate::http::assets::Assets;
use crate::http::headers;
use crate::http::origin::Origins;
use crate::http::preset::PageConfig;
use crate::limits::Limits;
use crate::listen::acme::BadAcme;
use crate::listen::https::{BadCertificate, Https};
use crate::metrics::Metrics;
use crate::reach::lookups::Lookups;
use crate::reach::policy::Policy;
use crate::reach::resolve::Resolve;
use crate::reach::tls::{BadRoots, Upstream};
use crate::refusals::Refusals;
use crate::settings::config::Config;

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

/// What every request and every tunnel sees.
#[derive(Debug)]
pub(crate) struct Shared {
    rules: RwLock<Arc<Rules>>,
    pub(crate) assets: Assets,
    /// Tunnels.
    pub(crate) admission: Arc<Admission>,
    /// What was sent in a day.
    pub(crate) days: Arc<Days>,
    /// It listens on a loopback address.
    pub(crate) on_loopback: AtomicBool,
    /// Names that are being looked up.
    pub(crate) lookups: Arc<Lookups>,
    /// Connections that carry requests.
    pub(crate) visitors: Arc<Visitors>,
    /// What has been said of tunnels that did not come about.
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tunnels: TaskTracker,
    /// Connections that have asked for something.
    pub(crate) answers: TaskTracker,
    /// Set once the bridge is asked to stop: it is no longer ready.
    pub(crate) draining: CancellationToken,
    /// Set when time is up: tunnels end.
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules: RwLock::new(Arc::new(rules)),
            assets: Assets::embedded(),
            admission: Arc::default(),
            days: Arc::default(),
            on_loopback: AtomicBool::new(false),
            lookups: Arc::default(),
            visitors: Arc::default(),
            refusals: Arc::default(),
            metrics: Arc::default(),
            tunnels: TaskTracker::new(),
            answers: TaskTracker::new(),
            draining: CancellationToken::new(),
            stop: CancellationToken::new(),
        }
    }

    /// The rules in force now.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        // The lock is held for a copy of a pointer only, which does not panic.
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether strangers may send mail under these rules: where nobody but this machine is one.
    pub(crate) fn lets_strangers_send(&self, rules: &Rules) -> bool {
        self.on_loopback.load(Relaxed) && rules.proxies.is_none() && !rules.origins.has_names()
    }

    /// Replaces them.
    pub(crate) fn put_in_force(&self, rules: Arc<Rules>) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }
}

/// A configuration in force.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    pub(crate) tokens: Tokens,
    /// Whether strangers need a token, be there any or not.
    requires_token: bool,
    pub(crate) origins: Origins,
    pub(crate) proxies: Proxies,
    pub(crate) proxy_protocol: bool,
    pub(crate) identity_header: Option<HeaderName>,
    pub(crate) limits: Limits,
    pub(crate) openings: Openings,
    pub(crate) log_clients: bool,
    pub(crate) resolver: Arc<dyn Resolve>,
    /// Whether a domain's servers are looked up, and the document of them fetched that it publishes, where the policy lists servers.
    pub(crate) discovery: bool,
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
        // Taking out the last token revokes it, and lets nobody in.
        let revoked_last = before.is_some_and(|rules| rules.requires_token) && !config.tokens.are_listed();
        let requires_token = config.requires_token || config.tokens.are_listed() || revoked_last;
        if revoked_last && !config.requires_token {
            warn!("no token is listed any more: until a restart nobody gets in without one");
        }
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
                oauth: &config.oauth,
            };
            // Strings and numbers, which always serialise.
            Bytes::from(serde_json::to_vec(&page).unwrap_or_default())
        };
        Ok(Self {
            page_configs: [page_config(requires_token), page_config(false)],
            page_policy: headers::policy(&config.bridges),
            upstream: Upstream::new(config.authorities.as_deref())?,
            https,
            openings: Openings::new(config.limits.openings_per_minute),
            serves_page: config.serves_page,
            policy: config.policy,
            tokens: config.tokens,
            requires_token,
            origins: config.origins,
            proxies: config.proxies,
            proxy_protocol: config.proxy_protocol,
            identity_header: config.identity_header,
            limits: config.limits,
            log_clients: config.log_clients,
            resolver: config.resolver,
            discovery: config.discovery,
        })
    }

    /// Makes the folders that the bridge needs to run.
    pub(crate) fn make_folders(&self) -> Result<(), BadAcme> {
        self.https.as_ref().map_or(Ok(()), Https::make_folders)
    }

    /// What the page is told, who asks for it.
    pub(crate) fn page_config(&self, peer: Peer, headers: &HeaderMap) -> Bytes {
        let vouched_for = self.identity(peer, headers).is_some();
        Bytes::clone(&self.page_configs[usize::from(vouched_for)])
    }

    /// The user that a listed proxy names; nobody else is believed.
    pub(crate) fn identity(&self, peer: Peer, headers: &HeaderMap) -> Option<String> {
        let header = self.identity_header.as_ref().filter(|_| self.proxies.trust(peer))?;
        let mut values = headers.get_all(header).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        value.to_str().ok().filter(|user| !user.is_empty()).map(str::to_owned)
    }

    /// Whether strangers are turned away.
    pub(crate) fn knows_users(&self) -> bool {
        self.requires_token || self.identity_header.is_some()
    }
}
