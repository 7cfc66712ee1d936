//! The commands and their flags, and which module does each. No work of its own.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;
use crate::{bench, binary, demo, fuzz, page, screenshot, setup, soak, test};

/// Build, try, test and measure Restante. Every command sets up what it is missing.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, after_help = ENVIRONMENT)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const ENVIRONMENT: &str = "Environment:
  RESTANTE_WASM_TOOLCHAIN  where the wasm32 target comes from: `rustup` or `debian`;
                           unset: what is installed, then rustup, then Debian's packages";

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up what building needs: the wasm32 target, clang, wasm-opt
    Setup,
    /// Build the page into dist/ and the release binary, which carries the page
    Build {
        /// Quick, for work on the page: no wasm-opt, no compressed copies, a debug binary that reads dist/ from disk
        #[arg(long)]
        dev: bool,
        /// The page alone, without the binary
        #[arg(long)]
        page_only: bool,
        /// Build the page twice, the second time from a copy of the checkout elsewhere, and compare them
        #[arg(long, conflicts_with = "dev")]
        check_reproducible: bool,
        /// Also what only the browser tests run, into target/xtask/trials
        #[arg(long)]
        trials: bool,
    },
    /// Build, then run the binary with its built-in sample mail server
    Demo {
        /// Where the page is served
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8110")]
        listen: String,
        /// As `build --dev`
        #[arg(long)]
        dev: bool,
    },
    /// Set up what the tests need, build, and run them
    Test {
        /// Only these parts
        #[arg(value_enum)]
        parts: Vec<test::Part>,
    },
    /// Build as shipped, and run a benchmark
    Bench {
        #[arg(value_enum)]
        benchmark: bench::Benchmark,
        /// What the benchmark itself takes
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Put the bridge under random load: thousands of tunnels, random faults, every byte checked, memory watched
    Soak {
        /// What the soak itself takes: `--minutes N`, `--tunnels N`, `--seed N`, and more with `--help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Feed the fuzz targets with broken input
    Fuzz {
        /// How long, for all targets together
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u64,
        /// Only these targets
        targets: Vec<String>,
    },
    /// Take the README's picture, docs/screenshot.png, from the demo
    Screenshot,
    /// Take a picture of every state of the page in every view, for looking at
    Shots {
        /// As `build --dev`
        #[arg(long)]
        dev: bool,
        /// Where the pictures go
        #[arg(value_name = "FOLDER", default_value = "target/shots")]
        folder: PathBuf,
        /// Only these states
        states: Vec<String>,
    },
}

/// Does what the command line asks.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    match arguments.command {
        Command::Setup => setup::for_building(&workspace).map(drop),
        Command::Build { dev, page_only, check_reproducible, trials } => {
            let mode = page::Mode::from_dev(dev);
            let page = page::build(&workspace, mode)?;
            print!("{}", page.sums);
            println!("The page's fingerprint, the SHA-256 of SHA256SUMS: {}", page.fingerprint());
            if check_reproducible {
                page::reproduce::check(&workspace, &page)?;
            }
            if trials {
                page::trials::build(&workspace, mode)?;
            }
            if !page_only {
                binary::build(&workspace, mode, &page)?;
            }
            Ok(())
        }
        Command::Demo { listen, dev } => demo::run(&workspace, page::Mode::from_dev(dev), &listen),
        Command::Bench { benchmark, arguments } => bench::run(&workspace, benchmark, &arguments),
        Command::Soak { arguments } => soak::run(&workspace, &arguments),
        Command::Fuzz { seconds, targets } => fuzz::run(&workspace, seconds, &targets),
        Command::Screenshot => screenshot::run(&workspace),
        Command::Shots { dev, folder, states } => {
            screenshot::shots(&workspace, page::Mode::from_dev(dev), &folder, &states)
        }
        Command::Test { parts } => test::run(&workspace, &parts),
    }
}
