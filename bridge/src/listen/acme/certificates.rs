//! What a handshake is answered with: the certificate in use, or the proof that the authority asks for (RFC 8737).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The protocol that an authority names in a handshake, alone, when it looks for the proof (RFC 8737, section 4).
pub(crate) const PROTOCOL: &[u8] = b"acme-tls/1";

/// The certificate in use, and the proofs wanted now, by name.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    current: RwLock<Option<Certificate>>,
    /// What was in use before a reload, shown until there is a certificate for the new configuration.
    before: Option<Arc<dyn ResolvesServerCert>>,
    challenges: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    key: Arc<CertifiedKey>,
    from: SystemTime,
    until: SystemTime,
}

/// A text that holds no certificate that could be used. The authority's fault, or that of who changed the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadIssue {
    #[error("it is no PEM file of a key and certificates: {0}")]
    Pem(rustls_pki_types::pem::Error),
    #[error("certificate and key do not fit, or cannot be used: {0}")]
    Unfit(rustls::Error),
    #[error("the certificate cannot be read")]
    Unreadable,
}

impl Certificate {
    /// Reads a key and the chain behind it.
    pub(super) fn read(pem: &[u8]) -> Result<Self, BadIssue> {
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(BadIssue::Pem)?;
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(BadIssue::Pem)?;
        let first = chain.first().ok_or(BadIssue::Unreadable)?;
        let (_, parsed) = X509Certificate::from_der(first).map_err(|_| BadIssue::Unreadable)?;
        let at = |seconds: i64| {
            let seconds = u64::try_from(seconds).map_err(|_| BadIssue::Unreadable)?;
            Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        };
        let validity = parsed.validity();
        let (from, until) = (at(validity.not_before.timestamp())?, at(validity.not_after.timestamp())?);
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(BadIssue::Unfit)?;
        Ok(Self { key: Arc::new(key), from, until })
    }

    /// When it is worth nothing any more.
    pub(super) fn expires(&self) -> SystemTime {
        self.until
    }

    /// When another one is due: a third of its time is then left for an authority that fails.
    pub(super) fn renewal(&self) -> SystemTime {
        self.until - self.until.duration_since(self.from).unwrap_or_default() / 3
    }
}

impl Certificates {
    /// None yet: until there is one, handshakes are answered as `before`.
    pub(super) fn after(before: Option<Arc<dyn ResolvesServerCert>>) -> Self {
        Self { before, ..Self::default() }
    }

    /// What handshakes are answered with now, whatever follows here.
    pub(super) fn shown(&self) -> Option<Arc<dyn ResolvesServerCert>> {
        match self.current() {
            Some(certificate) => Some(Arc::new(SingleCertAndKey::from(CertifiedKey::clone(&certificate.key)))),
            None => self.before.clone(),
        }
    }

    pub(super) fn current(&self) -> Option<Certificate> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn use_from_now_on(&self, certificate: Certificate) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(certificate);
    }

    /// Has the proof for a name ready: a certificate of its own that holds the digest (RFC 8737, section 3).
    pub(super) fn challenge(&self, name: &str, digest: &[u8]) -> Result<(), rcgen::Error> {
        let mut certificate = CertificateParams::new(vec![name.to_owned()])?;
        certificate.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let key = KeyPair::generate()?;
        let chain = vec![certificate.self_signed(&key)?.der().clone()];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        // Not checked against each other: the digest's extension is critical, and rustls reads no certificate with one
        // that it does not know.
        let key = ring::sign::any_supported_type(&key).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
        self.proofs().insert(name.to_ascii_lowercase(), Arc::new(CertifiedKey::new(chain, key)));
        Ok(())
    }

    pub(super) fn forget_challenges(&self) {
        *self.proofs() = HashMap::new();
    }

    fn proofs(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<CertifiedKey>>> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let authority = hello.alpn().is_some_and(|mut names| names.next() == Some(PROTOCOL) && names.next().is_none());
        if authority {
            return self.proofs().get(&hello.server_name()?.to_ascii_lowercase()).cloned();
        }
        match (self.current(), &self.before) {
            (Some(certificate), _) => Some(certificate.key),
            (None, Some(before)) => before.resolve(hello),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_due_when_a_third_of_its_time_is_left() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let pem = format!("{}{}", made.signing_key.serialize_pem(), made.cert.pem());
        let mut certificate = Certificate::read(pem.as_bytes()).unwrap();
        certificate.from = SystemTime::UNIX_EPOCH;
        certificate.until = SystemTime::UNIX_EPOCH + Duration::from_secs(90);
        assert_eq!(certificate.renewal(), SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    }

    /// What a client that names the host and these protocols says first.
    fn hello(protocols: &[&[u8]]) -> rustls::server::Accepted {
        let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let name = "mail.example.org".try_into().unwrap();
        let mut bytes = Vec::new();
        rustls::ClientConnection::new(Arc::new(config), name).unwrap().write_tls(&mut bytes).unwrap();
        let mut acceptor = rustls::server::Acceptor::default();
        acceptor.read_tls(&mut bytes.as_slice()).unwrap();
        acceptor.accept().ok().flatten().unwrap()
    }

    #[test]
    fn the_proof_is_shown_to_who_asks_for_nothing_else_and_only_while_it_is_wanted() {
        let made = rcgen::generate_simple_self_signed(["mail.example.org".to_owned()]).unwrap();
        let pem = format!("{}{}", made.signing_key.serialize_pem(), made.cert.pem());
        let certificates = Certificates::default();
        certificates.use_from_now_on(Certificate::read(pem.as_bytes()).unwrap());
        let shown = |protocols: &[&[u8]]| {
            let shown = certificates.resolve(hello(protocols).client_hello())?;
            Some(if shown.cert[0] == *made.cert.der() { "certificate" } else { "proof" })
        };
        assert_eq!(shown(&[PROTOCOL]), None);
        certificates.challenge("other.example.org", &[7; 32]).unwrap();
        assert_eq!(shown(&[PROTOCOL]), None);
        certificates.challenge("Mail.example.org", &[7; 32]).unwrap();
        assert_eq!(shown(&[PROTOCOL]), Some("proof"));
        assert_eq!(shown(&[b"h2", PROTOCOL]), Some("certificate"));
        assert_eq!(shown(&[]), Some("certificate"));
        certificates.forget_challenges();
        assert_eq!(shown(&[PROTOCOL]), None);
    }

    #[test]
    fn what_is_no_certificate_with_its_key_is_refused() {
        let [one, other] = [0; 2].map(|_| rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap());
        let key = one.signing_key.serialize_pem();
        assert!(matches!(Certificate::read(b""), Err(BadIssue::Pem(_))));
        assert!(matches!(Certificate::read(key.as_bytes()), Err(BadIssue::Unreadable)));
        let swapped = format!("{key}{}", other.cert.pem());
        assert!(matches!(Certificate::read(swapped.as_bytes()), Err(BadIssue::Unfit(_))));
    }
}
