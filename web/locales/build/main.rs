//! Compiles the words of all languages: `say.rs` with one function a message.

mod compile;
mod generate;

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use compile::Source;

/// The first is the one whose arguments the others have to have.
const LANGUAGES: [&str; 2] = ["en", "es"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut languages = Vec::new();
    for language in LANGUAGES {
        println!("cargo::rerun-if-changed={language}");
        languages.push(read(&root, language)?);
    }
    let messages = match compile::compile(&languages) {
        Ok(messages) => messages,
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
            process::exit(1);
        }
    };
    fs::write(out.join("say.rs"), generate::functions(&messages))
}

/// The files of a language, in the order of their names.
fn read(root: &Path, language: &str) -> io::Result<Vec<Source>> {
    let mut paths: Vec<_> = fs::read_dir(root.join(language))?.collect::<Result<Vec<_>, _>>()?;
    paths.sort_by_key(fs::DirEntry::path);
    paths
        .iter()
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "ftl"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok(Source { name: format!("web/locales/{language}/{name}"), text: fs::read_to_string(entry.path())? })
        })
        .collect()
}
