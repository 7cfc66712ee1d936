//! A text with what a search found in it marked.

use yew::{Html, html};

use crate::ui::cost;

/// The text, or its beginning, with these ranges of octets marked; they count from `cut` octets before it.
pub(super) fn marked(text: &str, budget: u32, hits: &[(u32, u32)], cut: usize) -> Html {
    let shown = cost::within(text, budget);
    if hits.is_empty() {
        return shown.into_owned().into();
    }
    pieces(&shown, hits, cut)
        .into_iter()
        .map(|(piece, is_hit)| {
            if is_hit {
                html! { <mark>{piece}</mark> }
            } else {
                piece.into()
            }
        })
        .collect()
}

/// The text in pieces, and whether each was found. Ranges that fit no characters of it are left out.
fn pieces(text: &str, hits: &[(u32, u32)], cut: usize) -> Vec<(String, bool)> {
    let mut pieces = vec![];
    let mut at = 0;
    for (from, to) in hits {
        let (from, to) = ((*from as usize).saturating_sub(cut), (*to as usize).saturating_sub(cut));
        let (Some(before), Some(hit)) = (text.get(at..from), text.get(from..to)) else { continue };
        pieces.extend([(before.to_owned(), false), (hit.to_owned(), true)]);
        at = to;
    }
    pieces.push((text.get(at..).unwrap_or_default().to_owned(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_marked_and_nothing_is_lost() {
        let marked: Vec<_> = pieces("図面のscans here", &[(9, 14)], 0);
        assert_eq!(marked, [("図面の".into(), false), ("scans".into(), true), (" here".into(), false)]);
        assert_eq!(pieces("scans", &[(2, 7)], 2), [("scans".into(), true)]);
    }

    #[test]
    fn ranges_that_fit_no_text_are_left_out() {
        for hits in [&[(1, 2)][..], &[(0, 90)], &[(5, 3)], &[(3, 6), (0, 3)]] {
            let text: String = pieces("図面の", hits, 0).into_iter().map(|(piece, _)| piece).collect();
            assert_eq!(text, "図面の", "{hits:?}");
        }
    }
}
