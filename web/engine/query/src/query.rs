//! What somebody types to search: words, quoted phrases, and `from:`, `to:`, `subject:`, `has:attachment`, `is:unread`,
//! `is:starred`, `before:`, `after:`, `larger:`, `in:`; a `-` in front excludes.

use std::ops::Range;
use std::str::FromStr;

use restante_api::keep::Role;

use crate::words;

/// A query, understood. Words are found in any order; the last one also by its beginning, so that it finds as one types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    conditions: Vec<Condition>,
}

/// What cannot be understood of a query, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// A day that is none, or not written as `2026-11-28`.
    #[error("{0:?} is not a day: write it as 2026-11-28")]
    Day(String),
    /// A size that is none: digits, perhaps with K, M or G.
    #[error("{0:?} is not a size: write it as 500K or 2M")]
    Size(String),
    /// `has:` or `is:` with a word that they do not know.
    #[error("{0:?} is not known here: try has:attachment, is:unread, is:starred")]
    Mark(String),
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where they are looked for; `None`: everywhere.
    pub field: Option<Field>,
    /// The words, as [`words::tokens`] gives them.
    pub tokens: Vec<String>,
    /// The same, as they are compared.
    pub(crate) folded: Vec<String>,
    /// What has them is not wanted.
    pub is_excluded: bool,
    /// The last word is found by its beginning too.
    pub is_open: bool,
}

/// Where words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `from:`, the sender's name and address.
    Sender,
    /// `to:`, those of the recipients.
    Recipients,
    /// `subject:`.
    Subject,
}

/// What else must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What.
    pub what: What,
    /// It must not.
    pub is_excluded: bool,
}

/// What is known of a message beside its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `before:`, seconds since 1970-01-01 UTC: it is earlier.
    Before(i64),
    /// `after:`, seconds since 1970-01-01 UTC: it is of then, or later.
    After(i64),
    /// `larger:`, octets: it has more.
    Larger(u64),
    /// `in:` and a folder's role.
    InRole(Role),
    /// `in:` and the name of a folder of one's own.
    InOwn(String),
    /// `has:attachment`.
    Attachment,
    /// `is:read`, or `is:unread` where it is false.
    Read(bool),
    /// `is:starred`.
    Starred,
}

impl FromStr for Query {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        let mut query = Self::default();
        for (at, piece) in pieces(text) {
            let is_last = at.end == text.len();
            query.take(piece, is_last)?;
        }
        Ok(query)
    }
}

impl Query {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.conditions.is_empty()
    }

    /// The words it asks for.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What it asks for beside words.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Where the query's words stand in a text that was found, in octets, to mark them.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let wanted: Vec<_> = self.terms.iter().filter(|term| !term.is_excluded).collect();
        let (found, places): (Vec<String>, Vec<Range<usize>>) = spans(text).into_iter().unzip();
        let mut marks: Vec<Range<usize>> = Vec::new();
        for at in 0..found.len() {
            for term in wanted.iter().filter(|term| term.is_at(&found[at..])) {
                let range = places[at].start..places[at + term.tokens.len() - 1].end;
                match marks.last_mut() {
                    Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                    _ => marks.push(range),
                }
            }
        }
        marks
    }

    fn take(&mut self, piece: &str, is_last: bool) -> Result<(), BadQuery> {
        let (is_excluded, bare) = match piece.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, piece),
        };
        let (name, value) = match bare.split_once(':') {
            Some((name, value)) if !value.is_empty() => (name.to_ascii_lowercase(), value),
            _ => (String::new(), bare),
        };
        let plain = unquoted(value);
        let field = match name.as_str() {
            "from" => Some(Field::Sender),
            "to" => Some(Field::Recipients),
            "subject" => Some(Field::Subject),
            _ => None,
        };
        if field.is_some() {
            self.term(field, value, is_excluded, is_last);
            return Ok(());
        }
        let what = match name.as_str() {
            "before" => What::Before(day(plain)?),
            "after" => What::After(day(plain)?),
            "larger" => What::Larger(size(plain)?),
            "in" => match plain.to_ascii_lowercase().as_str() {
                "inbox" => What::InRole(Role::Inbox),
                "archive" => What::InRole(Role::Archive),
                "deleted" => What::InRole(Role::Deleted),
                "sent" => What::InRole(Role::Sent),
                _ => What::InOwn(plain.to_owned()),
            },
            "has" | "is" => match (name.as_str(), plain.to_ascii_lowercase().as_str()) {
                ("has", "attachment" | "attachments") => What::Attachment,
                ("is", "unread") => What::Read(false),
                ("is", "read") => What::Read(true),
                ("is", "starred") => What::Starred,
                _ => return Err(BadQuery::Mark(bare.to_owned())),
            },
            // A colon as in `Re:` or a time of day is part of what is looked for.
            _ => {
                self.term(None, bare, is_excluded, is_last);
                return Ok(());
            }
        };
        self.conditions.push(Condition { what, is_excluded });
        Ok(())
    }

    fn term(&mut self, field: Option<Field>, text: &str, is_excluded: bool, is_last: bool) {
        // What is left out must not grow and shrink with each letter.
        let is_open = is_last && !is_excluded && !text.contains('"');
        let tokens = words::tokens(text);
        if !tokens.is_empty() {
            let folded = tokens.iter().map(|token| words::fold(token)).collect();
            self.terms.push(Term { field, tokens, folded, is_excluded, is_open });
        }
    }
}

