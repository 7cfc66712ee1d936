//! `send`: hands letters in at a submission server. The engine outside a browser.
//!
//! ```text
//! options → restante_native (TCP) → restante_engine::submission → report
//! ```
//! ```sh
//! cargo run --release -p restante-engine --example send -- smtps://ana@mail.example.org/ --password-file F \
//!     --from ana@example.org --to bert@example.org --message letter.eml
//! ```

mod options;
mod report;

use std::process::ExitCode;
use std::rc::Rc;

use clap::Parser;
use options::{Options, Task};
use report::Report;
use restante_engine::submission::{self, Fate};
use restante_native::Native;

fn main() -> ExitCode {
    let options = Options::parse();
    let report = Report { json: options.json };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report.wrong(&format!("no event loop: {error}")),
    };
    let Task { server, login, letters } = match options.task() {
        Ok(task) => task,
        Err(wrong) => return report.wrong(&wrong),
    };
    let errands: Vec<_> = letters.iter().map(|(_, errand)| errand.clone()).collect();
    let mut tell = |event: &_| report.heard(event);
    let outcomes = runtime.block_on(submission::send(Rc::new(Native), &server, Some(login), &errands, &mut tell));
    let mut is_whole = true;
    for ((file, errand), outcome) in letters.iter().zip(&outcomes) {
        is_whole &= report.outcome(file, &errand.letter, outcome) && matches!(outcome.fate, Fate::Sent(_));
    }
    if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
