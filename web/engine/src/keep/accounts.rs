//! Accounts: made of a mailbox that somebody opened, and how their servers are reached again.

use restante_api::keep::{AccountId, Answer, SignIn};
use restante_api::{Failure, FailureKind, Fingerprint, OpenMailbox, Reason, Reply, Update};
use restante_protocol::tunnel::Secret;
use restante_store::{Account, NewAccount, StoreError};

use super::{Client, Keeper, Outcome, convert};

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// Makes an account of a mailbox, or finds the one there is, and fetches what is new.
    pub(super) fn keep_account(&mut self, open: OpenMailbox) -> Outcome {
        let id = self.add_account(open).map_err(|error| convert::failure(&error))?;
        self.check(id, None)?;
        Ok(Update::Keep(Answer::Account(id)))
    }

    /// The same, but nothing is fetched.
    pub(super) fn add_sender(&mut self, open: OpenMailbox) -> Outcome {
        let added = self.add_account(open).and_then(|id| {
            self.store.borrow_mut().set_check_every(convert::account(id), None)?;
            Ok(id)
        });
        Ok(Update::Keep(Answer::Account(added.map_err(|error| convert::failure(&error))?)))
    }

    fn add_account(&mut self, open: OpenMailbox) -> Result<AccountId, StoreError> {
        let new = NewAccount {
            name: open.user.clone(),
            host: open.host.clone(),
            port: open.port,
            user: open.user.clone(),
            way: convert::way(&open),
        };
        let id = AccountId(convert::id(self.store.borrow_mut().add_account(&new)?.0));
        self.checks.set_password(id, open.password, open.token);
        self.hasten(convert::account(id));
        self.is_news = true;
        Ok(id)
    }

    /// Fetches what is new of an account, now or when it is its turn.
    pub(super) fn check(&mut self, account: AccountId, sign_in: Option<SignIn>) -> Result<(), Failure> {
        self.known(account)?;
        if let Some(SignIn { password, token, keep }) = sign_in {
            if keep {
                self.keep_password(account, &password, token.as_ref());
            }
            self.checks.set_password(account, password, token);
            self.hasten(convert::account(account));
        }
        if !self.checks.has_password(account) {
            return Err(Failure::because(FailureKind::WrongPassword, Reason::NoPassword));
        }
        self.checks.queue(account);
        self.is_news = true;
        self.start_next();
        Ok(())
    }

    /// Finds the passwords that are kept on the device.
    pub(super) async fn remember_passwords(&mut self) {
        let accounts = self.store.borrow().accounts().unwrap_or_default();
        for account in accounts {
            let id = AccountId(convert::id(account.id.0));
            if let Some(password) = self.place.secrets.find(password_of(id)).await {
                let token = self.place.secrets.find(token_of(id)).await;
                self.checks.set_password(id, password, token);
                self.checks.set_kept(id, true);
            }
        }
    }

    fn keep_password(&mut self, account: AccountId, password: &Secret, token: Option<&Secret>) {
        let secrets = &self.place.secrets;
        self.checks.write_secret(account, secrets.keep(password_of(account), password.clone()));
        if let Some(token) = token {
            self.checks.write_secret(account, secrets.keep(token_of(account), token.clone()));
        }
    }

    pub(super) fn forget_password(&mut self, account: AccountId) {
        let secrets = &self.place.secrets;
        let (password, token) = (secrets.forget(password_of(account)), secrets.forget(token_of(account)));
        self.checks.forget_password(
            account,
            Box::pin(async {
                futures::future::join(password, token).await;
            }),
        );
        self.is_news = true;
    }

    fn known(&self, account: AccountId) -> Result<Account, Failure> {
        self.store.borrow().account(convert::account(account)).map_err(|error| convert::failure(&error))
    }

    /// How to open the mailbox of an account.
    pub(super) fn way_in(&self, account: AccountId) -> Option<OpenMailbox> {
        let known = self.known(account).ok()?;
        let (password, token) = self.checks.password(account)?;
        Some(OpenMailbox {
            security: known.way.security,
            tls_end: known.way.tls_end,
            trusted: known.way.trusted.map(Fingerprint),
            cleartext_agreed: known.way.cleartext_agreed,
            bridge: convert::bridge(&known.way),
            host: known.host,
            port: known.port,
            user: known.user,
            password,
            token,
        })
    }
}

fn password_of(account: AccountId) -> String {
    format!("password-{}", account.0)
}

fn token_of(account: AccountId) -> String {
    format!("token-{}", account.0)
}
