//! What a session may assume, and what it may cost.

use std::ops::RangeInclusive;

use super::{Channel, ClientName};
use crate::sasl::SCRAM_ITERATIONS;

/// How a session behaves. `Config::default()` fits a clear-text connection to an ordinary server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether the connection is protected from the first byte.
    pub channel: Channel,
    /// The user agreed that password or token may travel where others can read along.
    pub cleartext_agreed: bool,
    /// What the client calls itself.
    pub name: ClientName,
    /// Commands may follow each other without waiting, where PIPELINING is announced (RFC 2920).
    pub pipelining: bool,
    /// When BDAT takes the place of DATA.
    pub chunking: Chunking,
    /// What is accepted from the server at most.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            channel: Channel::Clear,
            cleartext_agreed: false,
            name: ClientName::default(),
            pipelining: true,
            chunking: Chunking::default(),
            limits: Limits::default(),
        }
    }
}

/// When a letter goes by BDAT (RFC 3030), as far as CHUNKING is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chunking {
    /// Letters of so many octets at most go together with their envelope, in one flight, where PIPELINING is announced as
    /// well: before it is known whom the server accepts. Larger ones go by DATA.
    UpTo(u64),
    /// Binary letters alone, which have no other way.
    BinaryOnly,
}

impl Default for Chunking {
    /// Up to 64 KiB: about what a connection carries in its first two or three round trips.
    fn default() -> Self {
        Self::UpTo(64 << 10)
    }
}

/// What is accepted from the server at most: memory stays bounded whatever it sends.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Octets of a reply's line, line end included. The standard allows 512 (RFC 5321, section 4.5.3.1.5).
    pub line: usize,
    /// Octets of a SASL challenge's line (RFC 4954, section 4: 12,288 of base64).
    pub challenge: usize,
    /// Lines of one reply.
    pub lines: usize,
    /// Rounds of a SASL exchange.
    pub sasl_rounds: usize,
    /// Iterations SCRAM may ask for.
    pub scram_iterations: RangeInclusive<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 8 << 10, challenge: 64 << 10, lines: 256, sasl_rounds: 16, scram_iterations: SCRAM_ITERATIONS }
    }
}
