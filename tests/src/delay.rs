//! A TCP proxy that makes distance: each direction takes half the round trip, and bandwidth is not limited.
//!
//! It counts round trips as a chain of causes, not as changes of direction: every chunk it passes carries the number of
//! round trips that had to happen before it could be sent, so that credits and data that cross each other count once.
//! A new connection costs one round trip before its first byte, as TCP's handshake does; the proxy's own connection to
//! the target costs none. It can keep the bytes as well.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// A proxy to one target. It stops, and cuts its connections, when this is dropped.
pub struct Delay {
    port: u16,
    seen: Arc<Seen>,
    cut: watch::Sender<()>,
    task: JoinHandle<()>,
}

/// What a proxy does beside passing bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Time from one end to the other and back.
    pub round_trip: Duration,
    /// Whether to keep every byte for [`Delay::recorded`] and [`Delay::pieces`].
    pub record: bool,
}

/// Bytes that passed, all connections together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// From the clients to the target.
    pub sent: Vec<u8>,
    /// From the target to the clients.
    pub received: Vec<u8>,
}

/// Bytes that were read together from one end, when they reached the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which connection, from 1.
    pub connection: u32,
    /// Whether it went to the target.
    pub to_target: bool,
    /// Round trips that were over when it was sent.
    pub depth: u32,
    /// When the far end got it.
    pub arrived: SystemTime,
    /// What it was.
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicU32,
    trips: AtomicU32,
    sent: AtomicU64,
    received: AtomicU64,
    /// When the count of round trips rose, and to what.
    rises: Mutex<Vec<(SystemTime, u32)>>,
    pieces: Mutex<Vec<Piece>>,
}

