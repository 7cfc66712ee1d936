//! The page's files, embedded in the binary, and how they are sent: type, encoding, caching.
//!
//! `cargo xtask build` lays them out: hashed names below `assets/`, and beside each file that shrinks its `.br` and
//! `.gz` copies. A binary that was built before the page says so instead. Not here: security headers
//! ([`crate::http::headers`]).

use std::borrow::Cow;
use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::RustEmbed;

/// What a binary without a page answers.
pub(crate) const NO_PAGE: &str = "This restante was built without the page: run `cargo xtask build`.\n";

/// A year, and never asked for again: the name changes with the content.
pub(crate) const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked for every time.
pub(crate) const NAMED: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
#[allow_missing = true]
pub(crate) struct Dist;

/// The files of a page, ready to be sent.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    files: HashMap<String, File>,
    /// A debug build reads each file when it is asked for, so that a new page shows without a restart.
    live: bool,
}

/// A file in the encodings that there are of it.
#[derive(Debug)]
struct File {
    media_type: HeaderValue,
    cache: HeaderValue,
    identity: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

#[derive(Debug)]
struct Variant {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Assets {
    /// The files this binary was built with.
    pub(crate) fn embedded() -> Self {
        if cfg!(debug_assertions) {
            return Self { live: true, ..Self::default() };
        }
        Self::load(Dist::iter().map(Cow::into_owned))
    }

    /// Those of the named files that there are.
    fn load(names: impl Iterator<Item = String>) -> Self {
        Self::new(names.filter_map(|name| {
            let file = Dist::get(&name)?;
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name, bytes, file.metadata.sha256_hash()))
        }))
    }

    /// A page of the given files: name, content, SHA-256.
    fn new(files: impl Iterator<Item = (String, Bytes, [u8; 32])>) -> Self {
        let mut variants: HashMap<String, Variant> = files
            .map(|(name, bytes, hash)| {
                let digits: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
                // Hexadecimal digits in quotes are a valid header value.
                let etag = HeaderValue::from_str(&format!("\"{digits}\"")).unwrap_or(HeaderValue::from_static("\"\""));
                (name, Variant { bytes, etag })
            })
            .collect();
        let names: Vec<String> =
            variants.keys().filter(|name| !name.ends_with(".br") && !name.ends_with(".gz")).cloned().collect();
        let files = names.into_iter().filter_map(|name| {
            let file = File {
                media_type: HeaderValue::from_static(media_type(&name)),
                cache: if name.starts_with("assets/") { HASHED } else { NAMED },
                identity: variants.remove(&name)?,
                brotli: variants.remove(&format!("{name}.br")),
                gzip: variants.remove(&format!("{name}.gz")),
            };
            Some((name, file))
        });
        Self { files: files.collect(), live: false }
    }

    /// Answers a GET of `path` (with its leading slash).
    pub(crate) fn respond(&self, path: &str, request: &HeaderMap) -> Response<Body> {
        let name = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
        if self.live {
            let variants = ["", ".br", ".gz"].into_iter().map(|ending| format!("{name}{ending}"));
            return Self::load(variants).respond(path, request);
        }
        match self.files.get(name) {
            Some(file) => file.respond(request),
            None if self.files.is_empty() && name == "index.html" => plain(StatusCode::SERVICE_UNAVAILABLE, NO_PAGE),
            None => plain(StatusCode::NOT_FOUND, "There is no such page here.\n"),
        }
    }
}

/// A response of a line of text.
pub(crate) fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl File {
    fn respond(&self, request: &HeaderMap) -> Response<Body> {
        let (variant, encoding) = self.negotiate(request);
        let fresh = is_fresh(request, &variant.etag);
        let mut response = Response::new(if fresh { Body::empty() } else { Body::from(variant.bytes.clone()) });
        if fresh {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::CONTENT_TYPE, self.media_type.clone());
        if self.brotli.is_some() || self.gzip.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    /// The encoding the client likes best; of equals the smallest (RFC 9110, section 12.5.3).
    fn negotiate(&self, request: &HeaderMap) -> (&Variant, Option<&'static str>) {
        let accepted = AcceptEncoding::read(request);
        let mut best = (&self.identity, None);
        let mut best_quality = accepted.identity();
        for (variant, encoding) in [(&self.gzip, "gzip"), (&self.brotli, "br")] {
            let quality = accepted.quality(encoding);
            if let Some(variant) = variant.as_ref().filter(|_| quality > 0 && quality >= best_quality) {
                best = (variant, Some(encoding));
                best_quality = quality;
            }
        }
        best
    }
}

/// The qualities of an Accept-Encoding header, in thousandths.
struct AcceptEncoding<'a>(Vec<(&'a str, u16)>);

impl<'a> AcceptEncoding<'a> {
    fn read(request: &'a HeaderMap) -> Self {
        let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
        Self(
            values
                .flat_map(|value| value.split(','))
                .map(|item| {
                    let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
                    // A quality that cannot be read counts as a refusal.
                    (coding.trim(), quality(parameters.trim()).unwrap_or(0))
                })
                .collect(),
        )
    }

