//! The words that the sessions of all protocols share.

use std::fmt;
use std::ops::Deref;

/// A command's name tag: its events carry it. Tickets of a session are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Whether others can read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Channel {
    /// Clear text. A session's `tls_started` makes it [`Channel::Tls`].
    #[default]
    Clear,
    /// TLS from the first byte (RFC 8314, section 3), or after STLS or STARTTLS.
    Tls,
}

/// Bytes to send. `Debug` shows their number only, for they may hold a password.
#[derive(PartialEq, Eq)]
pub struct Transmit<'a>(pub &'a [u8]);

impl Deref for Transmit<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0
    }
}

impl fmt::Debug for Transmit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transmit({} octets)", self.0.len())
    }
}

/// A section of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The RFC's number.
    pub rfc: u16,
    /// The section, as it is numbered there.
    pub section: &'static str,
}
