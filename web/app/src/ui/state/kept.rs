//! Mail that is kept on this device, as the page shows it: accounts and folders, the list that is chosen among them, what is
//! searched for, and what is asked and told beside it. The list itself and what is read are a [`Mailbox`](super::Mailbox) as
//! in a preview.

pub(in crate::ui::state) mod accounts;
mod act;
mod drag;
mod files;
mod heard;
mod lists;
mod settings;
mod write;

use restante_api::keep::{
    AccountId, AccountView, Change, Filter, FolderId, FolderView, KeptId, ListQuery, Order, Overview, Policy, Role,
    SignIn, Within,
};
use restante_api::letter::LetterId;
use restante_api::{CallId, Failure};
use restante_protocol::tunnel::Secret;

use crate::ui::shared::Shared;
use crate::ui::state::site::Submission;

pub use act::{Deed, KeptAction, Opening};
pub use drag::{Drag, Dragged};
pub use files::{FileWork, Files};
pub use settings::{Draft, Knob, Knobs, SendingField, Step};
pub use write::{Composer, Doubt, LetterField, Offers, Saved, Shelf, Write, WriteStep, Writing};

pub(super) use accounts::{add, network};
pub(super) use act::act;
pub(in crate::ui) use act::{are_all_starred, is_any_unread, row_of, thread_meant};
pub(super) use files::finished;
pub(super) use heard::{death, reply};
pub(super) use lists::{found, show};
pub(super) use write::{in_preview, write_to};
pub(in crate::ui) use write::{of_link, quoted};

/// What is kept, and what is being done with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// All of it but the messages; `None` until it has been told.
    pub overview: Option<Shared<Overview>>,
    /// Why it cannot be had.
    pub failure: Option<Shared<Failure>>,
    /// Where the list is, unless something is searched for.
    pub place: Within,
    /// Drafts or the outbox of an account are shown, and not the list.
    pub shelf: Option<(AccountId, Shelf)>,
    /// The letter that is being written.
    pub composer: Option<Composer>,
    /// A letter that was thrown away, until that cannot be taken back any more.
    pub discarded: Option<LetterId>,
    /// Letters in the outbox, until it has been told what became of them.
    queued: Vec<(LetterId, write::Watch)>,
    /// Those among them whose writers want to be told when they were delivered, and from which account they go.
    reports_wanted: Vec<(LetterId, AccountId)>,
    /// Where a conversation was opened from.
    pub before: Option<Within>,
    /// Which messages are listed.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// What is searched for, as typed.
    pub search: String,
    /// The list that is shown; `None` until one is.
    pub shown: Option<ListQuery>,
    /// Why the list that was asked for cannot be shown.
    pub refused: Option<Shared<Failure>>,
    /// Something to be told.
    pub told: Option<Told>,
    /// What can be taken back, the last one at the end.
    pub undo: Vec<Vec<(KeptId, FolderId)>>,
    /// Messages that are dragged.
    pub dragged: Option<Dragged>,
    /// The dialog that is open.
    pub sheet: Option<Sheet>,
    /// A file that is being written or read.
    pub file: Option<FileWork>,
    /// Messages whose rest was asked for.
    pub resting: Vec<u32>,
    /// Where the screen is narrow: folders are shown and not the list.
    pub shows_folders: bool,
    /// Accounts whose trouble has been read.
    pub hushed: Vec<AccountId>,
    /// The account whose inbox is shown as soon as it is there.
    pub arriving: Option<AccountId>,
    /// Messages that go to a folder as soon as it is there: its account and its name.
    filing: Option<(AccountId, String, Vec<KeptId>)>,
    /// The list that was asked for last.
    asked: Option<ListQuery>,
    overview_call: CallId,
    list_call: CallId,
    waiting: Vec<(CallId, Wait)>,
}

/// Something to be told once.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// So many messages went to a folder, which is called so.
    Moved(u32, String),
    /// So many went back.
    Restored(u32),
    /// So many were taken in from a file.
    Imported(u32),
    /// So many were written to a file.
    Exported(u32),
    /// Settings were saved.
    Saved,
    /// The password is forgotten.
    Forgotten,
    /// An account is no longer here.
    Removed,
    /// A letter is among the drafts.
    Drafted,
    /// A letter was thrown away.
    Discarded,
    /// A letter is in the outbox.
    Queued(LetterId),
    /// A letter was sent.
    Sent,
    /// A letter was sent, by a server that does not report its delivery, though its writer wanted to be told.
    SentUnreported,
    /// A letter could not be sent, and is a draft again.
    Returned(Shared<Failure>),
    /// A letter could not be sent yet, and waits in the outbox.
    PutOff(Shared<Failure>),
    /// Nobody knows whether a letter was sent.
    InDoubt,
    /// Something could not be done.
    Failed(Shared<Failure>),
}

/// A dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Sheet {
    /// Account settings.
    Settings(Draft),
    /// The password of an account.
    Password(SignInDraft),
    /// Where messages are to go.
    Move {
        /// The messages.
        messages: Vec<KeptId>,
        /// Their account, where they have one in common.
        account: Option<AccountId>,
        /// The name of a new folder, as typed.
        name: String,
    },
    /// Whether all in an account's folder Deleted goes for good.
    Empty(AccountId),
    /// A folder of the owner's own: its name, as typed.
    Folder(FolderId, String),
    /// Whether an account goes with all that is kept of it.
    Remove(AccountId),
    /// Whether a mailbox that is damaged goes.
    Discard,
}

