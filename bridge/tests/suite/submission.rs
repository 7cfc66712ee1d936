//! Sending mail: off unless the operator lists the server, for holders of tokens and users wherever others than this machine
//! reach the bridge, within a day's share, and for what begins as a submission.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures::SinkExt;
use restante_bridge::policy::Policy;
use restante_bridge::token::{self, Token, Tokens};
use restante_bridge::{Config, Proxies, Server, listen, origin::Origins};
use restante_protocol::tunnel::{BridgeMessage, BridgeTls, CloseCode, Open, PageMessage, Secret, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Got, MailServer, Page, open, start, with_limits, with_resolver};

const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";

/// A bridge's configuration that lets mail be sent to one server on loopback, by its address.
fn to(server: &MailServer) -> Config {
    let entry = format!("127.0.0.1:{}", server.port()).parse().unwrap();
    Config { policy: Policy::public().with_submission(vec![entry]), ..Config::default() }
}

fn submission(host: &str, port: u16) -> Open {
    Open { service: Service::Submission, ..open(host, port) }
}

fn by(token: Option<&Secret>, server: &MailServer) -> Open {
    Open { token: token.cloned(), ..submission("127.0.0.1", server.port()) }
}

fn token(name: &str, more: &str) -> (Secret, Token) {
    let (secret, digest) = token::generate().unwrap();
    let listed = format!("name = {name:?}\nsha256 = {digest:?}\n{more}");
    (secret, toml::from_str(&listed).unwrap())
}

async fn hears_of_nobody(server: &MailServer) {
    let somebody = timeout(Duration::from_millis(150), server.accept_or_wait()).await;
    assert!(somebody.is_err(), "the server was reached");
}

#[tokio::test]
async fn mail_is_sent_through_a_server_that_is_listed_for_it_and_fetched_from_no_such_server() {
    let server = MailServer::start().await;
    let bridge = start(to(&server)).await;
    let mut page = Page::open(&bridge, by(None, &server)).await;
    let mut mail = server.accept().await;
    page.send(EHLO).await;
    mail.read_exact(&mut [0; EHLO.len()]).await.unwrap();
    mail.write_all(b"250 hello\r\n").await.unwrap();
    assert_eq!(page.receive(11).await, b"250 hello\r\n");
    assert_eq!(Page::refusal(&bridge, open("127.0.0.1", server.port())).await.0, CloseCode::Forbidden);

    // Nothing that is allowed for fetching allows sending.
    let entries = ["*:2525", "127.0.0.1:2525"].map(|entry| entry.replace("2525", &server.port().to_string()));
    let fetching = Policy::listed(entries.iter().map(|entry| entry.parse().unwrap()).collect());
    let bridge = start(Config { policy: fetching, ..Config::default() }).await;
    let _fetches = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let (code, words) = Page::refusal(&bridge, by(None, &server)).await;
    assert!(code == CloseCode::Forbidden && words.contains("send mail"), "{words}");
}

/// What somebody writes who wants to get past the list, which has the name `smtp.example.org` on the server's port. The resolver
/// leads every name to the server.
fn spellings() -> Vec<String> {
    let mut spellings: Vec<String> = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.000.000.001",
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
        "[::ffff:7f00:1]",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "[127.0.0.1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "smtp.example.org.",
        "smtp.example.org..",
        "[smtp.example.org]",
        " smtp.example.org",
        "smtp.example.org ",
        "smtp.example.org\t",
        "smtp.example.org\r\n",
        "smtp.example.org\0",
        "smtp.example.org\0.evil.example",
        "evil.example\0smtp.example.org",
        "smtp.example.org:25",
        "smtp.example.org%00",
        "smtp%2eexample.org",
        "smtp。example。org",
        "ｓｍｔｐ.example.org",
        "smtp.exаmple.org",
        "smtp.example.org@evil.example",
        "evil.example#smtp.example.org",
        "//smtp.example.org",
        "a.smtp.example.org",
        "smtp.example.org.evil.example",
        "xn--smtp.example.org",
        "bücher.example",
        "xn--bcher-kva.example",
        "*",
        "*.example.org",
        "smtp.example.org,evil.example",
        "",
        ".",
    ]
    .map(str::to_owned)
    .to_vec();
    spellings.push(format!("{}.example.org", "a".repeat(300)));
    spellings
}

