//! The attachments of a message.

use std::collections::HashMap;

use restante_engine::api::{Attachment, CallId, MessageView, PartId};
use yew::{Html, Properties, component, html};

use super::{Act, sends};
use crate::ui::format;
use crate::ui::shared::Shared;
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct AttachmentsProps {
    pub(super) view: Shared<MessageView>,
    /// Attachments on their way.
    pub(super) fetching: HashMap<PartId, CallId>,
    pub(super) act: Act,
}

#[component]
pub(super) fn Attachments(props: &AttachmentsProps) -> Html {
    if props.view.attachments.is_empty() {
        return Html::default();
    }
    let files =
        props.view.attachments.iter().map(|file| draw(file, props.fetching.contains_key(&file.part), &props.act));
    html! { <ul class="files" aria-label="Attachments">{for files}</ul> }
}

fn draw(file: &Attachment, on_its_way: bool, act: &Act) -> Html {
    html! {
        <li>
            <b dir="auto" title={file.name.clone()}>{&file.name}</b>
            <small>{format::media_type(&file.media_type)}{" · "}{format::octets(file.octets)}</small>
            <div class="actions">
                if file.is_message {
                    <button onclick={sends(act, Action::OpenNested(file.part))} aria-label={format!("Open {}", file.name)}>
                        {"Open"}
                    </button>
                }
                <button onclick={sends(act, Action::Download(file.part))} aria-disabled={on_its_way.to_string()}
                    aria-label={format!("Download {}", file.name)}>
                    {if on_its_way { "Fetching…" } else { "Download" }}
                </button>
            </div>
        </li>
    }
}
