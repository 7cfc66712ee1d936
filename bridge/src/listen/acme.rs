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

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use instant_acme::ExternalAccountKey;
use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::reach::tls::BadRoots;
use cache::{Cache, Failed};
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
/// The longest that an authority may ask for.
const LONGEST_ASKED_FOR: Duration = Duration::from_secs(24 * 3600);
/// Between two looks at a folder in which another bridge orders.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
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
    external_account: Option<ExternalAccount>,
    first_retry: Duration,
}

/// An account that the operator has with the authority already, and the one over ACME is bound to (RFC 8555, section
/// 7.3.4).
#[derive(Clone, PartialEq, Eq)]
struct ExternalAccount {
    id: String,
    key: Vec<u8>,
}

impl ExternalAccount {
    fn key(&self) -> ExternalAccountKey {
        ExternalAccountKey::new(self.id.clone(), &self.key)
    }
}

impl std::fmt::Debug for ExternalAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalAccount").field("id", &self.id).finish_non_exhaustive()
    }
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
    /// The key of an external account.
    #[error("cannot read the external account's key in {0}: {1}")]
    ExternalKey(PathBuf, String),
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
        Ok(Self { domains, contacts, directory, cache, authorities, external_account: None, first_retry: FIRST_RETRY })
    }

    /// Binds the account to one that the operator has with the authority: `key` is a file with the authority's key, in
    /// base64url as it is handed out.
    ///
    /// # Errors
    /// [`BadAcme::ExternalKey`]
    pub fn with_external_account(self, id: String, key: &Path) -> Result<Self, BadAcme> {
        let unreadable = |reason: String| BadAcme::ExternalKey(key.to_owned(), reason);
        let text = std::fs::read_to_string(key).map_err(|error| unreadable(error.to_string()))?;
        let decoded = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('='));
        let key = decoded.ok().filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| unreadable("it is not base64url".to_owned()))?;
        Ok(Self { external_account: Some(ExternalAccount { id, key }), ..self })
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
    failed: Mutex<Option<Failed>>,
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
        let cache = Cache::open(&config).map_err(|e| BadAcme::Cache(config.cache.clone(), e))?;
        let client = order::Client::new(crate::reach::tls::client_config(config.authorities.as_deref())?);
        let certificates = Arc::new(Certificates::after(before));
        let kept = cache.certificate().map_err(|e| BadAcme::Cache(config.cache.clone(), e))?;
        match kept.map(|pem| Certificate::read(&pem)).transpose() {
            Ok(Some(kept)) if kept.expires() > SystemTime::now() => certificates.use_from_now_on(kept),
            Ok(_) => {}
            Err(error) => warn!(%error, "the certificate that was kept is of no use, another one is ordered"),
        }
        let acceptor = Acceptor(Arc::new(serve(Arc::clone(&certificates))?).into());
        let failed = Mutex::new(cache.failure());
        Ok(Self { config, cache, client, certificates, acceptor, failed, task: OnceLock::new() })
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

    /// How long the authority is not asked, for it failed.
    fn pause(&self) -> Duration {
        self.failed().map(|failed| failed.left(LONGEST_ASKED_FOR)).unwrap_or_default()
    }

    /// Takes note of a failure, for other runs as well; says how long it is now until the authority is asked again.
    fn note_failure(&self) -> Duration {
        let pause = self.failed().map_or(self.config.first_retry, |last| (last.pause * 4).min(LONGEST_RETRY));
        let now = SystemTime::now();
        let asked_for = self.client.take_retry_after().and_then(|at| at.duration_since(now).ok()).unwrap_or_default();
        let wait = pause.max(asked_for.min(LONGEST_ASKED_FOR));
        self.keep_failure(Some(Failed { again: now + wait, pause }));
        wait
    }

    fn keep_failure(&self, failed: Option<Failed>) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        if let Err(error) = self.cache.keep_failure(failed.as_ref()) {
            warn!(%error, "a failed order cannot be kept");
        }
    }

    fn failed(&self) -> Option<Failed> {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders, unless another bridge with the same folder has done so meanwhile.
    async fn renew(&self) -> Result<(), order::OrderError> {
        let _lock = timeout(ORDER_TIME, self.lock()).await.unwrap_or(Err(order::OrderError::Locked))?;
        if let Some(kept) = self.cache.certificate()?.and_then(|pem| Certificate::read(&pem).ok())
            && kept.renewal() > SystemTime::now()
        {
            self.certificates.use_from_now_on(kept);
            return Ok(());
        }
        let ordered = order::run(&self.config, &self.client, &self.cache, &self.certificates);
        let pem = timeout(ORDER_TIME, ordered).await.unwrap_or(Err(order::OrderError::TimedOut));
        self.certificates.forget_challenges();
        self.take_up(&pem?)
    }

    async fn lock(&self) -> Result<File, order::OrderError> {
        loop {
            match self.cache.lock()? {
                Some(lock) => return Ok(lock),
                None => sleep(LOOK_AGAIN).await,
            }
        }
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
    loop {
        let Some(rest) = acme.upgrade().map(|acme| acme.rest()) else { return };
        if !rest.is_zero() {
            sleep(rest.min(LONGEST_SLEEP)).await;
            continue;
        }
        let Some(now) = acme.upgrade() else { return };
        // From before a restart as well.
        let pause = now.pause();
        if !pause.is_zero() {
            drop(now);
            sleep(pause.min(LONGEST_SLEEP)).await;
            continue;
        }
        let Err(error) = now.renew().await else {
            now.keep_failure(None);
            continue;
        };
        let wait = now.note_failure();
        let in_use = if now.shown().is_some() { "the one in use stays" } else { "there is none" };
        warn!(%error, seconds = wait.as_secs(), "no certificate was issued, {in_use}; the authority is asked again");
    }
}

#[cfg(test)]
mod tests;
