//! The page as plain files: whoever wants to can serve it from a host of their own.
//!
//! Besides the files, what such a host needs to know: the page's configuration, and the headers to send with each file.
//! Not here: whether a host serves the page unchanged ([`crate::http::verify`]).

use std::borrow::Cow;
use std::io;
use std::path::Path;

use axum::http::HeaderName;
use axum::http::{HeaderValue, header};
use sha2::{Digest, Sha256};

use super::assets::{Dist, HASHED, NAMED, NO_PAGE};
use super::bridges::Bridges;
use super::headers;
use super::oauth::Provider;
use super::preset::{PageConfig, Preset};

/// The list of the page's files with their SHA-256.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// How a page is set up on a host of its own.
#[derive(Debug, Clone, Default)]
pub struct Hosting {
    /// The bridges that it may use.
    pub bridges: Bridges,
    /// The account that it starts with.
    pub preset: Option<Preset>,
    /// The providers whose sign-in pages it may use.
    pub oauth: Vec<Provider>,
    /// Whether those bridges ask for access tokens.
    pub token_required: bool,
}

/// `SHA256SUMS` of the page in this binary, as `sha256sum` writes it: names relative to the page's root, sorted.
///
/// # Errors
/// `NotFound` where the binary was built without the page.
pub fn sums() -> io::Result<String> {
    let file = Dist::get(SUMS).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, NO_PAGE.trim_end()))?;
    Ok(String::from_utf8_lossy(&file.data).into_owned())
}

/// The one number by which a page is known: the SHA-256 of its `SHA256SUMS`, in hexadecimal digits.
pub fn fingerprint(sums: impl AsRef<[u8]>) -> String {
    Sha256::digest(sums).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the page's files below a folder, and beside them `restante.json`, `_headers` (as several hosts of static files
/// read it) and `nginx-headers.conf`.
///
/// # Errors
/// Whatever the file system meets. `NotFound` where the binary was built without the page.
pub fn write_page(folder: &Path, hosting: &Hosting) -> io::Result<()> {
    sums()?;
    let mut names: Vec<String> = Dist::iter().map(Cow::into_owned).collect();
    names.sort();
    for name in &names {
        let Some(file) = Dist::get(name) else { continue };
        write_file(folder, name, &file.data)?;
    }
    let config = PageConfig {
        preset: hosting.preset.as_ref(),
        token_required: hosting.token_required,
        bridges: &hosting.bridges.listed,
        any_bridge: hosting.bridges.any,
        oauth: &hosting.oauth,
    };
    write_file(folder, "restante.json", &serde_json::to_vec(&config)?)?;
    let policy = headers::policy(&hosting.bridges);
    write_file(folder, "_headers", headers_file(&names, &policy).as_bytes())?;
    write_file(folder, "nginx-headers.conf", nginx_file(&policy).as_bytes())
}

/// The headers of a file, with its caching.
fn headers_of(path: &str, policy: &HeaderValue) -> Vec<(HeaderName, HeaderValue)> {
    let caching = if path.starts_with("/assets/") { HASHED } else { NAMED };
    headers::all(path, true, policy).chain([(header::CACHE_CONTROL, caching)]).collect()
}

/// A rule for each document and one for the assets. Where two rules fit, hosts send both values, and two policies are
/// both enforced: so none overlap.
fn headers_file(names: &[String], policy: &HeaderValue) -> String {
    let mut paths = vec!["/".to_owned(), "/assets/*".to_owned(), "/restante.json".to_owned()];
    for name in names.iter().filter(|name| !name.contains('/') && !name.ends_with(".br") && !name.ends_with(".gz")) {
        paths.push(format!("/{name}"));
        // Some hosts leave the ending out, and send those that ask with it there.
        paths.extend(name.strip_suffix(".html").filter(|stem| *stem != "index").map(|stem| format!("/{stem}")));
    }
    let mut text = "# The page cannot be used safely without these. Made by `restante page`.\n".to_owned();
    for path in paths {
        text.push_str(&format!("{path}\n"));
        for (name, value) in headers_of(&path, policy) {
            text.push_str(&format!("  {name}: {}\n", value.to_str().unwrap_or_default()));
        }
    }
    text
}

/// Locations for a server that has its root at the page's folder.
fn nginx_file(policy: &HeaderValue) -> String {
    let mut text =
        "# For a server whose `root` is this folder. The page cannot be used safely without these headers.\n\
                    # Made by `restante page`.\n"
            .to_owned();
    for path in ["/", "/assets/", "/message-frame", "/service-worker.js"] {
        text.push_str(&format!("location {path} {{\n"));
        for (name, value) in headers_of(path, policy) {
            text.push_str(&format!("    add_header {name} \"{}\" always;\n", value.to_str().unwrap_or_default()));
        }
        text.push_str("}\n");
    }
    text
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
        match write_page(folder.path(), &Hosting::default()) {
            Ok(()) => {
                let sums = std::fs::read_to_string(folder.path().join(SUMS)).unwrap();
                assert!(sums.lines().any(|line| line.ends_with("  index.html")));
                for line in sums.lines() {
                    let (hash, name) = line.split_once("  ").unwrap();
                    let bytes = std::fs::read(folder.path().join(name)).unwrap();
                    assert_eq!(fingerprint(&bytes), hash, "{name}");
                }
            }
            Err(error) => assert!(Dist::iter().next().is_none() && error.kind() == io::ErrorKind::NotFound),
        }
    }

    #[test]
    fn each_path_has_one_rule_and_the_frames_of_messages_their_own_policy() {
        let listed = vec!["wss://b1.example.org/tunnel".parse().unwrap()];
        let policy = headers::policy(&Bridges { listed, any: false });
        let names =
            ["SHA256SUMS", "assets/a-1.js", "index.html", "index.html.br", "message-frame.html", "service-worker.js"];
        let text = headers_file(&names.map(str::to_owned), &policy);
        let rules: Vec<&str> = text.lines().filter(|line| line.starts_with('/')).collect();
        assert_eq!(
            rules,
            [
                "/",
                "/assets/*",
                "/restante.json",
                "/SHA256SUMS",
                "/index.html",
                "/message-frame.html",
                "/message-frame",
                "/service-worker.js"
            ]
        );
        let (page, frame) = text.split_once("\n/message-frame.html\n").unwrap();
        assert!(page.contains("connect-src 'self' wss://b1.example.org\n") && page.contains("immutable"));
        assert!(frame.starts_with("  strict-transport-security:") && frame.contains("; frame-ancestors 'self'\n"));
        let nginx = nginx_file(&policy);
        assert_eq!(nginx.matches("connect-src 'self' wss://b1.example.org\" always;").count(), 2);
        assert_eq!(nginx.matches("; frame-ancestors 'self'\" always;").count(), 1);
    }
}
