//! What was typed as recipients, as mailboxes: an address-list (RFC 5322, section 3.4), also with semicolons or line breaks
//! between its items.
//!
//! More is understood than the standard has: names need no quotes, whatever stands in them but separators, brackets and
//! colons. What is not understood is named, and nothing is guessed: a letter to somebody else is worse than none.

use std::collections::HashSet;
use std::iter::Peekable;
use std::str::Chars;

use idna::AsciiDenyList;
use restante_api::Address;
use restante_api::letter::LetterFault;
use restante_protocol::smtp::Mailbox;
use unicode_normalization::UnicodeNormalization;

use crate::mime;

/// Somebody a letter is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// Display name, on one line; empty where there is none.
    pub name: String,
    /// The mailbox, its domain in A-labels (RFC 5890, section 2.3.2.1).
    pub mailbox: Mailbox,
}

/// The mailboxes of what was typed, each once, in their order; none where nothing was typed. Comments and the names of
/// groups are dropped.
///
/// # Errors
/// [`LetterFault::BadAddress`] with the first item that is no address.
pub fn addresses(typed: &str) -> Result<Vec<Addressee>, LetterFault> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for item in Items::of(typed) {
        let bad = || LetterFault::BadAddress(mime::line(&item.source));
        let addressee = if item.is_broken { None } else { addressee(&item.text) }.ok_or_else(bad)?;
        if seen.insert(addressee.mailbox.clone()) {
            found.push(addressee);
        }
    }
    Ok(found)
}

/// Addresses as somebody would type them, with commas between: [`addresses`] reads them as they are. What is no address
/// stays an item of its own, so that it is seen and can be corrected.
pub fn typed<'a>(people: impl IntoIterator<Item = &'a Address>) -> String {
    let items = people.into_iter().map(|person| {
        let Some(mailbox) = mailbox(&person.address) else {
            let of_structure = |c: char| matches!(c, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\');
            let words = if person.address.is_empty() { &person.name } else { &person.address };
            return super::one_line(&words.replace(of_structure, " "));
        };
        // Its own spelling: a domain is read as it was written.
        let written =
            if mailbox.domain().contains("xn--") { super::one_line(&person.address) } else { mailbox.to_string() };
        match super::one_line(&person.name) {
            name if name.is_empty() => written,
            name => format!("{} <{written}>", phrase(&name)),
        }
    });
    items.filter(|item| !item.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A mailbox that was typed: `local-part@domain`, white space around both allowed (RFC 5322, section 3.2.3).
pub(crate) fn mailbox(typed: &str) -> Option<Mailbox> {
    // What cannot be seen cannot be meant.
    let visible: String = typed.chars().filter(|c| !is_invisible(*c) && !is_joiner(*c)).collect();
    let (local, domain) = visible.rsplit_once('@')?;
    let (local, domain) = (local.trim(), domain.trim());
    let domain = if domain.is_ascii() || domain.starts_with('[') {
        domain.into()
    } else {
        idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL).ok()?
    };
    // RFC 6532, section 3.1: names are compared by octets somewhere.
    format!("{}@{domain}", local.nfc()).parse().ok()
}

/// `mailbox`, or `display-name <mailbox>` (RFC 5322, section 3.4).
fn addressee(item: &str) -> Option<Addressee> {
    let item: String = item.chars().filter(|c| !is_invisible(*c)).collect();
    if item.contains(|c: char| c.is_control() && c != '\t') {
        return None;
    }
    let Some(open) = outside_quotes(&item, '<') else {
        return Some(Addressee { name: String::new(), mailbox: mailbox(&item)? });
    };
    let (name, rest) = (&item[..open], &item[open + 1..]);
    let close = outside_quotes(rest, '>')?;
    let is_name = outside_quotes(name, '>').is_none() && rest[close + 1..].trim().is_empty();
    is_name.then_some(Addressee { name: unquoted(name)?, mailbox: mailbox(&rest[..close])? })
}

/// Where a character stands first that is in no quoted string.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            c if c == wanted && !is_quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// A display name without its quotes. `None` where a quoted string does not end.
fn unquoted(phrase: &str) -> Option<String> {
    let mut name = String::with_capacity(phrase.len());
    let mut is_quoted = false;
    let mut rest = phrase.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => name.push(rest.next()?),
            c => name.push(c),
        }
    }
    (!is_quoted).then(|| super::one_line(&name))
}

