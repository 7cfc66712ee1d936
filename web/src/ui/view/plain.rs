//! Plain-text mail in the reading face.

use restante_engine::api::{Block, Kind, MessageView, Span};
use yew::{Callback, Html, Properties, component, html, use_callback};

use super::scrolled::Scrolled;
use crate::ui::cost;
use crate::ui::shared::Shared;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct PlainProps {
    pub(super) view: Shared<MessageView>,
}

#[component]
pub(super) fn PlainText(props: &PlainProps) -> Html {
    let text = &props.view.text;
    let block_costs = {
        let view = props.view.clone();
        // A link is an element, and that is laid out too.
        Callback::from(move |at: usize| {
            view.text.blocks.get(at).map_or(0, |block| {
                block.spans.iter().map(|span| 20 + cost::of(span.text())).fold(40, u32::saturating_add)
            })
        })
    };
    let draw =
        use_callback(props.view.clone(), |at: usize, view| view.text.blocks.get(at).map(draw).unwrap_or_default());
    html! {
        <div class="text">
            if text.blocks.is_empty() {
                <p class="nothing">{"This message has no text."}</p>
            }
            <Scrolled count={text.blocks.len()} cost={block_costs} {draw} />
            if text.is_cut {
                <p class="note">{"The text is very long, and this is its beginning. The whole is among the attachments."}</p>
            }
        </div>
    }
}

fn draw(block: &Block) -> Html {
    let spans = block.spans.iter().map(span);
    match block.kind {
        Kind::Paragraph => html! { <p dir="auto">{for spans}</p> },
        Kind::Signature => html! { <p dir="auto" class="signature">{for spans}</p> },
        Kind::Quote(depth) => {
            html! { <blockquote dir="auto" class={format!("quote-{}", depth.min(4))}>{for spans}</blockquote> }
        }
    }
}

fn span(span: &Span) -> Html {
    match span {
        Span::Text(text) => html! { {text.clone()} },
        Span::Mail(text) => html! { <a href={format!("mailto:{text}")}>{text.clone()}</a> },
        Span::Link(text) => {
            html! { <a href={text.clone()} target="_blank" rel="noopener noreferrer">{text.clone()}</a> }
        }
    }
}
