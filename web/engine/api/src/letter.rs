//! Letters that are written here: how one begins, what is typed, and what became of it once it was to be sent.

use serde::{Deserialize, Serialize};

use super::keep::{AccountId, KeptId};
use super::rich::Rich;
use super::{Address, Failure, Security};

/// A letter, from its first saved word until it is sent or discarded. Its number is drawn by the page that begins it, at
/// random below 2^53, so that to save it again is not to save another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LetterId(pub u64);

/// A file of a letter: its number is drawn by the page that adds it, as a letter's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u64);

/// A letter as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Recipients as they were typed: an address list (RFC 5322, section 3.4), also with semicolons or line breaks between.
    pub to: String,
    /// Carbon copies, likewise.
    pub cc: String,
    /// Those who get a copy that the others do not hear of, likewise.
    pub bcc: String,
    /// Subject.
    pub subject: String,
    /// The text, lines ended by LF. With formatting it is the same words without it, as [`Rich::to_text`] has them.
    pub text: String,
    /// The text with formatting, where somebody asked for that.
    pub rich: Option<Rich>,
    /// The Message-ID that this answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// The Message-IDs of the conversation so far, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// The address of who writes it, among those of its account; empty for the account's own.
    pub sender: String,
    /// Its writer wants to be told when it was delivered (RFC 3461). Not every server can say so.
    pub wants_report: bool,
    /// It is no letter of its own: its one file, a message, goes on to others as it came (RFC 5322, section 3.6.6). Subject and
    /// text are for its writer alone.
    pub redirects: bool,
}

/// How a letter begins that is made from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Manner {
    /// An answer to its sender.
    Reply,
    /// An answer to its sender and all its recipients.
    ReplyAll,
    /// It goes on to others, its text within the letter's.
    Forward,
    /// It goes on to others, as an attachment.
    ForwardAsAttachment,
    /// It goes on to others as it came.
    Redirect,
    /// It is the letter, to be changed.
    EditAsNew,
}

/// A letter that begins from a message. What is quoted is put in by whoever knows the language of the attribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beginning {
    /// How far the letter is.
    pub letter: LetterContent,
    /// What it quotes.
    pub quote: Option<Quote>,
}

/// What a letter quotes of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Who wrote it.
    pub from: Vec<Address>,
    /// To whom.
    pub to: Vec<Address>,
    /// Its subject.
    pub subject: String,
    /// When, seconds since 1970-01-01 UTC.
    pub date: Option<i64>,
    /// What it says, lines ended by LF, without a signature.
    pub text: String,
    /// All of it with its formatting, a signature included, where it is passed on with that.
    pub rich: Option<Rich>,
}

/// A file of a letter, without its octets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// Its identity.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Media type, lower case.
    pub media_type: String,
    /// How many octets it has.
    pub octets: u64,
    /// It is a picture within the text, and goes along only as long as the text has it.
    pub is_inline: bool,
}

/// Who writes from an account, and by which server: what its owner decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// Host name or address of the submission server (RFC 6409).
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The name in From; may be empty.
    pub name: String,
    /// The address in From.
    pub address: String,
    /// What is put below each new letter; may be empty.
    pub signature: String,
    /// A copy of each letter goes to the account's own address, hidden from the others: POP3 knows no folder of what was
    /// sent, and so other programs get it too.
    pub copy_to_self: bool,
    /// Who else writes from the account.
    pub identities: Vec<Identity>,
}

/// What is known of the server by which an account sends: what it said of itself when something was sent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SubmissionServer {
    /// Octets that it takes of a letter (RFC 1870); `None` where it never said.
    pub size_limit: Option<u64>,
    /// Whether it reports deliveries (RFC 3461); `None` where it never said.
    pub reports: Option<bool>,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The name in From; may be empty.
    pub name: String,
    /// The address in From.
    pub address: String,
    /// What is put below each new letter; may be empty.
    pub signature: String,
}

impl Sending {
    /// All who write from the account, its owner first.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        let Self { name, address, signature, .. } = self;
        let own = Identity { name: name.clone(), address: address.clone(), signature: signature.clone() };
        std::iter::once(own).chain(self.identities.iter().cloned())
    }

    /// Who writes a letter whose sender has this address. Where the account has it no more, its owner does.
    pub fn identity(&self, sender: &str) -> Identity {
        let mut all = self.identities();
        let own = all.next().unwrap_or_default();
        all.find(|identity| identity.address.eq_ignore_ascii_case(sender)).unwrap_or(own)
    }

    /// How the owner of a mailbox sends as far as nobody has said: by the server itself, at the port that belongs to this
    /// security.
    pub fn usual(user: &str, host: &str, security: Security) -> Self {
        Self {
            host: host.to_owned(),
            port: security.submission_port(),
            security,
            name: String::new(),
            address: if user.contains('@') { user.to_owned() } else { format!("{user}@{host}") },
            signature: String::new(),
            copy_to_self: false,
            identities: Vec::new(),
        }
    }
}

/// A letter in a list of those that are not sent yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterView {
    /// Its identity.
    pub id: LetterId,
    /// To whom, as typed.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The beginning of its text, white space folded.
    pub snippet: String,
    /// When it was changed last, seconds since 1970-01-01 UTC.
    pub changed_at: i64,
    /// How far it is.
    pub state: LetterState,
    /// Recipients that were refused when it was tried last, with the server's words.
    pub refused: Vec<(String, String)>,
}

/// How far a letter is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LetterState {
    /// It is being written.
    Draft {
        /// Why it came back from the outbox.
        returned: Option<Box<Failure>>,
    },
    /// It is in the outbox, and is sent at this time, seconds since 1970-01-01 UTC, or when the network is back.
    Waiting {
        /// When.
        due_at: i64,
        /// Why it was not sent when it was tried.
        failure: Option<Box<Failure>>,
    },
    /// It is being sent.
    Sending,
    /// The server may have it, and did not say so: it is not sent again unless somebody says so (RFC 1047).
    InDoubt,
}

/// A letter, to go on with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LetterContent {
    /// What was typed.
    pub draft: Draft,
    /// Its files, in their order.
    pub files: Vec<FileView>,
    /// The octets of the pictures within its text.
    pub pictures: Vec<InlinePicture>,
}

/// A picture within a letter's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinePicture {
    /// The letter's file.
    pub file: FileId,
    /// Its octets.
    #[serde(with = "serde_bytes")]
    pub octets: Vec<u8>,
}

/// The message that a letter is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// One that is kept.
    Kept(KeptId),
    /// The octets of one that is not. The letter is written from this account.
    Source(AccountId, #[serde(with = "serde_bytes")] Vec<u8>),
}

/// What is wrong with a letter that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterFault {
    /// It has no recipients.
    NoRecipients,
    /// Among the recipients stands this, which is no address.
    BadAddress(String),
    /// A file of this name cannot be read.
    UnreadableFile(String),
    /// The account's own address is none.
    BadSender(String),
    /// The message that is to go on as it came cannot be sent so.
    NotRedirectable,
    /// It is larger than what can be sent.
    TooLarge {
        /// Octets, files included.
        octets: u64,
        /// Octets at most: as the server said last (RFC 1870), or as the page holds.
        limit: u64,
    },
}
