//! The sample server's certificate: made at each start, signed by itself, for the loopback names only.
//!
//! Nobody can verify it; a client trusts it by its fingerprint.

use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use crate::StartError;

/// A certificate, its fingerprint, and the TLS configuration that presents it.
pub(crate) struct Identity {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) tls: Arc<ServerConfig>,
}

impl Identity {
    /// Makes a key and a certificate for `localhost`, 127.0.0.1 and ::1, valid for a year from yesterday.
    pub(crate) fn make() -> Result<Self, StartError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(["localhost", "127.0.0.1", "::1"].map(String::from))?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Restante sample");
        let now = OffsetDateTime::now_utc();
        params.not_before = now - Duration::days(1);
        params.not_after = now + Duration::days(365);
        let der = params.self_signed(&key)?.der().clone();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        Ok(Self { fingerprint: Sha256::digest(&der).into(), der, tls: Arc::new(tls) })
    }
}
