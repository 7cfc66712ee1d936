//! `cargo xtask screenshot`: the README's picture, taken by a script from the demo.

use anyhow::Result;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, process, report, setup};

/// Builds, and lets the tests' script take the picture.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let chromium = setup::for_browser(workspace)?;
    let page = page::build(workspace, Mode::Release)?;
    let binary = binary::build(workspace, Mode::Dev, &page)?;
    let picture = workspace.root.join("docs").join("screenshot.png");
    report::section("screenshot", || {
        process::run(
            process::command("node")
                .arg("screenshot.mjs")
                .arg(&picture)
                .current_dir(workspace.root.join("tests").join("browser"))
                .env("RESTANTE_BINARY", binary)
                .env("RESTANTE_CHROMIUM", chromium),
        )
    })?;
    eprintln!("  {}", workspace.shown(&picture));
    Ok(())
}
