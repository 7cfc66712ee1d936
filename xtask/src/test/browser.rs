//! The browser tests: Node's test runner in tests/browser, with the built binary and a browser.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::STRICT;
use super::counts::{self, Counts};
use crate::workspace::Workspace;
use crate::{process, report};

/// Compiles the programs that the tests start: the binary, and the servers around it.
pub(crate) fn compile(workspace: &Workspace) -> Result<()> {
    report::section("browser: compile what the tests start", || {
        let mut cargo = process::cargo();
        cargo.args(["build", "--package", "restante-bridge", "--package", "restante-tests"]);
        process::run(cargo.args(["--bin", "restante", "--bin", "world"]).current_dir(&workspace.root))
    })
}

/// Runs them all against the debug binary, which reads the page from dist/.
pub(crate) fn run(workspace: &Workspace, chromium: &Path) -> Result<Counts> {
    let results = workspace.target.join("xtask").join("browser.tap");
    report::section("browser: tests", || {
        let mut node = process::command("node");
        node.arg("--test")
            .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
            .args(["--test-reporter=tap".to_owned(), format!("--test-reporter-destination={}", results.display())])
            .current_dir(workspace.root.join("tests").join("browser"))
            .env(STRICT, "1")
            .env("RESTANTE_BINARY", workspace.binary("debug"))
            .env("RESTANTE_CHROMIUM", chromium);
        let succeeded = process::follow(&mut node, |_| ())?;
        Ok(counts::of_tap(&fs::read_to_string(&results)?, succeeded))
    })
}
