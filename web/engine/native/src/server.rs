//! The mail server on a command line: `pops://user@host:port/ --password-file F …`, or `smtps://…` to send.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use restante_api::oauth::Credential;
use restante_api::{Fingerprint, OpenMailbox, Security, TlsEnd};
use restante_protocol::pop3::{Mechanism, Scheme, Secret, Url, UrlAuth};
use restante_protocol::{sasl, smtp};

/// A mail server and how to sign in there, as a program takes it.
#[derive(Debug, Args)]
pub struct Server {
    /// The mailbox: pops://user@host:port/ (TLS) or pop://user@host:port/ (STARTTLS). A password has no place in it.
    url: String,
    #[command(flatten)]
    access: Access,
}

/// A submission server and how to sign in there, as a program takes it.
#[derive(Debug, Args)]
pub struct Submission {
    /// The server: smtps://user@host:port/ (TLS) or smtp://user@host:port/ (STARTTLS). A password has no place in it.
    url: String,
    #[command(flatten)]
    access: Access,
}

/// How to sign in, and what to trust.
#[derive(Debug, Args)]
struct Access {
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
    /// STLS or STARTTLS before anything else.
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
        let security = self.access.security(url.scheme == Scheme::Pops);
        let named = match (&self.access.mechanism, &url.auth) {
            (Some(name), _) | (None, Some(UrlAuth::Sasl(name))) => Some(name.as_str()),
            (None, Some(UrlAuth::Apop)) => Some("APOP"),
            (None, Some(UrlAuth::Any) | None) => None,
        };
        let mechanism = named.map(|name| Mechanism::from_name(name).ok_or_else(|| unknown(name))).transpose()?;
        let user = url.user.ok_or("the URL names no user")?;
        let password = password(&self.access.password_file)?;
        Ok(Account { host: url.host, port, user, password, security, trusted: self.access.trust_sha256, mechanism })
    }
}

impl Submission {
    /// Reads the password's file and takes the URL apart.
    ///
    /// # Errors
    /// What is wrong with the command line, in words.
    pub fn login(&self) -> Result<(restante_api::Server, smtp::Login), String> {
        let url: smtp::Url = self.url.parse().map_err(|error| format!("{}: {error}", self.url))?;
        let port = url.port_or_default();
        let security = self.access.security(url.is_secure);
        let name = self.access.mechanism.as_deref();
        let mechanism = name.map(|name| sasl::Mechanism::from_name(name).ok_or_else(|| unknown(name))).transpose()?;
        let user = url.user.ok_or("the URL names no user")?;
        let secret = password(&self.access.password_file)?;
        let login = match mechanism {
            Some(mechanism) if mechanism.takes_token() => smtp::Login::with_token(user, secret),
            _ => smtp::Login::with_password(user, secret),
        };
        let server = restante_api::Server {
            host: url.host,
            port,
            security,
            tls_end: TlsEnd::Browser,
            trusted: self.access.trust_sha256,
            // Who chose clear text on a command line agreed to it.
            cleartext_agreed: security == Security::None,
            token: None,
            bridge: None,
        };
        Ok((server, smtp::Login { mechanism, ..login }))
    }
}

impl Access {
    fn security(&self, is_secure: bool) -> Security {
        match self.security {
            Some(Wire::Tls) => Security::Tls,
            Some(Wire::Starttls) => Security::Starttls,
            Some(Wire::None) => Security::None,
            None if is_secure => Security::Tls,
            None => Security::Starttls,
        }
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
            credential: Credential::Password(password),
            trusted,
            cleartext_agreed: security == Security::None,
            token: None,
            bridge: None,
        }
    }
}

fn unknown(name: &str) -> String {
    format!("{name} is no mechanism that is known here")
}

fn password(file: &Path) -> Result<Secret, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}
