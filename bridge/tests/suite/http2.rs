//! The page over the bridge's own HTTPS: HTTP/2 for files, HTTP/1.1 for tunnels, and peers that would keep a place.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Version};
use futures::{SinkExt, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use restante_bridge::origin::Origins;
use restante_bridge::preset::{Preset, Security};
use restante_bridge::{CertificateFiles, Config, Handle};
use restante_protocol::tunnel::{self, PageMessage};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{MailServer, allowing, open, start, with_limits};

/// What begins a connection of HTTP/2, with settings that change nothing (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// The head of `GET https://localhost/healthz` (RFC 7541, appendix A for the numbers).
const GET: &[u8] = b"\x82\x87\x41\x09localhost\x04\x08/healthz";

/// A bridge with a certificate for `localhost`, and who trusts it.
struct Secured {
    bridge: Handle,
    trust: rustls::ClientConfig,
    _folder: TempDir,
}

async fn secured(config: Config) -> Secured {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = CertificateFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let trust = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Secured { bridge: start(Config { certificate: Some(files), ..config }).await, trust, _folder: folder }
}

impl Secured {
    /// Connects and offers these protocols.
    async fn connect(&self, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut trust = self.trust.clone();
        trust.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let tcp = TcpStream::connect(self.bridge.address()).await.unwrap();
        tokio_rustls::TlsConnector::from(Arc::new(trust)).connect("localhost".try_into().unwrap(), tcp).await.unwrap()
    }

    /// Connects with HTTP/2, having sent the preface and `frames`.
    async fn raw(&self, frames: &[u8]) -> TlsStream<TcpStream> {
        let mut stream = self.connect(&["h2"]).await;
        stream.write_all(&[PREFACE, frames].concat()).await.unwrap();
        stream.flush().await.unwrap();
        stream
    }
}

/// More than all buffers between two ends of a connection take.
const LARGE: usize = 24 << 20;

/// A bridge whose configuration for the page is this large.
fn large(bytes: usize) -> Config {
    let preset = Preset {
        host: "pop.example.org".into(),
        port: 995,
        security: Security::Tls,
        user: String::new(),
        password: None,
        fingerprint: None,
        label: Some("x".repeat(bytes)),
        submission: None,
    };
    Config { preset: Some(preset), ..Config::default() }
}

#[tokio::test]
async fn a_bridge_that_is_asked_to_stop_sends_the_answers_under_way_to_their_end() {
    // Nobody who has asked for nothing holds it up.
    let secured = secured(large(LARGE)).await;
    let _idle = secured.connect(&["h2"]).await;
    let stream = secured.connect(&["h2"]).await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let get = |url: &str| Request::get(url).body(Body::empty()).unwrap();
    let response = sender.send_request(get("https://localhost/restante.json")).await.unwrap();
    let mut plain = secured.connect(&["http/1.1"]).await;
    plain.write_all(b"GET /restante.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut begun = [0; 1000];
    plain.read_exact(&mut begun).await.unwrap();
    secured.bridge.shut_down();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let body = to_bytes(Body::new(response.into_body()), usize::MAX).await.unwrap();
    assert!(body.len() > LARGE && body.ends_with(b"}"));
    let mut rest = Vec::new();
    // It ends as soon as all has been sent, TLS with it.
    plain.read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() > LARGE && rest.ends_with(b"}"));
    timeout(Duration::from_secs(20), secured.bridge.stopped()).await.expect("it stops when the last answer is taken");
}

#[tokio::test]
async fn a_bridge_that_is_asked_to_stop_does_not_wait_longer_than_its_drain_for_who_takes_nothing() {
    let bridge = start(with_limits(large(LARGE), |l| l.drain_timeout = Duration::from_millis(200))).await;
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    stream.write_all(b"GET /restante.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    stream.read_exact(&mut [0; 1000]).await.unwrap();
    bridge.shut_down();
    timeout(Duration::from_secs(10), bridge.stopped()).await.expect("it stops");
}

/// A frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// All frames until the bridge hangs up: kind and payload.
async fn frames(mut stream: TlsStream<TcpStream>) -> Vec<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    // However it hangs up, with a reset for one.
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.expect("the bridge hangs up");
    drop(read);
    let mut frames = Vec::new();
    while bytes.len() >= 9 {
        let length = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize;
        let kind = bytes[3];
        let rest = bytes.split_off((9 + length).min(bytes.len()));
        frames.push((kind, bytes.split_off(9)));
        bytes = rest;
    }
    frames
}

#[tokio::test]
async fn browsers_get_the_page_over_http_2_while_tunnels_use_http_1() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let origins = Origins::new(Vec::new(), vec!["mail.example.org".into()]);
    let secured = secured(Config { origins, ..config }).await;
    let stream = secured.connect(&["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut get = async |url: &str| {
        let request = Request::get(url).body(Body::empty()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(Body::new(body), 1 << 20).await.unwrap())
    };
    let (status, headers, body) = get("https://localhost/restante.json").await;
    assert_eq!((status, &body[..]), (StatusCode::OK, b"{\"preset\":null,\"token_required\":false}".as_slice()));
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(get("https://mail.example.org/restante.json").await.0, StatusCode::OK);
    assert_eq!(get("https://rebound.example/restante.json").await.0, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(get("https://localhost/tunnel").await.0, StatusCode::UPGRADE_REQUIRED);

    let mut request = "wss://localhost/tunnel".into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://localhost".parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", "restante.v1".parse().unwrap());
    let stream = secured.connect(&["http/1.1"]).await;
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let opening = tunnel::encode(&PageMessage::Open(open("127.0.0.1", server.port())));
    socket.send(Message::text(opening)).await.unwrap();
    server.accept().await.write_all(b"+OK ready\r\n").await.unwrap();
    while socket.next().await.unwrap().unwrap() != Message::binary(b"+OK ready\r\n".to_vec()) {}
}

#[tokio::test]
async fn the_settings_bound_what_a_peer_may_ask_for_and_offer_no_websocket() {
    let secured = secured(with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(200))).await;
    let frames = frames(secured.raw(b"").await).await;
    let (_, settings) = frames.iter().find(|(kind, _)| *kind == 0x4).expect("settings come first");
    let value = |id: u16| {
        let found = settings.chunks_exact(6).find(|setting| setting[..2] == id.to_be_bytes())?;
        Some(u32::from_be_bytes([found[2], found[3], found[4], found[5]]))
    };
    assert_eq!(value(0x3), Some(64), "concurrent streams");
    assert_eq!(value(0x6), Some(16 * 1024), "the size of a request's head");
    assert_eq!(value(0x8), None, "extended CONNECT (RFC 8441) is not offered");
}

#[tokio::test]
async fn a_head_that_never_ends_and_a_connection_that_asks_for_nothing_are_given_up() {
    let secured = secured(with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(200))).await;
    let unfinished = frame(0x1, 0x1, 1, GET);
    let cut = frame(0x1, 0x5, 1, GET);
    for begun in [b"".as_slice(), &unfinished, &cut[..cut.len() - 3]] {
        // `frames` fails unless the bridge hangs up.
        let answers = frames(secured.raw(begun).await).await;
        assert!(answers.iter().all(|(kind, _)| *kind != 0x1), "there was nothing to answer");
    }
}

