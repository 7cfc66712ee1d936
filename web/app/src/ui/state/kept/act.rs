//! What somebody does with kept mail.

use restante_api::keep::{AccountId, Archive, Ask, Change, Filter, FolderId, KeptId, Order, Role, ThreadId, Within};
use restante_locales::say;
use restante_protocol::tunnel::Secret;

use super::{
    Drag, Files, Kept, Knob, Sheet, SignInDraft, Told, Wait, Write, accounts, drag, files, ids, lists, moves, settings,
    write,
};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::{Effect, Focus, Mailbox, Selection, State, meant};

/// What can be done with kept mail.
#[derive(Debug, Clone, PartialEq)]
pub enum KeptAction {
    /// Show what is kept.
    Enter,
    /// Show the connect form.
    Leave,
    /// List what is here.
    Go(Within),
    /// Back from a conversation to where it was opened.
    GoBack,
    /// List these.
    Filter(Filter),
    /// List them in this order.
    Order(Order),
    /// Search for this, as typed so far.
    Search(String),
    /// Typing has paused.
    SearchDue,
    /// Search no more.
    EndSearch,
    /// Go to the search box.
    ToSearch,
    /// List the conversation of the message that is meant.
    Conversation,
    /// Fetch what is new.
    Check,
    /// Stop fetching for now.
    Pause,
    /// Fetch what is new of one account, or go on with it.
    CheckAccount(AccountId),
    /// Of this account nothing more is to be said.
    Hush(AccountId),
    /// Trust the certificate that an account's server shows.
    Trust(AccountId),
    /// Do something with the messages that are meant.
    Do(Deed),
    /// Do something with the message at this position, whatever else is meant.
    Swipe(u32, Deed),
    /// Take back the last move.
    Undo,
    /// What was told has been read.
    Read,
    /// Open a dialog.
    Open(Opening),
    /// The dialog was closed.
    Shut,
    /// Close the dialog, and do nothing of what it asks.
    Cancel,
    /// A control of the account settings was changed.
    Turn(Knob),
    /// Save the settings, or ask what they would delete.
    Save,
    /// What they delete on the server is agreed to.
    Agree,
    /// The password, as typed so far.
    TypePassword(Secret),
    /// Whether it is kept.
    KeepPassword(bool),
    /// Sign in with it.
    SignIn,
    /// Whether a password is used where the provider would sign in by its own page.
    ByPassword(bool),
    /// Forget the password of an account.
    Forget(AccountId),
    /// The name of a folder, as typed so far.
    Name(String),
    /// Move the messages of the dialog into this folder.
    MoveInto(FolderId),
    /// Move the messages of the dialog into a new folder of the name that was typed.
    MoveIntoNew,
    /// Drag messages into a folder.
    Drag(Drag),
    /// Give the folder of the dialog the name that was typed.
    Rename,
    /// Remove the folder of the dialog.
    RemoveFolder,
    /// Say yes to what the dialog asks.
    Confirm,
    /// Write all messages of an account into a file.
    Export(AccountId, Archive),
    /// Write what can be read of a damaged mailbox into a file.
    Rescue,
    /// Take the messages of files in.
    Import(AccountId, Files),
    /// The next piece of a file that is taken in; an empty one is its end.
    Piece(Vec<u8>),
    /// Give up the file that is being written or read.
    StopFile,
    /// Ask the browser to open links that write to somebody here.
    TakeMailLinks,
    /// Do something with a letter that is written here.
    Write(Write),
    /// Show the folders, or the list, where the screen is narrow.
    ShowFolders(bool),
}

/// What can be done with messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// They go to Deleted.
    Delete,
    /// They go to Archive.
    Archive,
    /// They get a star, or lose it where all of them have one.
    Star,
    /// They count as unread, or as read where none of them was read.
    Unread,
    /// Their rest is fetched.
    FetchRest,
}

/// A dialog that is to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Account settings.
    Settings(AccountId),
    /// The password.
    Password(AccountId),
    /// Where the messages that are meant are to go.
    Move,
    /// Whether Deleted is emptied.
    Empty(AccountId),
    /// A folder's name.
    Folder(FolderId),
    /// Whether an account is removed.
    Remove(AccountId),
    /// Whether a damaged mailbox is removed.
    Discard,
}

