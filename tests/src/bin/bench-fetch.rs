//! `bench-fetch`: a maildrop of 10,000 messages (119 MB) fetched from a real Dovecot over some distance, ours beside
//! other POP3 clients; memory; and the body decoder alone.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use restante_tests::bench::fetch::{Plan, Scene};
use restante_tests::bench::peers::{Output, Peer};
use restante_tests::bench::{self, measure, raw, report};
use serde_json::json;

/// Fetches a maildrop with several programs over several distances, and compares.
#[derive(Debug, Parser)]
#[command(name = "bench-fetch", version)]
struct Arguments {
    /// Round trips, in milliseconds.
    #[arg(long, value_delimiter = ',', default_value = "0,50,200")]
    rtt: Vec<u64>,
    /// Programs: raw, ours, mpop, fetchmail, getmail6, curl, poplib. [default: all that are installed]
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// Outputs: discard, memory, durable (one file), maildir. [default: all]
    #[arg(long, value_delimiter = ',')]
    outputs: Vec<String>,
    /// Without TLS, with it, or both.
    #[arg(long, value_enum, default_value_t = Security::Both)]
    security: Security,
    /// Messages of the maildrop.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    messages: u32,
    /// How often each is measured (the median counts); what takes more than 6 s is measured once.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// The raw reader's window, in octets of answers under way; ours has the same by default.
    #[arg(long, default_value_t = 32 << 20)]
    window: u64,
    /// Parts: speed, memory, decoder.
    #[arg(long, value_delimiter = ',', default_value = "speed,memory,decoder")]
    parts: Vec<String>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Security {
    Plain,
    Tls,
    Both,
}

fn main() -> ExitCode {
    if let Some(done) = measure::as_launcher().or_else(raw::as_reader) {
        return done;
    }
    bench::ended("bench-fetch", run(&Arguments::parse()))
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<()> {
    let plan = plan(arguments)?;
    let wants = |part: &str| arguments.parts.iter().any(|wanted| wanted == part);
    let mut result = json!({});
    if wants("speed") || wants("memory") {
        eprintln!("writing {} messages and starting Dovecot", plan.messages);
        let scene = Scene::start(plan.messages).await?;
        if wants("speed") {
            let rows = scene.speed(&plan, |line| eprintln!("{line}")).await?;
            if !arguments.json {
                println!("{}", report::speed(&rows, &plan));
            }
            result["speed"] = json!({"plan": plan, "rows": rows});
        }
        if wants("memory") && plan.peers.contains(&Peer::Ours) {
            for &tls in &plan.tls {
                let usage = scene.one_big_message(500_000_000, tls).await?;
                if !arguments.json {
                    println!("{}", report::big_message(tls, &usage));
                }
                result["one_message_of_500_mb"][if tls { "tls" } else { "plain" }] = json!(usage);
            }
        }
    }
    if wants("decoder") {
        let figures = restante_tests::bench::decoder::measure(|line| eprintln!("{line}")).await?;
        if !arguments.json {
            println!("{}", report::decoder(&figures));
        }
        result["decoder"] = json!(figures);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    }
    Ok(())
}

/// What the arguments ask for; says which programs are there.
fn plan(arguments: &Arguments) -> Result<Plan> {
    let mut peers = Vec::new();
    for peer in Peer::ALL {
        if !arguments.peers.is_empty() && !arguments.peers.iter().any(|name| name == peer.name()) {
            continue;
        }
        match peer.version() {
            Some(version) => {
                eprintln!("{}: {version}", peer.name());
                peers.push(peer);
            }
            None => eprintln!("{}: NOT INSTALLED, left out", peer.name()),
        }
    }
    for name in &arguments.peers {
        if !Peer::ALL.iter().any(|peer| peer.name() == name) {
            bail!("no program is called {name}");
        }
    }
    let mut outputs = Vec::new();
    for output in Output::ALL {
        if arguments.outputs.is_empty() || arguments.outputs.iter().any(|name| name == output.name()) {
            outputs.push(output);
        }
    }
    let tls = match arguments.security {
        Security::Plain => vec![false],
        Security::Tls => vec![true],
        Security::Both => vec![false, true],
    };
    Ok(Plan {
        round_trips: arguments.rtt.clone(),
        peers,
        outputs,
        tls,
        messages: arguments.messages,
        runs: arguments.runs.into(),
        window: arguments.window,
    })
}
