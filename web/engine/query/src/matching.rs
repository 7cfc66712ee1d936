//! A query compared with a message that is in no index.

use restante_api::keep::Role;

use crate::{Field, Query, Term, What, words};

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The sender's name and address.
    pub sender: &'a str,
    /// The recipients' names and addresses.
    pub recipients: &'a str,
    /// Subject, decoded.
    pub subject: &'a str,
    /// The text, or its beginning.
    pub text: &'a str,
    /// Seconds since 1970-01-01 UTC.
    pub date: Option<i64>,
    /// Octets of the message.
    pub octets: Option<u64>,
    /// Whether it has attachments.
    pub has_attachments: bool,
    /// Whether it was read.
    pub is_read: bool,
}

impl Term {
    /// Whether these folded words begin with the term's.
    pub(crate) fn is_at(&self, text: &[String]) -> bool {
        let Some((last, others)) = self.folded.split_last() else { return false };
        let Some((words, rest)) = text.split_at_checked(others.len()) else { return false };
        let is_last = |word: &String| if self.is_open { word.starts_with(last.as_str()) } else { word == last };
        words == others && rest.first().is_some_and(is_last)
    }

    fn is_in(&self, text: &[String]) -> bool {
        (0..text.len()).any(|at| self.is_at(&text[at..]))
    }
}

impl Query {
    /// Whether a message in the inbox is one that the query asks for, as far as it is known. What is not known does not fit.
    pub fn fits(&self, message: &Message<'_>) -> bool {
        let holds = |what: &What| match what {
            What::Before(at) => message.date.is_some_and(|date| date < *at),
            What::After(at) => message.date.is_some_and(|date| date >= *at),
            What::Larger(octets) => message.octets.is_some_and(|size| size > *octets),
            What::InRole(role) => *role == Role::Inbox,
            What::InOwn(_) | What::Starred => false,
            What::Attachment => message.has_attachments,
            What::Read(read) => message.is_read == *read,
        };
        if self.conditions().iter().any(|condition| holds(&condition.what) == condition.is_excluded) {
            return false;
        }
        if self.terms().is_empty() {
            return true;
        }
        let folded = |text: &str| words::tokens(text).iter().map(|word| words::fold(word)).collect::<Vec<_>>();
        let fields = [
            (Some(Field::Sender), folded(message.sender)),
            (Some(Field::Recipients), folded(message.recipients)),
            (Some(Field::Subject), folded(message.subject)),
            (None, folded(message.text)),
        ];
        self.terms().iter().all(|term| {
            let within = |(field, text): &(Option<Field>, Vec<String>)| {
                (term.field.is_none() || term.field == *field) && term.is_in(text)
            };
            fields.iter().any(within) != term.is_excluded
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: Message<'_> = Message {
        sender: "Ana Müller ana@example.org",
        recipients: "Bo <bo@example.net>",
        subject: "The old harbour, 東京タワー",
        text: "We met at the lighthouse.",
        date: Some(1_790_000_000),
        octets: Some(2000),
        has_attachments: true,
        is_read: false,
    };

    #[test]
    fn a_query_fits_as_it_does_in_the_index() {
        let fits = |query: &str| query.parse::<Query>().unwrap().fits(&MESSAGE);
        for query in [
            "harb",
            "HARBOUR ana",
            "from:muller",
            "to:bo",
            "subject:\"old harbour\"",
            "lighthouse -spam",
            "タワ",
            "has:attachment",
            "larger:1K",
            "after:2026-01-01",
            "-before:2026-01-01",
            "in:inbox",
            "is:unread",
            "-spam",
            "ana@example.org",
        ] {
            assert!(fits(query), "{query}");
        }
        for query in [
            "harb light x",
            "from:bo",
            "subject:lighthouse",
            "\"harbour old\"",
            "-ana",
            "-has:attachment",
            "larger:2K",
            "before:2026-01-01",
            "in:archive",
            "in:own",
            "is:read",
            "is:starred",
            "harb we",
            "ワタ",
        ] {
            // The last word alone is open.
            assert!(!fits(query), "{query}");
        }
        let unknown = Message { date: None, octets: None, ..MESSAGE };
        let fits = |query: &str| query.parse::<Query>().unwrap().fits(&unknown);
        assert!(!fits("before:2030-01-01") && !fits("after:2000-01-01") && !fits("larger:1"));
    }
}
