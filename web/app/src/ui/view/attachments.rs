//! The attachments of a message: each with what it is, all of them to be saved at once.

use std::collections::HashMap;

use super::use_language;
use restante_api::{Attachment, CallId, MessageView, PartId};
use restante_locales::say;
use yew::{Callback, Html, Properties, component, html, use_callback};

use super::pictures::{Pictures, ShownPicture};
use super::scrolled::Scrolled;
use super::{Act, icon, sends};
use crate::ui::shared::Shared;
use crate::ui::state::{Action, pictures};
use crate::ui::{cost, format};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct AttachmentsProps {
    pub(super) view: Shared<MessageView>,
    /// Attachments on their way.
    pub(super) fetching: HashMap<PartId, CallId>,
    /// All of them in one file are on their way.
    pub(super) archive: bool,
    /// Pictures that have come.
    pub(super) pictures: Pictures,
    pub(super) act: Act,
}

#[component]
pub(super) fn Attachments(props: &AttachmentsProps) -> Html {
    use_language();
    let AttachmentsProps { view, fetching, act, pictures, .. } = props.clone();
    let draw = use_callback((view, fetching, pictures, act), |at: usize, (view, fetching, pictures, act)| {
        let draw = |file: &Attachment| draw(file, fetching.contains_key(&file.part), pictures, act);
        view.attachments.get(at).map(draw).unwrap_or_default()
    });
    let count = props.view.attachments.len();
    let octets = props.view.attachments.iter().map(|file| file.octets).fold(0, u64::saturating_add);
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
        <>
            if count > 1 {
                <p class="all">
                    <span>{say::files_count(count as u64, &format::octets(octets))}</span>
                    <button onclick={sends(&props.act, Action::DownloadAll)} aria-disabled={props.archive.to_string()}
                        aria-label={say::files_save_all_name()}>
                        {icon::save()}{if props.archive { say::fetching() } else { say::files_save_all() }}
                    </button>
                </p>
            }
            <ul class="files" aria-label={say::files()}>
                <Scrolled {count} cost={file_costs} {draw} />
            </ul>
        </>
    }
}

/// What drawing a file costs, its name and its buttons.
const FILE: u32 = 5 * cost::ELEMENT;

fn draw(file: &Attachment, on_its_way: bool, come: &Pictures, act: &Act) -> Html {
    let name = cost::within(&file.name, cost::LINE);
    html! {
        <li>
            <span class="thumb" aria-hidden="true">
                if let Some(picture) = come.get(&file.part) {
                    <ShownPicture picture={picture.clone()} name="" />
                } else if pictures::shown_type(file).is_none() {
                    {ending(&file.name)}
                }
            </span>
            <b dir="auto" title={name.to_string()}>{&*name}</b>
            <small>{format::media_type(&file.media_type)}{" · "}{format::octets(file.octets)}</small>
            <div class="actions">
                if file.is_message {
                    <button onclick={sends(act, Action::OpenNested(file.part))} aria-label={say::file_open_name(&name)}>
                        {say::file_open()}
                    </button>
                }
                <button onclick={sends(act, Action::Download(file.part))} aria-disabled={on_its_way.to_string()}
                    aria-label={say::file_download_name(&name)}>
                    {if on_its_way { say::fetching() } else { say::file_download() }}
                </button>
            </div>
        </li>
    }
}

/// The ending of a file's name, as a mark of what it is.
fn ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_short = (1..=4).contains(&ending.len()) && ending.bytes().all(|c| c.is_ascii_alphanumeric());
    if is_short { ending.to_ascii_uppercase() } else { String::new() }
}
