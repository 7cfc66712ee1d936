//! A certificate as a person judges it: names, issuer, dates, fingerprint.
//!
//! Nothing here decides whether a certificate is accepted; what is read is shown, and may be the word of an attacker.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use restante_api::{CertificateView, Fingerprint};

/// The names of a certificate that are shown at most.
const MAX_NAMES: usize = 100;

/// SHA-256 of the certificate's DER form.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    Fingerprint(Sha256::digest(certificate).into())
}

/// The certificate as it is shown. What cannot be parsed is empty; the fingerprint is always there.
pub fn view(certificate: &CertificateDer<'_>) -> CertificateView {
    let fingerprint = fingerprint(certificate);
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return CertificateView {
            subject: String::new(),
            names: Vec::new(),
            issuer: String::new(),
            not_before: 0,
            not_after: 0,
            fingerprint,
        };
    };
    CertificateView {
        subject: parsed.subject().to_string(),
        names: names(&parsed),
        issuer: parsed.issuer().to_string(),
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
        fingerprint,
    }
}

/// Whether the certificate names itself as its issuer.
pub(super) fn is_self_issued(certificate: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| parsed.subject() == parsed.issuer())
}

/// The data of `tls-server-end-point` (RFC 5929, section 4.1): the certificate under its signature's hash function, or
/// under SHA-256 where that is MD5 or SHA-1; `None` where the signature has no single hash function.
pub(super) fn end_point_hash(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    match parsed.signature_algorithm.algorithm.to_id_string().as_str() {
        // MD5, SHA-1 and SHA-256 with RSA; SHA-1 and SHA-256 with ECDSA.
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Some(Sha256::digest(certificate).to_vec()),
        // SHA-384 with RSA, ECDSA.
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(Sha384::digest(certificate).to_vec()),
        // SHA-512 with RSA, ECDSA.
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some(Sha512::digest(certificate).to_vec()),
        _ => None,
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return Vec::new() };
    alternatives
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(octets) => address(octets),
            _ => None,
        })
        .take(MAX_NAMES)
        .collect()
}

fn address(octets: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    <[u8; 16]>::try_from(octets).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string())
}
