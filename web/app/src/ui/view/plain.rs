//! Plain-text mail in the reading face: words, columns in letters of one width, and quotes that are folded by level.

use super::use_language;
use restante_api::{Block, Kind, MessageView, Span};
use restante_locales::say;
use yew::{Html, Properties, classes, component, html, use_callback, use_memo};

use super::pictures::{self, Pictures};
use super::quotes::{self, Node, Quote};
use super::scrolled::Scrolled;
use crate::ui::browser::page;
use crate::ui::cost::{self, Meter};
use crate::ui::format;
use crate::ui::shared::Shared;
use crate::ui::state;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct PlainProps {
    pub(super) view: Shared<MessageView>,
    /// The text has not been fetched.
    pub(super) header_only: bool,
    /// Attached pictures that have come.
    pub(super) pictures: Pictures,
}

#[component]
pub(super) fn PlainText(props: &PlainProps) -> Html {
    use_language();
    let text = &props.view.text;
    let nodes = use_memo(props.view.clone(), |view| Shared::new(quotes::nodes(pieces(&view.text.blocks))));
    html! {
        <div class="text">
            if text.blocks.is_empty() && !props.header_only {
                if state::pictures::of(&props.view).is_empty() {
                    <p class="nothing">{say::letter_no_text()}</p>
                } else {
                    {pictures::letter(&props.view, &props.pictures)}
                }
            }
            <Nodes nodes={(*nodes).clone()} />
            if text.is_cut {
                <p class="note">{say::letter_cut()}</p>
            }
        </div>
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct NodesProps {
    nodes: Shared<Vec<Node>>,
}

/// A text, or a quote in it, as far as one has scrolled.
#[component]
fn Nodes(props: &NodesProps) -> Html {
    use_language();
    let NodesProps { nodes } = props;
    let costs = use_callback(nodes.clone(), |at: usize, nodes| nodes.get(at).map_or(0, Node::cost));
    let draw = use_callback(nodes.clone(), |at: usize, nodes| match nodes.get(at) {
        Some(Node::Piece(piece)) => draw(piece),
        Some(Node::Quote(quote)) => draw_quote(quote),
        None => Html::default(),
    });
    html! { <Scrolled count={nodes.len()} cost={costs} {draw} /> }
}

/// A block, or a part of one that is too dear to be laid out in one step.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    columns: bool,
    /// There is no gap before it.
    continues: bool,
    pub(super) spans: Vec<Span>,
    /// What laying it out costs.
    pub(super) cost: u32,
}

/// Cuts blocks wherever a step ends.
#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    /// What the last piece costs.
    meter: Meter,
}

pub(super) fn pieces(blocks: &[Block]) -> Vec<Piece> {
    let mut cutter = Cutter::default();
    for block in blocks {
        cutter.begin(block, block.continues);
        for span in &block.spans {
            match span {
                Span::Text(text) => cutter.text(block, text),
                // Half a link leads elsewhere.
                Span::Link(_) | Span::Mail(_) => cutter.link(block, span),
            }
        }
        cutter.end();
    }
    cutter.pieces
}

impl Cutter {
    fn begin(&mut self, block: &Block, continues: bool) {
        self.end();
        let Block { kind, columns, .. } = *block;
        self.pieces.push(Piece { kind, columns, continues, spans: Vec::new(), cost: 0 });
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

    fn text(&mut self, block: &Block, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (start, end) = self.meter.take(rest, cost::STEP);
            if !start.is_empty() {
                self.push(Span::Text(start.to_owned()));
            }
            if !end.is_empty() {
                self.begin(block, true);
            }
            rest = end;
        }
    }

    fn link(&mut self, block: &Block, span: &Span) {
        let cost = cost::ELEMENT + cost::of(span.text()).min(cost::STEP);
        let is_begun = self.pieces.last().is_some_and(|last| !last.spans.is_empty());
        if is_begun && self.meter.spent() + cost > cost::STEP {
            self.begin(block, true);
        }
        self.meter.add(cost);
        self.push(span.clone());
    }
}

fn draw(piece: &Piece) -> Html {
    let spans = piece.spans.iter().map(span);
    let signature = (piece.kind == Kind::Signature).then_some("signature");
    let classes = classes!(signature, piece.continues.then_some("continues"));
    if piece.columns {
        // Its lines stay whole, so in a narrow window it is scrolled: by keyboard as well.
        return html! { <pre dir="auto" class={classes} tabindex="0" role="group" aria-label={say::letter_columns()}>{for spans}</pre> };
    }
    html! { <p dir="auto" class={classes}>{for spans}</p> }
}

fn draw_quote(quote: &Quote) -> Html {
    let nodes = html! { <blockquote><Nodes nodes={quote.nodes.clone()} /></blockquote> };
    if !quote.is_folded {
        return nodes;
    }
    html! {
        <details class="quoted">
            <summary>{say::letter_quoted(quote.lines)}</summary>
            {nodes}
        </details>
    }
}

fn span(span: &Span) -> Html {
    match span {
        Span::Text(text) => html! { {text.clone()} },
        Span::Mail(text) => html! { <a href={format!("mailto:{text}")}>{text.clone()}</a> },
        Span::Link(text) => {
            let shown = cost::within(text, cost::STEP).into_owned();
            // The browser says where it leads: `https://bank.example@other.example/` is no address of the bank.
            let host = page::host(text).filter(|host| !format::names_host(text, host));
            html! {
                <>
                    <a href={text.clone()} target="_blank" rel="noopener noreferrer">{shown}</a>
                    if let Some(host) = host {
                        {" "}<span class="opens">{say::letter_link_opens(&cost::within(&host, cost::LINE))}</span>
                    }
                </>
            }
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
            Block { kind: Kind::Paragraph, columns: false, continues: false, spans: vec![words.clone()] },
            Block { kind: Kind::Quote(2), columns: false, continues: false, spans },
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
            let block =
                Block { kind: Kind::Paragraph, columns: false, continues: false, spans: vec![Span::Text(text)] };
            assert_eq!(pieces(std::slice::from_ref(&block)).len(), 1, "{block:?}");
        }
    }
}
