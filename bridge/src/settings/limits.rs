//! The limits as an operator writes them: whole seconds, numbers, bytes.

use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::{Deserialize, Deserializer};

use crate::limits::Limits;

/// Ten years: no timer overflows.
const MAX_SECONDS: u64 = 315_360_000;

/// Limits. `None` stands for the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitSettings {
    /// Time for which a tunnel may carry nothing in either direction before it is closed. [default: 900]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_IDLE_TIMEOUT", value_parser = seconds())]
    #[serde(deserialize_with = "read_seconds")]
    pub idle_timeout: Option<u64>,

    /// The same for a tunnel that sends mail. [default: 660]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_SUBMISSION_IDLE_TIMEOUT", value_parser = seconds())]
    #[serde(deserialize_with = "read_seconds")]
    pub submission_idle_timeout: Option<u64>,

    /// Time for open tunnels to end after SIGTERM or SIGINT; new ones are turned away meanwhile. [default: 30]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_DRAIN_TIMEOUT", value_parser = seconds())]
    #[serde(deserialize_with = "read_seconds")]
    pub drain_timeout: Option<u64>,

    /// Time for which a tunnel may be open at all. [default: 86400]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_SESSION_TIMEOUT", value_parser = seconds())]
    #[serde(deserialize_with = "read_seconds")]
    pub session_timeout: Option<u64>,

    /// Connections that ask for the page or a tunnel, at once; for a further one the longest idle is closed. One client
    /// gets a sixteenth of them, eight at least, and an IPv6 /48 twice that. [default: 1000]
    #[arg(long, value_name = "NUMBER", env = "RESTANTE_MAX_CONNECTIONS", value_parser = number())]
    #[serde(deserialize_with = "read_number")]
    pub max_connections: Option<u64>,

    /// Tunnels at once, in all. [default: 10000]
    #[arg(long, value_name = "NUMBER", env = "RESTANTE_MAX_TUNNELS", value_parser = number())]
    #[serde(deserialize_with = "read_number")]
    pub max_tunnels: Option<u64>,

    /// Tunnels at once of one client: an IPv4 address or an IPv6 /64; an IPv6 /48 has twice as many. Clients on this
    /// machine are not counted. [default: 100]
    #[arg(long, value_name = "NUMBER", env = "RESTANTE_MAX_TUNNELS_PER_CLIENT", value_parser = number())]
    #[serde(deserialize_with = "read_number")]
    pub max_tunnels_per_client: Option<u64>,

    /// Tunnels that one client may open in a minute, an IPv6 /48 twice as many; 0 for any number. Clients on this machine
    /// are not counted. [default: 120]
    #[arg(long, value_name = "NUMBER", env = "RESTANTE_OPENINGS_PER_MINUTE")]
    pub openings_per_minute: Option<u32>,

    /// Bytes a second through one tunnel, both directions together; 0 for any number. [default: 0]
    #[arg(long, value_name = "BYTES", env = "RESTANTE_BYTES_PER_SECOND")]
    pub bytes_per_second: Option<u64>,

    /// Tunnels that one holder of a token, or one user, may open in a day to send mail; 0 for any number. A day is 24 hours
    /// from the first one. Clients of a bridge that asks for neither count as one. [default: 500]
    #[arg(long, value_name = "NUMBER", env = "RESTANTE_SUBMISSION_OPENINGS_PER_DAY")]
    pub submission_openings_per_day: Option<u32>,

    /// Bytes that one of them may upload in that day to send mail; 0 for any number. [default: 1073741824]
    #[arg(long, value_name = "BYTES", env = "RESTANTE_SUBMISSION_BYTES_PER_DAY")]
    pub submission_bytes_per_day: Option<u64>,
}

impl LimitSettings {
    /// These, and the others where these say nothing.
    pub(super) fn or(self, otherwise: Self) -> Self {
        Self {
            idle_timeout: self.idle_timeout.or(otherwise.idle_timeout),
            submission_idle_timeout: self.submission_idle_timeout.or(otherwise.submission_idle_timeout),
            drain_timeout: self.drain_timeout.or(otherwise.drain_timeout),
            session_timeout: self.session_timeout.or(otherwise.session_timeout),
            max_connections: self.max_connections.or(otherwise.max_connections),
            max_tunnels: self.max_tunnels.or(otherwise.max_tunnels),
            max_tunnels_per_client: self.max_tunnels_per_client.or(otherwise.max_tunnels_per_client),
            openings_per_minute: self.openings_per_minute.or(otherwise.openings_per_minute),
            bytes_per_second: self.bytes_per_second.or(otherwise.bytes_per_second),
            submission_openings_per_day: self.submission_openings_per_day.or(otherwise.submission_openings_per_day),
            submission_bytes_per_day: self.submission_bytes_per_day.or(otherwise.submission_bytes_per_day),
        }
    }

    /// The limits in force.
    pub(super) fn over(&self, defaults: Limits) -> Limits {
        let time = |seconds: Option<u64>, default| seconds.map_or(default, Duration::from_secs);
        let number = |number: Option<u64>, default| number.and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
        Limits {
            idle_timeout: time(self.idle_timeout, defaults.idle_timeout),
            submission_idle_timeout: time(self.submission_idle_timeout, defaults.submission_idle_timeout),
            drain_timeout: time(self.drain_timeout, defaults.drain_timeout),
            session_timeout: time(self.session_timeout, defaults.session_timeout),
            max_connections: number(self.max_connections, defaults.max_connections),
            max_tunnels: number(self.max_tunnels, defaults.max_tunnels),
            max_tunnels_per_client: number(self.max_tunnels_per_client, defaults.max_tunnels_per_client),
            openings_per_minute: self.openings_per_minute.unwrap_or(defaults.openings_per_minute),
            bytes_per_second: self.bytes_per_second.unwrap_or(defaults.bytes_per_second),
            submission_openings_per_day: self
                .submission_openings_per_day
                .unwrap_or(defaults.submission_openings_per_day),
            submission_bytes_per_day: self.submission_bytes_per_day.unwrap_or(defaults.submission_bytes_per_day),
            ..defaults
        }
    }
}

fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=MAX_SECONDS)
}

/// As many as descriptors could ever be.
fn number() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=10_000_000)
}

fn read_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    read_within(from, MAX_SECONDS)
}

fn read_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    read_within(from, 10_000_000)
}

fn read_within<'de, D: Deserializer<'de>>(from: D, most: u64) -> Result<Option<u64>, D::Error> {
    let number = u64::deserialize(from)?;
    if (1..=most).contains(&number) {
        Ok(Some(number))
    } else {
        Err(serde::de::Error::custom(format_args!("{number} is not in 1..={most}")))
    }
}
