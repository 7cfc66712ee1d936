//! The harness itself: the real server comes up as configured and ends without a trace; the scripted ones do as told.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use restante_tests::authority::Authority;
use restante_tests::dovecot::{Dovecot, Options, User};
use restante_tests::maildir::{self, Crowd};
use restante_tests::scripted::{Fault, Scripted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends everything at once, then reads until the server closes.
async fn exchange(port: u16, commands: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(commands.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    String::from_utf8_lossy(&said).into_owned()
}

fn crowd(messages: u32) -> Vec<Vec<u8>> {
    (1..=messages).map(|number| Crowd::PATH.message(number)).collect()
}

#[tokio::test]
async fn dovecot_serves_the_mail_it_was_given_in_order_and_byte_for_byte() {
    let mail = crowd(25);
    let options = Options {
        identity: Authority::new().unwrap().issue(&["localhost", "127.0.0.1"]).unwrap(),
        mechanisms: "plain login",
        users: vec![User { name: "robin".into(), password: "pass word".into(), mail: mail.clone() }],
    };
    let dovecot = Dovecot::start(options).await.unwrap();
    let before = maildir::contents(&dovecot.maildir("robin")).unwrap();
    let said = exchange(dovecot.pop_port(), "CAPA\r\nUSER robin\r\nPASS pass word\r\nSTAT\r\nRETR 7\r\nQUIT\r\n").await;
    for capability in ["TOP", "UIDL", "PIPELINING", "STLS", "SASL PLAIN LOGIN"] {
        assert!(said.contains(&format!("\r\n{capability}\r\n")), "{said}");
    }
    assert!(said.contains("+OK 25 "), "{said}");
    let text = String::from_utf8(mail[6].clone()).unwrap().replace("\r\n.", "\r\n..");
    assert!(said.contains(&text), "{said}");
    assert_eq!(maildir::contents(&dovecot.maildir("robin")).unwrap(), before);

    let port = dovecot.pop_port();
    drop(dovecot);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn scripted_servers_play_their_parts() {
    for (fault, commands, answer) in [
        (Fault::NotPop3, "QUIT\r\n", "220 mail.example"),
        (Fault::WrongPassword, "USER a\r\nPASS b\r\nQUIT\r\n", "-ERR [AUTH]"),
        (Fault::InUse, "USER a\r\nPASS b\r\nQUIT\r\n", "-ERR [IN-USE]"),
        (Fault::NoStls, "STLS\r\nQUIT\r\n", "-ERR Unknown"),
        (Fault::RefusesOneMessage, "USER a\r\nPASS b\r\nRETR 2\r\nRETR 3\r\nQUIT\r\n", "message 3"),
    ] {
        let server = Scripted::start(fault, None).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        stream.write_all(commands.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.shutdown().await.unwrap();
        stream.read_to_string(&mut said).await.unwrap();
        assert!(said.contains(answer), "{fault:?}: {said}");
    }
    let server = Scripted::start(Fault::ClosesAtOnce, None).await.unwrap();
    assert_eq!(exchange(server.port(), "").await, "");
    let server = Scripted::start(Fault::DropsInBody, None).await.unwrap();
    assert!(!exchange(server.port(), "USER a\r\nPASS b\r\nRETR 1\r\n").await.ends_with(".\r\n"));
}
