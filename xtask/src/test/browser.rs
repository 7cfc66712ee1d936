//! The browser tests: Node's test runner in tests/browser, with the built binary and a browser.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::STRICT;
use super::counts::{self, Counts};
use crate::workspace::Workspace;
use crate::{process, report};

/// Runs them all against `binary`.
pub(crate) fn run(workspace: &Workspace, binary: &Path, chromium: &Path) -> Result<Counts> {
    let results = workspace.target.join("xtask").join("browser.tap");
    report::section("browser: tests", || {
        let mut node = process::command("node");
        node.arg("--test")
            .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
            .args(["--test-reporter=tap".to_owned(), format!("--test-reporter-destination={}", results.display())])
            .current_dir(workspace.root.join("tests").join("browser"))
            .env(STRICT, "1")
            .env("RESTANTE_BINARY", binary)
            .env("RESTANTE_CHROMIUM", chromium);
        let succeeded = process::follow(&mut node, |_| ())?;
        Ok(counts::of_tap(&fs::read_to_string(&results)?, succeeded))
    })
}
