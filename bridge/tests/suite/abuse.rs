//! Pages and servers that misbehave: garbage, floods, peers that do not read, connections that break off.

use std::time::Duration;

use restante_bridge::Handle;
use restante_protocol::tunnel::{self, PageMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{MailServer, allowing, bridge_to, open, start, with_limits};

/// An upgraded connection whose frames the test writes itself.
pub(crate) async fn upgraded(bridge: &Handle) -> TcpStream {
    let mut stream = TcpStream::connect(bridge.address()).await.unwrap();
    let request = format!(
        "GET /tunnel HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: restante.v1\r\n\r\n",
        bridge.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream
}

/// A frame as a client writes it, with a mask of zeros.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match u8::try_from(payload.len()) {
        Ok(short) if short < 126 => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

pub(crate) fn open_frame(server: &MailServer) -> Vec<u8> {
    frame(1, tunnel::encode(&PageMessage::Open(open("127.0.0.1", server.port()))).as_bytes())
}

/// The code of the close frame that ends what the bridge sends.
async fn close_code(stream: &mut TcpStream) -> u16 {
    let mut answer = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.expect("the bridge hangs up").unwrap();
    let at = answer.iter().rposition(|byte| *byte == 0x88).expect("a close frame");
    u16::from_be_bytes([answer[at + 2], answer[at + 3]])
}

#[tokio::test]
async fn breaches_of_the_framing_end_with_their_codes() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut reserved_bits = frame(2, b"x");
    reserved_bits[0] |= 0x40;
    for (bytes, code) in [
        (vec![0x82, 0x01, b'x'], 1002),
        (frame(8, &[3]), 1002),
        (frame(8, &999u16.to_be_bytes()), 1002),
        (frame(8, &1004u16.to_be_bytes()), 1002),
        (frame(8, &1005u16.to_be_bytes()), 1002),
        (frame(8, &1006u16.to_be_bytes()), 1002),
        (frame(8, &1015u16.to_be_bytes()), 1002),
        (frame(8, &1016u16.to_be_bytes()), 1002),
        (frame(8, &2999u16.to_be_bytes()), 1002),
        (frame(8, &5000u16.to_be_bytes()), 1002),
        (frame(8, &[3, 232, 0xFF]), 1007),
        (frame(8, b""), 1000),
        (frame(8, &1000u16.to_be_bytes()), 1000),
        (frame(8, &1001u16.to_be_bytes()), 1000),
        (frame(8, &4999u16.to_be_bytes()), 1000),
        (frame(8, &[3, 232, b'b', b'y', b'e']), 1000),
        (reserved_bits, 1002),
        (frame(3, b"x"), 1002),
        (frame(0xB, b"x"), 1002),
        (frame(9, &[0; 126]), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"\xFF\xFE"), 1007),
        (frame(1, &[b' '; 20_000]), 1009),
        ([0x82, 0xFF].into_iter().chain([0; 3]).chain([0xFF; 5]).chain([0; 4]).collect(), 1009),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), 1002),
    ] {
        let mut stream = upgraded(&bridge).await;
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(close_code(&mut stream).await, code, "{bytes:?}");
        let mut stream = upgraded(&bridge).await;
        stream.write_all(&open_frame(&server)).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(close_code(&mut stream).await, code, "once open: {bytes:?}");
    }
}

#[tokio::test]
async fn a_page_that_sends_a_byte_at_a_time_is_understood() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut stream = upgraded(&bridge).await;
    stream.set_nodelay(true).unwrap();
    for byte in [open_frame(&server), frame(2, b"CAPA\r\n"), frame(9, b"?"), frame(2, b"QUIT\r\n")].concat() {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut received = [0; 12];
    server.accept().await.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"CAPA\r\nQUIT\r\n");
}

