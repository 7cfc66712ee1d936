//! The server behind the relays: what a connection's first nine bytes ask for, it does.
//!
//! A process of its own, so that its processor time and its descriptors are not the client's. It ends when its standard
//! input does.

use std::net::Ipv4Addr;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use super::process::listen;

/// The first argument of the server's process.
const FLAG: &str = "--far-end";
/// What it reads and writes at once, in bytes.
const PIECE: usize = 64 * 1024;

/// What a connection is for. On the wire: a letter and eight bytes, the number first byte first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Send back what comes.
    Echo,
    /// Send so many bytes.
    Push(u64),
    /// Take so many bytes, then answer with one.
    Take(u64),
    /// Answer with the number of bytes pushed so far, by all connections.
    Pushed,
}

/// A running server.
#[derive(Debug)]
pub struct FarEnd {
    child: Child,
    port: u16,
}

impl Wish {
    /// As it goes over the wire.
    pub fn encode(self) -> [u8; 9] {
        let (letter, number) = match self {
            Self::Echo => (b'E', 0),
            Self::Push(number) => (b'P', number),
            Self::Take(number) => (b'T', number),
            Self::Pushed => (b'?', 0),
        };
        let mut bytes = [letter; 9];
        bytes[1..].copy_from_slice(&number.to_be_bytes());
        bytes
    }

    fn decode(bytes: [u8; 9]) -> Result<Self> {
        let [letter, number @ ..] = bytes;
        let number = u64::from_be_bytes(number);
        Ok(match letter {
            b'E' => Self::Echo,
            b'P' => Self::Push(number),
            b'T' => Self::Take(number),
            b'?' => Self::Pushed,
            other => bail!("a connection that asks for {other:#04x}"),
        })
    }
}

impl FarEnd {
    /// Starts this program once more as the server.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(FLAG).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start the server")?;
        let output = child.stdout.take().context("it was started with a pipe")?;
        let line = BufReader::new(output).lines().next_line().await?.context("the server ended at once")?;
        Ok(Self { child, port: line.trim().parse().context("the server's port")? })
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Bytes it has pushed so far.
    ///
    /// # Errors
    /// Where it is gone.
    pub async fn pushed(&self) -> Result<u64> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        stream.write_all(&Wish::Pushed.encode()).await?;
        Ok(stream.read_u64().await?)
    }
}

/// Where this process was started as the server: is that, and returns how to end.
pub fn as_far_end() -> Option<ExitCode> {
    (std::env::args().nth(1).as_deref() == Some(FLAG)).then(|| match serve_until_input_ends() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    })
}

#[tokio::main(flavor = "current_thread")]
async fn serve_until_input_ends() -> Result<()> {
    let listener = listen()?;
    println!("{}", listener.local_addr()?.port());
    let (mut nothing, mut input) = ([0], tokio::io::stdin());
    tokio::select! {
        never = accept(listener) => never,
        // Whatever comes: it is over.
        _ = input.read(&mut nothing) => Ok(()),
    }
}

async fn accept(listener: TcpListener) -> Result<()> {
    let pushed = Arc::new(AtomicU64::new(0));
    loop {
        let (stream, _) = listener.accept().await?;
        let pushed = Arc::clone(&pushed);
        tokio::spawn(async move {
            // A client that hangs up has what it wanted.
            let _ = serve(stream, &pushed).await;
        });
    }
}

async fn serve(mut stream: TcpStream, pushed: &AtomicU64) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut wish = [0; 9];
    stream.read_exact(&mut wish).await?;
    match Wish::decode(wish)? {
        Wish::Echo => {
            // Thousands of these are open at once.
            let mut buffer = [0; 256];
            loop {
                let count = stream.read(&mut buffer).await?;
                if count == 0 {
                    return Ok(());
                }
                stream.write_all(&buffer[..count]).await?;
            }
        }
        Wish::Push(mut left) => {
            let piece = vec![b'm'; PIECE];
            while left > 0 {
                let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let count = stream.write(&piece[..most]).await?;
                pushed.fetch_add(count as u64, Relaxed);
                left -= count as u64;
            }
            until_closed(&mut stream).await
        }
        Wish::Take(mut left) => {
            let mut buffer = vec![0; PIECE];
            while left > 0 {
                let count = stream.read(&mut buffer).await?;
                if count == 0 {
                    bail!("the client left {left} bytes out");
                }
                left = left.saturating_sub(count as u64);
            }
            stream.write_all(b"!").await?;
            until_closed(&mut stream).await
        }
        Wish::Pushed => Ok(stream.write_u64(pushed.load(Relaxed)).await?),
    }
}

/// The client closes first, so that none of its last bytes is cut off by a reset.
async fn until_closed(stream: &mut TcpStream) -> Result<()> {
    let mut rest = [0; 256];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_survives_the_wire() {
        for wish in [Wish::Echo, Wish::Push(u64::MAX), Wish::Take(7), Wish::Pushed] {
            assert_eq!(Wish::decode(wish.encode()).unwrap(), wish);
        }
        assert!(Wish::decode([0; 9]).is_err());
    }
}
