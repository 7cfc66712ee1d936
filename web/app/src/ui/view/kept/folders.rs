//! Accounts and their folders: a tree whose items are reached with the arrow keys.

use super::super::use_language;
use restante_api::keep::{AccountView, FolderId, FolderView, Role, Within};
use restante_locales::say;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{Callback, DragEvent, Html, KeyboardEvent, Properties, classes, component, html};

use super::super::row::DRAGGED;
use super::super::{Act, avatar, icon, sends};
use super::keeps;
use crate::ui::format;
use crate::ui::state::kept::{Drag, Opening, Shelf, Write};
use crate::ui::state::{Action, Kept, KeptAction, Overlay};
use crate::ui::words;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct FoldersProps {
    pub(super) kept: Kept,
    pub(super) act: Act,
}

#[component]
pub(super) fn Folders(props: &FoldersProps) -> Html {
    use_language();
    let FoldersProps { kept, act } = props;
    let accounts = kept.accounts();
    let unified = accounts.len() > 1;
    let any = kept.shelf.is_some() && !kept.is_searching()
        || unified && is_unified(kept)
        || accounts.iter().flat_map(|account| &account.folders).any(|folder| kept.is_in_sight(folder));
    let unread: u32 = accounts
        .iter()
        .flat_map(|account| &account.folders)
        .filter(|folder| folder.role == Role::Inbox)
        .map(|folder| folder.unread)
        .sum();
    let settings = kept.account_in_sight().or(accounts.first()).map(|account| account.id);
    html! {
        <nav class="rail" aria-label={say::kept_accounts_and_folders()}>
            <div role="tree" aria-label={say::kept_folders()} onkeydown={walk()}>
                if unified {
                    {item(say::kept_all_inboxes().into(), unread, icon::inbox(), is_unified(kept), true, KeptAction::Go(Within::Role(Role::Inbox)), None, act)}
                }
                { for accounts.iter().enumerate().map(|(at, account)| group(account, kept, unified, !any && at == 0 && !unified, act)) }
            </div>
            if kept.overview.is_none() { <div class="ghost lines" aria-hidden="true"><p></p><p></p><p></p></div> }
            <footer>
                if let Some(account) = settings {
                    <button class="quiet" onclick={keeps(act, KeptAction::Open(Opening::Settings(account)))}>{say::kept_settings()}</button>
                    if kept.sheet.is_none() {
                        <button class="quiet" onclick={keeps(act, KeptAction::Export(account, restante_api::keep::Archive::Mbox))}>{say::kept_back_up()}</button>
                    }
                }
                <button class="quiet" onclick={keeps(act, KeptAction::Leave)}>{say::kept_leave()}</button>
                <button class="quiet" onclick={sends(act, Action::Overlay(Some(Overlay::Keys)))}>{say::keys()}</button>
                <button class="quiet" onclick={sends(act, Action::ShowAbout(true))}>{say::about_page()}</button>
                if let Some(overview) = &kept.overview {
                    <p class="about">{room(overview.room)}</p>
                }
            </footer>
        </nav>
    }
}

/// How much room is taken.
pub(super) fn room(room: restante_api::keep::Room) -> String {
    match room.granted {
        Some(granted) if granted > 0 => say::kept_room_of(&format::octets(room.used), &format::octets(granted)),
        _ => say::kept_room(&format::octets(room.used)),
    }
}

fn is_unified(kept: &Kept) -> bool {
    kept.place == Within::Role(Role::Inbox) && !kept.is_searching() && kept.shelf.is_none()
}

/// An account's folders. `first` is the item that Tab reaches where none is in sight.
fn group(account: &AccountView, kept: &Kept, named: bool, first: bool, act: &Act) -> Html {
    html! {
        <div role="group" aria-label={account.name.clone()} key={account.id.0}>
            <div class="account" aria-hidden="true">
                {avatar::of(&account.user, &account.user)}
                <b dir="auto" title={account.name.clone()}>{&account.name}</b>
                <small>{if named { account.host.clone() } else { say::kept_account_here(&account.host) }}</small>
            </div>
            { for ordered(account).enumerate().map(|(at, folder)| {
                let here = kept.is_in_sight(folder);
                let go = KeptAction::Go(Within::Folder(folder.id));
                html! {
                    <>
                        {item(words::kept::folder(folder), folder.unread, drawing(folder), here, first && at == 0, go, kept.takes(account.id, folder.id).then_some(folder.id), act)}
                        if at == 0 {
                            {shelf(account, Shelf::Drafts, kept, act)}
                            {shelf(account, Shelf::Outbox, kept, act)}
                        }
                    </>
                }
            }) }
        </div>
    }
}

