//! Who may open how many tunnels: limits, tokens, proxies, and a configuration that changes while tunnels are open.

use std::time::Duration;

use restante_bridge::origin::Origins;
use restante_bridge::policy::Policy;
use restante_bridge::token::{Token, Tokens, generate};
use restante_bridge::{Config, Handle, Proxies};
use restante_protocol::tunnel::{BridgeMessage, CloseCode, Open, PageMessage, SUBPROTOCOL, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

use crate::support::{Got, MailServer, Page, allowing, open, start, with_limits};

fn to(server: &MailServer) -> Config {
    allowing(&[format!("127.0.0.1:{}", server.port())])
}

/// Upgrades as a client behind a proxy on this machine would.
pub(crate) async fn forwarded(bridge: &Handle, client: &str) -> Page {
    let mut request = bridge.tunnel_url().into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", bridge.origin().parse().unwrap());
    headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    headers.insert("x-forwarded-for", client.parse().unwrap());
    Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 }
}

/// Asks for a tunnel and gives the first answer.
async fn ask(mut page: Page, server: &MailServer) -> (Page, Got) {
    page.say(&PageMessage::Open(open("127.0.0.1", server.port()))).await;
    let got = page.next().await;
    (page, got)
}

fn is_opened(got: &Got) -> bool {
    matches!(got, Got::Message(BridgeMessage::Opened { .. }))
}

#[tokio::test]
async fn tunnels_are_limited_in_all_and_a_closed_one_makes_room() {
    let server = MailServer::start().await;
    let bridge = start(with_limits(to(&server), |l| l.max_tunnels = 1)).await;
    let mut first = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut second = Page::connect(&bridge).await;
    assert_eq!(second.refused().await.0, CloseCode::TooMany);
    first.socket.close(None).await.unwrap();
    first.closed().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    Page::open(&bridge, open("127.0.0.1", server.port())).await;
}

#[tokio::test]
async fn clients_behind_a_listed_proxy_are_counted_one_by_one() {
    let server = MailServer::start().await;
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = with_limits(Config { proxies, ..to(&server) }, |l| l.max_tunnels_per_client = 1);
    let bridge = start(config).await;
    let (_first, got) = ask(forwarded(&bridge, "192.0.2.1").await, &server).await;
    assert!(is_opened(&got));
    assert_eq!(forwarded(&bridge, "192.0.2.1").await.refused().await.0, CloseCode::TooMany);
    assert_eq!(forwarded(&bridge, "9.9.9.9, 192.0.2.1").await.refused().await.0, CloseCode::TooMany);
    let (_other, got) = ask(forwarded(&bridge, "192.0.2.2").await, &server).await;
    assert!(is_opened(&got));
    let unlisted = start(with_limits(to(&server), |l| l.max_tunnels_per_client = 1)).await;
    let (_first, got) = ask(forwarded(&unlisted, "192.0.2.1").await, &server).await;
    assert!(is_opened(&got));
    let (_second, got) = ask(forwarded(&unlisted, "192.0.2.1").await, &server).await;
    assert!(is_opened(&got), "a header of nobody the bridge knows counts for nothing");
}

#[tokio::test]
async fn openings_are_limited_in_a_minute() {
    let server = MailServer::start().await;
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let bridge = start(with_limits(Config { proxies, ..to(&server) }, |l| l.openings_per_minute = 2)).await;
    for _ in 0..2 {
        let (_page, got) = ask(forwarded(&bridge, "192.0.2.1").await, &server).await;
        assert!(is_opened(&got));
    }
    assert_eq!(forwarded(&bridge, "192.0.2.1").await.refused().await.0, CloseCode::TooMany);
}

