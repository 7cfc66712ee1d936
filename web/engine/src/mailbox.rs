//! An open mailbox: from the connection to QUIT, and what stays readable after the connection is lost.
//!
//! ```text
//! CAPA → login, CAPA, STAT → TOP of the newest, UIDL, LIST → rows and messages on demand → QUIT
//! ```
//! Each arrow is one flight where the server pipelines. Messages that were clicked go before rows; rows in sight before
//! those near by. Nothing is ever written, and nothing sent that a server could remember: but for the messages that were
//! marked, for which DELE goes before the last QUIT.
//!
//! Here: the loop that waits for the server and the page at once. What to ask next is in [`plan`], what answers mean in
//! [`events`], what the page is told of messages in [`answers`], how a lost session is taken up again in [`again`], what a
//! session finds changed in [`news`], how messages are deleted in [`deleting`], and what is found among them in [`searching`].

mod again;
mod answers;
mod deleting;
mod events;
mod news;
mod plan;
mod searching;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use futures::stream::{Stream, StreamExt};
use restante_api::{Call, CallId, Failure, FailureKind, ListId, OpenMailbox, Reply, Request, Server, Stage, Update};
use restante_protocol::pop3::{Capabilities, Command, Event, Mechanism, Ticket};

use crate::connection::{Connection, Turn};
use crate::log;
use crate::memory::Memory;
use crate::oauth;
use crate::platform::Platform;
use crate::prepare::{Begun, Capa, Preparation};
use crate::store::Store;
use crate::ways::{Trace, Ways};
use again::Again;
use answers::Ask;
use deleting::{Closing, Deleting, Marks};
use events::Job;
use news::{Comparing, News};
use plan::Rows;
use searching::Search;

/// Why a mailbox was left.
pub(crate) enum Left {
    /// The page asked for another one.
    ForAnother(CallId, Box<OpenMailbox>),
    /// The page closed it.
    Closed(CallId),
    /// It could not be opened, so there is nothing to serve.
    Unopened,
    /// There will be no more calls.
    Ended,
}

/// What a mailbox finds when it is opened.
pub(crate) struct Place<'m> {
    pub(crate) platform: Rc<dyn Platform>,
    pub(crate) memory: &'m RefCell<Memory>,
    /// A connection for the first session.
    pub(crate) ready: Option<Preparation>,
}

/// Opens a mailbox and serves it until the page is done with it.
pub(crate) async fn serve<C, R>(
    place: Place<'_>,
    call: CallId,
    open: OpenMailbox,
    calls: &mut C,
    replies: &mut R,
) -> Left
where
    C: Stream<Item = Call> + Unpin,
    R: FnMut(Reply),
{
    let replies = RefCell::new(replies);
    let tell = |reply: Reply| (replies.borrow_mut())(reply);
    let mut mailbox = Mailbox::new(place, call, open, &tell);
    loop {
        let left = match mailbox.session(calls).await {
            Outcome::Left(left) => Some(left),
            Outcome::Cut | Outcome::Renewed => {
                mailbox.reset_session();
                None
            }
            Outcome::Broken(failure) => {
                let failure = oauth::explain(&*mailbox.platform, &mailbox.open.credential, failure);
                if failure.kind != FailureKind::WrongPassword {
                    mailbox.memory.borrow_mut().doubt(&Server::from(&mailbox.open));
                }
                if mailbox.learns(&failure) {
                    mailbox.reset_session();
                    None
                } else if let Some(left) = mailbox.close_undone(&failure) {
                    Some(left)
                } else {
                    mailbox.bear(failure, calls).await
                }
            }
        };
        match left {
            None => {}
            Some(Left::ForAnother(call, open)) if open.is_same_mailbox(&mailbox.open) => mailbox.reopen(call, *open),
            Some(left) => return left,
        }
    }
}

