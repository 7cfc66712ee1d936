//! TLS to the mail server, for pages that leave it to the bridge.
//!
//! Certificates are always verified, against the system's roots or the operator's. Not here: trust in one certificate
//! by its fingerprint; that needs a person to look at it, so it exists only where TLS ends in the page.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use restante_protocol::tunnel::CloseCode;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::host::Host;
use crate::failure::Failure;
use crate::wire::Wire;

/// Why the certificates to verify by cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BadRoots {
    /// The file cannot be read as PEM.
    #[error("cannot read certificates from {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        reason: String,
    },
    /// There is no certificate in it.
    #[error("{0} holds no certificate")]
    Empty(PathBuf),
    /// rustls does not take the configuration.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Starts TLS on connections to mail servers.
#[derive(Clone)]
pub(crate) struct Upstream {
    connector: TlsConnector,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").finish_non_exhaustive()
    }
}

impl Upstream {
    /// Verifies by the certificates of a PEM file, or by the system's roots; where the system has none, by Mozilla's.
    pub(crate) fn new(authorities: Option<&Path>) -> Result<Self, BadRoots> {
        Ok(Self { connector: TlsConnector::from(Arc::new(client_config(authorities)?)) })
    }

    /// Shakes hands, within `limit`.
    pub(crate) async fn secure(&self, host: &Host, tcp: TcpStream, limit: Duration) -> Result<Wire, Failure> {
        let name = match host {
            Host::Address(address) => ServerName::IpAddress((*address).into()),
            Host::Name(name) => ServerName::try_from(name.clone()).map_err(|_| {
                Failure::new(CloseCode::CertificateInvalid, "No certificate can be valid for the mail server's name.")
            })?,
        };
        match timeout(limit, self.connector.connect(name, tcp)).await {
            Ok(Ok(stream)) => Ok(Wire::Tls(Box::new(stream.into()))),
            Ok(Err(error)) => Err(explain(&error)),
            Err(_) => {
                Err(Failure::new(CloseCode::TlsFailed, "The mail server did not finish the TLS handshake in time."))
            }
        }
    }
}

/// What verifies servers by the certificates of a PEM file, or by the system's roots; where the system has none, by
/// Mozilla's.
///
/// # Errors
/// [`BadRoots`]
pub(crate) fn client_config(authorities: Option<&Path>) -> Result<ClientConfig, BadRoots> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(path) => {
            let unreadable =
                |e: &dyn std::fmt::Display| BadRoots::Unreadable { path: path.into(), reason: e.to_string() };
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))? {
                roots.add(certificate.map_err(|e| unreadable(&e))?).map_err(|e| unreadable(&e))?;
            }
            if roots.is_empty() {
                return Err(BadRoots::Empty(path.into()));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Tells a certificate that does not verify from a handshake that fails.
fn explain(error: &std::io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(fault)) => Failure::new(
            CloseCode::CertificateInvalid,
            format!("The mail server's certificate does not verify: {}.", name_fault(fault)),
        ),
        Some(rustls::Error::InvalidMessage(_)) => {
            Failure::new(CloseCode::TlsFailed, "The mail server does not speak TLS on that port.")
        }
        Some(_) => Failure::new(CloseCode::TlsFailed, "The TLS handshake with the mail server failed."),
        None => Failure::new(CloseCode::TlsFailed, "The mail server hung up during the TLS handshake."),
    }
}

fn name_fault(fault: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "it has expired",
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => "it is not valid yet",
        Fault::UnknownIssuer => "its issuer is not known to the bridge",
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => "it is for another name",
        Fault::Revoked => "it has been revoked",
        _ => "it is not well-formed, or not meant for this",
    }
}
