//! Questions and answers by name: what was asked can be answered, overtaken and taken back.

use serde::{Deserialize, Serialize};

use super::{Request, Update, keep};

/// Names a question of the page. Each is used once in the life of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct CallId(pub u32);

/// What crosses from the page to the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Call {
    /// A question.
    Ask {
        /// Its name.
        id: CallId,
        /// What is asked.
        request: Request,
    },
    /// Nobody waits for the answer any more. There will be none, unless it is on its way already.
    Cancel {
        /// The question.
        id: CallId,
    },
}

/// What crosses from the engine to the page: the answer, or a part of it, to this question. What happens to a session
/// answers [`Request::Open`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The question.
    pub to: CallId,
    /// What is told.
    pub update: Update,
}

impl Reply {
    /// Takes out what is too large for a codec: a file's bytes, which cross as one block beside the rest.
    pub fn take_block(&mut self) -> Option<Vec<u8>> {
        self.block().map(std::mem::take)
    }

    /// Puts the block back in. A reply that has no place for one leaves it out.
    pub fn put_block(&mut self, block: Vec<u8>) {
        if let Some(place) = self.block() {
            *place = block;
        }
    }

    fn block(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.update {
            Update::Attachment { bytes, .. } => Some(bytes),
            Update::Source(source) | Update::Archive(source) => Some(&mut source.bytes),
            Update::Keep(keep::Answer::Piece { octets, .. }) => Some(octets),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MessageRef, PartId, Source};

    #[test]
    fn files_cross_beside_the_rest_and_nothing_else_does() {
        let message = MessageRef::top(1);
        let (name, media_type) = (String::from("a"), String::from("b/c"));
        let file =
            Update::Attachment { message: message.clone(), part: PartId(1), name, media_type, bytes: vec![7; 9] };
        let source = Update::Source(Box::new(Source { message, name: "s.eml".into(), bytes: vec![8; 3] }));
        for (update, octets) in [(file, Some(9)), (source, Some(3)), (Update::Closed, None)] {
            let whole = Reply { to: CallId(4), update };
            let mut reply = whole.clone();
            let block = reply.take_block();
            assert_eq!(block.as_ref().map(Vec::len), octets);
            assert_eq!(reply.take_block().unwrap_or_default(), b"");
            if let Some(block) = block {
                reply.put_block(block);
            }
            assert_eq!(reply, whole);
        }
    }
}
