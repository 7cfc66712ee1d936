//! `fetch`: empties a maildrop into a file, a Maildir or nothing. The engine outside a browser, and what measures it.
//!
//! ```text
//! options → restante_native (TCP) → restante_engine::connection → session (what to ask, by the plan) → deliver (mbox, Maildir, nothing) → report
//! ```
//! Bodies go from the socket to the disk in pieces: memory does not grow with the size of a message. A message is deleted
//! on the server only after it is safe on the disk, and counts as deleted only after the server's answer to QUIT.
//!
//! ```sh
//! cargo run --release -p restante-engine --example fetch -- pops://user@pop.example.org/ --password-file F --maildir M
//! ```

mod deliver;
mod options;
mod plan;
mod report;
mod session;

use std::process::ExitCode;

use clap::Parser;
use options::Options;
use report::Report;

fn main() -> ExitCode {
    let options = Options::parse();
    let mut report = Report::new(options.json);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report.wrong(&format!("no event loop: {error}")),
    };
    let task = match options.task() {
        Ok(task) => task,
        Err(wrong) => return report.wrong(&wrong),
    };
    match runtime.block_on(session::fetch(task, &mut report)) {
        Ok(()) => report.summary(),
        Err(trouble) => report.failed(&trouble),
    }
}
