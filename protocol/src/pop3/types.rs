//! The small words of the protocol: message numbers, unique-ids, tickets, mechanisms, channels.
//!
//! Not here: how any of them is read from or written to the wire.

use std::fmt;
use std::num::NonZeroU32;

use super::Misuse;

/// A message's number in this session, from 1 (RFC 1939, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNumber(NonZeroU32);

impl MessageNumber {
    /// The number as a type; `None` for 0, which no message has.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number itself, 1 or more.
    pub fn value(self) -> u32 {
        self.0.get()
    }
}

impl TryFrom<u32> for MessageNumber {
    type Error = Misuse;

    fn try_from(number: u32) -> Result<Self, Misuse> {
        Self::new(number).ok_or(Misuse::MessageZero)
    }
}

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message's unique-id as the server wrote it (RFC 1939, section 7). Servers send longer ones than the 70 octets
/// that are allowed, spaces and octets beyond ASCII; all of that is kept, byte for byte. Never empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(Box<[u8]>);

impl Uid {
    /// The unique-id of these octets; `None` where there are none.
    pub fn new(octets: &[u8]) -> Option<Self> {
        (!octets.is_empty()).then(|| Self(octets.into()))
    }

    /// The octets as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Uid {
    /// Readable, and unambiguous: what is not printable ASCII is escaped, as is the backslash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.escape_ascii().fmt(f)
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({self})")
    }
}

/// A command's name tag: its events carry it. Tickets of a session are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Whether others can read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Channel {
    /// Clear text. [`super::Session::tls_started`] makes it [`Channel::Tls`].
    #[default]
    Clear,
    /// TLS from the first byte (RFC 8314, section 3), or after STLS.
    Tls,
}

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// USER and PASS (RFC 1939, section 7): the password itself travels.
    UserPass,
    /// APOP (RFC 1939, section 7): MD5 of challenge and password. Broken; used only where it is asked for by name.
    Apop,
    /// SASL PLAIN (RFC 4616): the password itself travels.
    Plain,
    /// SASL LOGIN (never standardised): the password itself travels.
    Login,
    /// SASL CRAM-MD5 (RFC 2195).
    CramMd5,
    /// SASL SCRAM-SHA-1 (RFC 5802).
    ScramSha1,
    /// SCRAM-SHA-1 bound to the TLS channel (RFC 5802).
    ScramSha1Plus,
    /// SASL SCRAM-SHA-256 (RFC 7677).
    ScramSha256,
    /// SCRAM-SHA-256 bound to the TLS channel (RFC 7677).
    ScramSha256Plus,
    /// XOAUTH2 (Google's and Microsoft's): the bearer token itself travels.
    XOAuth2,
    /// OAUTHBEARER (RFC 7628): the bearer token itself travels.
    OAuthBearer,
}

impl Mechanism {
    /// Every mechanism, for tables and tests.
    pub const ALL: [Self; 11] = [
        Self::UserPass,
        Self::Apop,
        Self::Plain,
        Self::Login,
        Self::CramMd5,
        Self::ScramSha1,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha256Plus,
        Self::XOAuth2,
        Self::OAuthBearer,
    ];

    /// The name a person knows it by; for a SASL mechanism its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPass => "USER/PASS",
            Self::Apop => "APOP",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// The mechanism of this name, whatever the case of its letters; `USER` means USER/PASS.
    pub fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("USER") {
            return Some(Self::UserPass);
        }
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// Whether it is a SASL mechanism, used with AUTH (RFC 5034).
    pub fn is_sasl(self) -> bool {
        !matches!(self, Self::UserPass | Self::Apop)
    }

    /// Whether whoever reads along on a clear channel learns the password or token.
    pub fn shows_secret(self) -> bool {
        matches!(self, Self::UserPass | Self::Plain | Self::Login | Self::XOAuth2 | Self::OAuthBearer)
    }

    /// Whether it proves that nobody sits between (a -PLUS mechanism).
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::ScramSha1Plus | Self::ScramSha256Plus)
    }

    /// Whether it takes a bearer token instead of a password.
    pub fn takes_token(self) -> bool {
        matches!(self, Self::XOAuth2 | Self::OAuthBearer)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
