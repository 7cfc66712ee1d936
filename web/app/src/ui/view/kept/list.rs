//! The list of kept mail: its head with what is listed, which of it and in which order, and what is said where it is empty.

use restante_api::keep::{Filter, Order, Role, Within};
use web_sys::HtmlSelectElement;
use yew::{Callback, Html, TargetCast, html};

use super::super::list::{ListProps, MessageList};
use super::super::{Act, icon};
use super::{KeptProps, keeps};
use crate::ui::format;
use crate::ui::state::kept::Opening;
use crate::ui::state::{Action, Kept, KeptAction};
use crate::ui::words;

const FILTERS: [(Filter, &str); 4] = [
    (Filter::All, "All"),
    (Filter::Unread, "Unread"),
    (Filter::Starred, "Starred"),
    (Filter::Attachments, "With attachments"),
];

const ORDERS: [(Order, &str); 5] = [
    (Order::Newest, "Newest first"),
    (Order::Oldest, "Oldest first"),
    (Order::Sender, "By sender"),
    (Order::Subject, "By subject"),
    (Order::Largest, "Largest first"),
];

pub(super) fn list(props: &KeptProps) -> Html {
    let KeptProps { kept, mailbox, act, .. } = props;
    // What is shown is told, and not what is on its way.
    let found = kept.shown.as_ref().is_some_and(|query| !query.search.is_empty());
    let beside = if found {
        format!("{} found · best match first", format::count(mailbox.len()))
    } else {
        counted(kept, mailbox.len())
    };
    let list = ListProps {
        beside: Some(beside),
        controls: controls(kept, found, act),
        ..ListProps::of(mailbox, title(kept), empty(kept, act), act)
    };
    html! {
        <>
            if let Some(failure) = &kept.refused {
                <p class="note warn" role="alert"><b>{failure.headline()}</b>{" "}{failure.advice()}</p>
            }
            // Another list begins at its top.
            <MessageList key={mailbox.shift.list} ..list />
        </>
    }
}

fn title(kept: &Kept) -> String {
    if kept.is_searching() {
        return "Search".into();
    }
    match kept.place {
        Within::Role(Role::Inbox) if kept.accounts().len() > 1 => "All inboxes".into(),
        Within::Role(role) => words::kept::standard(role).into(),
        Within::Folder(folder) => {
            kept.folder(folder).map_or_else(String::new, |(_, folder)| words::kept::folder(folder))
        }
        Within::Thread(_) => "Conversation".into(),
        Within::Everywhere => "All mail".into(),
    }
}

fn counted(kept: &Kept, count: u32) -> String {
    if kept.shown.is_none() { String::new() } else { words::kept::messages(count) }
}

fn controls(kept: &Kept, found: bool, act: &Act) -> Html {
    let in_thread = matches!(kept.place, Within::Thread(_));
    let own = match kept.place {
        Within::Folder(id) => kept.folder(id).filter(|(_, folder)| folder.role == Role::Own),
        _ => None,
    };
    let deleted = deleted(kept);
    html! {
        <div class="choices">
            if kept.is_searching() {
                <button class="quiet" onclick={keeps(act, KeptAction::EndSearch)}>{icon::back()}{"End the search"}</button>
            } else if in_thread {
                <button class="quiet" onclick={keeps(act, KeptAction::GoBack)}>{icon::back()}{"Back to the list"}</button>
            }
            <select aria-label="Filter" onchange={chosen(act, |at| FILTERS.get(at).map(|(filter, _)| KeptAction::Filter(*filter)))}>
                { for FILTERS.iter().enumerate().map(|(at, (filter, name))| html! {
                    <option value={at.to_string()} selected={kept.filter == *filter}>{*name}</option>
                }) }
            </select>
            if !found {
                <select aria-label="Sort" onchange={chosen(act, |at| ORDERS.get(at).map(|(order, _)| KeptAction::Order(*order)))}>
                    { for ORDERS.iter().enumerate().map(|(at, (order, name))| html! {
                        <option value={at.to_string()} selected={kept.order == *order}>{*name}</option>
                    }) }
                </select>
            }
            if let Some((_, folder)) = own {
                <button class="quiet" onclick={keeps(act, KeptAction::Open(Opening::Folder(folder.id)))}>{"Folder…"}</button>
            }
            if let Some((account, count)) = deleted {
                <button class="quiet" disabled={count == 0} onclick={keeps(act, KeptAction::Open(Opening::Empty(account)))}>{"Empty Deleted"}</button>
            }
        </div>
    }
}

/// The account whose folder Deleted is in sight, and how many messages are in it.
fn deleted(kept: &Kept) -> Option<(restante_api::keep::AccountId, u32)> {
    if kept.role_in_sight() != Some(Role::Deleted) {
        return None;
    }
    let account = kept.account_in_sight()?;
    let folder = account.folders.iter().find(|folder| folder.role == Role::Deleted)?;
    Some((account.id, folder.messages))
}

fn chosen(act: &Act, action: fn(usize) -> Option<KeptAction>) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(action) = value.parse().ok().and_then(action) {
            act.emit(Action::Keep(action));
        }
    })
}

fn empty(kept: &Kept, act: &Act) -> Html {
    let Some(shown) = &kept.shown else { return html! { <p role="status">{"Opening…"}</p> } };
    if !shown.search.is_empty() {
        return html! {
            <>
                <p role="status">{"Nothing found for "}<q dir="auto">{&shown.search}</q>{"."}</p>
                <p><small>{"All words have to be there. Senders, recipients, subjects, texts and names of attachments are searched."}</small></p>
                <p><button onclick={keeps(act, KeptAction::EndSearch)}>{"End the search"}</button></p>
            </>
        };
    }
    if shown.filter != Filter::All {
        return html! {
            <>
                <p>{"No message here is like that."}</p>
                <p><button onclick={keeps(act, KeptAction::Filter(Filter::All))}>{"Show all"}</button></p>
            </>
        };
    }
    let fetching = kept.accounts().iter().any(|account| account.checked_at == 0);
    html! { <p>{if fetching { "Mail appears here as it comes." } else { "There is no mail here." }}</p> }
}
