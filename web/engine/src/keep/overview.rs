//! What there is: accounts with their folders, and what goes on with them.

use restante_api::Update;
use restante_api::keep::{AccountId, AccountSettings, AccountView, Activity, Answer, FolderId, FolderView, Overview};
use restante_api::{Failure, Reply};
use restante_store::{Account, Folder, StoreError};

use super::{Client, Keeper, convert};

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// Tells a page what there is, if it watches that.
    pub(super) fn tell_overview(&mut self, client: Client) {
        let Some(call) = self.viewers.get(&client).and_then(|viewer| viewer.overview) else { return };
        let outcome = self.overview().map(|overview| Update::Keep(Answer::Overview(Box::new(overview))));
        self.answer(client, call, outcome);
    }

    fn overview(&self) -> Result<Overview, Failure> {
        let accounts = self.store.borrow().accounts();
        let accounts =
            accounts.and_then(|accounts| accounts.into_iter().map(|account| self.account(account)).collect());
        accounts
            .map(|accounts| Overview { accounts, room: self.room, follows: false })
            .map_err(|error| convert::failure(&error))
    }

    fn account(&self, account: Account) -> Result<AccountView, StoreError> {
        let store = self.store.borrow();
        let id = AccountId(convert::id(account.id.0));
        let sending = self.sending(&account)?;
        let folders = store.folders(account.id)?.into_iter().map(folder).collect();
        Ok(AccountView {
            id,
            folders,
            sending,
            submission_server: store.submission_server(account.id)?,
            letters: store.letters(account.id)?,
            postponed: store.postponed(account.id)?,
            security: account.way.security,
            tls_end: account.way.tls_end,
            bridge: convert::bridge(&account.way),
            settings: AccountSettings {
                policy: account.policy,
                size_limit: account.size_limit,
                check_every: account.check_every,
            },
            activity: match self.checks.activity(id) {
                Activity::Idle if account.missing > 0 => Activity::Paused { left: account.missing },
                activity => activity,
            },
            checked_at: account.login_at,
            expires: account.expires,
            has_password: self.checks.has_password(id),
            keeps_password: self.checks.keeps_password(id),
            name: account.name,
            host: account.host,
            port: account.port,
            user: account.user,
        })
    }
}

fn folder(folder: Folder) -> FolderView {
    FolderView {
        id: FolderId(convert::id(folder.id.0)),
        role: folder.role,
        name: folder.name,
        messages: folder.messages,
        unread: folder.unread,
    }
}
