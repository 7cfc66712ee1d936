//! wasm-bindgen: from the compiled programs to browser modules (`NAME.js`, `NAME_bg.wasm`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::bundle::{File, Place};
use super::split::split;
use super::{Mode, Program, compile};
use crate::setup::wasm::TARGET;
use crate::workspace::Workspace;

/// Makes browser modules of the compiled programs and of their parts. They name each other as `asset:NAME`. `scratch` is a
/// directory to write to.
pub(crate) fn run(workspace: &Workspace, programs: &[Program], mode: Mode, scratch: &Path) -> Result<Vec<File>> {
    check_versions(workspace)?;
    let mut files = Vec::new();
    for program in programs {
        let path = workspace.target.join(TARGET).join(compile::PROFILE).join(format!("{}.wasm", program.name));
        files.extend(of_program(&path, program, mode, scratch).with_context(|| path.display().to_string())?);
    }
    Ok(files)
}

/// Makes browser modules of a compiled example, which no page has: they name each other as neighbours in a folder.
pub(crate) fn example(workspace: &Workspace, name: &str) -> Result<Vec<File>> {
    check_versions(workspace)?;
    let path = workspace.target.join(TARGET).join(compile::PROFILE).join("examples").join(format!("{name}.wasm"));
    let mut files = modules(fs::read(&path)?, name, Mode::Dev, false).with_context(|| path.display().to_string())?;
    for file in files.iter_mut().filter(|file| file.name.ends_with(".js")) {
        file.bytes = String::from_utf8_lossy(&file.bytes).replace("asset:", "./").into_bytes();
    }
    Ok(files)
}

/// The tool reads what the library wrote into the program: only the same version understands it.
fn check_versions(workspace: &Workspace) -> Result<()> {
    let library = workspace.locked_version("wasm-bindgen")?;
    let tool = workspace.locked_version("wasm-bindgen-cli-support")?;
    ensure!(
        library == tool,
        "wasm-bindgen is {library} and wasm-bindgen-cli-support {tool}: run \
         `cargo update --package wasm-bindgen-cli-support --precise {library}`"
    );
    Ok(())
}

fn of_program(path: &Path, program: &Program, mode: Mode, scratch: &Path) -> Result<Vec<File>> {
    let wasm = fs::read(path)?;
    if program.parts.is_empty() {
        return modules(wasm, program.name, mode, false);
    }
    let mut split = split(&wasm, program, scratch)?;
    let mut files = modules(std::mem::take(&mut split.program), program.name, mode, true)?;
    let own = format!("{}.js", program.name);
    for script in files.iter_mut().filter(|file| file.name == own) {
        script.bytes = split.with_loader(&String::from_utf8_lossy(&script.bytes))?.into_bytes();
    }
    files.extend(split.parts);
    Ok(files)
}

fn modules(wasm: Vec<u8>, name: &str, mode: Mode, has_parts: bool) -> Result<Vec<File>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, wasm).out_name(name).typescript(false).omit_default_module_path(false).web(true)?;
    // Parts share the program's table of functions, which the linker exports.
    bindgen.keep_lld_exports(has_parts);
    // Only stack traces need the functions' names.
    bindgen.remove_name_section(mode == Mode::Release);
    let mut output = bindgen.generate_output()?;
    check_imports(output.wasm().imports.iter().map(|import| import.module.as_str()))?;
    if let Some(package) = output.npm_dependencies().keys().next() {
        bail!("the program imports the npm package {package}, and nothing here brings npm packages into the page");
    }

    let mut snippets = BTreeMap::new();
    for (identifier, texts) in output.snippets() {
        for (index, text) in texts.iter().enumerate() {
            snippets.insert(format!("{identifier}/inline{index}.js"), text.clone());
        }
    }
    snippets.extend(output.local_modules().iter().map(|(path, text)| (path.clone(), text.clone())));

    let mut files = Vec::new();
    let mut script = output.js().to_owned();
    for (path, text) in snippets {
        let asset = format!("{name}-{}", path.replace('/', "-"));
        script = script.replace(&format!("./snippets/{path}"), &format!("asset:{asset}"));
        files.push(File { name: asset, place: Place::Asset, bytes: text.into_bytes() });
    }
    let program = format!("{name}_bg.wasm");
    let loads = format!("new URL('{program}', import.meta.url)");
    ensure!(script.contains(&loads), "wasm-bindgen no longer writes `{loads}`");
    script = script.replace(&loads, &format!("new URL('asset:{program}', import.meta.url)"));
    files.push(File { name: format!("{name}.js"), place: Place::Asset, bytes: script.into_bytes() });
    files.push(File { name: program, place: Place::Asset, bytes: output.wasm_mut().emit_wasm() });
    Ok(files)
}

/// `env` is where C code looks for a libc that no browser has: such a program would not start.
fn check_imports<'a>(mut modules: impl Iterator<Item = &'a str>) -> Result<()> {
    ensure!(modules.all(|module| module != "env"), "the program imports from `env`, which no browser provides");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_a_libc_is_refused() {
        assert!(check_imports(["./app_bg.js"].into_iter()).is_ok());
        assert!(check_imports(["./app_bg.js", "env"].into_iter()).is_err());
    }

    #[test]
    fn the_locked_versions_are_equal() {
        check_versions(&Workspace::find().unwrap()).unwrap();
    }
}
