//! The limits a bridge keeps, with defaults that fit a small server.

use std::time::Duration;

use restante_protocol::tunnel::Service;

/// How long a tunnel to a provider may last that hands out tokens: one question and its answer.
const SIGN_IN: Duration = Duration::from_secs(60);

/// How long a tunnel may last that fetches a document of mail servers. A page waits for it less long.
const AUTOCONFIG: Duration = Duration::from_secs(10);

/// Bytes of such a tunnel: the document has a few thousand, a chain of certificates as many.
const AUTOCONFIG_BYTES: u64 = 256 * 1024;

/// Limits on time, on number and on speed. What is refused for one of them is told so, with its own code and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a request's head to arrive.
    pub header_timeout: Duration,
    /// For the `open` message, from the upgrade on. The page keeps a WebSocket at hand for 30 s while its form is filled in;
    /// until `open` it has a place among the connections that carry requests, which others take when all are taken.
    pub open_timeout: Duration,
    /// For resolving the name and for connecting, all addresses together.
    pub connect_timeout: Duration,
    /// For a TLS handshake, with the page or with the mail server.
    pub handshake_timeout: Duration,
    /// For which a tunnel may carry nothing in either direction. POP3 servers wait ten minutes at least (RFC 1939,
    /// section 3), so this is longer.
    pub idle_timeout: Duration,
    /// The same for a tunnel that sends mail. A server may take ten minutes to answer a letter (RFC 5321, section
    /// 4.5.3.2.6), so this is longer.
    pub submission_idle_timeout: Duration,
    /// For saying goodbye: the last bytes, and the peer's answer to a close.
    pub close_timeout: Duration,
    /// For open tunnels to end once the bridge is asked to stop.
    pub drain_timeout: Duration,
    /// For which a tunnel may be open at all.
    pub session_timeout: Duration,
    /// Connections that carry requests rather than tunnels, in all; one client has a sixteenth of them, or eight.
    pub max_connections: usize,
    /// Tunnels in all.
    pub max_tunnels: usize,
    /// Tunnels of one client: an IPv4 address, or an IPv6 network of 64 bits; one of 48 bits has twice as many. Clients on
    /// the bridge's own machine are not counted: behind a proxy that the bridge was not told of, all clients look like one
    /// of those.
    pub max_tunnels_per_client: usize,
    /// Tunnels that one client may open in a minute, all at once if it likes; 0 for any number.
    pub openings_per_minute: u32,
    /// Bytes a second through one tunnel, both directions together; 0 for any number.
    pub bytes_per_second: u64,
    /// Tunnels that one holder may open in a day to send mail; 0 for any number.
    pub submission_openings_per_day: u32,
    /// Bytes that one holder may upload in a day to send mail; 0 for any number.
    pub submission_bytes_per_day: u64,
}

impl Limits {
    /// For which a tunnel of this service may carry nothing.
    pub(crate) fn idle_timeout_of(&self, service: Service) -> Duration {
        match service {
            Service::Pop3 => self.idle_timeout,
            Service::Submission => self.submission_idle_timeout,
            // One question and its answer.
            Service::SignIn => self.idle_timeout,
            Service::Autoconfig => self.idle_timeout.min(AUTOCONFIG),
        }
    }

    /// For which a tunnel of this service may be open at all.
    pub(crate) fn session_timeout_of(&self, service: Service) -> Duration {
        match service {
            Service::Pop3 | Service::Submission => self.session_timeout,
            Service::SignIn => self.session_timeout.min(SIGN_IN),
            Service::Autoconfig => self.session_timeout.min(AUTOCONFIG),
        }
    }

    /// Bytes that a tunnel of this service may carry at most, both directions together.
    pub(crate) fn bytes_of(service: Service) -> u64 {
        match service {
            Service::Pop3 | Service::Submission | Service::SignIn => u64::MAX,
            Service::Autoconfig => AUTOCONFIG_BYTES,
        }
    }

    /// How many of the connections that carry requests one client may have: a sixteenth, but as many as a browser opens
    /// at once over HTTP/1.1.
    pub(crate) fn connections_per_client(&self) -> usize {
        (self.max_connections / 16).max(8)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            open_timeout: Duration::from_secs(40),
            connect_timeout: Duration::from_secs(15),
            handshake_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(15 * 60),
            submission_idle_timeout: Duration::from_secs(11 * 60),
            close_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(30),
            session_timeout: Duration::from_secs(24 * 60 * 60),
            max_connections: 1000,
            max_tunnels: 10_000,
            max_tunnels_per_client: 100,
            openings_per_minute: 120,
            bytes_per_second: 0,
            submission_openings_per_day: 500,
            submission_bytes_per_day: 1 << 30,
        }
    }
}
