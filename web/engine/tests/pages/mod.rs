//! Pages in front of the engine of kept mail, and what it needs of a machine.
#![allow(dead_code, reason = "each test program uses its part")]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{LocalBoxFuture, ready};
use futures::{FutureExt, StreamExt};
use restante_api::keep::{
    AccountId, Activity, Answer, Archive, Ask, Change, Done, Filter, KeptId, ListQuery, Order, Overview, Role, Room,
    Within,
};
use restante_api::{Call, CallId, Failure, ListId, Reply, Request, Row, Update};
use restante_engine::keep::{self, Client, Input, Place};
use restante_engine::platform::{Platform, Secrets, Storage};
use restante_protocol::tunnel::Secret;
use restante_store::Location;

use crate::support::{Host, Manners, open};

/// A mailbox on this machine.
struct Disk(PathBuf);

impl Storage for Disk {
    fn open(&self) -> LocalBoxFuture<'static, Result<Location, Failure>> {
        ready(Ok(Location::File(self.0.clone()))).boxed_local()
    }

    fn room(&self) -> LocalBoxFuture<'static, Room> {
        ready(Room { used: 7, granted: Some(70) }).boxed_local()
    }
}

#[derive(Clone, Default)]
pub(super) struct Drawer(pub(super) Rc<RefCell<HashMap<String, Secret>>>);

impl Secrets for Drawer {
    fn keep(&self, name: String, secret: Secret) -> LocalBoxFuture<'static, Result<(), Failure>> {
        self.0.borrow_mut().insert(name, secret);
        ready(Ok(())).boxed_local()
    }

    fn find(&self, name: String) -> LocalBoxFuture<'static, Option<Secret>> {
        ready(self.0.borrow().get(&name).cloned()).boxed_local()
    }

    fn forget(&self, name: String) -> LocalBoxFuture<'static, ()> {
        self.0.borrow_mut().remove(&name);
        ready(()).boxed_local()
    }
}

/// Pages in front of the engine.
pub(super) struct Pages {
    calls: Option<UnboundedSender<Input>>,
    replies: UnboundedReceiver<(Client, Reply)>,
    asked: Cell<u32>,
    /// What each page's list shows.
    pub(super) shown: HashMap<Client, Vec<Option<Row>>>,
    pub(super) overview: Option<Overview>,
}

pub(super) const PAGE: Client = Client(0);
pub(super) const OTHER: Client = Client(1);

impl Pages {
    pub(super) fn send(&self, client: Client, request: Request) -> CallId {
        let id = CallId(self.asked.replace(self.asked.get() + 1));
        let calls = self.calls.as_ref().unwrap();
        calls.unbounded_send(Input::Call(client, Call::Ask { id, request })).unwrap();
        id
    }

    pub(super) fn ask(&self, ask: Ask) -> CallId {
        self.send(PAGE, Request::Keep(ask))
    }

    /// The next reply, after what it says of lists and accounts was taken in as a page does.
    pub(super) async fn reply(&mut self) -> (Client, CallId, Update) {
        let (client, Reply { to, update }) = self.replies.next().await.expect("the engine goes on");
        let shown = self.shown.entry(client).or_default();
        match &update {
            Update::Opened { messages, .. } => *shown = vec![None; *messages as usize],
            Update::Changed { messages, runs, .. } => {
                let before = std::mem::replace(shown, vec![None; *messages as usize]);
                for run in runs {
                    for at in 0..run.rows {
                        let row = before[(run.from + at) as usize].clone();
                        shown[(run.to + at) as usize] = row.map(|row| Row { position: run.to + at, ..row });
                    }
                }
            }
            Update::Rows(rows) => {
                for row in rows {
                    shown[row.position as usize] = Some(row.clone());
                }
            }
            Update::Keep(Answer::Overview(overview)) => self.overview = Some((**overview).clone()),
            _ => {}
        }
        (client, to, update)
    }

    pub(super) async fn answer(&mut self, id: CallId) -> Update {
        loop {
            let (_, to, update) = self.reply().await;
            if to == id {
                return update;
            }
        }
    }

    pub(super) async fn asked(&mut self, ask: Ask) -> Update {
        let id = self.ask(ask);
        self.answer(id).await
    }

