//! Lets letters of a fixed width follow a narrow window. What is wider than a telephone is marked where it stands, and
//! the marks have an effect in a narrow window only: elsewhere a letter looks as its sender set it.

use super::tags::Tag;

/// What the marks do. Text keeps its size: it is set anew, not made smaller.
pub(super) const STYLE: &str = "@media (max-width:640px){body{padding:12px;width:auto!important;min-width:0!important}\
[data-wide]{width:auto!important;min-width:0!important;max-width:100%!important}\
table[data-wide]{width:100%!important}\
.restante-picture{width:min(var(--w),100%)!important;min-width:0}\
img[data-wide]{height:auto!important}\
table,div,center,section{max-width:100%!important}}";

/// Pixels from which an element is too wide for the narrowest telephones, 320 pixels, less the margins around it.
const WIDE: f32 = 280.0;

/// Pixels from which a cell is: others stand beside it.
const WIDE_CELL: f32 = 100.0;

/// Whether an element has a fixed width that a narrow window has no room for.
pub(super) fn is_wide(tag: &Tag<'_>) -> bool {
    let limit = if matches!(tag.name(), "td" | "th") { WIDE_CELL } else { WIDE };
    [tag.pixels("width"), tag.pixels("min-width")].into_iter().flatten().any(|width| width > limit)
}

/// A start tag with the mark.
pub(super) fn marked(tag: &Tag<'_>) -> String {
    let name = 1 + tag.name().len();
    let (start, rest) = tag.source.split_at(name);
    format!("{start} data-wide=\"\"{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_widths_are_marked_and_shares_are_not() {
        let wide = [
            "<table width=\"600\">",
            "<div style=\"width:640px\">",
            "<td width=\"200\">",
            "<p style=\"min-width:400px\">",
        ];
        for source in wide {
            assert!(is_wide(&Tag { source }), "{source}");
        }
        for source in
            ["<table width=\"100%\">", "<table width=\"64\">", "<div style=\"max-width:600px\">", "<td width=\"40\">"]
        {
            assert!(!is_wide(&Tag { source }), "{source}");
        }
        assert_eq!(marked(&Tag { source: "<td width=\"200\">" }), "<td data-wide=\"\" width=\"200\">");
    }
}
