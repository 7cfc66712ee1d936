//! The limits a bridge keeps, with defaults that fit a small server.

use std::time::Duration;

/// Limits on time. Every one ends with its own close code and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a request's head to arrive.
    pub header_timeout: Duration,
    /// For the `open` message, from the upgrade on.
    pub open_timeout: Duration,
    /// For resolving the name and for connecting, all addresses together.
    pub connect_timeout: Duration,
    /// For a TLS handshake with the mail server.
    pub handshake_timeout: Duration,
    /// For which a tunnel may carry nothing in either direction. POP3 servers wait ten minutes at least (RFC 1939,
    /// section 3), so this is longer.
    pub idle_timeout: Duration,
    /// For saying goodbye: the last bytes, and the peer's answer to a close.
    pub close_timeout: Duration,
    /// For open tunnels to end once the bridge is asked to stop.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            open_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(15),
            handshake_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(15 * 60),
            close_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(30),
        }
    }
}