/// Messages up to this size are read whole into memory. Taking one apart and handing a file over takes about three times as
/// much, and a browser on a phone ends a page that takes much more than that.
pub(crate) const MESSAGE_LIMIT: u64 = 128 << 20;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// How a session ended.
enum Outcome {
    Left(Left),
    Broken(Failure),
    /// It was cut off here, for what it brings is not wanted any more.
    Cut,
    /// It is over, and another one is to show what is new.
    Renewed,
}

struct Mailbox<'t> {
    platform: Rc<dyn Platform>,
    memory: &'t RefCell<Memory>,
    ready: Option<Preparation>,
    /// The question that opened it, which all that happens to the session answers.
    call: CallId,
    open: OpenMailbox,
    teller: &'t dyn Fn(Reply),
    store: Store,
    list: ListId,
    again: Again,
    /// What was learnt of the server.
    ways: Ways,
    /// What the page wants to see and read; it outlives a session.
    rows: Rows,
    asks: VecDeque<Ask>,
    /// Messages that are to be deleted.
    marks: Marks,
    /// The question that closes the mailbox, while marked messages are being deleted for it.
    closing: Option<Closing>,
    /// The question for what is new.
    check: Option<CallId>,
    /// What is searched for.
    search: Option<Search>,
    session: Session,
    last_stage: Option<Stage>,
}

/// What belongs to one session.
#[derive(Default)]
struct Session {
    jobs: HashMap<Ticket, Job>,
    greeting: String,
    mechanism: Option<Mechanism>,
    /// What the server announced last.
    capabilities: Option<Box<Capabilities>>,
    phase: Phase,
    /// Why the session cannot go on, though the connection could.
    fatal: Option<Failure>,
    /// What the server said unasked before it hung up.
    last_words: Option<String>,
    /// What it shows of the server.
    trace: Trace,
    /// LIST and UIDL were asked, and LIST was answered.
    listing: bool,
    listed: bool,
    /// UIDL was answered, one way or the other.
    uids_told: bool,
    /// Messages whose TOP was refused before it was known whether the server has TOP at all.
    unsure: Vec<u32>,
    /// Rows that the page does not know of yet.
    changed: Vec<u32>,
    /// What is being received has no place and no end.
    endless: bool,
    /// What this session finds of the maildrop, until it is known what it has in common with the list.
    comparing: Option<Comparing>,
    /// How many messages came and went since the session before.
    news: News,
    /// Numbers are known to stand for the messages that the list has for them.
    is_proven: bool,
    /// Messages were fetched with RETR.
    has_retrieved: bool,
    /// Another session is wanted, which shows what is new.
    is_stale: bool,
    deleting: Deleting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// Nothing was asked yet.
    #[default]
    Fresh,
    /// CAPA is under way.
    Asking,
    /// CAPA was answered or refused.
    Asked,
    /// The login is under way, and nothing behind it.
    SigningIn,
    /// CAPA and STAT are under way, with the login unless that stands alone.
    Counting,
    /// STAT was answered; the first flight is next.
    SignedIn,
    /// The list is open.
    Open,
}

impl<'t> Mailbox<'t> {
    fn new(place: Place<'t>, call: CallId, open: OpenMailbox, teller: &'t dyn Fn(Reply)) -> Self {
        let Place { platform, memory, ready } = place;
        let ways = memory.borrow().of(&Server::from(&open)).ways;
        Self {
            platform,
            memory,
            ready,
            call,
            open,
            teller,
            store: Store::default(),
            // No two engines of a page have a call in common.
            list: ListId::first(call),
            again: Again::default(),
            ways,
            rows: Rows::default(),
            asks: VecDeque::new(),
            marks: Marks::default(),
            closing: None,
            check: None,
            search: None,
            session: Session::default(),
            last_stage: None,
        }
    }

