//! Messages that are dragged into a folder with the mouse.

use restante_api::keep::{AccountId, FolderId};

use super::act::{move_into, row_of};
use super::{Kept, ids};
use crate::ui::state::calls::Calls;
use crate::ui::state::{Effect, Mailbox, meant};

/// What is dragged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dragged {
    numbers: Vec<u32>,
    /// The account of all of them: in other accounts they have no place.
    account: Option<AccountId>,
}

/// A step of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drag {
    /// The row at this position is taken: with it all that are chosen, where it is one of them.
    Take(u32),
    /// They are let go over this folder.
    Drop(FolderId),
    /// It is over, whatever came of it.
    End,
}

impl Kept {
    /// Whether what is dragged may be let go over this folder of this account.
    pub fn takes(&self, account: AccountId, folder: FolderId) -> bool {
        let is_here = self.folder(folder).is_some_and(|(_, folder)| self.is_in_sight(folder));
        self.dragged.as_ref().is_some_and(|dragged| dragged.account == Some(account)) && !is_here
    }
}

pub(super) fn act(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, drag: Drag) -> Vec<Effect> {
    match drag {
        Drag::Take(position) => {
            let number = mailbox.number_at(position);
            let is_chosen = number.is_some_and(|number| mailbox.selection.has(number));
            let numbers = if is_chosen { meant(mailbox) } else { number.into_iter().collect() };
            let account = account_of(kept, mailbox, &numbers);
            kept.dragged = (!numbers.is_empty()).then_some(Dragged { numbers, account });
            vec![]
        }
        Drag::Drop(folder) => {
            let takes = kept.folder(folder).is_some_and(|(account, _)| kept.takes(account.id, folder));
            let Some(dragged) = kept.dragged.take().filter(|_| takes) else { return vec![] };
            move_into(kept, mailbox, calls, ids(&dragged.numbers), folder)
        }
        Drag::End => {
            kept.dragged = None;
            vec![]
        }
    }
}

/// The account that all of these messages belong to: the one in sight, else the one of their rows.
pub(super) fn account_of(kept: &Kept, mailbox: &Mailbox, numbers: &[u32]) -> Option<AccountId> {
    let of = |number: &u32| {
        let folder = row_of(mailbox, *number).and_then(|row| row.marks.folder);
        folder.and_then(|folder| kept.folder(folder)).map(|(account, _)| account.id)
    };
    let mut accounts: Vec<Option<AccountId>> = numbers.iter().map(of).collect();
    accounts.dedup();
    let in_sight = kept.account_in_sight().map(|account| account.id);
    in_sight.or(if let [Some(only)] = accounts[..] { Some(only) } else { None })
}
