//! What somebody types to search: words, quoted phrases, and `from:`, `to:`, `subject:`, `has:attachment`, `is:unread`,
//! `is:starred`, `before:`, `after:`, `larger:`, `in:`; a `-` in front excludes.

use std::ops::Range;
use std::str::FromStr;

use rusqlite::types::Value;

use crate::folders::role_name;
use crate::{Role, words};

/// A query, understood. Words are found in any order; the last one also by its beginning, so that it finds as one types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    conditions: Vec<(String, Vec<Value_>)>,
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

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    column: Option<&'static str>,
    tokens: Vec<String>,
    is_excluded: bool,
    /// Found by its beginning.
    is_open: bool,
}

/// rusqlite's values know no `Eq`, for floats are among them; none are here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value_ {
    Number(i64),
    Text(String),
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

    /// Where the query's words stand in a text that was found, in octets, to mark them.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let wanted: Vec<_> = self.terms.iter().filter(|term| !term.is_excluded).collect();
        let found = spans(text);
        let mut marks: Vec<Range<usize>> = Vec::new();
        for at in 0..found.len() {
            for term in &wanted {
                let fits = term.tokens.iter().enumerate().all(|(n, token)| {
                    let is_end = n + 1 == term.tokens.len();
                    found.get(at + n).is_some_and(|(word, _)| {
                        if is_end && term.is_open { word.starts_with(token.as_str()) } else { word == token }
                    })
                });
                if !fits || term.tokens.is_empty() {
                    continue;
                }
                let range = found[at].1.start..found[at + term.tokens.len() - 1].1.end;
                match marks.last_mut() {
                    Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                    _ => marks.push(range),
                }
            }
        }
        marks
    }

    /// The query in FTS5's own language, where it has words.
    pub(crate) fn expression(&self) -> Option<String> {
        let (within, without) = self.written()?;
        Some(format!("({within}){without}"))
    }

    /// The same, of the messages alone that have all of the words in the sender's name and the subject.
    pub(crate) fn prominent(&self) -> Option<String> {
        let (within, without) = self.written()?;
        Some(format!("({{sender subject}} : ({within})){without}"))
    }

    /// What a message must have, and what it must not.
    fn written(&self) -> Option<(String, String)> {
        let write = |term: &Term| {
            let phrase = format!("\"{}\"{}", term.tokens.join(" "), if term.is_open { "*" } else { "" });
            term.column.map_or(phrase.clone(), |column| format!("{column} : {phrase}"))
        };
        let (out, within): (Vec<_>, Vec<_>) = self.terms.iter().partition(|term| term.is_excluded);
        if within.is_empty() {
            return None;
        }
        let within = within.into_iter().map(write).collect::<Vec<_>>().join(" AND ");
        let out = out.into_iter().map(|term| format!(" NOT ({})", write(term))).collect::<String>();
        Some((within, out))
    }

    /// What else must hold, as SQL on `message m`, and the values in it.
    pub(crate) fn conditions(&self) -> (Vec<&str>, Vec<Value>) {
        let mut sql: Vec<&str> = self.conditions.iter().map(|(sql, _)| sql.as_str()).collect();
        let mut values: Vec<Value> = Vec::new();
        for value in self.conditions.iter().flat_map(|(_, values)| values) {
            values.push(match value {
                Value_::Number(number) => Value::Integer(*number),
                Value_::Text(text) => Value::Text(text.clone()),
            });
        }
        // Only exclusions: no expression takes them, so they are looked up by themselves.
        if self.expression().is_none() {
            for term in &self.terms {
                sql.push("m.id NOT IN (SELECT rowid FROM search WHERE search MATCH ?)");
                let phrase = format!("\"{}\"", term.tokens.join(" "));
                values.push(Value::Text(term.column.map_or(phrase.clone(), |column| format!("{column} : {phrase}"))));
            }
        }
        (sql, values)
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
        match name.as_str() {
            "from" => self.term(Some("sender"), value, is_excluded, is_last),
            "to" => self.term(Some("recipients"), value, is_excluded, is_last),
            "subject" => self.term(Some("subject"), value, is_excluded, is_last),
            "before" => self.condition(is_excluded, "m.date < ?", vec![Value_::Number(day(plain)?)]),
            "after" => self.condition(is_excluded, "m.date >= ?", vec![Value_::Number(day(plain)?)]),
            "larger" => self.condition(is_excluded, "m.octets > ?", vec![Value_::Number(size(plain)?)]),
            "in" => {
                let role = [Role::Inbox, Role::Archive, Role::Deleted].map(role_name);
                let role = role.into_iter().find(|role| role.eq_ignore_ascii_case(plain)).unwrap_or("own");
                let sql = "m.folder_id IN (SELECT id FROM folder WHERE role = ? AND (role <> 'own' OR name = ? COLLATE NOCASE))";
                self.condition(is_excluded, sql, vec![Value_::Text(role.into()), Value_::Text(plain.into())]);
            }
            "has" | "is" => {
                let sql = match (name.as_str(), plain.to_ascii_lowercase().as_str()) {
                    ("has", "attachment" | "attachments") => "m.has_attachments",
                    ("is", "unread") => "NOT m.is_read",
                    ("is", "read") => "m.is_read",
                    ("is", "starred") => "m.is_starred",
                    _ => return Err(BadQuery::Mark(bare.to_owned())),
                };
                self.condition(is_excluded, sql, Vec::new());
            }
            // A colon as in `Re:` or a time of day is part of what is looked for.
            _ => self.term(None, bare, is_excluded, is_last),
        }
        Ok(())
    }

    fn term(&mut self, column: Option<&'static str>, text: &str, is_excluded: bool, is_last: bool) {
        let is_open = is_last && !text.contains('"');
        let tokens = words::tokens(text);
        if !tokens.is_empty() {
            self.terms.push(Term { column, tokens, is_excluded, is_open });
        }
    }

    fn condition(&mut self, is_excluded: bool, sql: &str, values: Vec<Value_>) {
        let sql = if is_excluded { format!("NOT ({sql})") } else { sql.to_owned() };
        self.conditions.push((sql, values));
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

/// The words of a text with where they lie in it.
fn spans(text: &str) -> Vec<(String, Range<usize>)> {
    let mut spans = Vec::new();
    let mut start = None;
    let mut put = |range: Range<usize>| {
        // What is folded loses its place, so it is folded piece by piece.
        let tokens = words::tokens(&text[range.clone()]);
        if tokens.len() <= 1 {
            spans.extend(tokens.into_iter().map(|token| (token, range.clone())));
            return;
        }
        let characters: Vec<_> = text[range.clone()].char_indices().collect();
        for (n, (at, _)) in characters.iter().enumerate() {
            let end = characters.get(n + 1).map_or(range.len(), |(at, _)| *at);
            let range = range.start + at..range.start + end;
            spans.extend(words::tokens(&text[range.clone()]).into_iter().map(|token| (token, range.clone())));
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
fn size(text: &str) -> Result<i64, BadQuery> {
    let upper = text.trim_end_matches(['b', 'B']).to_ascii_uppercase();
    let (digits, unit) = match upper.as_bytes().last() {
        Some(b'K') => (&upper[..upper.len() - 1], 1 << 10),
        Some(b'M') => (&upper[..upper.len() - 1], 1 << 20),
        Some(b'G') => (&upper[..upper.len() - 1], 1 << 30),
        _ => (&upper[..], 1),
    };
    let number: i64 = digits.parse().map_err(|_| BadQuery::Size(text.to_owned()))?;
    number.checked_mul(unit).filter(|octets| *octets >= 0).ok_or_else(|| BadQuery::Size(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_columns_become_one_expression() {
        let query: Query = "harbour \"old map\" from:ana -subject:spam wal".parse().unwrap();
        let expression = query.expression().unwrap();
        assert_eq!(
            expression,
            "(\"harbour\" AND \"old map\" AND sender : \"ana\" AND \"wal\"*) NOT (subject : \"spam\")"
        );
    }

    #[test]
    fn what_is_typed_cannot_leave_its_quotes() {
        for text in ["\"", "a\"b OR c", "NEAR(a b)", "a* ^b", "'; DROP TABLE message; --", "from:\"", "{sender} : x"] {
            let query: Query = text.parse().unwrap();
            let expression = query.expression().unwrap_or_default();
            let inside: String = expression.split('"').skip(1).step_by(2).collect();
            assert!(inside.chars().all(|c| c.is_alphanumeric() || c == ' '), "{text}: {expression}");
        }
    }

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
    }
}
