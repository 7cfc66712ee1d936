//! The mail server on a command line: `pops://user@host:port/ --password-file F …`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use restante_api::{Fingerprint, OpenMailbox, Security, TlsEnd};
use restante_protocol::pop3::{Mechanism, Scheme, Secret, Url, UrlAuth};

/// A mail server and how to sign in there, as a program takes it.
#[derive(Debug, Args)]
pub struct Server {
    /// The mailbox: pops://user@host:port/ (TLS) or pop://user@host:port/ (STARTTLS). A password has no place in it.
    url: String,
    /// A file whose first line is the password, or the token for XOAUTH2 and OAUTHBEARER.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// How the connection is protected; unless given, what the URL says. `none` shows the password to whoever reads
    /// along.
    #[arg(long, value_enum)]
    security: Option<Wire>,
    /// SHA-256 of the one certificate that is accepted though it does not verify.
    #[arg(long, value_name = "HEX")]
    trust_sha256: Option<Fingerprint>,
    /// Sign in by this mechanism only: SCRAM-SHA-256, PLAIN, USER/PASS, APOP, …
    #[arg(long, value_name = "NAME")]
    mechanism: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wire {
    /// TLS from the first byte.
    Tls,
    /// STLS before anything else.
    Starttls,
    /// Clear text.
    None,
}

/// What a [`Server`] stands for.
#[derive(Debug)]
pub struct Account {
    /// Host name or address literal.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name.
    pub user: String,
    /// The password or token.
    pub password: Secret,
    /// How the connection is protected.
    pub security: Security,
    /// The one certificate that is accepted though it does not verify.
    pub trusted: Option<Fingerprint>,
    /// The only mechanism to sign in by.
    pub mechanism: Option<Mechanism>,
}

impl Server {
    /// Reads the password's file and takes the URL apart.
    ///
    /// # Errors
    /// What is wrong with the command line, in words.
    pub fn login(&self) -> Result<Account, String> {
        let url: Url = self.url.parse().map_err(|error| format!("{}: {error}", self.url))?;
        let port = url.port_or_default();
        let security = match (self.security, &url.scheme) {
            (Some(Wire::Tls), _) | (None, Scheme::Pops) => Security::Tls,
            (Some(Wire::Starttls), _) | (None, Scheme::Pop) => Security::Starttls,
            (Some(Wire::None), _) => Security::None,
        };
        let named = match (&self.mechanism, &url.auth) {
            (Some(name), _) | (None, Some(UrlAuth::Sasl(name))) => Some(name.as_str()),
            (None, Some(UrlAuth::Apop)) => Some("APOP"),
            (None, Some(UrlAuth::Any) | None) => None,
        };
        let mechanism = named
            .map(|name| Mechanism::from_name(name).ok_or_else(|| format!("{name} is no mechanism that is known here")))
            .transpose()?;
        let user = url.user.ok_or("the URL names no user")?;
        let password = password(&self.password_file)?;
        Ok(Account { host: url.host, port, user, password, security, trusted: self.trust_sha256, mechanism })
    }
}

impl From<Account> for OpenMailbox {
    /// TLS ends here: there is no bridge. Who chose clear text on a command line agreed to it.
    fn from(account: Account) -> Self {
        let Account { host, port, user, password, security, trusted, mechanism: _ } = account;
        Self {
            host,
            port,
            security,
            tls_end: TlsEnd::Browser,
            user,
            password,
            trusted,
            cleartext_agreed: security == Security::None,
            token: None,
            bridge: None,
        }
    }
}

fn password(file: &Path) -> Result<Secret, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}
