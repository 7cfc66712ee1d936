//! A row of the list, from a header and the first lines of the body.

use mail_parser::{Address as Parsed, HeaderName, Message, MessageParser, MimeHeaders, PartType};

use super::{charset, names, parts, text};
use crate::api::{Address, MessageRef, Row};

/// Characters of a snippet at most.
const SNIPPET: usize = 160;

/// Octets of HTML that a snippet is looked for in at most.
const SNIPPET_SOURCE: usize = 64 << 10;

/// The row of a message, from what TOP or RETR gave of it. `octets`: its size as the server lists it.
pub fn row(number: u32, position: u32, source: &[u8], octets: Option<u64>) -> Row {
    let head = headers(source);
    let mut row = Row {
        position,
        message: MessageRef::top(number),
        from: None,
        subject: String::new(),
        snippet: String::new(),
        date: None,
        octets,
        attachments: false,
        fault: None,
    };
    let Some(message) = MessageParser::default().parse_headers(head.as_ref()) else {
        row.fault = Some("This message has no header.".into());
        return row;
    };
    row.from = sender(&message).into_iter().next();
    row.subject = subject(&message);
    row.date = date(&message);
    row.attachments = message.content_type().is_some_and(|ct| {
        ct.ctype().eq_ignore_ascii_case("multipart") && ct.subtype().is_some_and(|s| s.eq_ignore_ascii_case("mixed"))
            || !["text", "multipart"].iter().any(|kind| ct.ctype().eq_ignore_ascii_case(kind))
    });
    row.snippet = snippet(&source[..source.len().min(SNIPPET_SOURCE)]);
    row
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
        .take(1000)
        .collect()
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

/// The header alone, in UTF-8 whatever it came in.
pub(super) fn headers(source: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    charset::header(&source[..end_of_header(source)])
}

/// Where the empty line after the header ends.
fn end_of_header(source: &[u8]) -> usize {
    let mut line_start = 0;
    for end in memchr::memchr_iter(b'\n', source) {
        if matches!(&source[line_start..end], b"" | b"\r") {
            return end + 1;
        }
        line_start = end + 1;
    }
    source.len()
}

fn snippet(source: &[u8]) -> String {
    let Some(message) = parts::parse(source) else { return String::new() };
    let (text, html) = text::bodies(&message);
    for id in text.into_iter().chain(html) {
        let Some(part) = message.parts.get(id as usize) else { continue };
        let (text, _) = text::of_part(&message, part);
        let text = if matches!(part.body, PartType::Html(_)) || parts::media_type(part) == "text/html" {
            text::of_html(&text)
        } else {
            text
        };
        let snippet = names::line(&without_quotes(&text));
        if !snippet.is_empty() {
            let end = snippet.char_indices().nth(SNIPPET).map_or(snippet.len(), |(at, _)| at);
            return snippet[..end].to_owned();
        }
    }
    String::new()
}

/// What the sender wrote, without the lines quoted from others.
fn without_quotes(text: &str) -> String {
    let own: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
    own.join("\n")
}
