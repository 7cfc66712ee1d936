//! What the command line says, made into a task.

use std::path::PathBuf;

use clap::{ArgGroup, Parser};
use restante_api::{Fingerprint, Security};
use restante_native::{Account, Server};
use restante_protocol::pop3::{Mechanism, Secret};

/// Fetches all messages of a POP3 maildrop.
///
/// Exit status: 0 when every message was fetched, and deleted where that was asked for; 3 when only a part was (each
/// message that was refused is named on standard error); 1 when none could be had, or it failed (one line says what
/// happened, who is at fault and what to do); 2 when the command line is wrong.
#[derive(Debug, Parser)]
#[command(name = "fetch", group = ArgGroup::new("output").required(true))]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
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
        let Account { host, port, user, password, security, trusted, mechanism } = self.server.login()?;
        let output = match (self.mbox, self.maildir) {
            (Some(file), _) => Output::Mbox(file),
            (None, Some(directory)) => Output::Maildir(directory),
            (None, None) => Output::Discard,
        };
        Ok(Task {
            host,
            port,
            user,
            password,
            security,
            trusted,
            mechanism,
            top: self.top,
            delete: self.delete,
            output,
            window: self.window,
        })
    }
}
