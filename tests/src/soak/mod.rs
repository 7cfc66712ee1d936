//! The soak: thousands of tunnels with random traffic and random faults through the real binary, for as long as one
//! likes. Every byte is checked at its place, and the bridge's memory and descriptors must come back to where they were.
//!
//! ```text
//! session (a client, by its seed) → restante serve → server (the other half of the same seed)
//! script: what both halves derive from the seed     watch: what the bridge takes, and whether that is flat
//! ```
//!
//! Not here: what a bridge should be fast at (that is a benchmark), and its policy (that has tests of its own).

pub mod bridge;
pub mod script;
pub mod server;
pub mod session;
pub mod watch;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use bridge::Bridge;
use script::Script;
use server::Server;
use session::{Ending, Kept};
use watch::{Sample, Watched};

/// How much, how long, and what is done on purpose.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Tunnels at once.
    pub tunnels: usize,
    /// From the end of the warm-up on.
    pub time: Duration,
    /// Before memory and descriptors are looked at: buffers and threads come into being.
    pub warm_up: Duration,
    /// Seed of all that is random.
    pub seed: u64,
    /// Tunnels that are kept open on purpose, so that the soak has to fail.
    pub hold: usize,
    /// One session in so many has a byte that is wrong on purpose, so that the soak has to fail; 0 for none.
    pub corrupt: u64,
}

/// What a soak came to.
#[derive(Debug)]
pub struct Outcome {
    /// Sessions that ran.
    pub sessions: u64,
    /// Payload bytes that were checked, both ways.
    pub bytes: u64,
    /// How often the bridge read its configuration again.
    pub reloads: u32,
    /// What the bridge took.
    pub watched: Watched,
    /// All that was wrong; of many of a kind the first ones.
    pub faults: Vec<String>,
}

/// Sessions and faults, counted as they end.
#[derive(Debug, Default)]
struct Tally {
    sessions: u64,
    bytes: u64,
    faults: Vec<String>,
}

/// Faults that are told one by one.
const TOLD: usize = 20;
/// For the bridge to let go of everything: its farewell takes five seconds at most.
const LET_GO: Duration = Duration::from_secs(15);

/// Runs it.
///
/// # Errors
/// Where the bridge does not start or ends by itself. What it does wrong is in the outcome.
pub async fn run(plan: &Plan, mut tell: impl FnMut(&str)) -> Result<Outcome> {
    let server = Arc::new(Server::start(plan).await?);
    let mut bridge = Bridge::start(server.port(), server.closed_port()).await?;
    let mut tally = Tally::default();
    tell(&format!("{} tunnels, {} s to warm up, then {} s", plan.tunnels, plan.warm_up.as_secs(), plan.time.as_secs()));

    load(plan, 0, plan.warm_up, &server, &mut bridge, &mut tally, &mut tell).await?;
    let before = rest(&bridge, None).await?;
    let kept = hold(plan, &server, &bridge).await?;
    let samples = load(plan, 1, plan.time, &server, &mut bridge, &mut tally, &mut tell).await?;
    let after = rest(&bridge, Some(before)).await?;
    drop(kept);

    let watched = Watched { before, samples, after };
    let mut faults = tally.faults;
    let more = faults.len().saturating_sub(TOLD);
    faults.truncate(TOLD);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    faults.extend(watched.faults());
    let status = bridge.stop().await?;
    if !status.success() {
        faults.push(format!("asked to stop, the bridge ended with {status}"));
    }
    Ok(Outcome { sessions: tally.sessions, bytes: tally.bytes, reloads: bridge.reloads(), watched, faults })
}

/// Keeps all tunnels busy for a while, reloading the bridge meanwhile, and lets their sessions end.
async fn load(
    plan: &Plan,
    phase: u64,
    time: Duration,
    server: &Arc<Server>,
    bridge: &mut Bridge,
    tally: &mut Tally,
    tell: &mut impl FnMut(&str),
) -> Result<Vec<Sample>> {
    let until = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for slot in 0..plan.tunnels as u64 {
        let (server, address) = (Arc::clone(server), bridge.address());
        let first = script::mix(plan.seed ^ (phase << 62) ^ (slot << 32));
        tasks.spawn(async move {
            let mut tally = Tally::default();
            // Not all at the same moment.
            sleep(Duration::from_millis(first % 1000)).await;
            for number in 0.. {
                if Instant::now() >= until {
                    break;
                }
                let script = Script::of(script::mix(first.wrapping_add(number)));
                let ending = session::run(&script, address, &server).await;
                tally.add(&script, ending);
            }
            tally
        });
    }
    let (mut samples, mut next, mut told) = (Vec::new(), Instant::now(), Instant::now());
    while Instant::now() < until {
        bridge.reload()?;
        sleep(Duration::from_secs(1)).await;
        if Instant::now() >= next {
            samples.push(bridge.sample()?);
            next = Instant::now() + Duration::from_millis(500);
        }
        if told.elapsed() > Duration::from_secs(30) {
            told = Instant::now();
            tell(&samples.last().map_or_else(String::new, ToString::to_string));
        }
    }
    while let Some(done) = tasks.join_next().await {
        let part = done?;
        tally.sessions += part.sessions;
        tally.bytes += part.bytes;
        tally.faults.extend(part.faults);
    }
    Ok(samples)
}

/// What the bridge takes with nothing to do. With `earlier`, waits a while for it to have no more descriptors than then.
async fn rest(bridge: &Bridge, earlier: Option<Sample>) -> Result<Sample> {
    let until = Instant::now() + LET_GO;
    let mut last = bridge.sample()?;
    let mut same = 0;
    while same < 4 && Instant::now() < until {
        sleep(Duration::from_millis(500)).await;
        let now = bridge.sample()?;
        let settled = earlier.map_or(now.descriptors == last.descriptors, |e| now.descriptors <= e.descriptors);
        same = if settled { same + 1 } else { 0 };
        last = now;
    }
    Ok(last)
}

/// Opens the tunnels that are kept on purpose.
async fn hold(plan: &Plan, server: &Server, bridge: &Bridge) -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for _ in 0..plan.hold {
        kept.push(session::keep(bridge.address(), server).await?);
    }
    Ok(kept)
}

impl Tally {
    fn add(&mut self, script: &Script, ending: Result<Ending>) {
        self.sessions += 1;
        match ending {
            Ok(ending) => self.bytes += ending.bytes,
            Err(error) => self.faults.push(format!("seed {:#018x}, {:?}: {error:#}", script.seed, script.fault)),
        }
    }
}
