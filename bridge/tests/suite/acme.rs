//! A certificate from a real ACME authority (Pebble), renewed while the bridge runs, and an authority that is down.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, IsCa, KeyPair};
use restante_bridge::{AcmeConfig, Config, Handle};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::support::start;

/// Longer than Pebble, an order and the pauses between attempts take together on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// For which Pebble's certificates are good; they are renewed after two thirds of it.
const VALIDITY: u64 = 30;

/// Where Pebble answers, and the identity it answers with.
struct Authority {
    folder: TempDir,
    directory: u16,
    management: u16,
}

impl Authority {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut made = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        made.is_ca = IsCa::ExplicitNoCa;
        let key = KeyPair::generate().unwrap();
        std::fs::write(folder.path().join("cert.pem"), made.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        // Both held until both are known, so that they differ.
        let [one, two] = [free_port().await, free_port().await];
        let [directory, management] = [&one, &two].map(|listener| listener.local_addr().unwrap().port());
        Self { folder, directory, management }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn acme(&self, cache: &Path) -> AcmeConfig {
        let directory = format!("https://localhost:{}/dir", self.directory);
        let contacts = vec!["mailto:ana@example.org".to_owned()];
        AcmeConfig::new(vec!["localhost".to_owned()], contacts, Some(directory), cache.into(), Some(self.certificate()))
            .unwrap()
            .with_first_retry(Duration::from_millis(200))
    }

    /// Starts Pebble, which looks for proofs at the bridge. It remembers nothing from before.
    fn start(&self, bridge: &Handle) -> Child {
        self.start_for(bridge, json!({}))
    }

    /// The same; it makes accounts only for those whose keys these are.
    fn start_for(&self, bridge: &Handle, keys: serde_json::Value) -> Child {
        let config = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.directory),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": self.certificate(),
            "privateKey": self.folder.path().join("key.pem"),
            "httpPort": 1,
            "tlsPort": bridge.address().port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": keys != json!({}),
            "externalAccountMACKeys": keys,
            "certificateValidityPeriod": VALIDITY,
        }});
        let path = self.folder.path().join("pebble.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let mut pebble = Command::new("pebble");
        pebble.arg("-config").arg(path).env("PEBBLE_VA_NOSLEEP", "1");
        pebble.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }

    /// The root that its certificates lead up to.
    async fn root(&self) -> CertificateDer<'static> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.certificate()).unwrap()).unwrap();
        let mut stream = connect(self.management, roots).await.unwrap();
        stream.write_all(b"GET /roots/0 HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        CertificateDer::from_pem_slice(&answer).unwrap()
    }
}

async fn free_port() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

async fn connect(port: u16, roots: RootCertStore) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let trust = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    tokio_rustls::TlsConnector::from(Arc::new(trust)).connect("localhost".try_into().unwrap(), tcp).await
}

/// The certificate that the bridge serves the page with, if it does, verified up to one of the roots.
async fn served(bridge: &Handle, roots: &[CertificateDer<'static>]) -> Option<CertificateDer<'static>> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).unwrap();
    }
    let mut stream = connect(bridge.address().port(), store).await.ok()?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    assert!(answer.starts_with(b"HTTP/1.0 200 "));
    Some(stream.get_ref().1.peer_certificates()?[0].clone().into_owned())
}

#[tokio::test]
#[ignore = "needs Pebble: apt-get install pebble"]
async fn a_certificate_is_issued_kept_renewed_and_outlives_an_authority_that_is_down() {
    let authority = Authority::new().await;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("acme");
    let config = || Config { acme: Some(authority.acme(&cache)), ..Config::default() };

    // Nobody answers at first: there is no certificate, and the bridge goes on asking.
    let bridge = start(config()).await;
    assert_eq!(served(&bridge, &[]).await, None);
    let mut pebble = authority.start(&bridge);
    let (root, first) = timeout(PATIENCE, async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, authority.management)).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
        let root = authority.root().await;
        loop {
            if let Some(first) = served(&bridge, std::slice::from_ref(&root)).await {
                return (root, first);
            }
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("a certificate is issued");

    // Renewed while it runs, by the same authority.
    let renewed = timeout(PATIENCE, async {
        loop {
            match served(&bridge, std::slice::from_ref(&root)).await {
                Some(renewed) if renewed != first => return renewed,
                _ => sleep(Duration::from_millis(100)).await,
            }
        }
    })
    .await
    .expect("the certificate is renewed");

    // The authority goes, beyond the next renewal: the page is served as before. A second bridge takes up what was kept.
    pebble.kill().await.unwrap();
    let second = start(config()).await;
    assert_eq!(served(&second, std::slice::from_ref(&root)).await, Some(renewed.clone()));
    drop(second);
    sleep(Duration::from_secs(VALIDITY * 2 / 3 + 1)).await;
    assert_eq!(served(&bridge, std::slice::from_ref(&root)).await, Some(renewed.clone()));

    // It comes back, and knows nobody any more.
    let _pebble = authority.start(&bridge);
    timeout(PATIENCE, async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, authority.management)).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
        let other = authority.root().await;
        while served(&bridge, std::slice::from_ref(&other)).await.is_none() {
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("another certificate is issued");
}

#[tokio::test]
#[ignore = "needs Pebble: apt-get install pebble"]
async fn an_authority_that_knows_its_customers_gets_the_account_that_it_handed_out() {
    let authority = Authority::new().await;
    let folder = tempfile::tempdir().unwrap();
    // As authorities hand it out, in base64url.
    let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{key}\n")).unwrap();
    let acme = |cache: &str| authority.acme(&folder.path().join(cache));
    let stranger = start(Config { acme: Some(acme("stranger")), ..Config::default() }).await;
    let bound = acme("bound").with_external_account("kid-1".to_owned(), &path).unwrap();
    let bridge = start(Config { acme: Some(bound), ..Config::default() }).await;
    let _pebble = authority.start_for(&bridge, json!({ "kid-1": key }));
    timeout(PATIENCE, async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, authority.management)).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
        let root = authority.root().await;
        while served(&bridge, std::slice::from_ref(&root)).await.is_none() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("a certificate is issued");
    assert_eq!(served(&stranger, &[]).await, None, "without it there is no account");
}

#[tokio::test]
async fn a_stranger_who_asks_for_the_proof_gets_nothing() {
    let cache = tempfile::tempdir().unwrap();
    let nobody = free_port().await;
    let directory = format!("https://{}/dir", nobody.local_addr().unwrap());
    let acme = AcmeConfig::new(vec!["localhost".into()], vec![], Some(directory), cache.path().join("acme"), None);
    let bridge = start(Config { acme: Some(acme.unwrap()), ..Config::default() }).await;
    let mut trust = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    trust.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    let tcp = TcpStream::connect(bridge.address()).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(trust));
    let refused = connector.connect("localhost".try_into().unwrap(), tcp).await.unwrap_err();
    let refused = refused.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    // The bridge's own words: a certificate, whichever, would be called invalid by this client.
    assert!(matches!(refused, Some(rustls::Error::AlertReceived(_))), "{refused:?}");
}
