//! Finds the dialogues of `tests/scripts`.

use std::io;
use std::path::{Path, PathBuf};

/// A dialogue's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Folder and name, such as `quirks/bare-greeting`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
}

/// All dialogues with a POP3 server, in the order of their names.
///
/// # Errors
/// Where a folder or a file cannot be read, or a file is no UTF-8.
pub fn files() -> io::Result<Vec<File>> {
    of_kind("pop3")
}

/// All dialogues with a submission server, in the order of their names.
///
/// # Errors
/// Where a folder or a file cannot be read, or a file is no UTF-8.
pub fn submission() -> io::Result<Vec<File>> {
    of_kind("smtp")
}

fn of_kind(kind: &str) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts"), "", kind, &mut files)?;
    files.sort();
    Ok(files)
}

fn gather(folder: &Path, before: &str, kind: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{before}{stem}");
        if path.is_dir() {
            gather(&path, &format!("{name}/"), kind, files)?;
        } else if path.extension().is_some_and(|extension| extension == kind) {
            files.push(File { text: std::fs::read_to_string(&path)?, name, path });
        }
    }
    Ok(())
}
