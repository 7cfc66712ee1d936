//! The page as plain files: whoever wants to can serve it from a host of their own, and check what a host serves.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use crate::assets::{Dist, NO_PAGE};

/// Writes the page's files below a folder; gives their names and SHA-256, sorted by name.
///
/// # Errors
/// Whatever the file system meets. `NotFound` where the binary was built without the page.
pub fn write_page(folder: &Path) -> io::Result<Vec<(String, [u8; 32])>> {
    let mut names: Vec<String> = Dist::iter().map(Cow::into_owned).collect();
    names.sort();
    if names.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, NO_PAGE.trim_end()));
    }
    let mut written = Vec::new();
    for name in names {
        let Some(file) = Dist::get(&name) else { continue };
        write_file(folder, &name, &file.data)?;
        written.push((name, file.metadata.sha256_hash()));
    }
    Ok(written)
}

fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_old_content_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page");
        for content in ["old and longer", "new"] {
            write_file(&page, "assets/app-1f2e.js", content.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(page.join("assets/app-1f2e.js")).unwrap(), "new");
    }

    #[test]
    fn every_file_of_the_page_is_written_or_its_absence_is_said() {
        let folder = tempfile::tempdir().unwrap();
        match write_page(folder.path()) {
            Ok(written) => {
                assert!(written.iter().any(|(name, _)| name == "index.html"));
                assert!(written.iter().all(|(name, _)| folder.path().join(name).is_file()));
            }
            Err(error) => assert!(Dist::iter().next().is_none() && error.kind() == io::ErrorKind::NotFound),
        }
    }
}
