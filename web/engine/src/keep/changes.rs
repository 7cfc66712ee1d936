//! What people change: each is written, and then answered.

use restante_api::keep::{self, Answer, Change, Done, FolderId, KeptId};
use restante_api::{Reply, Update};
use restante_store::{AccountId, Filter, Flag, List, MessageId, Order, Role, Store, StoreError};

use super::{Client, Keeper, Outcome, convert};

impl<R: FnMut(Client, Reply)> Keeper<R> {
    pub(super) fn change(&mut self, change: Change) -> Outcome {
        let done = match change {
            Change::Settings(account, settings) => self.set(account, &settings),
            Change::RemoveAccount(account) => {
                self.checks.drop_account(account);
                self.forget_password(account);
                // Which lines were said for which account the log does not know.
                crate::log::forget(&*self.place.platform);
                self.store.borrow_mut().remove_account(convert::account(account)).map(|()| Done::Changed)
            }
            Change::FetchRest(ids) => self.fetch_rest(&convert::messages(&ids)),
            Change::Letter(change) => {
                self.is_news = true;
                return self.change_letter(change).map(|done| Update::Keep(Answer::Done(done)));
            }
            Change::Sending(account, sending) => {
                self.set_sending(account, |store, account| store.set_sending(account, &sending))
            }
            Change::TrustSending(account, fingerprint) => {
                self.set_sending(account, |store, account| store.trust_sending(account, fingerprint.0))
            }
            change => self.change_messages(change),
        };
        self.is_news = true;
        done.map(|done| Update::Keep(Answer::Done(done))).map_err(|error| convert::failure(&error))
    }

    pub(super) fn would_delete(&self, account: keep::AccountId, policy: keep::Policy) -> Outcome {
        let count = self.store.borrow().would_delete(convert::account(account), policy, self.now());
        count.map(|count| Update::Keep(Answer::Count(count))).map_err(|error| convert::failure(&error))
    }

    fn change_messages(&mut self, change: Change) -> Result<Done, StoreError> {
        let store = &mut *self.store.borrow_mut();
        let done = match &change {
            Change::Read(ids, is_set) => store.set_flag(&convert::messages(ids), Flag::Read, *is_set),
            Change::Star(ids, is_set) => store.set_flag(&convert::messages(ids), Flag::Starred, *is_set),
            Change::Move(ids, folder) => {
                return moved(store, &convert::messages(ids), |_, _| Ok(convert::folder(*folder)));
            }
            Change::MoveTo(ids, role) => {
                return moved(store, &convert::messages(ids), |store, account| store.folder_of(account, *role));
            }
            Change::Restore(places) => return restore(store, places),
            Change::EmptyDeleted(account) => empty(store, convert::account(*account)),
            Change::AddFolder(account, name) => store.add_folder(convert::account(*account), name.trim()).map(drop),
            Change::RenameFolder(folder, name) => store.rename_folder(convert::folder(*folder), name.trim()),
            Change::RemoveFolder(folder) => store.remove_folder(convert::folder(*folder)),
            Change::Trust(account, fingerprint) => store.trust(convert::account(*account), fingerprint.0),
            Change::Settings(..)
            | Change::RemoveAccount(_)
            | Change::FetchRest(_)
            | Change::Letter(_)
            | Change::Sending(..)
            | Change::TrustSending(..) => Ok(()),
        };
        if let Change::Read(ids, _) | Change::Star(ids, _) = &change {
            self.touched.extend(convert::messages(ids));
        }
        done.map(|()| Done::Changed)
    }

    fn set(&mut self, account: keep::AccountId, settings: &keep::AccountSettings) -> Result<Done, StoreError> {
        let (policy, id) = (settings.policy, convert::account(account));
        let store = &mut *self.store.borrow_mut();
        let known = store.account(id)?;
        if (known.policy, known.size_limit) != (policy, settings.size_limit) {
            store.set_policy(id, policy, settings.size_limit)?;
        }
        store.set_check_every(id, settings.check_every)?;
        Ok(Done::Changed)
    }

    /// Changes how an account sends, and sends what waited for that.
    fn set_sending(
        &mut self,
        account: keep::AccountId,
        set: impl FnOnce(&mut Store, AccountId) -> Result<(), StoreError>,
    ) -> Result<Done, StoreError> {
        let account = convert::account(account);
        set(&mut self.store.borrow_mut(), account)?;
        self.hasten(account);
        Ok(Done::Changed)
    }

    /// Asks for the rest of messages, and fetches it where the password is known.
    fn fetch_rest(&mut self, ids: &[MessageId]) -> Result<Done, StoreError> {
        self.store.borrow_mut().want_rest(ids)?;
        let rows = self.store.borrow().rows(ids)?;
        for account in rows.iter().map(|row| keep::AccountId(convert::id(row.account.0))) {
            // One that waits already waits once.
            if self.checks.has_password(account) {
                self.checks.queue(account);
            }
        }
        self.start_next();
        Ok(Done::Changed)
    }
}

/// Moves messages, each to a folder of its own account, and tells where each was.
fn moved(
    store: &mut Store,
    ids: &[MessageId],
    folder: impl Fn(&Store, AccountId) -> Result<restante_store::FolderId, StoreError>,
) -> Result<Done, StoreError> {
    let rows = store.rows(ids)?;
    let mut accounts: Vec<AccountId> = rows.iter().map(|row| row.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    store.transaction(|store| {
        let mut before = Vec::with_capacity(rows.len());
        for account in accounts {
            let ids: Vec<MessageId> = rows.iter().filter(|row| row.account == account).map(|row| row.id).collect();
            let folder = folder(store, account)?;
            before.extend(store.move_to(&ids, folder)?);
        }
        Ok(were(before))
    })
}

/// Where messages were before they were moved.
fn were(before: Vec<(MessageId, restante_store::FolderId)>) -> Done {
    let place = |(id, folder): (MessageId, restante_store::FolderId)| {
        (KeptId(convert::id(id.0)), FolderId(convert::id(folder.0)))
    };
    Done::Moved(before.into_iter().map(place).collect())
}

/// Puts messages back to where they were, and tells which those are. A folder that is gone meanwhile leaves them where
/// they are.
fn restore(store: &mut Store, places: &[(KeptId, FolderId)]) -> Result<Done, StoreError> {
    store.transaction(|store| {
        let mut before = Vec::with_capacity(places.len());
        for (id, folder) in places {
            match store.move_to(&[MessageId(id.0.into())], convert::folder(*folder)) {
                Ok(place) => before.extend(place),
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(were(before))
    })
}

fn empty(store: &mut Store, account: AccountId) -> Result<(), StoreError> {
    let deleted = store.folder_of(account, Role::Deleted)?;
    let ids = store.list(List::Folder(deleted), Filter::All, Order::Newest)?;
    store.remove(&ids)
}
