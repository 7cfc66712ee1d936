//! Names: every asset gets a name with a hash of its content, and every file that names an asset gets that name.
//!
//! A text file names an asset as `asset:NAME`. In a document, which lies at the root, it becomes `assets/NAME-HASH.ext`;
//! in another asset `./NAME-HASH.ext`. What a file names is part of its content, so the named ones come first; a file
//! that names itself in a circle has no hash and is an error. Reads and writes no file.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use super::hash;

/// Where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the root, under its own name: what people and frames are sent to, and what controls all that lies below it.
    Document,
    /// In `assets/`, under a name with its hash: never changes, kept forever.
    Asset,
}

/// A file before it is bundled. Its name may hold directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// What others name it by.
    pub(crate) name: String,
    /// Where it goes.
    pub(crate) place: Place,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// A bundled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bundled {
    /// Its path in dist/.
    pub(crate) path: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// What a text file writes before the name of an asset.
const MARK: &str = "asset:";

/// How much of the hash a name carries.
const HASH_LENGTH: usize = 16;

/// Gives every file its name and its content.
pub(crate) fn bundle(files: Vec<File>) -> Result<Vec<Bundled>> {
    let mut by_name = BTreeMap::new();
    for file in files {
        let name = file.name.clone();
        ensure!(by_name.insert(name.clone(), file).is_none(), "two files are called {name}");
    }
    let mut bundler = Bundler { files: &by_name, done: BTreeMap::new(), path: Vec::new() };
    for name in by_name.keys() {
        bundler.finish(name)?;
    }
    let mut bundled: Vec<Bundled> = bundler.done.into_values().collect();
    bundled.sort_by(|one, other| one.path.cmp(&other.path));
    if let Some(pair) = bundled.windows(2).find(|pair| pair[0].path == pair[1].path) {
        bail!("two files become {}", pair[0].path);
    }
    Ok(bundled)
}

struct Bundler<'a> {
    files: &'a BTreeMap<String, File>,
    done: BTreeMap<String, Bundled>,
    /// The files being finished, each named by the one before it.
    path: Vec<String>,
}

impl Bundler<'_> {
    /// Finishes a file, and before it those that it names.
    fn finish(&mut self, name: &str) -> Result<()> {
        if self.done.contains_key(name) {
            return Ok(());
        }
        if let Some(start) = self.path.iter().position(|earlier| earlier == name) {
            bail!("these files name each other in a circle: {} → {name}", self.path[start..].join(" → "));
        }
        let file = &self.files[name];
        self.path.push(name.to_owned());
        let bytes = match text_of(file) {
            Some(text) => self.resolve(text, file.place).with_context(|| name.to_owned())?.into_bytes(),
            None => file.bytes.clone(),
        };
        self.path.pop();
        let path = match file.place {
            Place::Document => name.to_owned(),
            Place::Asset => format!("assets/{}", hashed_name(name, &bytes)),
        };
        self.done.insert(name.to_owned(), Bundled { path, bytes });
        Ok(())
    }

    fn resolve(&mut self, text: &str, place: Place) -> Result<String> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(MARK) {
            let (before, marked) = rest.split_at(start);
            let name: &str = asset_name(&marked[MARK.len()..]);
            resolved.push_str(before);
            rest = &marked[MARK.len() + name.len()..];
            if name.is_empty() || before.ends_with(is_name_character) {
                resolved.push_str(&marked[..MARK.len() + name.len()]);
            } else {
                resolved.push_str(&self.url(name, place)?);
            }
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    /// The URL by which a file in `place` names an asset.
    fn url(&mut self, name: &str, place: Place) -> Result<String> {
        let file = self.files.get(name).with_context(|| format!("{MARK}{name} names no file"))?;
        ensure!(file.place == Place::Asset, "{MARK}{name} names a document, which keeps its name: write it plainly");
        self.finish(name)?;
        let path = &self.done[name].path;
        Ok(match place {
            Place::Document => path.clone(),
            Place::Asset => path.replacen("assets/", "./", 1),
        })
    }
}

/// The file's text, if it is of a kind that names others.
fn text_of(file: &File) -> Option<&str> {
    const EXTENSIONS: [&str; 8] = ["css", "html", "js", "json", "mjs", "svg", "webmanifest", "xml"];
    let (_, extension) = file.name.rsplit_once('.')?;
    if EXTENSIONS.contains(&extension) { std::str::from_utf8(&file.bytes).ok() } else { None }
}

/// The name at the start of `text`. A sentence's full stop is not part of it.
fn asset_name(text: &str) -> &str {
    let end = text.find(|character| !is_name_character(character)).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '/')
}

