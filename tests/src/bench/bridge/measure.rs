//! What is measured: bulk throughput, exchanges, a crowd of idle tunnels, clients that do not read.
//!
//! Each measurement starts the server and the relay anew, so that none inherits ports, memory or warmth of another.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::far_end::{FarEnd, Wish};
use super::link::{Link, Piece, Way};
use super::process;
use super::relay::{Relay, Running};

/// Payload of a frame in bulk: the most a page of the bridge sends.
const PIECE: usize = restante_protocol::tunnel::MAX_DATA_BYTES;
/// Payload of an exchange, in bytes.
const EXCHANGE: usize = 100;
/// Exchanges a second, all tunnels together, where there is more than one tunnel.
pub const EXCHANGES_PER_SECOND: u32 = 1000;
/// Tunnels opened at once.
const OPENING: usize = 32;
/// How often one is tried: a relay that starts a process for each may turn some away.
const ATTEMPTS: u32 = 5;
/// A relay that takes more is stopped: the machine has other work.
pub const MOST_MEMORY: u64 = 3 << 30;
/// For a crowd to be opened.
pub const MOST_TIME: Duration = Duration::from_secs(40);
/// For memory to settle.
const SETTLE: Duration = Duration::from_secs(1);
/// For one measurement of anything else.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes in one direction, one tunnel.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Bulk {
    /// MiB a second.
    pub rate: f64,
    /// Milliseconds of processor time a MiB: the client's, the relay's, the server's.
    pub processor: [f64; 3],
}

/// Exchanges of 100 bytes there and back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Exchanges {
    /// Microseconds: the middle one.
    pub p50: f64,
    /// Microseconds: 99 of 100 took no longer.
    pub p99: f64,
    /// Microseconds of the relay's processor time an exchange.
    pub processor: f64,
}

/// Idle tunnels.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Crowd {
    /// How many were opened before a limit was reached.
    pub tunnels: usize,
    /// Seconds until the last one had carried a byte there and back.
    pub seconds: f64,
    /// KiB of the relay's memory a tunnel.
    pub kib: f64,
    /// Microseconds of the relay's processor time a tunnel.
    pub processor: f64,
    /// Processes of the relay.
    pub processes: usize,
}

/// Clients that do not read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Deaf {
    /// KiB of the relay's memory a client, at its height.
    pub kib: f64,
    /// MiB the server could send a client; what the system's sockets hold is in it.
    pub pushed: f64,
    /// It was stopped because it took too much.
    pub stopped: bool,
}

/// Which way bulk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Server to client.
    Down,
    /// Client to server.
    Up,
}

/// Moves so many MiB through one tunnel.
///
/// # Errors
/// Where the relay does not do it, or not in time.
pub async fn bulk(relay: Relay, direction: Direction, mebibytes: u64) -> Result<Bulk> {
    let (far_end, running) = scene(relay).await?;
    let way = Way::through(&running);
    let mut link = Link::open(way, 4 * PIECE).await?;
    let bytes = mebibytes << 20;
    let before = processor_times(&far_end, &running)?;
    let work = async {
        let began = Instant::now();
        match direction {
            Direction::Down => {
                link.send(&way.piece(&Wish::Push(bytes).encode())).await?;
                link.receive(bytes).await?;
            }
            Direction::Up => {
                link.send(&way.piece(&Wish::Take(bytes).encode())).await?;
                let piece = way.piece(&vec![b'm'; PIECE]);
                for _ in 0..bytes / PIECE as u64 {
                    link.send(&piece).await?;
                }
                link.receive(1).await?;
            }
        }
        anyhow::Ok(began.elapsed())
    };
    let took = timeout(PATIENCE, work).await.context("it took too long")??;
    let after = processor_times(&far_end, &running)?;
    running.stop().await;
    let mut processor = [0.0; 3];
    for (at, cost) in processor.iter_mut().enumerate() {
        *cost = after[at].saturating_sub(before[at]).as_secs_f64() * 1000.0 / mebibytes as f64;
    }
    Ok(Bulk { rate: mebibytes as f64 / took.as_secs_f64(), processor })
}

