//! Whom a request is addressed to: exactly one well-formed authority, wherever the request has it.
//!
//! HTTP/1.1 has it in `Host` and, with an absolute-form target, in the target as well (RFC 9112, section 3.2); HTTP/2 has
//! it in `:authority` (RFC 9113, section 8.3.1). Anything missing, doubled, malformed or at odds with the other place is a
//! bad request. Not here: which names are the bridge's ([`crate::origin`]).

use std::net::Ipv6Addr;

use axum::http::uri::Scheme;
use axum::http::{HeaderMap, Uri, Version, header};

use crate::reach::host::Host;

/// A host and, where one is given, a port (RFC 3986, section 3.2, without user information).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    /// `None` for a well-formed name that no bridge can have, such as one with a final dot.
    pub(crate) host: Option<Host>,
    pub(crate) port: Option<u16>,
    text: String,
}

/// Why a request is addressed to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadTarget {
    #[error("The request has no Host.")]
    Missing,
    #[error("The request has more than one Host.")]
    Doubled,
    #[error("The request's host is malformed.")]
    Malformed,
    #[error("The request names two different hosts.")]
    AtOdds,
}

impl Authority {
    /// That of a request; `None` for one over HTTP/1.0 that has none, as health checks send it.
    ///
    /// # Errors
    /// [`BadTarget`]
    pub(crate) fn of(version: Version, target: &Uri, headers: &HeaderMap) -> Result<Option<Self>, BadTarget> {
        let mut fields = headers.get_all(header::HOST).iter();
        let (field, None) = (fields.next(), fields.next()) else { return Err(BadTarget::Doubled) };
        let parse = |text: &str| Self::parse(text).ok_or(BadTarget::Malformed);
        let field = field.map(|value| parse(value.to_str().map_err(|_| BadTarget::Malformed)?)).transpose()?;
        let Some(named) = target.authority() else {
            return if field.is_none() && version > Version::HTTP_10 { Err(BadTarget::Missing) } else { Ok(field) };
        };
        let named = parse(named.as_str())?;
        let default_port = match target.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => Some(443),
            Some(scheme) if *scheme == Scheme::HTTP => Some(80),
            // The target of CONNECT has no scheme.
            None => None,
            Some(_) => return Err(BadTarget::Malformed),
        };
        match &field {
            Some(field) if field.text != named.text => Err(BadTarget::AtOdds),
            Some(field) if field.port.or(default_port) != named.port.or(default_port) => Err(BadTarget::AtOdds),
            // HTTP/2 has no need of the header.
            None if version == Version::HTTP_11 => Err(BadTarget::Missing),
            _ => Ok(Some(named)),
        }
    }

    /// Reads `uri-host [ ":" port ]` (RFC 9110, section 7.2); an empty host is none (section 4.2.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, text, port) = if let Some(rest) = text.strip_prefix('[') {
            let (literal, port) = rest.split_once(']')?;
            let address: Ipv6Addr = literal.parse().ok()?;
            (Some(Host::Address(address.into())), address.to_string(), port)
        } else {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            if name.is_empty() || !is_registered_name(name.as_bytes()) {
                return None;
            }
            // An IPv6 address without brackets has a colon, so it is never read here.
            (name.parse().ok(), name.to_ascii_lowercase(), port)
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return None,
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            Some(_) => return None,
        };
        Some(Self { host, port, text })
    }
}

