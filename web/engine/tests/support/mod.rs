//! A small POP3 server in memory, with the manners a test asks for.
//!
//! It speaks over a duplex pipe, so no test needs a port. What it was sent is kept, as the dialogue of the session.

// Each test program uses its own part of this module.
#![allow(dead_code)]

/// A clock that shows one time, and waits as tokio's does.
macro_rules! fixed_clock {
    ($host:ty) => {
        impl restante_engine::platform::Clock for $host {
            fn now(&self) -> u64 {
                1_790_000_000
            }

            fn sleep(&self, time: std::time::Duration) -> futures::future::LocalBoxFuture<'static, ()> {
                futures::FutureExt::boxed_local(tokio::time::sleep(time))
            }
        }
    };
}
#[allow(unused_imports, reason = "each test program uses its own part of this module")]
pub(crate) use fixed_clock;

mod engine;
pub(crate) mod receiving;
pub(crate) mod scripted;

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::prelude::{BASE64_STANDARD as STANDARD, Engine as _};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::TlsAcceptor;
use restante_api::Fingerprint;
use restante_engine::platform::{Clock, Destination, Dial, Question, Tunnel, TunnelFault};
use restante_engine::tls::certificate;
use restante_protocol::tunnel::Services;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

#[allow(unused_imports, reason = "each test program uses its own part of this module")]
pub(crate) use engine::{Engine, open, with_engine, with_platform};

/// How the server behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    /// Lines of CAPA before the login, or no CAPA at all.
    pub(crate) capa: Option<&'static str>,
    /// Lines of CAPA after the login, where they differ.
    pub(crate) capa_after: Option<&'static str>,
    /// Whether TOP, and UIDL, are known.
    pub(crate) top: bool,
    pub(crate) uidl: bool,
    /// The answer to the first line.
    pub(crate) greeting: &'static str,
    /// The answer to a wrong password, or to any where `refuses`.
    pub(crate) refusal: &'static str,
    pub(crate) refuses: bool,
    /// The token that it takes by OAUTHBEARER (RFC 7628), where it takes tokens.
    pub(crate) token: Option<&'static str>,
    /// The answer to STAT, where it is not the truth.
    pub(crate) stat: Option<&'static str>,
    /// Messages that RETR and TOP refuse.
    pub(crate) damaged: Vec<u32>,
    /// Refuses RETR of this message unless UTF8 came before the login (RFC 6856, section 2.1).
    pub(crate) needs_utf8: Option<u32>,
    /// Refuses the login unless UTF8 came before it.
    pub(crate) signs_in_by_utf8: bool,
    /// Announces PIPELINING and forgets what came together with a command.
    pub(crate) breaks_pipelines: bool,
    /// Announces PIPELINING and forgets what came behind PASS in the same flight.
    pub(crate) loses_behind_login: bool,
    /// Announces PIPELINING and answers what came together with a command by garbage, on the first connection.
    pub(crate) garbles_pipelines: bool,
    /// Ends bodies without a line end before the terminator.
    pub(crate) glues_terminators: bool,
    /// Hangs up in the middle of RETR's body.
    pub(crate) hangs_up_on: Option<u32>,
    /// Falls silent in the middle of RETR's body.
    pub(crate) stalls_on: Option<u32>,
    /// What LIST says of a message, where it is not the truth.
    pub(crate) listed: Option<(u32, u64)>,
    /// The number that the first message's unique-id has.
    pub(crate) first_uid: u32,
    /// The unique-ids, where they are not `uid-N`.
    pub(crate) uids: Option<Vec<&'static str>>,
    /// Messages that DELE refuses.
    pub(crate) undeletable: Vec<u32>,
    /// Hangs up on a DELE that came together with another one.
    pub(crate) hangs_up_on_deles: bool,
    /// The answer to QUIT where it is not +OK; nothing at all where it is empty.
    pub(crate) goodbye: Option<&'static str>,
    /// Messages, oldest first.
    pub(crate) messages: Vec<Vec<u8>>,
    /// How it behaves from the second connection on, where that differs.
    pub(crate) later: Option<Box<Manners>>,
}

/// What Dovecot announces.
pub(crate) const MODERN: &str = "CAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nUSER\r\n";

