//! The bridge's own HTTPS: its certificate, read again when the files change.
//!
//! Renewal tools replace the files and tell nobody, so connections ask from time to time whether they have. A pair that
//! is no good (the key not replaced yet, say) is logged, and the one before stays in use. Not here: getting a
//! certificate from an authority ([`crate::listen::acme`]).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::crypto::ring;
use rustls::server::{ResolvesServerCert, WantsServerCert};
use rustls::{ConfigBuilder, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use super::acme::{Acme, AcmeConfig, BadAcme, PROTOCOL};

/// Between two looks at the files.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Where a certificate is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// PEM file of the certificate and those that lead up to its authority.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadCertificate {
    /// A file cannot be read, or holds nothing of the kind.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        reason: String,
    },
    /// The two do not fit, or rustls does not take them.
    #[error("certificate {certificate} and key {key} are of no use: {reason}")]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        reason: rustls::Error,
    },
}

/// What a browser may speak, the better one first; and what an authority speaks to look for a proof. Extended CONNECT is
/// not announced (RFC 8441), so that browsers open their WebSockets over HTTP/1.1.
const PROTOCOLS: [&[u8]; 3] = [H2, b"http/1.1", PROTOCOL];

/// HTTP/2's name in a handshake (RFC 9113, section 3.2).
pub(crate) const H2: &[u8] = b"h2";

/// Ends TLS for connections to the bridge.
#[derive(Debug)]
pub(crate) enum Https {
    /// With a certificate that the operator looks after.
    Files(Files),
    /// With one that the bridge gets by itself.
    Acme(Arc<Acme>),
}

impl Https {
    /// Reads the operator's files.
    ///
    /// # Errors
    /// [`BadCertificate`]
    pub(crate) fn from_files(files: CertificateFiles) -> Result<Self, BadCertificate> {
        Files::new(files).map(Self::Files)
    }

    /// Goes on with what was there `before`, if it is for the same configuration: a reload orders nothing anew. For another
    /// configuration, the certificate from before is shown until there is one.
    ///
    /// # Errors
    /// [`BadAcme`]
    pub(crate) fn from_acme(config: AcmeConfig, before: Option<&Self>) -> Result<Self, BadAcme> {
        if let Some(Self::Acme(acme)) = before
            && acme.fits(&config)
        {
            return Ok(Self::Acme(Arc::clone(acme)));
        }
        let before = before.and_then(Self::shown);
        let acme = Acme::new(config, before, |certificates| complete(builder()?.with_cert_resolver(certificates)))?;
        Ok(Self::Acme(Arc::new(acme)))
    }

    /// What accepts connections now.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        match self {
            Self::Files(files) => files.acceptor(),
            Self::Acme(acme) => acme.acceptor(),
        }
    }

    /// What handshakes are answered with now.
    fn shown(&self) -> Option<Arc<dyn ResolvesServerCert>> {
        match self {
            Self::Files(files) => Some(Arc::clone(&files.acceptor().config().cert_resolver)),
            Self::Acme(acme) => acme.shown(),
        }
    }

    /// Makes the folders that it needs.
    ///
    /// # Errors
    /// [`BadAcme`]
    pub(crate) fn make_folders(&self) -> Result<(), BadAcme> {
        match self {
            Self::Files(_) => Ok(()),
            Self::Acme(acme) => acme.make_folder(),
        }
    }

    /// Begins what goes on beside the connections. Must be called in a Tokio runtime.
    pub(crate) fn start(&self) {
        if let Self::Acme(acme) = self {
            acme.start();
        }
    }

    /// Ends what goes on beside the connections, unless it goes on for `after`, which takes its place.
    pub(crate) fn stop_for(&self, after: Option<&Self>) {
        let Self::Acme(acme) = self else { return };
        if !matches!(after, Some(Self::Acme(other)) if Arc::ptr_eq(acme, other)) {
            acme.stop();
        }
    }
}

/// A certificate in files, which are read again when they change.
pub(crate) struct Files {
    files: CertificateFiles,
    look_again: Duration,
    state: Mutex<State>,
}

