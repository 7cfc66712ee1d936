//! A client of any relay, as lean as it can be, so that it is not what is measured: frames are made once and sent many
//! times, and of what arrives only headers are looked at.

use std::net::Ipv4Addr;

use anyhow::{Context, Result, bail, ensure};
use restante_protocol::tunnel::{
    BridgeMessage, BridgeTls, DEFAULT_WINDOW, Open, PATH, PageMessage, SUBPROTOCOL, Service, decode, encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::relay::{Dialect, Running};

/// Any mask does: the relay takes it off all the same.
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
/// The only stream of a Wisp connection.
const STREAM: u32 = 1;

/// Where a link leads, and how.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// What the relay speaks.
    pub dialect: Dialect,
    /// Where it listens.
    pub port: u16,
    /// The server behind it.
    pub server: u16,
}

/// A tunnel through a relay.
#[derive(Debug)]
pub struct Link {
    stream: TcpStream,
    dialect: Dialect,
    buffer: Vec<u8>,
    /// Bytes in the buffer that are not looked at yet.
    start: usize,
    end: usize,
    /// Payload of the frame under way that is still to come.
    payload: u64,
    /// Payload that was taken and not yet granted again (`restante.v1`).
    owed: u64,
    /// Packets that may still be sent (Wisp).
    packets: u32,
}

/// Bytes as a dialect sends them, made once.
#[derive(Debug, Clone)]
pub struct Piece(Vec<u8>);

impl Way {
    /// The way through a running relay.
    pub fn through(running: &Running) -> Self {
        Self { dialect: running.relay().dialect(), port: running.port(), server: running.server() }
    }

    /// Payload in one frame.
    pub fn piece(self, payload: &[u8]) -> Piece {
        Piece(match self.dialect {
            Dialect::Raw => payload.to_vec(),
            Dialect::WebSocket | Dialect::Restante => frame(0x2, payload),
            Dialect::Wisp => frame(0x2, &packet(0x02, STREAM, payload)),
        })
    }
}

