//! One entry of the list of servers that take mail from this bridge's users. Stricter than the allow-list: what may be
//! sent to is named host by host.

use std::str::FromStr;

use serde::Deserialize;

use super::entry::{BadEntry, Entry};

/// Submission's ports: with TLS from the first byte (RFC 8314, section 3.3), and with STARTTLS (RFC 6409, section 3.1).
pub const SUBMISSION_PORTS: [u16; 2] = [465, 587];

/// Where mail servers take mail from each other (RFC 5321, section 4.5.4.2): without a login, so never from here.
pub const RELAY_PORT: u16 = 25;

/// An entry, written `HOST[:PORT[,PORT]…]` with HOST a name, `*.name` or an address; IPv6 stands in brackets where a port
/// follows. Without a port it is for [`SUBMISSION_PORTS`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SubmissionEntry(Entry);

/// Why a text is not a [`SubmissionEntry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSubmissionEntry {
    /// It is no entry at all.
    #[error(transparent)]
    Entry(#[from] BadEntry),
    /// Every server, or a range of them.
    #[error(
        "mail is sent to hosts that are listed one by one: give a name, *.NAME or an address, and neither * nor a range"
    )]
    Many,
    /// Port 25.
    #[error("port 25 is for mail servers among themselves: mail is handed in at 465 or 587")]
    RelayPort,
}

impl From<SubmissionEntry> for Entry {
    fn from(entry: SubmissionEntry) -> Self {
        entry.0
    }
}

impl TryFrom<String> for SubmissionEntry {
    /// The fault, behind the text in quotes.
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|fault: BadSubmissionEntry| format!("{text:?}: {fault}"))
    }
}

impl FromStr for SubmissionEntry {
    type Err = BadSubmissionEntry;

    fn from_str(text: &str) -> Result<Self, BadSubmissionEntry> {
        let entry = Entry::parse(text, &SUBMISSION_PORTS)?;
        if entry.is_many() {
            return Err(BadSubmissionEntry::Many);
        }
        if entry.has_port(RELAY_PORT) {
            return Err(BadSubmissionEntry::RelayPort);
        }
        Ok(Self(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_without_ports_is_for_both_submission_ports_and_no_other() {
        for text in ["smtp.example.org", "*.example.org", "192.0.2.1", "2001:db8::1", "[2001:db8::1]"] {
            let Ok(SubmissionEntry(entry)) = text.parse() else { panic!("{text}") };
            assert!(entry.has_port(465) && entry.has_port(587), "{text}");
            assert!(![25, 110, 995, 2525].iter().any(|port| entry.has_port(*port)), "{text}");
        }
        let SubmissionEntry(other) = "smtp.example.org:2525".parse().unwrap();
        assert!(other.has_port(2525) && !other.has_port(587));
    }

    #[test]
    fn neither_port_25_nor_every_host_can_be_listed() {
        for (text, fault) in [
            ("smtp.example.org:25", BadSubmissionEntry::RelayPort),
            ("smtp.example.org:587,25", BadSubmissionEntry::RelayPort),
            ("smtp.example.org:025", BadSubmissionEntry::RelayPort),
            ("192.0.2.1:25", BadSubmissionEntry::RelayPort),
            ("[2001:db8::1]:25", BadSubmissionEntry::RelayPort),
            ("*", BadSubmissionEntry::Many),
            ("*:587", BadSubmissionEntry::Many),
            ("0.0.0.0/0", BadSubmissionEntry::Many),
            ("192.0.2.0/24", BadSubmissionEntry::Many),
            ("[::/0]:587", BadSubmissionEntry::Many),
            ("smtp.example.org:0", BadSubmissionEntry::Entry(BadEntry::Port)),
        ] {
            assert_eq!(text.parse::<SubmissionEntry>(), Err(fault), "{text}");
        }
    }
}
