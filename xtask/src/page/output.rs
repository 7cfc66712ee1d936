//! dist/: exactly the files of this build, and files that did not change are not touched, so that nothing is compiled
//! again for them. Among them `SHA256SUMS`, by which a page is known.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::bundle::Bundled;
use super::compress::Copy;
use super::hash;

/// The list's name in dist/.
const SUMS: &str = "SHA256SUMS";

/// Makes `directory` hold the files and their compressed copies, and nothing else.
pub(crate) fn write(directory: &Path, files: &[Bundled], copies: &[Copy]) -> Result<()> {
    let mut wanted: BTreeMap<PathBuf, &[u8]> =
        files.iter().map(|file| (directory.join(&file.path), file.bytes.as_slice())).collect();
    for copy in copies {
        wanted.insert(directory.join(format!("{}.{}", copy.path, copy.format.extension())), &copy.bytes);
    }
    fs::create_dir_all(directory)?;
    // Assets first, documents last: whoever reads meanwhile finds everything that a document names.
    let (documents, assets): (Vec<_>, Vec<_>) = wanted.iter().partition(|(path, _)| path.parent() == Some(directory));
    for (path, bytes) in assets.into_iter().chain(documents) {
        write_changed(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    remove_others(directory, &wanted)
}

/// The list of the page's files with their SHA-256, by which anybody can check a copy of the page: as sha256sum writes
/// it, sorted by name, names relative to the page's root. Compressed copies say nothing new and are left out.
pub(crate) fn sums(files: &[Bundled]) -> Bundled {
    let mut files: Vec<&Bundled> = files.iter().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let lines: String =
        files.iter().map(|file| format!("{}  {}\n", hash::hexadecimal(&file.bytes), file.path)).collect();
    Bundled { path: SUMS.to_owned(), bytes: lines.into_bytes() }
}

/// One hash of all files, their names and their copies: another one, and the binary is compiled again.
pub(crate) fn stamp(files: &[Bundled], copies: &[Copy]) -> String {
    let files = files.iter().map(|file| (file.path.clone(), &file.bytes));
    let copies = copies.iter().map(|copy| (format!("{}.{}", copy.path, copy.format.extension()), &copy.bytes));
    let mut lines: Vec<String> =
        files.chain(copies).map(|(path, bytes)| format!("{} {path}\n", hash::hexadecimal(bytes))).collect();
    lines.sort();
    hash::hexadecimal(lines.concat().as_bytes())
}

fn write_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, bytes)?)
}

fn remove_others(directory: &Path, wanted: &BTreeMap<PathBuf, &[u8]>) -> Result<()> {
    for entry in directory.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains_key(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::compress::Format;

    #[test]
    fn a_page_with_and_without_copies_is_not_the_same() {
        let files = [Bundled { path: "a.js".to_owned(), bytes: b"a".to_vec() }];
        let copies = [Copy { path: "a.js".to_owned(), format: Format::Brotli, bytes: b"b".to_vec() }];
        assert_eq!(stamp(&files, &copies), stamp(&files, &copies));
        assert_ne!(stamp(&files, &copies), stamp(&files, &[]));
    }

    #[test]
    fn the_list_of_hashes_is_sorted_and_reads_as_sha256sum_writes_it() {
        let file = |path: &str| Bundled { path: path.to_owned(), bytes: b"abc".to_vec() };
        let list = sums(&[file("index.html"), file("assets/a-1.js")]);
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(list.path, "SHA256SUMS");
        assert_eq!(String::from_utf8(list.bytes).unwrap(), format!("{hash}  assets/a-1.js\n{hash}  index.html\n"));
    }

    #[test]
    fn stale_files_go_and_unchanged_files_are_not_touched() {
        let directory = std::env::temp_dir().join(format!("restante-xtask-output-{}", std::process::id()));
        let file = |path: &str, text: &str| Bundled { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        write(&directory, &[file("index.html", "1"), file("assets/a-1.js", "a"), file("assets/b-1.js", "b")], &[])
            .unwrap();
        let touched = |name: &str| fs::metadata(directory.join(name)).unwrap().modified().unwrap();
        let before = touched("assets/a-1.js");
        write(&directory, &[file("index.html", "2"), file("assets/a-1.js", "a")], &[]).unwrap();
        assert_eq!(touched("assets/a-1.js"), before);
        assert_eq!(fs::read_to_string(directory.join("index.html")).unwrap(), "2");
        assert!(!directory.join("assets/b-1.js").exists());
        fs::remove_dir_all(directory).unwrap();
    }
}
