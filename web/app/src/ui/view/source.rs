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
        Shared::new(pieces(&text))
    });
    let rest = props.source.bytes.len().saturating_sub(SHOWN) as u64;
    let piece_costs = {
        let pieces = (*pieces).clone();
        Callback::from(move |at: usize| pieces.get(at).map_or(0, |piece| cost::of(piece)))
    };
    let draw = use_callback((*pieces).clone(), |at: usize, pieces| {
        html! { <span>{pieces.get(at).cloned().unwrap_or_default()}</span> }
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
    fn a_source_is_cut_into_pieces_at_line_ends_and_nothing_is_lost() {
        let text = format!("{}\n{}\nend", "line\n".repeat(1000), "é".repeat(5000));
        let pieces = pieces(&text);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| cost::of(piece) <= PIECE));
        assert!(pieces[0].ends_with('\n'));
    }
}
