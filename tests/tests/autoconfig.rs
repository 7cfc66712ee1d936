//! The document in which a domain publishes its mail servers, through a real bridge: engine, tunnel, bridge, and a web server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::LocalBoxFuture;
use restante_api::{By, Discover, Discovery, Fingerprint, Place, Security};
use restante_bridge::policy::Policy;
use restante_bridge::{Config, Handle, Resolve, Resolving, Server};
use restante_engine::discover::autoconfig;
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_tests::authority::{Authority, Identity};
use restante_tests::tunnel::ThroughBridge;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

const DOCUMENT: &str = "<clientConfig version=\"1.1\"><emailProvider id=\"example.org\">\
    <incomingServer type=\"pop3\"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType>\
    </incomingServer></emailProvider></clientConfig>";

/// Every name is this machine's.
#[derive(Debug)]
struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        Box::pin(async { Ok(vec![IpAddr::from(Ipv4Addr::LOCALHOST)]) })
    }
}

/// The way through a bridge, which leads to another port than the usual one: that one is not a test's to take.
struct Elsewhere {
    way: ThroughBridge,
    port: u16,
}

impl Dial for Elsewhere {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        assert_eq!(to.port, 443);
        self.way.dial(Destination { port: self.port, ..to })
    }
}

impl Clock for Elsewhere {
    fn now(&self) -> u64 {
        self.way.now()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        self.way.sleep(time)
    }
}

/// A web server with the document. What came to it is noted as it came, under TLS.
struct Web {
    port: u16,
    identity: Identity,
    questions: Arc<Mutex<Vec<String>>>,
}

impl Web {
    async fn start() -> Self {
        let identity = Authority::new().unwrap().issue(&["autoconfig.example.org"]).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (port, questions) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
        let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes()).collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        let (acceptor, noted) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&questions));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let (mut question, mut octets) = (String::new(), [0; 1024]);
                while let Ok(count @ 1..) = stream.read(&mut octets).await {
                    question.push_str(&String::from_utf8_lossy(&octets[..count]));
                    if question.ends_with("\r\n\r\n") {
                        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", DOCUMENT.len());
                        stream.write_all(format!("{head}{DOCUMENT}").as_bytes()).await.unwrap();
                        stream.flush().await.unwrap();
                    }
                }
                noted.lock().unwrap().push(question);
            }
        });
        Self { port, identity, questions }
    }

    /// A bridge that leads here, and nowhere else.
    async fn bridge(&self, is_on: bool) -> Handle {
        let entries = ["*", "127.0.0.1"].map(|host| format!("{host}:{}", self.port).parse().unwrap());
        let policy = Policy::listed(Vec::new()).with_autoconfig(entries.to_vec());
        let config = Config { policy, resolver: Arc::new(Here), discovery: is_on, ..Config::default() };
        Server::spawn_on_loopback(config).await.unwrap()
    }

    async fn find(&self, bridge: &Handle, domain: &str, trusted: Option<Fingerprint>) -> Option<Discovery> {
        let way = ThroughBridge { url: bridge.tunnel_url(), origin: bridge.origin() };
        let wanted = Discover::of(&format!("ana@{domain}")).unwrap();
        let by = By { bridge: None, token: None };
        autoconfig::find(&Elsewhere { way, port: self.port }, &wanted, &by, trusted).await
    }
}

#[tokio::test]
async fn a_document_comes_through_the_bridge_over_tls_that_ends_here() {
    let web = Web::start().await;
    let bridge = web.bridge(true).await;
    let trusted = Some(Fingerprint(web.identity.fingerprint));
    let Some(Discovery::Settings(found)) = web.find(&bridge, "example.org", trusted).await else { panic!("settings") };
    assert_eq!(found.fetch, Place { host: "pop.example.org".into(), port: 995, security: Security::Tls });
    while web.questions.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let question = web.questions.lock().unwrap()[0].clone();
    assert!(question.starts_with("GET /mail/config-v1.1.xml HTTP/1.1\r\n") && !question.contains("ana"), "{question}");
}

#[tokio::test]
async fn a_bridge_that_looks_nothing_up_and_a_certificate_that_does_not_verify_find_nothing() {
    let web = Web::start().await;
    let trusted = Some(Fingerprint(web.identity.fingerprint));
    assert_eq!(web.find(&web.bridge(false).await, "example.org", trusted).await, None);
    assert_eq!(web.find(&web.bridge(true).await, "example.org", None).await, None);
    assert!(web.questions.lock().unwrap().is_empty());
}
