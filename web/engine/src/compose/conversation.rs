//! Where a letter stands in its conversation (RFC 5322, section 3.6.4).

use crate::mime::Original;

/// Message-IDs of References at most. Some conversations never end, and servers bound a header.
const MAX_REFERENCES: usize = 40;

/// Octets of a Message-ID at most: with its name a field's line has 998 (RFC 5322, section 2.1.1).
const MAX_ID: usize = 900;

/// What an answer to the message names as In-Reply-To, and as References.
pub(super) fn answered(original: &Original) -> (Option<String>, Vec<String>) {
    let message_id = original.message_id.clone().filter(|id| is_message_id(id));
    // Where there is no References, In-Reply-To stands for it if it names one message.
    let before = match (&original.references[..], &original.in_reply_to[..]) {
        ([], in_reply_to @ [_]) => in_reply_to,
        (references, _) => references,
    };
    let references = shortened(before.iter().chain(&message_id));
    (message_id, references)
}

/// Of these Message-IDs the first, which began the conversation, and the last ones, those nearest.
pub(super) fn shortened<'a>(ids: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.into_iter().filter(|id| is_message_id(id)).cloned().collect();
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..=ids.len() - MAX_REFERENCES);
    }
    ids
}

/// Whether this can stand in angle brackets. What stands in messages need not look like `left@right`.
pub(super) fn is_message_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_graphic() && !matches!(c, b'<' | b'>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.map(|number| format!("{number}@x")).collect()
    }

    #[test]
    fn an_answer_names_its_message_and_what_that_one_named() {
        let message = |references: &[&str], in_reply_to: &[&str], id: &str| Original {
            references: references.iter().map(ToString::to_string).collect(),
            in_reply_to: in_reply_to.iter().map(ToString::to_string).collect(),
            message_id: Some(id.to_owned()).filter(|id| !id.is_empty()),
            ..Original::default()
        };
        for (original, in_reply_to, references) in [
            (message(&[], &[], "1@x"), Some("1@x"), &["1@x"][..]),
            (message(&["a@x", "b@x"], &["b@x"], "1@x"), Some("1@x"), &["a@x", "b@x", "1@x"]),
            (message(&[], &["b@x"], "1@x"), Some("1@x"), &["b@x", "1@x"]),
            (message(&[], &["b@x", "c@x"], "1@x"), Some("1@x"), &["1@x"]),
            (message(&["a@x"], &[], ""), None, &["a@x"]),
            (message(&[], &[], ""), None, &[]),
            (message(&["a\r\nBcc: b@x", "é@x", "a b@x", "a>b@x", ""], &[], "x\u{0}"), None, &[]),
        ] {
            let (found, all) = answered(&original);
            assert_eq!((found.as_deref(), all), (in_reply_to, references.iter().map(ToString::to_string).collect()));
        }
    }

    #[test]
    fn of_many_references_the_first_and_the_last_stay() {
        assert_eq!(shortened(&ids(0..MAX_REFERENCES)), ids(0..MAX_REFERENCES));
        let kept = shortened(&ids(0..100));
        assert_eq!((kept.len(), kept[0].as_str()), (MAX_REFERENCES, "0@x"));
        assert_eq!(kept[1..], ids(100 - MAX_REFERENCES + 1..100));
        assert_eq!(shortened(&["x".repeat(MAX_ID + 1)]), Vec::<String>::new());
    }
}