struct State {
    acceptor: TlsAcceptor,
    stamps: [Option<SystemTime>; 2],
    looked: Instant,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Files {
    fn new(files: CertificateFiles) -> Result<Self, BadCertificate> {
        // The stamps first: what is written while it is read is read again.
        let stamps = stamps(&files);
        let state = State { acceptor: read(&files)?, stamps, looked: Instant::now() };
        Ok(Self { files, look_again: LOOK_AGAIN, state: Mutex::new(state) })
    }

    fn acceptor(&self) -> TlsAcceptor {
        // Whatever panics leaves a state that is whole: its parts are replaced one by one, each good by itself.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= self.look_again {
            state.looked = Instant::now();
            let stamps = stamps(&self.files);
            if stamps != state.stamps {
                state.stamps = stamps;
                match read(&self.files) {
                    Ok(acceptor) => {
                        state.acceptor = acceptor;
                        info!("the certificate was read again");
                    }
                    Err(error) => warn!(%error, "the old certificate stays in use"),
                }
            }
        }
        state.acceptor.clone()
    }
}

/// When the files were last written.
fn stamps(files: &CertificateFiles) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).and_then(|data| data.modified()).ok())
}

fn read(files: &CertificateFiles) -> Result<TlsAcceptor, BadCertificate> {
    let unreadable = |path: &Path, e: &dyn std::fmt::Display| BadCertificate::Unreadable {
        path: path.into(),
        reason: e.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unreadable(&files.certificate, &e))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| unreadable(&files.key, &e))?;
    let unfit =
        |reason| BadCertificate::Unfit { certificate: files.certificate.clone(), key: files.key.clone(), reason };
    let config = builder().and_then(|builder| complete(builder.with_single_cert(chain, key)?)).map_err(unfit)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, rustls::Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_no_client_auth())
}

fn complete(mut config: ServerConfig) -> Result<ServerConfig, rustls::Error> {
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    config.ticketer = ring::Ticketer::new()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(files: &CertificateFiles) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    }

    #[test]
    fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
        write(&files);
        let https = Files { look_again: Duration::ZERO, ..Files::new(files.clone()).unwrap() };
        let config = || Arc::clone(https.acceptor().config());
        let first = config();
        assert!(Arc::ptr_eq(&first, &config()), "nothing changed");
        // File systems keep times coarsely.
        std::thread::sleep(Duration::from_millis(20));
        write(&files);
        let second = config();
        assert!(!Arc::ptr_eq(&first, &second));
        std::thread::sleep(Duration::from_millis(20));
        std::fs::write(&files.key, "half a key").unwrap();
        assert!(Arc::ptr_eq(&second, &config()));
    }

    /// The certificate that a handshake is answered with, which the given one has to be.
    async fn shake_hands(https: &Files, expected: &CertificateDer<'static>) {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(expected.clone()).unwrap();
        let trust = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (near, far) = tokio::io::duplex(16 * 1024);
        let connector = tokio_rustls::TlsConnector::from(Arc::new(trust));
        let (client, server) =
            tokio::join!(connector.connect("localhost".try_into().unwrap(), near), https.acceptor().accept(far));
        client.unwrap();
        server.unwrap();
    }

    #[tokio::test]
    async fn while_it_runs_handshakes_show_the_renewed_certificate_and_a_wrong_pair_keeps_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
        write(&files);
        let https = Files { look_again: Duration::ZERO, ..Files::new(files.clone()).unwrap() };
        let served = || CertificateDer::from_pem_file(&files.certificate).unwrap();
        let first = served();
        shake_hands(&https, &first).await;
        std::thread::sleep(Duration::from_millis(20));
        write(&files);
        let second = served();
        assert_ne!(first, second);
        shake_hands(&https, &second).await;
        // A tool replaces one file after the other: in between they do not fit.
        let key = std::fs::read(&files.key).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        write(&files);
        let third = served();
        let third_key = std::fs::read(&files.key).unwrap();
        std::fs::write(&files.key, key).unwrap();
        shake_hands(&https, &second).await;
        std::fs::remove_file(&files.key).unwrap();
        shake_hands(&https, &second).await;
        std::fs::write(&files.key, third_key).unwrap();
        shake_hands(&https, &third).await;
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
        assert!(matches!(Files::new(files.clone()), Err(BadCertificate::Unreadable { .. })));
        write(&files);
        let chain = std::fs::read(&files.certificate).unwrap();
        write(&files);
        std::fs::write(&files.certificate, chain).unwrap();
        assert!(matches!(Files::new(files), Err(BadCertificate::Unfit { .. })));
    }
}
