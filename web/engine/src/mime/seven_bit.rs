//! A message as it can travel within another one. A message/rfc822 part is never encoded itself; what is in it may be (RFC
//! 2046, section 5.2.1). So those of its parts that need it are, as a relay does it (RFC 6152, section 3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::decode::Encoding;
use super::head::Head;
use super::structure::{Part, Structure};

/// Messages within messages that are looked into at most.
const MAX_DEPTH: usize = 8;

/// Octets that one line of Base64 stands for: 76 characters (RFC 2045, section 6.8).
const LINE: usize = 57;

/// Octets as Base64, in lines that end with CRLF.
pub(crate) fn base64(octets: &[u8]) -> String {
    let mut lines = String::with_capacity(octets.len().div_ceil(LINE) * 78);
    for line in octets.chunks(LINE) {
        STANDARD.encode_string(line, &mut lines);
        lines.push_str("\r\n");
    }
    lines
}

/// Whether octets are lines of 998 octets at most, with no CR or LF but at their ends and no NUL: 8bit, or 7bit where
/// `ascii` (RFC 2045, sections 2.7 and 2.8).
pub(crate) fn fits(octets: &[u8], ascii: bool) -> bool {
    octets.split(|c| *c == b'\n').all(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.len() <= 998 && !line.iter().any(|c| matches!(c, 0 | b'\r') || ascii && !c.is_ascii())
    })
}

/// The message as 7bit octets with CRLF at the end of each line, its parts encoded where they have to be. `None` where that
/// cannot be: where it has no header, or one that is not 7bit itself.
pub(crate) fn seven_bit(message: &[u8]) -> Option<Vec<u8>> {
    let message = with_line_ends(message);
    let safe = if fits(&message, true) { message } else { encoded(&message, 0)? };
    (Head::of(&safe).0.has_fields() && fits(&safe, true)).then_some(safe)
}

/// A message with CRLF for every LF that stands alone, as it travels in any case.
pub(crate) fn with_line_ends(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 32);
    for line in message.split_inclusive(|c| *c == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(content) => {
                out.extend_from_slice(content.strip_suffix(b"\r").unwrap_or(content));
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

fn encoded(message: &[u8], depth: usize) -> Option<Vec<u8>> {
    let structure = Structure::of(message);
    let mut out = Vec::with_capacity(message.len() * 4 / 3);
    let mut copied = 0;
    for part in &structure.parts {
        let (header, body) = (part.header(), part.body());
        // A multipart's body is its parts, which come next.
        let content = if part.has_parts { &[][..] } else { message.get(body.clone())? };
        let is_plain = part.encoding == Encoding::Identity;
        if !is_plain || !part.has_parts && fits(content, true) {
            continue;
        }
        out.extend_from_slice(message.get(copied..header.start)?);
        let header = message.get(header)?;
        if part.has_parts {
            out.extend(labelled(header, "7bit")?);
            copied = body.start;
            continue;
        }
        let (label, content) = match kind(part) {
            Kind::Message if depth < MAX_DEPTH => ("7bit", encoded(content, depth + 1)?),
            Kind::Other => ("base64", base64(content).into_bytes()),
            Kind::Message | Kind::Composite => return None,
        };
        out.extend(labelled(header, label)?);
        out.extend(content);
        copied = body.end;
    }
    out.extend_from_slice(message.get(copied..)?);
    Some(out)
}

enum Kind {
    Message,
    /// It may have no encoding, and is nothing that is opened here (RFC 2045, section 6.4).
    Composite,
    Other,
}

fn kind(part: &Part) -> Kind {
    match part.media_type.as_str() {
        "message/rfc822" => Kind::Message,
        other if other.starts_with("multipart/") || other.starts_with("message/") => Kind::Composite,
        _ => Kind::Other,
    }
}

/// A header with this Content-Transfer-Encoding. `None` where it lacks the empty line at its end.
fn labelled(header: &[u8], encoding: &str) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"Content-Transfer-Encoding";
    let fields = header.strip_suffix(b"\r\n").filter(|fields| fields.is_empty() || fields.ends_with(b"\n"))?;
    let mut out = Vec::with_capacity(header.len() + 64);
    let mut is_left_out = false;
    for line in fields.split_inclusive(|c| *c == b'\n') {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|c| *c == b':').next().unwrap_or_default();
            is_left_out = name.trim_ascii_end().eq_ignore_ascii_case(NAME);
        }
        if !is_left_out {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(&[NAME, b": ", encoding.as_bytes(), b"\r\n\r\n"].concat());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crlf(text: &str) -> Vec<u8> {
        text.replace('\n', "\r\n").into_bytes()
    }

    #[test]
    fn a_message_that_is_seven_bit_stays_as_it_is_but_for_its_line_ends() {
        assert_eq!(seven_bit(b"A: b\n\nx\n"), Some(b"A: b\r\n\r\nx\r\n".to_vec()));
        assert_eq!(seven_bit(b"A: b\r\n\r\nx"), Some(b"A: b\r\n\r\nx".to_vec()));
        for none in ["", "\r\nno header", "A: é\r\n\r\n", "A: \0\r\n\r\n", &format!("A: {}\r\n\r\n", "x".repeat(999))]
        {
            assert_eq!(seven_bit(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn parts_that_are_eight_bit_or_of_long_lines_are_encoded_and_others_are_not() {
        let source = crlf(&format!(
            "From: a@x\nContent-Type: multipart/mixed;\n boundary=b\nContent-transfer-encoding:\n 8bit\nSubject: s\n\npreamble\n\
            --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8BIT\n\nGrüße\nx\n\
            --b\n\nplain\n\
            --b\n\n{}\n\
            --b\nContent-Type: message/rfc822\n\nSubject: inner\n\nGrüße\n\
            --b\nContent-Transfer-Encoding: base64\n\nw6k=\n--b--\nepilogue\n",
            "y".repeat(999)
        ));
        let long = base64(&[b'y'; 999]);
        let expected = crlf(&format!(
            "From: a@x\nContent-Type: multipart/mixed;\n boundary=b\nSubject: s\nContent-Transfer-Encoding: 7bit\n\npreamble\n\
            --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{}\n\
            --b\n\nplain\n\
            --b\nContent-Transfer-Encoding: base64\n\n{}\n\
            --b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\n\n\
            Subject: inner\nContent-Transfer-Encoding: base64\n\n{}\n\
            --b\nContent-Transfer-Encoding: base64\n\nw6k=\n--b--\nepilogue\n",
            base64("Grüße\r\nx".as_bytes()).replace("\r\n", "\n"),
            long.replace("\r\n", "\n"),
            base64("Grüße".as_bytes()).replace("\r\n", "\n"),
        ));
        let found = seven_bit(&source).unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), String::from_utf8(expected).unwrap());
    }

    #[test]
    fn what_may_have_no_encoding_gets_none() {
        for kind in ["message/partial", "multipart/mixed", "multipart/mixed; boundary=b"] {
            assert_eq!(seven_bit(format!("Content-Type: {kind}\r\n\r\né\r\n").as_bytes()), None, "{kind}");
        }
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(50) + "A: b\r\n\r\né";
        assert_eq!(seven_bit(nested.as_bytes()), None);
    }

    #[test]
    fn lines_of_base64_have_76_characters() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(&[0; 58]), format!("{}\r\nAA==\r\n", "A".repeat(76)));
    }
}