    pub(super) async fn change(&mut self, change: Change) -> Done {
        match self.asked(Ask::Change(change)).await {
            Update::Keep(Answer::Done(done)) => done,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        while !holds(self) {
            self.reply().await;
        }
    }

    /// Opens a mailbox to keep, and waits until all of it is here.
    pub(super) async fn keep(&mut self) -> AccountId {
        let id = self.ask(Ask::Account(Box::new(open("secret"))));
        let Update::Keep(Answer::Account(account)) = self.answer(id).await else { panic!("an account is made") };
        self.asked(Ask::Overview).await;
        self.until(|pages| pages.account().checked_at > 0 && pages.account().activity == Activity::Idle).await;
        account
    }

    /// Has an account written into a file: how many messages that were, and the file.
    pub(super) async fn exported(&mut self, account: AccountId, archive: Archive) -> (u32, Vec<u8>) {
        let id = self.ask(Ask::Export(account, archive));
        let mut file = Vec::new();
        loop {
            let Update::Keep(Answer::Piece { messages, octets }) = self.answer(id).await else { panic!("a piece") };
            if octets.is_empty() {
                return (messages, file);
            }
            file.extend(octets);
            self.ask(Ask::NextPiece(id));
        }
    }

    pub(super) fn account(&self) -> restante_api::keep::AccountView {
        let none = || panic!("an overview was told");
        self.overview.as_ref().unwrap_or_else(none).accounts[0].clone()
    }

    pub(super) fn folder(&self, role: Role) -> restante_api::keep::FolderView {
        self.account().folders.into_iter().find(|folder| folder.role == role).unwrap()
    }

    pub(super) async fn list(&mut self, client: Client, query: ListQuery) {
        let id = self.send(client, Request::Keep(Ask::List(query)));
        let Update::Opened { list, .. } = self.answer(id).await else { panic!("the list is opened") };
        assert_eq!(list, ListId::kept());
        self.until(|pages| pages.shown[&client].iter().take(50).all(Option::is_some)).await;
    }

    pub(super) fn subjects(&self, client: Client) -> Vec<String> {
        self.shown[&client].iter().map(|row| row.as_ref().map_or("?".into(), |row| row.subject.clone())).collect()
    }

    pub(super) fn id(&self, position: usize) -> KeptId {
        KeptId(self.shown[&PAGE][position].as_ref().unwrap().message.number)
    }
}

pub(super) fn inbox() -> ListQuery {
    ListQuery { within: Within::Role(Role::Inbox), search: String::new(), filter: Filter::All, order: Order::Newest }
}

pub(super) fn search(text: &str) -> ListQuery {
    ListQuery { within: Within::Everywhere, search: text.into(), ..inbox() }
}

/// Runs the engine with this server and this mailbox until the test is done with it.
pub(super) async fn with<F: AsyncFnOnce(&mut Pages)>(host: &Host, home: &tempfile::TempDir, secrets: &Drawer, test: F) {
    with_platform(Rc::new(host.clone()), host, home, secrets, test).await;
}

/// The same, where connections are opened by this platform.
pub(super) async fn with_platform<F: AsyncFnOnce(&mut Pages)>(
    platform: Rc<dyn Platform>,
    host: &Host,
    home: &tempfile::TempDir,
    secrets: &Drawer,
    test: F,
) {
    let (calls, incoming) = unbounded();
    let (outgoing, replies) = unbounded();
    let storage = Rc::new(Disk(home.path().join("mail.sqlite")));
    let place = Place { platform, storage, secrets: Rc::new(secrets.clone()) };
    let running = keep::run(place, incoming, move |client, reply| {
        let _ = outgoing.unbounded_send((client, reply));
    });
    let mut pages = Pages { calls: Some(calls), replies, asked: Cell::new(1), shown: HashMap::new(), overview: None };
    let testing = async {
        test(&mut pages).await;
        pages.calls = None;
        while pages.replies.next().await.is_some() {}
    };
    let both = futures::future::join(running, testing);
    let ended = tokio::time::timeout(Duration::from_secs(120), both).await;
    assert!(ended.is_ok(), "the test did not end; the server was told: {:#?}", host.lines());
}

pub(super) fn place(messages: u32) -> (Host, tempfile::TempDir, Drawer) {
    (Host::new(Manners::modern(messages)), tempfile::tempdir().unwrap(), Drawer::default())
}