/// A display name, in quotes where it has more than words (RFC 5322, section 3.2.3: specials).
fn phrase(name: &str) -> String {
    if name.contains(['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '"']) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}

/// Characters without a glyph, which come along with what is pasted.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Joiners have a meaning in names, in the scripts of Persia and India and between emoji; an address has none.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Something between separators.
#[derive(Default)]
struct Item {
    /// As it was typed.
    source: String,
    /// Without comments.
    text: String,
    /// A comment in it does not end, or ends without having begun.
    is_broken: bool,
}

/// Cuts what was typed at its separators.
struct Items<'a> {
    rest: Peekable<Chars<'a>>,
}

/// What the next character stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Quotes,
    /// A domain literal, or an address in angle brackets: colons stand for no group here.
    Brackets,
    /// So many comments within each other.
    Comment(usize),
}

impl<'a> Items<'a> {
    fn of(typed: &'a str) -> Self {
        Self { rest: typed.chars().peekable() }
    }

    /// A line break ends an item, unless its address is still to come: `Jane Doe`, and in the next line `<jane@example.org>`.
    fn is_folded(&self, item: &Item) -> bool {
        let begins_address = || self.rest.clone().find(|c| !c.is_whitespace()) == Some('<');
        !item.text.contains(['@', '<']) && !item.text.trim().is_empty() && begins_address()
    }
}

impl Iterator for Items<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let mut item = Item::default();
        let mut within = Within::Nothing;
        while let Some(c) = self.rest.next() {
            let breaks_line = matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
            let ends = breaks_line || matches!(c, ',' | ';') && matches!(within, Within::Nothing | Within::Brackets);
            if ends {
                item.is_broken |= matches!(within, Within::Comment(_));
                if breaks_line && within == Within::Nothing && self.is_folded(&item) {
                    while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
                    item.text.push(' ');
                    item.source.push(' ');
                    continue;
                }
                within = Within::Nothing;
                if item.is_empty() {
                    item = Item::default();
                    continue;
                }
                return Some(item);
            }
            item.source.push(c);
            within = match (within, c) {
                (Within::Quotes | Within::Comment(_), '\\') => {
                    // A quoted-pair; of a line break there is none.
                    if let Some(escaped) = self.rest.next_if(|c| !matches!(c, '\n' | '\r')) {
                        item.source.push(escaped);
                        if within == Within::Quotes {
                            item.text.extend(['\\', escaped]);
                        }
                    }
                    within
                }
                (Within::Comment(depth), _) => match (c, depth) {
                    ('(', _) => Within::Comment(depth + 1),
                    (')', 1) => Within::Nothing,
                    (')', _) => Within::Comment(depth - 1),
                    _ => within,
                },
                (Within::Quotes, '"') => item.push(c, Within::Nothing),
                (Within::Quotes, _) => item.push(c, Within::Quotes),
                (_, '"') => item.push(c, Within::Quotes),
                (_, '(') => item.push(' ', Within::Comment(1)),
                (_, ')') => {
                    item.is_broken = true;
                    within
                }
                (_, '[' | '<') => item.push(c, Within::Brackets),
                (_, ']' | '>') => item.push(c, Within::Nothing),
                // The name of a group; its members are items like others.
                (Within::Nothing, ':') if !item.text.contains('@') && !item.text.trim().is_empty() => {
                    item = Item::default();
                    Within::Nothing
                }
                _ => item.push(c, within),
            };
        }
        item.is_broken |= matches!(within, Within::Comment(_));
        (!item.is_empty()).then_some(item)
    }
}

impl Item {
    fn push(&mut self, c: char, within: Within) -> Within {
        self.text.push(c);
        within
    }

    /// A comment alone is no item.
    fn is_empty(&self) -> bool {
        !self.is_broken && self.text.chars().all(|c| c.is_whitespace() || is_invisible(c))
    }
}

#[cfg(test)]
mod tests;
