//! A clang that knows wasm32, for the C code in crates (ring, SQLite). Apple's does not, nor does gcc.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::apt;
use crate::process;

/// The variable by which the user names a clang; crates that compile C read the same one.
pub(crate) const VARIABLE: &str = "CC_wasm32_unknown_unknown";

/// Finds a clang that knows wasm32: the user's choice, then `preferred`, then any that is installed.
pub(crate) fn ensure(preferred: &[&str]) -> Result<PathBuf> {
    if let Ok(chosen) = env::var(VARIABLE) {
        return match process::find(&chosen) {
            Some(path) if knows_wasm32(&path) => Ok(path),
            Some(_) => bail!("{VARIABLE}={chosen}: `{chosen} --print-targets` does not list wasm32"),
            None => bail!("{VARIABLE}={chosen}: no such program"),
        };
    }
    if let Some(path) = search(preferred) {
        return Ok(path);
    }
    if apt::usable() {
        apt::install("clang", &["clang"])?;
    }
    match search(&[]) {
        Some(path) => Ok(path),
        None => bail!("no clang that knows wasm32 (see `clang --print-targets`): {}", advice(env::consts::OS)),
    }
}

fn search(preferred: &[&str]) -> Option<PathBuf> {
    const HOMEBREW: [&str; 2] = ["/opt/homebrew/opt/llvm/bin/clang", "/usr/local/opt/llvm/bin/clang"];
    let versioned: Vec<String> = (14..30).rev().map(|version| format!("clang-{version}")).collect();
    let names = preferred.iter().copied().chain(["clang"]).chain(HOMEBREW).chain(versioned.iter().map(String::as_str));
    names.filter_map(process::find).find(|path| knows_wasm32(path))
}

fn knows_wasm32(clang: &Path) -> bool {
    process::output(process::command(clang).arg("--print-targets")).is_ok_and(|targets| lists_wasm32(&targets))
}

/// Whether the text of `clang --print-targets` has wasm32 among its names.
fn lists_wasm32(targets: &str) -> bool {
    targets.lines().any(|line| line.split_whitespace().next() == Some("wasm32"))
}

fn advice(system: &str) -> &'static str {
    match system {
        "macos" => "run `brew install llvm` (Apple's clang does not know wasm32)",
        "windows" => "run `winget install LLVM.LLVM`, and put its bin folder into PATH",
        _ => {
            "as root, `apt-get install clang` (Debian, Ubuntu), `dnf install clang` (Fedora) or `pacman -S clang` (Arch)"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clang_without_wasm32_is_told_apart() {
        assert!(lists_wasm32("  Registered Targets:\n    wasm32      - WebAssembly 32-bit\n    wasm64 - x\n"));
        assert!(!lists_wasm32(
            "  Registered Targets:\n    aarch64    - AArch64 (wasm32 it is not)\n    arm64 - ARM64\n"
        ));
    }

    #[test]
    fn every_system_is_told_what_to_install() {
        assert!(advice("macos").contains("brew install llvm"));
        assert!(advice("linux").contains("apt-get install clang"));
    }
}