impl Manners {
    pub(crate) fn modern(messages: u32) -> Self {
        Self {
            capa: Some(MODERN),
            capa_after: None,
            top: true,
            uidl: true,
            greeting: "+OK Hello there.",
            refusal: "-ERR [AUTH] Authentication failed.",
            refuses: false,
            token: None,
            stat: None,
            damaged: Vec::new(),
            needs_utf8: None,
            signs_in_by_utf8: false,
            breaks_pipelines: false,
            loses_behind_login: false,
            garbles_pipelines: false,
            glues_terminators: false,
            hangs_up_on: None,
            stalls_on: None,
            listed: None,
            first_uid: 1,
            uids: None,
            undeletable: Vec::new(),
            hangs_up_on_deles: false,
            goodbye: None,
            messages: (1..=messages).map(message).collect(),
            later: None,
        }
    }

    /// A maildrop of the messages with these unique-ids: their names are those of their subjects as well.
    pub(crate) fn of(uids: &[&'static str]) -> Self {
        let messages = uids.iter().map(|uid| named(uid)).collect();
        Self { uids: Some(uids.to_vec()), messages, ..Self::modern(0) }
    }

    /// These manners on the first connection, and modern ones with so many messages from then on.
    pub(crate) fn then(self, later: Self) -> Self {
        Self { later: Some(Box::new(later)), ..self }
    }
}

/// The message of this number, with an attachment.
pub(crate) fn message(number: u32) -> Vec<u8> {
    format!(
        "From: Sender {number} <s{number}@a.example>\r\nSubject: Message {number}\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nText of {number}\r\n.dot\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
    )
    .into_bytes()
}

/// The message of this subject.
pub(crate) fn named(subject: &str) -> Vec<u8> {
    format!("From: a@a.example\r\nSubject: {subject}\r\n\r\nText of {subject}\r\n").into_bytes()
}

/// A host whose every connection leads to a server in memory.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) manners: Manners,
    /// Lines that were sent; a line `--` before each flight: what arrived at once.
    pub(crate) said: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<AtomicU32>,
    /// Refuses to connect, in these attempts.
    pub(crate) fault: Option<TunnelFault>,
    pub(crate) refused: Range<u32>,
    /// How long it takes to reach the server.
    pub(crate) distance: Duration,
    /// The server's TLS, where there is any.
    pub(crate) tls: Option<TlsAcceptor>,
    /// How often the way to the bridge was readied.
    pub(crate) readied: Arc<AtomicU32>,
    /// What a bridge answers of any domain, after [`Host::distance`]; without it there is no bridge.
    pub(crate) servers: Option<Services>,
    /// Domains that a bridge was asked for.
    pub(crate) asked: Arc<Mutex<Vec<Question>>>,
}

impl Host {
    pub(crate) fn new(manners: Manners) -> Self {
        Self {
            manners,
            said: Arc::default(),
            connections: Arc::default(),
            fault: None,
            refused: 0..u32::MAX,
            distance: Duration::ZERO,
            tls: None,
            readied: Arc::default(),
            servers: None,
            asked: Arc::default(),
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

impl Dial for Host {
    fn dial(&self, _: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let connection = self.connections.fetch_add(1, Ordering::SeqCst);
        if let Some(fault) = self.fault.clone().filter(|_| self.refused.contains(&connection)) {
            return futures::future::ready(Err(fault)).boxed_local();
        }
        let (near, far) = tokio::io::duplex(1 << 20);
        let manners = self.manners.later.as_deref().filter(|_| connection > 0).unwrap_or(&self.manners);
        let (manners, said, tls, distance) = (manners.clone(), self.said.clone(), self.tls.clone(), self.distance);
        async move {
            tokio::time::sleep(distance).await;
            tokio::spawn(async move {
                match tls {
                    None => serve(far, manners, said, connection).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(far.compat()).await {
                            serve(stream.compat(), manners, said, connection).await;
                        }
                    }
                }
            });
            Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)
        }
        .boxed_local()
    }

    fn ready(&self) {
        self.readied.fetch_add(1, Ordering::SeqCst);
    }

    fn look_up(&self, question: Question) -> LocalBoxFuture<'static, Result<Services, TunnelFault>> {
        self.asked.lock().unwrap().push(question);
        let (servers, distance) = (self.servers.clone(), self.distance);
        async move {
            tokio::time::sleep(distance).await;
            servers.ok_or_else(|| TunnelFault::BridgeUnreachable(String::new()))
        }
        .boxed_local()
    }
}

