//! The benchmark programs' parts: `bench-path` (from the click to fifty rows), `bench-fetch` (a whole maildrop),
//! `bench-keep` (a mailbox on the device), `bench-send` (letters), `bench-bridge` (the bridge beside other relays) and
//! `bench-lighthouse` (what Lighthouse says of the page).
//!
//! ```text
//! bench-path:   Chromium → delay → restante → dovecot          path (path.mjs drives the browser), trace, page, path_report
//! bench-fetch:  a mail program → delay → dovecot               fetch, peers, raw, measure, decoder, report
//! bench-keep:   keep, mpop, or Chromium → delay → … dovecot    keep (keep.mjs drives the browser), fetch, peers
//! bench-send:   send, msmtp, … → delay → postfix               send, measure, peers
//! bench-bridge: a lean client → a relay → a server           bridge
//! bench-lighthouse: Lighthouse → Chromium → restante         lighthouse
//! ```
//!
//! What those with a browser need is in stage.
//!
//! They measure what was built and print what they saw; they judge nothing. The binaries hold the arguments only.

pub mod bridge;
pub mod decoder;
pub mod fetch;
pub mod keep;
pub mod lighthouse;
pub mod measure;
pub mod page;
pub mod path;
pub mod path_report;
pub mod peers;
pub mod raw;
pub mod report;
pub mod send;
pub mod stage;
pub mod table;
pub mod trace;

use std::process::ExitCode;

/// The end of a benchmark, as the shell is told of it.
pub fn ended(program: &str, outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