    /// One connection, from its opening to its end.
    async fn session<C: Stream<Item = Call> + Unpin>(&mut self, calls: &mut C) -> Outcome {
        let mut connection = match self.connect(calls).await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        loop {
            if let Some(failure) = self.session.fatal.take() {
                connection.given_up(&failure);
                return Outcome::Broken(failure);
            }
            if self.is_worth_cutting() {
                return Outcome::Cut;
            }
            if self.is_to_renew() {
                self.renew(&mut connection).await;
                return Outcome::Renewed;
            }
            if self.is_to_delete() {
                // Only what was marked is to go: that takes a session in which nothing was read.
                return if self.may_quit() { self.delete(&mut connection).await } else { Outcome::Cut };
            }
            self.proceed(&mut connection);
            let happened = {
                let mut tell = |event: Event<'_>| self.on_event(event);
                let turn = std::pin::pin!(connection.turn(&mut tell));
                match select(turn, calls.next()).await {
                    Either::Left((turn, _)) => Either::Left(turn),
                    Either::Right((call, _)) => Either::Right(call),
                }
            };
            match happened {
                Either::Left(Ok(Turn::Told)) => self.tell_rows(),
                Either::Left(Ok(Turn::Quiet)) => self.keep_alive(&mut connection),
                Either::Left(Err(failure)) => {
                    self.tell_rows();
                    self.session.trace.suggests(connection.suggests());
                    return Outcome::Broken(self.reason(failure));
                }
                Either::Right(call) => {
                    if let Some(left) = self.on_call(call) {
                        self.progress(Stage::Closing);
                        self.say_goodbye(&mut connection).await;
                        return Outcome::Left(left);
                    }
                }
            }
        }
    }

    /// Why the session ended, if the connection ended like this: the server may have said more.
    fn reason(&mut self, mut failure: Failure) -> Failure {
        if let Some(said) = self.session.last_words.take().filter(|_| failure.detail.is_empty()) {
            failure.detail = said;
        }
        self.session.fatal.take().unwrap_or(failure)
    }

    /// Connects, and serves what the page asks for meanwhile.
    async fn connect<C>(&mut self, calls: &mut C) -> Result<Connection, Outcome>
    where
        C: Stream<Item = Call> + Unpin,
    {
        let (platform, server) = (Rc::clone(&self.platform), Server::from(&self.open));
        let (ready, pipelining) = (self.ready.take(), self.ways.pipelining());
        let (teller, to) = (self.teller, self.call);
        let connected = {
            self.last_stage = None;
            let mut stage = |stage| teller(Reply { to, update: Update::Progress(stage) });
            let credential = self.open.credential.clone();
            let connecting = async {
                oauth::ready(&platform, &server, &credential).await?;
                match ready {
                    Some(ready) => ready.finish(&mut stage).await,
                    None => Begun::open(platform, &server, pipelining, &mut stage).await,
                }
            };
            let mut connecting = std::pin::pin!(connecting);
            loop {
                match select(connecting.as_mut(), calls.next()).await {
                    Either::Left((connected, _)) => break connected.map_err(Outcome::Broken),
                    Either::Right((call, _)) => {
                        if let Some(left) = self.on_call(call) {
                            break Err(Outcome::Left(left));
                        }
                    }
                }
            }
        };
        connected.map(|begun| self.begin(begun))
    }

    /// Takes note of what has been said on the connection, and of what need not be asked because it is known.
    fn begin(&mut self, begun: Begun) -> Connection {
        let Begun { mut connection, greeting, capa, capabilities } = begun;
        self.session.greeting = greeting;
        match capa {
            Capa::Asked(ticket) => {
                self.session.phase = Phase::Asking;
                self.session.jobs.insert(ticket, Job::Capa);
            }
            Capa::Answered => {
                self.session.capabilities = capabilities;
                self.session.phase = Phase::Asking;
                self.capabilities_asked();
            }
            Capa::NotAsked | Capa::Known => {
                let known = self.memory.borrow().of(&Server::from(&self.open)).capabilities;
                if let Some(known) = known {
                    connection.assume(known.clone());
                    self.session.capabilities = Some(Box::new(known));
                    self.session.phase = Phase::Asked;
                }
            }
        }
        if let Some(known) = &self.session.capabilities {
            self.session.trace.knows(known);
        }
        connection
    }

