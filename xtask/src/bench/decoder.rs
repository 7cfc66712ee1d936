//! The body decoder's own benchmark program, native and for the browser.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context as _, Result};

use super::compile;
use crate::page;
use crate::setup;
use crate::setup::wasm::TARGET;
use crate::workspace::Workspace;
use crate::{process, report};

const PACKAGE: &str = "restante-protocol";
const EXAMPLE: &str = "decode";

/// What the browser's program decodes: fixed when it is compiled, because it has no arguments.
const KINDS: [&str; 3] = ["empty", "plain", "dotted"];

/// The native program.
pub(super) fn native(workspace: &Workspace) -> Result<OsString> {
    compile(workspace, &["--package", PACKAGE, "--example", EXAMPLE])?;
    Ok(workspace.executable("release/examples", EXAMPLE).into())
}

/// The directory of the browser's programs, `KIND.wasm` each.
pub(super) fn wasm(workspace: &Workspace) -> Result<OsString> {
    let tools = setup::for_building(workspace)?;
    let directory = workspace.target.join("xtask").join("decoder");
    fs::create_dir_all(&directory)?;
    let built = workspace.target.join(TARGET).join(page::compile::PROFILE).join("examples").join("decode.wasm");
    report::section("benchmark: compile the decoder for the browser", || {
        for kind in KINDS {
            let mut cargo = page::compile::command(workspace, &tools.wasm)?;
            process::run(cargo.args(["--package", PACKAGE, "--example", EXAMPLE]).env("RESTANTE_DECODE", kind))?;
            fs::copy(&built, directory.join(format!("{kind}.wasm")))
                .with_context(|| format!("cannot copy {}", built.display()))?;
        }
        Ok(())
    })?;
    Ok(directory.into())
}
