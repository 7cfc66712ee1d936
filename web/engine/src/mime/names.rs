//! Words of a message that leave it: file names to save under, and lines to show. Both are free of what could deceive.

/// Octets of a file name at most; file systems allow 255.
const MAX_NAME: usize = 180;

/// Octets of a line to show at most; what is longer ends with an ellipsis.
const MAX_LINE: usize = 2000;

/// A file name to offer for a part: the message's own word for it, made harmless, or one made from the media type.
pub(super) fn file_name(given: Option<&str>, media_type: &str, part: u32) -> String {
    let name = given.map(safe).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| match extension(media_type) {
        "ics" => "invitation.ics".to_owned(),
        extension => format!("part-{part}.{extension}"),
    })
}

/// A file name for a message: its subject and `.eml`.
pub fn message_name(subject: &str) -> String {
    let stem = safe(subject);
    let stem = shortened(&stem, 100);
    format!("{}.eml", if stem.is_empty() { "message" } else { stem.trim_end_matches(['.', ' ']) })
}

/// A file name for an archive of what is attached to a message: its subject and `.zip`.
pub(super) fn archive_name(subject: &str) -> String {
    let name = message_name(subject);
    format!("{}.zip", name.strip_suffix(".eml").unwrap_or("message"))
}

/// A file name with a number that tells it from others of the same name.
pub(super) fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem} ({number}).{extension}"),
        _ => format!("{name} ({number})"),
    }
}

/// One line to show, of bounded length: white space folded; no control characters, and none that turn the direction of
/// writing around.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars().filter(|c| !turns_direction(*c)) {
            if out.len() >= MAX_LINE {
                out.push('…');
                return out;
            }
            out.push(c);
        }
    }
    out
}

fn safe(name: &str) -> String {
    // Some programs send the whole path. What stands before the last separator is none of our business.
    let name = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let name: String = line(name)
        .chars()
        .map(|c| if matches!(c, ':' | '<' | '>' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    // A leading dot hides a file; Windows drops dots and spaces at the end.
    let name = name.trim_start_matches(['.', ' ', '~']).trim_end_matches(['.', ' ']);
    let name = shortened_name(name);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let reserved = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if reserved { format!("_{name}") } else { name }
}

/// At most [`MAX_NAME`] octets, with the extension kept.
fn shortened_name(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => {
            format!("{}.{extension}", shortened(stem, MAX_NAME - extension.len() - 1))
        }
        _ => shortened(name, MAX_NAME).to_owned(),
    }
}

fn shortened(text: &str, octets: usize) -> &str {
    &text[..text.floor_char_boundary(octets)]
}

/// Bidirectional controls: with them "gpj.exe" is shown as "exe.jpg" (Unicode Technical Report 36, section 2.5).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" | "application/ics" => "ics",
        "text/csv" => "csv",
        "text/vcard" | "text/x-vcard" => "vcf",
        "message/rfc822" | "message/global" => "eml",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/svg+xml" => "svg",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/pgp-signature" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        _ => "bin",
    }
}
