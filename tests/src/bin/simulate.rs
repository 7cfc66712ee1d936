//! `simulate`: bridges behind a balancer at the peak hour, of which a tenth is lost at once. A discrete-event simulation
//! with measured costs as its input: `cargo run --release -p restante-tests --bin simulate`.
//!
//! Sessions come at random, last for a random time, and cost processor time when they open and for each of their bytes.
//! A bridge is a queue with one server a core. The sessions of a lost bridge come back, all of them, to the others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use clap::Parser;
use restante_tests::bench::table::Table;
use restante_tests::soak::script::Dice;

/// What one opening, one burst of bytes and one tunnel cost, and how many come.
#[derive(Debug, Clone, Parser)]
#[command(name = "simulate", version)]
struct Arguments {
    /// Previews a day.
    #[arg(long, default_value_t = 10_000_000.0)]
    previews: f64,
    /// The peak hour's share of the day, times 24: 1 would be an even day.
    #[arg(long, default_value_t = 4.0)]
    peak: f64,
    /// Seconds a session lasts on average.
    #[arg(long, default_value_t = 180.0)]
    session: f64,
    /// MiB a session relays, both ways.
    #[arg(long, default_value_t = 2.0)]
    mebibytes: f64,
    /// Bursts in which a session relays them: opening a message is one.
    #[arg(long, default_value_t = 20.0)]
    bursts: f64,
    /// Milliseconds of processor time to open a tunnel.
    #[arg(long, default_value_t = 0.1)]
    open: f64,
    /// Milliseconds of processor time a MiB.
    #[arg(long, default_value_t = 0.62)]
    relay: f64,
    /// Milliseconds of processor time for a TLS handshake at the bridge; 0 where a proxy in front does that.
    #[arg(long, default_value_t = 0.0)]
    handshake: f64,
    /// Bridges.
    #[arg(long, default_value_t = 20)]
    bridges: usize,
    /// Cores a bridge.
    #[arg(long, default_value_t = 1)]
    cores: usize,
    /// Of so many bridges one is lost.
    #[arg(long, default_value_t = 10)]
    lost_of: usize,
    /// Seconds until the balancer has noticed.
    #[arg(long, default_value_t = 1.0)]
    notice: f64,
    /// Seconds over which those who were cut off come back; 0: all in the same moment.
    #[arg(long, default_value_t = 0.0)]
    spread: f64,
    /// Seed of all that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Seconds of simulated time: before the loss (the first 30 s of it unseen, so that queues are as they will be), after it.
const UNSEEN: f64 = 30.0;
const LOSS: f64 = 90.0;
const END: f64 = 210.0;
/// Windows of time that the report shows, in seconds after the loss.
const WINDOWS: [(&str, f64, f64); 4] = [
    ("the minute before", -60.0, 0.0),
    ("first 5 s", 0.0, 5.0),
    ("5 to 30 s", 5.0, 30.0),
    ("30 to 120 s", 30.0, 120.0),
];

/// What happens, at which moment; ordered by time, and by number among equals.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Event {
    at: f64,
    number: u64,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    /// A new session wants a bridge.
    Arrival,
    /// A session that was cut off wants one again, since then.
    Return { since: f64 },
    /// A session relays some of its bytes.
    Burst { session: usize },
    /// A session is over.
    End { session: usize },
    /// Some bridges are gone.
    Loss,
    /// The balancer knows.
    Noticed,
}

/// A bridge: when each of its cores is free, and how many sessions it has.
#[derive(Debug, Clone)]
struct Bridge {
    free: Vec<f64>,
    sessions: usize,
    gone: bool,
    listed: bool,
}

#[derive(Debug)]
struct World<'a> {
    plan: &'a Arguments,
    dice: Dice,
    now: f64,
    number: u64,
    events: BinaryHeap<Reverse<Event>>,
    bridges: Vec<Bridge>,
    /// The bridge of each session that is open.
    sessions: Vec<Option<usize>>,
    /// When a wait was over, how long it was: openings, bursts, and returns from the moment of the cut.
    openings: Vec<(f64, f64)>,
    bursts: Vec<(f64, f64)>,
    returns: Vec<f64>,
    busy: f64,
}

