//! A session's client: opens a tunnel, does what its script says, and requires what must follow from it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use restante_protocol::tunnel::{
    BridgeMessage, BridgeTls, CloseCode, Open, PATH, PageMessage, SUBPROTOCOL, Service, decode, encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::script::{Dice, Fault, MOST, Script};
use super::server::Server;
use crate::bench::bridge::link::{frame, header};

/// The window that is granted at first, in bytes.
const WINDOW: u32 = 256 * 1024;
/// For one session: one that takes longer is stuck.
const PATIENCE: Duration = Duration::from_secs(120);
/// For the server to see the first bytes of a session, at least of most.
const SOON: Duration = Duration::from_secs(1);
/// For the server to notice that a session is over.
const NOTICE: Duration = Duration::from_secs(30);

/// How a session ended that did what it should.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// Payload bytes that were checked, both ways.
    pub bytes: u64,
}

/// A tunnel that is kept open.
#[derive(Debug)]
pub struct Kept {
    _stream: TcpStream,
}

/// What came from the bridge until its end.
#[derive(Default)]
struct Heard {
    bytes: u64,
    /// The server's end was told.
    eof: bool,
    pongs: Vec<Vec<u8>>,
    refused: Option<u16>,
    close: Option<u16>,
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, eof, pongs, refused, close } = self;
        write!(f, "heard {bytes} bytes, {} pongs, eof {eof}, refused {refused:?}, close {close:?}", pongs.len())
    }
}

/// What the reading half asks the writing one for.
#[derive(Debug)]
enum Ask {
    Credit(u32),
    Close,
}

/// Runs a session.
///
/// # Errors
/// Where anything happened that should not have, in words.
pub async fn run(script: &Script, bridge: SocketAddr, server: &Server) -> Result<Ending> {
    let mut seen = server.expect(script.seed);
    let result = timeout(PATIENCE, talk(script, bridge, server)).await;
    let (heard, pings) = match result {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => {
            server.forget(script.seed);
            return Err(error);
        }
        Err(_) => {
            server.forget(script.seed);
            bail!("stuck: {} s are over", PATIENCE.as_secs());
        }
    };
    let reached = !matches!(script.fault, Fault::Forbidden | Fault::Closed);
    if !reached {
        server.forget(script.seed);
    }
    judge(script, &heard, &pings)?;
    if !reached {
        return Ok(Ending { bytes: 0 });
    }
    let seen = match timeout(SOON, &mut seen).await {
        Ok(seen) => seen,
        // It was cut before its first eight bytes were through: the bridge may not even have dialled.
        Err(_) if may_be_cut(script.fault) && server.forget(script.seed) => return Ok(Ending { bytes: heard.bytes }),
        Err(_) => timeout(NOTICE, seen).await.context("the server was never told that the session is over")?,
    };
    let seen = seen.context("the server did not see this session")??;
    if !may_be_cut(script.fault) {
        ensure!(seen.came == script.up && seen.ended, "the server saw {seen:?} instead of all {}", script.up);
    }
    Ok(Ending { bytes: heard.bytes + seen.came })
}

/// Opens a tunnel and leaves it.
///
/// # Errors
/// Where that does not work.
pub async fn keep(bridge: SocketAddr, server: &Server) -> Result<Kept> {
    let (mut stream, _) = upgrade(bridge).await?;
    stream.write_all(&open(server.port())).await?;
    // One frame comes: that it is open.
    stream.read_u8().await?;
    Ok(Kept { _stream: stream })
}

/// Whether the fault may cost bytes on the way to the server.
fn may_be_cut(fault: Fault) -> bool {
    use Fault::{BadControl, ClientAbort, ClientClose, Garbage, Oversized, ServerReset};
    matches!(fault, ClientAbort | ClientClose | ServerReset | Garbage | BadControl | Oversized)
}

/// Requires of what came what the script leads to.
fn judge(script: &Script, heard: &Heard, pings: &[Vec<u8>]) -> Result<()> {
    let expected: &[u16] = match script.fault {
        Fault::ClientAbort => return Ok(()),
        Fault::ClientClose => &[1000],
        Fault::ServerReset => &[u16::from(CloseCode::ConnectionLost)],
        Fault::Garbage => &[1002],
        Fault::Oversized => &[1009],
        Fault::BadControl => &[u16::from(CloseCode::BadMessage)],
        Fault::Forbidden => &[u16::from(CloseCode::Forbidden)],
        Fault::Closed => &[u16::from(CloseCode::ConnectRefused)],
        Fault::None | Fault::Stall | Fault::SlowReader | Fault::SlowServer => &[1000],
    };
    let close = heard.close.with_context(|| format!("no close frame came: {heard:?}"))?;
    ensure!(expected.contains(&close), "closed with {close} instead of {expected:?}; {heard:?} of {script:?}");
    if let Some(refused) = heard.refused {
        ensure!(refused == close, "refused with {refused} and closed with {close}");
    }
    if !may_be_cut(script.fault) && !matches!(script.fault, Fault::Forbidden | Fault::Closed) {
        ensure!(heard.bytes == script.down, "{} bytes came of {}", heard.bytes, script.down);
        ensure!(heard.eof, "the server's end was not told");
        ensure!(heard.pongs == pings, "{} pings, {} pongs, or other ones", pings.len(), heard.pongs.len());
    }
    Ok(())
}

