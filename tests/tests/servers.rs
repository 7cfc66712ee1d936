//! The harness itself: the real server comes up as configured and ends without a trace; the scripted ones do as told. And
//! `fetch` against the real one.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::Output;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use restante_api::Security;
use restante_protocol::pop3::{
    Command, Config, Event, Login, Mechanism, Output as Say, Refusal, Reply, ReplyData, ResponseCode, Secret, Session,
};
use restante_protocol::sasl;
use restante_tests::authority::Authority;
use restante_tests::bridge::Bridge;
use restante_tests::courier::{self, Courier};
use restante_tests::dovecot::{Dovecot, Options, TOKEN_KEY, User};
use restante_tests::mailbox::{Mailbox, account};
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

/// Runs the `fetch` example, which Cargo builds beside the tests.
async fn fetch(dovecot: &Dovecot, home: &Path, arguments: &[&str]) -> Output {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join("fetch");
    assert!(program.exists(), "build it first: cargo build -p restante-engine --example fetch");
    std::fs::write(home.join("password"), "pass word\n").unwrap();
    let fingerprint: String = dovecot.fingerprint().iter().map(|octet| format!("{octet:02x}")).collect();
    tokio::process::Command::new(program)
        .arg(format!("pops://robin@127.0.0.1:{}/", dovecot.pops_port()))
        .args(["--password-file", "password", "--trust-sha256", &fingerprint])
        .args(arguments)
        .current_dir(home)
        .output()
        .await
        .unwrap()
}

/// The messages of a Maildir, in the order of their octets.
fn sorted(mail: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut mail: Vec<_> = mail.into_iter().collect();
    mail.sort();
    mail
}

#[tokio::test]
async fn fetch_has_the_heads_and_then_the_whole_mail_of_dovecot_and_leaves_nothing_there() {
    let mail = crowd(25);
    let options = Options {
        identity: Authority::new().unwrap().issue(&["localhost", "127.0.0.1"]).unwrap(),
        mechanisms: "plain scram-sha-256",
        users: vec![User { name: "robin".into(), password: "pass word".into(), mail: mail.clone() }],
    };
    let dovecot = Dovecot::start(options).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let delivered = |folder: &str| {
        let files = maildir::contents(&home.path().join(folder)).unwrap();
        sorted(files.into_iter().map(|(_, octets)| octets))
    };

    let heads = fetch(&dovecot, home.path(), &["--top", "0", "--maildir", "heads"]).await;
    assert_eq!(heads.status.code(), Some(0), "{heads:?} {}", dovecot.log());
    let head = |message: Vec<u8>| {
        let text = String::from_utf8(message).unwrap();
        format!("{}\r\n\r\n", text.split_once("\r\n\r\n").unwrap().0).into_bytes()
    };
    assert_eq!(delivered("heads"), sorted(mail.iter().cloned().map(head)));

    let whole = fetch(&dovecot, home.path(), &["--delete", "--maildir", "whole"]).await;
    assert_eq!(whole.status.code(), Some(0), "{whole:?} {}", dovecot.log());
    assert_eq!(delivered("whole"), sorted(mail));
    assert!(maildir::contents(&dovecot.maildir("robin")).unwrap().is_empty());

    let empty = fetch(&dovecot, home.path(), &["--discard", "--json"]).await;
    assert_eq!(empty.status.code(), Some(0), "there is nothing to be had: {empty:?}");
}