impl Delay {
    /// Starts a proxy to `target` on 127.0.0.1, on a port the system chooses.
    ///
    /// # Errors
    /// Where there is no port.
    pub async fn start(target: SocketAddr, options: Options) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let seen = Arc::new(Seen::default());
        let (cut, cuts) = watch::channel(());
        let task = tokio::spawn(accept(listener, target, options, seen.clone(), cuts));
        Ok(Self { port, seen, cut, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections accepted since the start or the last [`Self::reset`].
    pub fn connections(&self) -> u32 {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Round trips, TCP's handshake among them, that the bytes a client has received so far took: the greatest of any
    /// connection since the start or the last [`Self::reset`].
    pub fn round_trips(&self) -> u32 {
        self.seen.trips.load(Ordering::SeqCst)
    }

    /// The same, as it was at an earlier moment.
    pub fn round_trips_until(&self, moment: SystemTime) -> u32 {
        let rises = self.seen.rises.lock().unwrap_or_else(PoisonError::into_inner);
        rises.iter().filter(|(when, _)| *when <= moment).map(|(_, trips)| *trips).max().unwrap_or(0)
    }

    /// Cuts every open connection, as a network that fails does. New ones are welcome.
    pub fn cut(&self) {
        self.cut.send_replace(());
    }

    /// Bytes passed on: to the target, and back.
    pub fn bytes(&self) -> (u64, u64) {
        (self.seen.sent.load(Ordering::SeqCst), self.seen.received.load(Ordering::SeqCst))
    }

    /// The bytes themselves, where [`Options::record`] asks for them.
    pub fn recorded(&self) -> Recording {
        let mut recording = Recording::default();
        for piece in self.pieces() {
            let kept = if piece.to_target { &mut recording.sent } else { &mut recording.received };
            kept.extend_from_slice(&piece.bytes);
        }
        recording
    }

    /// The bytes as they came, in the order of their arrival, where [`Options::record`] asks for them.
    pub fn pieces(&self) -> Vec<Piece> {
        self.seen.pieces.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts from zero again. Connections that are open keep their own count of round trips.
    pub fn reset(&self) {
        self.seen.connections.store(0, Ordering::SeqCst);
        self.seen.trips.store(0, Ordering::SeqCst);
        self.seen.sent.store(0, Ordering::SeqCst);
        self.seen.received.store(0, Ordering::SeqCst);
        self.seen.rises.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.seen.pieces.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    options: Options,
    seen: Arc<Seen>,
    cuts: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((client, _)) = listener.accept().await else { continue };
        number += 1;
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (seen, mut cuts) = (seen.clone(), cuts.clone());
        cuts.mark_unchanged();
        connections.spawn(async move {
            // A connection that fails fails for its two ends, which notice.
            tokio::select! {
                done = pass(client, target, number, options, seen) => done.unwrap_or_default(),
                _ = cuts.changed() => {}
            }
        });
    }
}

/// The round trips behind what each end of one connection knows.
#[derive(Default)]
struct Depths {
    client: AtomicU32,
    target: AtomicU32,
}

async fn pass(client: TcpStream, target: SocketAddr, connection: u32, options: Options, seen: Arc<Seen>) -> Result<()> {
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let depths = Arc::new(Depths::default());
    // TCP's handshake: nothing of the client's arrives before one more round trip is over.
    let born = Instant::now() + options.round_trip;
    depths.client.store(1, Ordering::SeqCst);

    let (half, record) = (options.round_trip / 2, options.record);
    let up = Lane { half, born, depths: depths.clone(), seen: seen.clone(), connection, record, to_target: true };
    let down = Lane { half, born, depths, seen, connection, record, to_target: false };
    let (up, down) = tokio::join!(up.run(client_in, server_out), down.run(server_in, client_out));
    up.and(down)
}

struct Chunk {
    due: Instant,
    depth: u32,
    bytes: Vec<u8>,
}

struct Lane {
    half: Duration,
    born: Instant,
    depths: Arc<Depths>,
    seen: Arc<Seen>,
    connection: u32,
    record: bool,
    to_target: bool,
}

impl Lane {
    /// Reads at once and writes when due, so that bandwidth does not depend on the delay.
    async fn run(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> Result<()> {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Chunk>();
        let read = async {
            let sender = sender;
            let mut buffer = vec![0; 64 * 1024];
            loop {
                // A reset is passed on as an end, which is as late.
                let count = from.read(&mut buffer).await.unwrap_or(0);
                if count == 0 {
                    return;
                }
                let depth = self.source().load(Ordering::SeqCst);
                let due = Instant::now().max(self.born) + self.half;
                let total = if self.to_target { &self.seen.sent } else { &self.seen.received };
                total.fetch_add(count as u64, Ordering::SeqCst);
                if sender.send(Chunk { due, depth, bytes: buffer[..count].to_vec() }).is_err() {
                    return;
                }
            }
        };
        let write = async {
            while let Some(chunk) = receiver.recv().await {
                if !self.half.is_zero() {
                    sleep_until(chunk.due).await;
                }
                self.arrive(chunk.depth);
                self.note(&chunk);
                to.write_all(&chunk.bytes).await?;
            }
            if !self.half.is_zero() {
                tokio::time::sleep(self.half).await;
            }
            to.shutdown().await?;
            Ok(())
        };
        // When the writing end is gone, reading on has no purpose.
        tokio::pin!(read, write);
        tokio::select! {
            () = &mut read => write.await,
            done = &mut write => done,
        }
    }

    fn source(&self) -> &AtomicU32 {
        if self.to_target { &self.depths.client } else { &self.depths.target }
    }

    /// What the far end knows now, and what it sends from now on may follow from.
    fn arrive(&self, depth: u32) {
        if self.to_target {
            self.depths.target.fetch_max(depth, Ordering::SeqCst);
        } else {
            // Back at the client: whatever it sends now comes a round trip later than what this answers.
            self.depths.client.fetch_max(depth + 1, Ordering::SeqCst);
            if self.seen.trips.fetch_max(depth + 1, Ordering::SeqCst) <= depth {
                let mut rises = self.seen.rises.lock().unwrap_or_else(PoisonError::into_inner);
                rises.push((SystemTime::now(), depth + 1));
            }
        }
    }

    /// Keeps it where that is wanted. A piece is kept before the far end can have seen it.
    fn note(&self, chunk: &Chunk) {
        if self.record {
            self.seen.pieces.lock().unwrap_or_else(PoisonError::into_inner).push(Piece {
                connection: self.connection,
                to_target: self.to_target,
                depth: chunk.depth,
                arrived: SystemTime::now(),
                bytes: chunk.bytes.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that greets, then answers each byte with one byte.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut byte = [0];
                    while stream.read_exact(&mut byte).await.is_ok() && stream.write_all(&byte).await.is_ok() {}
                });
            }
        });
        address
    }

    async fn ask(stream: &mut TcpStream, bytes: &[u8]) {
        stream.write_all(bytes).await.unwrap();
        let mut answer = vec![0; bytes.len()];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, bytes);
    }

    #[tokio::test]
    async fn each_question_after_an_answer_is_a_round_trip_and_takes_its_time() {
        let options = Options { round_trip: Duration::from_millis(40), record: true };
        let delay = Delay::start(echo().await, options).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        let start = Instant::now();
        ask(&mut stream, b"a").await;
        assert_eq!(delay.round_trips(), 2, "the handshake, and one question");
        ask(&mut stream, b"b").await;
        ask(&mut stream, b"cdef").await;
        assert_eq!(delay.round_trips(), 4);
        let took = start.elapsed();
        assert!((160..400).contains(&took.as_millis()), "{took:?}");
        assert_eq!(delay.recorded(), Recording { sent: b"abcdef".to_vec(), received: b"abcdef".to_vec() });
        let first: Vec<_> =
            delay.pieces().into_iter().take(4).map(|p| (p.connection, p.to_target, p.depth, p.bytes)).collect();
        assert_eq!(
            first,
            [
                (1, true, 1, b"a".to_vec()),
                (1, false, 1, b"a".to_vec()),
                (1, true, 2, b"b".to_vec()),
                (1, false, 2, b"b".to_vec())
            ]
        );
        assert_eq!((delay.connections(), delay.bytes()), (1, (6, 6)));
    }

    #[tokio::test]
    async fn questions_sent_together_share_their_round_trip() {
        let options = Options { round_trip: Duration::from_millis(30), record: false };
        let delay = Delay::start(echo().await, options).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        for _ in 0..20 {
            stream.write_all(b"x").await.unwrap();
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        let mut answer = [0; 20];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(delay.round_trips(), 2);
    }

    #[tokio::test]
    async fn round_trips_can_be_asked_for_as_of_an_earlier_moment() {
        let delay = Delay::start(echo().await, Options::default()).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        ask(&mut stream, b"a").await;
        let moment = SystemTime::now();
        tokio::time::sleep(Duration::from_millis(5)).await;
        ask(&mut stream, b"b").await;
        assert_eq!((delay.round_trips_until(moment), delay.round_trips()), (2, 3));
    }

    #[tokio::test]
    async fn a_cut_ends_what_is_open_and_leaves_the_door_open() {
        let delay = Delay::start(echo().await, Options::default()).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        ask(&mut stream, b"a").await;
        delay.cut();
        assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        ask(&mut stream, b"b").await;
    }

    #[tokio::test]
    async fn an_end_is_passed_on_behind_the_bytes() {
        let delay = Delay::start(echo().await, Options::default()).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", delay.port())).await.unwrap();
        stream.write_all(b"bye").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "bye");
    }
}
