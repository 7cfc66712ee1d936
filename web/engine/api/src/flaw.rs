//! What is wrong with a message, or with what is known of it: codes with arguments.

use serde::{Deserialize, Serialize};

use super::FailureKind;

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Flaw {
    /// It has no octets.
    Empty,
    /// It has no header.
    NoHeader,
    /// It names no sender.
    NoSender,
    /// It is nested too deeply, or in too many parts; the innermost stay closed.
    Nested,
    /// It has more attachments than are listed.
    ManyFiles,
    /// A part of it is damaged, and shown as far as it can be read.
    Part,
    /// It ends within a part.
    EarlyEnd,
    /// A part of it is in a transfer encoding of this name, which is not known.
    Encoding(String),
    /// Its text is in a character set of this name, which is not known.
    Charset(String),
    /// The server shows no headers by themselves, and it is too large to be fetched for its header.
    NoTop,
    /// The server does not give out its header, and says this.
    Refused(String),
    /// It could not be had.
    Failed(FailureKind),
}
