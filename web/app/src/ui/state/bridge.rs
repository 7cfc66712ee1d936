//! Which bridge carries the mail's bytes: the page's own, one that its host names, or one that the user types in.

/// A choice of bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bridge {
    /// The one that serves this page.
    Own,
    /// One that the host of the page names: its address.
    Listed(String),
    /// The one whose address is typed in.
    Typed,
}

/// Why an address is no bridge's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadBridge {
    /// It does not begin with `wss://`.
    Scheme,
    /// `ws://` leads to another machine without TLS.
    Clear,
    /// It names no host, or holds what does not belong there.
    Form,
}

/// The address of a bridge from what was typed in: `wss://`, or `ws://` to this very machine. A missing path is the one
/// that bridges have.
///
/// # Errors
/// Why it cannot be used.
pub fn address(typed: &str) -> Result<String, BadBridge> {
    let typed = typed.trim();
    let (scheme, rest) = typed.split_once("://").ok_or(BadBridge::Scheme)?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "wss" && scheme != "ws" {
        return Err(BadBridge::Scheme);
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let foreign = |c: char| c.is_whitespace() || c.is_control() || "@?#\\<>\"`{}|^%".contains(c);
    let (name, port) = host_and_port(authority).ok_or(BadBridge::Form)?;
    if name.is_empty()
        || rest.contains(foreign)
        || port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0))
    {
        return Err(BadBridge::Form);
    }
    if scheme == "ws" && !is_this_machine(name) {
        return Err(BadBridge::Clear);
    }
    let path = if path.is_empty() || path == "/" { restante_protocol::tunnel::PATH } else { path };
    Ok(format!("{scheme}://{}{path}", authority.to_ascii_lowercase()))
}

/// What a person calls a bridge: its host, and its port where there is one.
pub fn name(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Takes `host`, `host:port`, `[address]` and `[address]:port` apart.
fn host_and_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (name, after) = rest.split_once(']')?;
        let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
        return name.parse::<std::net::Ipv6Addr>().is_ok().then_some((name, port));
    }
    match authority.split_once(':') {
        Some((name, port)) => Some((name, Some(port))),
        None => Some((authority, None)),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_leads_to_the_tunnel() {
        assert_eq!(address(" wss://B1.example.org ").unwrap(), "wss://b1.example.org/tunnel");
        assert_eq!(address("wss://b1.example.org:8443/").unwrap(), "wss://b1.example.org:8443/tunnel");
        assert_eq!(address("wss://b1.example.org/mail/tunnel").unwrap(), "wss://b1.example.org/mail/tunnel");
        assert_eq!(address("wss://[2001:db8::1]:8443").unwrap(), "wss://[2001:db8::1]:8443/tunnel");
    }

    #[test]
    fn without_tls_only_this_machine_is_a_bridge() {
        for here in ["ws://localhost:8080", "ws://127.0.0.1:8080", "ws://[::1]:8080"] {
            assert!(address(here).is_ok(), "{here}");
        }
        for there in ["ws://b1.example.org", "ws://192.0.2.1", "ws://localhost.example.org"] {
            assert_eq!(address(there), Err(BadBridge::Clear), "{there}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_bridge_is_refused() {
        for typed in ["", "b1.example.org", "https://b1.example.org", "javascript://b1.example.org"] {
            assert_eq!(address(typed), Err(BadBridge::Scheme), "{typed}");
        }
        for typed in [
            "wss://",
            "wss:///tunnel",
            "wss://a b",
            "wss://u:p@b1.example.org",
            "wss://b1.example.org/?t=1",
            "wss://b1.example.org/#x",
            "wss://b1.example.org:0",
            "wss://b1.example.org:x",
            "wss://[b1]",
            "wss://b1.example.org\\@evil.example",
        ] {
            assert_eq!(address(typed), Err(BadBridge::Form), "{typed}");
        }
    }

    #[test]
    fn a_bridge_is_called_by_its_host() {
        assert_eq!(name("wss://b1.example.org:8443/tunnel"), "b1.example.org:8443");
    }
}
