//! The settings of `restante serve` as an operator writes them, and how they become a [`Config`].
//!
//! Not here: defaults of limits ([`crate::Limits`]), and what the values do.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::config::Config;
use crate::host::Host;
use crate::limits::Limits;
use crate::origin::{Origin, Origins};
use crate::policy::{Entry, Policy};
use crate::preset::{BadPreset, Preset};

/// Where `serve` and `demo` listen unless they are told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8110);

/// Settings of `restante serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// Address and port to serve the page and the tunnel on; port 0 takes a free one. [default: 127.0.0.1:8110]
    #[arg(long, value_name = "ADDR:PORT", env = "RESTANTE_LISTEN")]
    pub listen: Option<SocketAddr>,

    /// A mail server that pages may connect to; as often as needed. HOST is a name, *.NAME, an address or a range such
    /// as 192.0.2.0/24 (IPv6 with a port in brackets), PORT one port or several with commas. Private, loopback and other
    /// special addresses are reached only where an address or range lists them; a name alone leads to public addresses
    /// (localhost excepted). Without any --allow: every public server; then --listen has to be a loopback address.
    /// [default port: 110,995]
    #[arg(long, value_name = "HOST[:PORT]", env = "RESTANTE_ALLOW", value_delimiter = ' ')]
    pub allow: Vec<Entry>,

    /// An origin, such as https://mail.example.org, whose pages may open tunnels besides the bridge's own; as often as
    /// needed.
    #[arg(long, value_name = "ORIGIN", env = "RESTANTE_ALLOW_ORIGIN", value_delimiter = ' ')]
    pub allow_origin: Vec<Origin>,

    /// A host name that the page is reached by, behind a proxy for instance; as often as needed. Other names are turned
    /// away, so that a foreign page cannot make its own name resolve to this bridge. Addresses and localhost are always
    /// answered to. [default: no other name on a loopback address, any elsewhere]
    #[arg(long, value_name = "NAME", env = "RESTANTE_HOST", value_delimiter = ' ', value_parser = parse_name)]
    pub host: Vec<String>,

    /// JSON file with the account that the page starts with: host, port, security (tls, starttls or none), user; and,
    /// if wanted, password (everyone who opens the page learns it), fingerprint (SHA-256 of the certificate to trust)
    /// and label.
    #[arg(long, value_name = "FILE", env = "RESTANTE_PRESET")]
    pub preset: Option<PathBuf>,

    /// PEM file of the authorities that mail servers' certificates are verified by where the bridge ends TLS.
    /// [default: the system's]
    #[arg(long, value_name = "FILE", env = "RESTANTE_TLS_CA")]
    pub tls_ca: Option<PathBuf>,

    /// Limits.
    #[command(flatten)]
    pub limits: LimitSettings,
}

/// Limits, in whole seconds.
#[derive(Debug, Clone, Default, Args)]
pub struct LimitSettings {
    /// Time for the head of a request to arrive. [default: 10]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_HEADER_TIMEOUT", value_parser = seconds())]
    pub header_timeout: Option<u64>,

    /// Time for a page's first message once its WebSocket is up. [default: 10]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_OPEN_TIMEOUT", value_parser = seconds())]
    pub open_timeout: Option<u64>,

    /// Time for looking a mail server up and connecting to it, all its addresses together. [default: 15]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_CONNECT_TIMEOUT", value_parser = seconds())]
    pub connect_timeout: Option<u64>,

    /// Time for the TLS handshake with a mail server, where the bridge ends TLS. [default: 15]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_HANDSHAKE_TIMEOUT", value_parser = seconds())]
    pub handshake_timeout: Option<u64>,

    /// Time for which a tunnel may carry nothing in either direction before it is closed. [default: 900]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_IDLE_TIMEOUT", value_parser = seconds())]
    pub idle_timeout: Option<u64>,

    /// Time for the last bytes of a tunnel that is closed. [default: 5]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_CLOSE_TIMEOUT", value_parser = seconds())]
    pub close_timeout: Option<u64>,

    /// Time for open tunnels to end after SIGTERM or SIGINT; new ones are turned away meanwhile. [default: 30]
    #[arg(long, value_name = "SECONDS", env = "RESTANTE_DRAIN_TIMEOUT", value_parser = seconds())]
    pub drain_timeout: Option<u64>,
}

