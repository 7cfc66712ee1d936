//! Addresses as SMTP's commands have them (RFC 5321, section 4.1.2; RFC 6531, section 3.3): read into types, so that
//! nothing else can come into a command.
//!
//! Not here: display names and groups (RFC 5322), A-labels of domains (RFC 5890), whether anybody lives there.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BadAddress {
    /// There is no `@` with something on both sides of it.
    #[error("the address has no name before, or no domain behind an @")]
    Incomplete,
    /// A character that no name before the `@` may have, or a quoted one that does not end.
    #[error("the part before the @ has a character that cannot be there")]
    LocalPart,
    /// The domain is neither a name nor an address in brackets.
    #[error("the part behind the @ is neither a domain nor an address in brackets")]
    Domain,
    /// More than 254 octets (RFC 5321, section 4.5.3.1.3: a path has 256, angle brackets included).
    #[error("the address is longer than 254 octets")]
    TooLong,
}

/// A mailbox: `local-part@domain`, without angle brackets. Equal where both parts are: of the domain the case of letters
/// does not count, of the local part it does (RFC 5321, section 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// As it stands in a command: quoted where it has to be.
    local: String,
    /// Lower case.
    domain: String,
}

/// Whom a letter is returned to: a mailbox, or nobody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: there is no answer to this letter (RFC 5321, section 4.5.5).
    Null,
    /// A mailbox.
    Mailbox(Mailbox),
}

/// What the client calls itself in EHLO: a domain, or an address in brackets (RFC 5321, section 4.1.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientName(String);

/// Octets of a mailbox at most: a path of 256 without its angle brackets (RFC 5321, section 4.5.3.1.3).
const MAILBOX: usize = 254;

impl Mailbox {
    /// The name before the `@`, as a command has it.
    pub fn local_part(&self) -> &str {
        &self.local
    }

    /// What is behind the `@`, lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether it needs no SMTPUTF8 (RFC 6531).
    pub fn is_ascii(&self) -> bool {
        self.local.is_ascii() && self.domain.is_ascii()
    }
}

impl FromStr for Mailbox {
    type Err = BadAddress;

    /// Reads `local-part@domain`. A name that is no dot-string, such as `a..b`, is quoted if that makes it an address.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (local, domain) = text.rsplit_once('@').ok_or(BadAddress::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(BadAddress::Incomplete);
        }
        let mailbox = Self { local: local_part(local)?, domain: domain_or_literal(domain)? };
        if mailbox.local.len() + 1 + mailbox.domain.len() > MAILBOX {
            return Err(BadAddress::TooLong);
        }
        Ok(mailbox)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl ReversePath {
    /// Whether it needs no SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::Mailbox(mailbox) if mailbox.is_ascii())
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

impl FromStr for ReversePath {
    type Err = BadAddress;

    /// Reads a mailbox, or `<>`.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if text == "<>" { Ok(Self::Null) } else { text.parse().map(Self::Mailbox) }
    }
}

impl fmt::Display for ReversePath {
    /// The path in its angle brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(mailbox) => write!(f, "<{mailbox}>"),
        }
    }
}

impl ClientName {
    /// The name as a command has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ClientName {
    /// `[127.0.0.1]`: true of every client, and it tells nothing of this one.
    fn default() -> Self {
        Self("[127.0.0.1]".into())
    }
}

impl FromStr for ClientName {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        // The name stands before anybody knows of SMTPUTF8 (RFC 6531, section 3.7.1: A-labels in EHLO).
        if text.is_ascii() { domain_or_literal(text).map(Self) } else { Err(BadAddress::Domain) }
    }
}

/// RFC 5321, section 4.1.2: Local-part, with the letters of RFC 6531, section 3.3.
fn local_part(text: &str) -> Result<String, BadAddress> {
    if let Some(inner) = text.strip_prefix('"') {
        let inner = inner.strip_suffix('"').ok_or(BadAddress::LocalPart)?;
        return quoted(unquoted(inner)?);
    }
    if text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext)) {
        return Ok(text.to_owned());
    }
    // Dots where a dot-string has none; anything else that would need quotes is a slip of the pen rather than a name.
    if text.chars().all(|c| is_atext(c) || c == '.') { quoted(text.to_owned()) } else { Err(BadAddress::LocalPart) }
}

/// The content of a quoted string, without the backslashes.
fn unquoted(inner: &str) -> Result<String, BadAddress> {
    let mut content = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return Err(BadAddress::LocalPart),
            '\\' => content.push(rest.next().ok_or(BadAddress::LocalPart)?),
            c => content.push(c),
        }
    }
    Ok(content)
}

/// A local part in quotes, or without where it needs none (RFC 5321, section 4.1.2: the form without is preferred).
fn quoted(content: String) -> Result<String, BadAddress> {
    // qtextSMTP and quoted-pairSMTP: printable ASCII and the space; UTF-8 beyond. No control character ever.
    if content.chars().any(char::is_control) {
        return Err(BadAddress::LocalPart);
    }
    if !content.is_empty() && content.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext)) {
        return Ok(content);
    }
    let escaped = content.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\""))
}

