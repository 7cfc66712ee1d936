//! The whole contract between the page and the engine: calls in, replies out, and the types they show.
//!
//! The page imports nothing of the engine but this crate. Everything here is plain data that crosses `postMessage`.
//! Requests are idempotent, so they may be sent again. Not here: how any of it is done.

mod call;
mod codes;
mod deletion;
mod diagnosis;
mod discover;
mod event;
mod failure;
mod flaw;
pub mod keep;
pub mod letter;
mod message;
pub mod oauth;
pub mod picture;
pub mod rich;
pub mod runs;
mod server;
mod text;

use restante_protocol::tunnel::Secret;
use serde::{Deserialize, Serialize};

pub use call::{Call, CallId, Reply};
pub use deletion::{Deletion, DeletionEnd};
pub use diagnosis::{Choice, Omission, SaidLine, SessionLog};
pub use discover::{By, Discover, Discovery, Need, Place, Provider, Settings, SettingsSource};
pub use event::{Day, Event, Method, Moment, Repeat, Unit};
pub use failure::{Blame, CertificateFault, Death, Failure, FailureKind, OtherBridge, Program, Reason, SearchFault};
pub use flaw::Flaw;
pub use message::{
    Address, Attachment, Authentication, Contact, HeaderField, InlineImage, ListId, MessageRef, MessageView, PartId,
    Protection, Scheme, Source, Wording,
};
pub use server::{Prepare, Server};
pub use text::{Block, Kind, Span, Text, between_words};

/// Rows of the list that are fetched, the newest first, before the page says which it shows.
pub const FIRST_ROWS: u32 = 50;

/// What the page asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Somebody is about to open a mailbox: readies what that would wait for. What is not used soon is given up. Answered
    /// by [`Update::Untrusted`], or not at all; means nothing while a mailbox is open.
    Prepare(Prepare),
    /// Finds out how the mailbox of a mail address is reached. Answered by [`Update::Discovered`]; means nothing while a mailbox
    /// is open.
    Discover(Discover),
    /// Begins to sign in at a provider: asks for the address of the page to go to. Answered by [`Update::Authorize`] or
    /// [`Update::Refused`]; means nothing while a mailbox is previewed.
    Authorize(Box<oauth::Authorize>),
    /// The provider has led back, with these parameters behind the `?` of the address: asks for its tokens. Answered by
    /// [`Update::Granted`] or [`Update::Refused`].
    Redeem(String),
    /// Opens a mailbox. Another one that is open is closed first; of the same one, what is known stays known.
    Open(Box<OpenMailbox>),
    /// The list shows these rows: fetch the headers that are missing there, before any others.
    Show {
        /// Position of the first row, counted from the newest message, which is 0.
        first: u32,
        /// Number of rows.
        count: u32,
    },
    /// Reads a message, or a message nested in it. Answered by [`Update::Message`] or [`Update::MessageFailed`].
    Read(MessageRef),
    /// Asks for an attachment's bytes. Answered by [`Update::Attachment`] or [`Update::MessageFailed`].
    Fetch {
        /// The message the part belongs to.
        message: MessageRef,
        /// The part.
        part: PartId,
    },
    /// Asks for all attachments of a message in one archive (ZIP). Answered by [`Update::Archive`] or
    /// [`Update::MessageFailed`].
    FetchAll(MessageRef),
    /// Asks for a message as the server holds it. Answered by [`Update::Source`] or [`Update::MessageFailed`].
    Source(MessageRef),
    /// In a preview: signs in anew, for a session shows the maildrop as it was when it began (RFC 1939, section 4), and finds
    /// out what has come. What the list has in common with the former one stays known ([`Update::Changed`]). Answered by
    /// [`Update::Checked`] or [`Update::Refused`].
    Check,
    /// In a preview: marks messages to be deleted on the server when the mailbox is closed, or takes the marks off. Nothing
    /// is sent before that. Answered by [`Update::Marked`] or [`Update::Refused`].
    Mark {
        /// The list that the numbers count in.
        list: ListId,
        /// Numbers of messages.
        numbers: Vec<u32>,
        /// Whether they are to be deleted.
        delete: bool,
    },
    /// In a preview: which of the messages whose rows are known are these. Answered by [`Update::Found`], again whenever that
    /// changes, until it is cancelled or another search comes; or by [`Update::Refused`].
    Search {
        /// Words and conditions, as in [`keep::ListQuery::search`].
        query: String,
        /// Fetch the headers that are missing, as long as the search goes on.
        fetch: bool,
    },
    /// Asks what was said with servers lately. Answered by [`Update::Diagnosis`].
    Diagnose,
    /// Closes the mailbox (QUIT) and forgets everything. What is kept on the device stays. Where messages are marked, they
    /// are deleted first, and [`Update::Deleted`] says what came of it.
    Close,
    /// Of mail that is kept on the device. Answered by [`Update::Keep`], [`Update::Refused`], or as it says.
    Keep(keep::Ask),
}

