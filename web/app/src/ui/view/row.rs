//! A row of the list, and the shape of one that has not come yet.

use super::use_language;
use restante_api::Row;
use restante_locales::{flaw, say};
use yew::{Callback, DragEvent, Html, MouseEvent, Properties, classes, component, html, use_node_ref};

use super::avatar::avatar;
use super::swipe::use_swipe;
use super::{Act, hits, icon, sends};
use crate::ui::browser::dates;
use crate::ui::shared::Shared;
use crate::ui::state::kept::Drag;
use crate::ui::state::{Action, Choice, KeptAction};
use crate::ui::{cost, format};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct RowProps {
    pub(super) row: Shared<Row>,
    /// Where it is by now.
    pub(super) position: u32,
    /// Number of rows in the list.
    pub(super) of: u32,
    /// The message is being read.
    pub(super) read: bool,
    /// The message is chosen.
    pub(super) chosen: bool,
    /// Some message is chosen.
    pub(super) choosing: bool,
    /// The keyboard is here.
    pub(super) active: bool,
    /// The message was read.
    pub(super) seen: bool,
    /// It is kept on this device.
    pub(super) kept: bool,
    /// It can be moved to Deleted.
    pub(super) can_delete: bool,
    /// It has come since the mailbox was opened.
    pub(super) arrived: bool,
    /// It is to be deleted on the server.
    pub(super) marked: bool,
    pub(super) act: Act,
}

/// The element id of a row, for `aria-activedescendant`.
pub(super) fn id(position: u32) -> String {
    format!("row-{position}")
}

#[component]
pub(super) fn MessageRow(props: &RowProps) -> Html {
    use_language();
    let RowProps { row, position, of, active, seen, kept, .. } = props;
    let element = use_node_ref();
    let swipe = use_swipe(&element, *position, props.can_delete, &props.act);
    let (subject, has_subject) =
        if row.subject.trim().is_empty() { (say::no_subject(), false) } else { (row.subject.as_str(), true) };
    let selected = props.chosen || (props.read && !props.choosing);
    let classes = classes!(
        "row",
        active.then_some("active"),
        seen.then_some("seen"),
        ((*kept || props.arrived) && !seen).then_some("new"),
        props.marked.then_some("doomed"),
        props.chosen.then_some("chosen"),
        row.fault.as_ref().map(|_| "faulty"),
    );
    let name = format::name(row.from.as_ref());
    let found = &row.marks.hits;
    // What was found was found in the name.
    let named = row.from.as_ref().is_some_and(|from| from.name.trim() == name);
    // Octets count from the beginning of the text as it came, and the name is shown without the space around it.
    let cut = row.from.as_ref().map_or(0, |from| from.name.len() - from.name.trim_start().len());
    html! {
        <div ref={element} id={id(*position)} class={classes} role="option" aria-selected={selected.to_string()}
            aria-current={props.read.then_some("true")}
            aria-posinset={(position + 1).to_string()} aria-setsize={of.to_string()} onclick={click(props)}
            draggable={kept.then_some("true")} ondragstart={kept.then(|| take(props))} ondragend={kept.then(|| drags(&props.act, Drag::End))}
            data-left={props.can_delete.then(say::tool_delete)} data-right={kept.then(|| if *seen { say::tool_unread() } else { say::tool_read() })}
            onpointerdown={kept.then_some(swipe.down)} onpointermove={kept.then_some(swipe.moves)}
            onpointerup={kept.then_some(swipe.up)} onpointercancel={kept.then_some(swipe.cancel)}>
            {avatar(row.from.as_ref())}
            if *kept && !seen { <span class="unseen">{say::row_unread()}{" "}</span> }
            if props.arrived && !seen { <span class="unseen">{say::row_new()}{" "}</span> }
            if row.marks.starred { <span class="unseen">{say::row_starred()}{" "}</span> }
            <b dir="auto">{hits::marked(name, cost::LINE, if named { &found.from } else { &[] }, cut)}</b>
            if let Some(date) = row.date {
                <time datetime={dates::machine(date)}>{dates::short(date)}</time>
            }
            <strong dir="auto">{if has_subject { hits::marked(subject, cost::LINE, &found.subject, 0) } else { subject.into() }}</strong>
            <span class="last">
            if let Some(fault) = &row.fault {
                <span class="snippet" dir="auto">{cost::within(&flaw(fault), cost::LINE).into_owned()}</span>
            } else {
                <span class="snippet" dir="auto">{hits::marked(&row.snippet, cost::LINE, &found.snippet, 0)}</span>
            }
            <span class="marks">
                if props.marked { <span class="n">{say::row_to_be_deleted()}</span> }
                if let Some((_, count)) = row.marks.thread {
                    <span class="n" title={say::row_thread_count(count)}>{format::count(count)}<span class="unseen">{" "}{say::row_thread()}</span></span>
                }
                if row.marks.header_only {
                    <span title={say::row_header_only_title()}>{icon::cloud()}<span class="unseen">{say::row_header_only()}</span></span>
                }
                if row.attachments {
                    <span>{icon::clip()}<span class="unseen">{say::row_attachments()}</span></span>
                }
                if row.marks.starred { <span class="star">{icon::star(true)}</span> }
            </span>
            </span>
        </div>
    }
}

/// A click reads; with Control or Command, or upon the sender's mark, it chooses; with Shift it chooses all up to here.
fn click(props: &RowProps) -> Callback<MouseEvent> {
    let (act, position) = (props.act.clone(), props.position);
    Callback::from(move |event: MouseEvent| {
        let upon = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok());
        let on_mark = upon.is_some_and(|element| element.class_list().contains("avatar"));
        act.emit(if event.shift_key() {
            Action::Choose(Choice::Through(position))
        } else if event.ctrl_key() || event.meta_key() || on_mark {
            Action::Choose(Choice::Toggle(position))
        } else {
            Action::Read(position)
        });
    })
}

/// What is dragged is known to the page alone; the name says to it, and to no other, that it is a message.
pub(in crate::ui) const DRAGGED: &str = "application/x-restante-message";

fn take(props: &RowProps) -> Callback<DragEvent> {
    let (act, position) = (props.act.clone(), props.position);
    Callback::from(move |event: DragEvent| {
        if let Some(data) = event.data_transfer() {
            data.set_effect_allowed("move");
            // Without any there is no drag in some browsers; a failure leaves it at that.
            let _ = data.set_data(DRAGGED, "");
        }
        act.emit(Action::Keep(KeptAction::Drag(Drag::Take(position))));
    })
}

fn drags(act: &Act, drag: Drag) -> Callback<DragEvent> {
    sends(act, Action::Keep(KeptAction::Drag(drag)))
}

/// The shape of a row that has not come yet. Screen readers hear of it from the list's `aria-busy`.
pub(super) fn ghost(position: u32) -> Html {
    html! {
        <div key={format!("ghost-{position}")} class="row ghost" aria-hidden="true">
            <span class="avatar"></span><b></b><strong></strong><span class="snippet"></span>
        </div>
    }
}
