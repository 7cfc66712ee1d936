//! What a session may assume, and what it may cost.

use std::ops::RangeInclusive;

use super::Channel;
use crate::sasl::SCRAM_ITERATIONS;

/// How a session behaves. `Config::default()` fits a clear-text connection to an ordinary server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether the connection is protected from the first byte.
    pub channel: Channel,
    /// The user agreed that password or token may travel where others can read along.
    pub cleartext_agreed: bool,
    /// When commands may follow each other without waiting.
    pub pipelining: Pipelining,
    /// How many octets of answers may be under way at once, as far as they can be foreseen. At least one command is
    /// always sent, so an answer larger than the window is no obstacle.
    pub window: u64,
    /// How many commands may be under way at once, whatever their answers' sizes.
    pub commands: usize,
    /// Octets to expect of a body or listing whose size nobody told.
    pub estimate: u64,
    /// What is accepted from the server at most.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            channel: Channel::Clear,
            cleartext_agreed: false,
            pipelining: Pipelining::WhenAnnounced,
            window: 2 << 20,
            commands: 1024,
            estimate: 8 << 10,
            limits: Limits::default(),
        }
    }
}

/// When commands may follow each other without waiting for the answer; the more a server bears, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pipelining {
    /// Once the server announces PIPELINING (RFC 2449, section 6.6).
    #[default]
    WhenAnnounced,
    /// The same, but nothing follows a login before it is answered: for a server that loses it
    /// ([`super::Fault::SilentBehindLogin`]).
    AfterLogin,
    /// Never: for a server that announces it and breaks under it
    /// (see [`super::ProtocolError::suggests`]).
    Never,
}

/// What is accepted from the server at most: memory stays bounded whatever it sends.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Octets of a status line, a capability line or a line of a listing, line end included. The standard allows 512
    /// (RFC 2449, section 4).
    pub line: usize,
    /// Octets of a SASL challenge's line (RFC 5034, section 4 sets no limit).
    pub challenge: usize,
    /// Octets of the greeting, line end included.
    pub greeting: usize,
    /// Lines of a CAPA or LANG answer.
    pub capabilities: usize,
    /// Lines of a LIST or UIDL answer.
    pub listing: u32,
    /// Octets of one body.
    pub body: u64,
    /// Rounds of a SASL exchange.
    pub sasl_rounds: usize,
    /// Iterations SCRAM may ask for.
    pub scram_iterations: RangeInclusive<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 8 << 10,
            challenge: 64 << 10,
            greeting: 8 << 10,
            capabilities: 256,
            listing: 4_000_000,
            body: 8 << 30,
            sasl_rounds: 16,
            scram_iterations: SCRAM_ITERATIONS,
        }
    }
}