/// What the engine tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Update {
    /// What is happening now.
    Progress(Stage),
    /// The session is up: how, and to whom.
    Connected(Box<ConnectionView>),
    /// The maildrop's size (STAT): the list can take its length. It comes again with each session.
    Opened {
        /// Which list this is. Where it is another than before, the mailbox has changed and the former rows are void.
        list: ListId,
        /// Number of messages.
        messages: u32,
        /// Octets of the maildrop.
        octets: u64,
    },
    /// The list has changed in places: these runs of rows are still in it, every other row is void.
    Changed {
        /// Which list this is from now on: in a preview another one where numbers stand for other messages than before.
        list: ListId,
        /// Number of messages.
        messages: u32,
        /// Octets of all of them.
        octets: u64,
        /// What the former list and this one have in common, in the order of this one.
        runs: Vec<runs::Run>,
        /// In a preview: messages that were not there before, as positions of this list: the first, and how many.
        arrived: Vec<(u32, u32)>,
    },
    /// The answer to [`Request::Check`]: the list is as it is on the server now.
    Checked {
        /// Messages that were not there before.
        arrived: u32,
        /// Messages that are not there any more.
        gone: u32,
    },
    /// All messages that are marked to be deleted now. It also comes when a session that was taken up again has changed them.
    Marked {
        /// Their numbers in the list, ascending.
        numbers: Vec<u32>,
        /// Marks that were lost: nothing tells for certain which messages they were on. Those of messages that are gone do
        /// not count.
        lost: u32,
    },
    /// The answer to [`Request::Search`].
    Found {
        /// The list that the numbers count in.
        list: ListId,
        /// The messages that were found, the newest first, as many as are shown at most.
        found: Vec<Found>,
        /// Messages that were looked at.
        searched: u32,
    },
    /// What became of the messages that were marked: comes before [`Update::Closed`].
    Deleted(Box<Deletion>),
    /// Rows of the list, new or better known than before.
    Rows(Vec<Row>),
    /// The answer to [`Request::Read`].
    Message(Box<MessageView>),
    /// The answer to [`Request::Fetch`].
    Attachment {
        /// The message the part belongs to.
        message: MessageRef,
        /// The part.
        part: PartId,
        /// File name to offer, free of path separators and control characters.
        name: String,
        /// Media type, lower case, such as `application/pdf`.
        media_type: String,
        /// The decoded bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// The answer to [`Request::FetchAll`]: an archive, with a file name that ends in `.zip`.
    Archive(Box<Source>),
    /// The answer to [`Request::Source`].
    Source(Box<Source>),
    /// One message could not be had; the session goes on.
    MessageFailed {
        /// The message that was asked for.
        message: MessageRef,
        /// Why.
        failure: Box<Failure>,
    },
    /// The session was lost, for this reason, and is about to be taken up again. [`Stage::Waiting`] tells when.
    Interrupted(Box<Failure>),
    /// The mailbox could not be opened, or the session ended and could not be taken up again. What has been read stays
    /// readable until [`Request::Close`].
    Failed(Box<Failure>),
    /// The server of [`Prepare::Server`] shows a certificate that does not verify.
    Untrusted(Box<Failure>),
    /// The answer to [`Request::Discover`].
    Discovered(Box<Discovery>),
    /// The answer to [`Request::Authorize`]: the address to open.
    Authorize(String),
    /// The answer to [`Request::Redeem`].
    Granted(Box<oauth::Grant>),
    /// The answer to [`Request::Diagnose`]: the last connections, the newest first.
    Diagnosis(Vec<SessionLog>),
    /// The mailbox is closed and forgotten.
    Closed,
    /// The answer to [`Request::Keep`].
    Keep(keep::Answer),
    /// What was asked cannot be done; nothing was changed by it.
    Refused(Box<Failure>),
}

/// A message that a search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its number.
    pub number: u32,
    /// Where the words stand in its row.
    pub hits: keep::Hits,
}

/// What a person types in to open a mailbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenMailbox {
    /// Host name or address literal (IPv6 without brackets) of the mail server.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// User name, as the server expects it.
    pub user: String,
    /// What proves that.
    pub credential: oauth::Credential,
    /// SHA-256 of the one certificate (its DER form) that is accepted; where there is none, whichever verifies.
    pub trusted: Option<Fingerprint>,
    /// The user has read the warning and agrees that the password travels in clear text.
    pub cleartext_agreed: bool,
    /// The bridge's access token, where it asks for one.
    pub token: Option<Secret>,
    /// The address of the bridge (`wss://…`), where it is not the one that served the page.
    pub bridge: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte (RFC 8314, section 3.2), port 995.
    #[default]
    Tls,
    /// STLS on the clear-text port (RFC 2595, section 4), port 110. Without STLS nothing is sent.
    Starttls,
    /// Clear text, only where [`OpenMailbox::cleartext_agreed`].
    None,
}

impl OpenMailbox {
    /// Whether this is the same mailbox, however it is reached.
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        (&self.host, self.port, &self.user) == (&other.host, other.port, &other.user)
    }
}

