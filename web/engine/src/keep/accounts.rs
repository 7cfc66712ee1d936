//! Accounts: made of a mailbox that somebody opened, and how their servers are reached again.

use restante_api::keep::{AccountId, Answer, SignIn};
use restante_api::oauth::Credential;
use restante_api::{Failure, FailureKind, Fingerprint, OpenMailbox, Reason, Reply, Update};
use restante_protocol::tunnel::Secret;
use restante_store::{Account, NewAccount, StoreError};

use super::{Client, Keeper, Outcome, convert};
use crate::oauth::{self, Tokens};

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
        self.checks.set_credential(id, open.credential, open.token);
        self.hasten(convert::account(id));
        self.is_news = true;
        Ok(id)
    }

    /// Fetches what is new of an account, now or when it is its turn.
    pub(super) fn check(&mut self, account: AccountId, sign_in: Option<SignIn>) -> Result<(), Failure> {
        self.known(account)?;
        if let Some(SignIn { credential, token, keep }) = sign_in {
            let credential = oauth::newest(&*self.place.platform, credential);
            let token = token.or_else(|| self.checks.token(account));
            if keep {
                self.keep_credential(account, &credential, token.as_ref());
                self.checks.set_kept(account, true);
            } else if self.checks.keeps_password(account) {
                // What was kept is another one, and its owner does not want this one kept.
                self.forget_password(account);
            }
            self.checks.set_credential(account, credential, token);
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
            let secrets = &self.place.secrets;
            let grant = secrets.find(grant_of(id)).await.and_then(|json| serde_json::from_str(json.expose()).ok());
            let credential = match grant {
                Some(grant) => Some(Credential::Grant(grant)),
                None => secrets.find(password_of(id)).await.map(Credential::Password),
            };
            if let Some(credential) = credential {
                let token = secrets.find(token_of(id)).await;
                self.checks.set_credential(id, credential, token);
                self.checks.set_kept(id, true);
            }
        }
    }

    fn keep_credential(&mut self, account: AccountId, credential: &Credential, token: Option<&Secret>) {
        let secrets = &self.place.secrets;
        let (name, secret, other) = match credential {
            Credential::Password(password) => (password_of(account), password.clone(), grant_of(account)),
            // Strings and numbers, which always serialise.
            Credential::Grant(grant) => {
                let json = serde_json::to_string(grant).unwrap_or_default();
                (grant_of(account), Secret::new(json), password_of(account))
            }
        };
        let (keeping, forgetting) = (secrets.keep(name, secret), secrets.forget(other));
        self.checks.write_secret(
            account,
            Box::pin(async {
                keeping.await?;
                forgetting.await;
                Ok(())
            }),
        );
        if let Some(token) = token {
            self.checks.write_secret(account, secrets.keep(token_of(account), token.clone()));
        }
    }

    pub(super) fn forget_password(&mut self, account: AccountId) {
        if let (Some((Credential::Grant(grant), _)), Some(tokens)) =
            (self.checks.credential(account), self.place.platform.tokens())
        {
            tokens.forget(&grant);
        }
        let secrets = &self.place.secrets;
        let names = [password_of(account), grant_of(account), token_of(account)];
        let forgetting = futures::future::join_all(names.map(|name| secrets.forget(name)));
        self.checks.forget_password(
            account,
            Box::pin(async {
                forgetting.await;
            }),
        );
        self.is_news = true;
    }

    /// The access token of a bridge, as far as an account of this user is reached by it.
    pub(super) fn token_of_bridge(&self, bridge: Option<&str>, user: &str) -> Option<Secret> {
        let accounts = self.store.borrow().accounts().unwrap_or_default();
        let is_of_user = |account: &&Account| account.user == user;
        let mut of_bridge =
            accounts.iter().filter(is_of_user).filter(|account| convert::bridge(&account.way).as_deref() == bridge);
        of_bridge.find_map(|account| self.checks.token(AccountId(convert::id(account.id.0))))
    }

    /// Notes tokens that were renewed, so that the next check begins with them, and the next start.
    pub(super) fn note_renewed(&mut self) {
        let renewed = self.place.platform.tokens().map(Tokens::take_renewed).unwrap_or_default();
        for grant in renewed {
            for account in self.checks.of_grant(&grant) {
                let credential = Credential::Grant(Box::new(grant.clone()));
                if self.checks.keeps_password(account) {
                    self.keep_credential(account, &credential, None);
                }
                self.checks.set_credential(account, credential, None);
            }
        }
    }

    fn known(&self, account: AccountId) -> Result<Account, Failure> {
        self.store.borrow().account(convert::account(account)).map_err(|error| convert::failure(&error))
    }

    /// How to open the mailbox of an account.
    pub(super) fn way_in(&self, account: AccountId) -> Option<OpenMailbox> {
        let known = self.known(account).ok()?;
        let (credential, token) = self.checks.credential(account)?;
        Some(OpenMailbox {
            security: known.way.security,
            tls_end: known.way.tls_end,
            trusted: known.way.trusted.map(Fingerprint),
            cleartext_agreed: known.way.cleartext_agreed,
            bridge: convert::bridge(&known.way),
            host: known.host,
            port: known.port,
            user: known.user,
            credential,
            token,
        })
    }
}

fn password_of(account: AccountId) -> String {
    format!("password-{}", account.0)
}

fn grant_of(account: AccountId) -> String {
    format!("grant-{}", account.0)
}

fn token_of(account: AccountId) -> String {
    format!("token-{}", account.0)
}