#[tokio::test]
async fn no_spelling_of_a_host_sends_mail_to_a_server_that_is_not_listed_for_it() {
    let server = MailServer::start().await;
    let port = server.port();
    let entry = |host: &str| format!("{host}:{port}");
    let policy = Policy::listed(vec![entry("*").parse().unwrap(), entry("127.0.0.1").parse().unwrap()]);
    let policy =
        policy.with_submission(vec![entry("smtp.example.org").parse().unwrap(), entry("192.0.2.1").parse().unwrap()]);
    let bridge = start(with_resolver(Config { policy, ..Config::default() }, &["127.0.0.1"])).await;
    assert!(spellings().len() >= 20);
    for host in spellings() {
        for tls in [BridgeTls::None, BridgeTls::Implicit, BridgeTls::Starttls] {
            let (code, words) = Page::refusal(&bridge, Open { tls, ..submission(&host, port) }).await;
            assert_eq!(code, CloseCode::Forbidden, "{host:?}: {words}");
            // For what it is, and not only for where it leads.
            assert!(!words.contains("not a public one"), "{host:?}: {words}");
        }
    }
    // A listed name leads to a special address no more than any other name: that has to be listed as well.
    for host in ["smtp.example.org", "SMTP.Example.ORG"] {
        let (code, words) = Page::refusal(&bridge, submission(host, port)).await;
        assert!(code == CloseCode::Forbidden && words.contains("loopback"), "{words}");
    }
    hears_of_nobody(&server).await;
    let policy = Policy::public()
        .with_submission(vec![entry("smtp.example.org").parse().unwrap(), entry("127.0.0.1").parse().unwrap()]);
    let bridge = start(with_resolver(Config { policy, ..Config::default() }, &["127.0.0.1"])).await;
    for host in ["smtp.example.org", "SMTP.Example.ORG"] {
        let _sends = Page::open(&bridge, submission(host, port)).await;
        server.accept().await;
    }
}

#[tokio::test]
async fn no_spelling_of_a_port_leads_to_port_25_or_to_one_that_is_not_listed() {
    let policy = Policy::listed(vec!["127.0.0.1:110".parse().unwrap()]);
    let policy = policy.with_submission(vec!["127.0.0.1".parse().unwrap(), "*.example.org".parse().unwrap()]);
    let bridge = start(with_resolver(Config { policy, ..Config::default() }, &["127.0.0.1"])).await;
    for host in ["127.0.0.1", "smtp.example.org"] {
        let (code, words) = Page::refusal(&bridge, submission(host, 25)).await;
        assert!(code == CloseCode::Forbidden && words.contains("port 25"), "{words}");
        for port in [0, 24, 26, 80, 110, 143, 2525, 995] {
            assert_eq!(Page::refusal(&bridge, submission(host, port)).await.0, CloseCode::Forbidden, "{port}");
        }
        assert_eq!(Page::refusal(&bridge, open(host, 25)).await.0, CloseCode::Forbidden);
    }
    for port in ["\"587\"", "\"25\"", "25.0", "2.5e1", "-25", "65561", "0x19", "031", "[25]", "null", "{\"port\":25}"] {
        let mut page = Page::connect(&bridge).await;
        let opening = format!(
            r#"{{"type":"open","host":"127.0.0.1","port":{port},"tls":"none","service":"submission","window":1000}}"#
        );
        page.socket.send(Message::text(opening)).await.unwrap();
        assert_eq!(page.refused().await.0, CloseCode::BadMessage, "{port}");
    }
}

#[tokio::test]
async fn a_token_sends_where_it_may_and_a_page_without_one_does_not() {
    let server = MailServer::start().await;
    let here = format!("allow-submission = [\"127.0.0.1:{}\"]", server.port());
    let (plain, listed_plain) = token("plain", "");
    let (fetching, listed_fetching) = token("fetching", "allow-submission = []");
    let (elsewhere, listed_elsewhere) = token("elsewhere", "allow-submission = [\"smtp.example.org\"]");
    let (sending, listed_sending) = token("sending", &here);
    let listed = [listed_plain, listed_fetching, listed_elsewhere, listed_sending];
    let off = Config::default();
    for (config, of_plain) in [(to(&server), true), (off, false)] {
        let bridge = start(Config { tokens: Tokens::new(listed.to_vec()), ..config }).await;
        for (token, may) in
            [(Some(&plain), of_plain), (Some(&fetching), false), (Some(&elsewhere), false), (Some(&sending), true)]
        {
            if may {
                let _page = Page::open(&bridge, by(token, &server)).await;
            } else {
                assert_eq!(Page::refusal(&bridge, by(token, &server)).await.0, CloseCode::Forbidden);
            }
        }
        for stranger in [None, Some(Secret::new("guess"))] {
            assert_eq!(Page::refusal(&bridge, by(stranger.as_ref(), &server)).await.0, CloseCode::Unauthorized);
        }
    }
}

