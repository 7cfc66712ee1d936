//! Plain-text mail in the reading face.

use restante_api::{Block, Kind, MessageView, Span};
use yew::{Html, Properties, classes, component, html, use_callback, use_memo};

use super::scrolled::Scrolled;
use crate::ui::cost::{self, Meter};
use crate::ui::shared::Shared;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct PlainProps {
    pub(super) view: Shared<MessageView>,
    /// The text has not been fetched.
    pub(super) header_only: bool,
}

#[component]
pub(super) fn PlainText(props: &PlainProps) -> Html {
    let text = &props.view.text;
    let pieces = use_memo(props.view.clone(), |view| Shared::new(pieces(&view.text.blocks)));
    let piece_costs = use_callback((*pieces).clone(), |at: usize, pieces| pieces.get(at).map_or(0, |piece| piece.cost));
    let draw = use_callback((*pieces).clone(), |at: usize, pieces| pieces.get(at).map(draw).unwrap_or_default());
    html! {
        <div class="text">
            if text.blocks.is_empty() && !props.header_only {
                <p class="nothing">{"This message has no text."}</p>
            }
            <Scrolled count={pieces.len()} cost={piece_costs} {draw} />
            if text.is_cut {
                <p class="note">{"The text is very long, and this is its beginning. The whole is among the attachments."}</p>
            }
        </div>
    }
}

/// A block, or a part of one that is too dear to be laid out in one step.
#[derive(Debug, PartialEq)]
struct Piece {
    kind: Kind,
    /// There is no gap before it.
    continues: bool,
    spans: Vec<Span>,
    /// What laying it out costs.
    cost: u32,
}

/// Cuts blocks wherever a step ends.
#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    /// What the last piece costs.
    meter: Meter,
}

fn pieces(blocks: &[Block]) -> Vec<Piece> {
    let mut cutter = Cutter::default();
    for block in blocks {
        cutter.begin(block.kind, block.continues);
        for span in &block.spans {
            match span {
                Span::Text(text) => cutter.text(block.kind, text),
                // Half a link leads elsewhere.
                Span::Link(_) | Span::Mail(_) => cutter.link(block.kind, span),
            }
        }
        cutter.end();
    }
    cutter.pieces
}

impl Cutter {
    fn begin(&mut self, kind: Kind, continues: bool) {
        self.end();
        self.pieces.push(Piece { kind, continues, spans: Vec::new(), cost: 0 });
        self.meter.begin();
        self.meter.add(cost::ELEMENT);
    }

    fn end(&mut self) {
        if let Some(last) = self.pieces.last_mut() {
            last.cost = self.meter.spent();
        }
    }

    fn push(&mut self, span: Span) {
        if let Some(last) = self.pieces.last_mut() {
            last.spans.push(span);
        }
    }

    fn text(&mut self, kind: Kind, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (start, end) = self.meter.take(rest, cost::STEP);
            if !start.is_empty() {
                self.push(Span::Text(start.to_owned()));
            }
            if !end.is_empty() {
                self.begin(kind, true);
            }
            rest = end;
        }
    }

    fn link(&mut self, kind: Kind, span: &Span) {
        let cost = cost::ELEMENT + cost::of(span.text()).min(cost::STEP);
        let is_begun = self.pieces.last().is_some_and(|last| !last.spans.is_empty());
        if is_begun && self.meter.spent() + cost > cost::STEP {
            self.begin(kind, true);
        }
        self.meter.add(cost);
        self.push(span.clone());
    }
}

fn draw(piece: &Piece) -> Html {
    let spans = piece.spans.iter().map(span);
    let continues = piece.continues.then_some("continues");
    match piece.kind {
        Kind::Paragraph => html! { <p dir="auto" class={classes!(continues)}>{for spans}</p> },
        Kind::Signature => html! { <p dir="auto" class={classes!("signature", continues)}>{for spans}</p> },
        Kind::Quote(depth) => {
            let depth = format!("quote-{}", depth.min(4));
            html! { <blockquote dir="auto" class={classes!(depth, continues)}>{for spans}</blockquote> }
        }
    }
}

fn span(span: &Span) -> Html {
    match span {
        Span::Text(text) => html! { {text.clone()} },
        Span::Mail(text) => html! { <a href={format!("mailto:{text}")}>{text.clone()}</a> },
        Span::Link(text) => {
            let shown = cost::within(text, cost::STEP).into_owned();
            html! { <a href={text.clone()} target="_blank" rel="noopener noreferrer">{shown}</a> }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_dear_for_a_step_is_cut_and_nothing_is_lost() {
        let heap = Span::Text(format!("e{}", "\u{301}".repeat(1000)));
        let link = Span::Link(format!("https://a.example/{}", "\u{301}".repeat(900)));
        let words = Span::Text("word ".repeat(100));
        let spans =
            vec![words.clone(), heap.clone(), link.clone(), words.clone(), heap, link.clone(), link, words.clone()];
        let blocks = [
            Block { kind: Kind::Paragraph, continues: false, spans: vec![words.clone()] },
            Block { kind: Kind::Quote(2), continues: false, spans },
        ];
        let pieces = pieces(&blocks);
        assert_eq!(pieces[0].spans, std::slice::from_ref(&words));
        let text = |spans: &[Span]| spans.iter().map(Span::text).collect::<String>();
        assert_eq!(pieces[1..].iter().map(|piece| text(&piece.spans)).collect::<String>(), text(&blocks[1].spans));
        assert!(!pieces[1].continues && pieces[2..].iter().all(|piece| piece.continues));
        assert!(pieces.iter().all(|piece| !piece.spans.is_empty() && piece.cost <= cost::STEP + 2 * cost::ELEMENT));
        assert!(pieces.len() > 5);
    }

    #[test]
    fn the_words_of_a_block_are_one_piece() {
        let chinese = "今天天气很好我们去公园散步吧".repeat(58);
        let hindi = "नमस्ते दुनिया, यह एक परीक्षा है। ".repeat(30);
        for text in ["Lorem ipsum ".repeat(340), "Привет, мир! ".repeat(180), chinese, hindi] {
            let block = Block { kind: Kind::Paragraph, continues: false, spans: vec![Span::Text(text)] };
            assert_eq!(pieces(std::slice::from_ref(&block)).len(), 1, "{block:?}");
        }
    }
}
