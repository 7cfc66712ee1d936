//! Checking servers for new mail: whose turn it is, what goes on, and what is known of passwords. One account at a time:
//! they share the store, and a line that is full is not faster for two.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::LocalBoxFuture;
use futures::stream::{FuturesUnordered, Stream, StreamExt as _};
use restante_api::keep::{AccountId, Activity, Transfer};
use restante_api::oauth::{Credential, Grant};
use restante_api::{Failure, FailureKind, Reason, Reply, Stage};
use restante_protocol::tunnel::Secret;

use super::{Client, Keeper, convert};
use crate::sync::{Kept, Pause, Progress, SyncError, Told, sync};

/// What goes on with accounts.
#[derive(Default)]
pub(super) struct Checks {
    queue: VecDeque<AccountId>,
    current: Option<Check>,
    activity: HashMap<AccountId, Activity>,
    /// What accounts are signed in with.
    credentials: HashMap<AccountId, Credential>,
    /// The access tokens of the bridges that they are reached by, where those ask for one. They outlive a password that is
    /// refused.
    tokens: HashMap<AccountId, Secret>,
    /// Those whose password is kept on the device.
    kept: HashSet<AccountId>,
    /// When a check was begun last.
    tried_at: HashMap<AccountId, i64>,
    /// Secrets that are being written or forgotten: of whom, and whether they are there then.
    writing: FuturesUnordered<LocalBoxFuture<'static, (AccountId, bool)>>,
    is_news: bool,
}

/// A check that is under way.
struct Check {
    account: AccountId,
    pause: Pause,
    told: Rc<RefCell<Vec<Told>>>,
    work: LocalBoxFuture<'static, Result<Kept, SyncError>>,
    ended: Option<Result<Kept, SyncError>>,
}

impl Checks {
    pub(super) fn activity(&self, account: AccountId) -> Activity {
        if self.queue.contains(&account) {
            return Activity::Waiting { seconds: None };
        }
        self.activity.get(&account).cloned().unwrap_or(Activity::Idle)
    }

    pub(super) fn has_password(&self, account: AccountId) -> bool {
        self.credentials.contains_key(&account)
    }

    pub(super) fn keeps_password(&self, account: AccountId) -> bool {
        self.kept.contains(&account)
    }

    pub(super) fn credential(&self, account: AccountId) -> Option<(Credential, Option<Secret>)> {
        Some((self.credentials.get(&account)?.clone(), self.token(account)))
    }

    pub(super) fn set_credential(&mut self, account: AccountId, credential: Credential, token: Option<Secret>) {
        self.credentials.insert(account, credential);
        if let Some(token) = token {
            self.tokens.insert(account, token);
        }
    }

    /// The access token of the bridge that an account is reached by, where it is known.
    pub(super) fn token(&self, account: AccountId) -> Option<Secret> {
        self.tokens.get(&account).cloned()
    }

    /// Accounts that are signed in with this grant.
    pub(super) fn of_grant(&self, grant: &Grant) -> Vec<AccountId> {
        let is_it = |credential: &Credential| matches!(credential, Credential::Grant(known) if known.id == grant.id);
        let known = self.credentials.iter().filter(|(_, credential)| is_it(credential));
        known.map(|(account, _)| *account).collect()
    }

    pub(super) fn set_kept(&mut self, account: AccountId, is_kept: bool) {
        if is_kept {
            self.kept.insert(account)
        } else {
            self.kept.remove(&account)
        };
    }

    pub(super) fn write_secret(&mut self, account: AccountId, writing: LocalBoxFuture<'static, Result<(), Failure>>) {
        self.writing.push(Box::pin(async move { (account, writing.await.is_ok()) }));
    }

    /// Waits until what is being written of secrets is written.
    pub(super) async fn written(&mut self) {
        while self.writing.next().await.is_some() {}
    }

    pub(super) fn forget_password(&mut self, account: AccountId, forgetting: LocalBoxFuture<'static, ()>) {
        self.credentials.remove(&account);
        self.tokens.remove(&account);
        self.kept.remove(&account);
        self.writing.push(Box::pin(async move {
            forgetting.await;
            (account, false)
        }));
    }

