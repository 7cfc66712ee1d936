//! Who a client is: its address, and what of it is logged.
//!
//! The peer of the connection, or what a proxy says of it; only a proxy that the operator lists is believed. Not here:
//! the PROXY protocol ([`crate::listen::proxy_protocol`]), which replaces the peer before a request is read.

use std::net::{IpAddr, SocketAddr};
use std::str;

use axum::http::HeaderMap;

use crate::reach::policy::Range;

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its address, or the one that the PROXY protocol named.
    pub(crate) address: IpAddr,
    announced: bool,
}

impl Peer {
    /// Whoever made the connection.
    pub(crate) fn direct(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), announced: false }
    }

    /// The client whose bytes a proxy passes on behind a PROXY header; the proxy itself where the header names nobody.
    /// Either way the proxy has not read the requests, so whoever wrote them wrote their headers too.
    pub(crate) fn announced(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), announced: true }
    }
}

/// Proxies that are believed when they say for whom they ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Range>);

impl Proxies {
    /// Proxies in these ranges.
    pub fn new(ranges: Vec<Range>) -> Self {
        Self(ranges)
    }

    /// Whether no proxy is listed.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is a listed proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(address.to_canonical()))
    }

    /// Whether a peer is a listed proxy that wrote the requests' headers itself: then it is believed in them.
    pub(crate) fn trust(&self, peer: Peer) -> bool {
        !peer.announced && self.contains(peer.address)
    }

    /// The client that a request comes from: the last address in X-Forwarded-For that is not a listed proxy, if the
    /// peer is one. Whatever stands before it the client may have made up, so each hop is read by itself.
    pub(crate) fn client(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.address;
        if !self.trust(peer) {
            return client;
        }
        let values: Vec<&[u8]> = headers.get_all("x-forwarded-for").iter().map(|value| value.as_bytes()).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b',')) {
            if !self.contains(client) {
                break;
            }
            match parse_hop(hop.trim_ascii()) {
                Some(address) => client = address.to_canonical(),
                None => break,
            }
        }
        client
    }
}

/// An address, which some proxies write with the port.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?;
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// An address for the log: enough to tell networks apart, not people (IPv4 /24, IPv6 /48).
pub(crate) fn mask(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(values: &[&[u8]]) -> HeaderMap {
        let value = |value: &&[u8]| axum::http::HeaderValue::from_bytes(value).unwrap();
        values.iter().map(|text| (axum::http::HeaderName::from_static("x-forwarded-for"), value(text))).collect()
    }

    fn proxies() -> Proxies {
        Proxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
    }

    fn client(peer: &str, values: &[&'static str]) -> String {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        proxies().client(Peer::direct(peer.parse().unwrap()), &forwarded(&values)).to_string()
    }

    #[test]
    fn only_a_listed_proxy_is_believed() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert!(proxies().contains("::ffff:10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_stands_before_the_client_is_not_believed() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["1.1.1.1, nonsense"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["10.9.9.9"]), "10.9.9.9");
    }

    #[test]
    fn nothing_that_a_client_writes_before_its_address_hides_it() {
        for octet in 0..=255u8 {
            // Octets that no header value holds, and the comma between two hops.
            if matches!(octet, 0..=0x1F | 0x7F if octet != b'\t') {
                continue;
            }
            for made_up in
                [vec![octet], [b"10.0.0.9".as_slice(), &[octet]].concat(), [&[octet], b"::1".as_slice()].concat()]
            {
                let one = [&made_up, b", 198.51.100.7".as_slice()].concat();
                let peer = Peer::direct([10, 0, 0, 1].into());
                for values in [vec![one.as_slice()], vec![&made_up, b"198.51.100.7"]] {
                    assert_eq!(proxies().client(peer, &forwarded(&values)).to_string(), "198.51.100.7", "{values:?}");
                }
            }
        }
    }

    #[test]
    fn who_comes_by_the_proxy_protocol_is_never_a_proxy_to_be_believed() {
        let named = Peer::announced([10, 0, 0, 7].into());
        assert!(!proxies().trust(named) && proxies().trust(Peer::direct([10, 0, 0, 7].into())));
        assert_eq!(proxies().client(named, &forwarded(&[b"198.51.100.7"])).to_string(), "10.0.0.7");
    }

    #[test]
    fn ports_and_brackets_are_understood() {
        assert_eq!(client("::1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client("::1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client("::1", &["[2001:db8::7]"]), "2001:db8::7");
    }

    #[test]
    fn a_logged_address_names_a_network_and_nobody() {
        assert_eq!(mask("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(mask("::ffff:192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(mask("2001:db8:1:2::3".parse().unwrap()), "2001:db8:1::/48");
    }
}