fn main() {
    let plan = Arguments::parse();
    let rate = plan.previews * plan.peak / 86_400.0;
    let (open, burst) = costs(&plan);
    let needed = rate * (open + burst * plan.bursts);
    println!(
        "previews a day: {}, at the peak hour {rate:.1} a second and {:.0} at once",
        plan.previews,
        rate * plan.session
    );
    println!(
        "processor time a session: {:.2} ms to open, {:.2} ms to relay {} MiB in {} bursts",
        open * 1e3,
        burst * plan.bursts * 1e3,
        plan.mebibytes,
        plan.bursts
    );
    println!(
        "cores at the peak: {needed:.2} of {}; bandwidth each way of the relay: {:.2} Gbit/s",
        plan.bridges * plan.cores,
        rate * plan.mebibytes * 8.0 * 1.048_576 / 1e3
    );
    let lost = lost(&plan);
    let remaining = (plan.bridges - lost) * plan.cores;
    println!(
        "{lost} of {} bridges lost; those who stay are busy to {:.0} % before, {:.0} % after\n",
        plan.bridges,
        100.0 * needed / (plan.bridges * plan.cores) as f64,
        100.0 * needed / remaining as f64
    );
    let mut world = World::new(&plan, rate);
    world.run(rate);
    println!("{}", world.table());
}

/// Seconds of processor time: an opening, a burst.
fn costs(plan: &Arguments) -> (f64, f64) {
    ((plan.open + plan.handshake) / 1e3, plan.mebibytes * plan.relay / plan.bursts / 1e3)
}

fn lost(plan: &Arguments) -> usize {
    plan.bridges.div_ceil(plan.lost_of).min(plan.bridges - 1)
}

impl Eq for Event {}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.total_cmp(&other.at).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> World<'a> {
    /// As it is in the middle of the peak hour: as many sessions are open as the rate and their length make.
    fn new(plan: &'a Arguments, rate: f64) -> Self {
        let bridge = Bridge { free: vec![0.0; plan.cores], sessions: 0, gone: false, listed: true };
        let mut world = World {
            plan,
            dice: Dice::new(plan.seed),
            now: 0.0,
            number: 0,
            events: BinaryHeap::new(),
            bridges: vec![bridge; plan.bridges],
            sessions: Vec::new(),
            openings: Vec::new(),
            bursts: Vec::new(),
            returns: Vec::new(),
            busy: 0.0,
        };
        for _ in 0..(rate * plan.session) as usize {
            if let Some(bridge) = world.fewest() {
                world.begin(bridge);
            }
        }
        world.after(1.0 / rate, What::Arrival);
        world.at(LOSS, What::Loss);
        world.at(LOSS + plan.notice, What::Noticed);
        world
    }

    fn run(&mut self, rate: f64) {
        while let Some(Reverse(event)) = self.events.pop() {
            self.now = event.at;
            if self.now > END {
                return;
            }
            match event.what {
                What::Arrival => {
                    let gap = self.exponential(1.0 / rate);
                    self.after(gap, What::Arrival);
                    self.arrive(None);
                }
                What::Return { since } => self.arrive(Some(since)),
                What::Burst { session } => {
                    if let Some(bridge) = self.sessions[session] {
                        let wait = self.work(bridge, costs(self.plan).1);
                        self.bursts.push((self.now + wait, wait));
                        self.next_burst(session);
                    }
                }
                What::End { session } => {
                    if let Some(bridge) = self.sessions[session].take() {
                        self.bridges[bridge].sessions -= 1;
                    }
                }
                What::Loss => self.lose(),
                What::Noticed => self.bridges.iter_mut().for_each(|bridge| bridge.listed = !bridge.gone),
            }
        }
    }

    /// The balancer deals a session to the bridge that has the fewest. One that is gone refuses, and the page asks again.
    fn arrive(&mut self, since: Option<f64>) {
        let Some(bridge) = self.fewest() else { return };
        if self.bridges[bridge].gone {
            // After a second, and a random part of one.
            let again = 1.0 + self.uniform();
            let since = since.unwrap_or(self.now);
            self.after(again, What::Return { since });
            return;
        }
        let wait = self.work(bridge, costs(self.plan).0);
        let opened = self.now + wait;
        match since {
            Some(since) => self.returns.push(opened - since),
            None => self.openings.push((opened, wait)),
        }
        self.begin(bridge);
    }

    fn begin(&mut self, bridge: usize) {
        let session = self.sessions.len();
        self.sessions.push(Some(bridge));
        self.bridges[bridge].sessions += 1;
        let length = self.exponential(self.plan.session);
        self.after(length, What::End { session });
        self.next_burst(session);
    }

    fn next_burst(&mut self, session: usize) {
        let gap = self.exponential(self.plan.session / self.plan.bursts);
        self.after(gap, What::Burst { session });
    }

    /// Occupies the core that is free first; says how long until that is done.
    fn work(&mut self, bridge: usize, cost: f64) -> f64 {
        let now = self.now;
        let free = self.bridges[bridge].free.iter_mut().min_by(|a, b| a.total_cmp(b));
        // Every bridge has a core.
        let Some(free) = free else { return 0.0 };
        *free = free.max(now) + cost;
        self.busy += cost;
        *free - now
    }

    fn lose(&mut self) {
        let lost = lost(self.plan);
        for bridge in &mut self.bridges[..lost] {
            (bridge.gone, bridge.sessions) = (true, 0);
        }
        for session in 0..self.sessions.len() {
            if self.sessions[session].is_some_and(|bridge| bridge < lost) {
                self.sessions[session] = None;
                let delay = self.uniform() * self.plan.spread;
                self.after(delay, What::Return { since: self.now });
            }
        }
    }

    fn fewest(&self) -> Option<usize> {
        let listed = self.bridges.iter().enumerate().filter(|(_, bridge)| bridge.listed);
        listed.min_by_key(|(_, bridge)| bridge.sessions).map(|(at, _)| at)
    }

    fn after(&mut self, delay: f64, what: What) {
        self.at(self.now + delay, what);
    }

    fn at(&mut self, at: f64, what: What) {
        self.number += 1;
        self.events.push(Reverse(Event { at, number: self.number, what }));
    }

    fn uniform(&mut self) -> f64 {
        self.dice.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.uniform()).ln()
    }

    fn table(&mut self) -> String {
        let mut table = Table::new(["milliseconds", "count", "p50", "p99", "p99.9", "longest"]);
        for (name, all) in [("a tunnel opens", &self.openings), ("a burst is relayed", &self.bursts)] {
            for (window, from, to) in WINDOWS {
                let within = |at: f64| at >= (LOSS + from).max(UNSEEN) && at < LOSS + to;
                let times = all.iter().filter(|(at, _)| within(*at)).map(|(_, wait)| *wait).collect();
                table.row(row(format!("{name}, {window}"), times));
            }
        }
        table.row(row("cut off until open again".to_owned(), self.returns.clone()));
        table.to_string()
    }
}

