//! The Rust tests of every package: unit, documentation and integration tests.

use anyhow::Result;

use super::STRICT;
use super::counts::{Counts, Libtest};
use crate::workspace::Workspace;
use crate::{process, report};

/// Compiles everything that is not the page: the tests, and the programs that they start.
pub(crate) fn compile(workspace: &Workspace) -> Result<()> {
    report::section("rust: compile", || {
        let mut cargo = process::cargo();
        cargo.args(["build", "--workspace", "--bins", "--tests", "--examples"]).current_dir(&workspace.root);
        process::run(&mut cargo)
    })
}

/// Runs all tests, also after one that failed.
pub(crate) fn run(workspace: &Workspace) -> Result<Counts> {
    report::section("rust: tests", || {
        let mut libtest = Libtest::default();
        let mut cargo = process::cargo();
        cargo.args(["test", "--workspace", "--no-fail-fast"]).current_dir(&workspace.root).env(STRICT, "1");
        let succeeded = process::follow(&mut cargo, |line| libtest.read(line))?;
        Ok(libtest.finish(succeeded))
    })
}
