//! An open mailbox: from the connection to QUIT, and what stays readable after the connection is lost.
//!
//! ```text
//! CAPA → login, CAPA, STAT → TOP of the newest, UIDL, LIST → rows and messages on demand → QUIT
//! ```
//! Each arrow is one flight where the server pipelines. Messages that were clicked go before rows; rows in sight before
//! those near by. Nothing is ever written: no DELE, and nothing that a server could remember.
//!
//! Here: the loop that waits for the server and the page at once. What to ask next is in [`plan`], what answers mean in
//! [`events`], what the page is told of messages in [`answers`].

mod answers;
mod events;
mod plan;

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use futures::stream::{Stream, StreamExt};
use restante_protocol::pop3::{Capabilities, Command, Event, Greeting, Mechanism, Ticket};

use crate::api::{Failure, FailureKind, OpenMailbox, Request, Stage, Update};
use crate::connection::{Connection, Options, Turn};
use crate::platform::Platform;
use crate::store::Store;
use crate::ways::{Trace, Ways};
use answers::Ask;
use events::Job;
use plan::Rows;

/// Why a mailbox was left.
pub(crate) enum Left {
    /// The page asked for another one.
    ForAnother(Box<OpenMailbox>),
    /// The page closed it.
    Closed,
    /// There will be no more requests.
    Ended,
}

/// Opens a mailbox and serves it until the page is done with it.
pub(crate) async fn serve<R, U>(
    platform: Rc<dyn Platform>,
    open: OpenMailbox,
    requests: &mut R,
    updates: &mut U,
) -> Left
where
    R: Stream<Item = Request> + Unpin,
    U: FnMut(Update),
{
    let mut mailbox = Mailbox::new(platform, open, updates);
    loop {
        match mailbox.session(requests).await {
            Outcome::Left(left) => return left,
            Outcome::Broken(failure) if mailbox.learns(&failure) => mailbox.reset_session(),
            Outcome::Broken(failure) => {
                mailbox.fail(failure);
                return mailbox.serve_offline(requests).await;
            }
        }
    }
}

/// Messages up to this size are read whole into memory.
const MESSAGE_LIMIT: u64 = 512 << 20;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// How a session ended.
enum Outcome {
    Left(Left),
    Broken(Failure),
}

struct Mailbox<'u, U> {
    platform: Rc<dyn Platform>,
    open: OpenMailbox,
    updates: &'u mut U,
    store: Store,
    /// What was learnt of the server.
    ways: Ways,
    /// What the page wants to see and read; it outlives a session.
    rows: Rows,
    asks: VecDeque<Ask>,
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
    /// Messages whose TOP was refused before it was known whether the server has TOP at all.
    unsure: Vec<u32>,
    /// Rows that the page does not know of yet.
    changed: Vec<u32>,
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

impl<'u, U: FnMut(Update)> Mailbox<'u, U> {
    fn new(platform: Rc<dyn Platform>, open: OpenMailbox, updates: &'u mut U) -> Self {
        Self {
            platform,
            open,
            updates,
            store: Store::default(),
            ways: Ways::default(),
            rows: Rows::default(),
            asks: VecDeque::new(),
            session: Session::default(),
            last_stage: None,
        }
    }

    /// One connection, from its opening to its end.
    async fn session<R: Stream<Item = Request> + Unpin>(&mut self, requests: &mut R) -> Outcome {
        let mut connection = match self.connect(requests).await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        loop {
            if let Some(failure) = self.session.fatal.take() {
                return Outcome::Broken(failure);
            }
            self.proceed(&mut connection);
            let happened = {
                let mut tell = |event: Event<'_>| self.on_event(event);
                let turn = std::pin::pin!(connection.turn(&mut tell));
                match select(turn, requests.next()).await {
                    Either::Left((turn, _)) => Either::Left(turn),
                    Either::Right((request, _)) => Either::Right(request),
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
                Either::Right(request) => {
                    if let Some(left) = self.on_request(request) {
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

    /// Connects, and takes note of what the page asks for meanwhile.
    async fn connect<R>(&mut self, requests: &mut R) -> Result<Connection, Outcome>
    where
        R: Stream<Item = Request> + Unpin,
    {
        let options =
            Options { pipelining: self.ways.pipelining(), message_limit: MESSAGE_LIMIT, ..Options::from(&self.open) };
        let platform = Rc::clone(&self.platform);
        let (host, port, token) = (self.open.host.clone(), self.open.port, self.open.token.clone());
        let mut greeting = String::new();
        let mut early = Vec::new();
        let connected = {
            let updates = &mut *self.updates;
            let mut stage = |stage| updates(Update::Progress(stage));
            let mut greet = |text: Greeting| greeting = text.text;
            let connecting = Connection::open(platform, &host, port, token, &options, &mut stage, &mut greet);
            let mut connecting = std::pin::pin!(connecting);
            loop {
                match select(connecting.as_mut(), requests.next()).await {
                    Either::Left((connected, _)) => break connected.map_err(Outcome::Broken),
                    Either::Right((None, _)) => break Err(Outcome::Left(Left::Ended)),
                    Either::Right((Some(Request::Close), _)) => break Err(Outcome::Left(Left::Closed)),
                    Either::Right((Some(Request::Open(open)), _)) => {
                        break Err(Outcome::Left(Left::ForAnother(open)));
                    }
                    Either::Right((Some(request), _)) => early.push(request),
                }
            }
        };
        self.session.greeting = greeting;
        for request in early {
            self.on_request(Some(request));
        }
        connected
    }

    /// Takes note of a request. `Some` where it ends the mailbox.
    fn on_request(&mut self, request: Option<Request>) -> Option<Left> {
        match request {
            None => return Some(Left::Ended),
            Some(Request::Close) => return Some(Left::Closed),
            Some(Request::Open(open)) => return Some(Left::ForAnother(open)),
            Some(Request::Show { first, count }) => self.show(first, count),
            Some(Request::Read(message)) => self.ask(Ask::read(message)),
            Some(Request::Fetch { message, part }) => self.ask(Ask::fetch(message, part)),
            Some(Request::Source(message)) => self.ask(Ask::source(message)),
        }
        None
    }

    /// The connection is gone. What has been read stays readable.
    async fn serve_offline<R: Stream<Item = Request> + Unpin>(&mut self, requests: &mut R) -> Left {
        loop {
            let request = requests.next().await;
            if let Some(left) = self.on_request(request) {
                return left;
            }
            self.refuse_asks(&Failure::new(FailureKind::ConnectionLost, ""));
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.refuse_asks(&failure);
        (self.updates)(Update::Failed(Box::new(failure)));
    }

    /// Whether a new connection may do what this one could not.
    fn learns(&mut self, failure: &Failure) -> bool {
        self.ways.learn(&self.session.trace, failure).is_some()
    }

    /// Forgets the session and keeps the plan.
    fn reset_session(&mut self) {
        self.session = Session::default();
        self.rows.forget_under_way();
        for ask in &mut self.asks {
            ask.is_under_way = false;
        }
    }

    /// Says QUIT, and waits for the answer for a moment.
    async fn say_goodbye(&mut self, connection: &mut Connection) {
        if connection.submit(Command::Quit).is_err() {
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
            (self.updates)(Update::Progress(stage));
        }
    }
}
