//! A certificate authority of the tests' own, and certificates from it.

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use sha2::{Digest, Sha256};

/// An authority that nobody trusts unless told to.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its key.
pub struct Identity {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// The certificate and its issuer's, PEM.
    pub chain_pem: String,
    /// The key, PEM (PKCS #8).
    pub key_pem: String,
    /// The key, DER (PKCS #8).
    pub key_der: Vec<u8>,
    /// SHA-256 of [`Self::der`].
    pub fingerprint: [u8; 32],
}

impl Authority {
    /// Makes an authority with a new key.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.distinguished_name = common_name("Restante test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// The authority's own certificate, PEM: for whoever is to trust it.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Issues a server certificate for these names and addresses.
    ///
    /// # Errors
    /// Where a name is none.
    pub fn issue(&self, names: &[&str]) -> Result<Identity> {
        let mut params = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        params.distinguished_name = common_name(names.first().copied().unwrap_or("nameless"));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            fingerprint: Sha256::digest(certificate.der()).into(),
            der: certificate.der().to_vec(),
            chain_pem: certificate.pem() + &self.issuer.pem(),
            key_pem: key.serialize_pem(),
            key_der: key.serialize_der(),
        })
    }
}

/// A fingerprint as a person reads it: upper-case pairs with colons between.
pub fn shown(fingerprint: &[u8; 32]) -> String {
    fingerprint.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
