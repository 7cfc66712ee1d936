//! TLS as a client: rustls over any byte stream, with roots that browsers trust, or exactly one certificate.
//!
//! Not here: when TLS starts (that is `connection`), and how a certificate is judged (that is `verifier`).

pub mod certificate;
mod verifier;

use std::io;
use std::sync::Arc;

use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream;
use restante_api::{Failure, FailureKind, Fingerprint, Reason, TlsView};
use restante_protocol::pop3::{BindingKind, ChannelBinding};
use rustls::client::ClientConnection;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, cipher_suite as suite};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CipherSuite, ClientConfig, ProtocolVersion, RootCertStore, SupportedCipherSuite};

use crate::platform::TunnelFault;
use crate::transport;
use verifier::Verifier;

/// Cipher suites, best first for a browser: WebAssembly has no AES instructions, and ChaCha20-Poly1305 is several times as
/// fast there.
const SUITES: [SupportedCipherSuite; 9] = [
    suite::TLS13_CHACHA20_POLY1305_SHA256,
    suite::TLS13_AES_128_GCM_SHA256,
    suite::TLS13_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

const CHACHA20: [CipherSuite; 3] = [
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// Certificates behind the server's own that are shown at most: a chain is rarely longer than three.
const MAX_ISSUERS: usize = 8;

/// Whom to expect at the other end.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Host name or address literal, which the certificate must be for.
    pub host: String,
    /// The one certificate that is accepted; where there is none, whichever verifies.
    pub trusted: Option<Fingerprint>,
    /// Seconds since 1970-01-01 UTC, for the certificate's validity.
    pub now: u64,
}

/// Makes the TLS handshake. The server's certificate has been accepted when this returns.
///
/// # Errors
/// [`FailureKind::Certificate`] or [`FailureKind::CertificateChanged`] with the certificate,
/// [`FailureKind::TlsFailed`], or what the transport failed with.
pub async fn handshake<T>(peer: &Peer, transport: T) -> Result<TlsStream<T>, Failure>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    handshake_with(peer, transport, browser_roots()).await
}

/// What the user is told about a TLS session. `trusted`: the certificate the user trusts, where there is one.
pub fn view<T>(stream: &TlsStream<T>, host: &str, trusted: Option<Fingerprint>, now: u64) -> Option<TlsView> {
    let session = stream.get_ref().1;
    let chain = session.peer_certificates()?;
    let shown = certificate::view(chain.first()?);
    let trusted_by_fingerprint = trusted == Some(shown.fingerprint)
        && Verifier::new(&Peer { host: host.to_owned(), trusted: None, now }, Arc::new(provider()), browser_roots())
            .is_ok_and(|verifier| !verifier.verifies(chain, host, now));
    Some(TlsView {
        version: match session.protocol_version()? {
            ProtocolVersion::TLSv1_2 => "TLS 1.2".into(),
            ProtocolVersion::TLSv1_3 => "TLS 1.3".into(),
            other => format!("{other:?}"),
        },
        cipher_suite: format!("{:?}", session.negotiated_cipher_suite()?.suite()),
        certificate: shown,
        issuers: chain.iter().skip(1).take(MAX_ISSUERS).map(certificate::view).collect(),
        trusted_by_fingerprint,
    })
}

/// What binds a login to this TLS session, best first (RFC 5056).
pub fn channel_bindings(session: &ClientConnection) -> Vec<ChannelBinding> {
    let mut bindings = Vec::new();
    // RFC 9266, section 4.2: with TLS 1.2 only where the extended master secret was negotiated, which rustls does not tell.
    if session.protocol_version() == Some(ProtocolVersion::TLSv1_3)
        && let Ok(data) = session.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", Some(b""))
    {
        bindings.push(ChannelBinding { kind: BindingKind::TlsExporter, data });
    }
    if let Some(end) = session.peer_certificates().and_then(|chain| chain.first())
        && let Some(data) = certificate::end_point_hash(end)
    {
        bindings.push(ChannelBinding { kind: BindingKind::TlsServerEndPoint, data });
    }
    bindings
}

async fn handshake_with<T>(peer: &Peer, transport: T, roots: RootCertStore) -> Result<TlsStream<T>, Failure>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(peer.host.clone())
        .map_err(|_| Failure::new(FailureKind::UnknownHost, format!("{:?} is not a host name", peer.host)))?;
    let provider = Arc::new(provider());
    let verifier = Arc::new(Verifier::new(peer, Arc::clone(&provider), roots).map_err(internal)?);
    let time = Arc::new(FixedTime(UnixTime::since_unix_epoch(std::time::Duration::from_secs(peer.now))));
    let config = ClientConfig::builder_with_details(provider, time)
        .with_safe_default_protocol_versions()
        .map_err(internal)?
        .dangerous() // Stricter than the default, not laxer: see the verifier.
        .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(name, transport).await.map_err(|error| {
        verifier.take_objection().map_or_else(|| failure_of(&error), |kind| Failure::new(kind, String::new()))
    })
}

/// A handshake's failure where the certificate is not the reason.
fn failure_of(error: &io::Error) -> Failure {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return match tls {
            rustls::Error::InvalidMessage(_) => Failure::because(FailureKind::TlsFailed, Reason::NotTls),
            other => Failure::new(FailureKind::TlsFailed, other.to_string()),
        };
    }
    let closed = matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    );
    if closed && TunnelFault::of(error).is_none() {
        return Failure::because(FailureKind::TlsFailed, Reason::HandshakeCut);
    }
    transport::failure_of(error)
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Internal, error.to_string())
}

/// Octets that nobody can guess.
///
/// # Errors
/// [`FailureKind::Internal`] where this device has no randomness.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut octets = [0; N];
    provider().secure_random.fill(&mut octets).map_err(|_| Failure::new(FailureKind::Internal, "no randomness"))?;
    Ok(octets)
}

fn provider() -> CryptoProvider {
    CryptoProvider { cipher_suites: suites(), ..ring::default_provider() }
}

/// Natively, with AES instructions, AES goes first.
fn suites() -> Vec<SupportedCipherSuite> {
    let mut suites = SUITES.to_vec();
    if cfg!(not(target_arch = "wasm32")) {
        // Stable: apart from this the order stays.
        suites.sort_by_key(|suite| CHACHA20.contains(&suite.suite()));
    }
    suites
}

fn browser_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// The platform's time at the start of the handshake: a browser's clock cannot be asked from rustls.
#[derive(Debug)]
struct FixedTime(UnixTime);

impl TimeProvider for FixedTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

#[cfg(test)]
mod tests;
