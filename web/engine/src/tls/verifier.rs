//! Judges a server's certificate: against the one that the user, or the host of the page, trusts; in the ordinary way where
//! there is none.
//!
//! Where one is trusted, it is the only one that is accepted: whoever pins a certificate does not want to be told that some
//! authority has signed another. The server's signature over the handshake is verified in any case, so knowing a certificate
//! is not enough to pose as its owner. On refusal the certificate is kept, so that the user can judge it.

use std::sync::{Arc, Mutex};

use restante_api::{CertificateFault, FailureKind, Fingerprint};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::VerifierBuilderError;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::{Peer, certificate};

#[derive(Debug)]
pub(super) struct Verifier {
    ordinary: Arc<WebPkiServerVerifier>,
    trusted: Option<Fingerprint>,
    objection: Mutex<Option<FailureKind>>,
}

impl Verifier {
    pub(super) fn new(
        peer: &Peer,
        provider: Arc<CryptoProvider>,
        roots: RootCertStore,
    ) -> Result<Self, VerifierBuilderError> {
        Ok(Self {
            ordinary: WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?,
            trusted: peer.trusted,
            objection: Mutex::new(None),
        })
    }

    /// Why the certificate was refused, if it was.
    pub(super) fn take_objection(&self) -> Option<FailureKind> {
        self.objection.lock().ok()?.take()
    }

    /// Whether the chain verifies without any trust of the user's.
    pub(super) fn verifies(&self, chain: &[CertificateDer<'_>], host: &str, now: u64) -> bool {
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now));
        match (chain.split_first(), ServerName::try_from(host)) {
            (Some((end, others)), Ok(name)) => self.ordinary.verify_server_cert(end, others, &name, &[], now).is_ok(),
            _ => false,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let view = || Box::new(certificate::view(end_entity));
        let (error, objection) = match self.trusted {
            Some(trusted) if trusted == certificate::fingerprint(end_entity) => {
                return Ok(ServerCertVerified::assertion());
            }
            Some(_) => {
                let error = Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
                (error, FailureKind::CertificateChanged { certificate: view() })
            }
            None => {
                let judged =
                    self.ordinary.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
                match judged {
                    Ok(verified) => return Ok(verified),
                    Err(error) => {
                        let fault = fault(&error, end_entity);
                        (error, FailureKind::Certificate { certificate: view(), fault })
                    }
                }
            }
        };
        if let Ok(mut slot) = self.objection.lock() {
            *slot = Some(objection);
        }
        Err(error)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.ordinary.supported_verify_schemes()
    }
}

fn fault(error: &Error, end_entity: &CertificateDer<'_>) -> CertificateFault {
    let Error::InvalidCertificate(error) = error else { return CertificateFault::Other };
    match error {
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::WrongName
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        CertificateError::Revoked => CertificateFault::Revoked,
        // Self-signed certificates are often marked as an authority's, which is the first thing webpki objects to.
        _ if certificate::is_self_issued(end_entity) => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Other,
    }
}
