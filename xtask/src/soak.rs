//! `cargo xtask soak`: the bridge as shipped under random load, for as long as one likes.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{bench, process};

/// Builds the bridge and the load, and runs it with these arguments.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = bench::bridge(workspace)?;
    bench::compile(workspace, &["--package", "restante-tests", "--bins"])?;
    let mut soak = process::command(workspace.executable("release", "soak"));
    process::run(soak.args(arguments).current_dir(&workspace.root).env("RESTANTE_BINARY", binary))
}