/// Opens so many tunnels, and exchanges 100 bytes through them for so long: through one tunnel one exchange after
/// another, through several at [`EXCHANGES_PER_SECOND`] in all, each tunnel in its turn.
///
/// # Errors
/// Where the relay does not do it.
pub async fn exchanges(relay: Relay, tunnels: usize, time: Duration) -> Result<Exchanges> {
    let (_far_end, running) = scene(relay).await?;
    let way = Way::through(&running);
    let (links, _) = open(&running, tunnels).await?;
    if links.len() < tunnels {
        bail!("only {} of {tunnels} tunnels were opened", links.len());
    }
    let period = if tunnels == 1 {
        Duration::ZERO
    } else {
        Duration::from_secs(1) * u32::try_from(tunnels)? / EXCHANGES_PER_SECOND
    };
    let (began, before) = (Instant::now() + Duration::from_millis(200), running.taken()?);
    let mut tasks = JoinSet::new();
    for (at, mut link) in links.into_iter().enumerate() {
        let phase = period.mul_f64(at as f64 / tunnels as f64);
        let piece = way.piece(&[b'x'; EXCHANGE]);
        tasks.spawn_local(async move {
            let mut times = Vec::new();
            let mut next = began + phase;
            while next < began + time {
                tokio::time::sleep_until(next).await;
                let sent = Instant::now();
                link.send(&piece).await?;
                link.receive(EXCHANGE as u64).await?;
                times.push(sent.elapsed());
                next = (next + period).max(Instant::now());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let processor =
        running.taken()?.processor.saturating_sub(before.processor).as_secs_f64() * 1e6 / times.len() as f64;
    running.stop().await;
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).map_or(f64::NAN, |t| t.as_secs_f64() * 1e6);
    Ok(Exchanges { p50: at(0.5), p99: at(0.99), processor })
}

/// Opens so many tunnels, and lets them rest.
///
/// # Errors
/// Where the relay does not start or ends.
pub async fn crowd(relay: Relay, tunnels: usize) -> Result<Crowd> {
    let (_far_end, running) = scene(relay).await?;
    let before = running.taken()?;
    let (links, took) = open(&running, tunnels).await?;
    let opened = running.taken()?;
    sleep(SETTLE).await;
    let after = running.taken()?;
    let per_tunnel = |amount: f64| amount / links.len().max(1) as f64;
    let crowd = Crowd {
        tunnels: links.len(),
        seconds: took.as_secs_f64(),
        kib: per_tunnel(after.memory.saturating_sub(before.memory) as f64 / 1024.0),
        processor: per_tunnel(opened.processor.saturating_sub(before.processor).as_secs_f64() * 1e6),
        processes: after.processes,
    };
    running.stop().await;
    Ok(crowd)
}

/// So many clients ask for so many MiB each, and read nothing.
///
/// # Errors
/// Where the relay does not start or ends.
pub async fn deaf(relay: Relay, clients: usize, mebibytes: u64) -> Result<Deaf> {
    let (far_end, running) = scene(relay).await?;
    let way = Way::through(&running);
    let before = running.taken()?.memory;
    let mut links = Vec::new();
    for _ in 0..clients {
        let mut link = timeout(PATIENCE, Link::open(way, 4096)).await??;
        link.send(&way.piece(&Wish::Push(mebibytes << 20).encode())).await?;
        links.push(link);
    }
    let (mut height, mut pushed, mut same, mut stopped) = (before, 0, 0, false);
    let until = Instant::now() + PATIENCE;
    // Until nothing has moved for a second.
    while same < 5 && Instant::now() < until {
        sleep(Duration::from_millis(200)).await;
        height = height.max(running.taken()?.memory);
        stopped = height > MOST_MEMORY;
        if stopped {
            break;
        }
        let now = far_end.pushed().await?;
        same = if now == pushed { same + 1 } else { 0 };
        pushed = now;
    }
    running.stop().await;
    Ok(Deaf {
        kib: (height - before) as f64 / 1024.0 / clients as f64,
        pushed: pushed as f64 / f64::from(1 << 20) / clients as f64,
        stopped,
    })
}

async fn scene(relay: Relay) -> Result<(FarEnd, Running)> {
    let far_end = FarEnd::start().await?;
    let running = relay.start(far_end.port()).await?;
    Ok((far_end, running))
}

/// Opens tunnels that echo, each proven by a byte, up to the limits on memory and time.
async fn open(running: &Running, tunnels: usize) -> Result<(Vec<Link>, Duration)> {
    let way = Way::through(running);
    let (wish, byte) = (way.piece(&Wish::Echo.encode()), way.piece(b"?"));
    let began = Instant::now();
    let mut opening = stream::iter(0..tunnels)
        .map(|_| async {
            let mut attempts = ATTEMPTS;
            loop {
                attempts -= 1;
                match prove(way, &wish, &byte).await {
                    Err(error) if attempts == 0 => return Err(error),
                    Err(_) => sleep(Duration::from_millis(100)).await,
                    Ok(link) => return Ok(link),
                }
            }
        })
        .buffer_unordered(OPENING);
    let mut links = Vec::with_capacity(tunnels);
    let available = process::available();
    loop {
        let next = timeout(MOST_TIME.saturating_sub(began.elapsed()), opening.next()).await;
        match next {
            Ok(Some(link)) => links.push(link?),
            Ok(None) | Err(_) => break,
        }
        // The memory of thousands of processes takes long to read, the system's does not.
        if links.len().is_multiple_of(100) && available.saturating_sub(process::available()) > MOST_MEMORY {
            break;
        }
    }
    Ok((links, began.elapsed()))
}

/// Opens a tunnel that echoes, and sees that it does.
async fn prove(way: Way, wish: &Piece, byte: &Piece) -> Result<Link> {
    let mut link = Link::open(way, 4096).await?;
    link.send(wish).await?;
    link.send(byte).await?;
    link.receive(1).await?;
    Ok(link)
}

fn processor_times(far_end: &FarEnd, running: &Running) -> Result<[Duration; 3]> {
    let server = process::processor(far_end.id().context("the server has ended")?)?;
    Ok([process::processor(std::process::id())?, running.taken()?.processor, server])
}
