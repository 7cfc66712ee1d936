//! A message as the reader shows it.

use serde::{Deserialize, Serialize};

use super::Flaw;
use super::{Event, Text};

/// Tells lists apart, those of a former engine as well: there is another one whenever the mailbox turns out to have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct ListId(u64);

impl ListId {
    /// The first list of the mailbox that this question opened.
    pub fn first(call: super::CallId) -> Self {
        Self(u64::from(call.0) << 32)
    }

    /// The list after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// What is kept on the device: there a message's number is its identity, and stands for it for good.
    pub fn kept() -> Self {
        Self(u64::MAX)
    }

    /// Whether both come from one engine, which tells a mailbox that has changed from one that has not.
    pub fn is_of_same_engine(self, other: Self) -> bool {
        self.0 >> 32 == other.0 >> 32
    }
}

/// A message of the open mailbox, or a message nested in one (message/rfc822).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// The list that the number counts in: a reference of a former list names nothing in a later one.
    pub list: ListId,
    /// The message's number in its session (RFC 1939, section 4), or its identity where it is kept.
    pub number: u32,
    /// Parts to descend through, outermost first; empty for the message itself.
    pub path: Vec<PartId>,
}

impl MessageRef {
    /// The message of this number itself, in the first list.
    pub fn top(number: u32) -> Self {
        Self { list: ListId::default(), number, path: Vec::new() }
    }

    /// The message of this number itself.
    pub fn in_list(list: ListId, number: u32) -> Self {
        Self { list, number, path: Vec::new() }
    }

    /// The message nested in this one as `part`.
    pub fn nested(&self, part: PartId) -> Self {
        let mut path = self.path.clone();
        path.push(part);
        Self { list: self.list, number: self.number, path }
    }
}

/// A MIME part of a message: its index in the order of the source, the message's own body being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartId(pub u32);

/// A mailbox address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Display name, decoded; empty where there is none.
    pub name: String,
    /// `local@domain`; empty where there is none.
    pub address: String,
}

/// A message, taken apart for reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// The message.
    pub message: MessageRef,
    /// Subject, decoded; empty where there is none.
    pub subject: String,
    /// From, or Sender.
    pub from: Vec<Address>,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Reply-To.
    pub reply_to: Vec<Address>,
    /// Date of the header, seconds since 1970-01-01 UTC.
    pub date: Option<i64>,
    /// The message's size in octets.
    pub octets: u64,
    /// The text to read, from text/plain parts; made from the HTML where there is nothing else.
    pub text: Text,
    /// The HTML to read, as it came and *not* sanitised, or the beginning of it, 8 MiB; `None` where the message has none.
    /// What is cut off can be had: the part is among the attachments then.
    pub html: Option<String>,
    /// Images that the HTML refers to by Content-ID (RFC 2392), 16 MiB of them together at most.
    pub inline_images: Vec<InlineImage>,
    /// The event that a calendar part tells of, where there is one.
    pub event: Option<Event>,
    /// Whom a vCard among its parts is about.
    pub contacts: Vec<Contact>,
    /// Whether it is encrypted or signed. Neither is undone or checked.
    pub protection: Option<Protection>,
    /// What a server says it found out about the sender, where it does. Whether that server is to be believed is not said.
    pub authentication: Option<Authentication>,
    /// Everything that is neither the text nor an inline image, and texts that are shown in part.
    pub attachments: Vec<Attachment>,
    /// What is wrong with the message.
    pub faults: Vec<Flaw>,
    /// Every field of its header, in their order; 200 at most.
    pub fields: Vec<HeaderField>,
}

/// A field of a header (RFC 5322, section 2.2), decoded. Both are one line, free of what could deceive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeaderField {
    /// Its name, as it is written.
    pub name: String,
    /// What it says, or the beginning of it, 4096 octets; may be empty.
    pub value: String,
}

/// Somebody, as a vCard tells (RFC 6350). All of it is one line each, free of what could deceive; what is not told is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The whole name.
    pub name: String,
    /// Where they work.
    pub organization: String,
    /// What they are there.
    pub title: String,
    /// Mail addresses.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
}

/// What a server wrote into a message about its sender (RFC 8601).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// The server, as it names itself, lower case.
    pub by: String,
    /// The domain of the address in From, lower case.
    pub domain: String,
    /// That domain has sent it; otherwise the domain wants its mail to be recognisable, and this is not.
    pub is_confirmed: bool,
}

/// How a message is protected by its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protection {
    /// It is encrypted.
    Encrypted(Scheme),
    /// It is signed, and can be read.
    Signed(Scheme),
    /// It is signed, and what it says is within the signature.
    SignedWithin(Scheme),
}

/// By what messages are protected from end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scheme {
    /// OpenPGP (RFC 9580, RFC 3156).
    OpenPgp,
    /// S/MIME (RFC 8551).
    SMime,
}

/// What is said within a sanitised document, in the language of its reader.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wording {
    /// Where a link leads whose words name another host, with [`Wording::PLACE`] for the host.
    pub opens: String,
    /// To whom a link writes whose words name another address, with [`Wording::PLACE`] for the address.
    pub writes: String,
    /// That the message is too long, and the rest is not shown.
    pub cut: String,
}

impl Wording {
    /// What stands for a host or an address. Of a private area, so no sentence has it by itself.
    pub const PLACE: &str = "\u{f8ff}";
}

/// An image inside an HTML message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlineImage {
    /// Content-ID without the angle brackets.
    pub content_id: String,
    /// Media type, lower case, such as `image/png`.
    pub media_type: String,
    /// The decoded bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// An attachment, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The part.
    pub part: PartId,
    /// File name to offer, free of path separators and control characters; never empty.
    pub name: String,
    /// Media type, lower case.
    pub media_type: String,
    /// Size of the decoded bytes.
    pub octets: u64,
    /// Whether it is a message that can be read in its own right (message/rfc822).
    pub is_message: bool,
}

/// A message as the server holds it, or a file that is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The message.
    pub message: MessageRef,
    /// File name to offer, ending in `.eml` or as its kind does.
    pub name: String,
    /// Every octet, as it came.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}
