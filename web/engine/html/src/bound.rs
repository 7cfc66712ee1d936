//! Ends a document where laying out more of it would hold the page up: a letter is laid out at once, on the page's thread.
//!
//! What it costs is counted in bytes of plain text, by what Chromium took: half a microsecond for such a byte, some twenty
//! for an element. The elements that are open where a document ends are closed as they would have been.

use super::tags::{Piece, Tag};

/// What a document may cost.
pub(super) const MAX_COST: usize = 1 << 20;

/// What an element costs.
const ELEMENT: usize = 40;

/// What a byte of a character beyond ASCII costs: most need another font.
const OTHER: usize = 2;

/// What is left of a document's cost.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    /// Elements that began after the end and have not been closed yet.
    skipped: usize,
    /// Whether something was left out.
    pub(super) is_spent: bool,
}

impl Budget {
    pub(super) fn new(cost: usize) -> Self {
        Self { left: cost, skipped: 0, is_spent: false }
    }

    /// What is shown of a piece of sanitised HTML.
    pub(super) fn take<'a>(&mut self, piece: Piece<'a>) -> Option<Piece<'a>> {
        match piece {
            Piece::Other(end) if end.starts_with("</") => {
                let is_shown = self.skipped == 0;
                self.skipped = self.skipped.saturating_sub(1);
                is_shown.then_some(piece)
            }
            Piece::Other(text) => self.text(text),
            Piece::Style(_) => (self.skipped == 0).then_some(piece),
            Piece::Start(tag) => {
                let is_shown = self.spend(ELEMENT);
                if !is_shown && !is_void(&tag) {
                    self.skipped += 1;
                }
                is_shown.then_some(piece)
            }
        }
    }

    fn text<'a>(&mut self, text: &'a str) -> Option<Piece<'a>> {
        let cost = text.len() + (OTHER - 1) * text.bytes().filter(|byte| !byte.is_ascii()).count();
        let left = self.left;
        if self.spend(cost) {
            return Some(Piece::Other(text));
        }
        let start = &text[..text.floor_char_boundary(left / OTHER)];
        // Half a word, or half of an escape, says something else.
        let start = &start[..start.rfind([' ', '\n', '&']).unwrap_or(start.len())];
        Some(Piece::Other(start)).filter(|_| !start.is_empty())
    }

    /// Whether there was enough left.
    fn spend(&mut self, cost: usize) -> bool {
        self.is_spent |= cost > self.left;
        self.left = if self.is_spent { 0 } else { self.left - cost };
        !self.is_spent
    }
}

/// Elements that are not closed (HTML, section 13.1.2), of those that are kept.
fn is_void(tag: &Tag<'_>) -> bool {
    matches!(tag.name(), "area" | "br" | "col" | "hr" | "img" | "wbr")
}

#[cfg(test)]
mod tests {
    use super::super::tags::pieces;
    use super::*;

    fn bounded(html: &str, cost: usize) -> (String, bool) {
        let mut budget = Budget::new(cost);
        let shown = pieces(html).filter_map(|piece| budget.take(piece));
        let shown = shown.map(|piece| match piece {
            Piece::Other(text) | Piece::Style(text) | Piece::Start(Tag { source: text }) => text,
        });
        (shown.collect(), budget.is_spent)
    }

    #[test]
    fn what_is_within_bounds_is_shown_as_it_is() {
        let html = "<div><img src=\"x\"><b>é &amp; a</b></div><style>a{}</style>";
        assert_eq!(bounded(html, 1000), (html.to_owned(), false));
    }

    #[test]
    fn what_is_open_at_the_end_is_closed_and_nothing_follows() {
        let html = "<table><tbody><tr><td>one two three</td><td>4<br>5</td></tr><tr><td>6</td></tr></tbody></table><style>a{}</style>7";
        let (shown, is_spent) = bounded(html, 4 * ELEMENT + 10);
        assert_eq!(shown, "<table><tbody><tr><td>one</td></tr></tbody></table>");
        assert!(is_spent);
    }

    #[test]
    fn a_text_ends_between_words_and_escapes_stay_whole() {
        for cost in 0..60 {
            let (shown, _) = bounded("&amp;&lt;é word &quot;&#39;wordwordword", cost);
            assert_eq!(shown.matches('&').count(), shown.matches(';').count(), "{shown}");
        }
    }
}
