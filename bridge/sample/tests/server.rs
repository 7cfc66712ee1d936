//! The sample server as a client meets it: over TLS, over STLS, pipelined, and when it is misused.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use restante_sample::Server;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

async fn tls(server: &Server, stream: TcpStream) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(server.certificate_der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

/// Sends everything at once, then reads until the server closes.
async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), commands: &str) -> String {
    stream.write_all(commands.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

fn login(server: &Server) -> String {
    format!("USER {}\r\nPASS {}\r\n", server.user(), server.password())
}

#[tokio::test]
async fn a_pipelined_session_over_tls_gets_every_answer_in_order() {
    let server = Server::start().await.unwrap();
    let fingerprint: [u8; 32] = Sha256::digest(server.certificate_der()).into();
    assert_eq!(fingerprint, server.fingerprint());

    let mut stream = tls(&server, connect(server.pops_port()).await).await;
    let said = exchange(&mut stream, &format!("CAPA\r\n{}STAT\r\nTOP 1 0\r\nNOOP\r\nQUIT\r\n", login(&server))).await;
    let (greeting, rest) = said.split_once("\r\n").unwrap();
    assert!(greeting.starts_with("+OK"));
    for capability in ["TOP", "UIDL", "USER", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "SASL PLAIN"] {
        assert!(rest.contains(&format!("\r\n{capability}\r\n")), "{capability} is missing in {rest}");
    }
    assert!(!rest.contains("\r\nSTLS\r\n"));
    let parts: Vec<&str> = rest.split("\r\n.\r\n").collect();
    assert_eq!(parts.len(), 3, "{rest}");
    assert!(parts[1].contains("Subject: ") && parts[2].starts_with("+OK Nothing done\r\n+OK "));
}

#[tokio::test]
async fn stls_secures_the_clear_text_port_and_drops_what_came_before() {
    let server = Server::start().await.unwrap();
    let mut clear = connect(server.pop_port()).await;
    clear.write_all(b"CAPA\r\nSTLS\r\nUSER injected\r\n").await.unwrap();
    let mut said = String::new();
    while !said.contains("+OK Begin TLS now\r\n") {
        let mut piece = [0; 512];
        let read = clear.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "closed after {said}");
        said.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    assert!(said.contains("\r\nSTLS\r\n") && !said.contains("USER"));
    let mut stream = tls(&server, clear).await;
    let said = exchange(&mut stream, &format!("{}STAT\r\nQUIT\r\n", login(&server))).await;
    assert_eq!(said.matches("+OK").count(), 4, "{said}");
    assert!(!said.contains("-ERR"));
}

#[tokio::test]
async fn a_clear_text_login_is_refused() {
    let server = Server::start().await.unwrap();
    let said = exchange(&mut connect(server.pop_port()).await, &format!("{}STAT\r\nQUIT\r\n", login(&server))).await;
    assert_eq!(said.matches("-ERR").count(), 3, "{said}");
}

#[tokio::test]
async fn every_login_finds_the_whole_maildrop_whatever_the_last_one_deleted() {
    let server = Server::start().await.unwrap();
    let mut stats = Vec::new();
    for _ in 0..2 {
        let mut stream = tls(&server, connect(server.pops_port()).await).await;
        let said = exchange(&mut stream, &format!("{}STAT\r\nDELE 1\r\nQUIT\r\n", login(&server))).await;
        stats.push(said.lines().nth(3).unwrap().to_owned());
    }
    assert!(stats[0].starts_with("+OK ") && stats[0] == stats[1], "{stats:?}");
}

#[tokio::test]
async fn what_retr_sends_is_the_message_with_its_dots_doubled_and_as_long_as_list_says() {
    let server = Server::start().await.unwrap();
    let mut stream = tls(&server, connect(server.pops_port()).await).await;
    let said = exchange(&mut stream, &format!("{}UIDL\r\nLIST\r\nQUIT\r\n", login(&server))).await;
    let mut lists = said.split("\r\n.\r\n");
    let number = lists.next().unwrap().lines().find_map(|line| line.strip_suffix(".dots")?.split(' ').next()).unwrap();
    let size = lists.next().unwrap().lines().find_map(|line| line.strip_prefix(&format!("{number} "))).unwrap();

    let mut stream = tls(&server, connect(server.pops_port()).await).await;
    let said = exchange(&mut stream, &format!("{}RETR {number}\r\nQUIT\r\n", login(&server))).await;
    let body = said.split_once(" octets\r\n").unwrap().1.rsplit_once("\r\n.\r\n+OK").unwrap().0;
    assert!(body.contains("\r\n..\r\n...\r\n....\r\n..hidden\r\n"), "{body}");
    let unstuffed: String =
        body.split("\r\n").map(|line| format!("{}\r\n", line.strip_prefix('.').unwrap_or(line))).collect();
    assert_eq!(unstuffed.len().to_string(), size);
}

#[tokio::test]
async fn a_line_without_end_closes_the_connection() {
    let server = Server::start().await.unwrap();
    let mut stream = connect(server.pop_port()).await;
    let said = exchange(&mut stream, &"X".repeat(300)).await;
    assert!(said.ends_with("-ERR This line is too long\r\n"), "{said}");
}

#[tokio::test]
async fn dropping_the_server_frees_its_ports_and_ends_its_connections() {
    let server = Server::start().await.unwrap();
    let mut open = connect(server.pop_port()).await;
    let port = server.pops_port();
    drop(server);
    let mut rest = Vec::new();
    // Either an end or a reset; what matters is that it ends.
    let _ = open.read_to_end(&mut rest).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
