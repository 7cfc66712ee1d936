//! Writes messages down: header, MIME structure, transfer encodings (RFC 5322, 2045–2047, 2231).
//!
//! Made for the sample's own content, which needs charsets and faults that mail composers avoid. It is no general
//! composer: arguments come from this crate and are not checked.

mod encode;

use encoding_rs::{Encoding, UTF_8};
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime, Time, UtcOffset};

pub(crate) use encode::{base64_lines, quoted_printable, word};

/// Who the maildrop belongs to.
pub(crate) const OWNER: (&str, &str) = ("Robin Hale", "robin@postbox.example");

/// A finished message.
pub(crate) struct Letter {
    pub(crate) slug: &'static str,
    pub(crate) arrived: OffsetDateTime,
    pub(crate) bytes: Vec<u8>,
}

/// A MIME entity: its header fields (each without its line end) and its encoded body.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) fields: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Part {
    /// An entity of these fields and this body, as they are.
    pub(crate) fn raw(fields: &[&str], body: impl Into<Vec<u8>>) -> Self {
        Self { fields: fields.iter().map(ToString::to_string).collect(), body: body.into() }
    }

    /// The entity as it stands inside a multipart.
    pub(crate) fn render(&self) -> Vec<u8> {
        let mut bytes = self.fields.join("\r\n").into_bytes();
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// `text/SUBTYPE` in UTF-8, quoted-printable unless it is short-lined ASCII.
pub(crate) fn text(subtype: &str, text: &str) -> Part {
    let text = crlf(text);
    if text.is_ascii() && text.lines().all(|line| line.len() <= 78) {
        return Part::raw(&[&format!("Content-Type: text/{subtype}; charset=us-ascii")], text);
    }
    Part::raw(
        &[&format!("Content-Type: text/{subtype}; charset=utf-8"), "Content-Transfer-Encoding: quoted-printable"],
        quoted_printable(text.as_bytes()),
    )
}

/// `text/plain` in UTF-8.
pub(crate) fn plain(body: &str) -> Part {
    text("plain", body)
}

/// `text/html` in UTF-8.
pub(crate) fn html(body: &str) -> Part {
    text("html", body)
}

/// `text/plain` in this charset, with the transfer encoding that such mail usually has.
pub(crate) fn plain_in(charset: &'static Encoding, name: &str, transfer: Transfer, body: &str) -> Part {
    let body = crlf(body);
    let (bytes, _, _) = charset.encode(&body);
    let (label, body) = match transfer {
        Transfer::AsIs(label) => (label, bytes.into_owned()),
        Transfer::Base64 => ("base64", base64_lines(&bytes)),
        Transfer::QuotedPrintable => ("quoted-printable", quoted_printable(&bytes)),
    };
    Part::raw(
        &[&format!("Content-Type: text/plain; charset={name}"), &format!("Content-Transfer-Encoding: {label}")],
        body,
    )
}

/// A transfer encoding (RFC 2045, section 6).
#[derive(Clone, Copy)]
pub(crate) enum Transfer {
    /// `7bit` or `8bit`: nothing is encoded.
    AsIs(&'static str),
    Base64,
    QuotedPrintable,
}

/// A file to save, its name as RFC 2231 wants it where it is not plain ASCII.
pub(crate) fn attachment(media_type: &str, name: &str, bytes: &[u8]) -> Part {
    Part::raw(
        &[
            &format!("Content-Type: {media_type}"),
            "Content-Transfer-Encoding: base64",
            &format!("Content-Disposition: attachment;{}", encode::parameter("filename", name)),
        ],
        base64_lines(bytes),
    )
}

/// An image that HTML refers to as `cid:ID` (RFC 2392).
pub(crate) fn inline(media_type: &str, id: &str, name: &str, bytes: &[u8]) -> Part {
    Part::raw(
        &[
            &format!("Content-Type: {media_type}"),
            "Content-Transfer-Encoding: base64",
            &format!("Content-ID: <{id}>"),
            &format!("Content-Disposition: inline;{}", encode::parameter("filename", name)),
        ],
        base64_lines(bytes),
    )
}

/// A message inside a message (RFC 2046, section 5.2.1).
pub(crate) fn rfc822(message: &[u8]) -> Part {
    Part::raw(&["Content-Type: message/rfc822", "Content-Disposition: attachment"], message)
}

/// A multipart of this subtype, which may carry parameters (`report; report-type=delivery-status`).
pub(crate) fn multipart(subtype: &str, parts: &[Part]) -> Part {
    let rendered: Vec<Vec<u8>> = parts.iter().map(Part::render).collect();
    let boundary = boundary(subtype, &rendered);
    let mut body = Vec::with_capacity(rendered.iter().map(|part| part.len() + 64).sum());
    for part in &rendered {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Part::raw(&[&format!("Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"")], body)
}

/// A message about to be written.
pub(crate) struct Draft {
    slug: &'static str,
    arrived: OffsetDateTime,
    fields: Vec<String>,
}

impl Draft {
    /// A message sent at `when`, from this name and address to the maildrop's owner.
    pub(crate) fn new(slug: &'static str, when: OffsetDateTime, from: (&str, &str), subject: &str) -> Self {
        Self::bare(slug, when)
            .field(format!("From: {}", address(from)))
            .field(format!("To: {}", address(OWNER)))
            .field(folded("Subject", subject))
    }

    /// A message with a date and nothing else in its header.
    pub(crate) fn bare(slug: &'static str, when: OffsetDateTime) -> Self {
        Self::undated(slug, when)
            .field(format!("Date: {}", date(when)))
            .field(format!("Message-ID: {}", message_id(slug)))
    }

    /// A message with an empty header.
    pub(crate) fn undated(slug: &'static str, when: OffsetDateTime) -> Self {
        Self { slug, arrived: when, fields: Vec::new() }
    }

    /// Adds a header field, folded already where it is long.
    pub(crate) fn field(mut self, field: impl Into<String>) -> Self {
        self.fields.push(field.into());
        self
    }

    /// Replaces the field of this name.
    pub(crate) fn replace(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|field| !field.starts_with(&format!("{name}:")));
        self.fields.push(format!("{name}: {value}"));
        self
    }

    /// Marks it as an answer to the messages of these slugs, oldest first.
    pub(crate) fn answers(self, thread: &[&str]) -> Self {
        let ids: Vec<String> = thread.iter().map(|slug| message_id(slug)).collect();
        let last = ids.last().cloned().unwrap_or_default();
        self.field(format!("In-Reply-To: {last}")).field(format!("References: {}", ids.join("\r\n ")))
    }

    /// The message with this content.
    pub(crate) fn with(self, part: Part) -> Letter {
        let mut fields = self.fields;
        fields.push("MIME-Version: 1.0".into());
        fields.extend(part.fields);
        let bytes = Part { fields, body: part.body }.render();
        Letter { slug: self.slug, arrived: self.arrived, bytes }
    }

    /// The message with its header as it is, without a MIME field, and this body.
    pub(crate) fn with_raw(self, body: &[u8]) -> Letter {
        let bytes = Part { fields: self.fields, body: body.to_vec() }.render();
        Letter { slug: self.slug, arrived: self.arrived, bytes }
    }
}

/// Tells when things happened, seen from the moment the maildrop is made.
#[derive(Clone, Copy)]
pub(crate) struct Clock(pub(crate) OffsetDateTime);

impl Clock {
    /// So many minutes before now.
    pub(crate) fn minutes(self, ago: i64) -> OffsetDateTime {
        self.0 - Duration::minutes(ago)
    }

    /// At this time of day so many days ago (one at least), in a zone so many hours from UTC.
    pub(crate) fn days(self, ago: i64, hour: u8, minute: u8, zone: i8) -> OffsetDateTime {
        let offset = UtcOffset::from_hms(zone, 0, 0).unwrap_or(UtcOffset::UTC);
        let there = self.0.to_offset(offset) - Duration::days(ago);
        there.replace_time(Time::from_hms(hour, minute, 12).unwrap_or(Time::MIDNIGHT))
    }
}

/// `Name <local@domain>`, encoded where it is not ASCII.
pub(crate) fn address((name, mailbox): (&str, &str)) -> String {
    if name.is_empty() {
        return mailbox.to_owned();
    }
    if !name.is_ascii() {
        return format!("{} <{mailbox}>", word(UTF_8, "utf-8", name));
    }
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ') {
        return format!("{name} <{mailbox}>");
    }
    format!("\"{}\" <{mailbox}>", name.replace('"', "\\\""))
}

/// A date as the header wants it (RFC 5322, section 3.3).
pub(crate) fn date(when: OffsetDateTime) -> String {
    // Years 1900 to 9999 always format.
    when.format(&Rfc2822).unwrap_or_default()
}

/// The Message-ID of the letter of this name.
pub(crate) fn message_id(slug: &str) -> String {
    format!("<{slug}@mail.postbox.example>")
}

/// An unstructured field, encoded or folded as it needs.
pub(crate) fn folded(name: &str, value: &str) -> String {
    if !value.is_ascii() {
        return format!("{name}: {}", word(UTF_8, "utf-8", value));
    }
    let mut field = format!("{name}:");
    let mut column = field.len();
    for piece in value.split(' ') {
        if column + piece.len() > 76 && column > name.len() + 1 {
            field.push_str("\r\n");
            column = 0;
        }
        field.push(' ');
        field.push_str(piece);
        column += piece.len() + 1;
    }
    field
}

/// Lines ended by CRLF.
pub(crate) fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// A boundary that depends on what it separates, so that nested ones differ and every run makes the same.
fn boundary(subtype: &str, parts: &[Vec<u8>]) -> String {
    let mut hash = crc32fast::Hasher::new();
    hash.update(subtype.as_bytes());
    parts.iter().for_each(|part| hash.update(part));
    format!("=_restante_{:08x}_{}", hash.finalize(), parts.len())
}