/// `dir/app.min.js` → `dir-app.min-HASH.js`.
fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash = &hash::hexadecimal(bytes)[..HASH_LENGTH];
    let flat = name.replace('/', "-");
    match flat.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{flat}-{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(name: &str, text: &str) -> File {
        File { name: name.to_owned(), place: Place::Asset, bytes: text.as_bytes().to_vec() }
    }

    fn page(text: &str) -> File {
        File { name: "index.html".to_owned(), place: Place::Document, bytes: text.as_bytes().to_vec() }
    }

    /// The bundled file whose path starts so.
    fn found<'a>(bundled: &'a [Bundled], start: &str) -> (&'a str, &'a str) {
        let file = bundled.iter().find(|file| file.path.starts_with(start)).unwrap();
        (&file.path, std::str::from_utf8(&file.bytes).unwrap())
    }

    fn error(files: Vec<File>) -> String {
        format!("{:#}", bundle(files).unwrap_err())
    }

    #[test]
    fn a_document_and_an_asset_name_an_asset_each_from_where_it_lies() {
        let files = vec![
            page("<script src=\"asset:start.js\"></script>"),
            asset("start.js", "import init from 'asset:app.js';"),
            asset("app.js", "1"),
        ];
        let bundled = bundle(files).unwrap();
        let (start, script) = found(&bundled, "assets/start-");
        let (app, _) = found(&bundled, "assets/app-");
        assert_eq!(found(&bundled, "index.html").1, format!("<script src=\"{start}\"></script>"));
        assert_eq!(script, format!("import init from './{}';", app.strip_prefix("assets/").unwrap()));
        assert_eq!(app, format!("assets/app-{}.js", &hash::hexadecimal(b"1")[..16]));
    }

    #[test]
    fn a_change_changes_the_names_of_all_that_lead_to_it_and_of_no_other() {
        let with = |leaf: &str| {
            let files = [
                ("a.js", "asset:b.js"),
                ("b.js", "asset:c.js"),
                ("c.js", leaf),
                ("other.css", "url(asset:icon.svg)"),
                ("icon.svg", "<svg/>"),
            ];
            bundle(files.iter().map(|(name, text)| asset(name, text)).collect()).unwrap()
        };
        let (one, other) = (with("1"), with("2"));
        for changed in ["assets/a-", "assets/b-", "assets/c-"] {
            assert_ne!(found(&one, changed).0, found(&other, changed).0);
        }
        for same in ["assets/other-", "assets/icon-"] {
            assert_eq!(found(&one, same), found(&other, same));
        }
    }

    #[test]
    fn a_name_is_the_hash_of_the_final_content() {
        let bundled = bundle(vec![asset("a.js", "'asset:b.js'"), asset("b.js", "2")]).unwrap();
        let (path, text) = found(&bundled, "assets/a-");
        assert!(!text.contains("asset:"));
        assert_eq!(path, format!("assets/a-{}.js", &hash::hexadecimal(text.as_bytes())[..16]));
    }

    #[test]
    fn an_unknown_name_is_an_error_that_says_who_uses_it() {
        assert_eq!(error(vec![page("asset:gone.js")]), "index.html: asset:gone.js names no file");
    }

    #[test]
    fn a_circle_is_an_error_that_shows_it() {
        let error = error(vec![asset("a.js", "asset:b.js"), asset("b.js", "asset:c.js"), asset("c.js", "asset:b.js")]);
        assert!(error.ends_with("in a circle: b.js → c.js → b.js"), "{error}");
    }

    #[test]
    fn a_document_is_not_an_asset() {
        assert!(error(vec![page(""), asset("a.js", "asset:index.html")]).contains("names a document"));
    }

    #[test]
    fn two_files_of_one_name_are_an_error() {
        assert!(error(vec![asset("a.js", "1"), asset("a.js", "1")]).contains("two files"));
        assert!(error(vec![asset("x/a.js", "1"), asset("x-a.js", "1")]).contains("two files"));
    }

    #[test]
    fn only_text_is_searched_for_names() {
        let bundled = bundle(vec![asset("a.wasm", "asset:gone"), asset("b.css", "/* an asset: nothing */ subasset:x")]);
        let bundled = bundled.unwrap();
        assert_eq!(found(&bundled, "assets/a-").1, "asset:gone");
        assert_eq!(found(&bundled, "assets/b-").1, "/* an asset: nothing */ subasset:x");
    }

    #[test]
    fn directories_and_full_stops_are_told_from_names() {
        assert_eq!(asset_name("fonts/a.woff2) x"), "fonts/a.woff2");
        assert_eq!(asset_name("app.js. Then"), "app.js");
        let bundled = bundle(vec![page("asset:fonts/a.woff2"), asset("fonts/a.woff2", "")]).unwrap();
        assert!(found(&bundled, "index.html").1.starts_with("assets/fonts-a-"));
    }
}
