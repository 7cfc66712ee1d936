//! The page's files: how many bytes each is on the wire, and what it is needed for.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// When a file is asked for on the way from an empty browser to an open mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// Before the first paint.
    FirstPaint,
    /// Before the mailbox can be opened.
    Open,
    /// After the click on `Open mailbox`, before the rows are there.
    Rows,
    /// Later, or never.
    Later,
}

impl Needed {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstPaint => "before the first paint",
            Self::Open => "before the click",
            Self::Rows => "after the click",
            Self::Later => "later, if at all",
        }
    }
}

/// A file of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path, without the leading slash.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its size as it travels: brotli, or as it is where that is no gain.
    pub brotli: u64,
    /// What it is needed for.
    pub needed: Needed,
}

/// All files of the folder `dist`; `needed` says what for, by path (`index.html` for the page itself).
///
/// # Errors
/// Where the folder cannot be read.
pub fn files(dist: &Path, needed: impl Fn(&str) -> Needed) -> Result<Vec<File>> {
    let mut paths = Vec::new();
    walk(dist, dist, &mut paths)?;
    let mut files = Vec::new();
    for path in paths {
        if path.ends_with(".br") || path.ends_with(".gz") {
            continue;
        }
        let bytes = fs::metadata(dist.join(&path))?.len();
        let brotli = fs::metadata(dist.join(format!("{path}.br"))).map_or(bytes, |about| about.len());
        files.push(File { needed: needed(&path), path, bytes, brotli });
    }
    files.sort_by(|a, b| (a.needed, b.brotli, &a.path).cmp(&(b.needed, a.brotli, &b.path)));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, paths)?;
        } else if let Ok(inner) = path.strip_prefix(root) {
            paths.push(inner.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_with_the_bytes_that_travel_and_in_the_order_they_are_needed() {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir(dist.path().join("assets")).unwrap();
        for (path, bytes) in [("index.html", 90), ("index.html.br", 30), ("index.html.gz", 40), ("assets/a.wasm", 50)] {
            fs::write(dist.path().join(path), vec![b'x'; bytes]).unwrap();
        }
        let files =
            files(dist.path(), |path| if path == "index.html" { Needed::FirstPaint } else { Needed::Open }).unwrap();
        let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.bytes, file.brotli)).collect();
        assert_eq!(told, [("index.html", 90, 30), ("assets/a.wasm", 50, 50)]);
    }
}
