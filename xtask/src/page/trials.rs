//! What only the browser tests run of the page: examples of the keeper's package, beside dist/ and never in it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{Mode, PROGRAMS, bindgen, compile};
use crate::workspace::Workspace;
use crate::{process, report, setup};

/// The examples.
const NAMES: [&str; 2] = ["trial", "driver"];

/// Builds them with the flags and features that the keeper itself is built with. Says where they are.
pub(crate) fn build(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    let tools = setup::for_building(workspace)?;
    let mut cargo = compile::command(workspace, &tools.wasm)?;
    compile::select(&mut cargo, &PROGRAMS.iter().collect::<Vec<_>>());
    for name in NAMES {
        cargo.args(["--example", name]);
    }
    if mode == Mode::Dev {
        compile::quick(&mut cargo);
    }
    report::section("trials: compile", || process::run(&mut cargo))?;
    let directory = workspace.target.join("xtask").join("trials");
    fs::create_dir_all(&directory)?;
    for name in NAMES {
        for file in bindgen::example(workspace, name)? {
            let path = directory.join(&file.name);
            fs::write(&path, &file.bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(directory)
}
