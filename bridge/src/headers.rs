//! Security headers, the same on every response; the frames of messages alone have a policy of their own inside.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The page's policy. Scripts and workers are the page's own, nothing is fetched from elsewhere, and no string becomes
/// script: `connect-src 'self'` covers the tunnel's WebSocket.
const PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self' data: blob:; frame-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default",
);

/// The documents that messages are shown in carry their policy themselves; this is what a document cannot say.
const MESSAGE_FRAME: HeaderValue = HeaderValue::from_static("frame-ancestors 'self'");

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

/// Adds the headers to a response for `path`; `https` where the bridge ends TLS itself.
pub(crate) fn secure(path: &str, https: bool, headers: &mut HeaderMap) {
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
    let policy = if path.starts_with("/message-frame") { MESSAGE_FRAME } else { PAGE };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in COMMON {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(path: &str) -> String {
        let mut headers = HeaderMap::new();
        secure(path, false, &mut headers);
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
        let mut headers = HeaderMap::new();
        secure("/", true, &mut headers);
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        let mut headers = HeaderMap::new();
        secure("/", false, &mut headers);
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn a_message_frame_is_framed_by_the_page_alone() {
        assert_eq!(policy("/message-frame.html"), "frame-ancestors 'self'");
        assert_eq!(policy("/message-frame-remote.html"), "frame-ancestors 'self'");
    }
}