#[tokio::test]
async fn a_peer_that_takes_its_requests_back_without_end_is_cut_off() {
    let secured = secured(Config::default()).await;
    let mut flood = Vec::new();
    for stream in (1..2001).step_by(2) {
        flood.extend(frame(0x1, 0x5, stream, GET));
        flood.extend(frame(0x3, 0, stream, &8u32.to_be_bytes()));
    }
    let answers = frames(secured.raw(&flood).await).await;
    let goodbye = answers.iter().find(|(kind, _)| *kind == 0x7).expect("it says why");
    assert_eq!(goodbye.1[4..8], 0xbu32.to_be_bytes(), "ENHANCE_YOUR_CALM");
}

/// The status of an answer's head: the static table's number, or what follows it as a literal (RFC 7541, appendix A).
fn status(head: &[u8]) -> u16 {
    match head {
        [0x88, ..] => 200,
        [0x8C, ..] => 400,
        // "421" as the library compresses it (appendix B).
        [0x08 | 0x48, 0x82, 0x68, 0x41, ..] => 421,
        [0x08 | 0x48, 3, digits @ ..] => std::str::from_utf8(&digits[..3]).unwrap().parse().unwrap(),
        other => panic!("{other:x?}"),
    }
}

#[tokio::test]
async fn an_authority_that_is_malformed_missing_or_at_odds_with_a_host_is_a_bad_request() {
    let config = with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(200));
    let secured = secured(config).await;
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let authority = |name: &str| [vec![0x41], text(name)].concat();
    let host = |name: &str| [vec![0x66], text(name)].concat();
    for (lines, expected) in [
        (authority("localhost"), 200),
        (authority("127.0.0.1:8110"), 200),
        (host("localhost"), 200),
        ([authority("localhost"), host("localhost")].concat(), 200),
        (authority("localhost:8110evil"), 400),
        (authority("localhost:8110:80"), 400),
        (authority("[::1].evil.test"), 400),
        (authority("evil@localhost"), 400),
        ([authority("localhost"), host("evil.test")].concat(), 400),
        ([authority("evil.test"), host("localhost")].concat(), 400),
        ([authority("localhost"), host("localhost"), host("localhost")].concat(), 400),
        (vec![], 400),
        (authority("evil.localhost"), 421),
        (authority("evil.test"), 421),
    ] {
        let head = [b"\x82\x87".to_vec(), [vec![0x04], text("/restante.json")].concat(), lines].concat();
        let answers = frames(secured.raw(&frame(0x1, 0x5, 1, &head)).await).await;
        // What the library itself finds at fault it takes back, or it says goodbye.
        let refused = answers.iter().any(|(kind, _)| *kind == 0x3) && expected == 400;
        let answered = answers.iter().find(|(kind, _)| *kind == 0x1).map(|(_, head)| {
            // An update of the table's size may stand first.
            status(if head[0] & 0xE0 == 0x20 { &head[1..] } else { head })
        });
        assert!(refused || answered == Some(expected), "{answered:?} to {}", String::from_utf8_lossy(&head));
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_given_up() {
    let config = with_limits(Config::default(), |l| l.handshake_timeout = Duration::from_millis(200));
    let secured = secured(config).await;
    // Nothing, and the beginning of a ClientHello.
    for begun in [b"".as_slice(), b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"] {
        let mut stream = TcpStream::connect(secured.bridge.address()).await.unwrap();
        stream.write_all(begun).await.unwrap();
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        drop(read.expect("the bridge hangs up"));
    }
}

#[tokio::test]
async fn who_takes_an_answer_slowly_gets_all_of_it() {
    let bridge = start(with_limits(large(1 << 20), |l| l.header_timeout = Duration::from_millis(100))).await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let mut stream = socket.connect(bridge.address()).await.unwrap();
    stream.write_all(b"GET /restante.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    // About twenty times as long as a request's head may take.
    let mut answer = Vec::new();
    let mut piece = vec![0; 32 * 1024];
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let length = stream.read(&mut piece).await.unwrap();
        answer.extend_from_slice(&piece[..length]);
    }
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    assert!(answer[head + 4..].len() > 1 << 20 && answer.ends_with(b"}"), "{}", answer.len());
}

#[tokio::test]
async fn who_asks_and_never_takes_the_answers_is_given_up() {
    let bridge = start(with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(300))).await;
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    let request = format!("GET /restante.json HTTP/1.1\r\nHost: {}\r\n\r\n", bridge.address()).repeat(100);
    let ask = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
    timeout(Duration::from_secs(20), ask).await.expect("the bridge hangs up");
}

#[tokio::test]
async fn a_peer_that_only_pings_is_given_up_whether_it_has_asked_for_something_or_not() {
    let secured = secured(with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(200))).await;
    for (begun, pings) in [(Vec::new(), 1), (frame(0x1, 0x5, 1, GET), 1), (frame(0x1, 0x5, 1, GET), 100)] {
        pinged(secured.raw(&begun).await, pings).await;
    }
}

/// Pings, so many at once, until the bridge hangs up.
async fn pinged(mut stream: TlsStream<TcpStream>, pings: usize) {
    let ping = frame(0x6, 0, 0, &[0; 8]).repeat(pings);
    let pings = async {
        while stream.write_all(&ping).await.is_ok() && stream.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), pings).await.expect("the bridge hangs up");
}
