//! The opening handshake of a WebSocket (RFC 6455, section 4.2), for the one subprotocol that the bridge speaks.
//!
//! Pure functions of a request's head. Not here: Origin and Host ([`crate::http::origin`]).

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use restante_protocol::tunnel::SUBPROTOCOL;
use sha1::{Digest, Sha1};

/// What is appended to the key before it is hashed (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Why a request is not the upgrade that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoUpgrade {
    #[error("This is the WebSocket endpoint of the tunnel: it takes a GET request that upgrades.")]
    NotAnUpgrade,
    #[error("A WebSocket is opened over HTTP/1.1.")]
    Http,
    #[error("A request that upgrades has no body.")]
    Body,
    #[error("The WebSocket version has to be 13.")]
    Version,
    #[error("Sec-WebSocket-Key has to be 16 bytes in base64, once.")]
    Key,
    #[error("The tunnel needs the WebSocket subprotocol {SUBPROTOCOL}.")]
    Subprotocol,
}

impl NoUpgrade {
    /// The status to answer with; 426 says which version is spoken (section 4.2.2).
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NotAnUpgrade | Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::Http | Self::Body | Self::Key | Self::Subprotocol => StatusCode::BAD_REQUEST,
        }
    }
}

/// Checks an upgrade request; gives the headers of the 101 response.
///
/// # Errors
/// [`NoUpgrade`]
pub(crate) fn accept(
    method: &Method,
    version: Version,
    headers: &HeaderMap,
) -> Result<[(HeaderName, HeaderValue); 4], NoUpgrade> {
    let upgrade =
        has_token(headers, &header::UPGRADE, "websocket") && has_token(headers, &header::CONNECTION, "upgrade");
    if method != Method::GET || !upgrade {
        return Err(NoUpgrade::NotAnUpgrade);
    }
    // Section 4.1, point 2.
    if version != Version::HTTP_11 {
        return Err(NoUpgrade::Http);
    }
    // What would be its body is otherwise read as frames.
    if has_body(headers) {
        return Err(NoUpgrade::Body);
    }
    if only(headers, &header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(NoUpgrade::Version);
    }
    let key = only(headers, &header::SEC_WEBSOCKET_KEY).ok_or(NoUpgrade::Key)?.as_bytes();
    if STANDARD.decode(key).map_or(0, |bytes| bytes.len()) != 16 {
        return Err(NoUpgrade::Key);
    }
    // Subprotocol names are compared exactly (section 11.5).
    if !tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|offered| offered == SUBPROTOCOL) {
        return Err(NoUpgrade::Subprotocol);
    }
    let proof = STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize());
    Ok([
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        // Base64 is made of visible ASCII characters, which every header value takes.
        (header::SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&proof).map_err(|_| NoUpgrade::Key)?),
        (header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL)),
    ])
}

/// Whether a request announces a body: none here has one. Of a length and chunks together the HTTP library shows the
/// chunks alone (RFC 9112, section 6.1).
pub(crate) fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get_all(header::CONTENT_LENGTH).iter().any(|length| length != "0")
}

/// The value of a field that stands once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).map(str::trim)
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|t| t.eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> HeaderMap {
        [
            (header::UPGRADE, "WebSocket"),
            (header::CONNECTION, "keep-alive, Upgrade"),
            (header::SEC_WEBSOCKET_VERSION, "13"),
            (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
            (header::SEC_WEBSOCKET_PROTOCOL, "other, restante.v1"),
        ]
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_the_rfc_says() {
        let answer = accept(&Method::GET, Version::HTTP_11, &request()).unwrap();
        assert_eq!(answer[2].1, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(answer[3].1, "restante.v1");
    }

    #[test]
    fn each_missing_part_is_named() {
        let accept = |method, headers: &HeaderMap| accept(&method, Version::HTTP_11, headers);
        assert_eq!(accept(Method::POST, &request()), Err(NoUpgrade::NotAnUpgrade));
        for (name, value, fault) in [
            (header::UPGRADE, "h2c", NoUpgrade::NotAnUpgrade),
            (header::CONNECTION, "keep-alive", NoUpgrade::NotAnUpgrade),
            (header::SEC_WEBSOCKET_VERSION, "8", NoUpgrade::Version),
            (header::SEC_WEBSOCKET_KEY, "c2hvcnQ=", NoUpgrade::Key),
            (header::SEC_WEBSOCKET_PROTOCOL, "Restante.v1", NoUpgrade::Subprotocol),
        ] {
            let mut headers = request();
            headers.insert(name.clone(), HeaderValue::from_static(value));
            assert_eq!(accept(Method::GET, &headers), Err(fault));
            headers.remove(&name);
            assert_eq!(accept(Method::GET, &headers), Err(fault));
        }
    }

    #[test]
    fn what_could_hide_bytes_behind_the_upgrade_is_refused() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = request();
            headers.append(name, HeaderValue::from_static(value));
            accept(&Method::GET, Version::HTTP_11, &headers).map(drop)
        };
        assert_eq!(with("content-length", "0"), Ok(()));
        for (name, value, fault) in [
            ("content-length", "1", NoUpgrade::Body),
            ("content-length", "00", NoUpgrade::Body),
            ("content-length", "0, 5", NoUpgrade::Body),
            ("transfer-encoding", "chunked", NoUpgrade::Body),
            ("transfer-encoding", "identity", NoUpgrade::Body),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==", NoUpgrade::Key),
            ("sec-websocket-version", "13", NoUpgrade::Version),
        ] {
            assert_eq!(with(name, value), Err(fault), "{name}: {value}");
        }
        for version in [Version::HTTP_10, Version::HTTP_2] {
            assert_eq!(accept(&Method::GET, version, &request()), Err(NoUpgrade::Http));
        }
    }
}
