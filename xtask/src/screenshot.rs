//! Pictures of the page, taken by the tests' scripts: the README's, and those of every state.

use std::path::Path;

use anyhow::Result;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, process, report, setup, test};

/// `cargo xtask screenshot`: the README's picture, from the demo.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let chromium = setup::for_browser(workspace)?;
    let page = page::build(workspace, Mode::Release)?;
    let binary = binary::build(workspace, Mode::Dev, &page)?;
    let picture = workspace.root.join("docs").join("screenshot.png");
    report::section("screenshot", || take(workspace, "screenshot.mjs", &chromium, &binary, &picture, &[]))?;
    eprintln!("  {}", workspace.shown(&picture));
    Ok(())
}

/// `cargo xtask shots`: every state in every view, or these states.
pub(crate) fn shots(workspace: &Workspace, mode: Mode, folder: &Path, states: &[String]) -> Result<()> {
    setup::for_tests(workspace, false)?;
    let chromium = setup::for_browser(workspace)?;
    page::build(workspace, mode)?;
    test::compile_for_browser(workspace)?;
    // The script runs elsewhere.
    let folder = std::env::current_dir()?.join(folder);
    report::section("shots", || take(workspace, "shots.mjs", &chromium, &workspace.binary("debug"), &folder, states))
}

fn take(
    workspace: &Workspace,
    script: &str,
    chromium: &Path,
    binary: &Path,
    into: &Path,
    states: &[String],
) -> Result<()> {
    process::run(
        process::command("node")
            .arg(script)
            .arg(into)
            .args(states)
            .current_dir(workspace.root.join("tests").join("browser"))
            .env("RESTANTE_BINARY", binary)
            .env("RESTANTE_CHROMIUM", chromium),
    )
}
