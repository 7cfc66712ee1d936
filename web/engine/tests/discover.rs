//! Settings that are found by a mail address: who is asked for them, and what goes on meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use futures_rustls::TlsAcceptor;
use restante_api::{By, Discover, Discovery, Fingerprint, Prepare, Request, Server, SettingsSource, Update};
use restante_engine::discover::autoconfig;
use restante_engine::platform::{Destination, Dial, Question, Tunnel, TunnelFault};
use restante_protocol::tunnel::{BridgeTls, CloseCode, NamedServer, Secret, Service, Services};
use support::{Engine, Host, Manners, Pipe, certified, open, with_engine, with_platform};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;
use tokio_util::compat::{FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

fn request(address: &str, by: Option<By>) -> Request {
    Request::Discover(Discover { by, ..Discover::of(address).unwrap() })
}

fn by() -> Option<By> {
    Some(By { bridge: Some("wss://b1.example.org/tunnel".into()), token: Some(Secret::new("t")) })
}

/// A host at some distance, whose bridge knows a server of every domain.
fn host() -> Host {
    let server = NamedServer { service: Service::Pop3, tls: true, host: "pop.example.org".into(), port: 995 };
    let servers = Some(Services { servers: vec![server], barred: false });
    Host { servers, distance: Duration::from_secs(2), ..Host::new(Manners::modern(5)) }
}

async fn found(engine: &mut Engine, request: Request) -> Discovery {
    let call = engine.send(request);
    match engine.answer(call).await {
        Update::Discovered(discovery) => *discovery,
        other => panic!("{other:?}"),
    }
}

fn source(discovery: &Discovery) -> Option<&SettingsSource> {
    match discovery {
        Discovery::Settings(settings) => Some(&settings.source),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_bridge_is_asked_for_the_domain_alone_and_only_for_what_is_not_known_here() {
    let host = host();
    with_engine(&host, async |engine| {
        let known = found(engine, request("ana@gmx.de", by())).await;
        assert!(matches!(source(&known), Some(SettingsSource::Known(_))));
        assert_eq!(found(engine, request("ana@example.org", None)).await, Discovery::Nothing);
        assert!(host.asked.lock().unwrap().is_empty());
        let named = found(engine, request("ana@example.org", by())).await;
        assert_eq!(source(&named), Some(&SettingsSource::Dns));
    })
    .await;
    let bridge = Some("wss://b1.example.org/tunnel".to_owned());
    let question = Question { domain: "example.org".into(), bridge, token: Some(Secret::new("t")) };
    assert_eq!(*host.asked.lock().unwrap(), [question]);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_nothing_is_found() {
    let host = Host { servers: None, ..host() };
    with_engine(&host, async |engine| {
        assert_eq!(found(engine, request("ana@example.org", by())).await, Discovery::Nothing);
    })
    .await;
    assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), 0, "no document is asked for");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_taken_back_or_overtaken_is_not_answered() {
    let host = host();
    with_engine(&host, async |engine| {
        let call = engine.send(request("ana@example.org", by()));
        engine.cancel(call);
        assert!(engine.is_silent().await);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(engine.is_silent().await);
        let _ = engine.send(request("ana@example.org", by()));
        let last = engine.send(request("ana@example.net", by()));
        let (to, _) = engine.reply().await;
        assert_eq!(to, last);
        assert!(engine.is_silent().await);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_is_prepared_and_a_mailbox_opened_whatever_is_looked_for() {
    let host = host();
    with_engine(&host, async |engine| {
        let _ = engine.send(Request::Prepare(Prepare::Server(Box::new(Server::from(&open("secret"))))));
        let call = engine.send(request("ana@example.org", by()));
        assert!(matches!(engine.answer(call).await, Update::Discovered(_)));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(host.lines(), ["--", "CAPA"], "the preparation went on meanwhile");
        let _ = engine.send(request("ana@example.net", by()));
        engine.open("secret");
        engine.rows(5).await;
        assert_eq!(engine.seen.iter().filter(|update| matches!(update, Update::Discovered(_))).count(), 1);
    })
    .await;
}

/// The octets of an answer: status, further fields, body.
fn answer(status: &str, fields: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{fields}\r\n{body}", body.len()).into_bytes()
}

const DOCUMENT: &str = "<clientConfig version=\"1.1\"><emailProvider id=\"example.org\">\
    <incomingServer type=\"pop3\"><hostname>pop.example.net</hostname><port>995</port><socketType>SSL</socketType>\
    <username>%EMAILLOCALPART%</username></incomingServer></emailProvider></clientConfig>";

/// A host whose bridge knows no server of any domain, and leads to a web server.
#[derive(Clone)]
struct Web {
    acceptor: TlsAcceptor,
    fingerprint: Fingerprint,
    /// What the web server answers; without it, it says nothing at all for as long as it takes.
    answers: Option<Vec<u8>>,
    /// Why there is no way to it.
    fault: Option<TunnelFault>,
    dialled: Arc<Mutex<Vec<Destination>>>,
    /// Questions that it was asked over TLS.
    questions: Arc<Mutex<Vec<String>>>,
    /// Tunnels that were hung up on.
    left: Arc<Mutex<u32>>,
}

impl Web {
    fn new(answers: Option<Vec<u8>>) -> Self {
        let (acceptor, fingerprint) = certified();
        let (dialled, questions, left) = Default::default();
        Self { acceptor, fingerprint, answers, fault: None, dialled, questions, left }
    }

    /// What is found where this server's certificate is trusted.
    async fn find(&self) -> Option<Discovery> {
        let wanted = Discover::of("ana@example.org").unwrap();
        autoconfig::find(self, &wanted, &by().unwrap(), Some(self.fingerprint)).await
    }

    async fn serve(&self, far: DuplexStream, answers: &[u8]) {
        let Ok(stream) = self.acceptor.accept(far.compat()).await else { return };
        let mut io = stream.compat();
        let (mut question, mut octets) = (String::new(), [0; 1024]);
        while !question.ends_with("\r\n\r\n") {
            let Ok(count @ 1..) = io.read(&mut octets).await else { return };
            question.push_str(&String::from_utf8_lossy(&octets[..count]));
        }
        self.questions.lock().unwrap().push(question);
        let _ = io.write_all(answers).await;
        let _ = io.flush().await;
        hung_up(io).await;
    }
}

/// Waits until the other side hangs up.
async fn hung_up(mut io: impl AsyncRead + Unpin) {
    while let Ok(1..) = io.read(&mut [0; 1024]).await {}
}

impl Dial for Web {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        self.dialled.lock().unwrap().push(to);
        if let Some(fault) = self.fault.clone() {
            return futures::future::ready(Err(fault)).boxed_local();
        }
        let (near, far) = tokio::io::duplex(1 << 16);
        let web = self.clone();
        tokio::spawn(async move {
            match &web.answers {
                Some(answers) => web.serve(far, answers).await,
                None => hung_up(far).await,
            }
            *web.left.lock().unwrap() += 1;
        });
        futures::future::ready(Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)).boxed_local()
    }

    fn look_up(&self, _: Question) -> LocalBoxFuture<'static, Result<Services, TunnelFault>> {
        futures::future::ready(Ok(Services::default())).boxed_local()
    }
}

support::fixed_clock!(Web);

#[tokio::test]
async fn a_document_is_asked_for_by_the_domain_alone_and_of_nobody_but_its_host() {
    let web = Web::new(Some(answer("200 OK", "Content-Type: text/xml\r\n", DOCUMENT)));
    let Some(Discovery::Settings(found)) = web.find().await else { panic!("settings") };
    assert_eq!((&*found.fetch.host, &*found.user), ("pop.example.net", "ana"));
    assert_eq!(found.source, SettingsSource::Autoconfig);
    let expected = "GET /mail/config-v1.1.xml HTTP/1.1\r\nHost: autoconfig.example.org\r\nAccept: application/xml, text/xml\r\n\
                    Accept-Encoding: identity\r\nConnection: close\r\n\r\n";
    assert_eq!(*web.questions.lock().unwrap(), [expected], "it is told nothing but its own name");
    let By { bridge, token } = by().unwrap();
    let to = Destination {
        host: "autoconfig.example.org".into(),
        port: 443,
        tls: BridgeTls::None,
        service: Service::Autoconfig,
        token,
        bridge,
    };
    assert_eq!(*web.dialled.lock().unwrap(), [to]);
}

#[tokio::test]
async fn what_is_no_document_is_nothing_and_no_redirection_is_followed() {
    let long = "<clientConfig>".to_owned() + &" ".repeat(1 << 17) + "</clientConfig>";
    let elsewhere = "Location: https://autoconfig.example.org/mail/config-v1.1.xml\r\n";
    for answers in [
        answer("404 Not Found", "", DOCUMENT),
        answer("204 No Content", "", ""),
        answer("500 Internal Server Error", "", DOCUMENT),
        answer("301 Moved Permanently", elsewhere, DOCUMENT),
        answer("302 Found", elsewhere, ""),
        answer("307 Temporary Redirect", elsewhere, DOCUMENT),
        answer("200 OK", "", "<html><body>Welcome</body></html>"),
        answer("200 OK", "", &long),
        answer("200 OK", "Transfer-Encoding: gzip\r\n", DOCUMENT),
        [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), long.as_bytes()].concat(),
        b"220 mail.example.org ESMTP\r\n".to_vec(),
    ] {
        let web = Web::new(Some(answers.clone()));
        assert_eq!(web.find().await, None, "{}", String::from_utf8_lossy(&answers[..80.min(answers.len())]));
        assert_eq!(web.dialled.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn names_that_are_none_are_not_asked() {
    let web = Web::new(None);
    for domain in
        ["example.org\r\nX: y", "example.org/x", "exa mple.org", "m\u{fc}nchen.example", "192.0.2.1", "a..org", ""]
    {
        let wanted = Discover { local: "ana".into(), domain: domain.into(), by: None };
        assert_eq!(autoconfig::find(&web, &wanted, &by().unwrap(), None).await, None);
    }
    assert!(web.dialled.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_told_nothing_and_finds_nothing() {
    let web = Web::new(Some(answer("200 OK", "", DOCUMENT)));
    let ended = with_platform(web.clone(), async |engine| {
        assert_eq!(found(engine, request("ana@example.org", by())).await, Discovery::Nothing);
    })
    .await;
    assert!(ended);
    assert!(web.dialled.lock().unwrap().len() == 1 && web.questions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn where_there_is_no_way_nothing_is_found_at_once() {
    let fault = Some(TunnelFault::refused(CloseCode::UnknownHost, "it does not resolve"));
    let web = Web { fault, ..Web::new(None) };
    let ended = with_platform(web.clone(), async |engine| {
        assert_eq!(found(engine, request("ana@example.org", by())).await, Discovery::Nothing);
        // Of a provider that is known nobody is asked.
        found(engine, request("ana@gmx.de", by())).await;
    })
    .await;
    assert!(ended);
    assert_eq!(web.dialled.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_answer_is_waited_for_a_few_seconds_and_no_longer_than_somebody_wants_to_know() {
    let web = Web::new(None);
    let began = Instant::now();
    assert_eq!(web.find().await, None);
    assert_eq!(began.elapsed(), Duration::from_secs(5));

    let silent = Web::new(None);
    let ended = with_platform(silent.clone(), async |engine| {
        let call = engine.send(request("ana@example.org", by()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!((silent.dialled.lock().unwrap().len(), *silent.left.lock().unwrap()), (1, 0));
        engine.cancel(call);
        assert!(engine.is_silent().await);
        assert_eq!(*silent.left.lock().unwrap(), 1, "the tunnel is given up");
    })
    .await;
    assert!(ended);
}
