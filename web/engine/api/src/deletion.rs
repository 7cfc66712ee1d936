//! What came of messages that were to be deleted on the server.

use serde::{Deserialize, Serialize};

use super::Failure;

/// What became of the messages that were marked in a preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deletion {
    /// Messages that were marked.
    pub marked: u32,
    /// Messages whose deletion the server agreed to, to be carried out with QUIT.
    pub agreed: u32,
    /// Messages that the server refused to delete.
    pub refused: u32,
    /// What the server said to the first of those.
    pub refusal: String,
    /// Messages for which nothing was asked: it was not certain that they are the ones that were marked.
    pub unsure: u32,
    /// How the session ended.
    pub end: DeletionEnd,
}

/// How a session that deletes has ended. Until QUIT nothing is deleted (RFC 1939, section 6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DeletionEnd {
    /// QUIT was answered with +OK: what was agreed to is deleted.
    Confirmed,
    /// QUIT was answered with -ERR, and this text: some messages were not deleted, and nobody knows which.
    Denied(String),
    /// QUIT was sent, and its answer did not come: they may be deleted, or not.
    Unanswered,
    /// QUIT was not sent: nothing is deleted.
    NotSent(Box<Failure>),
}

impl Deletion {
    /// Whether everything that was marked is deleted.
    pub fn is_complete(&self) -> bool {
        self.end == DeletionEnd::Confirmed && self.agreed == self.marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_complete_where_the_server_confirmed_all_of_it() {
        let deletion = |agreed, end| Deletion { marked: 3, agreed, refused: 0, refusal: String::new(), unsure: 0, end };
        assert!(deletion(3, DeletionEnd::Confirmed).is_complete());
        for incomplete in [deletion(2, DeletionEnd::Confirmed), deletion(3, DeletionEnd::Unanswered)] {
            assert!(!incomplete.is_complete());
        }
    }
}
