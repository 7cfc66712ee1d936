//! Which pictures HTML refers to by Content-ID (RFC 2392, section 2), in one pass over it.

use std::collections::HashSet;

use restante_api::picture::percent_decoded;

/// References that are looked for at most.
const MAX: usize = 10_000;

/// Bytes of a Content-ID in an address at most: a line of a header has no more (RFC 5322, section 2.1.1), and `%XX` is three.
const MAX_ID: usize = 3 * 998;

/// The Content-IDs of the `cid:` addresses in the HTML, decoded and in lower case.
pub(super) fn of(html: &str) -> HashSet<String> {
    let bytes = html.as_bytes();
    let is_ours = |colon: &usize| colon.checked_sub(3).is_some_and(|at| bytes[at..*colon].eq_ignore_ascii_case(b"cid"));
    let mut found = HashSet::new();
    for colon in memchr::memchr_iter(b':', bytes).filter(is_ours).take(MAX) {
        let id = &html[colon + 1..];
        let id = &id[..id.floor_char_boundary(MAX_ID)];
        let end = id.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | '\\'));
        let id = percent_decoded(&id[..end.unwrap_or(id.len())]).to_ascii_lowercase().replace("&amp;", "&");
        if !id.is_empty() {
            found.insert(id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_every_spelling_and_whole() {
        let html =
            "<img src='cid:Logo@x'><img src=CID:b%40x><p style=\"background:url(cid:c@x)\"><i title='acid: d@x'>";
        assert_eq!(of(html), HashSet::from(["logo@x", "b@x", "c@x"].map(String::from)));
        assert!(!of("<img src='cid:logo@x2'>").contains("logo@x"));
        let many = of(&format!("{}<img src=cid:late@x>", "cid:x ".repeat(MAX)));
        assert_eq!(many, HashSet::from(["x".to_owned()]), "so many are looked for, and no more");
        assert!(of(&"cid:x".repeat(100)).iter().all(|id| id.len() <= MAX_ID));
    }
}