async fn talk(script: &Script, bridge: SocketAddr, server: &Server) -> Result<(Heard, Vec<Vec<u8>>)> {
    let (mut stream, early) = upgrade(bridge).await?;
    let port = match script.fault {
        // Nobody may go there.
        Fault::Forbidden => 1,
        Fault::Closed => server.closed_port(),
        _ => server.port(),
    };
    stream.write_all(&open(port)).await?;
    if matches!(script.fault, Fault::Forbidden | Fault::Closed) {
        let (reader, _writer) = stream.into_split();
        let (asks, _) = mpsc::channel(8);
        return Ok((listen(script, reader, early, server.pause(), asks).await?, Vec::new()));
    }
    let (reader, writer) = stream.into_split();
    let (asks, asked) = mpsc::channel(64);
    let (heard, said) =
        tokio::join!(listen(script, reader, early, server.pause(), asks), speak(script, writer, server.pause(), asked));
    let pings = match said {
        Ok(pings) => pings,
        // The bridge has hung up on it, which the other half knows the reason of.
        Err(_) if may_be_cut(script.fault) => Vec::new(),
        Err(error) => return Err(error.context(format!("{heard:?}"))),
    };
    match heard {
        Ok(heard) => Ok((heard, pings)),
        Err(_) if script.fault == Fault::ClientAbort => Ok((Heard::default(), pings)),
        Err(error) => Err(error),
    }
}

