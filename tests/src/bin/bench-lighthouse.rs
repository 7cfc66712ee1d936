//! `bench-lighthouse`: what Lighthouse says of the page, on a computer and on a phone.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use restante_tests::bench::lighthouse::{CATEGORIES, Device, Judgement, METRICS, judge, script};
use restante_tests::bench::stage::Needs;
use restante_tests::bench::table::Table;

/// Has Lighthouse visit the page, as the real binary serves it.
#[derive(Debug, Parser)]
#[command(name = "bench-lighthouse", version)]
struct Arguments {
    /// Visits for each device; the median of each figure counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    #[command(flatten)]
    needs: Needs,
    /// The folder with Lighthouse's packages.
    #[arg(long, env = "RESTANTE_LIGHTHOUSE", default_value = "tests/lighthouse")]
    lighthouse: PathBuf,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let judgements = judge(&arguments.needs, &script(&arguments.lighthouse), arguments.runs).await?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&judgements)?);
        return Ok(());
    }
    let mut table = Table::new(["", "desktop", "phone"]);
    let of = |figure: &dyn Fn(&Judgement) -> f64| {
        Device::ALL.map(|device| {
            let mut all: Vec<f64> = judgements.iter().filter(|one| one.device == device).map(figure).collect();
            all.sort_by(f64::total_cmp);
            format!("{:.0}", all[all.len() / 2])
        })
    };
    for (at, name) in CATEGORIES.iter().enumerate() {
        let [desktop, phone] = of(&|judgement| judgement.scores[at]);
        table.row([format!("{name} (of 100)"), desktop, phone]);
    }
    for (at, name) in METRICS.iter().enumerate() {
        let [desktop, phone] = of(&|judgement| judgement.metrics[at]);
        table.row([format!("{name} (ms)"), desktop, phone]);
    }
    println!("{table}");
    for judgement in judgements.iter().filter(|judgement| !judgement.faults.is_empty()) {
        println!("points lost on a {}: {}", judgement.device.words(), judgement.faults.join(", "));
    }
    Ok(())
}
