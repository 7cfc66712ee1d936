//! The engine of mail that is kept: owns the store, answers what is asked of it, and checks servers for new mail.
//!
//! ```text
//! page: Ask ─► keep ─► store ── commit ─► lists and overviews that somebody watches, told again ─► page
//!               └────► sync (one account at a time) ─► store
//! ```
//! The network writes the store, the page reads the store: nothing of a message comes to a page on another way. Several
//! pages may be served at once; each is a [`Client`], whose calls are named by itself.
//!
//! Not here: where the database lies and who may open it ([`Storage`]), and what is done with a server
//! ([`sync`](crate::sync)).

mod accounts;
mod changes;
mod checks;
mod convert;
mod files;
mod in_memory;
mod letters;
mod lists;
mod outbox;
mod overview;
mod reading;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::{LocalBoxFuture, select};
use futures::stream::{Stream, StreamExt};
use restante_api::keep::{Answer, Ask, Done, Room};
use restante_api::{Call, CallId, Failure, FailureKind, Reply, Request, Update};
use restante_store::{Location, MessageId, Store};

use crate::host::Host;
use crate::log;
use crate::oauth::SignIn;
use crate::platform::{Platform, Secrets, Storage};
use checks::Checks;
use files::Files;
pub use in_memory::InMemory;
use lists::List;
use outbox::Outbox;

/// A page that is served. The numbers are the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Client(pub u64);

/// What comes from pages.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A call.
    Call(Client, Call),
    /// The page is gone, and waits for nothing any more.
    Gone(Client),
}

/// What the engine needs of its host.
#[derive(Clone)]
pub struct Place {
    /// The way to servers, and the time.
    pub platform: Rc<dyn Platform>,
    /// Where the mailbox is.
    pub storage: Rc<dyn Storage>,
    /// Where passwords are, of those who want them kept.
    pub secrets: Rc<dyn Secrets>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

/// How often pages are told while mail comes in: what is seen changes often enough, and the store has time for the rest.
const BUSY: Duration = Duration::from_millis(500);

/// How often is looked whether an account is due, while nothing else happens.
const IDLE: Duration = Duration::from_secs(20);

/// How long a session may take to come to its end when the host ends.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves pages until their calls end. Single-threaded: spawn it locally.
pub async fn run<C, R>(mut place: Place, mut calls: C, mut replies: R)
where
    C: Stream<Item = Input> + Unpin,
    R: FnMut(Client, Reply),
{
    place.platform = Host::of(place.platform);
    let mut at = None;
    let mut opened = match place.storage.open().await {
        Ok(location) => Store::open(at.insert(location)).map_err(|error| convert::failure(&error)),
        Err(failure) => Err(failure),
    };
    loop {
        let failure = match opened {
            Ok(store) => {
                let mut keeper = Keeper::new(place.clone(), store, &mut replies);
                keeper.remember_passwords().await;
                match keeper.serve(&mut calls).await {
                    Some(damage) => damage,
                    None => return,
                }
            }
            Err(failure) => failure,
        };
        let Some(at) = refuse_all(&failure, at.as_ref(), &mut calls, &mut replies).await else { return };
        opened = Store::reset(at).map_err(|error| convert::failure(&error));
    }
}

/// There is no mailbox that works: says so, whatever is asked, and hands out what can be rescued of one. `Some` where it is
/// to be made anew.
async fn refuse_all<'a, C, R>(
    failure: &Failure,
    at: Option<&'a Location>,
    calls: &mut C,
    replies: &mut R,
) -> Option<&'a Location>
where
    C: Stream<Item = Input> + Unpin,
    R: FnMut(Client, Reply),
{
    while let Some(input) = calls.next().await {
        let Input::Call(client, Call::Ask { id, request }) = input else { continue };
        let is_damaged = failure.kind == FailureKind::Damaged;
        let update = match (request, at.filter(|_| is_damaged)) {
            (Request::Close, _) => Update::Closed,
            (Request::Keep(Ask::Rescue), Some(at)) => {
                files::rescue(at, &mut |update| replies(client, Reply { to: id, update }));
                continue;
            }
            (Request::Keep(Ask::Discard), Some(at)) => {
                replies(client, Reply { to: id, update: Update::Keep(Answer::Done(Done::Changed)) });
                return Some(at);
            }
            (Request::Show { .. } | Request::Prepare(_) | Request::Keep(Ask::NextPiece(_)), _) => continue,
            _ => Update::Refused(Box::new(failure.clone())),
        };
        replies(client, Reply { to: id, update });
    }
    None
}

/// What is asked is answered with this.
type Outcome = Result<Update, Failure>;

struct Keeper<R> {
    place: Place,
    store: Rc<RefCell<Store>>,
    replies: R,
    checks: Checks,
    outbox: Outbox,
    files: Files,
    /// Pages in which somebody signs in at a provider.
    sign_ins: HashMap<Client, SignIn>,
    viewers: HashMap<Client, Viewer>,
    room: Room,
    /// The room is being asked for.
    asking_room: Option<LocalBoxFuture<'static, Room>>,
    tick: Option<LocalBoxFuture<'static, ()>>,
    /// Messages that somebody changed since pages were told.
    touched: HashSet<MessageId>,
    /// Something has changed that pages were not told of.
    is_news: bool,
    /// Pages were told since the last tick.
    told: bool,
    /// The store's revision that pages know.
    revision: u64,
    /// The mailbox is damaged.
    damage: Option<Failure>,
}