/// RFC 5322, section 3.2.3, and UTF-8 beyond ASCII (RFC 6531, section 3.3), of which spaces and control characters are none
/// that a name has.
fn is_atext(c: char) -> bool {
    match c {
        _ if c.is_ascii_alphanumeric() => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^' | '_' | '`' | '{' | '|' | '}'
        | '~' => true,
        _ => !c.is_ascii() && !c.is_control() && !c.is_whitespace(),
    }
}

/// RFC 5321, section 4.1.2: Domain or address-literal; labels beyond ASCII by RFC 6531, section 3.3 (U-label).
fn domain_or_literal(text: &str) -> Result<String, BadAddress> {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // Section 4.1.3. A literal of another kind would need a registered tag; there is none.
        let is_address = match inner.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => inner[5..].parse::<Ipv6Addr>().is_ok(),
            _ => inner.parse::<Ipv4Addr>().is_ok(),
        };
        return if is_address { Ok(text.to_owned()) } else { Err(BadAddress::Domain) };
    }
    // An underscore is none of the standard's, and stands in names that are in use.
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii() && is_atext(c);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.chars().all(fits) && !label.starts_with('-') && !label.ends_with('-')
    };
    if text.len() <= 255 && text.split('.').all(is_label) { Ok(text.to_lowercase()) } else { Err(BadAddress::Domain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(text: &str) -> Result<String, BadAddress> {
        text.parse::<Mailbox>().map(|mailbox| mailbox.to_string())
    }

    #[test]
    fn addresses_are_read_and_written_as_commands_have_them() {
        for (text, written) in [
            ("ana@example.org", "ana@example.org"),
            ("Ana.B+tag@EXAMPLE.org", "Ana.B+tag@example.org"),
            ("\"ana\"@example.org", "ana@example.org"),
            ("\"a b\"@example.org", "\"a b\"@example.org"),
            ("\"a\\\"b\\\\\"@example.org", "\"a\\\"b\\\\\"@example.org"),
            ("\"a@b\"@example.org", "\"a@b\"@example.org"),
            ("\"\"@example.org", "\"\"@example.org"),
            ("a..b@example.org", "\"a..b\"@example.org"),
            ("a.@example.org", "\"a.\"@example.org"),
            ("josé@exámple.org", "josé@exámple.org"),
            ("用户@例子.中国", "用户@例子.中国"),
            ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
            ("ana@[IPv6:2001:db8::1]", "ana@[IPv6:2001:db8::1]"),
            ("a@b_c", "a@b_c"),
        ] {
            assert_eq!(mailbox(text).as_deref(), Ok(written), "{text}");
            assert_eq!(mailbox(written).as_deref(), Ok(written), "{written}");
        }
    }

    #[test]
    fn what_would_end_or_change_a_command_is_no_address() {
        for text in [
            "ana",
            "@example.org",
            "ana@",
            "",
            "<ana@example.org>",
            "ana@example.org>",
            "ana b@example.org",
            "ana@exa mple.org",
            "ana\r\n@example.org",
            "ana@example.org\r\nDATA",
            "\"a\r\nb\"@example.org",
            "\"a\\\rb\"@example.org",
            "\"a\0b\"@example.org",
            "\"a\"b\"@example.org",
            "\"a\\\"@example.org",
            "\"@example.org",
            "ana,bert@example.org",
            "a@b@example.org",
            "ana@-a.org",
            "ana@a-.org",
            "ana@a..org",
            "ana@.org",
            "ana@[192.0.2.300]",
            "ana@[IPv6:x]",
            "ana@[tag:x]",
            "ana\u{85}@example.org",
            "ana\u{2028}@example.org",
            "ana@exa\u{A0}mple.org",
            "ana@example.org SIZE=1",
        ] {
            assert!(mailbox(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_path_has_256_octets_at_most() {
        let domain = format!("{}.{}.{}", "d".repeat(60), "d".repeat(60), "d".repeat(60));
        let fits = format!("{}@{domain}", "a".repeat(254 - 1 - domain.len()));
        assert!(mailbox(&fits).is_ok());
        assert_eq!(mailbox(&format!("a{fits}")), Err(BadAddress::TooLong));
    }

    #[test]
    fn the_null_path_and_the_clients_name_are_read_as_they_are_written() {
        assert_eq!("<>".parse::<ReversePath>(), Ok(ReversePath::Null));
        assert_eq!("ana@example.org".parse::<ReversePath>().unwrap().to_string(), "<ana@example.org>");
        assert!("".parse::<ReversePath>().is_err());
        for (text, fits) in [
            ("mail.example.org", true),
            ("[127.0.0.1]", true),
            ("[IPv6:::1]", true),
            ("localhost", true),
            ("exámple.org", false),
            ("a b", false),
            ("a\r\nb", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<ClientName>().is_ok(), fits, "{text}");
        }
    }
}
