//! Whether a host serves the page that is in this binary, unchanged, with the headers that it needs.
//!
//! Every file is fetched as a browser asks for it (compressed) and once more in plain, because a host may answer the two
//! differently. What it cannot show: a host that knows this program from a browser may answer it otherwise.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use rustls::crypto::ring;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::assets::Dist;
use super::bridges::Bridges;
use super::export::{SUMS, sums};
use super::headers;
use crate::reach::tls::BadRoots;

/// For one file.
const PATIENCE: Duration = Duration::from_secs(60);
/// More than the file itself may come before it counts as another one.
const SLACK: u64 = 1 << 20;
/// What a browser accepts of what this program can read; and nothing but the plain form.
const ENCODINGS: [&str; 2] = ["gzip, br", "identity"];

/// What a host was found to serve.
#[derive(Debug, Default)]
pub struct Verified {
    /// How many files are the same.
    pub same: usize,
    /// What is wrong, in the order of the files.
    pub findings: Vec<Finding>,
    /// Where the host lets the page connect to, as its policy says.
    pub connects_to: Option<String>,
}

/// Something about a host that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// The content is not that of the binary.
    Differs {
        /// Its name.
        name: String,
        /// Whether that was the compressed form, as browsers ask for it, or the plain one.
        compressed: bool,
    },
    /// The host does not have it.
    Missing {
        /// Its name.
        name: String,
        /// What the host answers.
        status: u16,
    },
    /// The host cannot be asked, or breaks off.
    Unreachable {
        /// The file's name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A header is missing or says something else.
    Header {
        /// The file's name.
        name: String,
        /// The header, or a directive of the Content-Security-Policy.
        what: String,
        /// What the host sends, if anything.
        found: Option<String>,
        /// What the page needs.
        needed: String,
    },
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum BadVerification {
    /// Not an address.
    #[error("{0:?} is no address of a page: it is written https://HOST[:PORT]/[FOLDER/]")]
    Url(String),
    /// There is nothing to compare with.
    #[error(transparent)]
    NoPage(#[from] io::Error),
    /// The authorities to verify the host by.
    #[error(transparent)]
    Roots(#[from] BadRoots),
}

impl Verified {
    /// 0: all is as it should be. 1: a file or a header is not. 2: not everything could be looked at, and what could is
    /// as it should be.
    pub fn status(&self) -> u8 {
        let unreachable = |finding: &Finding| matches!(finding, Finding::Unreachable { .. });
        match self.findings.iter().all(unreachable) {
            true if self.findings.is_empty() => 0,
            true => 2,
            false => 1,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { name, compressed } => {
                let form = if *compressed { "as browsers ask for it" } else { "in its plain form" };
                write!(f, "{name}: DIFFERS, {form}")
            }
            Self::Missing { name, status } => write!(f, "{name}: MISSING, the host answers with status {status}"),
            Self::Unreachable { name, reason } => write!(f, "{name}: NOT COMPARED, {reason}"),
            Self::Header { name, what, found: None, needed } => {
                write!(f, "{name}: HEADER {what} is missing, and the page needs {needed:?}")
            }
            Self::Header { name, what, found: Some(found), needed } => {
                write!(f, "{name}: HEADER {what} is {found:?}, and the page needs {needed:?}")
            }
        }
    }
}

/// Compares what a host serves at `url` with the page in this binary. `authorities` is a PEM file to verify the host by,
/// instead of the system's roots. Blocks.
///
/// # Errors
/// [`BadVerification`]
pub fn verify(url: &str, authorities: Option<&Path>) -> Result<Verified, BadVerification> {
    let base = base(url).ok_or_else(|| BadVerification::Url(url.to_owned()))?;
    let sums = sums()?;
    let agent = agent(authorities)?;
    let mut verified = Verified::default();
    for name in sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).chain([SUMS]) {
        let Some(file) = Dist::get(name) else { continue };
        let mut same = true;
        for encoding in ENCODINGS {
            let compressed = encoding != "identity";
            match fetch(&agent, &base, name, encoding, file.data.len()) {
                Ok((StatusCode::OK, headers, body)) => {
                    if *body != *file.data {
                        same = false;
                        verified.findings.push(Finding::Differs { name: name.to_owned(), compressed });
                    }
                    if compressed {
                        check_headers(name, base.starts_with("https:"), &headers, &mut verified);
                    }
                }
                Ok((status, ..)) => {
                    same = false;
                    verified.findings.push(Finding::Missing { name: name.to_owned(), status: status.as_u16() });
                    break;
                }
                Err(reason) => {
                    same = false;
                    verified.findings.push(Finding::Unreachable { name: name.to_owned(), reason });
                    break;
                }
            }
        }
        verified.same += usize::from(same);
    }
    Ok(verified)
}

/// The folder that the page lies in, with its final slash.
fn base(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority()?;
    let folder = uri.path().strip_suffix("index.html").unwrap_or(uri.path());
    uri.query().is_none().then(|| format!("{scheme}://{authority}{}/", folder.trim_end_matches('/')))
}

fn agent(authorities: Option<&Path>) -> Result<Agent, BadRoots> {
    let certificates: Vec<Certificate<'static>> = match authorities {
        Some(path) => {
            let unreadable = |reason: String| BadRoots::Unreadable { path: path.into(), reason };
            CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|e| unreadable(e.to_string()))?
        }
        None => rustls_native_certs::load_native_certs().certs,
    }
    .iter()
    .map(|certificate| Certificate::from_der(certificate).to_owned())
    .collect();
    let roots = match (certificates.is_empty(), authorities) {
        (true, Some(path)) => return Err(BadRoots::Empty(path.into())),
        (true, None) => RootCerts::WebPki,
        (false, _) => RootCerts::from(certificates.into_iter()),
    };
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .root_certs(roots)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(PATIENCE))
        // A host that leads elsewhere does not serve the page: the other one does.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent("Mozilla/5.0")
        .build();
    Ok(config.into())
}