#[tokio::test]
async fn a_first_message_that_comes_byte_by_byte_has_no_more_time_than_any_other() {
    let server = MailServer::start().await;
    let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
    let bridge = start(with_limits(config, |l| l.open_timeout = Duration::from_millis(400))).await;
    let mut stream = upgraded(&bridge).await;
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        for byte in open_frame(&server) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if writing.write_all(&[byte]).await.is_err() {
                break;
            }
        }
    };
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(20), reading.read_to_end(&mut answer));
    tokio::select! {
        () = drip => panic!("the bridge waited for the last byte"),
        read = read => drop(read.expect("the bridge hangs up")),
    }
    assert!(String::from_utf8_lossy(&answer).contains("did not say in time"));
}

#[tokio::test]
async fn a_page_that_breaks_off_in_the_middle_of_a_frame_ends_the_tunnel() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    for reset in [false, true] {
        let mut stream = upgraded(&bridge).await;
        stream.write_all(&open_frame(&server)).await.unwrap();
        let whole = frame(2, b"RETR 1\r\n");
        stream.write_all(&whole[..whole.len() - 4]).await.unwrap();
        let mut mail = server.accept().await;
        let mut received = [0; 4];
        mail.read_exact(&mut received).await.unwrap();
        if reset {
            stream.set_zero_linger().unwrap();
        }
        drop(stream);
        assert_eq!(timeout(Duration::from_secs(5), mail.read(&mut received)).await.expect("it ends").unwrap(), 0);
    }
}

#[tokio::test]
async fn a_ping_is_answered_before_the_page_has_said_where_to_connect() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut stream = upgraded(&bridge).await;
    stream.write_all(&frame(9, b"there?")).await.unwrap();
    let mut pong = [0; 8];
    timeout(Duration::from_secs(20), stream.read_exact(&mut pong)).await.expect("a pong").unwrap();
    assert_eq!(&pong, b"\x8A\x06there?");
    stream.write_all(&open_frame(&server)).await.unwrap();
    server.accept().await;
}

#[tokio::test]
async fn a_page_that_hangs_up_while_the_server_takes_nothing_ends_the_tunnel() {
    let server = MailServer::start().await;
    for reset in [false, true] {
        let config = allowing(&[format!("127.0.0.1:{}", server.port())]);
        // The drain ends with the last tunnel, or by no means before this test gives up.
        let bridge = start(with_limits(config, |l| {
            (l.close_timeout, l.drain_timeout) = (Duration::from_millis(200), Duration::from_secs(600));
        }))
        .await;
        let mut stream = upgraded(&bridge).await;
        stream.write_all(&open_frame(&server)).await.unwrap();
        let _mail = server.accept().await;
        write_until_blocked(&mut stream, &frame(2, &[b'x'; 60_000]).repeat(16)).await;
        if reset {
            stream.set_zero_linger().unwrap();
        }
        drop(stream);
        bridge.shut_down();
        timeout(Duration::from_secs(60), bridge.stopped()).await.expect("the tunnel is over within a minute");
    }
}

/// Writes the same frames over and over until nothing more is taken for half a second.
async fn write_until_blocked(stream: &mut TcpStream, frames: &[u8]) {
    let mut written = 0;
    while let Ok(result) = timeout(Duration::from_millis(500), stream.write(&frames[written % frames.len()..])).await {
        written += result.unwrap();
        assert!(written < 100 << 20, "somebody swallows what nobody takes");
    }
}

#[tokio::test]
async fn pings_without_end_from_a_page_that_reads_nothing_are_not_hoarded() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut stream = upgraded(&bridge).await;
    stream.write_all(&open_frame(&server)).await.unwrap();
    write_until_blocked(&mut stream, &frame(9, &[b'?'; 125]).repeat(1000)).await;
}

#[tokio::test]
async fn a_server_that_does_not_read_stops_the_page() {
    let server = MailServer::start().await;
    let bridge = bridge_to(&server).await;
    let mut stream = upgraded(&bridge).await;
    stream.write_all(&open_frame(&server)).await.unwrap();
    let _mail = server.accept().await;
    write_until_blocked(&mut stream, &frame(2, &[b'x'; 60_000]).repeat(16)).await;
}