impl Link {
    /// Opens a tunnel to the server. `room` is the size of its read buffer in bytes.
    ///
    /// # Errors
    /// Where the relay refuses.
    pub async fn open(way: Way, room: usize) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, way.port)).await?;
        stream.set_nodelay(true)?;
        let mut link = Self {
            stream,
            dialect: way.dialect,
            buffer: vec![0; room],
            start: 0,
            end: 0,
            payload: 0,
            owed: 0,
            packets: 0,
        };
        let origin = format!("http://127.0.0.1:{}", way.port);
        match way.dialect {
            Dialect::Raw => {}
            Dialect::WebSocket => link.upgrade("/", &origin, "").await?,
            Dialect::Restante => {
                link.upgrade(PATH, &origin, SUBPROTOCOL).await?;
                let open = Open {
                    host: Ipv4Addr::LOCALHOST.to_string(),
                    port: way.server,
                    tls: BridgeTls::None,
                    service: Service::Pop3,
                    token: None,
                    window: DEFAULT_WINDOW,
                };
                link.control(&PageMessage::Open(open)).await?;
            }
            Dialect::Wisp => {
                link.upgrade("/", &origin, "").await?;
                let mut connect = vec![0x01];
                connect.extend_from_slice(&way.server.to_le_bytes());
                connect.extend_from_slice(b"127.0.0.1");
                link.stream.write_all(&frame(0x2, &packet(0x01, STREAM, &connect))).await?;
            }
        }
        Ok(link)
    }

    /// Sends a piece, when the relay lets it.
    ///
    /// # Errors
    /// Where the tunnel is over.
    pub async fn send(&mut self, piece: &Piece) -> Result<()> {
        if self.dialect == Dialect::Wisp {
            while self.packets == 0 {
                ensure!(self.take().await? == 0, "the server sends where it should only take");
            }
            self.packets -= 1;
        }
        Ok(self.stream.write_all(&piece.0).await?)
    }

    /// Takes payload until `wanted` bytes have come.
    ///
    /// # Errors
    /// Where the tunnel ends before, or more comes.
    pub async fn receive(&mut self, wanted: u64) -> Result<()> {
        let mut taken = 0;
        while taken < wanted {
            taken += self.take().await?;
        }
        ensure!(taken == wanted, "{taken} bytes came instead of {wanted}");
        Ok(())
    }

    /// Reads once, and says how many bytes of payload that brought.
    async fn take(&mut self) -> Result<u64> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let count = self.stream.read(&mut self.buffer[self.end..]).await?;
        ensure!(count > 0, "the relay hung up");
        self.end += count;
        if self.dialect == Dialect::Raw {
            (self.start, self.end) = (0, 0);
            return Ok(count as u64);
        }
        let mut taken = 0;
        loop {
            let skipped = self.payload.min((self.end - self.start) as u64);
            self.payload -= skipped;
            self.start += usize::try_from(skipped)?;
            taken += skipped;
            if self.payload > 0 || !self.next_frame()? {
                break;
            }
        }
        if self.dialect == Dialect::Restante {
            // As the page does it: a quarter of the window at a time.
            self.owed += taken;
            if self.owed >= u64::from(DEFAULT_WINDOW) / 4 {
                let bytes = u32::try_from(std::mem::take(&mut self.owed))?;
                self.control(&PageMessage::Credit { bytes }).await?;
            }
        }
        Ok(taken)
    }

    /// Looks at the header of the next frame, and at all of one that is not payload. False where more has to come.
    fn next_frame(&mut self) -> Result<bool> {
        let bytes = &self.buffer[self.start..self.end];
        let Some((opcode, head, length)) = header(bytes) else { return Ok(false) };
        let whole = bytes.get(head..).and_then(|rest| rest.get(..usize::try_from(length).unwrap_or(usize::MAX)));
        match (opcode, self.dialect) {
            (0x0 | 0x2, Dialect::Wisp) => {
                // Of a data packet the five bytes of its header are enough.
                let Some(&[kind, ..]) = bytes.get(head..head + 5) else { return Ok(false) };
                if kind == 0x02 {
                    self.payload = length - 5;
                    self.start += head + 5;
                    return Ok(true);
                }
                let Some(whole) = whole else { return Ok(false) };
                match (kind, whole) {
                    (0x03, [_, _, _, _, _, rest @ ..]) if rest.len() >= 4 => {
                        self.packets = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]);
                    }
                    (kind, _) => bail!("a Wisp packet of type {kind}"),
                }
                self.start += head + whole.len();
            }
            (0x0 | 0x2, _) => {
                self.payload = length;
                self.start += head;
            }
            (0x1, Dialect::Restante) => {
                let Some(whole) = whole else { return Ok(false) };
                match decode(std::str::from_utf8(whole)?)? {
                    BridgeMessage::Opened { .. } => {}
                    other => bail!("the bridge said {other:?}"),
                }
                self.start += head + whole.len();
            }
            (0x9 | 0xA, _) => {
                let Some(whole) = whole else { return Ok(false) };
                self.start += head + whole.len();
            }
            (opcode, _) => bail!("a frame with opcode {opcode}"),
        }
        Ok(true)
    }

    async fn control(&mut self, message: &PageMessage) -> Result<()> {
        Ok(self.stream.write_all(&frame(0x1, encode(message).as_bytes())).await?)
    }

    /// Asks for the WebSocket (RFC 6455, section 4.1). Any nonce does; the answer to it is not checked.
    async fn upgrade(&mut self, path: &str, origin: &str, subprotocol: &str) -> Result<()> {
        let host = origin.trim_start_matches("http://");
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: {origin}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        if !subprotocol.is_empty() {
            request.push_str(&format!("Sec-WebSocket-Protocol: {subprotocol}\r\n"));
        }
        request.push_str("\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        loop {
            ensure!(self.end < self.buffer.len(), "a long answer to the upgrade");
            let count = self.stream.read(&mut self.buffer[self.end..]).await?;
            ensure!(count > 0, "the relay hung up at the upgrade");
            self.end += count;
            if let Some(at) = memchr::memmem::find(&self.buffer[..self.end], b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..at]);
                let status = head.lines().next().context("an empty answer")?;
                ensure!(status.contains(" 101 "), "the relay answered {status}");
                self.start = at + 4;
                break;
            }
        }
        // What came behind the answer is looked at before anything is waited for.
        while self.payload == 0 && self.next_frame()? {}
        Ok(())
    }
}

/// A whole, masked frame of a client (RFC 6455, section 5.2).
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => bytes.push(0x80 | short),
        (_, Ok(medium)) => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// Opcode of a server's frame, length of its header and of its payload; nothing where more of it has to come.
pub fn header(bytes: &[u8]) -> Option<(u8, usize, u64)> {
    let (opcode, second) = (bytes.first()? & 0x0F, *bytes.get(1)?);
    Some(match second & 0x7F {
        126 => (opcode, 4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (opcode, 10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        short => (opcode, 2, short.into()),
    })
}

fn packet(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&stream.to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_how_long_it_is() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let bytes = frame(0x2, &vec![7; length]);
            let (opcode, head, payload) = header(&bytes).unwrap();
            assert_eq!((opcode, payload), (0x2, length as u64));
            assert_eq!(bytes.len(), head + 4 + length);
            assert_eq!(header(&bytes[..1]), None);
        }
    }
}
