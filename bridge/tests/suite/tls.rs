//! TLS that the bridge ends: towards the mail server from the first byte and after STLS, and towards the page.

use std::sync::Arc;

use crate::support::{Got, MailServer, Page, allowing, open, start};
use futures::{SinkExt, StreamExt};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use restante_bridge::policy::Policy;
use restante_bridge::{CertificateFiles, Config, Handle};
use restante_protocol::tunnel::{self, BridgeMessage, BridgeTls, CloseCode, Open, PageMessage, Service};
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A certificate for `localhost`, a server that has it, and a file that makes the bridge trust it.
struct Identity {
    acceptor: TlsAcceptor,
    authority: tempfile::NamedTempFile,
}

impl Identity {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let authority = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Self { acceptor: Arc::new(config).into(), authority }
    }
}

async fn bridge(server: &MailServer, authority: Option<&Identity>) -> Handle {
    let port = server.port();
    let authorities = authority.map(|identity| identity.authority.path().to_owned());
    start(Config { authorities, ..allowing(&[format!("localhost:{port}"), format!("127.0.0.1:{port}")]) }).await
}

fn under(tls: BridgeTls, server: &MailServer) -> Open {
    Open { tls, ..open("localhost", server.port()) }
}

#[tokio::test]
async fn implicit_tls_ends_in_the_bridge() {
    let (server, identity) = (MailServer::start().await, Identity::new());
    let bridge = bridge(&server, Some(&identity)).await;
    let mail = async {
        let mut mail = identity.acceptor.accept(server.accept().await).await.unwrap();
        mail.write_all(b"+OK ready\r\n").await.unwrap();
        mail.flush().await.unwrap();
        let mut received = [0; 6];
        mail.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"QUIT\r\n");
        mail.shutdown().await.unwrap();
    };
    let page = async {
        let mut page = Page::open(&bridge, under(BridgeTls::Implicit, &server)).await;
        assert_eq!(page.receive(11).await, b"+OK ready\r\n");
        page.send(b"QUIT\r\n").await;
        assert_eq!(page.next().await, Got::Message(BridgeMessage::Eof));
    };
    tokio::join!(mail, page);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_not_a_failed_handshake() {
    let (server, identity) = (MailServer::start().await, Identity::new());
    let port = server.port();
    let unknown = bridge(&server, None).await;
    let (refusal, _) = tokio::join!(Page::refusal(&unknown, under(BridgeTls::Implicit, &server)), async {
        identity.acceptor.accept(server.accept().await).await.map(|_| ())
    });
    assert_eq!(refusal.0, CloseCode::CertificateInvalid);
    let known = bridge(&server, Some(&identity)).await;
    let (refusal, _) =
        tokio::join!(Page::refusal(&known, Open { tls: BridgeTls::Implicit, ..open("127.0.0.1", port) }), async {
            identity.acceptor.accept(server.accept().await).await.map(|_| ())
        });
    assert_eq!(refusal.0, CloseCode::CertificateInvalid);
    assert!(refusal.1.contains("for another name"), "{}", refusal.1);
    let (refusal, ()) = tokio::join!(Page::refusal(&known, under(BridgeTls::Implicit, &server)), async {
        server.accept().await.write_all(b"+OK in the clear\r\n").await.unwrap();
    });
    assert_eq!(refusal.0, CloseCode::TlsFailed);
}

#[tokio::test]
async fn tls_starts_after_stls() {
    let (server, identity) = (MailServer::start().await, Identity::new());
    let bridge = bridge(&server, Some(&identity)).await;
    let mut page = Page::open(&bridge, under(BridgeTls::Starttls, &server)).await;
    let mut mail = server.accept().await;
    mail.write_all(b"+OK ready\r\n").await.unwrap();
    page.receive(11).await;
    page.send(b"STLS\r\n").await;
    mail.read_exact(&mut [0; 6]).await.unwrap();
    mail.write_all(b"+OK begin\r\n").await.unwrap();
    page.receive(11).await;
    page.say(&PageMessage::Starttls { received: 22 }).await;
    // Right behind, without waiting: it has to go out under TLS.
    page.send(b"CAPA\r\n").await;
    let mut mail = identity.acceptor.accept(mail).await.unwrap();
    let mut received = [0; 6];
    mail.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"CAPA\r\n");
    assert_eq!(page.next().await, Got::Message(BridgeMessage::Secured));
    mail.write_all(b"+OK\r\n").await.unwrap();
    mail.flush().await.unwrap();
    assert_eq!(page.receive(5).await, b"+OK\r\n");
    page.say(&PageMessage::Starttls { received: 27 }).await;
    assert_eq!(page.closed().await, u16::from(CloseCode::BadMessage));
}

#[tokio::test]
async fn bytes_behind_the_answer_to_stls_stop_the_upgrade() {
    let server = MailServer::start().await;
    let bridge = bridge(&server, None).await;
    for (window, answer) in
        [(1000, b"+OK begin\r\n+OK injected\r\n".as_slice()), (11, b"+OK begin\r\n+OK injected\r\n")]
    {
        let mut page = Page::open(&bridge, Open { window, ..under(BridgeTls::Starttls, &server) }).await;
        let mut mail = server.accept().await;
        page.send(b"STLS\r\n").await;
        mail.read_exact(&mut [0; 6]).await.unwrap();
        mail.write_all(answer).await.unwrap();
        page.receive(answer.len().min(window as usize)).await;
        // The page knows where the answer ended, whatever it was sent.
        page.say(&PageMessage::Starttls { received: 11 }).await;
        assert_eq!(page.refused().await.0, CloseCode::StarttlsInjection);
    }
}

