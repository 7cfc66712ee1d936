//! What the page may ask of a message whose octets are here, and the answer.

use restante_api::{Failure, FailureKind, MessageRef, PartId, Source, Update};

use crate::mime;

/// What is asked of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To read it.
    Read,
    /// A part of it as a file.
    Fetch(PartId),
    /// All its attachments in an archive.
    FetchAll,
    /// Its octets.
    Source,
}

impl Wish {
    /// The answer, out of the message's octets.
    pub(crate) fn answer(self, message: &MessageRef, octets: &[u8]) -> Update {
        let update = match self {
            Self::Read => mime::view(message, octets).map(|view| Update::Message(Box::new(view))),
            Self::Fetch(part) => mime::part(message, part, octets).map(|found| Update::Attachment {
                message: message.clone(),
                part,
                name: found.name,
                media_type: found.media_type,
                bytes: found.bytes,
            }),
            Self::FetchAll => mime::archive(message, octets)
                .map(|(name, bytes)| Update::Archive(Box::new(Source { message: message.clone(), name, bytes }))),
            Self::Source => mime::source(message, octets)
                .map(|(name, bytes)| Update::Source(Box::new(Source { message: message.clone(), name, bytes }))),
        };
        update.unwrap_or_else(|| {
            let detail = "there is no such part in this message";
            failed(message, Failure::new(FailureKind::NoSuchMessage, detail))
        })
    }
}

/// The answer where there is none.
pub(crate) fn failed(message: &MessageRef, failure: Failure) -> Update {
    Update::MessageFailed { message: message.clone(), failure: Box::new(failure) }
}
