use futures::{AsyncReadExt, AsyncWriteExt};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use restante_api::{CertificateFault, Reason};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::*;

const HOST: &str = "pop.example.org";
const NOW: u64 = 1_790_000_000;

struct Server {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    roots: RootCertStore,
}

fn params(name: &str, days: std::ops::Range<i64>) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let at = |days: i64| {
        let start = rcgen::date_time_ymd(1970, 1, 1);
        start + std::time::Duration::from_secs(NOW.saturating_add_signed(days * 86_400))
    };
    params.not_before = at(days.start);
    params.not_after = at(days.end);
    params
}

fn server(name: &str, days: std::ops::Range<i64>) -> Server {
    let mut authority = params("Test authority", -1000..1000);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params(name, days).signed_by(&key, &authority).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    Server { chain: vec![certificate.der().clone()], key, roots }
}

async fn connect(
    server: &Server,
    host: &str,
    trusted: Option<Fingerprint>,
    roots: RootCertStore,
) -> Result<(ProtocolVersion, Vec<ChannelBinding>), Failure> {
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    let key = PrivateKeyDer::try_from(server.key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(server.chain.clone(), key)
        .unwrap();
    let acceptor = futures_rustls::TlsAcceptor::from(Arc::new(config));
    let serving = async move {
        if let Ok(mut stream) = acceptor.accept(theirs.compat()).await {
            let mut byte = [0];
            let _ = stream.read(&mut byte).await;
        }
    };
    let peer = Peer { host: host.into(), trusted, now: NOW };
    let connecting = async {
        let mut stream = handshake_with(&peer, ours.compat(), roots).await?;
        let session = stream.get_ref().1;
        let facts = (session.protocol_version().unwrap(), channel_bindings(session));
        stream.write_all(b"x").await.unwrap();
        stream.close().await.unwrap();
        Ok(facts)
    };
    futures::join!(serving, connecting).1
}

fn fault(failure: &Failure) -> CertificateFault {
    match &failure.kind {
        FailureKind::Certificate { fault, .. } => *fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_verifies_is_accepted_with_bindings_for_the_login() {
    let server = server(HOST, -1..1);
    let (version, bindings) = connect(&server, HOST, None, server.roots.clone()).await.unwrap();
    assert_eq!(version, ProtocolVersion::TLSv1_3);
    let kinds: Vec<_> = bindings.iter().map(|binding| binding.kind).collect();
    assert_eq!(kinds, [BindingKind::TlsExporter, BindingKind::TlsServerEndPoint]);
    assert!(bindings.iter().all(|binding| binding.data.len() == 32));
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_told_apart_and_the_certificate_is_shown() {
    let good = server(HOST, -1..1);
    let failure = connect(&good, HOST, None, browser_roots()).await.unwrap_err();
    assert_eq!(fault(&failure), CertificateFault::UnknownIssuer);
    let FailureKind::Certificate { certificate, .. } = &failure.kind else { unreachable!() };
    assert_eq!(certificate.names, [HOST]);
    assert_eq!(certificate.fingerprint, certificate::fingerprint(&good.chain[0]));
    assert_eq!(certificate.not_after, i64::try_from(NOW).unwrap() + 86_400);

    let failure = connect(&good, "other.example", None, good.roots.clone()).await.unwrap_err();
    assert_eq!(fault(&failure), CertificateFault::WrongName);
    for (days, expected) in [(-9..-2, CertificateFault::Expired), (2..9, CertificateFault::NotYetValid)] {
        let server = server(HOST, days);
        assert_eq!(fault(&connect(&server, HOST, None, server.roots.clone()).await.unwrap_err()), expected);
    }
}

#[tokio::test]
async fn exactly_the_trusted_certificate_is_accepted() {
    let own = server("localhost", -1..1);
    let trusted = Some(certificate::fingerprint(&own.chain[0]));
    assert!(connect(&own, "127.0.0.1", trusted, browser_roots()).await.is_ok());
    let other = server("localhost", -1..1);
    let failure = connect(&other, "127.0.0.1", trusted, browser_roots()).await.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::CertificateChanged { .. }), "{failure:?}");
}

#[tokio::test]
async fn beside_a_trusted_certificate_one_that_verifies_by_itself_is_refused_too() {
    let own = server(HOST, -1..1);
    let trusted = Some(certificate::fingerprint(&own.chain[0]));
    let signed = server(HOST, -1..1);
    let failure = connect(&signed, HOST, trusted, signed.roots.clone()).await.unwrap_err();
    let FailureKind::CertificateChanged { certificate } = &failure.kind else { panic!("{failure:?}") };
    assert_eq!(certificate.fingerprint, certificate::fingerprint(&signed.chain[0]), "the other one is shown");
    assert!(connect(&signed, HOST, None, signed.roots.clone()).await.is_ok());
}

#[tokio::test]
async fn the_trusted_certificate_without_its_key_is_refused() {
    let own = server(HOST, -1..1);
    let trusted = Some(certificate::fingerprint(&own.chain[0]));
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    // A man in the middle shows the trusted certificate, but signs with a key of his own.
    let thief = KeyPair::generate().unwrap();
    let key = ring::sign::any_supported_type(&PrivateKeyDer::try_from(thief.serialize_der()).unwrap()).unwrap();
    let certified = Arc::new(rustls::sign::CertifiedKey::new(own.chain.clone(), key));
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    let acceptor = futures_rustls::TlsAcceptor::from(Arc::new(config));
    let peer = Peer { host: HOST.into(), trusted, now: NOW };
    let (_, outcome) =
        futures::join!(acceptor.accept(theirs.compat()), handshake_with(&peer, ours.compat(), browser_roots()));
    assert_eq!(outcome.err().map(|failure| failure.kind), Some(FailureKind::TlsFailed));
}

#[tokio::test]
async fn clear_text_instead_of_tls_is_named() {
    let (ours, theirs) = tokio::io::duplex(1024);
    let mut theirs = theirs.compat();
    theirs.write_all(b"+OK Dovecot ready.\r\n").await.unwrap();
    let peer = Peer { host: HOST.into(), trusted: None, now: NOW };
    let failure = handshake(&peer, ours.compat()).await.err().unwrap();
    assert_eq!((failure.kind, failure.reason), (FailureKind::TlsFailed, Some(Reason::NotTls)));
}

#[tokio::test]
async fn a_connection_closed_during_the_handshake_is_a_tls_failure() {
    let (ours, theirs) = tokio::io::duplex(1024);
    drop(theirs);
    let peer = Peer { host: "192.0.2.1".into(), trusted: None, now: NOW };
    assert_eq!(handshake(&peer, ours.compat()).await.err().unwrap().kind, FailureKind::TlsFailed);
}
