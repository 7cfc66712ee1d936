//! What a message says of itself for lists, threads and search: its row, the people, the text of all its parts, and the
//! names of its attachments. Messages within the message count, as deep and as many as are bounded here.

use std::borrow::Cow;

use mail_parser::{HeaderValue, Message};
use restante_api::Address;
use restante_store::Summary;

use super::head::{self, Head};
use super::structure::Structure;
use super::{bodies, html_text, row, text};

/// Octets of a message that its summary is made from at most. What lies behind is kept, and not searched.
pub const MAX_SUMMARY: usize = 8 << 20;

/// Bytes of text that are gathered at most.
const MAX_TEXT: usize = 4 << 20;

/// Message-IDs of References that count, from its end.
const MAX_REFERENCES: usize = 200;

/// Messages within the message that are looked into at most.
const MAX_NESTED: usize = 32;

/// The summary of a message, or of its header alone.
pub fn summary(source: &[u8]) -> Summary {
    let source = &source[..source.len().min(MAX_SUMMARY)];
    let mut summary = Summary::default();
    let header = Head::of(source).0.header();
    if let Some(message) = head::parsed(&header) {
        people_and_thread(&message, &mut summary);
    }
    gather(source, &mut summary);
    summary
}

fn people_and_thread(message: &Message<'_>, summary: &mut Summary) {
    if let Some(Address { name, address }) = row::sender(message).into_iter().next() {
        (summary.from_name, summary.from_address) = (name, address);
    }
    summary.recipients = row::recipients(message);
    summary.subject = row::subject(message);
    summary.date = row::date(message);
    summary.message_id = message.message_id().unwrap_or_default().to_owned();
    let mut references = ids(message.references());
    references.drain(..references.len().saturating_sub(MAX_REFERENCES));
    references.extend(ids(message.in_reply_to()).into_iter().take(MAX_REFERENCES));
    summary.references = references;
}

/// The Message-IDs of a header field.
pub(super) fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Texts, and the names of files; without recursion, for messages nest as deep as their sender likes.
fn gather(source: &[u8], summary: &mut Summary) {
    let mut messages = vec![Cow::Borrowed(source)];
    let mut at = 0;
    while let Some(octets) = messages.get_mut(at).map(std::mem::take) {
        let structure = Structure::of(&octets);
        let bodies = bodies::sort(&structure);
        for part in bodies.text.iter().filter_map(|id| structure.part(*id)) {
            let room = MAX_TEXT.saturating_sub(summary.text.len());
            let read = text::of_part(&structure, part, room).text;
            let read = if part.is_html() { html_text::of_html(&read) } else { read };
            if at == 0 && summary.snippet.is_empty() {
                summary.snippet = row::snippet_of(&read);
            }
            summary.text.push_str(&read);
            summary.text.push('\n');
        }
        if at == 0 && summary.snippet.is_empty() {
            // The other form of the text may say more.
            summary.snippet = row::snippet(&structure);
        }
        for part in bodies.files.iter().filter_map(|id| structure.part(*id)) {
            // A picture that the text shows in its place is no attachment.
            summary.has_attachments |= at == 0 && part.content_id.is_none();
            if let Some(name) = &part.name {
                summary.attachments.push_str(&format!("{name} "));
            }
            if part.is_message() && messages.len() < MAX_NESTED {
                let nested = Cow::Owned(structure.decoded(part, MAX_SUMMARY).octets.into_owned());
                if let Some(message) = head::parsed(&Head::of(&nested).0.header()) {
                    summary.text.push_str(&format!("{}\n", row::subject(&message)));
                }
                messages.push(nested);
            }
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_texts_people_and_names_are_gathered() {
        let source =
            b"From: Ana <ana@x>\r\nTo: Bo <bo@y>, cy@z\r\nCc: Dee <dee@w>\r\nSubject: the map\r\nMessage-ID: <1@x>\r\n\
            References: <a@x> <b@x>\r\nIn-Reply-To: <b@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\n\r\nplain words\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>marked <b>words</b></p>\r\n\
            --b\r\nContent-Type: application/pdf; name=chart.pdf\r\nContent-Disposition: attachment\r\n\r\nxx\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner subject\r\n\r\ninner words\r\n--b--\r\n";
        let summary = summary(source);
        assert_eq!((summary.from_name.as_str(), summary.from_address.as_str()), ("Ana", "ana@x"));
        for word in ["bo@y", "cy@z", "Dee"] {
            assert!(summary.recipients.contains(word), "{word}");
        }
        for words in ["plain words", "marked words", "inner subject", "inner words"] {
            assert!(summary.text.contains(words), "{words}: {}", summary.text);
        }
        assert!(summary.attachments.contains("chart.pdf") && summary.has_attachments);
        assert_eq!(
            (summary.message_id.as_str(), &summary.references[..]),
            ("1@x", &["a@x", "b@x", "b@x"].map(String::from)[..])
        );
    }

    #[test]
    fn a_summary_has_what_the_row_of_a_preview_has() {
        for source in [
            "From: Ana <ana@x>\r\nTo: bo@y\r\nSubject: the map\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\n> quoted\r\nown words\r\n",
            "Sender: cy@z\r\nContent-Type: text/html\r\n\r\n<p>marked <b>words</b></p>\r\n",
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>more</p>\r\n--b--\r\n",
            "Subject: no text\r\n\r\n",
            "",
        ] {
            let mut head = Head::default();
            head.push(source.as_bytes());
            let (row, recipients) = row::row(1, 0, head, None);
            let summary = summary(source.as_bytes());
            let from = row.from.unwrap_or(Address { name: String::new(), address: String::new() });
            assert_eq!((summary.from_name, summary.from_address), (from.name, from.address), "{source}");
            assert_eq!((summary.subject, summary.snippet), (row.subject, row.snippet), "{source}");
            assert_eq!((summary.date, summary.recipients), (row.date, recipients), "{source}");
        }
    }

    #[test]
    fn of_two_forms_of_one_text_one_is_gathered() {
        let source = b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nonce\r\n\
            --b\r\nContent-Type: text/html\r\n\r\n<p>once</p>\r\n--b--\r\n";
        assert_eq!(summary(source).text.matches("once").count(), 1);
        assert!(!summary(source).has_attachments);
    }

    #[test]
    fn nesting_without_end_costs_no_more_than_its_bound() {
        let source = "Content-Type: message/rfc822\r\n\r\n".repeat(50_000);
        assert!(summary(source.as_bytes()).text.len() < 1000);
        assert_eq!(summary(b"").text.trim(), "");
    }
}
