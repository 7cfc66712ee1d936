//! Marks that are heaped upon one character. No browser draws thousands of them in bearable time, and no language has more
//! than a few.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

/// Marks in a row that are shown (Unicode Standard Annex #15, section 13: no text that somebody reads has more).
const MOST: usize = 30;

/// The text, with the marks beyond what is shown counted in their place.
pub(super) fn thinned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || longest(text) <= MOST {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().min(1 << 16));
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let marks = rest.find(|c| !is_combining_mark(c)).unwrap_or(rest.len());
        let (heap, after) = rest.split_at(marks);
        rest = after;
        match heap.char_indices().nth(MOST) {
            Some((end, _)) => {
                shown.push_str(&heap[..end]);
                let more = heap[end..].chars().count();
                shown.push_str(&format!(" [{more} more marks are left out here; the source has them] "));
            }
            None if marks > 0 => shown.push_str(heap),
            None => {
                shown.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Cow::Owned(shown)
}

/// Marks of the longest heap.
fn longest(text: &str) -> usize {
    let (mut longest, mut heap) = (0, 0);
    for c in text.chars() {
        heap = if is_combining_mark(c) { heap + 1 } else { 0 };
        longest = longest.max(heap);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_keep_all_their_marks() {
        for text in ["Cafe\u{301}", "שָׁלוֹם", "नमस्ते", "ที่นี่", "རྒྱ", "👩‍👩‍👧‍👦🏽", &format!("a{}", "\u{301}".repeat(MOST))]
        {
            assert!(matches!(thinned(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_heap_of_marks_is_shown_in_part_and_the_rest_is_told() {
        let heap = "\u{301}\u{302}".repeat(50_000);
        let shown = thinned(&format!("ae{heap}b{heap}")).into_owned();
        let part = "\u{301}\u{302}".repeat(MOST / 2);
        let told = " [99970 more marks are left out here; the source has them] ";
        assert_eq!(shown, format!("ae{part}{told}b{part}{told}"));
        assert!(thinned(&heap).starts_with(&part), "upon nothing, too");
    }
}
