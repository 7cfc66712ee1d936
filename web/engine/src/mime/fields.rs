//! Every field of a header, for those who want to see them all.

use mail_parser::HeaderValue;
use restante_api::HeaderField;

use super::{charset, head, names};

/// Fields that are shown at most.
const MAX_FIELDS: usize = 200;

/// Octets of one field that are shown at most.
const MAX_FIELD: usize = 4096;

/// The fields of the header that the octets begin with, in their order: encoded-words (RFC 2047) are decoded and folded lines
/// joined, whatever is in them. Lines without a colon are left out.
pub(super) fn of(octets: &[u8]) -> Vec<HeaderField> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let begins_field = !matches!(line.first(), Some(b' ' | b'\t'));
        if begins_field && (line.trim_ascii().is_empty() || fields.len() == MAX_FIELDS) {
            break;
        }
        match fields.last_mut() {
            Some(field) if !begins_field => field.extend(line.iter().take(MAX_FIELD.saturating_sub(field.len()))),
            _ => fields.push(line[..line.len().min(MAX_FIELD)].to_vec()),
        }
    }
    fields.iter().filter_map(|field| read(field)).collect()
}

fn read(field: &[u8]) -> Option<HeaderField> {
    let colon = memchr::memchr(b':', field)?;
    let (name, value) = (field[..colon].trim_ascii(), field[colon + 1..].trim_ascii());
    // Under a name whose value is a text, so that it is read as one.
    let header = charset::header(&[b"Comments: ", value, b"\r\n\r\n"].concat()).into_owned();
    let parsed = head::parsed(&header);
    let text = parsed.as_ref().and_then(|message| match message.header("Comments") {
        Some(HeaderValue::Text(text)) => Some(&**text),
        _ => None,
    });
    Some(HeaderField {
        name: names::line(&String::from_utf8_lossy(name)),
        value: names::line(text.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(octets: &[u8]) -> Vec<(String, String)> {
        of(octets).into_iter().map(|field| (field.name, field.value)).collect()
    }

    #[test]
    fn each_field_is_there_in_its_order_decoded_and_in_one_line() {
        let source = b"Received: from a\r\n\tby b; Mon\r\nReceived: from c\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n \
                       =?utf-8?q?_au_lait?=\r\nFrom: =?utf-8?b?w4RybmU=?= <a@example.org>\r\nno field\r\nX-Empty:\r\n\r\nTo: body";
        let expected = [
            ("Received", "from a by b; Mon"),
            ("Received", "from c"),
            ("Subject", "café au lait"),
            ("From", "Ärne <a@example.org>"),
            ("X-Empty", ""),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(source), expected);
    }

    #[test]
    fn a_header_without_end_and_a_field_without_end_are_cut() {
        let many = "X: y\r\n".repeat(10_000);
        assert_eq!(of(many.as_bytes()).len(), MAX_FIELDS);
        let long = format!("X: {}\r\n{}\r\n", "a".repeat(1 << 20), " b\r\n".repeat(1 << 18));
        let fields = of(long.as_bytes());
        assert!(fields.len() == 1 && fields[0].value.len() <= MAX_FIELD);
    }

    #[test]
    fn what_deceives_the_eye_is_not_in_them() {
        let fields = pairs("X-\u{202e}Name: a\u{202e}b\u{0}c\r\n\r\n".as_bytes());
        assert!(
            fields.iter().all(|(name, value)| !format!("{name}{value}").contains(['\u{202e}', '\u{0}'])),
            "{fields:?}"
        );
    }
}
