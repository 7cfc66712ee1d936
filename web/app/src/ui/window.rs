//! Which rows of a long list are drawn: the arithmetic of virtual scrolling.

/// Rows drawn beyond each edge of what is in sight, so that a short scroll finds them there.
pub const OVERSCAN: u32 = 12;

/// The greatest height a browser lays out, with room to spare: Firefox stops at 17.8 million pixels.
const MAX_HEIGHT: f64 = 16_000_000.0;

/// A list of rows of equal height, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Number of rows.
    pub rows: u32,
    /// Height of a row, in CSS pixels.
    pub row_height: f64,
    /// Height of what is in sight, in CSS pixels.
    pub height: f64,
    /// How far it is scrolled, in CSS pixels.
    pub top: f64,
}

impl Window {
    /// The whole list's height. Where it is higher than a browser can lay out, the scroll bar covers it all the same.
    pub fn total_height(&self) -> f64 {
        self.full_height().min(MAX_HEIGHT)
    }

    /// The rows in sight: the first, and how many.
    pub fn sight(&self) -> (u32, u32) {
        let first = row_number((self.offset() / self.row_height).floor()).min(self.rows);
        let count = row_number((self.height / self.row_height).ceil()).saturating_add(1);
        (first, count.min(self.rows - first))
    }

    /// The rows to draw: those in sight and a few around them.
    pub fn drawn(&self) -> (u32, u32) {
        let (first, count) = self.sight();
        let start = first.saturating_sub(OVERSCAN);
        (start, first.saturating_add(count).saturating_add(OVERSCAN).min(self.rows) - start)
    }

    /// Where a row's upper edge is within the laid out list, in CSS pixels.
    pub fn row_top(&self, row: u32) -> f64 {
        f64::from(row) * self.row_height - (self.offset() - self.top)
    }

    /// Where to scroll to so that a row is in sight; `None` where it is already.
    pub fn reveal(&self, row: u32) -> Option<f64> {
        let offset = f64::from(row) * self.row_height;
        let target = if offset < self.offset() {
            offset
        } else if offset + self.row_height > self.offset() + self.height {
            offset + self.row_height - self.height
        } else {
            return None;
        };
        Some(target * self.scale())
    }

    /// Where to scroll to so that a row's upper edge is this far above that of what is in sight.
    pub fn scrolled_to(&self, row: u32, hidden: f64) -> f64 {
        (f64::from(row) * self.row_height + hidden) * self.scale()
    }

    /// How much of the first row in sight is hidden above it, in CSS pixels.
    pub fn hidden(&self) -> f64 {
        self.offset() % self.row_height
    }

    /// How many whole rows fit in sight; at least 1.
    pub fn page(&self) -> u32 {
        row_number((self.height / self.row_height).floor()).max(1)
    }

    fn full_height(&self) -> f64 {
        f64::from(self.rows) * self.row_height
    }

    /// How far the list is scrolled in rows' own pixels.
    fn offset(&self) -> f64 {
        self.top.max(0.0) / self.scale()
    }

    /// Scrolled pixels per pixel of rows: 1 unless the list is too high to lay out.
    fn scale(&self) -> f64 {
        let beyond = self.full_height() - self.height;
        if self.full_height() <= MAX_HEIGHT || beyond <= 0.0 { 1.0 } else { (MAX_HEIGHT - self.height) / beyond }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a u32 holds first")]
fn row_number(value: f64) -> u32 {
    value.clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(rows: u32, top: f64) -> Window {
        Window { rows, row_height: 84.0, height: 800.0, top }
    }

    #[test]
    fn ten_thousand_rows_draw_a_few_dozen() {
        let (first, count) = window(10_000, 84.0 * 5000.0).drawn();
        assert_eq!((first, count), (5000 - OVERSCAN, 11 + 2 * OVERSCAN));
    }

    #[test]
    fn nothing_is_drawn_beyond_either_end() {
        assert_eq!(window(0, 0.0).drawn(), (0, 0));
        assert_eq!(window(3, -50.0).drawn(), (0, 3));
        let (first, count) = window(10_000, 1e9).drawn();
        assert!(first + count <= 10_000);
    }

    #[test]
    fn a_row_is_revealed_by_the_shortest_way() {
        let window = window(10_000, 8400.0);
        assert_eq!(window.reveal(100), None);
        assert_eq!(window.reveal(99), Some(99.0 * 84.0));
        assert_eq!(window.reveal(109), Some(110.0 * 84.0 - 800.0));
    }

    #[test]
    fn a_list_that_grows_at_its_top_stays_where_it_stood() {
        for rows in [10_000, 1_000_000] {
            let before = window(rows, 8430.0);
            let (first, hidden) = (before.sight().0, before.hidden());
            let after = Window { rows: rows + 7, ..before };
            let after = Window { top: after.scrolled_to(first + 7, hidden), ..after };
            assert_eq!(after.sight().0, first + 7);
            assert!((after.hidden() - hidden).abs() < 0.01, "{rows}: {}", after.hidden());
        }
    }

    #[test]
    fn the_last_row_of_a_million_is_reached_at_the_end_of_the_scroll_bar() {
        let bottom = window(1_000_000, 0.0).total_height() - 800.0;
        let window = window(1_000_000, bottom);
        let (first, count) = window.sight();
        assert_eq!(first + count, 1_000_000);
        let last = window.row_top(999_999) + 84.0;
        assert!((last - window.total_height()).abs() < 1.0, "{last}");
    }
}