/// A page that sends mail, up to the last byte that it takes before TLS: the answer to EHLO has several lines, and so may the
/// one to STARTTLS.
async fn asked_for_tls(page: &mut Page, mail: &mut tokio::net::TcpStream, answer: &[u8]) -> u64 {
    const GREETING: &[u8] = b"220-mail.example.org\r\n220 ready\r\n";
    const EHLO: &[u8] = b"250-mail.example.org\r\n250-8BITMIME\r\n250 STARTTLS\r\n";
    mail.write_all(GREETING).await.unwrap();
    page.receive(GREETING.len()).await;
    page.send(b"EHLO [127.0.0.1]\r\n").await;
    mail.read_exact(&mut [0; 18]).await.unwrap();
    mail.write_all(EHLO).await.unwrap();
    page.receive(EHLO.len()).await;
    page.send(b"STARTTLS\r\n").await;
    mail.read_exact(&mut [0; 10]).await.unwrap();
    mail.write_all(answer).await.unwrap();
    page.receive(answer.len()).await;
    (GREETING.len() + EHLO.len()) as u64
}

fn sending(server: &MailServer) -> Config {
    let entry = format!("localhost:{}", server.port()).parse().unwrap();
    Config { policy: Policy::public().with_submission(vec![entry]), ..Config::default() }
}

#[tokio::test]
async fn tls_starts_after_starttls_whatever_lines_came_before() {
    let (server, identity) = (MailServer::start().await, Identity::new());
    let authorities = Some(identity.authority.path().to_owned());
    let bridge = start(Config { authorities, ..sending(&server) }).await;
    let submission = Open { service: Service::Submission, ..under(BridgeTls::Starttls, &server) };
    for answer in [b"220 go ahead\r\n".as_slice(), b"220-go\r\n220 ahead\r\n"] {
        let mut page = Page::open(&bridge, submission.clone()).await;
        let mut mail = server.accept().await;
        let before = asked_for_tls(&mut page, &mut mail, answer).await;
        page.say(&PageMessage::Starttls { received: before + answer.len() as u64 }).await;
        page.send(b"EHLO [127.0.0.1]\r\n").await;
        let mut mail = identity.acceptor.accept(mail).await.unwrap();
        let mut received = [0; 18];
        mail.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"EHLO [127.0.0.1]\r\n");
        assert_eq!(page.next().await, Got::Message(BridgeMessage::Secured));
    }
}

#[tokio::test]
async fn bytes_behind_the_answer_to_starttls_stop_the_upgrade_also_where_they_complete_a_line() {
    let server = MailServer::start().await;
    let bridge = start(sending(&server)).await;
    let submission = Open { service: Service::Submission, ..under(BridgeTls::Starttls, &server) };
    let consent = b"220 go ahead\r\n";
    for injected in [b"250 injected\r\n".as_slice(), b"x", b"\n"] {
        let mut page = Page::open(&bridge, submission.clone()).await;
        let mut mail = server.accept().await;
        let before = asked_for_tls(&mut page, &mut mail, &[consent, injected].concat()).await;
        page.say(&PageMessage::Starttls { received: before + consent.len() as u64 }).await;
        assert_eq!(page.refused().await.0, CloseCode::StarttlsInjection);
    }
    // A page that claims more than it was sent is at fault itself.
    let mut page = Page::open(&bridge, submission).await;
    let mut mail = server.accept().await;
    let before = asked_for_tls(&mut page, &mut mail, consent).await;
    page.say(&PageMessage::Starttls { received: before + consent.len() as u64 + 1 }).await;
    assert_eq!(page.refused().await.0, CloseCode::BadMessage);
}

#[tokio::test]
async fn tls_does_not_start_before_the_server_has_answered() {
    let server = MailServer::start().await;
    let bridge = bridge(&server, None).await;
    let mut page = Page::open(&bridge, under(BridgeTls::Starttls, &server)).await;
    page.send(b"STLS\r\n").await;
    page.say(&PageMessage::Starttls { received: 0 }).await;
    assert_eq!(page.refused().await.0, CloseCode::BadMessage);
}

#[tokio::test]
async fn the_bridge_serves_the_page_and_tunnels_over_its_own_https() {
    let server = MailServer::start().await;
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let allowed = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let bridge = start(Config { certificate: Some(files), ..allowed }).await;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let connect = async || {
        let tcp = tokio::net::TcpStream::connect(bridge.address()).await.unwrap();
        connector.connect("localhost".try_into().unwrap(), tcp).await.unwrap()
    };

    let mut page = connect().await;
    page.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    page.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 ") && answer.contains("strict-transport-security: "), "{answer}");

    let mut request = "wss://localhost/tunnel".into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://localhost".parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", "restante.v1".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, connect().await).await.unwrap();
    let opening = tunnel::encode(&PageMessage::Open(open("127.0.0.1", server.port())));
    socket.send(Message::text(opening)).await.unwrap();
    let mut mail = server.accept().await;
    mail.write_all(&[b'x'; 300_000]).await.unwrap();
    let mut received = 0;
    while received < 300_000 {
        if let Message::Binary(bytes) = socket.next().await.unwrap().unwrap() {
            received += bytes.len();
        }
    }
    socket.send(Message::binary(vec![b'y'; 50_000])).await.unwrap();
    mail.read_exact(&mut [0; 50_000]).await.unwrap();
}
