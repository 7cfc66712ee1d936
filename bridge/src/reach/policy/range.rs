//! Ranges of addresses: as an operator lists them, and the special ones that are refused unless listed.
//!
//! The special ranges are spelled out here rather than asked of the standard library, so that the list can be read,
//! compared with IANA's special-purpose registries (RFC 6890) and tested line by line.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::Deserialize;

/// A CIDR range. IPv4 and IPv6 never match each other: an IPv4-mapped address is an IPv6 address here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Range(IpNet);

/// Why a text is not a [`Range`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRange {
    /// It is no address with a prefix length.
    #[error("a range is an address and its prefix length, as in 192.0.2.0/24: 0 to 32 for IPv4, 0 to 128 for IPv6")]
    Form,
    /// Bits are set beyond the prefix: a slip, as often as not.
    #[error("the address of a range has no bits beyond the prefix")]
    HostBits,
}

impl Range {
    /// The range of one address.
    pub fn single(address: IpAddr) -> Self {
        Self(address.into())
    }

    /// Whether it holds one address only.
    pub(super) fn is_single(&self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl TryFrom<String> for Range {
    /// The fault, behind the text in quotes.
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: BadRange| format!("{text:?}: {fault}"))
    }
}

impl std::str::FromStr for Range {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let network: IpNet = text.parse().map_err(|_| BadRange::Form)?;
        // ipnet reads 010.0.0.0 as 10.0.0.0, which others read as 8.0.0.0; the standard library reads neither.
        let address = text.split_once('/').and_then(|(address, _)| address.parse::<IpAddr>().ok());
        if address != Some(network.addr()) {
            return Err(BadRange::Form);
        }
        if network == network.trunc() { Ok(Self(network)) } else { Err(BadRange::HostBits) }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Range {
    Range(IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix))
}

const fn v6(first: [u16; 8], prefix: u8) -> Range {
    let [a, b, c, d, e, f, g, h] = first;
    Range(IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix))
}

/// Ranges that are refused unless they are listed, each with what it is. The first that matches names the address.
const SPECIAL: &[(Range, &str)] = &[
    (v4(0, 0, 0, 0, 8), "this network"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local, where clouds keep their metadata"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved for protocols"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 31, 196, 0, 24), "AS112"),
    (v4(192, 52, 193, 0, 24), "AMT"),
    (v4(192, 88, 99, 0, 24), "6to4 relay"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(192, 175, 48, 0, 24), "AS112"),
    (v4(198, 18, 0, 0, 15), "benchmark"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    // One public address that a cloud answers on from within.
    (v4(168, 63, 129, 16, 32), "cloud metadata"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), "IPv4-compatible"),
    (v6([0, 0, 0, 0, 0, 0xFFFF, 0, 0], 96), "IPv4-mapped"),
    (v6([0, 0, 0, 0, 0xFFFF, 0, 0, 0], 96), "IPv4-translated"),
    (v6([0x64, 0xFF9B, 0, 0, 0, 0, 0, 0], 96), "NAT64"),
    (v6([0x64, 0xFF9B, 1, 0, 0, 0, 0, 0], 48), "NAT64 of a local network"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "discard-only"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), "Teredo"),
    (v6([0x2001, 0xDB8, 0, 0, 0, 0, 0, 0], 32), "documentation"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "reserved for protocols"),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "6to4"),
    (v6([0x2620, 0x4F, 0x8000, 0, 0, 0, 0, 0], 48), "AS112"),
    (v6([0x3FFF, 0, 0, 0, 0, 0, 0, 0], 20), "documentation"),
    (v6([0x5F00, 0, 0, 0, 0, 0, 0, 0], 16), "segment routing"),
    (v6([0xFC00, 0, 0, 0, 0, 0, 0, 0], 7), "unique local"),
    (v6([0xFE80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0xFEC0, 0, 0, 0, 0, 0, 0, 0], 10), "site-local"),
    (v6([0xFF00, 0, 0, 0, 0, 0, 0, 0], 8), "multicast"),
];

/// Global unicast IPv6 (RFC 4291, section 2.4): what lies outside is not assigned to anybody.
const GLOBAL_UNICAST: Range = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Whether an IPv6 address is one of ISATAP's, which hold an IPv4 address behind any prefix (RFC 5214, section 6.1).
fn is_isatap(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if matches!(v6.segments(), [_, _, _, _, 0 | 0x200, 0x5EFE, _, _]))
}

