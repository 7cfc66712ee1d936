//! `bench-path`: from the click on `Open mailbox` to fifty rows, in round trips and in time; the page's bytes, and the
//! time to its first paint.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use restante_tests::bench::path::{Before, COUNTING, Scene};
use restante_tests::bench::path_report as report;
use restante_tests::bench::stage::Needs;
use serde_json::json;

/// Opens a maildrop of a real Dovecot in a real Chromium, through the real binary, over some distance.
#[derive(Debug, Parser)]
#[command(name = "bench-path", version)]
struct Arguments {
    /// Round trips between browser and bridge, in milliseconds. Trips are counted at 50 and 200 ms besides.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    rtt: Vec<u64>,
    /// Visits at each of them; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// Visits for counting round trips, at each distance and with each beginning.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    counting_runs: u8,
    /// Messages of the maildrop.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    messages: u32,
    /// Rows to wait for.
    #[arg(long, default_value_t = 50)]
    rows: u32,
    #[command(flatten)]
    needs: Needs,
    /// The page's files, with their compressed copies.
    #[arg(long, env = "RESTANTE_DIST")]
    dist: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    eprintln!("writing {} messages and starting Dovecot and the bridge", arguments.messages);
    let scene = Scene::start(&arguments.needs, arguments.dist, arguments.messages, arguments.rows).await?;
    // The first login of a maildrop makes the server's index: nobody's figure.
    scene.visit(0, Before::Nothing).await?;

    let mut visits = Vec::new();
    let mut distances = [&arguments.rtt[..], &COUNTING].concat();
    distances.sort_unstable();
    distances.dedup();
    for round_trip in distances {
        let runs = if arguments.rtt.contains(&round_trip) { arguments.runs } else { arguments.counting_runs };
        for run in 1..=runs {
            for before in Before::ALL {
                let visit = scene.visit(round_trip, before).await?;
                eprintln!(
                    "{round_trip} ms, {}, visit {run}: first paint {:.0} ms, rows {:.0} ms, {} round trips",
                    before.words(),
                    visit.first_paint_ms,
                    visit.rows_ms,
                    visit.trips.len()
                );
                visits.push(visit);
            }
        }
    }
    let counted = visits.iter().rfind(|visit| visit.before == Before::Nothing);
    let files = counted.map(|visit| scene.files(visit)).transpose()?.unwrap_or_default();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&json!({"visits": visits, "files": files}))?);
    } else {
        println!("{}", report::times(&visits, &arguments.rtt));
        println!("{}", report::trips(&visits));
        println!("{}", report::files(&files));
    }
    Ok(())
}
