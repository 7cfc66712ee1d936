//! `bench-send`: letters handed in at a real Postfix over some distance, ours beside other programs; and memory.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use restante_tests::bench::send::{Row, Scene, Sender};
use restante_tests::bench::table::Table;
use restante_tests::bench::{self, measure};
use serde_json::json;

/// Sends letters with several programs over several distances, and compares.
#[derive(Debug, Parser)]
#[command(name = "bench-send", version)]
struct Arguments {
    /// Round trips for one letter, in milliseconds.
    #[arg(long, value_delimiter = ',', default_value = "0,50,200")]
    rtt: Vec<u64>,
    /// The round trip for many letters, in milliseconds.
    #[arg(long, default_value_t = 50)]
    rtt_of_many: u64,
    /// How many letters that is.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    letters: u16,
    /// How often one letter is measured (the median counts); many letters are measured once.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// Parts: one, many, big.
    #[arg(long, value_delimiter = ',', default_value = "one,many,big")]
    parts: Vec<String>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Octets of the large letter.
const BIG: usize = 100_000_000;

fn main() -> ExitCode {
    if let Some(done) = measure::as_launcher() {
        return done;
    }
    bench::ended("bench-send", run(&Arguments::parse()))
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<()> {
    let mut senders = Vec::new();
    for sender in Sender::ALL {
        match sender.version() {
            Some(version) => {
                eprintln!("{}: {version}", sender.name());
                senders.push(sender);
            }
            None => eprintln!("{}: NOT INSTALLED, left out", sender.name()),
        }
    }
    let wants = |part: &str| arguments.parts.iter().any(|wanted| wanted == part);
    let many = usize::from(arguments.letters);
    let scene = Scene::start(many).await?;
    let mut result = json!({});
    if wants("one") {
        let mut rows = Vec::new();
        for rtt in &arguments.rtt {
            rows.extend(scene.measure(&senders, (1, arguments.runs.into()), *rtt, |line| eprintln!("{line}")).await?);
        }
        if !arguments.json {
            println!("one letter of 1 KB, over TLS\n\n{}", table(&rows));
        }
        result["one"] = json!(rows);
    }
    if wants("many") {
        let rows = scene.measure(&senders, (many, 1), arguments.rtt_of_many, |line| eprintln!("{line}")).await?;
        if !arguments.json {
            println!("{many} letters of 1 KB, over TLS\n\n{}", table(&rows));
        }
        result["many"] = json!(rows);
    }
    if wants("big") {
        let usage = scene.one_big_letter(BIG).await?;
        if !arguments.json {
            println!(
                "one letter of {} MB, ours: {:.2} s, {:.1} MiB at most (aim: 32 MiB)",
                BIG / 1_000_000,
                usage.wall.as_secs_f64(),
                usage.peak_kib as f64 / 1024.0
            );
        }
        result["big"] = json!(usage);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    }
    Ok(())
}

fn table(rows: &[Row]) -> Table {
    let mut table =
        Table::new(["round trip", "program", "seconds", "÷ ours", "round trips", "connections", "peak MiB"]);
    for row in rows {
        let is_ours = |other: &&Row| other.sender == Sender::Ours && other.round_trip_ms == row.round_trip_ms;
        let ours = rows.iter().find(is_ours);
        table.row([
            format!("{} ms", row.round_trip_ms),
            row.sender.name().to_owned(),
            format!("{:.3}", row.seconds),
            ours.map_or_else(|| "–".into(), |ours| format!("{:.2}", row.seconds / ours.seconds)),
            row.round_trips.to_string(),
            row.connections.to_string(),
            format!("{:.1}", row.peak_kib as f64 / 1024.0),
        ]);
    }
    table
}
