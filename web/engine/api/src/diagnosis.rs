//! What was said with servers, and how far it came: for whoever has to find out why something does not work.

use serde::{Deserialize, Serialize};

use super::{Failure, Security, Stage, TlsEnd, TlsView};

/// One connection to a mail server, from the attempt to reach it to its end. Nothing secret is in it, and no message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionLog {
    /// When it began, seconds since 1970-01-01 UTC.
    pub began: u64,
    /// Host name or address literal.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Letters are submitted on it; otherwise mail is fetched.
    pub is_submission: bool,
    /// How it is protected.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// The address of the bridge, where it is not the page's own.
    pub bridge: Option<String>,
    /// How far it came while it was opened: [`Stage::Connecting`], [`Stage::Securing`] or [`Stage::Greeting`].
    pub reached: Stage,
    /// The address that was dialled; empty where it is not known.
    pub peer: String,
    /// TLS as negotiated here.
    pub tls: Option<Box<TlsView>>,
    /// What was said: the first lines and the last.
    pub lines: Vec<SaidLine>,
    /// Where lines are left out: behind so many of [`SessionLog::lines`], and how many.
    pub gap: Option<(u32, u64)>,
    /// Why it ended, where it ended before its time.
    pub failure: Option<Box<Failure>>,
}

/// A line of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidLine {
    /// When, seconds since 1970-01-01 UTC.
    pub at: u64,
    /// The server said it, and not this side.
    pub by_server: bool,
    /// The line, without what is left out.
    pub text: String,
    /// What is left out behind the text, or in place of the line.
    pub left_out: Option<Omission>,
    /// Why it is signed in this way, where the line begins that.
    pub why: Option<Choice>,
}

/// What a line leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Omission {
    /// A password, or what is made of one.
    Secret,
    /// So many lines of a listing.
    Lines(u32),
    /// So many octets of a message.
    Octets(u64),
}

/// Why a mechanism was chosen to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Asked for by name.
    AskedFor,
    /// The strongest that both sides know.
    Strongest,
    /// As strong as any that both sides know, and it saves a round trip.
    OneFlight,
    /// The server announces channel binding, and refused it.
    Unbound,
    /// The server announces nothing, and every server has this.
    NothingAnnounced,
}
