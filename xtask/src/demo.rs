//! `cargo xtask demo`: build, then become the binary's own demo.

use anyhow::{Context as _, Result};

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, process};

/// Builds, then runs `restante demo`. Returns only when that cannot be started (or, on Windows, has ended).
///
/// On Unix the demo takes this process's place, so its lines, its status and every signal are its own, and ending the
/// command's process ends the demo.
pub(crate) fn run(workspace: &Workspace, mode: Mode, listen: &str) -> Result<()> {
    let page = page::build(workspace, mode)?;
    let binary = binary::build(workspace, mode, &page)?;
    let mut demo = process::command(&binary);
    demo.args(["demo", "--listen", listen]);
    become_program(demo).with_context(|| format!("cannot run {}", binary.display()))
}

#[cfg(unix)]
fn become_program(mut program: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(program.exec().into())
}

#[cfg(not(unix))]
fn become_program(mut program: std::process::Command) -> Result<()> {
    process::run(&mut program)
}