/// Does it.
pub(in crate::ui::state) fn act(state: &mut State, action: KeptAction) -> Vec<Effect> {
    match action {
        KeptAction::Enter => return lists::enter(state),
        KeptAction::Leave => return lists::leave(state),
        _ => {}
    }
    let State { kept: Some(kept), mailbox: Some(mailbox), calls, .. } = state else { return vec![] };
    match action {
        // The list is out of sight, and with it whatever would be meant.
        KeptAction::Do(_) | KeptAction::Conversation | KeptAction::Open(Opening::Move) if kept.shelf.is_some() => {
            vec![]
        }
        KeptAction::Enter | KeptAction::Leave => vec![],
        KeptAction::Go(within) => lists::go(kept, mailbox, calls, within),
        KeptAction::GoBack => {
            let before = kept.before.unwrap_or(Within::Role(Role::Inbox));
            lists::go(kept, mailbox, calls, before)
        }
        KeptAction::Filter(filter) => {
            kept.filter = filter;
            lists::list(kept, calls)
        }
        KeptAction::Order(order) => {
            kept.order = order;
            lists::list(kept, calls)
        }
        KeptAction::Search(typed) => {
            kept.search = typed;
            kept.shelf = None;
            kept.shows_folders = false;
            vec![Effect::SearchSoon]
        }
        KeptAction::SearchDue => lists::list(kept, calls),
        KeptAction::EndSearch => {
            kept.search.clear();
            let mut effects = lists::list(kept, calls);
            effects.push(Effect::Focus(Focus::List));
            effects
        }
        KeptAction::ToSearch => vec![Effect::Focus(Focus::Search)],
        KeptAction::Conversation => match thread_meant(mailbox) {
            Some((thread, _)) => lists::conversation(kept, mailbox, calls, thread),
            None => vec![],
        },
        KeptAction::Check => accounts::check_in_sight(kept, calls),
        KeptAction::CheckAccount(account) => accounts::check(kept, calls, &[account]),
        KeptAction::Pause => accounts::pause(kept, calls),
        KeptAction::Hush(account) => {
            kept.hushed.push(account);
            vec![]
        }
        KeptAction::Trust(account) => accounts::trust(kept, calls, account),
        KeptAction::Do(deed) => work(kept, mailbox, calls, &meant(mailbox), deed),
        KeptAction::Swipe(position, deed) => {
            let Some(number) = mailbox.number_at(position) else { return vec![] };
            let selection = mailbox.selection.clone();
            let effects = work(kept, mailbox, calls, &[number], deed);
            mailbox.selection = selection;
            if deed == Deed::Delete {
                mailbox.selection.numbers.edit().remove(&number);
            }
            effects
        }
        KeptAction::Undo => match kept.undo.pop() {
            Some(moved) => {
                kept.told = None;
                vec![kept.change(calls, Change::Restore(moved), Wait::Restored)]
            }
            None => vec![],
        },
        KeptAction::Read => {
            kept.told = None;
            write::discard_now(kept, calls)
        }
        KeptAction::Open(opening) => open(kept, mailbox, opening),
        KeptAction::Shut => shut(kept),
        KeptAction::Cancel => [shut(kept), vec![Effect::Focus(Focus::List)]].concat(),
        KeptAction::Turn(_) | KeptAction::Save | KeptAction::Agree => settings::act(kept, calls, action),
        KeptAction::TypePassword(password) => {
            if let Some(Sheet::Password(draft)) = &mut kept.sheet {
                draft.password = password;
            }
            vec![]
        }
        KeptAction::KeepPassword(keep) => {
            if let Some(Sheet::Password(draft)) = &mut kept.sheet {
                draft.keep = keep;
            }
            vec![]
        }
        KeptAction::ByPassword(by_password) => {
            if let Some(Sheet::Password(draft)) = &mut kept.sheet {
                draft.by_password = by_password;
            }
            vec![]
        }
        KeptAction::SignIn => accounts::sign_in(kept, calls),
        KeptAction::Forget(account) => vec![kept.ask(calls, Ask::ForgetPassword(account), Wait::Forgotten)],
        KeptAction::Name(typed) => {
            if let Some(Sheet::Move { name, .. } | Sheet::Folder(_, name)) = &mut kept.sheet {
                *name = typed;
            }
            vec![]
        }
        KeptAction::MoveInto(folder) => {
            let Some(Sheet::Move { messages, .. }) = kept.sheet.take() else { return vec![] };
            move_into(kept, mailbox, calls, messages, folder)
        }
        KeptAction::Drag(step) => drag::act(kept, mailbox, calls, step),
        KeptAction::MoveIntoNew => match kept.sheet.take() {
            Some(Sheet::Move { messages, account: Some(account), name }) if !name.trim().is_empty() => {
                let name = name.trim().to_owned();
                let wait = Wait::NewFolder(account, name.clone(), messages);
                vec![kept.change(calls, Change::AddFolder(account, name), wait), Effect::Focus(Focus::List)]
            }
            sheet => {
                kept.sheet = sheet;
                vec![]
            }
        },
        KeptAction::Rename => match kept.sheet.take() {
            Some(Sheet::Folder(folder, name)) if !name.trim().is_empty() => {
                let rename = Change::RenameFolder(folder, name.trim().to_owned());
                vec![kept.change(calls, rename, Wait::Quietly), Effect::Focus(Focus::List)]
            }
            sheet => {
                kept.sheet = sheet;
                vec![]
            }
        },
        KeptAction::RemoveFolder => match kept.sheet.take() {
            Some(Sheet::Folder(folder, _)) => {
                let account = kept.folder(folder).map(|(account, _)| account);
                let archive =
                    account.and_then(|account| account.folders.iter().find(|other| other.role == Role::Archive));
                let to = archive.map_or(Within::Role(Role::Archive), |archive| Within::Folder(archive.id));
                let removed = kept.change(calls, Change::RemoveFolder(folder), Wait::Quietly);
                let mut effects = vec![removed];
                effects.extend(lists::go(kept, mailbox, calls, to));
                effects
            }
            _ => vec![],
        },
        KeptAction::Confirm => confirm(kept, calls),
        KeptAction::Export(account, form) => files::export(kept, calls, account, form),
        KeptAction::Rescue => files::rescue(kept, calls),
        KeptAction::Import(account, chosen) => files::import(kept, account, chosen),
        KeptAction::Piece(octets) => files::piece(kept, calls, octets),
        KeptAction::StopFile => files::stop(kept),
        KeptAction::TakeMailLinks => vec![Effect::TakeMailLinks],
        KeptAction::Write(write) => write::act(kept, mailbox, calls, write),
        KeptAction::ShowFolders(shows) => {
            kept.shows_folders = shows;
            vec![]
        }
    }
}