/// The text at its blanks, except within quotes, with where each piece lies.
fn pieces(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut pieces = Vec::new();
    let (mut start, mut is_quoted) = (None, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        if c.is_whitespace() && !is_quoted {
            if let Some(start) = start.take() {
                pieces.push((start..at, &text[start..at]));
            }
        } else {
            start.get_or_insert(at);
        }
    }
    if let Some(start) = start {
        pieces.push((start..text.len(), &text[start..]));
    }
    pieces
}

fn unquoted(text: &str) -> &str {
    text.trim_matches('"')
}

/// The words of a text, folded, with where they lie in it.
fn spans(text: &str) -> Vec<(String, Range<usize>)> {
    let mut spans = Vec::new();
    let mut start = None;
    let mut put = |range: Range<usize>| {
        // What is folded loses its place, so it is folded piece by piece.
        let tokens = words::tokens(&text[range.clone()]);
        if tokens.len() <= 1 {
            spans.extend(tokens.into_iter().map(|token| (words::fold(&token), range.clone())));
            return;
        }
        let characters: Vec<_> = text[range.clone()].char_indices().collect();
        for (n, (at, _)) in characters.iter().enumerate() {
            let end = characters.get(n + 1).map_or(range.len(), |(at, _)| *at);
            let range = range.start + at..range.start + end;
            spans.extend(
                words::tokens(&text[range.clone()]).into_iter().map(|token| (words::fold(&token), range.clone())),
            );
        }
    };
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || c.is_ascii_punctuation() {
            if let Some(start) = start.take() {
                put(start..at);
            }
        } else {
            start.get_or_insert(at);
        }
    }
    if let Some(start) = start {
        put(start..text.len());
    }
    spans
}

/// Midnight UTC of a day.
fn day(text: &str) -> Result<i64, BadQuery> {
    let bad = || BadQuery::Day(text.to_owned());
    let numbers: Vec<i64> = text.split('-').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
    let [year @ 1..=9999, month @ 1..=12, day @ 1..=31] = numbers[..] else { return Err(bad()) };
    // Days from the civil calendar, counted in years that begin in March, so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719_468;
    let length = [
        31,
        if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    if usize::try_from(month - 1).ok().and_then(|month| length.get(month)).is_none_or(|length| day > *length) {
        return Err(bad());
    }
    Ok(days * 86_400)
}

/// Octets: digits, perhaps with K, M or G (of 1,024).
fn size(text: &str) -> Result<u64, BadQuery> {
    let upper = text.trim_end_matches(['b', 'B']).to_ascii_uppercase();
    let (digits, unit) = match upper.as_bytes().last() {
        Some(b'K') => (&upper[..upper.len() - 1], 1 << 10),
        Some(b'M') => (&upper[..upper.len() - 1], 1 << 20),
        Some(b'G') => (&upper[..upper.len() - 1], 1 << 30),
        _ => (&upper[..], 1),
    };
    let number: u64 = digits.parse().map_err(|_| BadQuery::Size(text.to_owned()))?;
    number.checked_mul(unit).ok_or_else(|| BadQuery::Size(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_sizes_and_marks_are_checked() {
        assert_eq!(day("1970-01-02"), Ok(86_400));
        assert_eq!(day("2000-02-29"), Ok(951_782_400));
        for wrong in ["2026-02-29", "2026-13-01", "26", "2026-1-", "today", "0-1-1"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
        assert_eq!(size("2M"), Ok(2 << 20));
        assert_eq!(size("500kb"), Ok(500 << 10));
        assert!(size("much").is_err() && size("-1").is_err() && size("9999999999999G").is_err());
        assert_eq!("has:wings".parse::<Query>(), Err(BadQuery::Mark("has:wings".into())));
    }

    #[test]
    fn what_was_found_is_marked_where_it_stands() {
        let marked = |query: &str, text: &str| -> Vec<String> {
            let query: Query = query.parse().unwrap();
            query.marks(text).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(marked("harb", "The Harbour, at the harbour's edge"), ["Harbour", "harbour"]);
        assert_eq!(marked("\"old map\"", "an old map of old maps"), ["old map"]);
        assert_eq!(marked("京タ", "東京タワー"), ["京タ"]);
        assert_eq!(marked("-no yes", "no yes"), ["yes"]);
        assert_eq!(marked("cafe", "Un café, des Cafés"), ["café", "Cafés"]);
    }
}
