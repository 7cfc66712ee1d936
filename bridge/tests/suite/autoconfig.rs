//! Documents of mail servers, which domains publish: the page may fetch them over TLS from hosts that are named for it, where
//! servers are found by their domain, and the bridge is no way to anything else.

use std::sync::Arc;
use std::time::Duration;

use restante_bridge::Config;
use restante_bridge::policy::Policy;
use restante_bridge::token::Tokens;
use restante_protocol::tunnel::{BridgeTls, CloseCode, Open, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::admission::token;
use crate::support::{Answers, Got, MailServer, Page, allowing, open, start, with_limits, with_resolver};

/// How a TLS handshake begins (RFC 8446, sections 4 and 5.1).
const HELLO: &[u8] = &[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0];

/// A host that publishes, at a server of the test's own.
fn document(server: &MailServer) -> Open {
    Open { service: Service::Autoconfig, ..open("autoconfig.example.org", server.port()) }
}

/// This configuration with the test's own server as a place of documents; every name is its name.
fn at(server: &MailServer, config: Config) -> Config {
    let entries = ["*", "127.0.0.1"].map(|host| format!("{host}:{}", server.port()).parse().unwrap());
    let policy = config.policy.with_autoconfig(entries.to_vec());
    Config { policy, resolver: Arc::new(Answers(vec!["127.0.0.1".parse().unwrap()])), ..config }
}

#[tokio::test]
async fn tls_is_passed_on_to_a_host_that_is_named_for_it_and_nothing_else_is() {
    let server = MailServer::start().await;
    let bridge = start(at(&server, Config::default())).await;
    let mut page = Page::open(&bridge, document(&server)).await;
    let mut host = server.accept().await;
    page.send(HELLO).await;
    let mut came = [0; HELLO.len()];
    host.read_exact(&mut came).await.unwrap();
    assert_eq!(came, HELLO);
    host.write_all(b"\x16\x03\x03").await.unwrap();
    assert_eq!(page.receive(3).await, b"\x16\x03\x03");

    let mut page = Page::open(&bridge, document(&server)).await;
    let mut host = server.accept().await;
    page.send(b"GET / HTTP/1.1\r\n\r\n").await;
    let Got::Closed(code, words) = page.next().await else { panic!("the tunnel is closed") };
    assert!(code == u16::from(CloseCode::Forbidden) && words.contains("did not begin TLS"), "{code} {words}");
    assert_eq!(host.read(&mut [0]).await.unwrap(), 0, "nothing of it arrives");
}

#[tokio::test]
async fn other_names_other_ports_and_special_addresses_are_refused() {
    let server = MailServer::start().await;
    let bridge = start(at(&server, Config::default())).await;
    for host in [
        "example.org",
        "www.example.org",
        "autoconfig",
        "autoconfig.example",
        "autoconfig.example.org.",
        "autoconfig.127.0.0.1",
        "autoconfig.example.org:443",
        "autoconfig.example.org/a.example",
        "user@autoconfig.example.org",
        "xautoconfig.example.org",
        "127.0.0.1",
        "2130706433",
        "::1",
        "",
    ] {
        let other = Open { host: host.into(), ..document(&server) };
        assert_eq!(Page::refusal(&bridge, other).await.0, CloseCode::Forbidden, "{host}");
    }
    for other in [
        Open { port: server.port() ^ 1, ..document(&server) },
        Open { port: 995, ..document(&server) },
        Open { tls: BridgeTls::Implicit, ..document(&server) },
        Open { tls: BridgeTls::Starttls, ..document(&server) },
        Open { service: Service::Pop3, ..document(&server) },
        Open { service: Service::Submission, ..document(&server) },
        Open { service: Service::SignIn, ..document(&server) },
    ] {
        assert_eq!(Page::refusal(&bridge, other.clone()).await.0, CloseCode::Forbidden, "{other:?}");
    }
    for special in ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1"] {
        let bridge = start(with_resolver(Config::default(), &[special])).await;
        let (code, words) = Page::refusal(&bridge, Open { port: 443, ..document(&server) }).await;
        assert!(code == CloseCode::Forbidden && words.contains("not a public one"), "{special}: {words}");
    }
}