/// The conversation of the message that is meant, and how many messages it has.
pub(in crate::ui) fn thread_meant(mailbox: &Mailbox) -> Option<(ThreadId, u32)> {
    let numbers = meant(mailbox);
    let [number] = numbers[..] else { return None };
    row_of(mailbox, number).and_then(|row| row.marks.thread)
}

/// The row of a message, where it is known.
pub(in crate::ui) fn row_of(mailbox: &Mailbox, number: u32) -> Option<&Shared<restante_api::Row>> {
    let read = mailbox.reading.as_ref().filter(|reading| reading.current().message.number == number);
    let at = read.and_then(|reading| reading.position).unwrap_or(mailbox.cursor);
    let near = mailbox.row(at).filter(|row| row.message.number == number);
    near.or_else(|| mailbox.rows.iter().flatten().find(|row| row.message.number == number))
}

/// Whether any of these messages is unread, as far as their rows are known: then they are marked as read, else as unread.
pub(in crate::ui) fn is_any_unread(mailbox: &Mailbox, numbers: &[u32]) -> bool {
    any(mailbox, numbers, |row| !row.marks.read)
}

/// Whether all of these messages are starred, as far as their rows are known: then their stars are removed.
pub(in crate::ui) fn are_all_starred(mailbox: &Mailbox, numbers: &[u32]) -> bool {
    any(mailbox, numbers, |row| row.marks.starred) && !any(mailbox, numbers, |row| !row.marks.starred)
}

/// Whether the row of one of these messages, which are in order, has something. Rows that have not come have nothing.
fn any(mailbox: &Mailbox, numbers: &[u32], has: impl Fn(&restante_api::Row) -> bool) -> bool {
    if let [only] = numbers {
        return row_of(mailbox, *only).is_some_and(|row| has(row));
    }
    mailbox.rows.iter().flatten().any(|row| has(row) && numbers.binary_search(&row.message.number).is_ok())
}

