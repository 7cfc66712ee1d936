//! The bridge's own certificate from an ACME authority (RFC 8555), got and renewed while the bridge runs.
//!
//! ```text
//! keep (when) → order (one order) → certificates (what handshakes use, challenges included) → cache (files)
//! ```
//! A certificate is renewed when a third of its time is left. An authority that fails is asked again, less and less
//! often; the certificate in use stays. Not here: certificates in files ([`crate::listen::https`]).

mod cache;
mod certificates;
mod order;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};

use axum::http::Uri;
use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::reach::tls::BadRoots;
use cache::Cache;
pub(crate) use certificates::PROTOCOL;
use certificates::{Certificate, Certificates};

/// Let's Encrypt's production directory.
const DEFAULT_DIRECTORY: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// For one order, from the account to the certificate.
const ORDER_TIME: Duration = Duration::from_secs(180);
/// Before an authority that failed is asked again. Authorities allow five failures an hour for a name: with this first
/// pause, and each four times the one before, there are four.
const FIRST_RETRY: Duration = Duration::from_secs(60);
/// The longest of these pauses.
const LONGEST_RETRY: Duration = Duration::from_secs(3600);
/// The longest sleep: the clock may be set meanwhile, or the machine be suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

/// How a bridge gets its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeConfig {
    domains: Vec<String>,
    contacts: Vec<String>,
    directory: String,
    cache: PathBuf,
    authorities: Option<PathBuf>,
    first_retry: Duration,
}

/// Why there can be no certificate from an authority. The operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum BadAcme {
    /// The directory's address.
    #[error("{0:?} is no ACME directory: it has an https:// address")]
    Directory(String),
    /// An address that nobody can write to.
    #[error("{0:?} is no contact: it is written mailto:NAME@HOST")]
    Contact(String),
    /// The folder cannot be made or read.
    #[error("cannot keep certificates in {0}: {1}")]
    Cache(PathBuf, std::io::Error),
    /// The authorities to verify the directory by.
    #[error(transparent)]
    Roots(#[from] BadRoots),
    /// rustls does not take the configuration.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

impl AcmeConfig {
    /// A certificate for these names. `authorities` is a PEM file by which the directory itself is verified, instead of
    /// the system's roots.
    ///
    /// # Errors
    /// [`BadAcme`] where the directory or a contact is none.
    pub fn new(
        domains: Vec<String>,
        contacts: Vec<String>,
        directory: Option<String>,
        cache: PathBuf,
        authorities: Option<PathBuf>,
    ) -> Result<Self, BadAcme> {
        let directory = directory.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned());
        let https = |uri: Uri| uri.scheme_str() == Some("https") && uri.host().is_some();
        if !directory.parse().is_ok_and(https) {
            return Err(BadAcme::Directory(directory));
        }
        if let Some(contact) =
            contacts.iter().find(|c| !c.strip_prefix("mailto:").is_some_and(|address| address.contains('@')))
        {
            return Err(BadAcme::Contact(contact.clone()));
        }
        Ok(Self { domains, contacts, directory, cache, authorities, first_retry: FIRST_RETRY })
    }

    /// Asks an authority that failed again after this time at first, instead of a minute.
    #[must_use]
    pub fn with_first_retry(self, first_retry: Duration) -> Self {
        Self { first_retry, ..self }
    }
}

/// A certificate from an authority, kept up to date from [`Acme::start`] until it is dropped.
#[derive(Debug)]
pub(crate) struct Acme {
    config: AcmeConfig,
    cache: Cache,
    client: order::Client,
    certificates: Arc<Certificates>,
    acceptor: Acceptor,
    task: OnceLock<AbortHandle>,
}

/// rustls' configuration says nothing for a person to read.
struct Acceptor(TlsAcceptor);

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptor")
    }
}

