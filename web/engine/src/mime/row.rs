//! A row of the list, from a header and the first lines of the body.

use mail_parser::{Address as Parsed, HeaderName, Message};
use restante_api::{Address, Flaw, MessageRef, Row};

use super::head::{self, Head};
use super::structure::Structure;
use super::{bodies, html_text, names, text};

/// Characters of a snippet at most.
const SNIPPET: usize = 160;

/// Octets of text that a snippet is made from at least, where there are as many; newsletters begin with much white space.
const MAX_OWN: usize = 4096;

/// Addresses of a field that are shown at most.
const MAX_ADDRESSES: usize = 1000;

/// The row of a message, from what TOP or RETR gave of it, and the names and addresses of those it is to. `octets`: its size
/// as the server lists it.
pub fn row(number: u32, position: u32, source: Head, octets: Option<u64>) -> (Row, String) {
    let mut row = Row { octets, ..Row::new(position, MessageRef::top(number)) };
    let Some(source) = source.into_message() else {
        row.fault = Some(Flaw::NoHeader);
        return (row, String::new());
    };
    let mut recipients = String::new();
    let header = Head::of(&source).0.header();
    if let Some(message) = head::parsed(&header) {
        row.from = sender(&message).into_iter().next();
        row.subject = subject(&message);
        row.date = date(&message);
        recipients = self::recipients(&message);
    }
    let structure = Structure::of(&source);
    let kind = structure.parts[0].media_type.as_str();
    row.attachments = kind == "multipart/mixed" || !["text/", "multipart/"].iter().any(|start| kind.starts_with(start));
    row.snippet = snippet(&structure);
    (row, recipients)
}

/// From, or Sender where there is no From.
pub(super) fn sender(message: &Message<'_>) -> Vec<Address> {
    let from = addresses(message.from());
    if from.is_empty() { addresses(message.sender()) } else { from }
}

pub(super) fn addresses(parsed: Option<&Parsed<'_>>) -> Vec<Address> {
    let Some(parsed) = parsed else { return Vec::new() };
    parsed
        .iter()
        .map(|address| Address {
            name: names::line(address.name().unwrap_or_default()),
            address: names::line(address.address().unwrap_or_default()),
        })
        .filter(|address| !(address.name.is_empty() && address.address.is_empty()))
        .take(MAX_ADDRESSES)
        .collect()
}

/// Names and addresses of To, Cc and Bcc.
pub(super) fn recipients(message: &Message<'_>) -> String {
    let fields = [message.to(), message.cc(), message.bcc()];
    fields.into_iter().flat_map(addresses).map(|Address { name, address }| format!("{name} {address} ")).collect()
}

pub(super) fn subject(message: &Message<'_>) -> String {
    names::line(message.subject().unwrap_or_default())
}

/// Date, or the day of arrival where the sender set none.
pub(super) fn date(message: &Message<'_>) -> Option<i64> {
    let written = message.date().filter(|date| date.is_valid()).map(|date| date.to_timestamp());
    written.or_else(|| {
        let received = message.header(HeaderName::Received)?.as_received()?.date()?;
        received.is_valid().then(|| received.to_timestamp())
    })
}

pub(super) fn snippet(structure: &Structure<'_>) -> String {
    let bodies = bodies::sort(structure);
    for part in bodies.text.iter().chain(&bodies.html).filter_map(|id| structure.part(*id)) {
        let read = text::of_part(structure, part, usize::MAX);
        let text = if part.is_html() { html_text::of_html(&read.text) } else { read.text };
        let snippet = snippet_of(&text);
        if !snippet.is_empty() {
            return snippet;
        }
    }
    String::new()
}

/// The beginning of a text, white space folded.
pub(super) fn snippet_of(text: &str) -> String {
    let snippet = names::line(&without_quotes(text));
    let end = snippet.char_indices().nth(SNIPPET).map_or(snippet.len(), |(at, _)| at);
    snippet[..end].to_owned()
}

/// The beginning of what the sender wrote, without the lines quoted from others: more than a snippet shows.
fn without_quotes(text: &str) -> String {
    let mut own = String::new();
    for line in text.lines().filter(|line| !line.starts_with('>')) {
        for word in line.split_whitespace().filter(|word| !word.chars().all(is_unseen)) {
            own.push_str(word);
            own.push(' ');
        }
        if own.len() > MAX_OWN {
            break;
        }
    }
    own
}

/// Characters that take no room. Newsletters fill the line behind their first words with them, so that nothing else is shown
/// there; within a word they join letters or part them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}')
}