/// What a page watches.
#[derive(Default)]
struct Viewer {
    overview: Option<CallId>,
    list: Option<List>,
}

/// What happens next.
enum Turn {
    Input(Option<Input>),
    /// A check went on, or came to its end.
    Checked,
    Room(Room),
    /// A letter was sent, or could not be.
    Delivered,
    Tick,
    /// A file can go on.
    File,
    /// A provider has answered.
    SignedIn(Client, Reply),
}

impl<R: FnMut(Client, Reply)> Keeper<R> {
    fn new(place: Place, store: Store, replies: R) -> Self {
        let revision = store.revision();
        let asking_room = Some(place.storage.room());
        Self {
            checks: Checks::default(),
            outbox: Outbox::default(),
            files: Files::default(),
            sign_ins: HashMap::new(),
            viewers: HashMap::new(),
            room: Room::default(),
            asking_room,
            tick: None,
            touched: HashSet::new(),
            is_news: false,
            told: false,
            revision,
            damage: None,
            place,
            store: Rc::new(RefCell::new(store)),
            replies,
        }
    }

    /// Serves pages until their calls end, or the mailbox turns out to be damaged.
    async fn serve<C: Stream<Item = Input> + Unpin>(&mut self, calls: &mut C) -> Option<Failure> {
        while self.damage.is_none() {
            match poll_fn(|context| self.poll_turn(calls, context)).await {
                Turn::Input(None) => break,
                Turn::Input(Some(Input::Call(client, call))) => {
                    // Whoever did something sees at once what comes of it.
                    self.told = false;
                    self.on_call(client, call);
                }
                Turn::Input(Some(Input::Gone(client))) => {
                    self.viewers.remove(&client);
                    self.files.forget(client);
                    self.sign_ins.remove(&client);
                }
                Turn::Checked => self.checked(),
                Turn::Delivered => self.delivered(),
                Turn::Room(room) => {
                    self.is_news |= self.room != room;
                    self.room = room;
                }
                Turn::Tick => {
                    self.told = false;
                    self.check_due();
                    self.deliver_next();
                }
                Turn::File => self.write_file(),
                Turn::SignedIn(client, reply) => (self.replies)(client, reply),
            }
            self.tell_news();
        }
        // What is under way is committed, and the server is told goodbye, so that nothing need be fetched or deleted twice.
        if let Some(ending) = self.checks.end() {
            select(ending, self.place.platform.sleep(GOODBYE)).await;
        }
        self.note_renewed();
        let goodbye = self.place.platform.sleep(GOODBYE);
        select(Box::pin(self.checks.written()), goodbye).await;
        let goodbye = self.place.platform.sleep(GOODBYE);
        select(Box::pin(self.end_delivery()), goodbye).await;
        let _ = self.store.borrow_mut().commit();
        self.damage.take()
    }

