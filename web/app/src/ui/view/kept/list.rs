//! The list of kept mail: its head with what is listed, which of it and in which order, and what is said where it is empty.

use super::super::places::{self, PLACES};
use restante_api::keep::{Filter, Order, Role, Within};
use restante_locales::{advice, headline, say};
use web_sys::HtmlSelectElement;
use yew::{Callback, Html, TargetCast, html};

use super::super::list::{ListProps, MessageList};
use super::super::{Act, icon};
use super::{KeptProps, keeps};
use crate::ui::state::kept::Opening;
use crate::ui::state::{Action, Kept, KeptAction};
use crate::ui::words;

const FILTERS: [Filter; 4] = [Filter::All, Filter::Unread, Filter::Starred, Filter::Attachments];

const ORDERS: [Order; 5] = [Order::Newest, Order::Oldest, Order::Sender, Order::Subject, Order::Largest];

pub(super) fn list(props: &KeptProps) -> Html {
    let KeptProps { kept, mailbox, act, .. } = props;
    // What is shown is told, and not what is on its way.
    let found = kept.shown.as_ref().is_some_and(|query| !query.search.is_empty());
    let beside = if found { say::kept_found(mailbox.len()) } else { counted(kept, mailbox.len()) };
    let list = ListProps {
        beside: Some(beside),
        can_delete: kept.role_in_sight() != Some(Role::Deleted),
        controls: controls(kept, found, act),
        ..ListProps::of(mailbox, title(kept), empty(kept, act), act)
    };
    html! {
        <>
            if let Some(failure) = &kept.refused {
                <p class="note warn" role="alert"><b>{headline(failure)}</b>{" "}{advice(failure)}</p>
            }
            // Another list begins at its top.
            <MessageList key={mailbox.shift.list} ..list />
        </>
    }
}

fn filter_name(filter: Filter) -> &'static str {
    match filter {
        Filter::All => say::filter_all(),
        Filter::Unread => say::filter_unread(),
        Filter::Starred => say::filter_starred(),
        Filter::Attachments => say::filter_attachments(),
    }
}

fn order_name(order: Order) -> &'static str {
    match order {
        Order::Newest => say::order_newest(),
        Order::Oldest => say::order_oldest(),
        Order::Sender => say::order_sender(),
        Order::Subject => say::order_subject(),
        Order::Largest => say::order_largest(),
    }
}

fn title(kept: &Kept) -> String {
    if kept.is_searching() {
        return say::kept_search().into();
    }
    match kept.place {
        Within::Role(Role::Inbox) if kept.accounts().len() > 1 => say::kept_all_inboxes().into(),
        Within::Role(role) => words::kept::standard(role).into(),
        Within::Folder(folder) => {
            kept.folder(folder).map_or_else(String::new, |(_, folder)| words::kept::folder(folder))
        }
        Within::Thread(_) => say::kept_conversation().into(),
        Within::Everywhere => say::kept_all_mail().into(),
    }
}

fn counted(kept: &Kept, count: u32) -> String {
    if kept.shown.is_none() { String::new() } else { say::messages(count) }
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
                <button class="quiet" onclick={keeps(act, KeptAction::EndSearch)}>{icon::back()}{say::kept_end_search()}</button>
            } else if in_thread {
                <button class="quiet" onclick={keeps(act, KeptAction::GoBack)}>{icon::back()}{say::kept_back_to_list()}</button>
            }
            <select aria-label={say::kept_filter()} onchange={chosen(act, |at| FILTERS.get(at).map(|filter| KeptAction::Filter(*filter)))}>
                { for FILTERS.iter().enumerate().map(|(at, filter)| html! {
                    <option value={at.to_string()} selected={kept.filter == *filter}>{filter_name(*filter)}</option>
                }) }
            </select>
            if !found {
                <select aria-label={say::kept_sort()} onchange={chosen(act, |at| ORDERS.get(at).map(|order| KeptAction::Order(*order)))}>
                    { for ORDERS.iter().enumerate().map(|(at, order)| html! {
                        <option value={at.to_string()} selected={kept.order == *order}>{order_name(*order)}</option>
                    }) }
                </select>
            }
            if let Some((_, folder)) = own {
                <button class="quiet" onclick={keeps(act, KeptAction::Open(Opening::Folder(folder.id)))}>{say::kept_folder()}</button>
            }
            if kept.role_in_sight() == Some(Role::Sent) { <small>{say::sent_words()}</small> }
            if let Some((account, count)) = deleted {
                <button class="quiet" disabled={count == 0} onclick={keeps(act, KeptAction::Open(Opening::Empty(account)))}>{say::kept_empty_deleted()}</button>
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
    let Some(shown) = &kept.shown else { return html! { <p role="status">{say::kept_list_opening()}</p> } };
    if !shown.search.is_empty() {
        return html! {
            <>
                <p role="status">{places::with(&say::kept_nothing_found(PLACES[0]), [html! { <q dir="auto">{&shown.search}</q> }])}</p>
                <p><small>{say::kept_nothing_found_words()}</small></p>
                <p><button onclick={keeps(act, KeptAction::EndSearch)}>{say::kept_end_search()}</button></p>
            </>
        };
    }
    if shown.filter != Filter::All {
        return html! {
            <>
                <p>{say::kept_none_like_that()}</p>
                <p><button onclick={keeps(act, KeptAction::Filter(Filter::All))}>{say::kept_show_all()}</button></p>
            </>
        };
    }
    let fetching = kept.accounts().iter().any(|account| account.checked_at == 0);
    html! { <p>{if fetching { say::kept_mail_comes() } else { say::kept_no_mail() }}</p> }
}