#[tokio::test]
async fn the_proxy_protocol_names_the_client_and_its_lack_is_refused() {
    let server = MailServer::start().await;
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = Config { proxies, proxy_protocol: true, ..to(&server) };
    let bridge = start(with_limits(config, |l| l.max_tunnels_per_client = 1)).await;
    let mut sockets = Vec::new();
    for expected in ["opened", "refused"] {
        let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
        stream.write_all(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n").await.unwrap();
        let mut request = bridge.tunnel_url().into_client_request().unwrap();
        request.headers_mut().insert("origin", bridge.origin().parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let stream = tokio_tungstenite::MaybeTlsStream::Plain(stream);
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        let (page, got) = ask(Page { socket }, &server).await;
        assert_eq!(if is_opened(&got) { "opened" } else { "refused" }, expected);
        sockets.push(page);
    }
    let mut bare = TcpStream::connect(bridge.address()).await.unwrap();
    bare.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = bare.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
}

/// Upgrades behind a PROXY header, with headers that only a believed proxy could speak for.
async fn announced(bridge: &Handle, header: &[u8], made_up: &str) -> Page {
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    stream.write_all(header).await.unwrap();
    let mut request = bridge.tunnel_url().into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", bridge.origin().parse().unwrap());
    headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    headers.insert("x-forwarded-user", "ada".parse().unwrap());
    headers.insert("x-forwarded-for", made_up.parse().unwrap());
    let stream = tokio_tungstenite::MaybeTlsStream::Plain(stream);
    Page { socket: tokio_tungstenite::client_async(request, stream).await.unwrap().0 }
}

#[tokio::test]
async fn who_comes_by_the_proxy_protocol_is_believed_in_no_header_wherever_it_is_said_to_come_from() {
    let server = MailServer::start().await;
    let proxies = || Proxies::new(vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()]);
    let identity_header = Some("x-forwarded-user".parse().unwrap());
    let signing = Config { proxies: proxies(), proxy_protocol: true, identity_header, ..to(&server) };
    let signing = start(signing).await;
    let counting = Config { proxies: proxies(), proxy_protocol: true, ..to(&server) };
    let counting = start(with_limits(counting, |l| l.max_tunnels_per_client = 1)).await;
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00".as_slice();
    let by_version_2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x0a\x00\x00\x08\x0a\x00\x00\x01\x12\x67\x01\xBB";
    for (header, counted) in [
        (b"PROXY TCP4 10.0.0.7 192.0.2.1 4711 80\r\n".as_slice(), true),
        (by_version_2, true),
        // Whom these name is the proxy itself, which is on this machine here, and not counted.
        (b"PROXY TCP4 127.0.0.1 192.0.2.1 4711 80\r\n", false),
        (b"PROXY UNKNOWN\r\n", false),
        (local, false),
    ] {
        let (_, got) = ask(announced(&signing, header, "192.0.2.1").await, &server).await;
        let Got::Message(BridgeMessage::Refused(refused)) = got else { panic!("{got:?}") };
        assert_eq!(refused.code, CloseCode::Unauthorized, "{}", String::from_utf8_lossy(header));
        let (_first, got) = ask(announced(&counting, header, "192.0.2.1").await, &server).await;
        assert!(is_opened(&got));
        let (_second, got) = ask(announced(&counting, header, "192.0.2.2").await, &server).await;
        assert_eq!(is_opened(&got), !counted, "{}", String::from_utf8_lossy(header));
    }
}

#[tokio::test]
async fn a_header_with_octets_that_are_no_text_does_not_make_a_client_its_proxy() {
    let server = MailServer::start().await;
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = with_limits(Config { proxies, ..to(&server) }, |l| l.max_tunnels_per_client = 1);
    let bridge = start(config).await;
    let mut pages = Vec::new();
    for made_up in [b"".as_slice(), b"\xFF, ", b"127.0.0.1\xA0, ", "ünknown, ".as_bytes(), b",, , "] {
        let mut request = bridge.tunnel_url().into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", bridge.origin().parse().unwrap());
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let value = [made_up, b"192.0.2.1"].concat();
        headers.insert("x-forwarded-for", tungstenite::http::HeaderValue::from_bytes(&value).unwrap());
        let page = Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 };
        let (page, got) = ask(page, &server).await;
        assert_eq!(is_opened(&got), pages.is_empty(), "{}", String::from_utf8_lossy(&value));
        pages.push(page);
    }
}