/// Why settings make no configuration.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// The preset is of no use.
    #[error(transparent)]
    Preset(#[from] BadPreset),
    /// An open relay on a public address.
    #[error("{0} is not a loopback address: say with --allow which mail servers this bridge may connect to")]
    OpenRelay(SocketAddr),
}

impl Settings {
    /// Where to listen.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(DEFAULT_LISTEN)
    }

    /// Checks the settings against each other and reads the files they name.
    ///
    /// # Errors
    /// [`BadSettings`]
    pub fn into_config(self) -> Result<Config, BadSettings> {
        let listen = self.listen();
        let loopback = listen.ip().is_loopback();
        if self.allow.is_empty() && !loopback {
            return Err(BadSettings::OpenRelay(listen));
        }
        let names = (loopback || !self.host.is_empty()).then_some(self.host);
        Ok(Config {
            policy: if self.allow.is_empty() { Policy::public() } else { Policy::listed(self.allow) },
            origins: Origins::new(self.allow_origin, names),
            preset: self.preset.as_deref().map(Preset::read).transpose()?,
            limits: self.limits.over(Limits::default()),
            authorities: self.tls_ca,
            ..Config::default()
        })
    }
}

impl LimitSettings {
    fn over(&self, defaults: Limits) -> Limits {
        let time = |seconds: Option<u64>, default| seconds.map_or(default, Duration::from_secs);
        Limits {
            header_timeout: time(self.header_timeout, defaults.header_timeout),
            open_timeout: time(self.open_timeout, defaults.open_timeout),
            connect_timeout: time(self.connect_timeout, defaults.connect_timeout),
            handshake_timeout: time(self.handshake_timeout, defaults.handshake_timeout),
            idle_timeout: time(self.idle_timeout, defaults.idle_timeout),
            close_timeout: time(self.close_timeout, defaults.close_timeout),
            drain_timeout: time(self.drain_timeout, defaults.drain_timeout),
        }
    }
}

/// A second to ten years: no timer overflows.
fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=315_360_000)
}

fn parse_name(text: &str) -> Result<String, &'static str> {
    match text.parse() {
        Ok(Host::Name(name)) => Ok(name),
        _ => Err("this is not a host name"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    fn config(flags: &[&str]) -> Result<Config, BadSettings> {
        Cli::try_parse_from(std::iter::once(&"restante").chain(flags)).unwrap().settings.into_config()
    }

    #[test]
    fn the_defaults_that_the_help_names_are_the_ones_in_force() {
        let help = Cli::command().render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let limits = Limits::default();
        for (flag, value) in [
            ("header", limits.header_timeout),
            ("open", limits.open_timeout),
            ("connect", limits.connect_timeout),
            ("handshake", limits.handshake_timeout),
            ("idle", limits.idle_timeout),
            ("close", limits.close_timeout),
            ("drain", limits.drain_timeout),
        ] {
            let at = help.find(&format!("--{flag}-timeout <SECONDS>")).unwrap();
            let entry = &help[at..at + help[at..].find("[env").unwrap()];
            assert!(entry.contains(&format!("[default: {}]", value.as_secs())), "{entry}");
        }
        assert!(help.contains(&format!("[default: {DEFAULT_LISTEN}]")));
    }

    #[test]
    fn beyond_loopback_an_allow_list_is_required() {
        assert!(matches!(config(&["--listen", "0.0.0.0:0"]), Err(BadSettings::OpenRelay(_))));
        assert!(matches!(config(&["--listen", "[::]:0"]), Err(BadSettings::OpenRelay(_))));
        assert!(config(&["--listen", "0.0.0.0:0", "--allow", "pop.example.org"]).unwrap().policy.is_listed());
        assert!(config(&["--listen", "[::1]:0"]).is_ok());
    }

    #[test]
    fn flags_become_limits() {
        let limits = config(&["--idle-timeout", "7", "--drain-timeout", "1"]).unwrap().limits;
        assert_eq!((limits.idle_timeout, limits.drain_timeout), (Duration::from_secs(7), Duration::from_secs(1)));
        assert_eq!(limits.open_timeout, Limits::default().open_timeout);
    }
}
