//! `cargo xtask fuzz`: the fuzz targets of fuzz/, by libFuzzer where it can be had and by blind mutation elsewhere.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;
use crate::{process, report};

/// Runs the targets, or all of them, for this many seconds in all.
pub(crate) fn run(workspace: &Workspace, seconds: u64, targets: &[String]) -> Result<()> {
    let directory = workspace.root.join("fuzz");
    let known = known_targets(&directory)?;
    if let Some(unknown) = targets.iter().find(|target| !known.contains(target)) {
        bail!("no fuzz target is called {unknown}; there are: {}", known.join(", "));
    }
    let chosen = if targets.is_empty() { &known[..] } else { targets };
    match missing() {
        None => with_libfuzzer(workspace, &directory, seconds, chosen),
        Some(advice) => {
            report::warn(&format!("without libFuzzer, by blind mutation only; for libFuzzer: {advice}"));
            by_mutation(&directory, seconds, chosen)
        }
    }
}

/// The targets' names: one source file each.
fn known_targets(directory: &Path) -> Result<Vec<String>> {
    let sources = directory.join("fuzz_targets");
    let mut names = Vec::new();
    for entry in sources.read_dir().with_context(|| format!("cannot read {}", sources.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

/// What to run so that libFuzzer can be used, if something is missing.
fn missing() -> Option<String> {
    let nightly = process::output(process::command("rustup").args(["run", "nightly", "rustc", "--version"])).is_ok();
    let mut commands = Vec::new();
    if !nightly {
        commands.push("`rustup toolchain install nightly`");
    }
    if process::find("cargo-fuzz").is_none() {
        commands.push("`cargo install cargo-fuzz`");
    }
    if commands.is_empty() { None } else { Some(commands.join(" and ")) }
}

fn with_libfuzzer(workspace: &Workspace, directory: &Path, seconds: u64, targets: &[String]) -> Result<()> {
    let share = seconds / targets.len().max(1) as u64;
    for target in targets {
        // What it finds goes to the first corpus; the one that is checked in is only read.
        let found = workspace.target.join("fuzz-corpus").join(target);
        fs::create_dir_all(&found)?;
        report::section(&format!("fuzz {target}"), || {
            let mut fuzz = process::command("rustup");
            fuzz.args(["run", "nightly", "cargo", "fuzz", "run", target])
                .arg(&found)
                .arg(directory.join("corpus").join(target))
                .args(["--", &format!("-max_total_time={}", share.max(1))])
                .current_dir(directory);
            process::run(&mut fuzz)
        })?;
    }
    Ok(())
}

fn by_mutation(directory: &Path, seconds: u64, targets: &[String]) -> Result<()> {
    report::section("fuzz (mutation)", || {
        let mut cargo = process::cargo();
        cargo
            .args(["run", "--release", "--no-default-features", "--bin", "mutate", "--manifest-path"])
            .arg(directory.join("Cargo.toml"))
            .args(["--", "--seconds", &seconds.to_string()])
            .args(targets);
        process::run(&mut cargo)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_corpus_to_start_from() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("fuzz");
        let targets = known_targets(&directory).unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            let corpus = directory.join("corpus").join(&target);
            assert!(corpus.read_dir().is_ok_and(|mut files| files.next().is_some()), "{target}");
        }
    }
}
