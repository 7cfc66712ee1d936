//! One entry of the allow-list: a name, the names below one, an address or a range, each with its ports.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::Deserialize;

use super::range::{BadRange, Range};
use super::submission::{RELAY_PORT, SUBMISSION_PORTS};
use crate::reach::host::{BadHost, Host};

/// POP3's ports (RFC 1939, section 3; RFC 8314, section 7): those of an entry that names none.
pub const POP3_PORTS: [u16; 2] = [110, 995];

/// An entry of the allow-list, written `HOST[:PORT[,PORT]…]` with HOST a name, `*.name`, `*`, an address or a CIDR
/// range; IPv6 stands in brackets where a port follows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Entry {
    target: Target,
    ports: Vec<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// Anything public.
    Any,
    Name(String),
    /// Names that end in this, which begins with a dot.
    Below(String),
    Addresses(Range),
}

/// Why a text is not an [`Entry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// The host cannot be read.
    #[error(transparent)]
    Host(#[from] BadHost),
    /// The range cannot be read.
    #[error(transparent)]
    Range(#[from] BadRange),
    /// The ports cannot be read.
    #[error("a port is a number from 1 to 65535; several are separated by commas")]
    Port,
    /// A bracket that is not closed, or something but a port behind it.
    #[error("an IPv6 address with a port is written [ADDRESS]:PORT")]
    Brackets,
    /// A port at which mail is sent: a way round what is asked of those who send.
    #[error("mail is sent on port {0}, not fetched: list the server with --allow-submission, on 465 or 587")]
    Sending(u16),
}

impl Entry {
    /// Reads an entry that is for these ports where it names none.
    pub(super) fn parse(text: &str, default_ports: &[u16]) -> Result<Self, BadEntry> {
        let (host, ports) = split_ports(text)?;
        let ports = match ports {
            None => default_ports.to_vec(),
            Some(ports) => ports.split(',').map(parse_port).collect::<Result<_, _>>()?,
        };
        let target = if host == "*" {
            Target::Any
        } else if let Some(name) = host.strip_prefix("*.") {
            match name.parse()? {
                Host::Name(name) => Target::Below(format!(".{name}")),
                Host::Address(_) => return Err(BadHost::NumericName.into()),
            }
        } else if host.contains('/') {
            Target::Addresses(host.parse()?)
        } else {
            match host.parse()? {
                Host::Name(name) => Target::Name(name),
                Host::Address(address) => Target::Addresses(Range::single(address)),
            }
        };
        Ok(Self { target, ports })
    }

    /// The entry of one host at one port.
    pub(crate) fn exactly(host: &Host, port: u16) -> Self {
        let target = match host {
            Host::Name(name) => Target::Name(name.clone()),
            Host::Address(address) => Target::Addresses(Range::single(*address)),
        };
        Self { target, ports: vec![port] }
    }

    /// Whether it is `*` or a range of more than one address.
    pub(super) fn is_many(&self) -> bool {
        match &self.target {
            Target::Any => true,
            Target::Name(_) | Target::Below(_) => false,
            Target::Addresses(range) => !range.is_single(),
        }
    }

    /// Whether a page may ask for this host.
    pub fn matches(&self, host: &Host) -> bool {
        match host {
            Host::Name(name) => self.matches_name(name),
            Host::Address(address) => self.matches_literal(*address),
        }
    }

    /// Whether the entry is for this port.
    pub fn has_port(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }

    /// Whether a page may ask for this name (in lower case).
    fn matches_name(&self, name: &str) -> bool {
        match &self.target {
            Target::Any => true,
            Target::Name(listed) => listed == name,
            Target::Below(suffix) => name.len() > suffix.len() && name.ends_with(suffix.as_str()),
            Target::Addresses(_) => false,
        }
    }

    /// Whether a page may ask for this address literal.
    fn matches_literal(&self, address: IpAddr) -> bool {
        self.target == Target::Any || self.matches_address(address)
    }

    /// Whether the entry lists this very address.
    pub fn matches_address(&self, address: IpAddr) -> bool {
        matches!(&self.target, Target::Addresses(range) if range.contains(address))
    }

    /// Whether the entry is this very name.
    pub fn matches_exactly(&self, name: &str) -> bool {
        matches!(&self.target, Target::Name(listed) if listed == name)
    }
}

impl TryFrom<String> for Entry {
    /// The fault, behind the text in quotes.
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: BadEntry| format!("{text:?}: {fault}"))
    }
}

impl FromStr for Entry {
    type Err = BadEntry;

    fn from_str(text: &str) -> Result<Self, BadEntry> {
        let entry = Self::parse(text, &POP3_PORTS)?;
        match entry.ports.iter().find(|port| **port == RELAY_PORT || SUBMISSION_PORTS.contains(port)) {
            Some(port) => Err(BadEntry::Sending(*port)),
            None => Ok(entry),
        }
    }
}

fn parse_port(text: &str) -> Result<u16, BadEntry> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| plain && *port != 0).ok_or(BadEntry::Port)
}

/// Cuts the ports off, if there are any.
fn split_ports(text: &str) -> Result<(&str, Option<&str>), BadEntry> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(BadEntry::Brackets)?;
        return match after.strip_prefix(':') {
            Some(ports) => Ok((host, Some(ports))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(BadEntry::Brackets),
        };
    }
    let address = text.split('/').next().unwrap_or(text);
    if address.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    Ok(text.rsplit_once(':').map_or((text, None), |(host, ports)| (host, Some(ports))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_without_ports_is_for_both_pop3_ports() {
        let entry = entry("pop.example.org");
        assert!(entry.has_port(110) && entry.has_port(995) && !entry.has_port(143));
    }

    #[test]
    fn ports_follow_names_addresses_and_ranges() {
        assert_eq!(entry("Pop.Example.org:1995").ports, [1995]);
        assert_eq!(
            entry("pop.example.org:110,1110"),
            Entry { target: Target::Name("pop.example.org".into()), ports: vec![110, 1110] }
        );
        assert_eq!(entry("192.0.2.1:110").target, Target::Addresses(Range::single([192, 0, 2, 1].into())));
        assert_eq!(entry("192.0.2.0/24:110").ports, [110]);
        assert_eq!(entry("[2001:db8::1]:110").target, entry("2001:db8::1").target);
        assert_eq!(entry("[2001:db8::/32]:110").target, entry("2001:db8::/32").target);
        assert_eq!(entry("2001:db8::/32").ports, POP3_PORTS);
        assert_eq!(entry("[::1]").ports, POP3_PORTS);
    }

    #[test]
    fn entries_that_mean_nothing_are_refused() {
        for text in [
            "",
            ":110",
            "pop.example.org:",
            "pop.example.org:0",
            "pop.example.org:65536",
            "pop.example.org:+1",
            "pop.example.org:110,",
            "*.",
            "*.1",
            "*.127.0.0.1",
            "po*p.example.org",
            "[::1",
            "[::1]110",
            "[::1]:x",
            "2130706433",
            "0x7f.1",
            "pop.example.org.",
            "192.0.2.1/24",
            "pop/24",
            "::1/129",
            "http://pop.example.org",
            "mail.example.org:25",
            "mail.example.org:995,587",
            "*:465",
            "192.0.2.0/24:025",
        ] {
            assert!(text.parse::<Entry>().is_err(), "{text:?}");
        }
    }
}