#[tokio::test]
async fn where_others_than_this_machine_reach_the_bridge_nobody_sends_without_a_name() {
    let server = MailServer::start().await;
    let refused = async |bridge: &restante_bridge::Handle| {
        let (code, words) = Page::refusal(bridge, by(None, &server)).await;
        assert!(code == CloseCode::Unauthorized && words.contains("access token"), "{words}");
    };
    let proxies = Proxies::new(vec!["192.0.2.1/32".parse().unwrap()]);
    refused(&start(Config { proxies, ..to(&server) }).await).await;
    let origins = Origins::new(Vec::new(), vec!["mail.example.org".to_owned()]);
    refused(&start(Config { origins: origins.clone(), ..to(&server) }).await).await;
    // What a reload changes holds for the next one.
    let bridge = start(to(&server)).await;
    let _page = Page::open(&bridge, by(None, &server)).await;
    bridge.reloader().reload(Config { origins, ..to(&server) }).unwrap();
    refused(&bridge).await;
}

#[tokio::test]
async fn a_bridge_that_listens_beyond_loopback_lets_no_stranger_send() {
    let server = MailServer::start().await;
    let (secret, listed) = token("ana", "");
    for tokens in [Vec::new(), vec![listed]] {
        let known = !tokens.is_empty();
        let bridge = Server::new(Config { tokens: Tokens::new(tokens), ..to(&server) }).unwrap();
        let listener = listen(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))).await.unwrap();
        let address = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
        let running = tokio::spawn(bridge.run(listener, std::future::pending()));
        let mut page = Page::connect_to(&address).await;
        page.say(&PageMessage::Open(by(None, &server))).await;
        assert_eq!(page.refused().await.0, CloseCode::Unauthorized);
        if known {
            let mut page = Page::connect_to(&address).await;
            page.say(&PageMessage::Open(by(Some(&secret), &server))).await;
            assert!(matches!(page.next().await, Got::Message(BridgeMessage::Opened { .. })));
        }
        running.abort();
    }
}

#[tokio::test]
async fn what_does_not_begin_as_a_submission_ends_before_a_byte_of_it_reaches_the_server() {
    let server = MailServer::start().await;
    let bridge = start(to(&server)).await;
    for beginning in [b"GET / HTTP/1.1\r\n".as_slice(), b"MAIL FROM:<a@example.org>\r\n", b"\x16\x03\x01\x00\x20\x02"] {
        for pieces in [vec![beginning], beginning.chunks(1).collect()] {
            let mut page = Page::open(&bridge, by(None, &server)).await;
            let mut mail = server.accept().await;
            for piece in &pieces {
                // The bridge may have hung up on an earlier one.
                let _ = page.socket.send(Message::binary(piece.to_vec())).await;
            }
            let Got::Closed(code, words) = page.next().await else { panic!("it is closed") };
            assert!(code == u16::from(CloseCode::Forbidden) && words.contains("neither TLS nor SMTP"), "{words}");
            let mut reached = Vec::new();
            let _ = mail.read_to_end(&mut reached).await;
            assert!(reached.len() < beginning.len() && beginning.starts_with(&reached), "{reached:?}");
        }
    }
    // Behind a beginning that is one, the bridge reads nothing.
    for beginning in [EHLO, b"\x16\x03\x01\x00\x20\x01"] {
        let mut page = Page::open(&bridge, by(None, &server)).await;
        let mut mail = server.accept().await;
        let anything: Vec<u8> = (0..=255).collect();
        page.send(&[beginning, &anything].concat()).await;
        page.send(&anything).await;
        let mut reached = vec![0; beginning.len() + 512];
        mail.read_exact(&mut reached).await.unwrap();
        assert_eq!(reached[beginning.len()..], [anything.clone(), anything].concat());
    }
}