/// A token for this user until then (seconds since 1970), signed as RFC 7515 has it.
fn token(user: &str, expires: u64) -> Secret {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let header = encode(r#"{"alg":"HS256","typ":"JWT"}"#.into());
    let claims = encode(format!(r#"{{"sub":"{user}","iat":1700000000,"exp":{expires}}}"#));
    let mut signature = Hmac::<sha2::Sha256>::new_from_slice(TOKEN_KEY).unwrap();
    signature.update(format!("{header}.{claims}").as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes());
    Secret::new(format!("{header}.{claims}.{signature}"))
}

/// CAPA and the login, by a session on a socket.
async fn sign_in(port: u16, login: Login) -> Result<Mechanism, Refusal> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut session = Session::new(Config { cleartext_agreed: true, ..Config::default() });
    session.submit(Command::Capa).unwrap();
    let ticket = session.submit(Command::Login(login)).unwrap();
    let mut buffer = vec![0; 4096];
    loop {
        match session.poll_output().unwrap() {
            Say::Transmit(octets) => stream.write_all(&octets).await.unwrap(),
            Say::Event(Event::Refused { ticket: refused, refusal }) if refused == ticket => return Err(refusal),
            Say::Event(Event::Done { reply: Reply { data: ReplyData::Login(mechanism), .. }, .. }) => {
                return Ok(mechanism);
            }
            Say::Event(_) => {}
            Say::NeedInput => match stream.read(&mut buffer).await.unwrap() {
                0 => session.handle_eof(),
                octets => session.handle_input(&buffer[..octets]),
            },
        }
    }
}

#[tokio::test]
async fn dovecot_takes_tokens_by_both_mechanisms_and_says_why_it_takes_one_no_longer() {
    let options = Options {
        identity: Authority::new().unwrap().issue(&["localhost"]).unwrap(),
        mechanisms: "plain xoauth2 oauthbearer",
        users: vec![User { name: "robin".into(), password: "unused".into(), mail: crowd(1) }],
    };
    let dovecot = Dovecot::start(options).await.unwrap();
    let port = dovecot.pop_port();
    let with_token = |expires| Login::with_token("robin", token("robin", expires));
    let (future, past) = (4_000_000_000, 1_700_000_001);

    let strongest = sign_in(port, with_token(future)).await;
    assert_eq!(strongest, Ok(sasl::Mechanism::OAuthBearer.into()), "{}", dovecot.log());
    for (mechanism, reason) in [(sasl::Mechanism::OAuthBearer, "invalid_token"), (sasl::Mechanism::XOAuth2, "401")] {
        assert_eq!(sign_in(port, with_token(future).by(mechanism)).await, Ok(mechanism.into()), "{}", dovecot.log());
        let refusal = sign_in(port, with_token(past).by(mechanism)).await.unwrap_err();
        assert_eq!(refusal.code, Some(ResponseCode::Auth), "{mechanism}: {refusal:?}");
        assert!(refusal.detail.as_deref().is_some_and(|json| json.contains(reason)), "{mechanism}: {refusal:?}");
    }
    let forged = Login::with_token("robin", Secret::new("e30.e30.AAAA"));
    assert!(sign_in(port, forged).await.is_err());
}

#[tokio::test]
async fn courier_loses_what_follows_pass_and_opens_at_once_where_it_is_known_and_in_a_second_try_where_it_is_not() {
    if let Some(why) = courier::missing() {
        assert!(std::env::var_os("RESTANTE_TESTS_STRICT").is_none(), "{why}");
        return;
    }
    let mail = crowd(12);
    // The server itself: what came in one piece with PASS is never answered, and what comes later is.
    let server = Courier::start(None, false, &mail).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(b"USER robin\r\nPASS secret\r\nSTAT\r\n").await.unwrap();
    let mut said = String::new();
    let mut buffer = [0; 1024];
    while !said.contains("logged in") {
        let octets = stream.read(&mut buffer).await.unwrap();
        assert!(octets > 0, "{said} {}", server.log());
        said.push_str(&String::from_utf8_lossy(&buffer[..octets]));
    }
    stream.write_all(b"NOOP\r\nQUIT\r\n").await.unwrap();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(!said.contains("+OK 12 ") && said.contains("+OK Yup."), "{said}");

    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let identity = Authority::new().unwrap().issue(&["127.0.0.1"]).unwrap();
            for (tls, anonymous) in [(false, false), (true, false), (false, true), (true, true)] {
                let server = Courier::start(tls.then_some(&identity), anonymous, &mail).await.unwrap();
                let bridge = Bridge::start(&[server.port()], &[]).await.unwrap();
                let security = if tls { Security::Tls } else { Security::None };
                let account = account(server.port(), security, "robin", "secret", tls.then_some(identity.fingerprint));
                let rows = Mailbox::new(bridge.way()).open(account).await.unwrap();
                assert_eq!(rows.len(), 12, "{}", server.log());
                assert_eq!(server.connections(), 1 + usize::from(anonymous), "{}", server.log());
            }
        })
        .await;
}
