//! The page's own files: index.html and web/static.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::bundle::{File, Place};
use super::version::SERVICE_WORKER;

/// What a document writes where its policy says which pictures may be shown. Such a document is the source of two: under
/// its own name without remote pictures, and with them under a name that ends in `-remote`.
const PICTURES: &str = "{{pictures}}";

/// Reads them. HTML files and the service worker are documents, everything else is an asset; names that start with a dot
/// are left out.
pub(crate) fn read(root: &Path) -> Result<Vec<File>> {
    let index = root.join("index.html");
    let bytes = fs::read(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let mut files = vec![File { name: "index.html".to_owned(), place: Place::Document, bytes }];
    let directory = root.join("web").join("static");
    if directory.is_dir() {
        read_directory(&directory, "", &mut files)?;
    }
    Ok(files)
}

fn read_directory(directory: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in directory.read_dir().with_context(|| format!("cannot read {}", directory.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{}: the name is no UTF-8", path.display()))?;
        if name.starts_with('.') {
            continue;
        }
        let full = format!("{prefix}{name}");
        if path.is_dir() {
            read_directory(&path, &format!("{full}/"), files)?;
            continue;
        }
        let is_document = name.ends_with(".html") || full == SERVICE_WORKER;
        let place = if is_document { Place::Document } else { Place::Asset };
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        match std::str::from_utf8(&bytes).ok().filter(|text| place == Place::Document && text.contains(PICTURES)) {
            None => files.push(File { name: full, place, bytes }),
            Some(text) => {
                let with = |pictures: &str| text.replace(PICTURES, pictures).into_bytes();
                let remote = full.replace(".html", "-remote.html");
                files.push(File { name: full, place, bytes: with("data:") });
                files.push(File { name: remote, place, bytes: with("data: https: http:") });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_files_and_the_service_worker_are_documents_one_makes_two_and_hidden_files_are_left_out() {
        let root = std::env::temp_dir().join(format!("restante-xtask-sources-{}", std::process::id()));
        fs::create_dir_all(root.join("web/static/icons")).unwrap();
        for name in [
            "index.html",
            "web/static/frame.html",
            "web/static/icons/a.svg",
            "web/static/.hidden",
            "web/static/service-worker.js",
        ] {
            fs::write(root.join(name), "x").unwrap();
        }
        fs::write(root.join("web/static/mail.html"), "img-src {{pictures}};").unwrap();
        let mut files = read(&root).unwrap();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let of = |name: &str| files.iter().find(|file| file.name == name).unwrap().bytes.clone();
        assert_eq!(of("mail.html"), b"img-src data:;");
        assert_eq!(of("mail-remote.html"), b"img-src data: https: http:;");
        let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.place)).collect();
        let expected = [
            ("frame.html", Place::Document),
            ("icons/a.svg", Place::Asset),
            ("index.html", Place::Document),
            ("mail-remote.html", Place::Document),
            ("mail.html", Place::Document),
            ("service-worker.js", Place::Document),
        ];
        assert_eq!(files, expected);
        fs::remove_dir_all(root).unwrap();
    }
}
