//! A message as the server holds it.

use super::use_language;
use restante_api::Source;
use restante_locales::say;
use yew::{Callback, Html, Properties, component, html, use_callback, use_memo};

use super::scrolled::Scrolled;
use crate::ui::cost::{self, Meter};
use crate::ui::format;
use crate::ui::shared::Shared;

/// Bytes shown at most; the file has them all.
const SHOWN: usize = 256 << 10;

/// What a piece costs at most.
const PIECE: u32 = 2_000;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct SourceProps {
    pub(super) source: Shared<Source>,
}

#[component]
pub(super) fn SourceView(props: &SourceProps) -> Html {
    use_language();
    let pieces = use_memo(props.source.clone(), |source| {
        let text = String::from_utf8_lossy(&source.bytes[..source.bytes.len().min(SHOWN)]).replace("\r\n", "\n");
        Shared::new(lined(pieces(&text)))
    });
    let rest = props.source.bytes.len().saturating_sub(SHOWN) as u64;
    let piece_costs = {
        let pieces = (*pieces).clone();
        Callback::from(move |at: usize| pieces.get(at).map_or(0, |(piece, _)| cost::of(piece)))
    };
    let draw = use_callback((*pieces).clone(), |at: usize, pieces| {
        let Some((piece, begins)) = pieces.get(at) else { return html! { <span></span> } };
        let words = marked(piece, *begins);
        html! {
            <span>{ for words.into_iter().map(|(mark, words)| match mark {
                Mark::None => html! { {words} },
                Mark::Name => html! { <b>{words}</b> },
                Mark::Boundary => html! { <i>{words}</i> },
            }) }</span>
        }
    });
    html! {
        <>
            if rest > 0 {
                <p class="note">{say::letter_source_rest(&format::octets(rest))}</p>
            }
            <pre class="source" tabindex="0" role="region" aria-label={say::letter_source()}>
                <Scrolled count={pieces.len()} cost={piece_costs} {draw} />
            </pre>
        </>
    }
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Body,
}

/// What stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    /// The name of a header field.
    Name,
    /// A line that parts begin and end with.
    Boundary,
}

/// The pieces, each with the place in which it begins.
fn lined(pieces: Vec<String>) -> Vec<(String, Place)> {
    let mut place = Place::Header;
    let placed = pieces.into_iter().map(|piece| {
        let begins = place;
        place = piece.split_inclusive('\n').fold(place, |place, line| behind(line, place));
        (piece, begins)
    });
    placed.collect()
}

/// Where the line behind this one stands. What looks like a boundary is taken for one: only colour depends on it.
fn behind(line: &str, place: Place) -> Place {
    match (place, line.trim_end_matches('\n')) {
        (Place::Header, "") => Place::Body,
        (Place::Body, line) if is_boundary(line) && !line.ends_with("--") => Place::Header,
        (place, _) => place,
    }
}

/// RFC 2046, section 5.1.1: two hyphens, and up to 70 characters, the last of which is no blank.
fn is_boundary(line: &str) -> bool {
    line.starts_with("--") && (3..=74).contains(&line.len()) && !line.contains(' ') && line.bytes().any(|c| c != b'-')
}

/// The words of a piece, with what stands out in them.
fn marked(piece: &str, mut place: Place) -> Vec<(Mark, String)> {
    let mut words: Vec<(Mark, String)> = Vec::new();
    let mut push = |mark: Mark, text: &str| match words.last_mut() {
        Some((last, words)) if *last == mark => words.push_str(text),
        _ => words.push((mark, text.to_owned())),
    };
    for line in piece.split_inclusive('\n') {
        let name =
            line.find(':').filter(|at| place == Place::Header && line[..*at].bytes().all(|c| c.is_ascii_graphic()));
        match name {
            Some(colon) => {
                push(Mark::Name, &line[..=colon]);
                push(Mark::None, &line[colon + 1..]);
            }
            None if place == Place::Body && is_boundary(line.trim_end_matches('\n')) => push(Mark::Boundary, line),
            None => push(Mark::None, line),
        }
        place = behind(line, place);
    }
    words
}

/// The text in pieces, each with whole lines where those are short enough.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    let mut meter = Meter::default();
    for mut line in text.split_inclusive('\n') {
        while !line.is_empty() {
            let (mut part, mut rest) = meter.take(line, PIECE);
            if !rest.is_empty() {
                // A line begins a piece of its own, where it is not longer than one.
                meter.begin();
                (part, rest) = meter.take(line, PIECE);
                pieces.push(String::new());
            }
            if let Some(last) = pieces.last_mut() {
                last.push_str(part);
            }
            line = rest;
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_and_boundaries_stand_out_wherever_the_source_is_cut() {
        let text = "Subject: a: b\n folded: no name\nno field\n\nBody: none\n-- \nsig: no\n--b\nContent-Type: text/plain\n\nx: y\n--b--\nend: no\n";
        let names = |pieces: Vec<String>, wanted: Mark| {
            let marked = lined(pieces).into_iter().flat_map(|(piece, begins)| marked(&piece, begins));
            marked.filter(|(mark, _)| *mark == wanted).map(|(_, words)| words).collect::<Vec<_>>()
        };
        let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for pieces in [vec![text.to_owned()], lines] {
            assert_eq!(names(pieces.clone(), Mark::Name), ["Subject:", "Content-Type:"]);
            assert_eq!(names(pieces.clone(), Mark::Boundary), ["--b\n", "--b--\n"]);
            let all: String =
                lined(pieces).iter().flat_map(|(piece, at)| marked(piece, *at)).map(|(_, words)| words).collect();
            assert_eq!(all, text);
        }
    }

    #[test]
    fn a_source_is_cut_into_pieces_at_line_ends_and_nothing_is_lost() {
        let text = format!("{}\n{}\nend", "line\n".repeat(1000), "é".repeat(5000));
        let pieces = pieces(&text);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| cost::of(piece) <= PIECE));
        assert!(pieces[0].ends_with('\n'));
    }
}
