//! Transfer encodings, encoded words and parameters (RFC 2045, 2047, 2231), in any charset.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use encoding_rs::Encoding;

/// Octets of a base64 line before encoding: 57 make 76 characters (RFC 2045, section 6.8).
const BASE64_LINE: usize = 57;

/// Base64 in lines of 76 characters.
pub(crate) fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = String::with_capacity(bytes.len() / BASE64_LINE * 78 + 80);
    for chunk in bytes.chunks(BASE64_LINE) {
        BASE64.encode_string(chunk, &mut lines);
        lines.push_str("\r\n");
    }
    lines.into_bytes()
}

/// Quoted-printable (RFC 2045, section 6.7) of text whose lines end with CRLF.
pub(crate) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut lines = text.split(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut column = 0;
        for (at, byte) in line.iter().enumerate() {
            let last = at + 1 == line.len();
            let literal = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !last);
            let width = if literal { 1 } else { 3 };
            if column + width > 75 {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            if literal {
                out.push(*byte);
            } else {
                out.extend_from_slice(format!("={byte:02X}").as_bytes());
            }
            column += width;
        }
        if lines.peek().is_some() {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

/// Encoded words of at most 75 characters each, with folds between them (RFC 2047, sections 2 and 5).
pub(crate) fn word(charset: &'static Encoding, name: &str, text: &str) -> String {
    let capacity = (75 - "=??B??=".len() - name.len()) / 4 * 3;
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut run = String::new();
    for c in text.chars() {
        // Each word is decoded alone, so it must hold whole characters and, in ISO-2022-JP, end in ASCII.
        run.push(c);
        if charset.encode(&run).0.len() > capacity {
            run.pop();
            words.push(charset.encode(&run).0.into_owned());
            run.clear();
            run.push(c);
        }
    }
    words.push(charset.encode(&run).0.into_owned());
    let words: Vec<String> = words.iter().map(|word| format!("=?{name}?B?{}?=", BASE64.encode(word))).collect();
    words.join("\r\n ")
}

/// A parameter, with the blank before it: quoted where it is ASCII, else in RFC 2231's extended and continued form.
pub(crate) fn parameter(name: &str, value: &str) -> String {
    if value.is_ascii() {
        return format!("\r\n {name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let mut pieces = vec![String::from("utf-8''")];
    for c in value.chars() {
        let mut utf8 = [0; 4];
        let encoded = if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            c.to_string()
        } else {
            c.encode_utf8(&mut utf8).bytes().map(|byte| format!("%{byte:02X}")).collect()
        };
        match pieces.last_mut() {
            Some(piece) if piece.len() + encoded.len() <= 60 => piece.push_str(&encoded),
            _ => pieces.push(encoded),
        }
    }
    if let [piece] = pieces.as_slice() {
        return format!("\r\n {name}*={piece}");
    }
    pieces.iter().enumerate().map(|(at, piece)| format!("\r\n {name}*{at}*={piece}")).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_breaks_long_lines_and_keeps_short_ones() {
        assert_eq!(quoted_printable("año = 1 \r\nb".as_bytes()), b"a=C3=B1o =3D 1=20\r\nb");
        let long = quoted_printable("é".repeat(100).as_bytes());
        assert!(long.split(|b| *b == b'\n').all(|line| line.len() <= 77));
    }

    #[test]
    fn encoded_words_keep_within_their_length_and_hold_whole_characters() {
        let folded = word(encoding_rs::ISO_2022_JP, "iso-2022-jp", &"来週の打ち合わせ".repeat(10));
        for word in folded.split("\r\n ") {
            assert!(word.len() <= 75, "{word}");
            let inner = word.trim_start_matches("=?iso-2022-jp?B?").trim_end_matches("?=");
            let bytes = BASE64.decode(inner).unwrap();
            assert!(bytes.ends_with(b"\x1b(B"), "{word} does not return to ASCII");
        }
    }

    #[test]
    fn a_parameter_takes_the_form_its_characters_need() {
        assert_eq!(parameter("filename", "a b.txt"), "\r\n filename=\"a b.txt\"");
        assert_eq!(parameter("filename", "ñ.txt"), "\r\n filename*=utf-8''%C3%B1.txt");
        assert!(parameter("filename", &"ñ".repeat(20)).contains(";\r\n filename*1*="));
    }
}
