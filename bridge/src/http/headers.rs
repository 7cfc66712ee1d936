//! Security headers, the same on every response; the frames of messages alone have a policy of their own inside.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::bridges::Bridges;

/// The page's policy but for `connect-src`. Scripts and workers are the page's own, nothing is fetched from elsewhere,
/// and no string becomes script.
const PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types default; connect-src ";

/// The documents that messages are shown in carry their policy themselves; this is what a document cannot say. No script
/// runs in them, whoever frames them: their origin is the page's.
const MESSAGE_FRAME: HeaderValue = HeaderValue::from_static(
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'",
);

/// The service worker fetches the page's own files, and does nothing else.
const SERVICE_WORKER: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

const COMMON: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             hid=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), \
             xr-spatial-tracking=()",
        ),
    ),
];

/// A year under TLS once it has been seen (RFC 6797).
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The policy of a page that may connect to these bridges: `'self'` covers the WebSocket of its own.
pub(crate) fn policy(bridges: &Bridges) -> HeaderValue {
    // Names, ports and the fixed text above: visible ASCII. Were it not, no connection would be the safe thing.
    HeaderValue::from_str(&format!("{PAGE}{}", bridges.sources()))
        .unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The headers of a response for `path`; `https` where it goes out under TLS.
pub(crate) fn all(path: &str, https: bool, policy: &HeaderValue) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let policy = match path {
        "/service-worker.js" => SERVICE_WORKER,
        path if path.starts_with("/message-frame") => MESSAGE_FRAME,
        _ => policy.clone(),
    };
    let transport = https.then_some((header::STRICT_TRANSPORT_SECURITY, TRANSPORT));
    transport.into_iter().chain([(header::CONTENT_SECURITY_POLICY, policy)]).chain(COMMON)
}

/// Adds them to a response.
pub(crate) fn secure(path: &str, https: bool, policy: &HeaderValue, headers: &mut HeaderMap) {
    headers.extend(all(path, https, policy));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(path: &str, https: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        secure(path, https, &super::policy(&Bridges::default()), &mut headers);
        headers
    }

    fn policy(path: &str) -> String {
        let headers = headers(path, false);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    }

    #[test]
    fn pages_and_workers_share_a_policy_without_inline_script_or_eval() {
        assert_eq!(policy("/"), policy("/assets/worker-1f2e.js"));
        assert!(!policy("/").contains("'unsafe-inline'") && !policy("/").contains("'unsafe-eval'"));
        assert!(policy("/").contains("require-trusted-types-for 'script'"));
    }

    #[test]
    fn transport_security_is_demanded_where_there_is_tls() {
        assert_eq!(headers("/", true)[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        assert!(!headers("/", false).contains_key(header::STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn a_page_connects_to_its_own_bridge_and_to_those_it_was_configured_with() {
        assert!(policy("/").ends_with("; connect-src 'self'"));
        let listed = vec!["wss://b1.example.org/tunnel".parse().unwrap()];
        let listed = super::policy(&Bridges { listed, any: false });
        assert!(listed.to_str().unwrap().ends_with("; connect-src 'self' wss://b1.example.org"));
    }

    #[test]
    fn a_message_frame_is_framed_by_the_page_alone_and_runs_no_script() {
        for path in ["/message-frame.html", "/message-frame-remote.html", "/message-frame"] {
            assert!(policy(path).ends_with("; frame-ancestors 'self'"), "{path}");
            assert!(policy(path).starts_with("sandbox ") && !policy(path).contains("allow-scripts"), "{path}");
        }
    }

    #[test]
    fn the_service_worker_fetches_from_its_own_host_and_runs_nothing_else() {
        assert!(policy("/service-worker.js").starts_with("default-src 'none'; connect-src 'self'; "));
    }
}
