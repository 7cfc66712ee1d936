//! Bounds for hostile messages: how deep messages may nest.

use std::borrow::Cow;

/// Messages within messages are taken apart to this depth; deeper ones stay closed attachments.
pub(super) const MAX_NESTED: usize = 64;

/// Words that make the parser nest, each with one of the same length that does not.
const NESTING: [(&[u8], &[u8]); 3] = [
    (b"message/rfc822", b"message/x-deep"),
    (b"message/global", b"message/x-deep"),
    (b"multipart/digest", b"multipart/mixed "),
];

/// The message, with what would nest it deeper than [`MAX_NESTED`] renamed: each level costs the parser a stack frame,
/// and each needs one of the words of [`NESTING`]. Whether anything was renamed.
pub(super) fn bounded(raw: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let mut places = memchr::memchr_iter(b'/', raw).filter_map(|slash| {
        NESTING.iter().find_map(|(word, instead)| {
            let start = slash.checked_sub(word.iter().position(|c| *c == b'/')?)?;
            let found = raw.get(start..start + word.len())?;
            found.eq_ignore_ascii_case(word).then_some((start, *instead))
        })
    });
    let Some(first) = places.nth(MAX_NESTED) else { return (Cow::Borrowed(raw), false) };
    let mut renamed = raw.to_vec();
    for (start, instead) in std::iter::once(first).chain(places) {
        renamed[start..start + instead.len()].copy_from_slice(instead);
    }
    (Cow::Owned(renamed), true)
}