    /// Takes note of a call. `Some` where it ends the mailbox.
    fn on_call(&mut self, call: Option<Call>) -> Option<Left> {
        let (id, request) = match call {
            None => return Some(Left::Ended),
            Some(Call::Cancel { id }) => {
                self.cancel(id);
                return None;
            }
            Some(Call::Ask { id, request }) => (id, request),
        };
        match request {
            Request::Close => return self.close(id),
            Request::Open(open) => return Some(Left::ForAnother(id, open)),
            Request::Show { first, count } => self.show(first, count),
            Request::Read(message) => self.ask(Ask::read(id, message)),
            Request::Fetch { message, part } => self.ask(Ask::fetch(id, message, part)),
            Request::FetchAll(message) => self.ask(Ask::fetch_all(id, message)),
            Request::Source(message) => self.ask(Ask::source(id, message)),
            Request::Check => self.ask_for_news(id),
            Request::Search { query, fetch } => self.search(id, &query, fetch),
            Request::Mark { list, numbers, delete } => self.mark(id, list, &numbers, delete),
            Request::Diagnose => self.answer_to(id, log::diagnosis(&*self.platform)),
            Request::Keep(_) => self.answer_to(id, crate::engine::keeps_nothing()),
            Request::Authorize(_) | Request::Redeem(_) => {
                let failure = Failure::new(FailureKind::Internal, "a mailbox is open");
                self.answer_to(id, Update::Refused(Box::new(failure)));
            }
            Request::Prepare(_) | Request::Discover(_) => {}
        }
        None
    }

    /// The connection is gone. What has been read stays readable.
    async fn serve_offline<C: Stream<Item = Call> + Unpin>(&mut self, ended: Failure, calls: &mut C) -> Left {
        loop {
            let call = calls.next().await;
            if let Some(left) = self.on_call(call).or_else(|| self.close_undone(&ended)) {
                return left;
            }
            // One reason for all of it: what ended the session.
            self.refuse_asks(&ended);
            self.refuse_check(&ended);
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.refuse_asks(&failure);
        self.refuse_check(&failure);
        self.tell(Update::Failed(Box::new(failure)));
    }

    /// Whether a new connection may do what this one could not.
    fn learns(&mut self, failure: &Failure) -> bool {
        self.ways.learn(&self.session.trace, failure).is_some()
    }

    /// Forgets the session and keeps the plan.
    fn reset_session(&mut self) {
        self.session = Session::default();
        self.marks.doubt();
        self.rows.forget_under_way();
        for ask in &mut self.asks {
            ask.is_under_way = false;
        }
    }

    /// Whether QUIT deletes nothing but what was marked: a server that announces `EXPIRE 0` may take each RETR for a DELE, and
    /// act on it when it is told QUIT (RFC 2449, section 6.7). One whose connection ends otherwise deletes nothing (RFC 1939,
    /// section 6).
    fn may_quit(&self) -> bool {
        let expire = self.session.capabilities.as_ref().and_then(|known| known.expire);
        !(self.session.has_retrieved && expire.is_some_and(|expire| expire.days == Some(0)))
    }

    /// Says QUIT where that deletes nothing, and waits for the answer for a moment.
    async fn say_goodbye(&mut self, connection: &mut Connection) {
        if !self.may_quit() || connection.submit(Command::Quit).is_err() {
            return;
        }
        let goodbye = async {
            let closed = Cell::new(false);
            let mut watch = |event: Event<'_>| closed.set(closed.get() || matches!(event, Event::Closed(_)));
            while matches!(connection.turn(&mut watch).await, Ok(Turn::Told)) && !closed.get() {}
        };
        select(std::pin::pin!(goodbye), self.platform.sleep(GOODBYE)).await;
    }

    fn progress(&mut self, stage: Stage) {
        if self.last_stage != Some(stage) {
            self.last_stage = Some(stage);
            self.tell(Update::Progress(stage));
        }
    }

    /// Tells what happens to the session.
    fn tell(&self, update: Update) {
        self.answer_to(self.call, update);
    }

    fn answer_to(&self, to: CallId, update: Update) {
        (self.teller)(Reply { to, update });
    }
}
