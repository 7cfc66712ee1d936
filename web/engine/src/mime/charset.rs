//! Octets to text, for mail that mislabels its character set or names none.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

/// Octets of HTML in which a `<meta>` is looked for. Browsers look at 1024; letters often begin with styles.
const MAX_META: usize = 8 << 10;

/// A decoded text.
pub(super) struct Decoded {
    pub(super) text: String,
    /// The label is not known, and a guess was made.
    pub(super) unknown: bool,
}

/// Decodes the octets of a text whose label, where it has one, is `label`.
///
/// A label is believed where it can be true. UTF-8 is told by its form: text that claims to be ASCII or Latin-1, or
/// claims nothing, and is valid UTF-8 beyond ASCII, is UTF-8. Where a text claims UTF-8 or nothing, single octets that are
/// none do not make it another; text of which less is UTF-8 than is not is Windows-1252.
pub(super) fn decode(octets: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|label| label.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let known = |text: String| Decoded { text, unknown: false };
    match label.as_deref().unwrap_or_default() {
        "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" => known(utf8_or_windows_1252(octets, false)),
        label if says_nothing(label) || matches!(label, "utf-8" | "utf8") => known(utf8_or_windows_1252(octets, true)),
        label => match charset_decoder(label.as_bytes()) {
            Some(decoder) => known(decoder(octets)),
            None => Decoded { text: utf8_or_windows_1252(octets, true), unknown: true },
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
        out.extend_from_slice(utf8_or_windows_1252(line, true).as_bytes());
    }
    Cow::Owned(out)
}

/// Whether a label says nothing of octets beyond ASCII.
pub(super) fn says_nothing(label: &str) -> bool {
    let label = label.trim().trim_matches(['"', '\'']);
    ["", "us-ascii", "ascii", "unknown-8bit", "8bit", "x-unknown", "default"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(label))
}

/// The character set that an HTML page names in a `<meta>` at its beginning, where it is one that is known.
pub(super) fn of_html(octets: &[u8]) -> Option<String> {
    let start = octets[..octets.len().min(MAX_META)].to_ascii_lowercase();
    memchr::memmem::find_iter(&start, b"<meta").find_map(|at| {
        let tag = &start[at..];
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        let value = &tag[memchr::memmem::find(tag, b"charset")? + b"charset".len()..];
        let value = value.trim_ascii_start().strip_prefix(b"=")?;
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value).trim_ascii_start();
        let end =
            value.iter().position(|c| !(c.is_ascii_alphanumeric() || b"-_:.+".contains(c))).unwrap_or(value.len());
        let label = std::str::from_utf8(&value[..end]).ok()?;
        // A page whose <meta> could be read is not in UTF-16, whatever it says (HTML, section 13.2.3.2).
        match label {
            "" => None,
            _ if label.starts_with("utf-16") => Some("utf-8".to_owned()),
            "utf-8" | "utf8" | "iso-8859-1" | "latin1" | "windows-1252" => Some(label.to_owned()),
            _ => charset_decoder(label.as_bytes()).map(|_| label.to_owned()),
        }
    })
}

/// `forgiving`: single octets that are not UTF-8 do not make it another character set.
fn utf8_or_windows_1252(octets: &[u8], forgiving: bool) -> String {
    if octets.contains(&0x1b) && octets.is_ascii() && contains_escape(octets) {
        // Japanese without a label: ISO-2022-JP announces itself by its escape sequences (RFC 1468).
        if let Some(decoder) = charset_decoder(b"iso-2022-jp") {
            return decoder(octets);
        }
    }
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        // A text cut off in the middle of a character, as TOP's may be, is UTF-8 nevertheless where it was so far.
        Err(error) if error.error_len().is_none() && !octets[..error.valid_up_to()].is_ascii() => {
            String::from_utf8_lossy(&octets[..error.valid_up_to()]).into_owned()
        }
        Err(_) if forgiving && is_rather_utf8(octets) => String::from_utf8_lossy(octets).into_owned(),
        Err(_) => match charset_decoder(b"windows-1252") {
            Some(decoder) => decoder(octets),
            None => String::from_utf8_lossy(octets).into_owned(),
        },
    }
}

/// Whether there are more characters beyond ASCII in UTF-8 than octets that are none.
fn is_rather_utf8(octets: &[u8]) -> bool {
    let (mut characters, mut others) = (0_usize, 0_usize);
    for chunk in octets.utf8_chunks() {
        characters += chunk.valid().bytes().filter(|c| *c >= 0xc0).count();
        others += chunk.invalid().len();
    }
    characters > others
}

fn contains_escape(octets: &[u8]) -> bool {
    [b"\x1b$B".as_slice(), b"\x1b$@", b"\x1b(J"].iter().any(|escape| memchr::memmem::find(octets, escape).is_some())
}
