//! Plain-text mail in the reading face.

use yew::{AttrValue, Html, Properties, component, html};

use crate::ui::text::{self, Block, Kind, Span};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct PlainProps {
    pub(super) text: AttrValue,
}

#[component]
pub(super) fn PlainText(props: &PlainProps) -> Html {
    let (start, more) = text::beginning(&props.text);
    let blocks = text::blocks(start);
    html! {
        <div class="text">
            if blocks.is_empty() {
                <p class="nothing">{"This message has no text."}</p>
            }
            { for blocks.iter().map(draw) }
            if more {
                <p class="note">{"The text is very long, and this is its beginning. Save the message to have it whole."}</p>
            }
        </div>
    }
}

fn draw(block: &Block<'_>) -> Html {
    let mut lines = Vec::with_capacity(block.lines.len() * 2);
    for (at, line) in block.lines.iter().enumerate() {
        if at > 0 {
            lines.push(html! { {"\n"} });
        }
        lines.extend(line.iter().map(span));
    }
    match block.kind {
        Kind::Paragraph => html! { <p dir="auto">{for lines}</p> },
        Kind::Signature => html! { <p dir="auto" class="signature">{for lines}</p> },
        Kind::Quote(depth) => {
            html! { <blockquote dir="auto" class={format!("quote-{}", depth.min(4))}>{for lines}</blockquote> }
        }
    }
}

fn span(span: &Span<'_>) -> Html {
    match *span {
        Span::Text(text) => html! { {text} },
        Span::Link { text, mail: true } => html! { <a href={format!("mailto:{text}")}>{text}</a> },
        Span::Link { text, mail: false } => {
            html! { <a href={text.to_owned()} target="_blank" rel="noopener noreferrer">{text}</a> }
        }
    }
}
