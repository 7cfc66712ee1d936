//! A row of the list, and the shape of one that has not come yet.

use restante_api::Row;
use yew::{Html, MouseEvent, Properties, classes, component, html};

use super::avatar::avatar;
use super::{Act, icon, sends};
use crate::ui::browser::dates;
use crate::ui::shared::Shared;
use crate::ui::state::Action;
use crate::ui::{cost, format};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct RowProps {
    pub(super) row: Shared<Row>,
    /// Number of rows in the list.
    pub(super) of: u32,
    /// The message is being read.
    pub(super) selected: bool,
    /// The keyboard is here.
    pub(super) active: bool,
    /// The message was read in this session.
    pub(super) seen: bool,
    pub(super) act: Act,
}

/// The element id of a row, for `aria-activedescendant`.
pub(super) fn id(position: u32) -> String {
    format!("row-{position}")
}

#[component]
pub(super) fn MessageRow(props: &RowProps) -> Html {
    let RowProps { row, of, selected, active, seen, act } = props;
    let subject = if row.subject.trim().is_empty() { "(no subject)" } else { &row.subject };
    let classes =
        classes!("row", active.then_some("active"), seen.then_some("seen"), row.fault.as_ref().map(|_| "faulty"));
    html! {
        <div id={id(row.position)} class={classes} role="option" aria-selected={selected.to_string()}
            aria-posinset={(row.position + 1).to_string()} aria-setsize={of.to_string()}
            onclick={sends::<MouseEvent>(act, Action::Read(row.position))}>
            {avatar(row.from.as_ref())}
            <b dir="auto">{cost::within(format::name(row.from.as_ref()), cost::LINE).into_owned()}</b>
            if let Some(date) = row.date {
                <time datetime={dates::machine(date)}>{dates::short(date)}</time>
            }
            <strong dir="auto">{cost::within(subject, cost::LINE).into_owned()}</strong>
            if let Some(fault) = &row.fault {
                <span class="snippet" dir="auto">{cost::within(fault, cost::LINE).into_owned()}</span>
            } else {
                <span class="snippet" dir="auto">{cost::within(&row.snippet, cost::LINE).into_owned()}</span>
            }
            if row.attachments {
                <span class="clip">{icon::clip()}<span class="unseen">{"with attachments"}</span></span>
            }
        </div>
    }
}

/// The shape of a row that has not come yet. Screen readers hear of it from the list's `aria-busy`.
pub(super) fn ghost(position: u32) -> Html {
    html! {
        <div key={position} class="row ghost" aria-hidden="true">
            <span class="avatar"></span><b></b><strong></strong><span class="snippet"></span>
        </div>
    }
}
