//! A message as the server holds it.

use restante_engine::api::Source;
use yew::{Html, Properties, component, html, use_memo};

use crate::ui::format;
use crate::ui::shared::Shared;

/// Bytes shown at most; the file has them all.
const SHOWN: usize = 256 << 10;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct SourceProps {
    pub(super) source: Shared<Source>,
}

#[component]
pub(super) fn SourceView(props: &SourceProps) -> Html {
    let text = use_memo(props.source.clone(), |source| {
        String::from_utf8_lossy(&source.bytes[..source.bytes.len().min(SHOWN)]).replace("\r\n", "\n")
    });
    let rest = props.source.bytes.len().saturating_sub(SHOWN) as u64;
    html! {
        <>
            if rest > 0 {
                <p class="note">{format!("This is the beginning; {} more are in the saved file.", format::octets(rest))}</p>
            }
            <pre class="source" tabindex="0" role="region" aria-label="Source of the message">{text.as_str()}</pre>
        </>
    }
}
