//! No client fills the bridge: shares of its places, whoever the client is and however it comes.

use std::time::Duration;

use restante_bridge::{Config, Handle, Limits, Proxies};
use restante_protocol::tunnel::{self, PageMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::program::{log_of, restante, started};
use crate::support::{MailServer, allowing, open, start, with_limits};

/// Longer than a test.
const LONG: Duration = Duration::from_secs(3600);

/// A bridge with so many places, behind a proxy that speaks the PROXY protocol where `named`, and otherwise HTTP.
async fn crowded(places: usize, named: bool, config: Config) -> Handle {
    let proxies = Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let config = Config { proxies, proxy_protocol: named, ..config };
    // Nobody leaves by itself while a test goes on, however slow the machine is.
    let change = |l: &mut Limits| {
        (l.max_connections, l.open_timeout, l.close_timeout) = (places, LONG, LONG);
    };
    start(with_limits(config, change)).await
}

/// Connects as this client, named by the PROXY protocol, and sends a request.
async fn send(bridge: &Handle, client: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    let (family, proxy) = if client.contains(':') { ("TCP6", "2001:db8::1") } else { ("TCP4", "192.0.2.1") };
    let request = format!("PROXY {family} {client} {proxy} 4711 80\r\n{request}");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Asks for something small as this client; whether there is an answer.
async fn visit(bridge: &Handle, client: &str) -> (TcpStream, bool) {
    let mut stream = send(bridge, client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let answered = head(&mut stream).await.starts_with("HTTP/1.1 200 ");
    if answered {
        stream.read_exact(&mut [0; 3]).await.unwrap();
    }
    (stream, answered)
}

/// How many of these clients' connections are answered, all of them being kept.
async fn visits(bridge: &Handle, clients: impl IntoIterator<Item = String>) -> (Vec<TcpStream>, usize) {
    let mut kept = Vec::new();
    for client in clients {
        let (stream, answered) = visit(bridge, &client).await;
        kept.extend(answered.then_some(stream));
    }
    let answered = kept.len();
    (kept, answered)
}

/// The head of an answer, or nothing where the bridge hangs up.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match timeout(Duration::from_secs(20), stream.read_u8()).await.expect("an answer or an end") {
            Ok(byte) => head.push(byte),
            Err(_) => return String::new(),
        }
    }
    String::from_utf8(head).unwrap()
}

/// Whether the bridge has hung up: all that it sent is read.
async fn is_cut(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(Duration::from_millis(300), stream.read_to_end(&mut rest)).await.is_ok()
}

/// The head of an upgrade, as a proxy passes it on.
fn upgrade(bridge: &Handle, client: &str) -> String {
    format!(
        "GET /tunnel HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: restante.v1\r\nX-Forwarded-For: {client}\r\n\r\n",
        bridge.address()
    )
}

/// Upgrades as a client behind a proxy that speaks HTTP; the status and the connection.
async fn forwarded(bridge: &Handle, client: &str) -> (TcpStream, u16) {
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    stream.write_all(upgrade(bridge, client).as_bytes()).await.unwrap();
    let status = head(&mut stream).await.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
    (stream, status)
}

/// A masked text frame with what opens a tunnel to this server.
fn opening(server: &MailServer) -> Vec<u8> {
    let text = tunnel::encode(&PageMessage::Open(open("127.0.0.1", server.port())));
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    frame.extend(text.bytes());
    frame
}