/// What is special about an address, if anything: then it is refused unless it is listed.
pub fn special(address: IpAddr) -> Option<&'static str> {
    SPECIAL
        .iter()
        .find(|(range, _)| range.contains(address))
        .map(|(_, what)| *what)
        .or_else(|| is_isatap(address).then_some("ISATAP"))
        .or_else(|| (address.is_ipv6() && !GLOBAL_UNICAST.contains(address)).then_some("not assigned"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_address_of_each_special_range_are_special_and_their_neighbours_are_not() {
        // (first, last, name); the neighbours are checked where they are public.
        for (first, last, name) in [
            ("0.0.0.0", "0.255.255.255", "this network"),
            ("10.0.0.0", "10.255.255.255", "private"),
            ("100.64.0.0", "100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.0", "127.255.255.255", "loopback"),
            ("169.254.0.0", "169.254.255.255", "link-local, where clouds keep their metadata"),
            ("172.16.0.0", "172.31.255.255", "private"),
            ("192.0.0.0", "192.0.0.255", "reserved for protocols"),
            ("192.0.2.0", "192.0.2.255", "documentation"),
            ("192.88.99.0", "192.88.99.255", "6to4 relay"),
            ("192.168.0.0", "192.168.255.255", "private"),
            ("198.18.0.0", "198.19.255.255", "benchmark"),
            ("198.51.100.0", "198.51.100.255", "documentation"),
            ("203.0.113.0", "203.0.113.255", "documentation"),
            ("168.63.129.16", "168.63.129.16", "cloud metadata"),
            ("224.0.0.0", "239.255.255.255", "multicast"),
            ("240.0.0.0", "255.255.255.254", "reserved"),
            ("255.255.255.255", "255.255.255.255", "broadcast"),
            ("::1", "::1", "loopback"),
            ("::", "::", "unspecified"),
            ("::2", "::ffff:ffff", "IPv4-compatible"),
            ("::ffff:0:0", "::ffff:ffff:ffff", "IPv4-mapped"),
            ("::ffff:0:0:0", "::ffff:0:ffff:ffff", "IPv4-translated"),
            ("64:ff9b::", "64:ff9b::ffff:ffff", "NAT64"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "NAT64 of a local network"),
            ("100::", "100::ffff:ffff:ffff:ffff", "discard-only"),
            ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "Teredo"),
            ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved for protocols"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "6to4"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "unique local"),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local"),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "site-local"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"),
        ] {
            assert_eq!(special(first.parse().unwrap()), Some(name), "{first}");
            assert_eq!(special(last.parse().unwrap()), Some(name), "{last}");
        }
    }

    #[test]
    fn public_addresses_next_to_special_ranges_are_not_special() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "168.63.129.15",
            "168.63.129.17",
            "223.255.255.255",
            "2001:200::",
            "2001:db7:ffff::",
            "2001:db9::",
            "2003::",
            "2606:4700::1111",
            "3ffe:ffff::",
            "2a00:1450::1",
        ] {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn an_ipv4_address_that_isatap_hides_behind_a_public_prefix_is_special() {
        for address in ["2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1", "2a00:1450:1:2:0:5efe:808:808"] {
            assert_eq!(special(address.parse().unwrap()), Some("ISATAP"), "{address}");
        }
        for address in ["2606:4700::5eff:10.0.0.1", "2606:4700::100:5efe:10.0.0.1", "2606:4700:0:5efe::1"] {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn addresses_that_nobody_was_given_are_special() {
        for address in ["1::1", "4000::1", "8000::1", "f000::1"] {
            assert_eq!(special(address.parse().unwrap()), Some("not assigned"), "{address}");
        }
    }

    #[test]
    fn a_range_is_read_and_holds_its_addresses_only() {
        let range: Range = "192.0.2.128/25".parse().unwrap();
        assert!(range.contains("192.0.2.128".parse().unwrap()) && range.contains("192.0.2.255".parse().unwrap()));
        assert!(
            !range.contains("192.0.2.127".parse().unwrap()) && !range.contains("::ffff:192.0.2.129".parse().unwrap())
        );
        assert!("0.0.0.0/0".parse::<Range>().unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!("::/0".parse::<Range>().unwrap().contains("2606::1".parse().unwrap()));
        assert_eq!("192.0.2.1/24".parse::<Range>(), Err(BadRange::HostBits));
        assert_eq!("192.0.2.0/33".parse::<Range>(), Err(BadRange::Form));
        assert_eq!("192.0.2.0/+8".parse::<Range>(), Err(BadRange::Form));
        assert_eq!("192.0.2.0/".parse::<Range>(), Err(BadRange::Form));
        assert_eq!("pop/8".parse::<Range>(), Err(BadRange::Form));
        for spelling in [
            "192.0.2.0",
            "192.0.2.0/024",
            "010.0.0.0/8",
            "192.0.2.0/24 ",
            "192.0.2/24",
            "0xC0.0.2.0/24",
            "::/129",
            "[::]/0",
        ] {
            assert_eq!(spelling.parse::<Range>(), Err(BadRange::Form), "{spelling}");
        }
    }
}
