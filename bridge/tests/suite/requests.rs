//! Requests as no browser writes them: hosts that are none, upgrades that hide something behind them.

use std::process::Stdio;
use std::time::Duration;

use restante_bridge::origin::Origins;
use restante_bridge::{Config, Handle};
use restante_protocol::tunnel::{self, PageMessage};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::{MailServer, bridge_to, open, start};

/// The head of what the bridge answers to these bytes; empty where it hangs up.
async fn answer(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        while !answer.ends_with(b"\r\n\r\n") {
            // However it hangs up.
            let Ok(byte) = stream.read_u8().await else { break };
            answer.push(byte);
        }
    };
    timeout(Duration::from_secs(20), read).await.expect("the bridge answers");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn status(bridge: &Handle, request: &str) -> u16 {
    let answer = answer(&bridge.address().to_string(), request.as_bytes()).await;
    answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{request:?}: {answer:?}"))
}

#[tokio::test]
async fn a_host_that_is_missing_doubled_or_malformed_is_a_bad_request_and_a_foreign_one_gets_nothing() {
    let origins = Origins::new(Vec::new(), vec!["mail.example.org".into()]);
    let bridge = start(Config { origins, ..Config::default() }).await;
    for (target, version, host, expected) in [
        ("/restante.json", "1.1", "Host: localhost\r\n", 200),
        ("/restante.json", "1.1", "Host: mail.example.org:443\r\n", 200),
        ("/restante.json", "1.1", "Host: 127.0.0.1\r\n", 200),
        ("/restante.json", "1.1", "Host: [::1]:8110\r\n", 200),
        ("http://localhost/restante.json", "1.1", "Host: localhost\r\n", 200),
        ("/restante.json", "1.1", "Host: evil.localhost\r\n", 421),
        ("/restante.json", "1.1", "Host: localhost.\r\n", 421),
        ("/restante.json", "1.1", "Host: rebound.example\r\n", 421),
        ("/restante.json", "1.1", "", 400),
        ("/restante.json", "1.0", "", 400),
        ("/restante.json", "1.1", "Host:\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost\r\nHost: localhost\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost\r\nHost: rebound.example\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost, localhost\r\n", 400),
        ("/restante.json", "1.1", "Host: [::1].evil.test\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost:8110evil\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost:99999\r\n", 400),
        ("/restante.json", "1.1", "Host: evil@localhost\r\n", 400),
        ("/restante.json", "1.1", "Host: localhost/evil\r\n", 400),
        ("http://rebound.example/restante.json", "1.1", "Host: localhost\r\n", 400),
        ("http://localhost/restante.json", "1.1", "Host: rebound.example\r\n", 400),
        ("http://localhost/restante.json", "1.1", "", 400),
        ("http://rebound.example/restante.json", "1.1", "Host: rebound.example\r\n", 421),
        ("/tunnel", "1.1", "Host: localhost\r\nHost: localhost\r\n", 400),
        // Health checks know no name, and some speak HTTP/1.0 without any.
        ("/healthz", "1.0", "", 200),
        ("/healthz", "1.1", "Host: rebound.example\r\n", 200),
        ("/readyz", "1.1", "Host: [::1].evil.test\r\n", 400),
        ("/healthz", "1.1", "", 400),
        ("/healthz", "1.1", "Host: a\r\nHost: b\r\n", 400),
    ] {
        let request = format!("GET {target} HTTP/{version}\r\n{host}Connection: close\r\n\r\n");
        assert_eq!(status(&bridge, &request).await, expected, "{request:?}");
    }
}

#[tokio::test]
async fn a_container_that_listens_on_every_address_answers_to_no_foreign_name() {
    let mut bridge = Command::new(env!("CARGO_BIN_EXE_restante"))
        .args(["serve", "--listen", "0.0.0.0:0", "--metrics", "127.0.0.1:0", "--allow", "pop.example.org"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(bridge.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let port = line.trim_end_matches('/').rsplit(':').next().unwrap();
    let address = format!("127.0.0.1:{port}");
    for (host, expected) in [("127.0.0.1:8110", "200"), ("localhost:8110", "200"), ("rebound.example", "421")] {
        let request = format!("GET /restante.json HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(answer(&address, request.as_bytes()).await.get(9..12), Some(expected), "{host}");
        let origin = format!("http://{host}");
        let upgrade = upgrade(host, "1.1", &format!("Origin: {origin}\r\n"));
        let expected = if expected == "200" { "101" } else { expected };
        assert_eq!(answer(&address, upgrade.as_bytes()).await.get(9..12), Some(expected), "{host}");
    }
}

/// The head of an upgrade with these lines as well.
fn upgrade(host: &str, version: &str, lines: &str) -> String {
    format!(
        "GET /tunnel HTTP/{version}\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: restante.v1\r\n{lines}\r\n"
    )
}

#[tokio::test]
async fn an_upgrade_that_could_hide_an_open_in_its_body_is_a_bad_request_and_reaches_no_server() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let opening = tunnel::encode(&PageMessage::Open(open("127.0.0.1", server.port())));
    let length = u8::try_from(opening.len()).unwrap();
    assert!(length < 126);
    let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], opening.as_bytes()].concat();
    let chunked = [format!("{:x}\r\n", frame.len()).as_bytes(), &frame, b"\r\n0\r\n\r\n"].concat();
    let host = bridge.address().to_string();
    let origin = format!("Origin: http://{host}\r\n");
    for (version, lines, behind) in [
        ("1.1", format!("Content-Length: {}\r\n", frame.len()), &frame),
        ("1.1", "Transfer-Encoding: chunked\r\n".to_owned(), &chunked),
        ("1.1", format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", chunked.len()), &chunked),
        ("1.1", format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", frame.len()), &chunked),
        ("1.1", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n".to_owned(), &chunked),
        ("1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n".to_owned(), &frame),
        ("1.1", "Sec-WebSocket-Key: c2hvcnQ=\r\n".to_owned(), &frame),
        ("1.0", String::new(), &frame),
        ("1.0", "Content-Length: 0\r\n".to_owned(), &frame),
    ] {
        let request = [upgrade(&host, version, &format!("{origin}{lines}")).as_bytes(), behind].concat();
        let answer = answer(&host, &request).await;
        assert_eq!(answer.get(9..12), Some("400"), "HTTP/{version}, {lines:?}: {answer}");
    }
    let nobody = timeout(Duration::from_millis(100), server.accept()).await;
    assert!(nobody.is_err(), "an open that was hidden in a body reached the server");
    // The same frame is an open where it stands behind a head without a body.
    let request = [upgrade(&host, "1.1", &origin).as_bytes(), &frame].concat();
    let (answer, _mail) = tokio::join!(answer(&host, &request), server.accept());
    assert_eq!(answer.get(9..12), Some("101"));
}

#[tokio::test]
async fn a_request_that_brings_a_body_along_is_refused_everywhere() {
    let bridge = start(Config::default()).await;
    for path in ["/restante.json", "/healthz", "/tunnel"] {
        for lines in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Transfer-Encoding: chunked",
            "Content-Length: 5",
        ] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\nConnection: close\r\n\r\n0\r\n\r\n");
            assert_eq!(status(&bridge, &request).await, 400, "{request:?}");
        }
    }
}