impl Acme {
    /// Takes up the certificate that is kept from earlier, if it is still good; without one, handshakes are answered as
    /// `before`. Orders and makes nothing yet. `serve` completes the configuration that handshakes use.
    ///
    /// # Errors
    /// [`BadAcme`]
    pub(crate) fn new(
        config: AcmeConfig,
        before: Option<Arc<dyn ResolvesServerCert>>,
        serve: impl FnOnce(Arc<Certificates>) -> Result<ServerConfig, rustls::Error>,
    ) -> Result<Self, BadAcme> {
        let cache = Cache::open(&config.cache, &config.directory, &config.domains)
            .map_err(|e| BadAcme::Cache(config.cache.clone(), e))?;
        let client = order::Client::new(crate::reach::tls::client_config(config.authorities.as_deref())?);
        let certificates = Arc::new(Certificates::after(before));
        let kept = cache.certificate().map_err(|e| BadAcme::Cache(config.cache.clone(), e))?;
        match kept.map(|pem| Certificate::read(&pem)).transpose() {
            Ok(Some(kept)) if kept.expires() > SystemTime::now() => certificates.use_from_now_on(kept),
            Ok(_) => {}
            Err(error) => warn!(%error, "the certificate that was kept is of no use, another one is ordered"),
        }
        let acceptor = Acceptor(Arc::new(serve(Arc::clone(&certificates))?).into());
        Ok(Self { config, cache, client, certificates, acceptor, task: OnceLock::new() })
    }

    /// What accepts connections. Without a certificate it refuses them.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.0.clone()
    }

    /// Whether this is how a configuration wants it.
    pub(crate) fn fits(&self, config: &AcmeConfig) -> bool {
        self.config == *config
    }

    /// What handshakes are answered with now; `None` where they are refused.
    pub(crate) fn shown(&self) -> Option<Arc<dyn ResolvesServerCert>> {
        self.certificates.shown()
    }

    /// Makes the folder that everything is kept in.
    ///
    /// # Errors
    /// [`BadAcme::Cache`]
    pub(crate) fn make_folder(&self) -> Result<(), BadAcme> {
        self.cache.make().map_err(|e| BadAcme::Cache(self.config.cache.clone(), e))
    }

    /// Begins to keep the certificate up to date, if that has not begun. Must be called in a Tokio runtime.
    pub(crate) fn start(self: &Arc<Self>) {
        self.task.get_or_init(|| tokio::spawn(keep(Arc::downgrade(self))).abort_handle());
    }

    /// Orders nothing any more, for good. Tunnels keep the rules they were opened under, and this with them.
    pub(crate) fn stop(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    /// How long there is nothing to do.
    fn rest(&self) -> Duration {
        let renewal = self.certificates.current().map(|certificate| certificate.renewal());
        renewal.and_then(|at| at.duration_since(SystemTime::now()).ok()).unwrap_or_default()
    }

    async fn renew(&self) -> Result<(), order::OrderError> {
        let ordered = order::run(&self.config, &self.client, &self.cache, &self.certificates);
        let pem = timeout(ORDER_TIME, ordered).await.unwrap_or(Err(order::OrderError::TimedOut));
        self.certificates.forget_challenges();
        self.take_up(&pem?)
    }

    /// Uses and keeps what was issued.
    fn take_up(&self, pem: &[u8]) -> Result<(), order::OrderError> {
        let certificate = Certificate::read(pem)?;
        let days = certificate.expires().duration_since(SystemTime::now()).unwrap_or_default().as_secs() / 86_400;
        self.certificates.use_from_now_on(certificate);
        info!(names = self.config.domains.join(" "), days, "a certificate was issued");
        // It is in use already; what cannot be kept is ordered again at the next start.
        if let Err(error) = self.cache.keep_certificate(pem) {
            warn!(%error, "the certificate cannot be kept");
        }
        // Ordered again at once, without end, it would use up what an authority grants in a week.
        if self.rest().is_zero() { Err(order::OrderError::DueAtOnce) } else { Ok(()) }
    }
}

impl Drop for Acme {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Orders a certificate whenever it is time, as long as somebody uses it.
async fn keep(acme: Weak<Acme>) {
    let mut pause = None;
    loop {
        let Some(rest) = acme.upgrade().map(|acme| acme.rest()) else { return };
        if !rest.is_zero() {
            sleep(rest.min(LONGEST_SLEEP)).await;
            continue;
        }
        let Some(now) = acme.upgrade() else { return };
        let Err(error) = now.renew().await else {
            pause = None;
            continue;
        };
        let wait = pause.map_or(now.config.first_retry, |last: Duration| (last * 4).min(LONGEST_RETRY));
        let in_use = if now.shown().is_some() { "the one in use stays" } else { "there is none" };
        warn!(%error, seconds = wait.as_secs(), "no certificate was issued, {in_use}; the authority is asked again");
        drop(now);
        pause = Some(wait);
        sleep(wait).await;
    }
}

#[cfg(test)]
mod tests;
