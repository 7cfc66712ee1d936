//! `cargo xtask test`: everything that a change must pass, and a line of counts for each runner.

mod browser;
mod counts;
mod lint;
mod rust;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, report, setup};
use counts::Counts;

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Formatting, clippy, documentation, licences
    Lint,
    /// Unit, documentation and integration tests
    Rust,
    /// The page in a real browser
    Browser,
}

/// The variable that makes a test fail where it would otherwise leave itself out for want of a tool.
const STRICT: &str = "RESTANTE_TESTS_STRICT";

/// Sets up what the tests need, builds, and runs the given parts, or all of them. Fails if anything did.
pub(crate) fn run(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    let mut failures = Vec::new();
    let mut lines = Vec::new();
    let mut note = |name: &'static str, outcome: Result<Counts>| {
        let counts = outcome.unwrap_or_else(|error| {
            report::warn(&format!("{name}: {error:#}"));
            Counts::of_a_runner_that_failed()
        });
        for test in &counts.left_out {
            report::warn(&format!("{name}: left out for a reason other than the platform: {test}"));
        }
        if !counts.succeeded() {
            failures.push(name);
        }
        lines.push(format!("{name}: {counts}"));
    };

    // What can be missing is found out before anything takes minutes.
    let chromium = if wanted(Part::Browser) || wanted(Part::Rust) {
        setup::for_tests(workspace, wanted(Part::Browser))?
    } else {
        None
    };
    // The page comes first: the binary's crate is compiled anew when it changes.
    let page = if chromium.is_some() { page::build(workspace, Mode::Release) } else { Ok(String::new()) };
    let linted = if wanted(Part::Lint) { lint::run(workspace) } else { Ok(()) };
    if wanted(Part::Rust) {
        note("rust", rust::run(workspace));
    }
    if let Some(chromium) = chromium {
        let binary = page.and_then(|page| match wanted(Part::Rust) {
            // Compiled with the tests, whose choice of features in shared crates is another than the binary's own.
            true => Ok(workspace.binary("debug")),
            false => binary::build(workspace, Mode::Dev, &page),
        });
        note("browser", binary.and_then(|binary| browser::run(workspace, &binary, &chromium)));
    }

    if let Err(error) = &linted {
        report::warn(&format!("lint: {error:#}"));
        failures.push("lint");
    }
    for line in lines {
        println!("{line}");
    }
    if !failures.is_empty() {
        bail!("failed: {}", failures.join(", "));
    }
    Ok(())
}