pub(crate) fn token(name: &str, rest: &str) -> (Secret, Token) {
    let (text, digest) = generate().unwrap();
    (text, toml::from_str(&format!("name = {name:?}\nsha256 = {digest:?}\n{rest}")).unwrap())
}

#[tokio::test]
async fn a_bridge_with_tokens_serves_their_holders_only_each_within_its_own_limits() {
    let server = MailServer::start().await;
    let (team, listed_team) = token("team", "max-tunnels = 1");
    let (guest, listed_guest) = token("guest", "allow = [\"pop.example.org\"]");
    let config = Config { tokens: Tokens::new(vec![listed_team, listed_guest]), ..to(&server) };
    let bridge = start(config).await;
    let with = |token: Option<Secret>| Open { token, ..open("127.0.0.1", server.port()) };
    assert_eq!(Page::refusal(&bridge, with(None)).await.0, CloseCode::Unauthorized);
    assert_eq!(Page::refusal(&bridge, with(Some(Secret::new("guess")))).await.0, CloseCode::Unauthorized);
    assert_eq!(Page::refusal(&bridge, with(Some(guest))).await.0, CloseCode::Forbidden);
    let _open = Page::open(&bridge, with(Some(team.clone()))).await;
    assert_eq!(Page::refusal(&bridge, with(Some(team))).await.0, CloseCode::TooMany);
}

#[tokio::test]
async fn a_user_whom_a_listed_proxy_names_needs_no_token_and_a_stranger_does() {
    let server = MailServer::start().await;
    let listed = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    for (proxies, believed) in [(listed, true), (Proxies::new(vec!["192.0.2.0/24".parse().unwrap()]), false)] {
        let identity_header = Some("x-forwarded-user".parse().unwrap());
        let bridge = start(Config { proxies, identity_header, ..to(&server) }).await;
        assert_eq!(Page::refusal(&bridge, open("127.0.0.1", server.port())).await.0, CloseCode::Unauthorized);
        let mut request = bridge.tunnel_url().into_client_request().unwrap();
        request.headers_mut().insert("origin", bridge.origin().parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        request.headers_mut().insert("x-forwarded-user", "ada".parse().unwrap());
        let page = Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 };
        let (_page, got) = ask(page, &server).await;
        assert_eq!(is_opened(&got), believed, "{got:?}");
    }
}

#[tokio::test]
async fn a_reload_changes_policy_and_tokens_and_drops_no_tunnel() {
    let server = MailServer::start().await;
    let bridge = start(to(&server)).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    let forbidding = Config { policy: Policy::listed(Vec::new()), origins: Origins::default(), ..Config::default() };
    bridge.reloader().reload(forbidding).unwrap();
    assert_eq!(Page::refusal(&bridge, open("127.0.0.1", server.port())).await.0, CloseCode::Forbidden);
    mail.write_all(b"+OK still here\r\n").await.unwrap();
    page.receive(16).await;
    let (secret, listed) = token("team", "");
    bridge.reloader().reload(Config { tokens: Tokens::new(vec![listed]), ..to(&server) }).unwrap();
    assert_eq!(Page::refusal(&bridge, open("127.0.0.1", server.port())).await.0, CloseCode::Unauthorized);
    let mut again = Page::open(&bridge, Open { token: Some(secret.clone()), ..open("127.0.0.1", server.port()) }).await;
    let (_, another) = token("team", "");
    bridge.reloader().reload(Config { tokens: Tokens::new(vec![another]), ..to(&server) }).unwrap();
    let revoked = Open { token: Some(secret), ..open("127.0.0.1", server.port()) };
    assert_eq!(Page::refusal(&bridge, revoked).await.0, CloseCode::Unauthorized);
    again.hears_nothing().await;
}

