//! The settings of `restante serve` as an operator writes them: flags, environment and one TOML file, with the same
//! names in all three, and how they become a [`Config`].
//!
//! A flag (or its variable) wins over the file; a list that is given replaces the file's. Not here: what the values do.

pub(crate) mod config;
mod file;
mod limits;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::HeaderName;
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use serde::Deserialize;

pub use file::BadFile;
pub use limits::LimitSettings;

use crate::access::client::Proxies;
use crate::access::token::{Token, Tokens};
use crate::http::bridges::{Bridge, Bridges};
use crate::http::oauth::{self, BadProviders, Provider};
use crate::http::origin::{Origin, Origins};
use crate::http::preset::{BadPreset, Preset};
use crate::limits::Limits;
use crate::listen::acme::{AcmeConfig, BadAcme};
use crate::listen::https::CertificateFiles;
use crate::reach::host::Host;
use crate::reach::policy::{Entry, Policy, Range, SubmissionEntry};
use crate::reach::resolve::DnsResolver;
use crate::settings::config::Config;

/// Where `serve` and `demo` listen unless they are told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8110);

/// Where name servers listen (RFC 1035, section 4.2).
const DNS_PORT: u16 = 53;

/// Settings of `restante serve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Address and port to serve the page and the tunnel on; port 0 takes a free one. [default: 127.0.0.1:8110]
    #[arg(long, value_name = "ADDR:PORT", env = "RESTANTE_LISTEN")]
    pub listen: Option<SocketAddr>,

    /// A mail server that pages may connect to; as often as needed. HOST is a name, *.NAME, an address or a range such
    /// as 192.0.2.0/24 (IPv6 with a port in brackets), PORT one port or several with commas. Private, loopback and other
    /// special addresses are reached only where an address or range lists them; a name alone leads to public addresses
    /// (localhost excepted). Without any --allow: every public server; then --listen has to be a loopback address, or
    /// tokens be required. [default port: 110,995]
    #[arg(long, value_name = "HOST[:PORT]", env = "RESTANTE_ALLOW", value_delimiter = ' ')]
    pub allow: Vec<Entry>,

    /// A mail server that pages may send mail through; as often as needed. HOST is a name, *.NAME or an address (IPv6 with a
    /// port in brackets), PORT one port or several with commas, and never 25. Who sends needs an access token or has to be a
    /// user of --identity-header, unless the bridge serves this machine alone: --listen is a loopback address, and there is
    /// neither --host nor --trust-proxy. [default: none; default port: 465,587]
    #[arg(long, value_name = "HOST[:PORT]", env = "RESTANTE_ALLOW_SUBMISSION", value_delimiter = ' ')]
    pub allow_submission: Vec<SubmissionEntry>,

    /// An origin, such as https://mail.example.org, whose pages may open tunnels besides the bridge's own; as often as
    /// needed.
    #[allow(rustdoc::bare_urls, reason = "the text is the flag's help, where angle brackets would stand as they are")]
    #[arg(long, value_name = "ORIGIN", env = "RESTANTE_ALLOW_ORIGIN", value_delimiter = ' ')]
    pub allow_origin: Vec<Origin>,

    /// A host name that the page is reached by, behind a proxy for instance; as often as needed. Other names are turned
    /// away, so that a foreign page cannot make its own name resolve to this bridge. Addresses and localhost are always
    /// answered to. [default: no other name]
    #[arg(long, value_name = "NAME", env = "RESTANTE_HOST", value_delimiter = ' ', value_parser = parse_name)]
    #[serde(deserialize_with = "read_names")]
    pub host: Vec<String>,

    /// A proxy, by its address range such as 10.0.0.0/8, whose X-Forwarded-For header is believed; as often as needed.
    /// Limits and logs then know the client behind it. [default: none]
    #[arg(long, value_name = "RANGE", env = "RESTANTE_TRUST_PROXY", value_delimiter = ' ')]
    pub trust_proxy: Vec<Range>,

    /// Connections of the proxies in --trust-proxy begin with the PROXY protocol, version 1 or 2.
    #[arg(long, env = "RESTANTE_PROXY_PROTOCOL", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub proxy_protocol: bool,

    /// A header, such as X-Forwarded-User, in which the proxies in --trust-proxy name the user they have signed in; it
    /// stands in for an access token, and requests without it need one. The proxies have to drop it where a client sends
    /// it. [default: none]
    #[arg(long, value_name = "HEADER", env = "RESTANTE_IDENTITY_HEADER")]
    #[serde(deserialize_with = "read_header")]
    pub identity_header: Option<HeaderName>,

    /// Ask everybody for an access token, also while none is listed: then nobody gets in. Without it, a bridge that is
    /// started without a token asks for none.
    #[arg(long, env = "RESTANTE_REQUIRE_TOKEN", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub require_token: bool,

    /// A name server to ask for mail servers' addresses, as ADDR or ADDR:PORT; as often as needed. [default: the
    /// system's]
    #[arg(long, value_name = "ADDR[:PORT]", env = "RESTANTE_NAMESERVER", value_delimiter = ' ', value_parser = parse_server)]
    #[serde(deserialize_with = "read_servers")]
    pub nameserver: Vec<SocketAddr>,

    /// Find out which mail servers a domain names, for people who type their mail address only, also where --allow lists
    /// servers: by the SRV records in DNS, and by the document at autoconfig.DOMAIN, port 443, which the page fetches over
    /// TLS. Without --allow that is done anyway.
    #[arg(long, env = "RESTANTE_DISCOVERY", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub discovery: bool,

    /// PEM file of the bridge's own certificate, followed by those that lead up to its authority: the page is then
    /// served over HTTPS. The file is read again when it changes. [default: HTTP]
    #[arg(long, value_name = "FILE", env = "RESTANTE_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,

    /// PEM file of that certificate's private key.
    #[arg(long, value_name = "FILE", env = "RESTANTE_TLS_KEY")]
    pub tls_key: Option<PathBuf>,

    /// Relay only: serve no page. Another host serves it (`restante page` writes its files), and --allow-origin lists
    /// that host.
    #[arg(long, env = "RESTANTE_NO_PAGE", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub no_page: bool,

    /// A bridge that the page offers, by the address of its tunnel, such as wss://bridge.example.org/tunnel, or self for
    /// this one; as often as needed, the first one first. That bridge has to list the page's origin with --allow-origin.
    /// [default: this one]
    #[arg(long, value_name = "URL", env = "RESTANTE_BRIDGE", value_delimiter = ' ')]
    pub bridge: Vec<Bridge>,

    /// Let the page's user name any other bridge: the page may then connect to any WebSocket under TLS, and to any on
    /// the user's own machine.
    #[arg(long, env = "RESTANTE_ANY_BRIDGE", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub any_bridge: bool,

    /// A name that the bridge gets a certificate for by itself, over ACME (TLS-ALPN-01), so that the page is served over
    /// HTTPS; as often as needed. Port 443 of the name has to lead here, and you agree to the authority's terms. The
    /// names are added to --host. [default: none]
    #[arg(long, value_name = "NAME", env = "RESTANTE_ACME_DOMAIN", value_delimiter = ' ', value_parser = parse_name)]
    #[serde(deserialize_with = "read_names")]
    pub acme_domain: Vec<String>,

    /// An address such as mailto:ana@example.org that the authority may write to; as often as needed.
    #[arg(long, value_name = "URL", env = "RESTANTE_ACME_CONTACT", value_delimiter = ' ')]
    pub acme_contact: Vec<String>,

    /// The ACME directory of the authority. [default: Let's Encrypt's]
    #[arg(long, value_name = "URL", env = "RESTANTE_ACME_DIRECTORY")]
    pub acme_directory: Option<String>,

    /// Folder for the account and the certificates; it is made where it is missing, and refused where others can read or
    /// write in it. Needed with --acme-domain.
    #[arg(long, value_name = "DIR", env = "RESTANTE_ACME_CACHE")]
    pub acme_cache: Option<PathBuf>,

    /// PEM file of the authorities that the ACME directory itself is verified by. [default: the system's]
    #[arg(long, value_name = "FILE", env = "RESTANTE_ACME_CA")]
    pub acme_ca: Option<PathBuf>,

    /// The identifier of the account that you have with the authority already, where it asks for one (external account
    /// binding). Needs --acme-eab-key.
    #[arg(long, value_name = "ID", env = "RESTANTE_ACME_EAB_ID")]
    pub acme_eab_id: Option<String>,

    /// File with that account's key, in base64url as the authority hands it out.
    #[arg(long, value_name = "FILE", env = "RESTANTE_ACME_EAB_KEY")]
    pub acme_eab_key: Option<PathBuf>,

    /// JSON file with the account that the page starts with: host, port, security (tls, starttls or none), user; and,
    /// if wanted, password (everyone who opens the page learns it), fingerprint (SHA-256 of the certificate to trust),
    /// label, and submission (the server that mail is sent from: host, port, security, fingerprint).
    #[arg(long, value_name = "FILE", env = "RESTANTE_PRESET")]
    pub preset: Option<PathBuf>,

    /// JSON file with the providers at which mailboxes are signed in to on a page of the provider's own (OAuth 2.0): a list of
    /// provider (google or microsoft) and client-id, as the provider gave it to you for this page; or, instead of provider,
    /// name, servers, authorize, token and scope. The page's address followed by oauth.html is what the provider leads back
    /// to.
    #[arg(long, value_name = "FILE", env = "RESTANTE_OAUTH")]
    pub oauth: Option<PathBuf>,

    /// PEM file of the authorities that mail servers' certificates are verified by where the bridge ends TLS.
    /// [default: the system's]
    #[arg(long, value_name = "FILE", env = "RESTANTE_TLS_CA")]
    pub tls_ca: Option<PathBuf>,

    /// Address and port to serve /metrics on, in Prometheus' text format; keep strangers away from it. [default: none]
    #[arg(long, value_name = "ADDR:PORT", env = "RESTANTE_METRICS")]
    pub metrics: Option<SocketAddr>,

    /// Log whole client addresses instead of their networks (IPv4 /24, IPv6 /48).
    #[arg(long, env = "RESTANTE_LOG_CLIENTS", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub log_clients: bool,

    /// Limits, a table of its own in the file.
    #[command(flatten)]
    pub limits: LimitSettings,

    /// Access tokens, in the file only: `[[token]]` with name, sha256 and, if wanted, max-tunnels, allow and
    /// allow-submission.
    #[arg(skip)]
    pub token: Vec<Token>,
}

