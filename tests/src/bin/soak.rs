//! `soak`: tunnels by the thousand with random traffic and random faults, every byte checked, memory and descriptors
//! watched. Ends with status 1 where anything was wrong.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use restante_tests::soak::{self, Plan};

/// Puts the bridge under random load for a while.
#[derive(Debug, Parser)]
#[command(name = "soak", version)]
struct Arguments {
    /// How long, after a warm-up.
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    minutes: f64,
    /// Tunnels at once.
    #[arg(long, default_value_t = 2000)]
    tunnels: usize,
    /// Seconds of warm-up.
    #[arg(long, default_value_t = 30)]
    warm_up: u64,
    /// Seed of all that is random. [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
    /// Keep so many tunnels open, to see that the soak then fails.
    #[arg(long, default_value_t = 0)]
    hold: usize,
    /// Spoil a byte in one of so many sessions, to see that the soak then fails.
    #[arg(long, default_value_t = 0)]
    corrupt: u64,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            since.as_nanos() as u64
        }
    };
    let plan = Plan {
        tunnels: arguments.tunnels,
        time: Duration::from_secs_f64(arguments.minutes * 60.0),
        warm_up: Duration::from_secs(arguments.warm_up),
        seed,
        hold: arguments.hold,
        corrupt: arguments.corrupt,
    };
    println!("seed {seed}");
    let outcome = soak::run(&plan, |line| println!("{line}")).await?;
    println!(
        "{} sessions, {:.1} GB checked, {} reloads",
        outcome.sessions,
        outcome.bytes as f64 / 1e9,
        outcome.reloads
    );
    let highest = outcome.watched.samples.iter().map(|sample| sample.memory).max().unwrap_or(0);
    println!("at rest before: {}; after: {}", outcome.watched.before, outcome.watched.after);
    println!("under load: at most {:.1} MiB", highest as f64 / f64::from(1 << 20));
    for fault in &outcome.faults {
        println!("FAULT: {fault}");
    }
    println!("{}", if outcome.faults.is_empty() { "flat, and every byte was right" } else { "failed" });
    Ok(if outcome.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
