//! The small words of the protocol: message numbers, unique-ids, mechanisms.
//!
//! Not here: how any of them is read from or written to the wire.

use std::fmt;
use std::num::NonZeroU32;

use super::Misuse;
use crate::sasl;

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

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// USER and PASS (RFC 1939, section 7): the password itself travels.
    UserPass,
    /// APOP (RFC 1939, section 7): MD5 of challenge and password. Broken; used only where it is asked for by name.
    Apop,
    /// AUTH with a SASL mechanism (RFC 5034).
    Sasl(sasl::Mechanism),
}

impl Mechanism {
    /// The name a person knows it by; for a SASL mechanism its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPass => "USER/PASS",
            Self::Apop => "APOP",
            Self::Sasl(mechanism) => mechanism.name(),
        }
    }

    /// The mechanism of this name, whatever the case of its letters; `USER` means USER/PASS.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "USER" | "USER/PASS" => Some(Self::UserPass),
            "APOP" => Some(Self::Apop),
            name => sasl::Mechanism::from_name(name).map(Self::Sasl),
        }
    }

    /// Whether whoever reads along on a clear channel learns the password or token.
    pub fn shows_secret(self) -> bool {
        match self {
            Self::UserPass => true,
            Self::Apop => false,
            Self::Sasl(mechanism) => mechanism.shows_secret(),
        }
    }

    /// Whether it proves that nobody sits between (a -PLUS mechanism).
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::Sasl(mechanism) if mechanism.binds_channel())
    }

    /// Whether it takes a bearer token instead of a password.
    pub fn takes_token(self) -> bool {
        matches!(self, Self::Sasl(mechanism) if mechanism.takes_token())
    }
}

impl From<sasl::Mechanism> for Mechanism {
    fn from(mechanism: sasl::Mechanism) -> Self {
        Self::Sasl(mechanism)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
