//! The PROXY protocol, versions 1 and 2: a listed proxy says whose connection it passes on, before anything else.
//!
//! The header is peeked at until it is whole and then taken off, so that not one byte of what follows is touched.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ppp::{HeaderResult, v1, v2};
use tokio::io::{AsyncReadExt, Interest};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// The longest header that is taken: version 2 has more than 232 bytes only where it carries extras.
const MAX_HEADER: usize = 1024;
/// The longest line of version 1, with its end.
const MAX_LINE: usize = 107;
/// What a line of version 1 begins with.
const LINE: &[u8] = b"PROXY ";
/// Signature, version, family and length of version 2.
const FIXED: usize = 16;
/// Between two looks at a header that arrives in pieces: peeking cannot wait for more than there is.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Takes the header off and gives the client's address; `None` where the proxy speaks for itself (its health checks).
///
/// # Errors
/// `InvalidData` where there is no header. The caller limits the time.
pub(crate) async fn take_header(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let mut bytes = [0; MAX_HEADER];
    loop {
        // Known before the bytes are looked at, so that none of them is missed.
        let is_all = stream.ready(Interest::READABLE).await?.is_read_closed();
        let length = stream.peek(&mut bytes).await?;
        // The parser takes an address that is cut short for a wrong one, so it sees whole headers only.
        let Some(whole) = whole(&bytes[..length])? else {
            if is_all {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            sleep(LOOK_AGAIN).await;
            continue;
        };
        let (taken, client) = read(&HeaderResult::parse(&bytes[..whole])).ok_or(io::ErrorKind::InvalidData)?;
        stream.read_exact(&mut bytes[..taken]).await?;
        return Ok(client);
    }
}

/// How long the header at the beginning is; `None` while it is not all there.
fn whole(bytes: &[u8]) -> io::Result<Option<usize>> {
    let no_header = Err(io::ErrorKind::InvalidData.into());
    if begin_alike(bytes, LINE) {
        let line = bytes.windows(2).position(|pair| pair == b"\r\n").map(|end| end + 2);
        return if line.unwrap_or(bytes.len()) > MAX_LINE { no_header } else { Ok(line) };
    }
    if !begin_alike(bytes, v2::PROTOCOL_PREFIX) {
        return no_header;
    }
    let Some(&[high, low]) = bytes.get(FIXED - 2..FIXED) else { return Ok(None) };
    let length = FIXED + usize::from(u16::from_be_bytes([high, low]));
    if length > MAX_HEADER { no_header } else { Ok((bytes.len() >= length).then_some(length)) }
}

fn begin_alike(bytes: &[u8], with: &[u8]) -> bool {
    bytes.iter().zip(with).all(|(one, other)| one == other)
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
        for bytes in [first.as_slice(), &second] {
            let cuts: Vec<_> = (0..bytes.len()).map(|cut| async move { (cut, take(bytes, cut).await) }).collect();
            for (cut, (client, rest)) in futures::future::join_all(cuts).await {
                assert_eq!(client.unwrap(), Some("192.0.2.7:4711".parse().unwrap()), "cut at {cut}");
                assert_eq!(rest, b"GET /", "cut at {cut}");
            }
        }
    }

    #[tokio::test]
    async fn a_proxy_may_speak_for_itself() {
        assert_eq!(take(b"PROXY UNKNOWN\r\n", 3).await.0.unwrap(), None);
        assert_eq!(take(b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", 3).await.0.unwrap(), None);
        assert_eq!(take(b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00", 5).await.0.unwrap(), None);
    }

    #[tokio::test]
    async fn a_connection_without_the_header_is_refused() {
        assert!(take(b"GET / HTTP/1.1\r\n\r\n", 4).await.0.is_err());
        assert!(take(b"", 0).await.0.is_err());
        assert!(take(b"PROXY TCP4 192.0.2.7", 9).await.0.is_err());
        assert!(take(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711\r\nGET /", 9).await.0.is_err());
        assert!(take(&[b"PROXY TCP4 ".as_slice(), &[b'1'; 200], b"\r\n"].concat(), 9).await.0.is_err());
        assert!(take(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xFF\xFF", 9).await.0.is_err());
    }
}
