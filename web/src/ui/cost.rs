//! What laying a text out costs the page's thread, and how much of one it can bear at once.
//!
//! A character of plain words costs one. What is put upon other characters costs a browser many times that, and a message
//! may hold nothing else.

use std::borrow::Cow;

/// What is laid out of a line in the list.
pub const LINE: u32 = 400;

/// What is laid out of a heading, or shown over one.
pub const HEADING: u32 = 1_200;

/// What laying a text out costs.
pub fn of(text: &str) -> u32 {
    text.chars().map(of_char).fold(0, u32::saturating_add)
}

/// The text, or the beginning of it that costs no more than this.
pub fn within(text: &str, budget: u32) -> Cow<'_, str> {
    let mut spent = 0;
    let end = text.char_indices().find(|(_, c)| {
        spent += of_char(*c);
        spent > budget
    });
    match end {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
    }
}

fn of_char(c: char) -> u32 {
    match c {
        '\0'..='\x7f' => 1,
        _ if is_mark(c) => 24,
        _ => 3,
    }
}

/// Marks that are put upon the character before them, and what joins and directs characters without being seen.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x65F | 0x6D6..=0x6ED | 0x730..=0x74A
        | 0x900..=0x903 | 0x93A..=0x94F | 0xE31..=0xE3A | 0xE47..=0xE4E | 0xF71..=0xF87 | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x20D0..=0x20FF | 0x302A..=0x302F
        | 0x3099..=0x309A | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0x1F3FB..=0x1F3FF | 0xE0000..=0xE01EF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_heaps_of_marks_are_cut_between_characters() {
        assert_eq!(within("Grüße aus Zürich", LINE), "Grüße aus Zürich");
        let heap = format!("e{}", "\u{301}".repeat(30_000));
        let shown = within(&heap, LINE);
        assert!(shown.ends_with('…') && shown.chars().count() < 20, "{shown}");
        assert_eq!(within("", 0), "");
        assert!(of(&heap) > 700_000);
    }
}
