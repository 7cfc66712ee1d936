//! Paths of this machine that a compiler would write into its output, and what it writes instead.
//!
//! Panic messages carry source paths. Without this the page would hold its builder's home directory, and two builders
//! would never get the same bytes.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::process;
use crate::setup::wasm::Toolchain;
use crate::workspace::Workspace;

/// rustc's flags for everything that the page is compiled from.
pub(crate) fn all(workspace: &Workspace, toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut flags: Vec<String> = directories(workspace)?.iter().map(|(from, to)| flag(Path::new(from), to)).collect();
    let sysroot = process::output(toolchain.rustc().args(["--print", "sysroot"]))?;
    let version = process::output(toolchain.rustc().arg("-vV"))?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    flags.push(standard_library(Path::new(sysroot.trim()), commit.unwrap_or("unknown")));
    Ok(flags)
}

/// The directories of the crates that the page is compiled from, each with the name it is given.
pub(crate) fn directories(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let mut directories = registry_directories()?;
    directories.push((text(&workspace.target)?, "/target".to_owned()));
    directories.push((text(&workspace.root)?, "/restante".to_owned()));
    Ok(directories)
}

/// rustc's flags for crates from the registry.
pub(crate) fn registry() -> Result<Vec<String>> {
    Ok(registry_directories()?.iter().map(|(from, to)| flag(Path::new(from), to)).collect())
}

/// rustc's flag for the standard library's source in a sysroot, named as in official builds.
pub(crate) fn standard_library(sysroot: &Path, commit: &str) -> String {
    flag(&sysroot.join("lib/rustlib/src/rust"), &format!("/rustc/{commit}"))
}

/// rustc's flag for one directory. The last one that fits is the one that counts.
pub(crate) fn flag(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

/// A registry's crates lie in a directory that is named after it: all become one.
fn registry_directories() -> Result<Vec<(String, String)>> {
    let sources = cargo_home()?.join("registry").join("src");
    let mut directories = vec![(text(&sources)?, "/crates".to_owned())];
    if let Ok(registries) = sources.read_dir() {
        let mut paths: Vec<PathBuf> =
            registries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            directories.push((text(&path)?, "/crates".to_owned()));
        }
    }
    Ok(directories)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    Ok(env::home_dir().context("no home directory, and no CARGO_HOME")?.join(".cargo"))
}

fn text(path: &Path) -> Result<String> {
    Ok(path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))?.to_owned())
}