    fn listed(&self, coding: &str) -> Option<u16> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(coding)).map(|(_, quality)| *quality)
    }

    fn quality(&self, coding: &str) -> u16 {
        self.listed(coding).or_else(|| self.listed("*")).unwrap_or(0)
    }

    /// Identity is acceptable unless it is refused, but never preferred to what is asked for by name.
    fn identity(&self) -> u16 {
        self.listed("identity").unwrap_or(0)
    }
}

/// The thousandths of a weight (RFC 9110, section 12.4.2); all of them where there is none.
fn quality(weight: &str) -> Option<u16> {
    if weight.is_empty() {
        return Some(1000);
    }
    // The names of parameters have no case (section 5.6.6).
    let value = weight.strip_prefix("q=").or(weight.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

/// Whether the client has this very content already (RFC 9110, section 13.1.2).
fn is_fresh(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let etag = etag.as_bytes();
    request.get_all(header::IF_NONE_MATCH).iter().flat_map(|value| value.as_bytes().split(|b| *b == b',')).any(|tag| {
        let tag = tag.trim_ascii();
        tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" | "SHA256SUMS" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Assets {
        let files = [
            ("index.html", "<!doctype html>"),
            ("assets/app-1f2e.wasm", "identity"),
            ("assets/app-1f2e.wasm.br", "br"),
            ("assets/app-1f2e.wasm.gz", "gzip"),
            ("assets/mark-77aa.svg", "<svg/>"),
            ("SHA256SUMS", "12  index.html"),
        ];
        let mut hash = 0;
        Assets::new(files.into_iter().map(|(name, content)| {
            hash += 1;
            (name.to_owned(), Bytes::from_static(content.as_bytes()), [hash; 32])
        }))
    }

    fn get(path: &str, headers: &[(header::HeaderName, &'static str)]) -> Response<Body> {
        let headers = headers.iter().map(|(n, v)| (n.clone(), HeaderValue::from_static(v))).collect();
        page().respond(path, &headers)
    }

    #[test]
    fn the_best_accepted_encoding_is_sent() {
        for (accept, encoding) in [
            ("", None),
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("gzip;q=1.0, br;q=0.5", Some("gzip")),
            ("br;q=0, gzip;q=0.2", Some("gzip")),
            ("br; q=0 , *;q=0.1", Some("gzip")),
            ("br;Q=0, gzip", Some("gzip")),
            ("br;Q=0.1, gzip;Q=0.100", Some("br")),
            ("br;q=0.001, gzip;q=0.01", Some("gzip")),
            ("br;q=1.001, gzip;q=1.000", Some("gzip")),
            ("br;q=NaN, gzip;q=inf", None),
            ("br;q=-1, gzip;q=1e0", None),
            ("br;level=1", None),
            ("*", Some("br")),
            ("identity", None),
            ("identity;q=1, gzip;q=0.5", None),
            ("br;q=x", None),
            ("deflate", None),
        ] {
            let response = page().respond(
                "/assets/app-1f2e.wasm",
                &[(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))].into_iter().collect(),
            );
            let sent = response.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap());
            assert_eq!(sent, encoding, "{accept}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/wasm");
        }
    }

    #[test]
    fn hashed_files_are_kept_for_good_and_the_rest_is_asked_for() {
        assert!(
            get("/assets/mark-77aa.svg", &[]).headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable")
        );
        assert_eq!(get("/", &[]).headers()[header::CACHE_CONTROL], "no-cache");
        assert_eq!(get("/index.html", &[]).headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let sums = get("/SHA256SUMS", &[]);
        assert_eq!(sums.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(sums.headers()[header::CACHE_CONTROL], "no-cache");
        assert!(!get("/", &[]).headers().contains_key(header::VARY));
    }

    #[test]
    fn content_that_the_client_has_is_not_sent_again() {
        let tag = get("/", &[]).headers()[header::ETAG].clone();
        for (tags, fresh) in [
            (tag.to_str().unwrap().to_owned(), true),
            (format!("\"other\", W/{}", tag.to_str().unwrap()), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
        ] {
            let headers = [(header::IF_NONE_MATCH, HeaderValue::from_str(&tags).unwrap())].into_iter().collect();
            let response = page().respond("/", &headers);
            assert_eq!(response.status() == StatusCode::NOT_MODIFIED, fresh, "{tags}");
        }
        let brotli = get("/assets/app-1f2e.wasm", &[(header::ACCEPT_ENCODING, "br")]);
        let identity = get("/assets/app-1f2e.wasm", &[]);
        assert_ne!(brotli.headers()[header::ETAG], identity.headers()[header::ETAG]);
    }

    #[test]
    fn what_is_not_there_is_not_found_and_a_missing_page_explains_itself() {
        assert_eq!(get("/nothing", &[]).status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/app-1f2e.wasm.br", &[]).status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/../index.html", &[]).status(), StatusCode::NOT_FOUND);
        assert_eq!(Assets::default().respond("/", &HeaderMap::new()).status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