    fn poll_turn<C>(&mut self, calls: &mut C, context: &mut Context<'_>) -> Poll<Turn>
    where
        C: Stream<Item = Input> + Unpin,
    {
        // Whoever waits in front of the screen goes first.
        if let Poll::Ready(input) = calls.poll_next_unpin(context) {
            return Poll::Ready(Turn::Input(input));
        }
        if self.checks.poll(context) {
            return Poll::Ready(Turn::Checked);
        }
        if self.outbox.poll(context) {
            return Poll::Ready(Turn::Delivered);
        }
        if let Some(Poll::Ready(room)) = self.asking_room.as_mut().map(|asking| asking.as_mut().poll(context)) {
            self.asking_room = None;
            return Poll::Ready(Turn::Room(room));
        }
        for (client, sign_in) in &mut self.sign_ins {
            if let Poll::Ready(reply) = sign_in.poll(context) {
                return Poll::Ready(Turn::SignedIn(*client, reply));
            }
        }
        if self.files.is_ready() {
            // The others have their turn between two pieces.
            context.waker().wake_by_ref();
            return Poll::Ready(Turn::File);
        }
        if self.tick.is_none() {
            let wait = if self.checks.is_busy() { BUSY } else { self.until_due() };
            self.tick = Some(self.place.platform.sleep(wait));
        }
        let Some(tick) = &mut self.tick else { return Poll::Pending };
        if tick.as_mut().poll(context).is_ready() {
            self.tick = None;
            return Poll::Ready(Turn::Tick);
        }
        Poll::Pending
    }

    fn on_call(&mut self, client: Client, call: Call) {
        let (id, request) = match call {
            Call::Ask { id, request } => (id, request),
            Call::Cancel { id } => return self.cancel(client, id),
        };
        // What a check has not committed yet is no part of what is changed now, and must not be lost with it.
        let committed = self.store.borrow_mut().commit();
        if let Err(error) = committed {
            return self.answer(client, id, Err(convert::failure(&error)));
        }
        match request {
            Request::Show { first, count } => self.show(client, first, count),
            Request::Read(_) | Request::Fetch { .. } | Request::FetchAll(_) | Request::Source(_) => {
                self.read(client, id, request)
            }
            Request::Keep(ask) => self.on_ask(client, id, ask),
            Request::Close => self.answer(client, id, Ok(Update::Closed)),
            Request::Diagnose => self.answer(client, id, Ok(log::diagnosis(&*self.place.platform))),
            Request::Authorize(mut asked) => {
                if asked.by.token.is_none() {
                    asked.by.token = self.token_of_bridge(asked.by.bridge.as_deref(), &asked.user);
                }
                let update = self.sign_ins.entry(client).or_default().begin(*asked);
                self.answer(client, id, Ok(update));
            }
            Request::Redeem(parameters) => {
                self.sign_ins.entry(client).or_default().redeem(&self.place.platform, id, parameters);
            }
            Request::Prepare(_) => {}
            Request::Check | Request::Mark { .. } | Request::Search { .. } | Request::Discover(_) => {
                let failure = Failure::new(FailureKind::Internal, "that is asked of a preview");
                self.answer(client, id, Err(failure));
            }
            Request::Open(_) => {
                let failure = Failure::new(FailureKind::Internal, "a kept mailbox is not previewed");
                self.answer(client, id, Ok(Update::Failed(Box::new(failure))));
            }
        }
    }

    fn on_ask(&mut self, client: Client, id: CallId, ask: Ask) {
        let done = || Ok(Update::Keep(Answer::Done(Done::Changed)));
        let outcome = match ask {
            Ask::Overview => {
                self.viewers.entry(client).or_default().overview = Some(id);
                return self.tell_overview(client);
            }
            Ask::List(query) => return self.list(client, id, query),
            Ask::Account(open) => self.keep_account(*open),
            Ask::Sender(open) => self.add_sender(*open),
            Ask::Check(account, sign_in) => self.check(account, sign_in).and_then(|()| done()),
            Ask::ForgetPassword(account) => {
                self.forget_password(account);
                done()
            }
            Ask::Pause(account) => {
                self.checks.pause(account);
                done()
            }
            Ask::Change(change) => self.change(change),
            Ask::Listed { first, count } => Ok(self.listed(client, first, count)),
            Ask::Correspondents(typed) => self.correspondents(&typed),
            Ask::Letter(id) => self.letter(id),
            Ask::Begin(id, manner, origin) => self.begin_letter(id, manner, origin),
            Ask::WouldDelete(account, policy) => self.would_delete(account, policy),
            Ask::Export(account, archive) => match self.export(client, id, account, archive) {
                Ok(()) => return,
                Err(failure) => Err(failure),
            },
            Ask::NextPiece(of) => return self.files.more(client, of),
            Ask::Import { account, octets } => self.import(client, account, &octets),
            Ask::Rescue | Ask::Discard => Err(Failure::new(FailureKind::Internal, "the mailbox is not damaged")),
        };
        self.answer(client, id, outcome);
    }

    fn cancel(&mut self, client: Client, id: CallId) {
        self.files.cancel(client, id);
        if let Some(sign_in) = self.sign_ins.get_mut(&client) {
            sign_in.cancel(id);
        }
        if let Some(viewer) = self.viewers.get_mut(&client) {
            viewer.overview = viewer.overview.filter(|watched| *watched != id);
            viewer.list.take_if(|list| list.call == id);
        }
    }

    fn answer(&mut self, client: Client, to: CallId, outcome: Outcome) {
        let update = outcome.unwrap_or_else(|failure| {
            if failure.kind == FailureKind::Damaged {
                self.damage = Some(failure.clone());
            }
            Update::Refused(Box::new(failure))
        });
        (self.replies)(client, Reply { to, update });
    }

    /// Tells those who watch what has changed: at once where somebody did it, and now and then while mail comes in.
    fn tell_news(&mut self) {
        let revision = self.store.borrow().revision();
        self.is_news |= revision != self.revision;
        if !self.is_news || (self.told && self.touched.is_empty() && self.checks.is_busy()) {
            return;
        }
        (self.is_news, self.told, self.revision) = (false, true, revision);
        let clients: Vec<Client> = self.viewers.keys().copied().collect();
        for client in clients {
            self.tell_overview(client);
            self.tell_list(client);
        }
        self.touched.clear();
    }

    /// The time until something may be due: a letter in the outbox, or an account's next check.
    fn until_due(&self) -> Duration {
        let due = self.store.borrow().next_due().ok().flatten();
        let seconds = due.map_or(i64::MAX, |due| due.saturating_sub(self.now()).max(0));
        // A letter that could not be taken up at once is no reason to spin.
        u64::try_from(seconds).map_or(IDLE, |seconds| Duration::from_secs(seconds).clamp(BUSY, IDLE))
    }

    fn now(&self) -> i64 {
        i64::try_from(self.place.platform.now()).unwrap_or(i64::MAX)
    }
}
