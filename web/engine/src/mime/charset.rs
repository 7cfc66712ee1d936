//! Octets to text, for mail that mislabels its character set or names none.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// A decoded text.
pub(super) struct Decoded {
    pub(super) text: String,
    /// The label is not known, and a guess was made.
    pub(super) unknown: bool,
}

/// Decodes the octets of a text whose label, where it has one, is `label`.
///
/// A label is believed where it can be true. UTF-8 is told by its form: text that claims to be ASCII or Latin-1, or
/// claims nothing, and is valid UTF-8 beyond ASCII, is UTF-8; text that claims UTF-8 and is not is Windows-1252.
pub(super) fn decode(octets: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|label| label.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let known = |text: String| Decoded { text, unknown: false };
    match label.as_deref().unwrap_or_default() {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" | "unknown-8bit" | "8bit" | "x-unknown" | "default"
        | "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" => known(utf8_or_windows_1252(octets)),
        label => match charset_decoder(label.as_bytes()) {
            Some(decoder) => known(decoder(octets)),
            None => Decoded { text: utf8_or_windows_1252(octets), unknown: true },
        },
    }
}

/// A header with raw octets beyond ASCII, as UTF-8. The standards allow UTF-8 only (RFC 6532, section 3.2).
pub(super) fn header(octets: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(octets).is_ok() {
        return Cow::Borrowed(octets);
    }
    // Line by line: one field may be UTF-8 and another not. ISO-2022-JP without encoded-words is ASCII so far.
    let mut out = Vec::with_capacity(octets.len() * 2);
    for line in octets.split_inclusive(|c| *c == b'\n') {
        out.extend_from_slice(utf8_or_windows_1252(line).as_bytes());
    }
    Cow::Owned(out)
}

fn utf8_or_windows_1252(octets: &[u8]) -> String {
    if octets.contains(&0x1b) && octets.is_ascii() && contains_escape(octets) {
        // Japanese without a label: ISO-2022-JP announces itself by its escape sequences (RFC 1468).
        if let Some(decoder) = charset_decoder(b"iso-2022-jp") {
            return decoder(octets);
        }
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        // A text cut off in the middle of a character, as TOP's may be, is UTF-8 nevertheless.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            String::from_utf8_lossy(&octets[..error.valid_up_to()]).into_owned()
        }
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decoder) => decoder(octets),
            None => String::from_utf8_lossy(octets).into_owned(),
        },
    }
}

fn contains_escape(octets: &[u8]) -> bool {
    [b"\x1b$B".as_slice(), b"\x1b$@", b"\x1b(J"].iter().any(|escape| memchr::memmem::find(octets, escape).is_some())
}
