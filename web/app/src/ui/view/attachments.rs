//! The attachments of a message.

use std::collections::HashMap;

use restante_api::{Attachment, CallId, MessageView, PartId};
use yew::{Callback, Html, Properties, component, html, use_callback};

use super::scrolled::Scrolled;
use super::{Act, sends};
use crate::ui::shared::Shared;
use crate::ui::state::Action;
use crate::ui::{cost, format};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct AttachmentsProps {
    pub(super) view: Shared<MessageView>,
    /// Attachments on their way.
    pub(super) fetching: HashMap<PartId, CallId>,
    pub(super) act: Act,
}

#[component]
pub(super) fn Attachments(props: &AttachmentsProps) -> Html {
    let AttachmentsProps { view, fetching, act } = props.clone();
    let draw = use_callback((view, fetching, act), |at: usize, (view, fetching, act)| {
        view.attachments.get(at).map(|file| draw(file, fetching.contains_key(&file.part), act)).unwrap_or_default()
    });
    if props.view.attachments.is_empty() {
        return Html::default();
    }
    let file_costs = {
        let view = props.view.clone();
        Callback::from(move |at: usize| {
            FILE + view.attachments.get(at).map_or(0, |file| cost::of(&file.name).min(cost::LINE))
        })
    };
    html! {
        <ul class="files" aria-label="Attachments">
            <Scrolled count={props.view.attachments.len()} cost={file_costs} {draw} />
        </ul>
    }
}

/// What drawing a file costs, its name and its buttons.
const FILE: u32 = 4 * cost::ELEMENT;

fn draw(file: &Attachment, on_its_way: bool, act: &Act) -> Html {
    let name = cost::within(&file.name, cost::LINE);
    html! {
        <li>
            <b dir="auto" title={name.to_string()}>{&*name}</b>
            <small>{format::media_type(&file.media_type)}{" · "}{format::octets(file.octets)}</small>
            <div class="actions">
                if file.is_message {
                    <button onclick={sends(act, Action::OpenNested(file.part))} aria-label={format!("Open {name}")}>
                        {"Open"}
                    </button>
                }
                <button onclick={sends(act, Action::Download(file.part))} aria-disabled={on_its_way.to_string()}
                    aria-label={format!("Download {name}")}>
                    {if on_its_way { "Fetching…" } else { "Download" }}
                </button>
            </div>
        </li>
    }
}