/// Status, headers and decoded content; or why they could not be had.
fn fetch(
    agent: &Agent,
    base: &str,
    name: &str,
    encoding: &str,
    length: usize,
) -> Result<(StatusCode, HeaderMap, Vec<u8>), String> {
    // What people open is the folder.
    let path = if name == "index.html" { "" } else { name };
    let request = agent.get(format!("{base}{path}")).header(header::ACCEPT_ENCODING, encoding);
    let mut response = request.call().map_err(|error| error.to_string())?;
    if response.status().is_redirection() {
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("elsewhere");
        return Err(format!("the host leads on to {to}"));
    }
    let body = match response.status() {
        StatusCode::OK => match response.body_mut().with_config().limit(length as u64 + SLACK).read_to_vec() {
            Ok(body) => body,
            // Much longer than the page's, so it is another one.
            Err(ureq::Error::BodyExceedsLimit(_)) => Vec::new(),
            Err(error) => return Err(error.to_string()),
        },
        _ => Vec::new(),
    };
    let (parts, _) = response.into_parts();
    Ok((parts.status, parts.headers, body))
}

/// Compares a file's headers with those that the bridge would send. Where the page may connect to is the operator's to
/// decide, and told.
fn check_headers(name: &str, https: bool, headers: &HeaderMap, verified: &mut Verified) {
    let path = format!("/{name}");
    for (header, needed) in headers::all(&path, https, &headers::policy(&Bridges::default())) {
        let needed = needed.to_str().unwrap_or_default();
        let found = one(headers, &header);
        if header != header::CONTENT_SECURITY_POLICY {
            let good = match (&found, header == header::STRICT_TRANSPORT_SECURITY) {
                (Some(found), true) => found.contains("max-age=") && !found.contains("max-age=0"),
                (found, _) => found.as_deref() == Some(needed),
            };
            if !good {
                let what = header.as_str().to_owned();
                verified.findings.push(Finding::Header {
                    name: name.to_owned(),
                    what,
                    found,
                    needed: needed.to_owned(),
                });
            }
            continue;
        }
        let found = found.unwrap_or_default();
        let (found, needed) = (directives(&found), directives(needed));
        let mut note = |directive: &str, found: Option<&str>, needed: &str| {
            verified.findings.push(Finding::Header {
                name: name.to_owned(),
                what: format!("content-security-policy, {directive}"),
                found: found.map(str::to_owned),
                needed: needed.to_owned(),
            });
        };
        for (directive, value) in &needed {
            let is = found.iter().find(|(name, _)| name == directive).map(|(_, value)| *value);
            // Besides itself, the page may connect to bridges: those are WebSockets.
            let bridges = |is: &str| {
                let mut sources = is.split(' ');
                sources.next() == Some("'self'") && sources.all(|s| s.starts_with("wss:") || s.starts_with("ws://"))
            };
            if is != Some(value) && !(directive == "connect-src" && is.is_some_and(bridges)) {
                note(directive, is, value);
            }
        }
        // A narrower kind of source, script-src-elem say, takes the place of the wider one. Frames of messages have a policy
        // of their own besides, to which these can only add.
        let whole = needed.iter().any(|(name, _)| name == "default-src");
        for (directive, value) in found.iter().filter(|(name, _)| whole && name.contains("-src")) {
            if !needed.iter().any(|(name, _)| name == directive) {
                note(directive, Some(value), "no such directive");
            }
        }
        if name == "index.html" {
            verified.connects_to = found.iter().find(|(name, _)| name == "connect-src").map(|(_, to)| (*to).to_owned());
        }
    }
}