#[tokio::test]
async fn where_servers_are_listed_nothing_is_fetched_unless_the_operator_says_so() {
    let server = MailServer::start().await;
    let listed = || at(&server, allowing(&["pop.example.org".into()]));
    let (code, words) = Page::refusal(&start(listed()).await, document(&server)).await;
    assert!(code == CloseCode::Forbidden && words.contains("does not look up"), "{words}");
    let bridge = start(Config { discovery: true, ..listed() }).await;
    Page::open(&bridge, document(&server)).await;

    // The same for the holder of a token: what it may fetch says whether it is on.
    let (secret, unlisted) = token("ana", "");
    let (other, narrow) = token("bo", "allow = [\"pop.example.org\"]");
    let config = Config { tokens: Tokens::new(vec![unlisted, narrow]), ..at(&server, Config::default()) };
    let bridge = start(config).await;
    assert_eq!(Page::refusal(&bridge, document(&server)).await.0, CloseCode::Unauthorized);
    Page::open(&bridge, Open { token: Some(secret), ..document(&server) }).await;
    let narrowed = Open { token: Some(other), ..document(&server) };
    assert_eq!(Page::refusal(&bridge, narrowed).await.0, CloseCode::Forbidden);
}

#[tokio::test]
async fn it_is_short_in_time_and_in_bytes() {
    let server = MailServer::start().await;
    let bridge = start(at(&server, Config::default())).await;
    let mut page = Page::open(&bridge, document(&server)).await;
    let mut host = server.accept().await;
    let flood = tokio::spawn(async move {
        let _ = host.write_all(&vec![0; 300 * 1024]).await;
    });
    let (mut bytes, mut code) = (0, 0);
    while code == 0 {
        match page.next().await {
            Got::Data(data) => bytes += data.len(),
            Got::Closed(closed, _) => code = closed,
            _ => {}
        }
    }
    assert_eq!((bytes, code), (256 * 1024, u16::from(CloseCode::TooMany)));
    flood.await.unwrap();

    let began = tokio::time::Instant::now();
    let mut page = Page::open(&bridge, document(&server)).await;
    let _host = server.accept().await;
    let code = loop {
        if let Got::Closed(code, _) = page.next().await {
            break code;
        }
    };
    let ends = [CloseCode::IdleTimeout, CloseCode::SessionTimeout].map(u16::from);
    assert!(ends.contains(&code) && began.elapsed() < Duration::from_secs(15), "{code}");
}

#[tokio::test]
async fn it_counts_as_an_opening() {
    let server = MailServer::start().await;
    let proxies = restante_bridge::Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = at(&server, Config { proxies, ..Config::default() });
    let bridge = start(with_limits(config, |limits| limits.openings_per_minute = 2)).await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        let mut page = crate::admission::forwarded(&bridge, "192.0.2.1").await;
        let other = Open { host: "www.example.org".into(), ..document(&server) };
        page.say(&restante_protocol::tunnel::PageMessage::Open(other)).await;
        codes.push(page.refused().await.0);
    }
    assert_eq!(codes, [CloseCode::Forbidden, CloseCode::Forbidden, CloseCode::TooMany]);
}

#[test]
fn a_bridge_as_it_is_set_up_admits_port_443_of_such_hosts_alone() {
    let host = |name: &str| name.parse().unwrap();
    let config = restante_bridge::settings::Settings::default().into_config().unwrap();
    assert_eq!(config.policy.admit(Service::Autoconfig, &host("autoconfig.example.org"), 443), Ok(()));
    for (name, port) in [("autoconfig.example.org", 8443), ("example.org", 443)] {
        assert!(config.policy.admit(Service::Autoconfig, &host(name), port).is_err(), "{name}:{port}");
    }
    assert!(Policy::public().admit(Service::Pop3, &host("autoconfig.example.org"), 443).is_err());
}
