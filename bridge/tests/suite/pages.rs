//! What the bridge answers besides tunnels: the page, its configuration, health; and how it stops.

use std::time::Duration;

use crate::support::{MailServer, Page, allowing, open, start, with_limits};
use restante_bridge::origin::Origins;
use restante_bridge::preset::{Preset, Security};
use restante_bridge::token::{Token, Tokens, generate};
use restante_bridge::{Bridges, Config, Handle, Proxies};
use restante_protocol::tunnel::CloseCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The answer to a GET, head and body.
async fn get(bridge: &Handle, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_page_learns_the_preset() {
    let preset = Preset {
        host: "pop.example.org".into(),
        port: 995,
        security: Security::Tls,
        user: "ada".into(),
        password: None,
        fingerprint: None,
        label: Some("Example".into()),
        submission: None,
    };
    let bridge = start(Config { preset: Some(preset), ..Config::default() }).await;
    let answer = get(&bridge, "/restante.json", "localhost").await;
    assert!(answer.contains("\r\ncache-control: no-store\r\n"), "{answer}");
    assert!(answer.ends_with(
        r#"{"preset":{"host":"pop.example.org","port":995,"security":"tls","user":"ada","label":"Example"},"token_required":false}"#
    ));
    let bridge = start(Config::default()).await;
    assert!(get(&bridge, "/restante.json", "localhost").await.ends_with(r#"{"preset":null,"token_required":false}"#));
}

#[tokio::test]
async fn a_bridge_without_a_page_still_tells_pages_of_listed_origins_its_configuration() {
    let origins = Origins::new(vec!["https://page.example".parse().unwrap()], Vec::new());
    let bridge = start(Config { serves_page: false, origins, ..Config::default() }).await;
    assert!(get(&bridge, "/", "localhost").await.starts_with("HTTP/1.1 404 "));
    for (origin, allowed) in [("https://page.example", true), ("https://evil.example", false)] {
        let answer = get(&bridge, "/restante.json", &format!("localhost\r\nOrigin: {origin}")).await;
        assert_eq!(answer.contains(&format!("\r\naccess-control-allow-origin: {origin}\r\n")), allowed, "{answer}");
    }
}

#[tokio::test]
async fn security_headers_stand_on_every_answer() {
    let bridge = start(Config::default()).await;
    for path in ["/", "/restante.json", "/healthz", "/nothing", "/tunnel"] {
        let answer = get(&bridge, path, "localhost").await;
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
            "permissions-policy: accelerometer=()",
        ] {
            assert!(answer.contains(header), "{path}: {answer}");
        }
    }
    assert!(get(&bridge, "/tunnel", "localhost").await.starts_with("HTTP/1.1 426 "));
    assert!(get(&bridge, "/healthz", "localhost").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_user_whom_a_proxy_vouches_for_is_not_asked_for_a_token() {
    let (_, digest) = generate().unwrap();
    let token: Token = toml::from_str(&format!("name = \"ana\"\nsha256 = {digest:?}")).unwrap();
    let bridge = start(Config {
        tokens: Tokens::new(vec![token]),
        proxies: Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]),
        identity_header: Some("x-forwarded-user".parse().unwrap()),
        ..Config::default()
    })
    .await;
    for (host, required) in [("localhost\r\nX-Forwarded-User: bob", false), ("localhost", true)] {
        let answer = get(&bridge, "/restante.json", host).await;
        assert!(answer.ends_with(&format!("\"token_required\":{required}}}")), "{answer}");
    }
}

#[tokio::test]
async fn a_page_of_several_bridges_is_told_of_them_and_may_connect_to_them() {
    let listed = vec!["wss://b1.example.org/tunnel".parse().unwrap()];
    let bridge = start(Config { bridges: Bridges { listed, any: false }, ..Config::default() }).await;
    let answer = get(&bridge, "/restante.json", "localhost").await;
    assert!(answer.ends_with("\"bridges\":[\"wss://b1.example.org/tunnel\"]}"), "{answer}");
    assert!(answer.contains("connect-src 'self' wss://b1.example.org\r\n"), "{answer}");
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let bridge = start(Config::default()).await;
    let answer = get(&bridge, "/", "localhost").await;
    let head = answer.split("\r\n\r\n").next().unwrap();
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again = get(&bridge, "/", &format!("localhost\r\nIf-None-Match: {tag}")).await;
    assert!(again.starts_with("HTTP/1.1 304 ") && again.ends_with("\r\n\r\n"), "{again}");
    let sums = restante_bridge::sums().unwrap();
    let (_, asset) = sums.lines().find_map(|line| line.split_once("  assets/")).unwrap();
    let answer = get(&bridge, &format!("/assets/{asset}"), "localhost\r\nAccept-Encoding: br").await;
    assert!(answer.contains("cache-control: public, max-age=31536000, immutable\r\n"), "{answer}");
}

#[tokio::test]
#[ignore = "needs the page: cargo xtask build"]
async fn the_service_worker_is_asked_for_every_time_and_may_only_fetch_from_its_host() {
    let bridge = start(Config::default()).await;
    let answer = get(&bridge, "/service-worker.js", "localhost").await;
    for header in [
        "HTTP/1.1 200 ",
        "cache-control: no-cache\r\n",
        "content-type: text/javascript; charset=utf-8\r\n",
        "content-security-policy: default-src 'none'; connect-src 'self'; ",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    let sums = restante_bridge::sums().unwrap();
    assert!(sums.lines().any(|line| line.ends_with("  service-worker.js")), "{sums}");
}

#[tokio::test]
async fn a_host_name_that_is_not_the_bridges_is_turned_away() {
    let origins = Origins::new(Vec::new(), vec!["mail.example.org".into()]);
    let bridge = start(Config { origins, ..Config::default() }).await;
    for path in ["/", "/restante.json", "/tunnel"] {
        assert!(get(&bridge, path, "rebound.example").await.starts_with("HTTP/1.1 421 "), "{path}");
    }
    assert!(get(&bridge, "/restante.json", "mail.example.org").await.starts_with("HTTP/1.1 200 "));
    assert!(get(&bridge, "/healthz", "rebound.example").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_request_head_that_never_ends_is_cut_off() {
    let config = with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(200));
    let bridge = start(config).await;
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: local").await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn a_request_head_that_comes_byte_by_byte_has_no_more_time_than_any_other() {
    let bridge = start(with_limits(Config::default(), |l| l.header_timeout = Duration::from_millis(400))).await;
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    let drip = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if stream.write_all(b"G").await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), drip).await.expect("the bridge hangs up");
}

#[tokio::test]
async fn a_draining_bridge_says_so_and_lets_open_tunnels_finish() {
    let server = MailServer::start().await;
    let bridge = start(allowing(&[format!("127.0.0.1:{}", server.port())])).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    assert!(get(&bridge, "/readyz", "localhost").await.starts_with("HTTP/1.1 200 "));
    bridge.shut_down();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(get(&bridge, "/readyz", "localhost").await.starts_with("HTTP/1.1 503 "));
    assert_eq!(Page::refusal(&bridge, open("127.0.0.1", server.port())).await.0, CloseCode::Draining);
    mail.write_all(b"+OK still here\r\n").await.unwrap();
    page.receive(16).await;
    page.socket.close(None).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), bridge.stopped()).await.expect("it stops when the last tunnel ends");
}

#[tokio::test]
async fn when_the_drains_time_is_up_tunnels_are_closed_with_a_reason() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let bridge = start(with_limits(config, |l| l.drain_timeout = Duration::from_millis(200))).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    bridge.shut_down();
    assert_eq!(page.closed().await, u16::from(CloseCode::Draining));
    bridge.stopped().await;
}
