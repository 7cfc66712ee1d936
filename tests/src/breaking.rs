//! Submission servers that take letters under TLS, each of which at first breaks connections at a moment of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use restante_testkit::receiver::{Mood, Receiver};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::authority::Identity;
use crate::scripted::acceptor;

const EXTENSIONS: &[&str] = &["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 100000000", "AUTH PLAIN"];

/// When the connection breaks, the first times it comes that far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// When it is to be signed in.
    Auth,
    /// In the middle of the letter.
    Data,
    /// When the letter is taken, before that is said.
    Dot,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auth, Self::Data, Self::Dot];

    /// How often it breaks: a client that learns from a connection that breaks tries again at once, in lock-step.
    fn times(self) -> u32 {
        if self == Self::Data { 2 } else { 1 }
    }
}

/// A running server.
pub struct Breaking {
    /// When it breaks.
    pub moment: Moment,
    port: u16,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    broken: AtomicU32,
    taken: AtomicU32,
}

impl Breaking {
    /// Starts it on a port of the system's choice.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn start(identity: &Identity, moment: Moment) -> Result<Self> {
        let acceptor = acceptor(identity)?;
        let socket = TcpSocket::new_v4()?;
        // Else the system takes up tens of megabytes for a server that does not read.
        socket.set_recv_buffer_size(1 << 16)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(64)?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let task = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
                    // What goes wrong on a connection is the client's to notice.
                    connections.spawn(async move { serve(stream, acceptor, moment, &state).await.unwrap_or_default() });
                }
            }
        });
        Ok(Self { moment, port, state, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Letters that it has taken.
    pub fn taken(&self) -> u32 {
        self.state.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Breaking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, moment: Moment, state: &State) -> Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut receiver = Receiver::new(vec![Mood::good()], EXTENSIONS);
    let mut buffer = vec![0; 1 << 14];
    let breaks = |holds: bool| holds && state.broken.fetch_add(1, Ordering::Relaxed) < moment.times();
    let mut is_data = false;
    loop {
        let said = std::mem::take(&mut receiver.outbox);
        is_data |= said.windows(4).any(|word| word == b"354 ");
        stream.write_all(&said).await?;
        stream.flush().await?;
        let read = stream.read(&mut buffer).await?;
        let octets = &buffer[..read];
        // Without a word, and without the end of TLS: as a network does.
        let holds = match moment {
            Moment::Auth => octets.starts_with(b"AUTH"),
            Moment::Data => is_data,
            Moment::Dot => false,
        };
        if read == 0 || breaks(holds) {
            return Ok(());
        }
        receiver.take(octets);
        let taken = u32::try_from(std::mem::take(&mut receiver.taken).len())?;
        state.taken.fetch_add(taken, Ordering::Relaxed);
        if moment == Moment::Dot && taken > 0 && breaks(true) {
            return Ok(());
        }
    }
}