fn work(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, numbers: &[u32], deed: Deed) -> Vec<Effect> {
    if numbers.is_empty() {
        return vec![];
    }
    match deed {
        Deed::Delete if kept.role_in_sight() == Some(Role::Deleted) => vec![],
        Deed::Archive if kept.role_in_sight() == Some(Role::Archive) => vec![],
        Deed::Delete => {
            remove(kept, mailbox, calls, Change::MoveTo(ids(numbers), Role::Deleted), say::folder_deleted().into())
        }
        Deed::Archive => {
            remove(kept, mailbox, calls, Change::MoveTo(ids(numbers), Role::Archive), say::folder_archive().into())
        }
        Deed::Star => {
            let starred = are_all_starred(mailbox, numbers);
            vec![kept.change(calls, Change::Star(ids(numbers), !starred), Wait::Quietly)]
        }
        Deed::Unread => {
            let unread = is_any_unread(mailbox, numbers);
            vec![kept.change(calls, Change::Read(ids(numbers), unread), Wait::Quietly)]
        }
        Deed::FetchRest => {
            kept.resting.extend(numbers);
            vec![kept.change(calls, Change::FetchRest(ids(numbers)), Wait::Quietly)]
        }
    }
}

/// Messages leave the list for this folder.
pub(super) fn move_into(
    kept: &mut Kept,
    mailbox: &mut Mailbox,
    calls: &mut Calls,
    messages: Vec<KeptId>,
    folder: FolderId,
) -> Vec<Effect> {
    let name = kept.folder(folder).map_or_else(String::new, |(_, folder)| crate::ui::words::kept::folder(folder));
    remove(kept, mailbox, calls, Change::Move(messages, folder), name)
}

/// Messages leave the list: nothing of them is read or chosen any more.
pub(super) fn remove(
    kept: &mut Kept,
    mailbox: &mut Mailbox,
    calls: &mut Calls,
    change: Change,
    to: String,
) -> Vec<Effect> {
    debug_assert!(moves(&change), "another change leaves messages where they are");
    let (Change::Move(messages, _) | Change::MoveTo(messages, _)) = &change else { return vec![] };
    let read = mailbox.reading.as_ref().map(|reading| KeptId(reading.current().message.number));
    let mut effects = vec![];
    if read.is_some_and(|read| messages.contains(&read)) {
        if let Some(position) = mailbox.reading.as_ref().and_then(|reading| reading.position) {
            mailbox.cursor = position;
        }
        let left = mailbox.reading.take().map(|reading| reading.calls());
        effects.extend(crate::ui::state::calls::cancel(left.unwrap_or_default()));
    }
    mailbox.selection = Selection::default();
    effects.extend([kept.change(calls, change, Wait::Moved(to)), Effect::Focus(Focus::List)]);
    effects
}

/// Opens a dialog.
pub(super) fn open(kept: &mut Kept, mailbox: &Mailbox, opening: Opening) -> Vec<Effect> {
    kept.sheet = match opening {
        Opening::Settings(account) => kept.account(account).map(|account| Sheet::Settings(super::Draft::of(account))),
        Opening::Password(account) => Some(password(account)),
        Opening::Move => {
            let numbers = meant(mailbox);
            let account = super::drag::account_of(kept, mailbox, &numbers);
            (!numbers.is_empty()).then(|| Sheet::Move { messages: ids(&numbers), account, name: String::new() })
        }
        Opening::Empty(account) => Some(Sheet::Empty(account)),
        Opening::Folder(folder) => kept.folder(folder).map(|(_, view)| Sheet::Folder(folder, view.name.clone())),
        Opening::Remove(account) => Some(Sheet::Remove(account)),
        Opening::Discard => Some(Sheet::Discard),
    };
    vec![]
}

/// The dialog that asks for an account's password.
pub(super) fn password(account: AccountId) -> Sheet {
    Sheet::Password(SignInDraft { account, password: Secret::new(""), keep: false, by_password: false })
}

fn shut(kept: &mut Kept) -> Vec<Effect> {
    // What a policy would delete is not wanted any more.
    kept.waiting.retain(|(_, wait)| *wait != Wait::WouldDelete);
    kept.sheet = None;
    vec![]
}

fn confirm(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let change = match kept.sheet.take() {
        Some(Sheet::Empty(account)) => kept.change(calls, Change::EmptyDeleted(account), Wait::Quietly),
        Some(Sheet::Remove(account)) => kept.change(calls, Change::RemoveAccount(account), Wait::Removed),
        Some(Sheet::Discard) => kept.ask(calls, Ask::Discard, Wait::Discarded),
        sheet => {
            kept.sheet = sheet;
            return vec![];
        }
    };
    // What was removed for good cannot be taken back.
    kept.undo.clear();
    if matches!(kept.told, Some(Told::Moved(..))) {
        kept.told = None;
    }
    vec![change, Effect::Focus(Focus::List)]
}
