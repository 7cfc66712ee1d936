//! The Rust tests of every package: unit, documentation and integration tests.

use anyhow::Result;

use super::STRICT;
use super::counts::{Counts, Libtest};
use crate::workspace::Workspace;
use crate::{process, report};

/// What is compiled together, and apart from that: compiled with the others, this program's dependencies would get other
/// features than they have in the program that runs, and all be compiled a second time.
const SELECTIONS: [&[&str]; 2] = [&["--workspace", "--exclude", "xtask"], &["--package", "xtask"]];

/// Compiles everything that is not the page: the tests, and the programs that they start.
pub(crate) fn compile(workspace: &Workspace) -> Result<()> {
    report::section("rust: compile", || {
        for selection in SELECTIONS {
            let mut cargo = process::cargo();
            cargo.arg("build").args(selection).args(["--bins", "--tests", "--examples"]);
            process::run(cargo.current_dir(&workspace.root))?;
        }
        Ok(())
    })
}

/// Runs all tests, also after one that failed.
pub(crate) fn run(workspace: &Workspace) -> Result<Counts> {
    report::section("rust: tests", || {
        let mut libtest = Libtest::default();
        let mut succeeded = true;
        for selection in SELECTIONS {
            let mut cargo = process::cargo();
            cargo.arg("test").args(selection).arg("--no-fail-fast").current_dir(&workspace.root).env(STRICT, "1");
            // Those that need what the set-up has brought.
            cargo.args(["--", "--include-ignored"]);
            succeeded &= process::follow(&mut cargo, |line| libtest.read(line))?;
        }
        Ok(libtest.finish(succeeded))
    })
}
