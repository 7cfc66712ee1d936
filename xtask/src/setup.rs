//! What a command needs before it can work, set up where that is possible without asking, and otherwise said exactly.
//!
//! One module a tool. Everything here may be run again at any time: what is there already is left alone.

mod apt;
mod browsers;
mod clang;
mod debian;
mod npm;
mod servers;
pub(crate) mod wasm;

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{process, report};

pub(crate) use npm::{WasmOpt, ensure as npm_packages};

/// The tools that turn the page's crates into a page.
#[derive(Debug)]
pub(crate) struct BuildTools {
    /// Cargo and rustc for wasm32, with a clang for the C code in crates.
    pub(crate) wasm: wasm::Toolchain,
    /// Binaryen's optimiser, where npm could bring it.
    pub(crate) wasm_opt: Option<WasmOpt>,
}

/// Sets up what building the page needs.
pub(crate) fn for_building(workspace: &Workspace) -> Result<BuildTools> {
    let wasm = wasm::ensure(workspace)?;
    let wasm_opt = npm::ensure_wasm_opt(workspace);
    Ok(BuildTools { wasm, wasm_opt })
}

/// Sets up what the tests need; with `browser` also what the browser tests need, and returns the browser.
pub(crate) fn for_tests(workspace: &Workspace, browser: bool) -> Result<Option<PathBuf>> {
    servers::ensure_dovecot()?;
    servers::unpack_courier(workspace)?;
    servers::unpack_postfix(workspace)?;
    servers::unpack_exim(workspace)?;
    servers::ensure_pebble()?;
    servers::ensure_haproxy()?;
    if browser { for_browser(workspace).map(Some) } else { Ok(None) }
}

/// Sets up what drives a browser, and returns the browser.
pub(crate) fn for_browser(workspace: &Workspace) -> Result<PathBuf> {
    npm::ensure("browser drivers (npm)", &workspace.root.join("tests").join("browser"))?;
    browsers::ensure_chromium()
}

/// Sets up the browsers beside Chromium that the tests make the journey in.
pub(crate) fn for_other_browsers() -> Result<()> {
    browsers::ensure_others()
}

/// Installs programs to compare with, where that is possible. What is missing then is the comparison's to say.
pub(crate) fn for_comparison(packages: &[&str]) {
    if let Err(error) = apt::install("other programs to compare with", packages) {
        report::warn(&format!("{error:#}"));
    }
}

/// Compiles a published Rust program (name and version), unless it is there, into the target directory. Returns it.
pub(crate) fn crate_program(workspace: &Workspace, (name, version): (&str, &str)) -> Result<PathBuf> {
    let root = workspace.target.join("programs");
    let program = root.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let there = process::output(process::command(&program).arg("--version"));
    if there.is_ok_and(|said| said.trim_end().ends_with(version)) {
        report::present(name);
        return Ok(program);
    }
    report::step(&format!("{name} {version} (cargo install)"), || {
        let mut cargo = process::cargo();
        cargo.args(["install", "--locked", "--version", version, "--root"]).arg(&root);
        process::run_quietly(cargo.arg("--target-dir").arg(root.join("build")).arg(name))
    })?;
    Ok(program)
}
