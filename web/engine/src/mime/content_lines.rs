//! Content lines: what calendars (RFC 5545) and vCards (RFC 6350) are written in.

/// A content line (RFC 5545, section 3.1; RFC 6350, section 3.3).
pub(super) struct Line<'t> {
    /// Its name, upper case, without the group that a vCard may put before it (RFC 6350, section 3.3).
    pub(super) name: String,
    parameters: Vec<(&'t str, &'t str)>,
    /// What follows the colon.
    pub(super) value: &'t str,
}

impl<'t> Line<'t> {
    pub(super) fn of(line: &'t str) -> Option<Self> {
        let mut is_quoted = false;
        let colon = line.bytes().position(|c| {
            is_quoted ^= c == b'"';
            c == b':' && !is_quoted
        })?;
        let mut parts = line[..colon].split(|c: char| {
            is_quoted ^= c == '"';
            c == ';' && !is_quoted
        });
        let name = parts.next()?.trim();
        let name = name.rsplit_once('.').map_or(name, |(_, name)| name).to_ascii_uppercase();
        let parameters = parts
            // Those of vCard 2.1 may lack a name.
            .map(|part| part.split_once('=').unwrap_or(("", part)))
            .map(|(name, value)| (name, value.trim_matches('"')))
            .collect();
        Some(Self { name, parameters, value: line[colon + 1..].trim() })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'t str> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// The text with its folded lines made whole (RFC 5545, section 3.1): a fold may part the octets of one character.
pub(super) fn unfolded(octets: &[u8]) -> String {
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let rest = &octets[at..];
        let fold = [&b"\r\n "[..], b"\r\n\t", b"\n ", b"\n\t"].into_iter().find(|fold| rest.starts_with(fold));
        if fold.is_none() {
            out.push(*octet);
        }
        at += fold.map_or(1, <[u8]>::len);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Text as it reads (RFC 5545, section 3.3.11).
pub(super) fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}
