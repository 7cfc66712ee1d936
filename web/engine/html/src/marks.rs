//! Breaks up heaps of combining marks. A letter with thousands of them is one thing to a browser, and laying it out takes
//! time by the square of their number.

use unicode_normalization::char::is_combining_mark;

/// Marks on one letter that stay together. Writing needs a handful; Unicode's stream-safe text format (UAX 15,
/// section 13) allows 30.
const MAX_MARKS: usize = 64;

/// Copies text, or an end tag, with a place to break after each [`MAX_MARKS`] marks in a row.
pub(super) fn bound(text: &str, out: &mut String) {
    if text.is_ascii() {
        return out.push_str(text);
    }
    let mut marks = 0;
    for c in text.chars() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MAX_MARKS {
            out.push_str("<wbr>");
            marks = 1;
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_by_the_thousand_are_broken_up_and_writing_stays_as_it_is() {
        let bounded = |text: &str| {
            let mut out = String::new();
            bound(text, &mut out);
            out
        };
        let heap = "e".to_owned() + &"\u{301}".repeat(1000);
        let parts: Vec<usize> = bounded(&heap).split("<wbr>").map(|part| part.chars().count()).collect();
        assert_eq!((parts.len(), parts[0], parts[1], parts.iter().sum::<usize>()), (16, 65, 64, 1001));
        for text in ["Tiê\u{301}ng Viê\u{323}t", "สวัสดี", "हिन्दी", &"e\u{301}".repeat(100), &heap[..129]]
        {
            assert_eq!(bounded(text), text);
        }
    }
}
