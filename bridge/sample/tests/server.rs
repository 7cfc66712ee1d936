//! The sample server as a client meets it: over TLS, over STLS and STARTTLS, pipelined, and when it is misused.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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

/// Reads clear text up to these words, and no further than they came.
async fn heard_up_to(stream: &mut TcpStream, words: &str) -> String {
    let mut said = String::new();
    while !said.contains(words) {
        let mut piece = [0; 512];
        let read = stream.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "closed after {said}");
        said.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    said
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
    let said = heard_up_to(&mut clear, "+OK Begin TLS now\r\n").await;
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

/// Commands that sign in at the submission server, and send a letter of this subject to oneself.
fn submission(server: &Server, subject: &str) -> String {
    let response = BASE64.encode(format!("\0{}\0{}", server.user(), server.password()));
    let user = server.user();
    let letter = format!("Subject: {subject}\r\n\r\nTo myself.\r\n");
    format!(
        "EHLO [127.0.0.1]\r\nAUTH PLAIN {response}\r\nMAIL FROM:<{user}>\r\nRCPT TO:<{user}>\r\nRCPT TO:<ana@elsewhere.example>\r\n\
         BDAT {} LAST\r\n{letter}QUIT\r\n",
        letter.len()
    )
}

/// The first digits of every reply, those of several lines once.
fn replies(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

#[tokio::test]
async fn a_letter_is_seen_by_the_next_login_as_the_newest_message_and_not_by_the_one_before() {
    let server = Server::start().await.unwrap();
    let mut open = tls(&server, connect(server.pops_port()).await).await;
    open.write_all(format!("{}STAT\r\n", login(&server)).as_bytes()).await.unwrap();
    let mut said = String::new();
    while said.matches("\r\n").count() < 4 {
        let mut piece = [0; 512];
        let read = open.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "closed after {said}");
        said.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    let before = said.lines().nth(3).unwrap().to_owned();
    let count: usize = before.split(' ').nth(1).unwrap().parse().unwrap();

    let mut stream = tls(&server, connect(server.submission_port()).await).await;
    let said = exchange(&mut stream, &submission(&server, "implicit TLS")).await;
    assert_eq!(replies(&said), ["220", "250", "235", "250", "250", "550", "250", "221"], "{said}");

    let said = exchange(&mut open, &format!("STAT\r\nRETR {}\r\nQUIT\r\n", count + 1)).await;
    assert!(said.starts_with(&format!("{before}\r\n-ERR No such message\r\n")), "{said}");

    let mut next = tls(&server, connect(server.pops_port()).await).await;
    let retr = count + 1;
    let said = exchange(&mut next, &format!("{}UIDL\r\nRETR {retr}\r\nQUIT\r\n", login(&server))).await;
    let uids: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix(&format!("{retr} "))).collect();
    assert_eq!(uids.len(), 1, "{uids:?}");
    assert!(said.contains("\r\n\r\nTo myself.\r\n.\r\n") && said.contains("Subject: implicit TLS\r\n"));
    assert!(said.contains(&format!(" octets\r\nReturn-Path: <{}>\r\nReceived: from [127.0.0.1] ", server.user())));
}

#[tokio::test]
async fn starttls_secures_the_other_port_and_drops_what_was_sent_behind_it() {
    let server = Server::start().await.unwrap();
    let mut clear = connect(server.submission_starttls_port()).await;
    clear.write_all(b"EHLO a\r\nSTARTTLS\r\nEHLO injected\r\nNOOP\r\n").await.unwrap();
    let said = heard_up_to(&mut clear, "220 2.0.0 Begin TLS now\r\n").await;
    assert!(said.contains("250-STARTTLS\r\n") && !said.contains("AUTH"), "{said}");
    assert!(said.ends_with("Begin TLS now\r\n"), "{said}");
    let mut stream = tls(&server, clear).await;
    let said = exchange(&mut stream, &format!("MAIL FROM:<a@b>\r\n{}", submission(&server, "STARTTLS"))).await;
    assert!(said.starts_with("503 5.5.1 "), "{said}");
    assert_eq!(replies(&said), ["503", "250", "235", "250", "250", "550", "250", "221"], "{said}");
}

#[tokio::test]
async fn a_login_or_a_letter_in_clear_text_is_refused() {
    let server = Server::start().await.unwrap();
    let said = exchange(&mut connect(server.submission_starttls_port()).await, &submission(&server, "clear")).await;
    assert_eq!(replies(&said), ["220", "250", "538", "530", "530", "530", "530", "221"], "{said}");
}

#[tokio::test]
async fn a_client_that_hangs_up_within_a_letter_delivers_nothing() {
    let server = Server::start().await.unwrap();
    let stat = format!("{}STAT\r\nQUIT\r\n", login(&server));
    let mut pop = tls(&server, connect(server.pops_port()).await).await;
    let before = exchange(&mut pop, &stat).await;
    let commands = submission(&server, "cut off");
    let mut stream = tls(&server, connect(server.submission_port()).await).await;
    let cut = commands.find("To myself").unwrap();
    stream.write_all(&commands.as_bytes()[..cut]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut said = Vec::new();
    // The server is done with it when it has hung up as well.
    let _ = stream.read_to_end(&mut said).await;
    let mut pop = tls(&server, connect(server.pops_port()).await).await;
    assert_eq!(exchange(&mut pop, &stat).await, before);
}