    /// Whether a server is being asked.
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some()
    }

    /// The account is to be checked when it is its turn. One that is being checked is checked again.
    pub(super) fn queue(&mut self, account: AccountId) {
        if !self.queue.contains(&account) {
            self.queue.push_back(account);
        }
    }

    pub(super) fn pause(&mut self, account: AccountId) {
        self.queue.retain(|queued| *queued != account);
        if let Some(check) = self.current.as_ref().filter(|check| check.account == account) {
            check.pause.ask();
        }
    }

    /// Drops what is under way of an account that is being removed.
    pub(super) fn drop_account(&mut self, account: AccountId) {
        self.queue.retain(|queued| *queued != account);
        self.current.take_if(|check| check.account == account);
        self.activity.remove(&account);
    }

    /// Goes on with what is under way. Whether something is to be looked at.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> bool {
        while let Poll::Ready(Some((account, is_there))) = std::pin::Pin::new(&mut self.writing).poll_next(context) {
            self.set_kept(account, is_there);
            self.is_news = true;
        }
        let mut is_news = std::mem::take(&mut self.is_news);
        if let Some(check) = &mut self.current {
            if check.ended.is_none()
                && let Poll::Ready(ended) = check.work.as_mut().poll(context)
            {
                check.ended = Some(ended);
            }
            is_news |= check.ended.is_some() || !check.told.borrow().is_empty();
        }
        is_news
    }

    /// What is under way comes to its end, for there will be no more.
    pub(super) fn end(&mut self) -> Option<LocalBoxFuture<'static, Result<Kept, SyncError>>> {
        let check = self.current.take()?;
        check.pause.ask();
        Some(check.work)
    }

    /// What a check found of the mailbox, if that is damaged.
    fn damage(&self) -> Option<Failure> {
        self.activity.values().find_map(|activity| match activity {
            Activity::Failed(failure) if failure.kind == FailureKind::Damaged => Some((**failure).clone()),
            _ => None,
        })
    }

    /// Takes in what a check has told.
    fn take(&mut self) {
        let Some(check) = &mut self.current else { return };
        let account = check.account;
        for told in check.told.take() {
            match told {
                Told::Stage(stage) => self.activity.insert(account, Activity::Connecting(stage)),
                Told::Listed { new, octets, .. } => {
                    let transfer = Transfer { of_messages: new, of_octets: octets, ..Transfer::default() };
                    self.activity.insert(account, Activity::Fetching(transfer))
                }
                Told::Progress(progress) => self.activity.insert(account, Activity::Fetching(transfer(&progress))),
                Told::Delayed { wait } => {
                    let seconds = u32::try_from(wait.as_secs()).ok();
                    self.activity.insert(account, Activity::Waiting { seconds })
                }
                Told::Again { failure, wait } => {
                    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
                    self.activity.insert(account, Activity::Again { failure: Box::new(failure), seconds })
                }
                Told::Expires { .. }
                | Told::Kept { .. }
                | Told::Failed { .. }
                | Told::Deleted { .. }
                | Told::Unconfirmed { .. } => None,
            };
        }
        let Some(ended) = check.ended.take() else { return };
        self.current = None;
        let activity = match ended {
            // What a pause has left the store knows.
            Ok(_) => Activity::Idle,
            Err(SyncError::Failure(failure)) => {
                // A token that was refused is renewed before the next try.
                let is_renewed = failure.reason == Some(Reason::TokenRefused);
                if failure.kind == FailureKind::WrongPassword && !is_renewed {
                    // It is not tried again by itself, for servers lock accounts for less. One that is kept stays: the
                    // server may be wrong.
                    self.credentials.remove(&account);
                }
                Activity::Failed(Box::new(failure))
            }
            Err(SyncError::Store(error)) => Activity::Failed(Box::new(convert::failure(&error))),
        };
        self.activity.insert(account, activity);
    }
}

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// A check went on, or came to its end.
    pub(super) fn checked(&mut self) {
        self.note_renewed();
        self.checks.take();
        self.damage = self.checks.damage();
        self.is_news = true;
        if !self.checks.is_busy() {
            // Where it ended, and how much room is left, is told at once.
            self.told = false;
            self.asking_room = Some(self.place.storage.room());
            self.start_next();
        }
    }

    /// Starts with the next account whose turn it is.
    pub(super) fn start_next(&mut self) {
        while !self.checks.is_busy()
            && let Some(account) = self.checks.queue.pop_front()
        {
            let Some(open) = self.way_in(account) else { continue };
            let (told, pause) = (Rc::new(RefCell::new(Vec::new())), Pause::default());
            let work = {
                let (platform, store) = (Rc::clone(&self.place.platform), Rc::clone(&self.store));
                let (told, pause) = (Rc::clone(&told), pause.clone());
                Box::pin(async move {
                    let mut tell = |news| told.borrow_mut().push(news);
                    sync(platform, &open, convert::account(account), &store, &pause, &mut tell).await
                })
            };
            self.checks.activity.insert(account, Activity::Connecting(Stage::Connecting));
            self.checks.tried_at.insert(account, self.now());
            self.checks.current = Some(Check { account, pause, told, work, ended: None });
            // Pages are told more often from now on.
            self.tick = None;
        }
    }

    /// Checks accounts that are due.
    pub(super) fn check_due(&mut self) {
        let now = self.now();
        let accounts = self.store.borrow().accounts().unwrap_or_default();
        for account in accounts {
            let id = AccountId(convert::id(account.id.0));
            let is_current = self.checks.current.as_ref().is_some_and(|check| check.account == id);
            let since = self.checks.tried_at.get(&id).map_or(account.login_at, |at| account.login_at.max(*at));
            let is_due = account.check_every.is_some_and(|minutes| now - since >= i64::from(minutes) * 60);
            if is_due && !is_current && self.checks.has_password(id) {
                self.checks.queue(id);
            }
        }
        self.start_next();
    }
}

fn transfer(progress: &Progress) -> Transfer {
    Transfer {
        messages: progress.messages,
        of_messages: progress.of_messages,
        octets: progress.octets,
        of_octets: progress.of_octets,
        rate: progress.rate,
        seconds_left: progress.left.map(|left| left.as_secs()),
    }
}
