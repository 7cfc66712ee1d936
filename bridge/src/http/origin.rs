//! Who may talk to the bridge from a browser: the `Host` the page was reached by, and the `Origin` of an upgrade.
//!
//! A WebSocket is not bound by the same-origin policy, so every upgrade's Origin is checked (RFC 6455, section 10.2).
//! And a foreign page that makes its own name resolve to this bridge has the same origin as the bridge's page; its
//! Host header gives it away. Both checks are pure functions. Not here: reading the host (`authority.rs`).

use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::authority::Authority;
use crate::reach::host::Host;

/// The origins and host names a bridge answers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Origins besides the bridge's own whose pages may open tunnels.
    foreign: Vec<Origin>,
    /// Names the bridge's page may be reached by.
    names: Vec<String>,
}

/// A web origin (RFC 6454): scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin {
    scheme: String,
    host: Host,
    port: u16,
}

/// A text that is not an [`Origin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is written http://HOST[:PORT] or https://HOST[:PORT], with nothing behind")]
pub struct BadOrigin;

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// The Host header names a host that the bridge is not.
    #[error("This bridge does not answer to that host name. If it should, its operator starts it with --host NAME.")]
    Host,
    /// The upgrade has no Origin header, or more than one.
    #[error("An upgrade has to say its Origin.")]
    NoOrigin,
    /// The upgrade comes from a page of another origin.
    #[error("Pages of that origin may not use this bridge. If they should, its operator lists it with --allow-origin.")]
    Origin,
}

impl Origins {
    /// Lets the pages of these origins in, and answers to these names and no others. Address literals and
    /// `localhost` are always answered to: no foreign name can be made to look like one.
    pub fn new(foreign: Vec<Origin>, names: Vec<String>) -> Self {
        Self { foreign, names }
    }

    /// Whether there are names that others than this machine know the bridge by.
    pub(crate) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Checks whom a request is addressed to.
    ///
    /// # Errors
    /// [`Foreign::Host`]
    pub(crate) fn check_host(&self, authority: &Authority) -> Result<(), Foreign> {
        let known = match &authority.host {
            Some(Host::Address(_)) => true,
            Some(Host::Name(name)) => name == "localhost" || self.names.contains(name),
            None => false,
        };
        if known { Ok(()) } else { Err(Foreign::Host) }
    }

    /// Checks the Origin header of an upgrade: the bridge's own, as it was addressed, or one that is listed.
    ///
    /// # Errors
    /// [`Foreign::NoOrigin`], [`Foreign::Origin`]
    pub(crate) fn check_origin(&self, authority: &Authority, headers: &HeaderMap) -> Result<(), Foreign> {
        let mut values = headers.get_all(header::ORIGIN).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return Err(Foreign::NoOrigin) };
        let origin: Origin = value.to_str().ok().and_then(|text| text.parse().ok()).ok_or(Foreign::Origin)?;
        // Behind a proxy that ends TLS the bridge does not know its own scheme, so the origin's is taken.
        let port = authority.port.unwrap_or_else(|| default_port(&origin.scheme));
        let own = authority.host.as_ref() == Some(&origin.host) && origin.port == port;
        if own || self.foreign.contains(&origin) { Ok(()) } else { Err(Foreign::Origin) }
    }
}

impl TryFrom<String> for Origin {
    /// The fault, behind the text in quotes.
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: BadOrigin| format!("{text:?}: {fault}"))
    }
}

impl std::str::FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let (scheme, authority) = text.split_once("://").ok_or(BadOrigin)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") || authority.ends_with(':') {
            return Err(BadOrigin);
        }
        let authority = Authority::parse(authority).ok_or(BadOrigin)?;
        let port = authority.port.unwrap_or_else(|| default_port(&scheme));
        Ok(Self { scheme, host: authority.host.ok_or(BadOrigin)?, port })
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        origin.map(|origin| (header::ORIGIN, origin.parse().unwrap())).into_iter().collect()
    }

    fn check(host: &str, origin: &str) -> Result<(), Foreign> {
        let listed = vec!["https://page.example".parse().unwrap()];
        Origins::new(listed, Vec::new()).check_origin(&Authority::parse(host).unwrap(), &headers(Some(origin)))
    }

    #[test]
    fn the_bridges_own_page_and_listed_origins_may_open_tunnels() {
        for (host, origin) in [
            ("127.0.0.1:8110", "http://127.0.0.1:8110"),
            ("[::1]:8110", "http://[::1]:8110"),
            ("mail.example.org", "https://mail.example.org"),
            ("mail.example.org:443", "https://mail.example.org"),
            ("mail.example.org", "http://mail.example.org"),
            ("Mail.Example.org", "https://mail.example.org"),
            ("mail.example.org", "https://page.example"),
            ("mail.example.org", "https://page.example:443"),
        ] {
            assert_eq!(check(host, origin), Ok(()), "{host} {origin}");
        }
    }

    #[test]
    fn other_origins_may_not() {
        for (host, origin) in [
            ("127.0.0.1:8110", "http://127.0.0.1:8111"),
            ("127.0.0.1:8110", "http://127.0.0.1"),
            ("127.0.0.1:8110", "http://localhost:8110"),
            ("mail.example.org", "https://evil.example"),
            ("mail.example.org", "https://mail.example.org.evil.example"),
            ("mail.example.org", "https://mail.example.org@evil.example"),
            ("mail.example.org", "https://evil.example/mail.example.org"),
            ("mail.example.org", "https://evil.example#mail.example.org"),
            ("mail.example.org", "http://page.example"),
            ("mail.example.org", "https://sub.page.example"),
            ("mail.example.org", "null"),
            ("mail.example.org", "file://"),
            ("mail.example.org", ""),
        ] {
            assert_eq!(check(host, origin), Err(Foreign::Origin), "{host} {origin}");
        }
        let own = Authority::parse("a.example").unwrap();
        assert_eq!(Origins::default().check_origin(&own, &headers(None)), Err(Foreign::NoOrigin));
        let mut twice = headers(Some("http://a.example"));
        twice.append(header::ORIGIN, "http://a.example".parse().unwrap());
        assert_eq!(Origins::default().check_origin(&own, &twice), Err(Foreign::NoOrigin));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "https://x:99999",
            "https://*.x",
            "https://x:",
            "https://",
            "https://x/",
            "https://x:0x50",
            "ftp://x",
            "x",
            "https://x.",
            "https://user@x",
            "https://[::1].x",
            "https://1.2.3",
            "null",
            "",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(BadOrigin), "{text:?}");
        }
        assert_eq!("HTTPS://X.example:443".parse::<Origin>(), "https://x.example".parse());
    }

    #[test]
    fn a_name_that_was_made_to_resolve_here_is_turned_away() {
        let origins = Origins::new(Vec::new(), vec!["mail.example.org".into()]);
        let check = |host: &str| origins.check_host(&Authority::parse(host).unwrap());
        for host in ["127.0.0.1:8110", "[::1]:8110", "localhost:8110", "mail.example.org", "MAIL.example.org:80"] {
            assert_eq!(check(host), Ok(()), "{host}");
        }
        for host in [
            "evil.example:8110",
            "mail.example.org.evil.example",
            "127.0.0.1.evil.example",
            "evil.localhost",
            "localhost.",
            "2130706433",
        ] {
            assert_eq!(check(host), Err(Foreign::Host), "{host}");
        }
        assert!(Origins::default().check_host(&Authority::parse("mail.example.org").unwrap()).is_err());
    }
}
