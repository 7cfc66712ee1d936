//! What came of messages that were to be deleted on the server, and the words for it.

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

    /// What happened, in a sentence or two for a person.
    pub fn words(&self) -> String {
        let agreed = messages(self.agreed);
        let mut words = match &self.end {
            DeletionEnd::NotSent(failure) => {
                return format!("Nothing was deleted on the server: {}", lower(failure.headline()));
            }
            // Where the server was asked for nothing, its answer to QUIT tells nothing.
            _ if self.agreed == 0 => "Nothing was deleted on the server.".into(),
            DeletionEnd::Confirmed => format!("{agreed} {} deleted on the server.", was(self.agreed)),
            DeletionEnd::Denied(said) => format!(
                "The server says that of {agreed} some were not deleted{}. Open the mailbox again to see.",
                quoted(said)
            ),
            DeletionEnd::Unanswered => format!(
                "The server did not confirm that {agreed} {} deleted. Open the mailbox again to see.",
                was(self.agreed)
            ),
        };
        if self.refused > 0 {
            let refused = messages(self.refused);
            words.push_str(&format!(" It refused to delete {refused}{}.", quoted(&self.refusal)));
        }
        if self.unsure > 0 {
            let whether = if self.unsure == 1 { "it is the one" } else { "they are the ones" };
            let (unsure, be) = (messages(self.unsure), was(self.unsure));
            words.push_str(&format!(" {unsure} {be} left alone: it is not certain that {whether} you marked."));
        }
        words
    }
}

fn messages(count: u32) -> String {
    match count {
        1 => "1 message".into(),
        _ => format!("{count} messages"),
    }
}

fn was(count: u32) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// What the other side said, where it said anything.
fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" (“{said}”)") }
}

/// The sentence as the end of another one.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureKind;

    fn deletion(agreed: u32, end: DeletionEnd) -> Deletion {
        Deletion { marked: 3, agreed, refused: 0, refusal: String::new(), unsure: 0, end }
    }

    #[test]
    fn what_the_answer_to_quit_means_is_said() {
        let lost = Failure::new(FailureKind::ConnectionLost, "");
        for (end, words) in [
            (DeletionEnd::Confirmed, "3 messages were deleted on the server."),
            (
                DeletionEnd::Denied("some left".into()),
                "The server says that of 3 messages some were not deleted (“some left”). Open the mailbox again to see.",
            ),
            (
                DeletionEnd::Unanswered,
                "The server did not confirm that 3 messages were deleted. Open the mailbox again to see.",
            ),
            (DeletionEnd::NotSent(Box::new(lost)), "Nothing was deleted on the server: the connection was lost."),
        ] {
            let deletion = deletion(3, end);
            assert_eq!(deletion.words(), words);
            assert_eq!(deletion.is_complete(), deletion.end == DeletionEnd::Confirmed);
        }
    }

    #[test]
    fn what_was_not_deleted_is_said_with_the_reason() {
        let partly =
            Deletion { refused: 1, refusal: "locked".into(), unsure: 1, ..deletion(1, DeletionEnd::Confirmed) };
        assert!(!partly.is_complete());
        assert_eq!(
            partly.words(),
            "1 message was deleted on the server. It refused to delete 1 message (“locked”). 1 message was left alone: it \
             is not certain that it is the one you marked."
        );
        let none = Deletion { refused: 3, ..deletion(0, DeletionEnd::Unanswered) };
        assert_eq!(none.words(), "Nothing was deleted on the server. It refused to delete 3 messages.");
    }
}
