//! The PROXY protocol, versions 1 and 2: a listed proxy says whose connection it passes on, before anything else.
//!
//! The header is peeked at until it is whole and then taken off, so that not one byte of what follows is touched.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ppp::{HeaderResult, PartialResult, v1, v2};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// The longest header that is taken: version 1 has 107 bytes at most, version 2 more only where it carries extras.
const MAX_HEADER: usize = 1024;
/// Between two looks at a header that arrives in pieces: peeking cannot wait for more than there is.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Takes the header off and gives the client's address; `None` where the proxy speaks for itself (its health checks).
///
/// # Errors
/// `InvalidData` where there is no header. The caller limits the time.
pub(crate) async fn take_header(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let mut bytes = [0; MAX_HEADER];
    loop {
        let length = stream.peek(&mut bytes).await?;
        let header = HeaderResult::parse(&bytes[..length]);
        if header.is_incomplete() && length > 0 && length < MAX_HEADER {
            sleep(LOOK_AGAIN).await;
            continue;
        }
        let (taken, client) = read(&header).ok_or(io::ErrorKind::InvalidData)?;
        stream.read_exact(&mut bytes[..taken]).await?;
        return Ok(client);
    }
}

/// Length of the header, and the client in it.
fn read(header: &HeaderResult<'_>) -> Option<(usize, Option<SocketAddr>)> {
    match header {
        HeaderResult::V1(Ok(header)) => {
            let client = match header.addresses {
                v1::Addresses::Tcp4(a) => Some(SocketAddr::new(a.source_address.into(), a.source_port)),
                v1::Addresses::Tcp6(a) => Some(SocketAddr::new(a.source_address.into(), a.source_port)),
                v1::Addresses::Unknown => None,
            };
            Some((header.header.len(), client))
        }
        HeaderResult::V2(Ok(header)) => {
            let client = match (header.command, header.addresses) {
                (v2::Command::Local, _) => None,
                (_, v2::Addresses::IPv4(a)) => Some(SocketAddr::new(a.source_address.into(), a.source_port)),
                (_, v2::Addresses::IPv6(a)) => Some(SocketAddr::new(a.source_address.into(), a.source_port)),
                _ => None,
            };
            Some((header.len(), client))
        }
        HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    /// What is made of `bytes`, sent in two pieces, and what is left behind them.
    async fn take(bytes: &[u8], cut: usize) -> (io::Result<Option<SocketAddr>>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let (first, second) = bytes.split_at(cut);
        let send = async {
            sender.write_all(first).await.unwrap();
            sleep(Duration::from_millis(20)).await;
            sender.write_all(second).await.unwrap();
            drop(sender);
        };
        let (client, ()) = tokio::join!(take_header(&mut stream), send);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        (client, rest)
    }

    #[tokio::test]
    async fn both_versions_are_read_and_nothing_behind_them_is_touched() {
        let first = b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\nGET /";
        let second = [
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xC0\x00\x02\x07\xC0\x00\x02\x01\x12\x67\x01\xBB".as_slice(),
            b"GET /",
        ]
        .concat();
        for (bytes, cut) in [(first.as_slice(), 9), (first, 45), (&second, 14), (&second, 30)] {
            let (client, rest) = take(bytes, cut).await;
            assert_eq!(client.unwrap(), Some("192.0.2.7:4711".parse().unwrap()));
            assert_eq!(rest, b"GET /");
        }
    }

    #[tokio::test]
    async fn a_proxy_may_speak_for_itself() {
        assert_eq!(take(b"PROXY UNKNOWN\r\n", 3).await.0.unwrap(), None);
        assert_eq!(take(b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00", 5).await.0.unwrap(), None);
    }

    #[tokio::test]
    async fn a_connection_without_the_header_is_refused() {
        assert!(take(b"GET / HTTP/1.1\r\n\r\n", 4).await.0.is_err());
        assert!(take(b"", 0).await.0.is_err());
    }
}