/// Why settings make no configuration.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// The file is of no use.
    #[error(transparent)]
    File(#[from] BadFile),
    /// The preset is of no use.
    #[error(transparent)]
    Preset(#[from] BadPreset),
    /// The providers are of no use.
    #[error(transparent)]
    Providers(#[from] BadProviders),
    /// An open relay on a public address.
    #[error(
        "{0} is not a loopback address: say with --allow which mail servers this bridge may connect to, or list tokens (or --require-token)"
    )]
    OpenRelay(SocketAddr),
    /// Strangers could send mail.
    #[error(
        "--allow-submission needs tokens, --require-token or --identity-header where others than this machine reach the bridge (--listen beyond loopback, --host, --trust-proxy): strangers could send mail through it"
    )]
    OpenSubmission,
    /// Two tokens that limits and logs could not tell apart.
    #[error("two tokens are named {0:?}")]
    SameName(String),
    /// A certificate without its key, or the other way round.
    #[error("--tls-cert and --tls-key belong together: one of them is missing")]
    HalfCertificate,
    /// Two ways to one certificate.
    #[error("--acme-domain and --tls-cert are two ways to a certificate: choose one")]
    TwoCertificates,
    /// Nowhere to keep what the authority gives.
    #[error("--acme-domain needs --acme-cache: a folder to keep the account and the certificate in")]
    NoCache,
    /// Settings for ACME without a name to use it for.
    #[error("the other --acme settings need --acme-domain: a name to get a certificate for")]
    NoDomain,
    /// Half of an external account.
    #[error("--acme-eab-id and --acme-eab-key belong together: one of them is missing")]
    HalfExternalAccount,
    /// A directory or a contact that is none.
    #[error(transparent)]
    Acme(#[from] BadAcme),
    /// Users that nobody names.
    #[error("--identity-header needs --trust-proxy: say which proxies name the user")]
    NobodyIdentifies,
    /// Two ways to say who asks that rule each other out.
    #[error(
        "--identity-header is of no use with --proxy-protocol: a proxy that only passes bytes on has not written the header"
    )]
    NobodyIsBelieved,
    /// The PROXY protocol of nobody.
    #[error("--proxy-protocol needs --trust-proxy: say which proxies speak it")]
    NoProxies,
}

