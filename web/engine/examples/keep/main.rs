//! `keep`: a mailbox on this machine, kept from a POP3 server, without a page: the same engine and the same store.
//!
//! ```text
//! options → restante_engine::sync (network → store) ─► restante_store ─► list, search, export, check
//! ```
//! It may be killed at any moment: what is deleted on the server is safe here before, and the next run goes on.
//!
//! ```sh
//! cargo run --release -p restante-engine --features keep --example keep -- --store DIR sync pops://user@host/ --password-file F
//! ```

mod exchange;
mod options;
mod report;
mod show;

use std::process::ExitCode;

use clap::Parser;
use options::{Action, Options};
use report::Report;

fn main() -> ExitCode {
    let options = Options::parse();
    let report = Report { json: options.json };
    match run(&options, &report) {
        Ok(code) => code,
        Err(trouble) => report.failed(&trouble),
    }
}

fn run(options: &Options, report: &Report) -> Result<ExitCode, report::Trouble> {
    if let Action::Rescue { mbox } = &options.action {
        return exchange::rescue(&options.file(), mbox, report);
    }
    let mut store = options.open()?;
    match &options.action {
        Action::Sync(sync) => sync.run(store, report),
        Action::List { limit } => show::list(&store, *limit, report),
        Action::Search { query, limit } => show::search(&store, query, *limit, report),
        Action::Rest { ids } => show::rest(&mut store, ids, report),
        Action::Delete { ids } => show::delete(&mut store, ids, report),
        Action::WouldDelete { policy } => show::would_delete(&store, *policy, report),
        Action::Check | Action::Rescue { .. } => show::check(&store, report),
        Action::Export { mbox } => exchange::export(&store, mbox, report),
        Action::Import { mbox } => exchange::import(&mut store, mbox, report),
    }
}
