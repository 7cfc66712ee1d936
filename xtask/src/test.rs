//! `cargo xtask test`: everything that a change must pass, and a line of counts for each runner.

mod browser;
mod counts;
mod lint;
mod rust;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{report, setup};
pub(crate) use browser::compile as compile_for_browser;
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
    let (lint, rust, browser) = (wanted(Part::Lint), wanted(Part::Rust), wanted(Part::Browser));
    // What can be missing is found out before anything takes minutes.
    let chromium = if rust || browser { setup::for_tests(workspace, browser)? } else { None };
    if browser {
        setup::for_other_browsers()?;
    }

    let mut summary = Summary::default();
    // The page comes first: the binary's crate is compiled anew when it changes.
    let page = if browser { page::build(workspace, Mode::Release).map(drop) } else { Ok(()) };
    let trials = if browser { page::trials::build(workspace, Mode::Release).map(drop) } else { Ok(()) };
    if lint && let Err(error) = lint::run(workspace) {
        summary.failed("lint", &error);
    }
    let compiled = match (rust, browser) {
        // Brings the programs of the browser tests too, with another choice of features in crates that they share.
        (true, _) => rust::compile(workspace),
        (false, true) => browser::compile(workspace),
        (false, false) => Ok(()),
    };
    if rust {
        summary.add("rust", after(&[&compiled], || rust::run(workspace)));
    }
    if let Some(chromium) = chromium {
        summary.add("browser", after(&[&page, &trials, &compiled], || browser::run(workspace, &chromium)));
    }
    summary.close()
}

/// Runs `work` if everything that it needs was done.
fn after(needed: &[&Result<()>], work: impl FnOnce() -> Result<Counts>) -> Result<Counts> {
    for outcome in needed {
        if let Err(error) = outcome {
            bail!("not run: {error:#}");
        }
    }
    work()
}

/// What the runners came to.
#[derive(Debug, Default)]
struct Summary {
    lines: Vec<String>,
    failures: Vec<&'static str>,
}

impl Summary {
    /// Adds a runner's counts. One that could not be run counts as a failure.
    fn add(&mut self, name: &'static str, outcome: Result<Counts>) {
        let counts = match outcome {
            Ok(counts) => {
                if !counts.succeeded() {
                    self.failures.push(name);
                }
                counts
            }
            Err(error) => {
                self.failed(name, &error);
                Counts::of_a_runner_that_failed()
            }
        };
        for test in &counts.left_out {
            report::warn(&format!("{name}: left out for a reason other than the platform: {test}"));
        }
        self.lines.push(format!("{name}: {counts}"));
    }

    /// Notes a failure that no count shows.
    fn failed(&mut self, name: &'static str, error: &anyhow::Error) {
        report::warn(&format!("{name}: {error:#}"));
        self.failures.push(name);
    }

    /// Prints a line for each runner, and fails if anything did.
    fn close(self) -> Result<()> {
        for line in self.lines {
            println!("{line}");
        }
        if !self.failures.is_empty() {
            bail!("failed: {}", self.failures.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_could_not_be_run_fails_the_whole_and_shows_in_its_line() {
        let mut summary = Summary::default();
        summary.add("rust", Ok(Counts { passed: 3, ..Counts::default() }));
        summary.add("browser", after(&[&Ok(()), &Err(anyhow::anyhow!("no page"))], || Ok(Counts::default())));
        assert_eq!(summary.lines, ["rust: 3 passed, 0 failed", "browser: 0 passed, 1 failed"]);
        assert_eq!(summary.close().unwrap_err().to_string(), "failed: browser");
    }
}
