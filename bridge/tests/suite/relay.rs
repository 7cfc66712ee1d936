//! Bytes through a tunnel: both ways, within the page's credit, half-closed, and cut off in every way.

use std::time::Duration;

use crate::support::{Got, MailServer, Page, allowing, bridge_to, open, start, with_limits};
use restante_protocol::tunnel::{BridgeMessage, CloseCode, MAX_DATA_BYTES, Open, PageMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn bytes_pass_both_ways_unchanged() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    mail.write_all(&bytes).await.unwrap();
    assert_eq!(page.receive(bytes.len()).await, bytes);
    for piece in bytes.chunks(MAX_DATA_BYTES) {
        page.send(piece).await;
    }
    let mut received = vec![0; bytes.len()];
    mail.read_exact(&mut received).await.unwrap();
    assert_eq!(received, bytes);
}

#[tokio::test]
async fn bytes_sent_right_behind_open_are_not_lost() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::connect(&bridge).await;
    page.say(&PageMessage::Open(open("127.0.0.1", server.port()))).await;
    page.send(b"CAPA\r\n").await;
    page.send(b"QUIT\r\n").await;
    let mut mail = server.accept().await;
    let mut received = [0; 12];
    mail.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"CAPA\r\nQUIT\r\n");
    assert_eq!(page.next().await, Got::Message(BridgeMessage::Opened { peer: "127.0.0.1".into() }));
}

#[tokio::test]
async fn no_more_than_the_granted_bytes_are_sent() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, Open { window: 1000, ..open("127.0.0.1", server.port()) }).await;
    let mut mail = server.accept().await;
    mail.write_all(&[b'x'; 5000]).await.unwrap();
    page.receive(1000).await;
    page.hears_nothing().await;
    page.say(&PageMessage::Credit { bytes: 700 }).await;
    page.receive(700).await;
    page.hears_nothing().await;
    page.say(&PageMessage::Credit { bytes: 1_000_000 }).await;
    page.receive(3300).await;
}

#[tokio::test]
async fn a_page_that_grants_nothing_stops_the_server_and_still_sends() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, Open { window: 0, ..open("127.0.0.1", server.port()) }).await;
    let mut mail = server.accept().await;
    mail.write_all(b"+OK ready\r\n").await.unwrap();
    page.hears_nothing().await;
    page.send(b"NOOP\r\n").await;
    let mut received = [0; 6];
    mail.read_exact(&mut received).await.unwrap();
    page.say(&PageMessage::Credit { bytes: 11 }).await;
    assert_eq!(page.receive(11).await, b"+OK ready\r\n");
}

#[tokio::test]
async fn each_direction_ends_for_itself() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    page.send(b"QUIT\r\n").await;
    page.say(&PageMessage::Eof).await;
    let mut received = Vec::new();
    mail.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"QUIT\r\n");
    mail.write_all(b"+OK bye\r\n").await.unwrap();
    assert_eq!(page.receive(9).await, b"+OK bye\r\n");
    drop(mail);
    assert_eq!(page.next().await, Got::Message(BridgeMessage::Eof));
    assert_eq!(page.closed().await, 1000);
}

#[tokio::test]
async fn the_page_may_send_on_after_the_server_has_ended() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    mail.shutdown().await.unwrap();
    assert_eq!(page.next().await, Got::Message(BridgeMessage::Eof));
    page.send(b"still here").await;
    let mut received = [0; 10];
    mail.read_exact(&mut received).await.unwrap();
    page.say(&PageMessage::Eof).await;
    assert_eq!(page.closed().await, 1000);
}

#[tokio::test]
async fn a_page_that_closes_ends_the_connection_after_its_last_bytes() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    page.send(b"QUIT\r\n").await;
    page.socket.close(None).await.unwrap();
    let mut received = Vec::new();
    mail.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"QUIT\r\n");
    assert_eq!(page.closed().await, 1000);
}

#[tokio::test]
async fn a_page_that_vanishes_ends_the_connection() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    drop(page);
    assert_eq!(mail.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_is_reset_comes_back_as_lost() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mail = server.accept().await;
    mail.set_zero_linger().unwrap();
    drop(mail);
    assert_eq!(page.closed().await, u16::from(CloseCode::ConnectionLost));
}

#[tokio::test]
async fn a_tunnel_on_which_nothing_moves_is_closed() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let bridge = start(with_limits(config, |l| l.idle_timeout = Duration::from_millis(400))).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    let mut mail = server.accept().await;
    let began = std::time::Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        mail.write_all(b"+OK\r\n").await.unwrap();
        page.receive(5).await;
    }
    assert_eq!(page.closed().await, u16::from(CloseCode::IdleTimeout));
    assert!(began.elapsed() >= Duration::from_millis(1000), "what moved put the end off");
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    futures::SinkExt::send(&mut page.socket, Message::Ping("are you there".into())).await.unwrap();
    let answer = futures::StreamExt::next(&mut page.socket).await.unwrap().unwrap();
    assert_eq!(answer, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn messages_out_of_order_are_refused() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let bad = u16::from(CloseCode::BadMessage);
    for message in [PageMessage::Open(open("127.0.0.1", 110)), PageMessage::Starttls { received: 0 }] {
        let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
        page.say(&message).await;
        assert_eq!(page.closed().await, bad);
    }
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    page.say(&PageMessage::Eof).await;
    page.send(b"x").await;
    assert_eq!(page.closed().await, bad);
    let mut page = Page::connect(&bridge).await;
    page.send(b"x").await;
    assert_eq!(page.refused().await.0, CloseCode::BadMessage);
    let mut page = Page::connect(&bridge).await;
    futures::SinkExt::send(&mut page.socket, Message::text("{\"type\":\"open\"}")).await.unwrap();
    assert_eq!(page.refused().await.0, CloseCode::BadMessage);
}

#[tokio::test]
async fn frames_too_long_are_refused() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut page = Page::open(&bridge, open("127.0.0.1", server.port())).await;
    page.send(&vec![0; MAX_DATA_BYTES + 1]).await;
    assert_eq!(page.closed().await, 1009);
}

#[tokio::test]
async fn a_page_that_stops_reading_stops_the_server_too() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let page = Page::open(&bridge, Open { window: u32::MAX, ..open("127.0.0.1", server.port()) }).await;
    let mut mail = server.accept().await;
    // Until every buffer between the two is full: the system's and the bridge's one frame.
    let block = vec![b'x'; 1 << 20];
    let mut sent = 0;
    while let Ok(written) = tokio::time::timeout(Duration::from_millis(500), mail.write(&block)).await {
        sent += written.unwrap();
        assert!(sent < 200 << 20, "somebody swallows what nobody reads");
    }
    drop(page);
}