/// Folders in the order in which they are shown: what was sent stands beside what is written.
fn ordered(account: &AccountView) -> impl Iterator<Item = &FolderView> {
    let (sent, others): (Vec<_>, Vec<_>) = account.folders.iter().partition(|folder| folder.role == Role::Sent);
    let (inbox, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|folder| folder.role == Role::Inbox);
    inbox.into_iter().chain(sent).chain(rest)
}

/// Letters that are not sent yet.
fn shelf(account: &AccountView, shelf: Shelf, kept: &Kept, act: &Act) -> Html {
    let here = kept.shelf == Some((account.id, shelf)) && !kept.is_searching();
    let letters = u32::try_from(kept.shelved(account, shelf).count()).unwrap_or(u32::MAX);
    let (name, drawing) = match shelf {
        Shelf::Drafts => (say::folder_drafts(), icon::pencil()),
        Shelf::Outbox => (say::folder_outbox(), icon::send()),
    };
    let words = (letters > 0).then(|| say::messages(letters));
    tree_item(
        name.into(),
        letters,
        words,
        drawing,
        here,
        false,
        KeptAction::Write(Write::Show(account.id, shelf)),
        None,
        act,
    )
}

fn drawing(folder: &FolderView) -> Html {
    match folder.role {
        Role::Inbox => icon::inbox(),
        Role::Archive => icon::archive(),
        Role::Deleted => icon::delete(),
        Role::Sent => icon::sent(),
        Role::Own => icon::folder(),
    }
}

#[expect(clippy::too_many_arguments, reason = "each is one thing that is drawn")]
fn item(
    name: String,
    unread: u32,
    drawing: Html,
    here: bool,
    reached: bool,
    go: KeptAction,
    takes: Option<FolderId>,
    act: &Act,
) -> Html {
    let words = (unread > 0).then(|| say::kept_unread(unread));
    tree_item(name, unread, words, drawing, here, reached, go, takes, act)
}

#[expect(clippy::too_many_arguments, reason = "each is one thing that is drawn")]
fn tree_item(
    name: String,
    count: u32,
    words: Option<String>,
    drawing: Html,
    here: bool,
    reached: bool,
    go: KeptAction,
    takes: Option<FolderId>,
    act: &Act,
) -> Html {
    html! {
        <div role="treeitem" class={classes!("folder", takes.map(|_| "takes"))} ondragover={over(takes)} ondragleave={leave()} ondrop={drop_into(takes, act)} aria-label={name.clone()} aria-description={words} aria-selected={here.to_string()}
            tabindex={if here || reached { "0" } else { "-1" }} onclick={keeps(act, go)}>
            {drawing}<span dir="auto">{name}</span>
            if count > 0 { <em>{format::count(count)}</em> }
        </div>
    }
}

/// What is dragged may be let go here.
fn over(takes: Option<FolderId>) -> Option<Callback<DragEvent>> {
    takes?;
    Some(Callback::from(|event: DragEvent| {
        if !is_ours(&event) {
            return;
        }
        event.prevent_default();
        is_over(&event, true);
    }))
}

fn leave() -> Callback<DragEvent> {
    Callback::from(|event: DragEvent| is_over(&event, false))
}

fn drop_into(takes: Option<FolderId>, act: &Act) -> Option<Callback<DragEvent>> {
    let (folder, act) = (takes?, act.clone());
    Some(Callback::from(move |event: DragEvent| {
        is_over(&event, false);
        if !is_ours(&event) {
            return;
        }
        event.prevent_default();
        act.emit(Action::Keep(KeptAction::Drag(Drag::Drop(folder))));
    }))
}

/// Whether what is dragged are messages of the list, and not a file, say, after a drag whose end nobody was told.
fn is_ours(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.includes(&wasm_bindgen::JsValue::from_str(DRAGGED), 0))
}

/// Marks the folder that the mouse is over: for as long as that takes, no state knows of it.
fn is_over(event: &DragEvent, over: bool) {
    let folder = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(folder) = folder.and_then(|at| at.closest(".folder").ok().flatten()) {
        // It fails for words that are no names of classes.
        let _ = folder.class_list().toggle_with_force("over", over);
    }
}

/// Arrow keys walk the tree; Enter and the space bar list what is in a folder.
fn walk() -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let Some(tree) = at.closest("[role=tree]").ok().flatten() else { return };
        let Ok(items) = tree.query_selector_all("[role=treeitem]") else { return };
        let item = |index: u32| items.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok());
        let here = (0..items.length()).find(|index| item(*index).is_some_and(|item| item.is_same_node(Some(&at))));
        let (Some(here), last) = (here, items.length().saturating_sub(1)) else { return };
        let to = match event.key().as_str() {
            "ArrowDown" => (here + 1).min(last),
            "ArrowUp" => here.saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "Enter" | " " => {
                event.prevent_default();
                if let Some(item) = item(here) {
                    item.click();
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(item) = item(to) {
            // An item that cannot take the focus leaves it where it is.
            let _ = item.focus();
        }
    })
}