/// The values of a header, as one.
fn one(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// A policy's directives, in lower case as browsers compare them, and their values; the first of a name counts (CSP Level
/// 3, section 2.2.1).
fn directives(policy: &str) -> Vec<(String, &str)> {
    let directives = policy.split(';').map(str::trim).filter(|directive| !directive.is_empty());
    let parts = directives.map(|text| text.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((text, "")));
    parts.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lies_in_a_folder() {
        for (url, folder) in [
            ("https://mail.example.org", Some("https://mail.example.org/")),
            ("https://mail.example.org/", Some("https://mail.example.org/")),
            ("https://example.org:8443/mail/index.html", Some("https://example.org:8443/mail/")),
            ("http://127.0.0.1:8110/mail", Some("http://127.0.0.1:8110/mail/")),
            ("mail.example.org", None),
            ("ftp://mail.example.org/", None),
            ("https://mail.example.org/?x", None),
        ] {
            assert_eq!(base(url).as_deref(), folder, "{url}");
        }
    }

    #[test]
    fn each_weakened_header_is_named_and_bridges_are_told() {
        let needed = || -> HeaderMap { headers::all("/", true, &headers::policy(&Bridges::default())).collect() };
        let check = |headers: &HeaderMap| {
            let mut verified = Verified::default();
            check_headers("index.html", true, headers, &mut verified);
            verified
        };
        assert_eq!(check(&needed()).status(), 0);
        for (header, value, what) in [
            ("content-security-policy", "default-src 'none'", 12),
            ("x-content-type-options", "none", 1),
            ("strict-transport-security", "max-age=0", 1),
        ] {
            let mut headers = needed();
            headers.insert(HeaderName::from_static(header), value.parse().unwrap());
            let verified = check(&headers);
            assert_eq!((verified.status(), verified.findings.len()), (1, what), "{:?}", verified.findings);
        }
        let policy = needed()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        for (from, to, status) in [
            ("connect-src 'self'", "connect-src 'self' wss://b1.example.org", 0),
            ("connect-src 'self'", "connect-src 'self' https://evil.example", 1),
            ("script-src 'self'", "script-src 'self' 'unsafe-inline'", 1),
            ("script-src 'self'", "SCRIPT-SRC *; script-src 'self'", 1),
            ("script-src 'self'", "script-src\t*; script-src 'self'", 1),
            ("script-src 'self'", "script-src-elem *; script-src 'self'", 1),
        ] {
            let mut headers = needed();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.replace(from, to).parse().unwrap());
            let verified = check(&headers);
            assert_eq!(verified.status(), status, "{to}");
            assert_eq!(verified.connects_to.is_some_and(|to| to.contains("wss://b1.example.org")), status == 0);
        }
        assert_eq!(check(&HeaderMap::new()).status(), 1);
    }

    #[test]
    fn what_could_not_be_looked_at_is_not_what_differs() {
        let unreachable = || Finding::Unreachable { name: "a".into(), reason: "timed out".into() };
        let differs = Finding::Differs { name: "b".into(), compressed: true };
        let status = |findings| Verified { findings, ..Verified::default() }.status();
        assert_eq!(status(vec![]), 0);
        assert_eq!(status(vec![unreachable()]), 2);
        assert_eq!(status(vec![unreachable(), differs]), 1);
    }
}
