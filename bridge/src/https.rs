//! The bridge's own HTTPS: its certificate, read again when the files change.
//!
//! Renewal tools replace the files and tell nobody, so connections ask from time to time whether they have. A pair that
//! is no good (the key not replaced yet, say) is logged, and the one before stays in use. Not here: getting a
//! certificate.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

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

/// Ends TLS for connections to the bridge.
pub(crate) struct Https {
    files: CertificateFiles,
    look_again: Duration,
    state: Mutex<State>,
}

struct State {
    acceptor: TlsAcceptor,
    stamps: [Option<SystemTime>; 2],
    looked: Instant,
}

impl std::fmt::Debug for Https {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Https").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Https {
    /// Reads the files.
    ///
    /// # Errors
    /// [`BadCertificate`]
    pub(crate) fn new(files: CertificateFiles) -> Result<Self, BadCertificate> {
        // The stamps first: what is written while it is read is read again.
        let stamps = stamps(&files);
        let state = State { acceptor: read(&files)?, stamps, looked: Instant::now() };
        Ok(Self { files, look_again: LOOK_AGAIN, state: Mutex::new(state) })
    }

    /// What accepts connections now.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
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
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = ring::Ticketer::new().map_err(unfit)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
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
        let https = Https { look_again: Duration::ZERO, ..Https::new(files.clone()).unwrap() };
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

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
        assert!(matches!(Https::new(files.clone()), Err(BadCertificate::Unreadable { .. })));
        write(&files);
        let chain = std::fs::read(&files.certificate).unwrap();
        write(&files);
        std::fs::write(&files.certificate, chain).unwrap();
        assert!(matches!(Https::new(files), Err(BadCertificate::Unfit { .. })));
    }
}