#[tokio::test]
async fn who_has_used_the_day_s_openings_up_is_told_so_and_others_go_on() {
    let server = MailServer::start().await;
    let ((ana, listed_ana), (bert, listed_bert)) = (token("ana", ""), token("bert", ""));
    let config = Config { tokens: Tokens::new(vec![listed_ana, listed_bert]), ..to(&server) };
    let bridge = start(with_limits(config, |limits| limits.submission_openings_per_day = 2)).await;
    for _ in 0..2 {
        let page = Page::open(&bridge, by(Some(&ana), &server)).await;
        drop(page);
    }
    let (code, words) = Page::refusal(&bridge, by(Some(&ana), &server)).await;
    assert_eq!(code, CloseCode::TooMany);
    assert!(words.contains("connected 2 times") && words.contains("Try again in 24 h"), "{words}");
    let _bert = Page::open(&bridge, by(Some(&bert), &server)).await;
    // A refusal for another reason is no opening.
    assert_eq!(
        Page::refusal(&bridge, Open { host: "smtp.example.org".into(), ..by(Some(&bert), &server) }).await.0,
        CloseCode::Forbidden
    );
    let _bert = Page::open(&bridge, by(Some(&bert), &server)).await;
}

#[tokio::test]
async fn who_has_sent_the_day_s_bytes_is_cut_off_in_words_and_opens_no_other_tunnel() {
    let server = MailServer::start().await;
    let ((ana, listed_ana), (bert, listed_bert)) = (token("ana", ""), token("bert", ""));
    let config = Config { tokens: Tokens::new(vec![listed_ana, listed_bert]), ..to(&server) };
    let bridge = start(with_limits(config, |limits| limits.submission_bytes_per_day = 1000)).await;
    let mut page = Page::open(&bridge, by(Some(&ana), &server)).await;
    let mut mail = server.accept().await;
    page.send(&[EHLO, &[b'x'; 2000]].concat()).await;
    let Got::Closed(code, words) = page.next().await else { panic!("it is closed") };
    assert_eq!(code, u16::from(CloseCode::TooMany));
    assert!(words.contains("You have sent 1000 bytes") && words.contains("Try again in 24 h"), "{words}");
    let mut reached = Vec::new();
    let _ = mail.read_to_end(&mut reached).await;
    assert_eq!(reached.len(), 1000);
    let (code, words) = Page::refusal(&bridge, by(Some(&ana), &server)).await;
    assert!(code == CloseCode::TooMany && words.contains("1000 bytes"), "{words}");
    // What comes from the server does not count, nor what another one sends.
    let mut page = Page::open(&bridge, by(Some(&bert), &server)).await;
    let mut mail = server.accept().await;
    mail.write_all(&[b'x'; 5000]).await.unwrap();
    page.receive(5000).await;
    page.send(&[EHLO, &[b'x'; 900]].concat()).await;
    mail.read_exact(&mut [0; EHLO.len() + 900]).await.unwrap();
}

#[tokio::test]
async fn each_service_has_an_idle_time_of_its_own() {
    let server = MailServer::start().await;
    let both = to(&server);
    let fetching = Policy::listed(vec![format!("127.0.0.1:{}", server.port()).parse().unwrap()]);
    let entry = format!("127.0.0.1:{}", server.port()).parse().unwrap();
    let config = Config { policy: fetching.with_submission(vec![entry]), ..both };
    let (short, long) = (Duration::from_millis(200), Duration::from_secs(600));
    for (idle_timeout, submission_idle_timeout) in [(short, long), (long, short)] {
        let config = with_limits(config.clone(), |limits| {
            (limits.idle_timeout, limits.submission_idle_timeout) = (idle_timeout, submission_idle_timeout);
        });
        let bridge = start(config).await;
        let mut fetches = Page::open(&bridge, open("127.0.0.1", server.port())).await;
        let mut sends = Page::open(&bridge, by(None, &server)).await;
        let (idle, goes_on) =
            if idle_timeout == short { (&mut fetches, &mut sends) } else { (&mut sends, &mut fetches) };
        assert_eq!(idle.closed().await, u16::from(CloseCode::IdleTimeout));
        goes_on.hears_nothing().await;
    }
}
