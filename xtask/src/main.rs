//! `cargo xtask`: set-up, build, demo, tests and benchmarks of Restante, one command each.
//!
//! Each command sets up what it is missing by itself (`setup`), says each step and how long it took (`report`), and
//! asks nothing. This crate starts other programs and arranges files; it holds nothing that runs in the product.

mod bench;
mod binary;
mod cli;
mod demo;
mod fuzz;
mod page;
mod process;
mod report;
mod screenshot;
mod setup;
mod soak;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
