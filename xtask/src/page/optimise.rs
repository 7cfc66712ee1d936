//! wasm-opt: smaller or faster programs of the same meaning.

use std::fs;
use std::thread;

use anyhow::{Result, anyhow};

use super::Program;
use super::bundle::File;
use super::cache::{Cache, Key};
use crate::process;
use crate::setup::WasmOpt;

/// What counts more in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Its size.
    Small,
    /// Its speed.
    Fast,
}

/// What the programs may use, by name: `--all-features` writes types that browsers refuse.
const FEATURES: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Replaces each program among `files`, and each part of one, by an optimised one.
pub(crate) fn run(wasm_opt: &WasmOpt, programs: &[Program], files: &mut [File], cache: &mut Cache) -> Result<()> {
    let mut work = Vec::new();
    for file in files {
        let Some(program) = programs.iter().find(|program| program.has(&file.name)) else { continue };
        let level = program.level.flag();
        let key = Key::new(&[b"wasm-opt", wasm_opt.version.as_bytes(), level.as_bytes(), FEATURES.concat().as_bytes()])
            .of(&file.bytes);
        match cache.get(key) {
            Some(bytes) => file.bytes = bytes,
            None => work.push((file, level, key)),
        }
    }
    let directory = cache.scratch("wasm-opt")?;
    let results = thread::scope(|scope| {
        let running: Vec<_> = work
            .into_iter()
            .map(|(file, level, key)| {
                let directory = &directory;
                scope.spawn(move || -> Result<_> {
                    let (input, output) = (directory.join(&file.name), directory.join(format!("{}.out", file.name)));
                    fs::write(&input, &file.bytes)?;
                    let mut command = wasm_opt.command();
                    process::run_quietly(command.arg(&input).arg("-o").arg(&output).arg(level).args(FEATURES))?;
                    file.bytes = fs::read(&output)?;
                    Ok((key, file.bytes.clone()))
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("the thread of wasm-opt panicked"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    for (key, bytes) in results {
        cache.put(key, &bytes)?;
    }
    Ok(())
}

impl Level {
    fn flag(self) -> &'static str {
        match self {
            Level::Small => "-Oz",
            Level::Fast => "-O3",
        }
    }
}