#[tokio::test]
async fn what_was_revoked_between_the_upgrade_and_open_opens_nothing() {
    let server = MailServer::start().await;
    let listed = || Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let (secret, ana) = token("ana", "");
    let (_, other) = token("other", "");
    let opening = || PageMessage::Open(Open { token: Some(secret.clone()), ..open("127.0.0.1", server.port()) });
    let with_token = Config { tokens: Tokens::new(vec![ana]), ..to(&server) };
    let another = Config { tokens: Tokens::new(vec![other]), ..to(&server) };
    let identity_header = Some("x-forwarded-user".parse().unwrap());
    let signing = Config { proxies: listed(), identity_header: identity_header.clone(), ..to(&server) };
    let unlisted = Config { identity_header, ..to(&server) };
    let origins = Origins::new(vec!["https://page.example".parse().unwrap()], Vec::new());
    let foreign = Config { origins, ..to(&server) };
    for (before, after, origin, code) in [
        (with_token, another, None, CloseCode::Unauthorized),
        (signing, unlisted, None, CloseCode::Unauthorized),
        (foreign, to(&server), Some("https://page.example"), CloseCode::Forbidden),
        (to(&server), allowing(&["pop.example.org".to_owned()]), None, CloseCode::Forbidden),
    ] {
        let bridge = start(before.clone()).await;
        let upgraded = async || {
            let mut request = bridge.tunnel_url().into_client_request().unwrap();
            let origin = origin.map_or_else(|| bridge.origin(), str::to_owned);
            request.headers_mut().insert("origin", origin.parse().unwrap());
            request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
            request.headers_mut().insert("x-forwarded-user", "ada".parse().unwrap());
            Page { socket: tokio_tungstenite::connect_async(request).await.unwrap().0 }
        };
        let (mut early, mut late) = (upgraded().await, upgraded().await);
        early.say(&opening()).await;
        let got = early.next().await;
        assert!(is_opened(&got), "{code:?}: {got:?}");
        bridge.reloader().reload(after).unwrap();
        late.say(&opening()).await;
        assert_eq!(late.refused().await.0, code);
    }
}

#[tokio::test]
async fn revoking_the_last_token_lets_nobody_in() {
    let server = MailServer::start().await;
    let (secret, listed) = token("ana", "");
    let with = || Open { token: Some(secret.clone()), ..open("127.0.0.1", server.port()) };
    let bridge = start(Config { tokens: Tokens::new(vec![listed]), ..to(&server) }).await;
    let _open = Page::open(&bridge, with()).await;
    for _ in 0..2 {
        bridge.reloader().reload(to(&server)).unwrap();
        for asked in [with(), open("127.0.0.1", server.port())] {
            assert_eq!(Page::refusal(&bridge, asked).await.0, CloseCode::Unauthorized);
        }
    }
    let required = start(Config { requires_token: true, ..to(&server) }).await;
    assert_eq!(Page::refusal(&required, open("127.0.0.1", server.port())).await.0, CloseCode::Unauthorized);
}

#[tokio::test]
async fn a_session_that_is_too_long_is_closed_though_bytes_move() {
    let server = MailServer::start().await;
    let bridge = start(with_limits(to(&server), |l| l.session_timeout = Duration::from_millis(300))).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    let talk = async {
        while mail.write_all(b"+OK\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        closed = page.closed() => assert_eq!(closed, u16::from(CloseCode::SessionTimeout)),
        () = talk => panic!("the server was cut off first"),
    }
}

#[tokio::test]
async fn a_tunnel_keeps_to_its_speed() {
    let server = MailServer::start().await;
    let bridge = start(with_limits(to(&server), |l| l.bytes_per_second = 100_000)).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    let began = std::time::Instant::now();
    mail.write_all(&[b'x'; 60_000]).await.unwrap();
    page.receive(60_000).await;
    page.send(&[b'x'; 1000]).await;
    mail.read_exact(&mut [0; 1000]).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(450), "{:?}", began.elapsed());
}
