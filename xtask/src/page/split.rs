//! Parts: what a program loads only when it is needed, cut out of it.
//!
//! A function marked `#[wasm_split(PART)]` and all that nothing but such functions reach go into a module of their own, which
//! runs in the memory of the program. Only the linker's relocations tell what reaches what: this comes before wasm-bindgen,
//! which does not keep them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use super::Program;
use super::bundle::{File, Place};

/// The script that loads the parts, as the program imports it.
const LOADER: &str = "./__wasm_split.js";

/// How long a part is waited for, in milliseconds: a request without an end would keep those that come after it waiting too.
const PATIENCE_MS: u32 = 30_000;

/// A program without its parts.
#[derive(Debug)]
pub(super) struct Split {
    /// The program, for wasm-bindgen.
    pub(super) program: Vec<u8>,
    /// The parts (`PROGRAM_PART.wasm`).
    pub(super) parts: Vec<File>,
    /// The script that loads them.
    loader: String,
}

/// Cuts a compiled program into parts. `scratch` is a directory to write to.
pub(super) fn split(wasm: &[u8], program: &Program, scratch: &Path) -> Result<Split> {
    let path = scratch.join("program.wasm");
    let mut options = Options::new(wasm);
    options.output_dir = scratch;
    options.main_out_path = &path;
    options.link_name = LOADER;
    let split = transform(options).map_err(|report| anyhow!("cannot be cut into parts: {report:#}"))?;
    ensure!(
        split.split_modules.len() == program.parts.len(),
        "{} parts of {} were found: {:?}",
        split.split_modules.len(),
        program.parts.len(),
        split.split_modules
    );
    let mut loader = fs::read_to_string(scratch.join(LOADER))?;
    let mut parts = Vec::new();
    for part in program.parts {
        let written = format!("split_{part}.wasm");
        let name = part_name(program, part);
        let loads = format!("\"./{written}\"");
        ensure!(loader.contains(&loads), "the loader no longer names {loads}");
        loader = loader.replace(&loads, &format!("\"asset:{name}\""));
        let fetches = format!("fetch(new URL(\"asset:{name}\", import.meta.url))");
        ensure!(loader.contains(&fetches), "the loader no longer writes `{fetches}`");
        let bounded =
            fetches.trim_end_matches(')').to_owned() + &format!("), {{ signal: AbortSignal.timeout({PATIENCE_MS}) }})");
        loader = loader.replace(&fetches, &bounded);
        let bytes = fs::read(scratch.join(&written)).with_context(|| written)?;
        parts.push(File { name, place: Place::Asset, bytes });
    }
    Ok(Split { program: fs::read(&path)?, parts, loader })
}

/// The name of a part's file.
pub(super) fn part_name(program: &Program, part: &str) -> String {
    format!("{}_{part}.wasm", program.name)
}

impl Split {
    /// The script of wasm-bindgen for this program, with the loader in it: the two name each other, so that neither could
    /// be named by its hash before the other.
    pub(super) fn with_loader(&self, script: &str) -> Result<String> {
        let imported = import_of(script).context("wasm-bindgen no longer writes an import of the loader")?;
        let (own, rest) = self.loader.split_once('\n').context("the loader is empty")?;
        ensure!(own.starts_with("import { initSync } from "), "the loader begins with another import: {own}");
        let names: Vec<&str> = rest.lines().filter_map(exported).collect();
        let body = rest.replace("\nexport const ", "\nconst ");
        ensure!(!body.contains("\nexport "), "the loader exports something else than constants");
        let object = names.join(", ");
        let inlined = format!("const {} = (() => {{\n{body}\nreturn {{ {object} }};\n}})();", imported.name);
        Ok(script.replacen(imported.line, &inlined, 1))
    }
}

struct Import<'a> {
    line: &'a str,
    name: &'a str,
}

/// The line that imports the loader as one object.
fn import_of(script: &str) -> Option<Import<'_>> {
    script.lines().find_map(|line| {
        let name = line.strip_prefix("import * as ")?.strip_suffix(&format!(" from \"{LOADER}\""))?;
        Some(Import { line, name })
    })
}

/// The name of a constant that a line exports.
fn exported(line: &str) -> Option<&str> {
    line.strip_prefix("export const ")?.split_once(" =").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(loader: &str) -> Split {
        Split { program: vec![], parts: vec![], loader: loader.to_owned() }
    }

    const LOADER: &str =
        "import { initSync } from \"./main.js\";\n\nlet shared;\nexport const one = 1;\nexport const two = 2;\n";

    #[test]
    fn the_loader_stands_where_it_was_imported_and_is_one_object() {
        let script = "import * as import1 from \"./__wasm_split.js\"\nexport function initSync() {}\n";
        let whole = split(LOADER).with_loader(script).unwrap();
        let parts: Vec<&str> = whole.split_whitespace().collect();
        let expected = "const import1 = (() => { let shared; const one = 1; const two = 2; return { one, two }; })(); \
                        export function initSync() {}";
        assert_eq!(parts.join(" "), expected);
    }

    #[test]
    fn what_the_tools_no_longer_write_so_is_an_error() {
        let error = |loader: &str, script: &str| split(loader).with_loader(script).unwrap_err().to_string();
        assert!(error(LOADER, "import init from './x.js';").contains("no longer writes an import"));
        let script = "import * as import1 from \"./__wasm_split.js\"\n";
        assert!(error("import { other } from './x.js';\n", script).contains("another import"));
        assert!(error(&format!("{LOADER}export function f() {{}}\n"), script).contains("else than constants"));
    }
}
