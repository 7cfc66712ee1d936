//! The server of a soak: the other half of each session. It checks what comes, and tells the session what it saw.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Plan;
use super::script::{Dice, Fault, MOST, Script};
use crate::bench::bridge::process::listen;

/// Pieces a second, all tunnels together: what two processors carry with room to spare.
const PIECES_PER_SECOND: u32 = 8000;

/// What the server saw of a session.
#[derive(Debug)]
pub struct Seen {
    /// Bytes that came, all of them the right ones.
    pub came: u64,
    /// Whether the client's end was said (rather than the connection lost).
    pub ended: bool,
}

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    port: u16,
    closed: u16,
    pause: Duration,
    waiting: Arc<Waiting>,
    task: JoinHandle<()>,
}

type Waiting = Mutex<HashMap<u64, oneshot::Sender<Result<Seen>>>>;

impl Server {
    /// Starts it.
    ///
    /// # Errors
    /// Where the system has no port.
    pub async fn start(plan: &Plan) -> Result<Self> {
        let listener = listen()?;
        let port = listener.local_addr()?.port();
        // A port that was free a moment ago refuses connections.
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port();
        let pause = Duration::from_secs(1) * u32::try_from(plan.tunnels)? / PIECES_PER_SECOND;
        let waiting: Arc<Waiting> = Arc::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&waiting), pause, plan.corrupt));
        Ok(Self { port, closed, pause, waiting, task })
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A port where nobody listens.
    pub fn closed_port(&self) -> u16 {
        self.closed
    }

    /// The pause between two pieces of a session, on average.
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// What the server will have seen of a session once that is over.
    pub fn expect(&self, seed: u64) -> oneshot::Receiver<Result<Seen>> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(seed, tell);
        told
    }

    /// Forgets a session that never came; false where it did.
    pub fn forget(&self, seed: u64) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&seed).is_some()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, waiting: Arc<Waiting>, pause: Duration, corrupt: u64) {
    // The system may be out of descriptors for a moment.
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let waiting = Arc::clone(&waiting);
        tokio::spawn(async move {
            // A session that ends before it has said which one it is has nobody to tell.
            let _ = serve(stream, &waiting, pause, corrupt).await;
        });
    }
}

async fn serve(mut stream: TcpStream, waiting: &Waiting, pause: Duration, corrupt: u64) -> Result<()> {
    stream.set_nodelay(true)?;
    let seed = stream.read_u64().await?;
    let script = Script::of(seed);
    let tell = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&seed);
    let tell = tell.context("nobody waits for this session")?;
    let spoilt = seed.checked_rem(corrupt) == Some(0);
    let (reader, writer) = stream.into_split();
    let seen = match script.fault {
        Fault::ServerReset => {
            // Reads meanwhile, so that the client is not held up; whatever comes is right so far.
            let reading = tokio::spawn(read(reader, script, pause));
            let sent = write(writer, script, script.at, pause, spoilt).await;
            reading.abort();
            let came = match reading.await {
                Ok(seen) => seen.map(|seen| seen.came),
                Err(_) => Ok(0),
            };
            if let Ok(writer) = sent {
                writer.as_ref().set_zero_linger()?;
                // Dropped it would say its end, and the reset would come too late.
                writer.forget();
            }
            came.map(|came| Seen { came, ended: false })
        }
        _ => {
            let (seen, sent) = tokio::join!(read(reader, script, pause), async {
                let mut writer = write(writer, script, script.down, pause, spoilt).await?;
                writer.shutdown().await?;
                // Held until the client has ended as well.
                anyhow::Ok(writer)
            });
            // A client that is gone cannot be sent to; whether it may be gone is for the session to say.
            drop(sent);
            seen
        }
    };
    // A session that has given up has told why already.
    let _ = tell.send(seen);
    Ok(())
}

/// Takes all that comes and compares it; an error is a wrong byte.
async fn read(mut reader: OwnedReadHalf, script: Script, pause: Duration) -> Result<Seen> {
    let (mut bytes, mut dice) = (script.upward(), Dice::new(script.seed ^ 2));
    let mut buffer = vec![0; if script.fault == Fault::SlowServer { 512 } else { MOST }];
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) => return Ok(Seen { came: bytes.position(), ended: true }),
            Ok(count) => bytes.check(&buffer[..count]).context("from client to server")?,
            Err(_) => return Ok(Seen { came: bytes.position(), ended: false }),
        }
        if script.fault == Fault::SlowServer {
            sleep(dice.pause(pause)).await;
        }
    }
}

/// Sends the first `length` bytes of the server's.
async fn write(
    mut writer: OwnedWriteHalf,
    script: Script,
    length: u64,
    pause: Duration,
    spoilt: bool,
) -> Result<OwnedWriteHalf> {
    let (mut bytes, mut dice) = (script.downward(), Dice::new(script.seed ^ 3));
    let mut stalled = false;
    while bytes.position() < length {
        let left = usize::try_from(length - bytes.position()).unwrap_or(usize::MAX);
        let first = bytes.position() == 0;
        let mut piece = bytes.next(dice.piece().min(left));
        if spoilt && first {
            piece[0] ^= 1;
        }
        writer.write_all(&piece).await?;
        sleep(dice.pause(pause)).await;
        if script.fault == Fault::Stall && !stalled && bytes.position() >= script.at {
            stalled = true;
            sleep(Duration::from_secs(2)).await;
        }
    }
    Ok(writer)
}
