//! A destination as a page or an operator writes it, read in exactly one way.
//!
//! System resolvers accept many spellings of an address (`127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`), and each is
//! a way around a list. Here a host is a dotted-quad IPv4 address, an IPv6 address, or a name that none could take for
//! an address. Not here: whether it is allowed ([`crate::reach::policy`]).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The longest name (RFC 1035, section 2.3.4; without the final dot).
const MAX_NAME: usize = 253;
/// The longest label (RFC 1035, section 2.3.4).
const MAX_LABEL: usize = 63;

/// A host that is read and spelled unambiguously.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name in lower-case ASCII, without a final dot.
    Name(String),
    /// An address literal.
    Address(IpAddr),
}

/// Why a text is not a [`Host`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    /// Empty, or longer than a name can be.
    #[error("a host name has 1 to {MAX_NAME} characters")]
    Length,
    /// Characters that are not letters, digits, hyphens, underscores and dots.
    #[error("a host name consists of letters, digits, hyphens and dots; other letters are written in their xn-- form")]
    Characters,
    /// A label that is empty (a final dot too), too long, or has a hyphen at an end.
    #[error("between the dots of a host name stand 1 to {MAX_LABEL} characters, and none of them ends with a hyphen")]
    Label,
    /// It ends in a number, so that a resolver may read it as an IPv4 address, and is not a dotted quad.
    #[error("an IPv4 address is written as four decimal numbers without leading zeros")]
    NumericName,
}

impl FromStr for Host {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Self, BadHost> {
        if text.is_empty() || text.len() > MAX_NAME {
            return Err(BadHost::Length);
        }
        // Both parsers of the standard library take the one canonical family of forms: four decimal numbers without
        // leading zeros, and RFC 4291's text without a zone.
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Address(address.into()));
        }
        if text.contains(':') {
            return text.parse::<Ipv6Addr>().map(|a| Self::Address(a.into())).map_err(|_| BadHost::Characters);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
            return Err(BadHost::Characters);
        }
        for label in text.split('.') {
            if label.is_empty() || label.len() > MAX_LABEL || label.starts_with('-') || label.ends_with('-') {
                return Err(BadHost::Label);
            }
        }
        if ends_in_number(text) {
            return Err(BadHost::NumericName);
        }
        Ok(Self::Name(text.to_ascii_lowercase()))
    }
}

/// Whether the last label is a number, decimal, octal or hexadecimal: no public name ends so (RFC 3696, section 2).
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    last.bytes().all(|b| b.is_ascii_digit()) || hexadecimal.is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_cased_and_addresses_are_read() {
        assert_eq!("Pop.Example.ORG".parse(), Ok(Host::Name("pop.example.org".into())));
        assert_eq!("xn--bcher-kva.example".parse(), Ok(Host::Name("xn--bcher-kva.example".into())));
        assert_eq!("192.0.2.1".parse(), Ok(Host::Address([192, 0, 2, 1].into())));
        assert_eq!("2001:db8::1".parse(), Ok(Host::Address("2001:db8::1".parse().unwrap())));
        assert_eq!("mail_1".parse(), Ok(Host::Name("mail_1".into())));
        assert_eq!("0xcafe.example".parse(), Ok(Host::Name("0xcafe.example".into())));
    }

    #[test]
    fn a_spelling_that_a_resolver_would_read_as_an_address_is_refused() {
        for text in [
            "2130706433",
            "0x7f000001",
            "0x7F.0x0.0x0.0x1",
            "017700000001",
            "0177.0.0.1",
            "127.1",
            "127.0.1",
            "0",
            "0x",
            "127.0.0.01",
            "1.2.3.4.5",
            "256.1.1.1",
            "foo.123",
            "foo.0x1f",
            "127.0.0.0x1",
        ] {
            assert_eq!(text.parse::<Host>(), Err(BadHost::NumericName), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_at_all_is_refused() {
        for text in [
            "",
            ".",
            "a..b",
            "pop.example.org.",
            "127.0.0.1.",
            "-a.example",
            "a-.example",
            "bücher.example",
            "a b",
            "a/b",
            "a%00",
            "user@host",
            "[::1]",
            "fe80::1%eth0",
            "::ffff:127.0.0.1.",
            "１２７.0.0.1",
            "127。0。0。1",
            "a\0b",
            "localhost\n",
            "1:2",
            "host:110",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text:?}");
        }
        assert_eq!("a".repeat(64).parse::<Host>(), Err(BadHost::Label));
        assert_eq!("a.".repeat(130).parse::<Host>(), Err(BadHost::Length));
    }
}