impl Security {
    /// The port the service has by default: 995 or 110 (RFC 8314, section 7; RFC 1939, section 3).
    pub fn default_port(self) -> u16 {
        match self {
            Self::Tls => 995,
            Self::Starttls | Self::None => 110,
        }
    }

    /// The port of submission by default: 465 or 587 (RFC 8314, section 7; RFC 6409, section 3.1).
    pub fn submission_port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::Starttls | Self::None => 587,
        }
    }
}

/// Who ends TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsEnd {
    /// This browser: the bridge sees ciphertext only.
    #[default]
    Browser,
    /// The bridge: its operator could read password and mail.
    Bridge,
}

/// SHA-256 of a certificate's DER form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    /// Upper-case pairs with colons between, as browsers and openssl show it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// A text that is not a SHA-256 fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 fingerprint has 64 hexadecimal digits, with or without colons")]
pub struct BadFingerprint;

impl std::str::FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| *c != ':' && !c.is_whitespace())
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(BadFingerprint))
            .collect::<Result<_, _>>()?;
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(BadFingerprint);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self(bytes))
    }
}

/// What is happening now, for the status line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Reaching the bridge and, through it, the server.
    Connecting,
    /// The TLS handshake: checking the certificate.
    Securing,
    /// Reading the greeting and CAPA.
    Greeting,
    /// Signing in.
    SigningIn,
    /// Fetching headers for the rows in sight.
    Headers {
        /// Headers known so far.
        have: u32,
        /// Messages in the maildrop.
        of: u32,
    },
    /// The session was lost: waiting before it is taken up again.
    Waiting {
        /// Seconds to the next attempt.
        seconds: u32,
        /// Which attempt that will be, from 1.
        attempt: u32,
        /// How many there will be.
        of: u32,
    },
    /// Fetching a whole message. Comes as a reply to the question for it.
    Message {
        /// Octets received.
        octets: u64,
        /// Octets expected (LIST), 0 where the server did not say.
        of: u64,
    },
    /// Nothing to do: the session is kept alive.
    Idle {
        /// Headers known so far.
        have: u32,
        /// Messages in the maildrop.
        of: u32,
    },
    /// Deleting the messages that were marked.
    Deleting {
        /// Messages that the server has answered for.
        have: u32,
        /// Messages that are to be deleted.
        of: u32,
    },
    /// Saying QUIT.
    Closing,
}

/// How the session came about: shown as "path and certificate".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// The address the bridge dialled.
    pub peer: String,
    /// TLS as negotiated in this browser; `None` where there is none, or the bridge ends it.
    pub tls: Option<TlsView>,
    /// The server's greeting, without the status word.
    pub greeting: String,
    /// What the server says it is (CAPA's IMPLEMENTATION), where it says so.
    pub implementation: Option<String>,
    /// How the user signed in: `USER/PASS`, `PLAIN`, ….
    pub mechanism: String,
    /// Whether commands are pipelined.
    pub pipelined: bool,
}

/// A negotiated TLS session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsView {
    /// `TLS 1.3`, for example.
    pub version: String,
    /// The cipher suite's standard name.
    pub cipher_suite: String,
    /// The server's certificate.
    pub certificate: CertificateView,
    /// The certificates that the server sent along with it, each said to vouch for the one before.
    pub issuers: Vec<CertificateView>,
    /// The certificate does not verify; the user trusts exactly this one.
    pub trusted_by_fingerprint: bool,
}

/// What a person needs in order to judge a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateView {
    /// The subject, as a distinguished name.
    pub subject: String,
    /// The names and addresses it is valid for.
    pub names: Vec<String>,
    /// The issuer, as a distinguished name.
    pub issuer: String,
    /// Start of validity, seconds since 1970-01-01 UTC.
    pub not_before: i64,
    /// End of validity, seconds since 1970-01-01 UTC.
    pub not_after: i64,
    /// SHA-256 of the DER form.
    pub fingerprint: Fingerprint,
}

/// A row of the list. Its position is the distance from the newest message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Position from the newest message, which is 0.
    pub position: u32,
    /// The message.
    pub message: MessageRef,
    /// The first address of From, or of Sender; `None` where the header has neither.
    pub from: Option<Address>,
    /// Subject, decoded; empty where there is none.
    pub subject: String,
    /// The beginning of the text, white space folded; empty where it is not known.
    pub snippet: String,
    /// Date of the header, seconds since 1970-01-01 UTC.
    pub date: Option<i64>,
    /// Size as the server lists it, octets; `None` while LIST has not answered.
    pub octets: Option<u64>,
    /// Whether the message seems to have attachments, as far as the header tells.
    pub attachments: bool,
    /// Why the header could not be had, where it could not.
    pub fault: Option<Flaw>,
    /// What is known of a kept message beside that; nothing in a preview.
    pub marks: keep::Marks,
}

impl Row {
    /// The row of a message of which nothing is known.
    pub fn new(position: u32, message: MessageRef) -> Self {
        Self {
            position,
            message,
            from: None,
            subject: String::new(),
            snippet: String::new(),
            date: None,
            octets: None,
            attachments: false,
            fault: None,
            marks: keep::Marks::default(),
        }
    }
}
