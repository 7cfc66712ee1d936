//! The bridge's binary: compiled after the page, which its release build embeds.

use std::path::PathBuf;

use anyhow::Result;

use crate::page::{Mode, Page};
use crate::workspace::Workspace;
use crate::{process, report};

/// The variable by which the bridge's build script learns of another page, one that was not there before included.
const PAGE: &str = "RESTANTE_PAGE";

/// Compiles the bridge and returns the executable. A release build embeds the page in dist/; a debug build reads it
/// from disk.
pub(crate) fn build(workspace: &Workspace, mode: Mode, page: &Page) -> Result<PathBuf> {
    let (name, profile) = match mode {
        Mode::Release => ("binary (release, with the page in it)", "release"),
        Mode::Dev => ("binary (debug, reads the page from dist/)", "debug"),
    };
    let binary = workspace.binary(profile);
    report::section(name, || {
        let mut cargo = process::cargo();
        cargo.args(["build", "--package", "restante-bridge", "--bin", "restante"]).current_dir(&workspace.root);
        if mode == Mode::Release {
            cargo.arg("--release").env(PAGE, &page.stamp);
        }
        process::run(&mut cargo)
    })?;
    eprintln!("  {}", workspace.shown(&binary));
    Ok(binary)
}