/// A password as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignInDraft {
    /// Whose.
    pub account: AccountId,
    /// The password.
    pub password: Secret,
    /// It is to be kept on this device.
    pub keep: bool,
    /// A password is used though the provider would sign in by its own page.
    pub by_password: bool,
}

/// What an answer is waited for.
#[derive(Debug, Clone, PartialEq)]
enum Wait {
    /// A mailbox is to be kept; what signs in is kept too, and by which server it sends is set where the page's host says it.
    Account(Option<SignIn>, Option<Submission>),
    /// Fetching has begun.
    Check(AccountId),
    /// Messages go to a folder of this name.
    Moved(String),
    /// Messages go to a folder that is made first.
    NewFolder(AccountId, String, Vec<KeptId>),
    /// Messages go back.
    Restored,
    /// A policy would delete so many.
    WouldDelete,
    /// Settings are saved.
    Saved,
    /// A password is forgotten.
    Forgotten,
    /// An account is removed.
    Removed,
    /// A mailbox that was damaged is removed.
    Discarded,
    /// A piece of a file.
    File,
    /// Something about a letter.
    Letter(write::LetterWait),
    /// Nothing is said of it unless it fails.
    Quietly,
}

impl Kept {
    fn new() -> Self {
        Self {
            overview: None,
            failure: None,
            place: Within::Role(Role::Inbox),
            shelf: None,
            composer: None,
            discarded: None,
            queued: vec![],
            reports_wanted: vec![],
            before: None,
            filter: Filter::default(),
            order: Order::default(),
            search: String::new(),
            shown: None,
            refused: None,
            told: None,
            undo: vec![],
            dragged: None,
            sheet: None,
            file: None,
            resting: vec![],
            shows_folders: false,
            hushed: vec![],
            arriving: None,
            filing: None,
            asked: None,
            overview_call: CallId::default(),
            list_call: CallId::default(),
            waiting: vec![],
        }
    }

    /// The accounts.
    pub fn accounts(&self) -> &[AccountView] {
        self.overview.as_ref().map_or(&[], |overview| &overview.accounts)
    }

    /// An account.
    pub fn account(&self, id: AccountId) -> Option<&AccountView> {
        self.accounts().iter().find(|account| account.id == id)
    }

    /// A folder, and whose it is.
    pub fn folder(&self, id: FolderId) -> Option<(&AccountView, &FolderView)> {
        self.accounts()
            .iter()
            .find_map(|account| account.folders.iter().find(|folder| folder.id == id).map(|folder| (account, folder)))
    }

    /// The account in sight: the one whose folder is shown, or the only one.
    pub fn account_in_sight(&self) -> Option<&AccountView> {
        match self.place {
            Within::Folder(folder) => self.folder(folder).map(|(account, _)| account),
            _ => match self.accounts() {
                [only] => Some(only),
                _ => None,
            },
        }
    }

    /// What the folder in sight is for; `None` where messages of several are.
    pub fn role_in_sight(&self) -> Option<Role> {
        match self.place {
            _ if self.is_searching() || self.shelf.is_some() => None,
            Within::Role(role) => Some(role),
            Within::Folder(folder) => self.folder(folder).map(|(_, folder)| folder.role),
            Within::Thread(_) | Within::Everywhere => None,
        }
    }

    /// Whether this folder is the one in sight.
    pub fn is_in_sight(&self, folder: &FolderView) -> bool {
        match self.place {
            _ if self.is_searching() || self.shelf.is_some() => false,
            Within::Folder(id) => id == folder.id,
            // With one account the inbox of all accounts is its inbox.
            Within::Role(role) => self.accounts().len() == 1 && role != Role::Own && role == folder.role,
            Within::Thread(_) | Within::Everywhere => false,
        }
    }

    /// Whether what is listed was searched for.
    pub fn is_searching(&self) -> bool {
        !self.search.trim().is_empty()
    }

    /// What this answers, if it is waited for.
    fn waited(&mut self, to: CallId) -> Option<Wait> {
        let at = self.waiting.iter().position(|(call, _)| *call == to)?;
        Some(self.waiting.swap_remove(at).1)
    }

    /// The list that is wanted.
    fn query(&self) -> ListQuery {
        let search = self.search.trim().to_owned();
        let within = if search.is_empty() { self.place } else { Within::Everywhere };
        ListQuery { within, search, filter: self.filter, order: self.order }
    }
}

/// Whether a policy deletes on the server.
pub fn deletes(policy: Policy) -> bool {
    !matches!(policy, Policy::Leave | Policy::HeadersOnly)
}

/// A change of messages that are known by their numbers.
fn ids(numbers: &[u32]) -> Vec<KeptId> {
    numbers.iter().copied().map(KeptId).collect()
}

/// Whether a change touches messages of the list.
fn moves(change: &Change) -> bool {
    matches!(change, Change::Move(..) | Change::MoveTo(..))
}
