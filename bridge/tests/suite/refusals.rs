//! Tunnels that do not come about: each failure has its own code and words.

use std::time::Duration;

use crate::support::{MailServer, Page, allowing, bridge_to, open, start, with_limits, with_resolver};
use restante_bridge::origin::Origins;
use restante_protocol::tunnel::{CloseCode, Open, SUBPROTOCOL};
use tokio_tungstenite::tungstenite;

async fn refusal(bridge: &restante_bridge::Handle, host: &str, port: u16) -> CloseCode {
    Page::refusal(bridge, open(host, port)).await.0
}

#[tokio::test]
async fn destinations_that_are_not_listed_are_forbidden_in_every_spelling() {
    let server = MailServer::start().await;
    let bridge = start(allowing(&[format!("localhost:{}", server.port()), "192.0.2.0/24:110".into()])).await;
    let port = server.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "127.0.0.1.",
        "localhost.",
        "[::1]",
        "ｌocalhost",
        "127。0。0。1",
        "evil.example",
        "",
    ] {
        assert_eq!(refusal(&bridge, host, port).await, CloseCode::Forbidden, "{host:?}");
    }
    assert_eq!(refusal(&bridge, "localhost", port ^ 1).await, CloseCode::Forbidden);
    assert_eq!(refusal(&bridge, "192.0.2.1", 111).await, CloseCode::Forbidden);
    Page::open(&bridge, open("localhost", port)).await;
}

#[tokio::test]
async fn a_listed_name_that_resolves_to_a_special_address_is_forbidden() {
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:1::",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let bridge = start(with_resolver(allowing(&["pop.example.org".into()]), &[address])).await;
        assert_eq!(refusal(&bridge, "pop.example.org", 995).await, CloseCode::Forbidden, "{address}");
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_unknown() {
    let bridge = start(with_resolver(allowing(&["pop.example.org".into()]), &[])).await;
    assert_eq!(refusal(&bridge, "pop.example.org", 995).await, CloseCode::UnknownHost);
    let bridge = start(allowing(&["*.invalid".into()])).await;
    assert_eq!(refusal(&bridge, "pop.invalid", 995).await, CloseCode::UnknownHost);
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_refuses() {
    let server = MailServer::start().await;
    let port = server.port();
    let bridge = bridge_to(&server).await;
    drop(server);
    assert_eq!(refusal(&bridge, "127.0.0.1", port).await, CloseCode::ConnectRefused);
}

#[tokio::test]
async fn a_server_that_does_not_answer_times_out() {
    // A listener whose queue of one is full drops further attempts: nobody answers them.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    let config = allowing(&[format!("127.0.0.1:{}", address.port())]);
    let bridge = start(with_limits(config, |l| l.connect_timeout = Duration::from_millis(300))).await;
    assert_eq!(refusal(&bridge, "127.0.0.1", address.port()).await, CloseCode::ConnectTimeout);
}

#[tokio::test]
async fn a_page_that_does_not_open_in_time_is_told_so() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let bridge = start(with_limits(config, |l| l.open_timeout = Duration::from_millis(100))).await;
    let mut page = Page::connect(&bridge).await;
    assert_eq!(page.refused().await.0, CloseCode::OpenTimeout);
}

#[tokio::test]
async fn words_never_repeat_the_destination() {
    let bridge = start(allowing(&["pop.example.org".into()])).await;
    let (_, words) = Page::refusal(&bridge, Open { port: 4711, ..open("secret.example", 4711) }).await;
    assert!(!words.contains("secret") && !words.contains("4711"), "{words}");
}

#[tokio::test]
async fn pages_of_other_origins_and_other_subprotocols_are_turned_away() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let listed = vec!["https://page.example".parse().unwrap()];
    let bridge = start(restante_bridge::Config { origins: Origins::new(listed, Vec::new()), ..config }).await;
    let own = bridge.origin();
    for (origin, protocol, expected) in [
        (Some("https://evil.example"), Some(SUBPROTOCOL), 403),
        (Some("null"), Some(SUBPROTOCOL), 403),
        (None, Some(SUBPROTOCOL), 403),
        (Some(own.as_str()), None, 400),
        (Some(own.as_str()), Some("binary"), 400),
    ] {
        match Page::upgrade(&bridge, origin, protocol).await {
            Err(tungstenite::Error::Http(response)) => assert_eq!(response.status().as_u16(), expected),
            other => panic!("{origin:?} {protocol:?}: {:?}", other.map(|_| ())),
        }
    }
    assert!(Page::upgrade(&bridge, Some("https://page.example"), Some(SUBPROTOCOL)).await.is_ok());
    assert!(Page::upgrade(&bridge, Some(&own), Some(SUBPROTOCOL)).await.is_ok());
}
