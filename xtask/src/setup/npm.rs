//! Packages from npm, by their lock files and without their scripts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{process, report};

/// Binaryen's wasm-opt, run by Node.
#[derive(Debug)]
pub(crate) struct WasmOpt {
    script: PathBuf,
    /// Binaryen's version: another one gives other bytes.
    pub(crate) version: String,
}

impl WasmOpt {
    /// The command, to which the arguments are added.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = process::command("node");
        command.arg(&self.script);
        command
    }
}

/// Brings wasm-opt. Without it the page is larger but works, so that its absence is a warning.
pub(crate) fn ensure_wasm_opt(workspace: &Workspace) -> Option<WasmOpt> {
    let directory = workspace.root.join("xtask").join("npm");
    let installed = ensure("wasm-opt (npm binaryen)", &directory).and_then(|()| {
        let version = locked_version(&directory, "binaryen")?;
        let script = directory.join("node_modules/binaryen/bin/wasm-opt");
        process::run_quietly(process::command("node").arg(&script).arg("--version"))?;
        Ok(WasmOpt { script, version })
    });
    installed
        .inspect_err(|error| report::warn(&format!("going on without wasm-opt, the page will be larger: {error:#}")))
        .ok()
}

/// Installs what `directory`'s package-lock.json names, unless exactly that is there.
pub(crate) fn ensure(name: &str, directory: &Path) -> Result<()> {
    let npm = process::find("npm").context("npm is missing; install Node.js 20 or newer, which brings it")?;
    if is_current(directory) {
        report::present(name);
        return Ok(());
    }
    report::step(name, || {
        process::run_quietly(
            process::command(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(directory),
        )
    })
}

/// Whether node_modules holds the versions of the lock file. npm keeps a copy of what it installed beside them.
fn is_current(directory: &Path) -> bool {
    let packages = |path: PathBuf| -> Result<Vec<(String, Value)>> {
        let lock: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        let packages = lock["packages"].as_object().context("a lock file names its packages")?;
        let wanted = packages.iter().filter(|(path, package)| !path.is_empty() && package["optional"] != true);
        Ok(wanted.map(|(path, package)| (path.clone(), package["version"].clone())).collect())
    };
    let wanted = packages(directory.join("package-lock.json"));
    let installed = packages(directory.join("node_modules/.package-lock.json"));
    matches!((wanted, installed), (Ok(wanted), Ok(installed)) if wanted == installed)
}

fn locked_version(directory: &Path, package: &str) -> Result<String> {
    let lock: Value = serde_json::from_str(&fs::read_to_string(directory.join("package-lock.json"))?)?;
    let version = lock["packages"][format!("node_modules/{package}")]["version"].as_str();
    Ok(version.with_context(|| format!("package-lock.json holds no {package}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lock_file_names_a_registry() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for directory in ["xtask/npm", "tests/browser", "tests/relays", "tests/lighthouse"] {
            let Ok(lock) = fs::read_to_string(root.join(directory).join("package-lock.json")) else { continue };
            let lock: Value = serde_json::from_str(&lock).unwrap();
            for (path, package) in lock["packages"].as_object().unwrap() {
                assert!(package.get("resolved").is_none(), "{directory}: {path} says where it was fetched from");
            }
        }
    }
}