fn row(name: String, mut times: Vec<f64>) -> Vec<String> {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let time = times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)));
        time.map_or_else(|| "–".to_owned(), |time| format!("{:.2}", time * 1e3))
    };
    vec![name, times.len().to_string(), at(0.5), at(0.99), at(0.999), at(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(arguments: &[&str]) -> Arguments {
        Arguments::parse_from([&["simulate"], arguments].concat())
    }

    /// Runs it and returns the middle wait of the bursts before the loss, and the longest return.
    fn simulated(plan: &Arguments) -> (f64, f64, usize) {
        let rate = plan.previews * plan.peak / 86_400.0;
        let mut world = World::new(plan, rate);
        world.run(rate);
        let mut waits: Vec<f64> =
            world.bursts.iter().filter(|(at, _)| *at > UNSEEN && *at < LOSS).map(|(_, wait)| *wait).collect();
        waits.sort_by(f64::total_cmp);
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        (mean, world.returns.iter().copied().fold(0.0, f64::max), world.returns.len())
    }

    #[test]
    fn a_queue_waits_as_the_formula_says() {
        // One core, busy to a half with equal bursts, and openings that cost nothing: M/D/1, mean time in the system
        // cost × (1 + load / (2 (1 − load))).
        let plan = plan(&[
            "--previews",
            "864000",
            "--peak",
            "1",
            "--bridges",
            "2",
            "--open",
            "0",
            "--mebibytes",
            "20",
            "--bursts",
            "10",
            "--relay",
            "5",
        ]);
        let (mean, ..) = simulated(&plan);
        let expected = 0.010 * (1.0 + 0.5 / (2.0 * 0.5));
        assert!((mean / expected - 1.0).abs() < 0.1, "{mean} and {expected}");
    }

    #[test]
    fn all_who_were_cut_off_come_back_and_a_spread_takes_its_time() {
        let base = ["--previews", "864000", "--peak", "1", "--bridges", "10"];
        let (_, at_once, count) = simulated(&plan(&base));
        // 10 a second for 180 s are 1,800 sessions: a tenth is 180.
        assert!((150..=210).contains(&count), "{count}");
        let (_, spread, _) = simulated(&plan(&[&base[..], &["--spread", "30"]].concat()));
        assert!(at_once < 4.0 && spread > 20.0, "{at_once} {spread}");
    }
}