impl Settings {
    /// Where to listen.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(DEFAULT_LISTEN)
    }

    /// These settings, and those of a file where these say nothing.
    ///
    /// # Errors
    /// [`BadFile`], with the line at fault.
    pub fn over_file(self, path: &std::path::Path) -> Result<Self, BadFile> {
        let file = file::read(path)?;
        Ok(Self {
            listen: self.listen.or(file.listen),
            allow: or(self.allow, file.allow),
            allow_submission: or(self.allow_submission, file.allow_submission),
            allow_origin: or(self.allow_origin, file.allow_origin),
            host: or(self.host, file.host),
            trust_proxy: or(self.trust_proxy, file.trust_proxy),
            proxy_protocol: self.proxy_protocol || file.proxy_protocol,
            identity_header: self.identity_header.or(file.identity_header),
            require_token: self.require_token || file.require_token,
            nameserver: or(self.nameserver, file.nameserver),
            discovery: self.discovery || file.discovery,
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            no_page: self.no_page || file.no_page,
            bridge: or(self.bridge, file.bridge),
            any_bridge: self.any_bridge || file.any_bridge,
            acme_domain: or(self.acme_domain, file.acme_domain),
            acme_contact: or(self.acme_contact, file.acme_contact),
            acme_directory: self.acme_directory.or(file.acme_directory),
            acme_cache: self.acme_cache.or(file.acme_cache),
            acme_ca: self.acme_ca.or(file.acme_ca),
            acme_eab_id: self.acme_eab_id.or(file.acme_eab_id),
            acme_eab_key: self.acme_eab_key.or(file.acme_eab_key),
            preset: self.preset.or(file.preset),
            oauth: self.oauth.or(file.oauth),
            tls_ca: self.tls_ca.or(file.tls_ca),
            metrics: self.metrics.or(file.metrics),
            log_clients: self.log_clients || file.log_clients,
            limits: self.limits.or(file.limits),
            token: or(self.token, file.token),
        })
    }

    /// Checks the settings against each other and reads the files they name.
    ///
    /// # Errors
    /// [`BadSettings`]
    pub fn into_config(self) -> Result<Config, BadSettings> {
        let listen = self.listen();
        let loopback = listen.ip().is_loopback();
        let known_users = self.require_token || !self.token.is_empty() || self.identity_header.is_some();
        if self.allow.is_empty() && !known_users && !loopback {
            return Err(BadSettings::OpenRelay(listen));
        }
        let local = loopback && self.trust_proxy.is_empty() && self.host.is_empty() && self.acme_domain.is_empty();
        if !self.allow_submission.is_empty() && !known_users && !local {
            return Err(BadSettings::OpenSubmission);
        }
        if self.proxy_protocol && self.trust_proxy.is_empty() {
            return Err(BadSettings::NoProxies);
        }
        if self.identity_header.is_some() && self.trust_proxy.is_empty() {
            return Err(BadSettings::NobodyIdentifies);
        }
        if self.identity_header.is_some() && self.proxy_protocol {
            return Err(BadSettings::NobodyIsBelieved);
        }
        let mut named = std::collections::HashSet::new();
        if let Some(token) = self.token.iter().find(|token| !named.insert(&token.name)) {
            return Err(BadSettings::SameName(token.name.clone()));
        }
        let certificate = match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => Some(CertificateFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(BadSettings::HalfCertificate),
        };
        let external_account = match (self.acme_eab_id, self.acme_eab_key) {
            (Some(id), Some(key)) => Some((id, key)),
            (None, None) => None,
            _ => return Err(BadSettings::HalfExternalAccount),
        };
        let acme = match (self.acme_domain.is_empty(), self.acme_cache) {
            (false, _) if certificate.is_some() => return Err(BadSettings::TwoCertificates),
            (false, None) => return Err(BadSettings::NoCache),
            (false, Some(cache)) => {
                let (domains, contacts) = (self.acme_domain.clone(), self.acme_contact);
                let acme = AcmeConfig::new(domains, contacts, self.acme_directory, cache, self.acme_ca)?;
                Some(match external_account {
                    Some((id, key)) => acme.with_external_account(id, &key)?,
                    None => acme,
                })
            }
            (true, None)
                if self.acme_contact.is_empty()
                    && self.acme_directory.is_none()
                    && self.acme_ca.is_none()
                    && external_account.is_none() =>
            {
                None
            }
            (true, _) => return Err(BadSettings::NoDomain),
        };
        let policy = if self.allow.is_empty() { Policy::public() } else { Policy::listed(self.allow) };
        let oauth = self.oauth.as_deref().map(oauth::read).transpose()?.unwrap_or_default();
        let tokens = oauth.iter().map(Provider::token_entry).collect();
        let mut hosts = self.host;
        hosts.extend(self.acme_domain);
        Ok(Config {
            policy: policy.with_submission(self.allow_submission).with_sign_in(tokens),
            tokens: Tokens::new(self.token),
            requires_token: self.require_token,
            resolver: Arc::new(DnsResolver::new(self.nameserver)),
            discovery: self.discovery,
            origins: Origins::new(self.allow_origin, hosts),
            proxies: Proxies::new(self.trust_proxy),
            proxy_protocol: self.proxy_protocol,
            identity_header: self.identity_header,
            certificate,
            acme,
            serves_page: !self.no_page,
            bridges: Bridges { listed: self.bridge, any: self.any_bridge },
            preset: self.preset.as_deref().map(Preset::read).transpose()?,
            oauth,
            limits: self.limits.over(Limits::default()),
            log_clients: self.log_clients,
            authorities: self.tls_ca,
        })
    }
}

fn read_header<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<HeaderName>, D::Error> {
    String::deserialize(from)?.parse().map(Some).map_err(serde::de::Error::custom)
}

fn or<T>(given: Vec<T>, otherwise: Vec<T>) -> Vec<T> {
    if given.is_empty() { otherwise } else { given }
}

fn parse_name(text: &str) -> Result<String, &'static str> {
    match text.parse() {
        Ok(Host::Name(name)) => Ok(name),
        _ => Err("this is not a host name"),
    }
}

fn parse_server(text: &str) -> Result<SocketAddr, &'static str> {
    let alone = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS_PORT));
    let server = text.parse().or_else(|_| alone()).map_err(|_| "a name server is written ADDR or ADDR:PORT")?;
    if server.port() == 0 { Err("a name server has no port 0") } else { Ok(server) }
}

fn read_servers<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<SocketAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let server =
        |text: &String| parse_server(text).map_err(|fault| serde::de::Error::custom(format!("{text:?}: {fault}")));
    texts.iter().map(server).collect()
}

fn read_names<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let named =
        |text: &String| parse_name(text).map_err(|fault| serde::de::Error::custom(format!("{text:?}: {fault}")));
    texts.iter().map(named).collect()
}

#[cfg(test)]
mod tests;