impl Clock for Host {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        tokio::time::sleep(time).boxed_local()
    }
}

pub(crate) struct Pipe(Compat<DuplexStream>);

impl Pipe {
    pub(crate) fn new(pipe: DuplexStream) -> Self {
        Self(pipe.compat())
    }
}

impl Tunnel for Pipe {
    fn peer(&self) -> String {
        "192.0.2.7".into()
    }

    fn start_tls(&mut self) -> LocalBoxFuture<'_, Result<(), TunnelFault>> {
        futures::future::ready(Ok(())).boxed_local()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buffer: &mut [u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_close(cx)
    }
}

/// Whether a login shows this token: `AUTH OAUTHBEARER` and the message of RFC 7628, section 3.1.
fn shows(line: &str, token: &str) -> bool {
    let message = line.strip_prefix("AUTH OAUTHBEARER ").and_then(|message| STANDARD.decode(message).ok());
    let expected = format!("\u{1}auth=Bearer {token}\u{1}\u{1}");
    message.is_some_and(|message| String::from_utf8_lossy(&message).ends_with(&expected))
}

/// Serves one connection.
pub(crate) async fn serve<S>(mut io: S, manners: Manners, said: Arc<Mutex<Vec<String>>>, connection: u32)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut buffer = vec![0; 1 << 16];
    let _ = io.write_all(format!("{}\r\n", manners.greeting).as_bytes()).await;
    let mut pending = String::new();
    let mut signed_in = false;
    let mut in_utf8 = false;
    loop {
        let Ok(octets @ 1..) = io.read(&mut buffer).await else { return };
        // What is sent together arrives together here: leave a sender the time to finish its flight.
        pending.push_str(&String::from_utf8_lossy(&buffer[..octets]));
        said.lock().unwrap().push("--".into());
        let mut answer = Vec::new();
        let mut first = true;
        let was_signed_in = signed_in;
        while let Some(end) = pending.find("\r\n") {
            let line: String = pending.drain(..end + 2).collect();
            let line = line.trim_end().to_owned();
            said.lock().unwrap().push(line.clone());
            let is_behind_login = signed_in && !was_signed_in;
            if manners.breaks_pipelines && signed_in && !first || manners.loses_behind_login && is_behind_login {
                continue;
            }
            if manners.garbles_pipelines && connection == 0 && line.starts_with("RETR") && !first {
                answer.extend_from_slice(b"garbage\r\n");
                continue;
            }
            first = false;
            let mut words = line.split(' ');
            let command = words.next().unwrap_or_default().to_ascii_uppercase();
            let number = words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or_default();
            let message = manners.messages.get(number.wrapping_sub(1));
            if manners.hangs_up_on_deles && command == "DELE" && pending.contains("DELE") {
                return;
            }
            let damaged = u32::try_from(number).is_ok_and(|number| manners.damaged.contains(&number));
            let listing = |line: &dyn Fn(usize, &Vec<u8>) -> String| {
                let lines: String =
                    (1..).zip(&manners.messages).map(|(number, message)| line(number, message)).collect();
                format!("+OK\r\n{lines}.\r\n").into_bytes()
            };
            answer.extend(match (command.as_str(), message) {
                ("CAPA", _) => match if signed_in { manners.capa_after.or(manners.capa) } else { manners.capa } {
                    Some(lines) => format!("+OK\r\n{lines}.\r\n").into_bytes(),
                    None => b"-ERR unknown command\r\n".to_vec(),
                },
                ("UTF8", _) if !signed_in => {
                    in_utf8 = true;
                    b"+OK\r\n".to_vec()
                }
                ("RETR", Some(_)) if !in_utf8 && manners.needs_utf8 == u32::try_from(number).ok() => {
                    b"-ERR [UTF8] Message needs UTF-8 mode\r\n".to_vec()
                }
                ("AUTH", _) if manners.token.is_some_and(|token| shows(&line, token)) => {
                    signed_in = true;
                    b"+OK Logged in.\r\n".to_vec()
                }
                ("AUTH", _) => format!("{}\r\n", manners.refusal).into_bytes(),
                ("USER", _) => b"+OK\r\n".to_vec(),
                ("PASS", _) if manners.signs_in_by_utf8 && !in_utf8 => b"-ERR [UTF8] UTF-8 mode is needed\r\n".to_vec(),
                ("PASS", _) if manners.refuses || line != "PASS secret" => {
                    format!("{}\r\n", manners.refusal).into_bytes()
                }
                ("PASS", _) => {
                    signed_in = true;
                    b"+OK Logged in.\r\n".to_vec()
                }
                ("STAT", _) if manners.stat.is_some() => {
                    format!("{}\r\n", manners.stat.unwrap_or_default()).into_bytes()
                }
                ("STAT", _) => {
                    let octets: usize = manners.messages.iter().map(Vec::len).sum();
                    format!("+OK {} {octets}\r\n", manners.messages.len()).into_bytes()
                }
                ("LIST", None) => listing(&|number, message| match manners.listed {
                    Some((lied, octets)) if lied as usize == number => format!("{number} {octets}\r\n"),
                    _ => format!("{number} {}\r\n", message.len()),
                }),
                ("UIDL", Some(_)) if manners.uidl => format!("+OK {number} uid-{number}\r\n").into_bytes(),
                ("UIDL", None) if manners.uidl && manners.uids.is_some() => {
                    listing(&|number, _| format!("{number} {}\r\n", manners.uids.as_ref().unwrap()[number - 1]))
                }
                ("UIDL", None) if manners.uidl => {
                    listing(&|number, _| format!("{number} uid-{}\r\n", number + manners.first_uid as usize - 1))
                }
                ("TOP" | "RETR", Some(_)) if damaged => b"-ERR cannot read it\r\n".to_vec(),
                ("TOP", Some(message)) if manners.top => multiline(&head(message)),
                ("RETR", Some(message)) if manners.hangs_up_on == u32::try_from(number).ok() => {
                    answer.extend_from_slice(&multiline(message)[..message.len() / 2]);
                    let _ = io.write_all(&answer).await;
                    return;
                }
                ("RETR", Some(message)) if manners.stalls_on == u32::try_from(number).ok() => {
                    answer.extend_from_slice(&multiline(message)[..message.len() / 2]);
                    let _ = io.write_all(&answer).await;
                    // Until the other side has enough.
                    let _ = io.read(&mut buffer).await;
                    return;
                }
                ("RETR", Some(message)) if manners.glues_terminators => {
                    let glued = String::from_utf8(multiline(message)).unwrap();
                    glued.replace("\r\n.\r\n", ".\r\n").into_bytes()
                }
                ("RETR", Some(message)) => multiline(message),
                ("DELE", Some(_)) if manners.undeletable.iter().any(|kept| *kept as usize == number) => {
                    b"-ERR it is locked\r\n".to_vec()
                }
                ("NOOP" | "DELE", _) => b"+OK\r\n".to_vec(),
                ("QUIT", _) => {
                    match manners.goodbye {
                        None => answer.extend_from_slice(b"+OK Bye.\r\n"),
                        Some("") => {}
                        Some(said) => answer.extend_from_slice(format!("{said}\r\n").as_bytes()),
                    }
                    let _ = io.write_all(&answer).await;
                    return;
                }
                _ => b"-ERR no such thing\r\n".to_vec(),
            });
        }
        if io.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn head(message: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    let (header, body) = text.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> = body.split_inclusive('\n').take(10).collect();
    format!("{header}\r\n\r\n{}", lines.concat()).into_bytes()
}

fn multiline(body: &[u8]) -> Vec<u8> {
    let stuffed = String::from_utf8_lossy(body).replace("\r\n.", "\r\n..");
    format!("+OK\r\n{stuffed}{}.\r\n", if body.ends_with(b"\r\n") { "" } else { "\r\n" }).into_bytes()
}

/// A server's side of TLS, and its certificate's fingerprint.
pub(crate) fn certified() -> (TlsAcceptor, Fingerprint) {
    let key = rcgen::generate_simple_self_signed(vec!["pop.example.org".into()]).unwrap();
    let fingerprint = certificate::fingerprint(key.cert.der());
    let der = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], der)
        .unwrap();
    (Arc::new(config).into(), fingerprint)
}