/// `reg-name` (RFC 3986, section 3.2.2), of which dotted quads are a part.
fn is_registered_name(mut bytes: &[u8]) -> bool {
    while let [first, rest @ ..] = bytes {
        bytes = match (first, rest) {
            (b'%', [high, low, rest @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            (
                b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=',
                _,
            ) => rest,
            (other, _) if other.is_ascii_alphanumeric() => rest,
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(version: Version, target: &str, hosts: &[&[u8]]) -> Result<Option<Authority>, BadTarget> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_bytes(host).unwrap());
        }
        Authority::of(version, &target.parse().unwrap(), &headers)
    }

    #[test]
    fn a_host_is_read_with_its_port_and_names_are_compared_in_lower_case() {
        for (text, host, port) in [
            ("Mail.Example.org", "mail.example.org", None),
            ("mail.example.org:8110", "mail.example.org", Some(8110)),
            ("mail.example.org:", "mail.example.org", None),
            ("127.0.0.1:1", "127.0.0.1", Some(1)),
            ("[::1]:8110", "::1", Some(8110)),
            ("[0:0::1]", "::1", None),
        ] {
            let read = Authority::parse(text).unwrap();
            assert_eq!((read.host.unwrap().to_string().as_str(), read.port), (host, port), "{text}");
        }
        for text in ["localhost.", "2130706433", "a..b", "%6cocalhost", "*", "a!b:80"] {
            assert_eq!(Authority::parse(text).unwrap().host, None, "{text}");
        }
    }

    #[test]
    fn what_is_no_authority_is_malformed() {
        for text in [
            "",
            ":80",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "user@localhost",
            "localhost:x",
            "localhost:+1",
            "localhost:80 ",
            "localhost:99999",
            "localhost:80:80",
            "localhost:80evil.test",
            "[::1",
            "[::1].evil.test",
            "[::1]8110",
            "[]",
            "[127.0.0.1]",
            "[::1%lo]",
            "::1",
            "]",
            "a%2",
            "a%zz",
            "<a>",
            "a\"b",
            "ä",
        ] {
            assert_eq!(Authority::parse(text), None, "{text:?}");
        }
        assert_eq!(of(Version::HTTP_11, "/", &[b"local\xFFhost"]), Err(BadTarget::Malformed));
    }

    #[test]
    fn there_is_exactly_one_in_each_version_of_http() {
        assert_eq!(of(Version::HTTP_11, "/", &[]), Err(BadTarget::Missing));
        assert_eq!(of(Version::HTTP_2, "/", &[]), Err(BadTarget::Missing));
        assert_eq!(of(Version::HTTP_10, "/", &[]), Ok(None));
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            assert_eq!(of(version, "/", &[b"localhost", b"localhost"]), Err(BadTarget::Doubled));
            assert_eq!(of(version, "/", &[b"localhost", b"evil.test"]), Err(BadTarget::Doubled));
            assert!(of(version, "/", &[b"localhost"]).unwrap().is_some());
        }
    }

    #[test]
    fn a_target_with_a_host_agrees_with_the_header() {
        let agree = |target: &str, host: &[u8]| of(Version::HTTP_11, target, &[host]).map(|named| named.unwrap().port);
        assert_eq!(agree("http://localhost/", b"LOCALHOST"), Ok(None));
        assert_eq!(agree("http://localhost:80/", b"localhost"), Ok(Some(80)));
        assert_eq!(agree("https://localhost/", b"localhost:443"), Ok(None));
        assert_eq!(agree("http://[::1]:8110/", b"[0::1]:8110"), Ok(Some(8110)));
        for (target, host) in [
            ("http://evil.test/", b"localhost".as_slice()),
            ("http://localhost/", b"evil.test"),
            ("http://localhost/", b"localhost:8110"),
            ("http://localhost./", b"localhost"),
        ] {
            assert_eq!(agree(target, host), Err(BadTarget::AtOdds), "{target}");
        }
        assert_eq!(agree("http://user@localhost/", b"localhost"), Err(BadTarget::Malformed));
        assert_eq!(agree("ftp://localhost/", b"localhost"), Err(BadTarget::Malformed));
        assert_eq!(of(Version::HTTP_11, "http://localhost/", &[]), Err(BadTarget::Missing));
        assert!(of(Version::HTTP_2, "https://localhost/", &[]).unwrap().is_some());
        assert_eq!(of(Version::HTTP_2, "https://localhost/", &[b"evil.test"]), Err(BadTarget::AtOdds));
    }
}
