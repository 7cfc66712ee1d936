//! `bench-bridge`: the bridge beside websockify, websocat, wisp-js and plain socat: throughput, added latency, memory.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use restante_tests::bench;
use restante_tests::bench::bridge::measure::{self, Direction};
use restante_tests::bench::bridge::relay::Relay;
use restante_tests::bench::bridge::report::{self, Figures};
use restante_tests::bench::bridge::{far_end, process};

/// Sends the same bytes through several relays in turns, and compares.
#[derive(Debug, Parser)]
#[command(name = "bench-bridge", version)]
struct Arguments {
    /// Relays: direct, socat, socat -b65536, ours, websockify, websocat, wisp-js. [default: all that are installed]
    #[arg(long, value_delimiter = ',')]
    relays: Vec<String>,
    /// Parts: bulk, latency, crowd, deaf.
    #[arg(long, value_delimiter = ',', default_value = "bulk,latency,crowd,deaf")]
    parts: Vec<String>,
    /// How often each is measured; the median counts. Exchanges and crowds are measured three times at most, and a crowd that takes more than 10 s is measured once,
    /// as are clients that never read.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// MiB through one tunnel.
    #[arg(long, default_value_t = 256)]
    mebibytes: u64,
    /// Numbers of tunnels that exchange 100 bytes.
    #[arg(long, value_delimiter = ',', default_value = "1,100,1000")]
    exchanging: Vec<usize>,
    /// Idle tunnels.
    #[arg(long, default_value_t = 9000)]
    tunnels: usize,
    /// Clients that never read.
    #[arg(long, default_value_t = 100)]
    deaf: usize,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Seconds of exchanging, a run.
const EXCHANGING: Duration = Duration::from_secs(2);
/// MiB that a server pushes to each client that never reads.
const PUSHED: u64 = 200;

fn main() -> ExitCode {
    if let Some(done) = far_end::as_far_end() {
        return done;
    }
    bench::ended("bench-bridge", run(&Arguments::parse()))
}

#[tokio::main(flavor = "current_thread")]
async fn run(arguments: &Arguments) -> Result<()> {
    let wanted =
        |relay: &Relay| arguments.relays.is_empty() || arguments.relays.iter().any(|name| name == relay.name());
    for name in &arguments.relays {
        anyhow::ensure!(Relay::ALL.iter().any(|relay| relay.name() == name), "no relay is called {name}");
    }
    let mut all: Vec<Figures> = Relay::ALL.into_iter().filter(wanted).map(Figures::of).collect();
    let load = process::load();
    let everything = async {
        for part in &arguments.parts {
            for run in 1..=arguments.runs {
                for figures in all.iter_mut().filter(|figures| figures.version.is_some()) {
                    let what = format!("{part}, run {run}, {}", figures.relay.name());
                    eprintln!("{what}");
                    if let Err(error) = one(arguments, part, run, figures).await {
                        eprintln!("  failed: {error:#}");
                        figures.faults.push(format!("{what}: {error:#}"));
                    }
                }
            }
        }
    };
    tokio::task::LocalSet::new().run_until(everything).await;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    println!("{}", report::tell(&all, arguments.tunnels));
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{processors} processors; processes that wanted to run (a minute's mean): {load} before, {} after.",
        process::load()
    );
    println!(
        "Client, relay and server share the processors; several tunnels exchange {} times a second in all.",
        measure::EXCHANGES_PER_SECOND
    );
    Ok(())
}

/// Measures one part of one relay once.
async fn one(arguments: &Arguments, part: &str, run: u8, figures: &mut Figures) -> Result<()> {
    let relay = figures.relay;
    match part {
        "bulk" => {
            figures.down.push(measure::bulk(relay, Direction::Down, arguments.mebibytes).await?);
            figures.up.push(measure::bulk(relay, Direction::Up, arguments.mebibytes).await?);
        }
        // Several seconds each, of thousands of exchanges.
        "latency" if run <= 3 => {
            for &tunnels in &arguments.exchanging {
                let exchanges = measure::exchanges(relay, tunnels, EXCHANGING).await?;
                figures.exchanges.entry(tunnels).or_default().push(exchanges);
            }
        }
        "crowd" => {
            // Every other run of those who take long would take as long again.
            if run == 1 || (run <= 3 && figures.crowd.iter().all(|crowd| crowd.seconds < 10.0)) {
                figures.crowd.push(measure::crowd(relay, arguments.tunnels).await?);
            }
        }
        "deaf" => {
            if run == 1 {
                figures.deaf.push(measure::deaf(relay, arguments.deaf, PUSHED).await?);
            }
        }
        "latency" => {}
        other => anyhow::bail!("there is no part {other}"),
    }
    Ok(())
}