/// Sends what the script says, and what the reading half asks for. Returns the pings.
async fn speak(
    script: &Script,
    mut writer: OwnedWriteHalf,
    pause: Duration,
    mut asked: mpsc::Receiver<Ask>,
) -> Result<Vec<Vec<u8>>> {
    let (mut bytes, mut dice, mut pings) = (script.upward(), Dice::new(script.seed ^ 1), Vec::new());
    let strikes = !matches!(
        script.fault,
        Fault::None | Fault::Stall | Fault::SlowReader | Fault::SlowServer | Fault::ServerReset
    );
    let length = if strikes { script.at } else { script.up };
    let mut stalled = false;
    writer.write_all(&frame(0x2, &script.seed.to_be_bytes())).await?;
    while bytes.position() < length {
        let left = usize::try_from(length - bytes.position()).unwrap_or(usize::MAX);
        let piece = bytes.next(dice.piece().min(left));
        match dice.below(8) {
            0 => {
                // In two fragments, with a ping between.
                let (first, second) = piece.split_at(piece.len() / 2);
                let mut head = frame(0x2, first);
                head[0] &= 0x7F;
                writer.write_all(&head).await?;
                let ping = mixed(&mut dice);
                writer.write_all(&frame(0x9, &ping)).await?;
                pings.push(ping);
                writer.write_all(&frame(0x0, second)).await?;
            }
            1 => {
                // Cut wherever.
                let whole = frame(0x2, &piece);
                let (first, second) = whole.split_at(dice.below(whole.len() as u64) as usize);
                writer.write_all(first).await?;
                sleep(dice.pause(pause)).await;
                writer.write_all(second).await?;
            }
            _ => writer.write_all(&frame(0x2, &piece)).await?,
        }
        while let Ok(ask) = asked.try_recv() {
            if answer(&mut writer, ask, false).await? {
                return Ok(pings);
            }
        }
        sleep(dice.pause(pause)).await;
        if script.fault == Fault::Stall && !stalled && bytes.position() >= script.at {
            stalled = true;
            sleep(Duration::from_secs(2)).await;
        }
    }
    match script.fault {
        Fault::ClientAbort => {
            if dice.below(2) == 0 {
                writer.as_ref().set_zero_linger()?;
            } else {
                // Half a frame's header, and gone.
                writer.write_all(&[0x82]).await?;
            }
            return Ok(pings);
        }
        Fault::ClientClose => writer.write_all(&frame(0x8, &1000_u16.to_be_bytes())).await?,
        Fault::Garbage => writer.write_all(&garbage(&mut dice)).await?,
        Fault::BadControl => writer.write_all(&frame(0x1, br#"{"type":"credit"}"#)).await?,
        Fault::Oversized => {
            let mut head = frame(0x2, &vec![0; MOST + 1]);
            head.truncate(14);
            writer.write_all(&head).await?;
        }
        _ => writer.write_all(&frame(0x1, encode(&PageMessage::Eof).as_bytes())).await?,
    }
    // Until the other half has heard the end.
    while let Some(ask) = asked.recv().await {
        if answer(&mut writer, ask, true).await? {
            break;
        }
    }
    Ok(pings)
}

/// Does what the reading half asks for; true once that was the goodbye. `done`: this half has said all it had to say.
async fn answer(writer: &mut OwnedWriteHalf, ask: Ask, done: bool) -> Result<bool> {
    match ask {
        Ask::Credit(bytes) => {
            // The bridge waits for no one who takes longer over the last bytes than it has time for a goodbye.
            let sent = writer.write_all(&frame(0x1, encode(&PageMessage::Credit { bytes }).as_bytes())).await;
            if done { Ok(sent.is_err()) } else { Ok(sent.map(|()| false)?) }
        }
        Ask::Close => {
            // The bridge may have hung up already.
            let _ = writer.write_all(&frame(0x8, &1000_u16.to_be_bytes())).await;
            Ok(true)
        }
    }
}

/// Takes what comes until the end, checks each byte, and asks for credit.
async fn listen(
    script: &Script,
    mut reader: OwnedReadHalf,
    early: Vec<u8>,
    pause: Duration,
    asks: mpsc::Sender<Ask>,
) -> Result<Heard> {
    let (mut bytes, mut dice, mut heard) = (script.downward(), Dice::new(script.seed ^ 4), Heard::default());
    let (mut granted, mut owed) = (u64::from(WINDOW), 0);
    let mut buffer = early;
    let slow = script.fault == Fault::SlowReader;
    loop {
        while let Some((opcode, payload)) = whole_frame(&mut buffer) {
            match opcode {
                0x2 => {
                    bytes.check(&payload).context("from server to client")?;
                    heard.bytes = bytes.position();
                    let length = payload.len() as u64;
                    granted = granted.checked_sub(length).context("more came than was granted")?;
                    owed += length;
                    // A slow one grants little; nobody is owed to once the whole is there.
                    if owed >= if slow { 1 } else { u64::from(WINDOW) / 4 } {
                        let credit = u32::try_from(owed)?;
                        (granted, owed) = (granted + owed, 0);
                        // The other half may be gone on purpose.
                        let _ = asks.send(Ask::Credit(credit)).await;
                    }
                }
                0x1 => match decode(std::str::from_utf8(&payload)?)? {
                    BridgeMessage::Opened { .. } => {}
                    BridgeMessage::Eof => heard.eof = true,
                    BridgeMessage::Refused(refused) => heard.refused = Some(refused.code.into()),
                    BridgeMessage::Secured => bail!("nobody asked for TLS"),
                    BridgeMessage::Services(_) => bail!("nobody asked for servers"),
                },
                0x8 => {
                    ensure!(payload.len() >= 2, "a close frame without its code");
                    heard.close = Some(u16::from_be_bytes([payload[0], payload[1]]));
                    let _ = asks.send(Ask::Close).await;
                    return Ok(heard);
                }
                0xA => heard.pongs.push(payload),
                other => bail!("a frame with opcode {other}"),
            }
        }
        if slow {
            sleep(dice.pause(pause)).await;
        }
        let before = buffer.len();
        let room = if slow { 256 } else { 16 * 1024 };
        buffer.resize(before + room, 0);
        let read = tokio::select! {
            read = reader.read(&mut buffer[before..]) => read,
            // One that aborts hears nothing any more.
            () = asks.closed(), if script.fault == Fault::ClientAbort => return Ok(heard),
        };
        let count = read.with_context(|| format!("{heard:?}"))?;
        buffer.truncate(before + count);
        ensure!(count > 0, "the bridge hung up without a close frame; {heard:?}");
    }
}

/// Takes a whole frame off the front.
fn whole_frame(buffer: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let (opcode, head, length) = header(buffer)?;
    let end = head.checked_add(usize::try_from(length).ok()?)?;
    let payload = buffer.get(head..end)?.to_vec();
    buffer.drain(..end);
    Some((opcode, payload))
}

/// What is no frame of a client: a reserved bit, no mask, an unknown opcode, a ping in fragments.
fn garbage(dice: &mut Dice) -> Vec<u8> {
    match dice.below(4) {
        0 => vec![0xC2, 0x80, 0, 0, 0, 0],
        1 => vec![0x82, 0x03, 1, 2, 3],
        2 => vec![0x83, 0x80, 0, 0, 0, 0],
        _ => vec![0x09, 0x80, 0, 0, 0, 0],
    }
}

fn mixed(dice: &mut Dice) -> Vec<u8> {
    (0..dice.below(126)).map(|_| dice.below(256) as u8).collect()
}

fn open(port: u16) -> Vec<u8> {
    let (host, tls, service) = ("127.0.0.1".into(), BridgeTls::None, Service::Pop3);
    let open = Open { host, port, tls, service, token: None, window: WINDOW };
    frame(0x1, encode(&PageMessage::Open(open)).as_bytes())
}

/// An upgraded connection, and what came behind the answer.
async fn upgrade(bridge: SocketAddr) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(bridge).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {bridge}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://{bridge}\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        ensure!(answer.len() < 16 * 1024, "a long answer to the upgrade");
        ensure!(stream.read_buf(&mut answer).await? > 0, "the bridge hung up at the upgrade");
        if let Some(at) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            ensure!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer[..at]));
            return Ok((stream, answer.split_off(at + 4)));
        }
    }
}
