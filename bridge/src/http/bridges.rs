//! Which bridges a page may use besides the one that serves it, and what the page's policy has to say of that.
//!
//! The page learns of them from `/restante.json`; the browser holds it to them by `connect-src`. Not here: which pages a
//! bridge lets in ([`crate::http::origin`]).

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use crate::reach::host::Host;

/// The bridges that a page may choose among. With none listed it uses the one at its own origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bridges {
    /// Those that it offers, the first one first.
    pub listed: Vec<Bridge>,
    /// Whether its user may name any other.
    pub any: bool,
}

/// A bridge that a page may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Bridge {
    /// The one at the page's own origin.
    Own,
    /// Another one, by the WebSocket address of its tunnel.
    At {
        /// The whole address.
        url: String,
        /// Scheme, host and port, as a policy names them.
        source: String,
    },
}

/// A text that names no [`Bridge`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBridge {
    /// Not of the form.
    #[error("a bridge is written wss://HOST[:PORT]/tunnel, or self for the one at the page's own origin")]
    Form,
    /// Clear text to another machine.
    #[error("ws:// leads to this machine only (localhost or 127.0.0.1): elsewhere a bridge is reached by wss://")]
    Clear,
    /// A policy has no way to write it (CSP Level 3, section 2.3.1).
    #[error("the policy of a page cannot name an IPv6 address: give the bridge a name")]
    Ipv6,
}

impl Bridges {
    /// The sources of the page's `connect-src`.
    pub(crate) fn sources(&self) -> String {
        let mut sources = vec!["'self'"];
        if self.any {
            // A bridge on the user's own machine, which sees less than any other, has no certificate, and browsers take
            // a connection that does not leave the machine for a safe one (W3C Secure Contexts, section 3.1).
            sources.extend(["wss:", "ws://localhost:*", "ws://127.0.0.1:*"]);
        }
        for bridge in &self.listed {
            if let Bridge::At { source, .. } = bridge
                && !sources.contains(&source.as_str())
            {
                sources.push(source);
            }
        }
        sources.join(" ")
    }
}

impl std::str::FromStr for Bridge {
    type Err = BadBridge;

    fn from_str(text: &str) -> Result<Self, BadBridge> {
        if text == "self" {
            return Ok(Self::Own);
        }
        let uri: Uri = text.parse().map_err(|_| BadBridge::Form)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(BadBridge::Form) };
        let named = authority.host().trim_start_matches('[').trim_end_matches(']');
        let host: Host = named.parse().map_err(|_| BadBridge::Form)?;
        // What could end a policy's directive is in no path of a tunnel either.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | ':' | '[' | ']');
        if uri.path().len() < 2 || !text.chars().all(plain) {
            return Err(BadBridge::Form);
        }
        let loopback = match &host {
            Host::Name(name) => name == "localhost",
            Host::Address(address) => address.is_loopback(),
        };
        match (scheme, &host) {
            (_, Host::Address(std::net::IpAddr::V6(_))) => return Err(BadBridge::Ipv6),
            ("wss", _) => {}
            ("ws", _) if loopback => {}
            ("ws", _) => return Err(BadBridge::Clear),
            _ => return Err(BadBridge::Form),
        }
        let port = match authority.port_u16() {
            Some(port) => format!(":{port}"),
            None if authority.as_str() == authority.host() => String::new(),
            None => return Err(BadBridge::Form),
        };
        let source = format!("{scheme}://{host}{port}");
        Ok(Self::At { url: format!("{source}{}", uri.path()), source })
    }
}

impl TryFrom<String> for Bridge {
    /// The fault, behind the text in quotes.
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: BadBridge| format!("{text:?}: {fault}"))
    }
}

impl From<Bridge> for String {
    fn from(bridge: Bridge) -> Self {
        match bridge {
            Bridge::Own => "self".to_owned(),
            Bridge::At { url, .. } => url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridges(listed: &[&str], any: bool) -> Bridges {
        Bridges { listed: listed.iter().map(|text| text.parse().unwrap()).collect(), any }
    }

    #[test]
    fn a_policy_names_the_origins_of_the_listed_bridges() {
        assert_eq!(bridges(&[], false).sources(), "'self'");
        let listed =
            ["self", "wss://B1.example.org/tunnel", "wss://b1.example.org/other", "wss://192.0.2.7:8443/tunnel"];
        assert_eq!(bridges(&listed, false).sources(), "'self' wss://b1.example.org wss://192.0.2.7:8443");
        assert_eq!(bridges(&["ws://localhost:8110/tunnel"], false).sources(), "'self' ws://localhost:8110");
    }

    #[test]
    fn any_bridge_is_one_with_a_certificate_or_on_the_users_own_machine() {
        assert_eq!(bridges(&[], true).sources(), "'self' wss: ws://localhost:* ws://127.0.0.1:*");
    }

    #[test]
    fn what_is_no_bridge_or_could_end_a_directive_is_refused() {
        for (text, fault) in [
            ("", BadBridge::Form),
            ("b1.example.org", BadBridge::Form),
            ("wss://b1.example.org", BadBridge::Form),
            ("wss://b1.example.org/", BadBridge::Form),
            ("https://b1.example.org/tunnel", BadBridge::Form),
            ("wss://u@b1.example.org/tunnel", BadBridge::Form),
            ("wss://b1.example.org/tunnel?x", BadBridge::Form),
            ("wss://b1.example.org/tunnel#x", BadBridge::Form),
            ("wss://b1.example.org/tunnel;script-src", BadBridge::Form),
            ("wss://b1.example.org/tunnel,x", BadBridge::Form),
            ("wss://b1.example.org:/tunnel", BadBridge::Form),
            ("wss://b1.example.org:99999/tunnel", BadBridge::Form),
            ("wss://*.example.org/tunnel", BadBridge::Form),
            ("wss://2130706433/tunnel", BadBridge::Form),
            ("ws://b1.example.org/tunnel", BadBridge::Clear),
            ("ws://192.0.2.7/tunnel", BadBridge::Clear),
            ("wss://[::1]/tunnel", BadBridge::Ipv6),
        ] {
            assert_eq!(text.parse::<Bridge>(), Err(fault), "{text}");
        }
    }
}
