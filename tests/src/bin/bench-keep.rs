//! `bench-keep`: a maildrop of 10,000 messages (119 MB) kept from a real Dovecot: `keep` beside mpop into a Maildir, and the
//! page in a real Chromium; one message of 150 MB; and a mailbox of 100,000 messages that somebody looks around in.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use restante_tests::bench::fetch::{self, Plan};
use restante_tests::bench::keep::{Scene, Visit};
use restante_tests::bench::peers::{Output, Peer};
use restante_tests::bench::stage::Needs;
use restante_tests::bench::table::Table;
use restante_tests::bench::{self, measure, raw, report};
use restante_tests::maildir::Crowd;
use serde_json::json;

/// Keeps maildrops, natively and in a browser, and compares.
#[derive(Debug, Parser)]
#[command(name = "bench-keep", version)]
struct Arguments {
    /// Round trips, in milliseconds.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    rtt: Vec<u64>,
    /// Parts: native, browser, huge, large.
    #[arg(long, value_delimiter = ',', default_value = "native,browser,huge,large")]
    parts: Vec<String>,
    /// Messages of the maildrop that is kept.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    messages: u32,
    /// Messages of the large mailbox.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    large: u32,
    /// How often each is measured natively (the median counts); what takes more than 6 s is measured once.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    #[command(flatten)]
    needs: Needs,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Octets of the one message that is larger than anybody sends.
const HUGE: usize = 150_000_000;

fn main() -> ExitCode {
    if let Some(done) = measure::as_launcher().or_else(raw::as_reader) {
        return done;
    }
    bench::ended("bench-keep", run(&Arguments::parse()))
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<()> {
    let wants = |part: &str| arguments.parts.iter().any(|wanted| wanted == part);
    let mut result = json!({});
    if wants("native") {
        let plan = Plan {
            round_trips: arguments.rtt.clone(),
            peers: [Peer::Keep, Peer::Mpop].into_iter().filter(|peer| peer.version().is_some()).collect(),
            outputs: vec![Output::Store, Output::Maildir],
            tls: vec![true],
            messages: arguments.messages,
            runs: arguments.runs.into(),
            window: 32 << 20,
        };
        eprintln!("writing {} messages and starting Dovecot", plan.messages);
        let rows = fetch::Scene::start(plan.messages).await?.speed(&plan, |line| eprintln!("{line}")).await?;
        if !arguments.json {
            println!("{}", report::kept(&rows, &plan));
        }
        result["native"] = json!(rows);
    }
    let needs = arguments.needs.clone();
    if wants("browser") {
        let scene = Scene::start(&needs, Crowd { messages: arguments.messages, ..Crowd::FETCH }).await?;
        let mut visits = Vec::new();
        for round_trip in &arguments.rtt {
            let visit = scene.visit(*round_trip, None).await?;
            eprintln!("{round_trip} ms: {} messages kept in {:.1} s", arguments.messages, visit.kept_ms / 1000.0);
            visits.push((*round_trip, visit));
        }
        if !arguments.json {
            println!("{} messages kept by the page, over TLS\n\n{}", arguments.messages, kept(&visits));
        }
        result["browser"] = json!(visits);
    }
    if wants("huge") {
        let crowd = Crowd { messages: 1, least: HUGE, most: HUGE };
        let visit = Scene::start(&needs, crowd).await?.visit(0, None).await?;
        if !arguments.json {
            println!("one message of {} MB\n\n{}", HUGE / 1_000_000, kept(&[(0, visit.clone())]));
        }
        result["huge"] = json!(visit);
    }
    if wants("large") {
        let scene = Scene::start(&needs, Crowd { messages: arguments.large, ..Crowd::PATH }).await?;
        let visit = scene.visit(0, Some(200)).await?;
        if !arguments.json {
            println!("a mailbox of {} messages\n\n{}", arguments.large, large(&visit));
        }
        result["large"] = json!(visit);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    }
    Ok(())
}

fn kept(visits: &[(u64, Visit)]) -> Table {
    let mut table = Table::new([
        "round trip",
        "first row",
        "all kept",
        "longest task of the page",
        "memory of the page and its workers",
        "more than before the click",
    ]);
    for (round_trip, visit) in visits {
        table.row([
            format!("{round_trip} ms"),
            format!("{:.0} ms", visit.first_row_ms),
            format!("{:.1} s", visit.kept_ms / 1000.0),
            format!("{:.0} ms", visit.longest_task_ms),
            format!("{} MiB", visit.memory_kib >> 10),
            format!("{} MiB", visit.grown_kib >> 10),
        ]);
    }
    table
}

fn large(visit: &Visit) -> Table {
    let mut table = Table::new(["what", "measured", "aim"]);
    let time = |time: Option<f64>| time.map_or_else(|| "–".into(), |time| format!("{time:.1} ms"));
    table.row(["first screen, from the start of the page".into(), time(visit.open_ms), "–".into()]);
    table.row(["first screen, from the page's first question".into(), time(visit.first_screen_ms), "300 ms".into()]);
    table.row(["rows anywhere (p95)".into(), time(visit.rows_p95_ms), "5 ms".into()]);
    table.row(["a search's first answer (p95)".into(), time(visit.search_p95_ms), "50 ms".into()]);
    table.row(["a frame while scrolling (p99)".into(), time(visit.frame_p99_ms), "16.7 ms".into()]);
    let empty =
        visit.empty_frames.zip(visit.frames).map_or_else(|| "–".into(), |(empty, of)| format!("{empty} of {of}"));
    table.row(["frames with a row that was not there".into(), empty, "0".into()]);
    table.row([
        "longest task of the page while it was kept".into(),
        format!("{:.0} ms", visit.longest_task_ms),
        "50 ms".into(),
    ]);
    table
}
