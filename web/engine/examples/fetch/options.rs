//! What the command line says, made into a task.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, ValueEnum};
use restante_engine::api::{Fingerprint, Security};
use restante_protocol::pop3::{Mechanism, Scheme, Secret, Url, UrlAuth};

/// Fetches all messages of a POP3 maildrop.
///
/// Exit status: 0 when every message was fetched, and deleted where that was asked for; 3 when only a part was (each
/// message that was refused is named on standard error); 1 when none could be had, or it failed (one line says what
/// happened, who is at fault and what to do); 2 when the command line is wrong.
#[derive(Debug, Parser)]
#[command(name = "fetch", group = ArgGroup::new("output").required(true))]
pub(crate) struct Options {
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
    /// Fetch headers and this many lines of each body (TOP) instead of whole messages. Where the server has no TOP,
    /// small messages are fetched whole and cut; the others are refused.
    #[arg(long, value_name = "LINES", conflicts_with = "delete")]
    top: Option<u32>,
    /// Delete each message on the server once it is safe on the disk.
    #[arg(long, conflicts_with = "discard")]
    delete: bool,
    /// Append to this mbox file (the mboxrd variant; the octets of each message stay as they are).
    #[arg(long, value_name = "FILE", group = "output")]
    mbox: Option<PathBuf>,
    /// Deliver into this Maildir, which is made where it is missing.
    #[arg(long, value_name = "DIR", group = "output")]
    maildir: Option<PathBuf>,
    /// Fetch and forget.
    #[arg(long, group = "output")]
    discard: bool,
    /// Tell what happens as JSON, one event a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Octets of answers under way at once. A long way needs a deep window: bandwidth times round trip.
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20)]
    window: u64,
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

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Secret,
    pub(crate) security: Security,
    pub(crate) trusted: Option<Fingerprint>,
    pub(crate) mechanism: Option<Mechanism>,
    pub(crate) top: Option<u32>,
    pub(crate) delete: bool,
    pub(crate) output: Output,
    pub(crate) window: u64,
}

/// Where messages go.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    Mbox(PathBuf),
    Maildir(PathBuf),
    Discard,
}

impl Options {
    /// The task, or what is wrong with the command line.
    pub(crate) fn task(self) -> Result<Task, String> {
        let url: Url = self.url.parse().map_err(|error| format!("{}: {error}", self.url))?;
        let port = url.port_or_default();
        let security = match self.security {
            Some(Wire::Tls) => Security::Tls,
            Some(Wire::Starttls) => Security::Starttls,
            Some(Wire::None) => Security::None,
            None => match url.scheme {
                Scheme::Pops => Security::Tls,
                Scheme::Pop => Security::Starttls,
            },
        };
        let named = match (&self.mechanism, &url.auth) {
            (Some(name), _) | (None, Some(UrlAuth::Sasl(name))) => Some(name.as_str()),
            (None, Some(UrlAuth::Apop)) => Some("APOP"),
            (None, Some(UrlAuth::Any) | None) => None,
        };
        let mechanism = named
            .map(|name| Mechanism::from_name(name).ok_or_else(|| format!("{name} is no mechanism that is known here")))
            .transpose()?;
        let output = match (self.mbox, self.maildir) {
            (Some(file), _) => Output::Mbox(file),
            (None, Some(directory)) => Output::Maildir(directory),
            (None, None) => Output::Discard,
        };
        let user = url.user.ok_or("the URL names no user")?;
        let password = password(&self.password_file)?;
        Ok(Task {
            host: url.host,
            port,
            user,
            password,
            security,
            trusted: self.trust_sha256,
            mechanism,
            top: self.top,
            delete: self.delete,
            output,
            window: self.window,
        })
    }
}

fn password(file: &std::path::Path) -> Result<Secret, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}