#[tokio::test]
async fn one_client_has_a_sixteenth_of_the_places_and_its_share_back_when_it_leaves() {
    let bridge = crowded(256, true, Config::default()).await;
    let (kept, answered) = visits(&bridge, (0..40).map(|_| "192.0.2.7".to_owned())).await;
    assert_eq!(answered, 16);
    assert!(visit(&bridge, "192.0.2.8").await.1, "the rest is others'");
    drop(kept);
    while !visit(&bridge, "192.0.2.7").await.1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_networks_of_one_site_have_two_shares_together() {
    let bridge = crowded(256, true, Config::default()).await;
    let site = |n: usize| format!("2001:db8:1:{n:x}::{n:x}");
    let (_kept, answered) = visits(&bridge, (0..100).map(site)).await;
    assert_eq!(answered, 32);
    assert!(visit(&bridge, "2001:db8:2::1").await.1);
    let (_one, answered) = visits(&bridge, (0..40).map(|n| format!("2001:db8:3::{n:x}"))).await;
    assert_eq!(answered, 16);
}

#[tokio::test]
async fn a_crowd_of_clients_shuts_nobody_out_and_the_longest_idle_connection_goes() {
    let bridge = crowded(32, true, Config::default()).await;
    let (mut idle, _) = visit(&bridge, "198.51.100.1").await;
    let (mut busy, _) = visit(&bridge, "198.51.100.2").await;
    let mut kept = Vec::new();
    for n in 0..100u8 {
        // Half of them say nothing at all.
        let (stream, answered) = if n % 2 == 0 {
            (send(&bridge, &format!("192.0.2.{n}"), "").await, true)
        } else {
            visit(&bridge, &format!("192.0.2.{n}")).await
        };
        assert!(answered, "{n}");
        kept.push(stream);
        busy.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        assert!(head(&mut busy).await.starts_with("HTTP/1.1 200 "), "{n}");
        busy.read_exact(&mut [0; 3]).await.unwrap();
    }
    assert!(is_cut(&mut idle).await);
    assert!(is_cut(&mut kept[0]).await);
    assert!(!is_cut(&mut kept[99]).await);
}

#[tokio::test]
async fn upgrades_keep_their_clients_places_until_there_is_a_tunnel_and_get_429_beyond_them() {
    let server = MailServer::start().await;
    let config = with_limits(allowing(&[format!("127.0.0.1:{}", server.port())]), |l| l.openings_per_minute = 0);
    let bridge = crowded(256, false, config).await;
    let mut pages = Vec::new();
    for expected in [[101; 16].as_slice(), &[429; 24]].concat() {
        let (page, status) = forwarded(&bridge, "192.0.2.7").await;
        assert_eq!(status, expected);
        pages.push(page);
    }
    assert_eq!(forwarded(&bridge, "192.0.2.8").await.1, 101, "the rest is others'");
    let (_of_site, statuses): (Vec<_>, Vec<_>) = {
        let mut all = Vec::new();
        for n in 0..40 {
            all.push(forwarded(&bridge, &format!("2001:db8:1:{n:x}::1")).await);
        }
        all.into_iter().unzip()
    };
    assert_eq!(statuses.iter().filter(|status| **status == 101).count(), 32);
    // One of them gets its tunnel, and its place is free for another upgrade.
    pages[0].write_all(&opening(&server)).await.unwrap();
    let _mail = server.accept().await;
    while forwarded(&bridge, "192.0.2.7").await.1 != 101 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_flood_of_upgrades_that_are_refused_leaves_room_for_others() {
    let server = MailServer::start().await;
    let config = with_limits(allowing(&[format!("127.0.0.1:{}", server.port())]), |l| l.openings_per_minute = 4);
    let bridge = crowded(1024, false, config).await;
    let mut flood = Vec::new();
    let mut refused = 0;
    for _ in 0..500 {
        // Nobody reads why, and nobody closes.
        let (page, status) = forwarded(&bridge, "192.0.2.7").await;
        refused += usize::from(status == 429);
        flood.push(page);
    }
    assert_eq!(refused, 500 - 64);
    let (mut page, status) = forwarded(&bridge, "192.0.2.8").await;
    assert_eq!(status, 101);
    page.write_all(&opening(&server)).await.unwrap();
    server.accept().await;
}

#[tokio::test]
async fn a_flood_of_refusals_is_a_line_a_second_with_their_number() {
    let mut command = restante(&["serve", "--listen", "127.0.0.1:0", "--allow", "pop.example.org"]);
    let (bridge, address) = started(&mut command).await;
    let request = format!(
        "GET /tunnel HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: restante.v1\r\n\r\n"
    );
    const ALL: usize = 300;
    for _ in 0..ALL {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        // The first frame is no message of the tunnel's.
        stream.write_all(&[request.as_bytes(), &[0x81, 0x82, 0, 0, 0, 0, b'{', b'}']].concat()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 101 "));
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let log = log_of(bridge).await;
    let single = log.lines().filter(|line| line.contains("tunnel closed")).count();
    let counts: Vec<usize> = log
        .lines()
        .filter_map(|line| line.split_once("more tunnels were refused count=")?.1.trim().parse().ok())
        .collect();
    assert_eq!(single + counts.iter().sum::<usize>(), ALL, "{log}");
    assert!(single <= 30 && !counts.is_empty(), "{log}");
}
