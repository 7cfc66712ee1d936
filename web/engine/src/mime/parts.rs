//! A parsed message and its parts: where they are in the source, and their octets.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::api::PartId;

/// Parses a message. `None` where it has no header at all.
pub(super) fn parse(raw: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse(raw)
}

/// The message that the path leads to, through message/rfc822 parts.
pub(super) fn descend<'a, 'x>(message: &'a Message<'x>, path: &[PartId]) -> Option<&'a Message<'x>> {
    path.iter().try_fold(message, |message, part| match &message.parts.get(part.0 as usize)?.body {
        PartType::Message(nested) => Some(nested),
        _ => None,
    })
}

/// The media type, lower case, without parameters; what RFC 2045, section 5.2 assumes where there is none.
pub(super) fn media_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(content_type) => {
            let kind = content_type.ctype().trim();
            let subtype = content_type.subtype().unwrap_or(if kind == "text" { "plain" } else { "octet-stream" });
            format!("{kind}/{}", subtype.trim()).to_ascii_lowercase()
        }
        None if matches!(part.body, PartType::Message(_)) => "message/rfc822".into(),
        None => "text/plain".into(),
    }
}

/// The part's octets as they stand in the source, not decoded.
pub(super) fn encoded<'a>(message: &'a Message<'_>, part: &MessagePart<'_>) -> &'a [u8] {
    message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default()
}

/// The part's octets, decoded. Byte-exact where the encoding is sound, and as much as can be read where it is not.
pub(super) fn octets<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
    if let PartType::Binary(bytes) | PartType::InlineBinary(bytes) = &part.body
        && !part.is_encoding_problem
    {
        return Cow::Borrowed(bytes);
    }
    let encoded = encoded(message, part);
    match encoding(part) {
        Encoding::None => Cow::Borrowed(encoded),
        Encoding::Base64 => Cow::Owned(base64(encoded)),
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable(encoded)),
    }
}

/// The encoding as the header names it: the parser takes it back where it found a fault.
fn encoding(part: &MessagePart<'_>) -> Encoding {
    match part.content_transfer_encoding().map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        Some("base64") => Encoding::Base64,
        Some("quoted-printable") => Encoding::QuotedPrintable,
        _ => part.encoding,
    }
}

fn base64(encoded: &[u8]) -> Vec<u8> {
    base64_decode(encoded).unwrap_or_else(|| {
        // Damaged, or cut off: what is not of the alphabet is ignored (RFC 2045, section 6.8).
        let mut digits: Vec<u8> =
            encoded.iter().copied().filter(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/')).collect();
        digits.truncate(digits.len() - usize::from(digits.len() % 4 == 1));
        digits.resize(digits.len().next_multiple_of(4), b'=');
        base64_decode(&digits).unwrap_or_default()
    })
}

/// RFC 2045, section 6.7; a `=` that begins no valid sequence stays as it is.
fn quoted_printable(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    for line in encoded.split_inclusive(|c| *c == b'\n') {
        let ending = line.len() - line.trim_ascii_end().len();
        let (line, ending) = line.split_at(line.len() - ending);
        // White space at the end of a line was added on the way; the line end itself stays.
        let ending = ending.iter().position(|c| matches!(c, b'\r' | b'\n')).map_or(&[][..], |at| &ending[at..]);
        let (line, ending) = match line.strip_suffix(b"=") {
            Some(line) => (line, &[][..]),
            None => (line, ending),
        };
        let mut rest = line;
        while let Some(at) = memchr::memchr(b'=', rest) {
            out.extend_from_slice(&rest[..at]);
            let hex = |at: usize| rest.get(at).and_then(|c| char::from(*c).to_digit(16));
            match (hex(at + 1), hex(at + 2)) {
                (Some(high), Some(low)) => {
                    // Two hexadecimal digits fit an octet.
                    out.push(u8::try_from(high << 4 | low).unwrap_or_default());
                    rest = &rest[at + 3..];
                }
                _ => {
                    out.push(b'=');
                    rest = &rest[at + 1..];
                }
            }
        }
        out.extend_from_slice(rest);
        out.extend_from_slice(ending);
    }
    out
}
