//! What peers that stop reading cost the real program in memory.

use std::time::Duration;

use futures::SinkExt;
use restante_protocol::tunnel::{self, BridgeMessage, Open, PageMessage};
use tokio::io::AsyncWriteExt;
use tokio::process::Child;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::{restante, started};
use crate::support::{Got, MailServer, Page, open};

/// Tunnels of each kind.
const TUNNELS: usize = 24;
/// What one of them may cost.
const MOST: usize = 256 * 1024;

/// The program's memory in bytes (`VmRSS` of proc(5)).
fn memory(bridge: &Child) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", bridge.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

async fn tunnel(address: &str, server: &MailServer) -> (Page, tokio::net::TcpStream) {
    let mut request = format!("ws://{address}/tunnel").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", tunnel::SUBPROTOCOL.parse().unwrap());
    let mut page = Page { socket: connect_async(request).await.unwrap().0 };
    page.say(&PageMessage::Open(Open { window: u32::MAX, ..open("127.0.0.1", server.port()) })).await;
    assert!(matches!(page.next().await, Got::Message(BridgeMessage::Opened { .. })));
    (page, server.accept().await)
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "reads /proc")]
async fn a_peer_that_stops_reading_costs_no_more_than_256_kib() {
    let server = MailServer::start().await;
    let allow = format!("127.0.0.1:{}", server.port());
    let mut command = restante(&["serve", "--listen", "127.0.0.1:0", "--allow", &allow]);
    let (bridge, address) = started(command.env("RUST_LOG", "off")).await;

    // One that has come and gone: what the program needs once is not counted.
    drop(tunnel(&address, &server).await);
    let before = memory(&bridge);
    let mut kept = Vec::new();
    for _ in 0..TUNNELS {
        // The server pushes until nobody takes any more, and the page reads nothing.
        let (page, mut mail) = tunnel(&address, &server).await;
        let block = vec![b'x'; 1 << 20];
        while timeout(Duration::from_millis(200), mail.write_all(&block)).await.is_ok() {}
        // The page pushes until nobody takes any more, and the server reads nothing.
        let (mut other, silent) = tunnel(&address, &server).await;
        let frame = Message::binary(vec![b'y'; tunnel::MAX_DATA_BYTES]);
        while timeout(Duration::from_millis(200), other.socket.send(frame.clone())).await.is_ok() {}
        kept.push((page, mail, other, silent));
    }
    let each = memory(&bridge).saturating_sub(before) / (2 * TUNNELS);
    assert!(each <= MOST, "{each} bytes a tunnel");
    drop(kept);
}
