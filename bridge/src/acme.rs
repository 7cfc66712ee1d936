//! The bridge's own certificate from an ACME authority (RFC 8555), got and renewed while the bridge runs.
//!
//! ```text
//! keep (when) → order (one order) → certificates (what handshakes use, challenges included) → cache (files)
//! ```
//! A certificate is renewed when a third of its time is left. An authority that fails is asked again, less and less
//! often; the certificate in use stays. Not here: certificates in files ([`crate::https`]).

mod cache;
mod certificates;
mod order;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};

use axum::http::Uri;
use rustls::ServerConfig;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::tls::BadRoots;
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
    /// Takes up the certificate that is kept from earlier, if it is still good. Orders nothing yet. `serve` completes
    /// the configuration that handshakes use.
    ///
    /// # Errors
    /// [`BadAcme`]
    pub(crate) fn new(
        config: AcmeConfig,
        serve: impl FnOnce(Arc<Certificates>) -> Result<ServerConfig, rustls::Error>,
    ) -> Result<Self, BadAcme> {
        let cache = Cache::open(&config.cache, &config.directory, &config.domains)
            .map_err(|e| BadAcme::Cache(config.cache.clone(), e))?;
        let client = order::Client::new(crate::tls::client_config(config.authorities.as_deref())?);
        let certificates = Arc::new(Certificates::default());
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

    /// Begins to keep the certificate up to date, if that has not begun. Must be called in a Tokio runtime.
    pub(crate) fn start(self: &Arc<Self>) {
        self.task.get_or_init(|| tokio::spawn(keep(Arc::downgrade(self))).abort_handle());
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
        if let Some(task) = self.task.get() {
            task.abort();
        }
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
        let in_use = if now.certificates.current().is_some() { "the one in use stays" } else { "there is none" };
        warn!(%error, seconds = wait.as_secs(), "no certificate was issued, {in_use}; the authority is asked again");
        drop(now);
        pause = Some(wait);
        sleep(wait).await;
    }
}

/// Makes a folder, where it is missing, that nobody else can read.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(directory: &str, contact: &str) -> Result<AcmeConfig, BadAcme> {
        let (domains, contacts) = (vec!["mail.example.org".to_owned()], vec![contact.to_owned()]);
        AcmeConfig::new(domains, contacts, Some(directory.to_owned()), "/nonexistent".into(), None)
    }

    #[test]
    fn a_certificate_that_is_due_at_once_is_used_and_counts_as_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let acme =
            AcmeConfig { cache: folder.path().into(), ..config(DEFAULT_DIRECTORY, "mailto:a@example.org").unwrap() };
        let serve = |certificates: Arc<Certificates>| {
            let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
            Ok(builder.with_safe_default_protocol_versions()?.with_no_client_auth().with_cert_resolver(certificates))
        };
        let acme = Acme::new(acme, serve).unwrap();
        let issued = |last_year: i32| {
            let mut made = rcgen::CertificateParams::new(vec!["mail.example.org".to_owned()]).unwrap();
            made.not_before = rcgen::date_time_ymd(2020, 1, 1);
            made.not_after = rcgen::date_time_ymd(last_year, 1, 1);
            let key = rcgen::KeyPair::generate().unwrap();
            [key.serialize_pem(), made.self_signed(&key).unwrap().pem()].concat().into_bytes()
        };
        assert!(matches!(acme.take_up(&issued(2021)), Err(order::OrderError::DueAtOnce)));
        assert!(acme.certificates.current().is_some());
        assert!(acme.take_up(&issued(4000)).is_ok());
    }

    #[test]
    fn what_is_no_directory_and_no_contact_is_refused() {
        let contact = "mailto:ana@example.org";
        assert!(config(DEFAULT_DIRECTORY, contact).is_ok());
        for directory in ["http://acme.example/directory", "acme.example", "", "https://"] {
            assert!(matches!(config(directory, contact), Err(BadAcme::Directory(_))), "{directory}");
        }
        for contact in ["ana@example.org", "mailto:ana", ""] {
            assert!(matches!(config(DEFAULT_DIRECTORY, contact), Err(BadAcme::Contact(_))), "{contact}");
        }
    }
}
