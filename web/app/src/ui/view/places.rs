//! A message in whose places elements stand: a name set bold, an address that keeps its direction.

use yew::{Html, html};

/// What stands in a message for its first and its second element. Of a private area, so no message has them by itself.
pub(super) const PLACES: [&str; 2] = ["\u{f8f0}", "\u{f8f1}"];

/// A message with an element in each of its [`PLACES`].
pub(super) fn with<const N: usize>(message: &str, elements: [Html; N]) -> Html {
    html! { { for pieces(message).into_iter().map(|piece| match piece {
        Piece::Text(text) => html! { {text.to_owned()} },
        Piece::Place(at) => elements.get(at).cloned().unwrap_or_default(),
    }) } }
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Place(usize),
}

fn pieces(message: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = message;
    let next = |text: &str| {
        let found = PLACES.iter().enumerate().filter_map(|(at, place)| Some((text.find(place)?, at)));
        found.min()
    };
    while let Some((start, at)) = next(rest) {
        pieces.extend([Piece::Text(&rest[..start]), Piece::Place(at)]);
        rest = &rest[start + PLACES[at].len()..];
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_where_the_language_has_them() {
        let [first, second] = PLACES;
        assert_eq!(
            pieces(&format!("{second} of {first}!")),
            [Piece::Place(1), Piece::Text(" of "), Piece::Place(0), Piece::Text("!")]
        );
        assert_eq!(pieces("none"), [Piece::Text("none")]);
    }
}
