//! What a command needs before it can work, set up where that is possible without asking, and otherwise said exactly.
//!
//! One module a tool. Everything here may be run again at any time: what is there already is left alone.

pub(crate) mod apt;
mod clang;
mod debian;
mod npm;
pub(crate) mod wasm;

use anyhow::Result;

use crate::workspace::Workspace;

pub(crate) use npm::WasmOpt;

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
