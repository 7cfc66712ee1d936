//! One connection of a maildrop's keeping: what is asked, in which order, and what becomes of the answers.

mod deleting;
mod events;
mod keeping;
mod planning;

use std::cell::{RefCell, RefMut};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::task::Poll;

use restante_api::{Failure, FailureKind, OpenMailbox, Server, Stage, TlsEnd};
use restante_protocol::pop3::{Capabilities, Command, Login, MessageNumber, Ticket};
use restante_store::{AccountId, Extent, ItemId, Known, Listed, MessageId, Store};
use sha2::Digest as _;

use super::header::Header;
use super::incoming::Incoming;
use super::{SoFar, SyncError, Told};
use crate::connection::{Connection, Options};
use crate::oauth;
use crate::platform::Platform;
use crate::ways::{Trace, Ways};

/// Octets of answers under way at once: a long line with a large round trip is kept full.
const WINDOW: u64 = 8 << 20;

/// Commands under way at once.
const COMMANDS: usize = 4096;

/// Commands that wait for room in the window.
const QUEUED: usize = 128;

/// Octets and messages after which is committed: few enough that a crash costs little.
const BATCH_OCTETS: u64 = 8 << 20;
const BATCH_MESSAGES: u32 = 2048;

/// Messages after which is committed first: a screenful is shown early, and the batches grow with what is kept.
const FIRST_BATCH: u32 = 64;

/// Seconds after which is committed all the same: a slow line brings few octets, and none of them twice.
const BATCH_SECONDS: i64 = 2;

/// Connections that may break within one message before it is left for later.
const BREAKS: u32 = 2;

/// How a connection ended.
pub(super) enum End {
    /// All is done.
    Done,
    /// The server needs to be spoken to otherwise.
    AnotherWay,
    /// It broke.
    Lost(Failure),
}

/// A message that broke a connection: its UIDL and size, and how often.
pub(super) type Suspect = (Listed, u32);

pub(super) struct Session<'a> {
    platform: Rc<dyn Platform>,
    open: &'a OpenMailbox,
    account: AccountId,
    store: &'a RefCell<Store>,
    so_far: &'a mut SoFar,
    tell: &'a mut dyn FnMut(Told),
    jobs: HashMap<Ticket, Job>,
    capabilities: Option<Box<Capabilities>>,
    phase: Phase,
    entries: Vec<Entry>,
    by_number: HashMap<u32, usize>,
    messages: u32,
    /// How many of the messages that are wanted have not come yet.
    missing: u32,
    /// The serial of the first message in the listing, where some of it is fetched.
    first_serial: Option<i64>,
    /// What is to be fetched, in this order.
    wanted: VecDeque<(usize, Want)>,
    /// The message whose octets are coming in.
    incoming: Incoming,
    /// What TOP has given of a header so far.
    head: Vec<u8>,
    /// Not committed yet.
    batch_octets: u64,
    batch_messages: u32,
    /// Since when there has been anything that is not committed.
    batch_began: Option<i64>,
    /// Transactions that were lost before it.
    lost: u64,
    /// The octets of the message that is looked at whole before it is deleted.
    weighed: sha2::Sha256,
    /// Messages that DELE was answered for.
    deleted: Vec<ItemId>,
    is_quit: bool,
    logged_in_at: Option<i64>,
    trouble: Option<SyncError>,
    trace: Trace,
}

/// A message of the maildrop.
struct Entry {
    number: MessageNumber,
    listed: Listed,
    known: Known,
    /// Its header, where this session has seen it.
    header: Option<Header>,
    /// What it is known as here.
    item: Option<ItemId>,
    /// It could not be looked at before it is deleted.
    is_withheld: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Header,
    Whole,
    /// All of a message whose header is kept.
    Rest(ItemId, MessageId),
}

#[derive(Debug, Clone, Copy)]
enum Job {
    Capa,
    Utf8,
    Login,
    Stat,
    Uidl,
    List,
    /// The header of a message that may be known.
    Recognise(usize),
    Fetch(usize, Want),
    /// The header of a message that is to be deleted, or all of it.
    Prove(usize, Extent),
    Dele(ItemId),
    Quit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Fresh,
    Greeted,
    SigningIn,
    Listing,
    Listed,
    Recognising,
    Fetching,
    Proving,
    Leaving,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        platform: Rc<dyn Platform>,
        open: &'a OpenMailbox,
        account: AccountId,
        store: &'a RefCell<Store>,
        so_far: &'a mut SoFar,
        tell: &'a mut dyn FnMut(Told),
    ) -> Self {
        Self {
            platform,
            open,
            account,
            store,
            so_far,
            tell,
            jobs: HashMap::new(),
            capabilities: None,
            phase: Phase::Fresh,
            entries: Vec::new(),
            by_number: HashMap::new(),
            messages: 0,
            missing: 0,
            first_serial: None,
            wanted: VecDeque::new(),
            incoming: Incoming::default(),
            head: Vec::new(),
            batch_octets: 0,
            batch_messages: 0,
            batch_began: None,
            lost: 0,
            weighed: sha2::Sha256::new(),
            deleted: Vec::new(),
            is_quit: false,
            logged_in_at: None,
            trouble: None,
            trace: Trace::default(),
        }
    }

    /// Connects and does all there is to do.
    pub(super) async fn run(mut self, ways: &mut Ways) -> Result<End, SyncError> {
        let pipelining = ways.pipelining();
        let options = Options { window: WINDOW, commands: COMMANDS, pipelining, ..Options::from(self.open) };
        let (host, port, token) = (&self.open.host, self.open.port, self.open.token.clone());
        let server = Server::from(self.open);
        if let Err(failure) = oauth::ready(&self.platform, &server, &self.open.credential).await {
            return Ok(End::Lost(failure));
        }
        let platform = Rc::clone(&self.platform);
        let tell = &mut *self.tell;
        let mut stage = |stage| tell(Told::Stage(stage));
        let connection = Connection::open(platform, host, port, token, &options, &mut stage, &mut |_| ()).await;
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(failure) => return Ok(End::Lost(failure)),
        };
        self.greet(&mut connection, ways);
        loop {
            self.proceed(&mut connection, ways)?;
            let turn = connection.turn(&mut |event| self.on_event(event)).await;
            match self.trouble.take() {
                Some(SyncError::Failure(failure)) => {
                    connection.given_up(&failure);
                    return self.broken(failure, ways);
                }
                Some(error) => return Err(error),
                None if self.is_quit => return Ok(End::Done),
                None => {}
            }
            if let Err(failure) = turn {
                return self.broken(failure, ways);
            }
            give_way().await;
        }
    }

    /// The connection is over before its time: what came whole is kept.
    fn broken(mut self, failure: Failure, ways: &mut Ways) -> Result<End, SyncError> {
        let failure = oauth::explain(&*self.platform, &self.open.credential, failure);
        let within = self.incoming_entry();
        std::mem::take(&mut self.incoming).abandon(&mut self.store())?;
        self.commit()?;
        if self.phase == Phase::Leaving && !self.deleted.is_empty() {
            (self.tell)(Told::Unconfirmed { messages: count(self.deleted.len()) });
            // What is left to do another session does: it asks for the listing, which tells.
            return Ok(End::Lost(failure));
        }
        if ways.learn(&self.trace, &failure).is_some() {
            return Ok(End::AnotherWay);
        }
        if let Some(at) = within {
            self.suspect(at, &failure)?;
        }
        Ok(End::Lost(failure))
    }

    /// The message whose octets were coming in when the connection broke may be why.
    fn suspect(&mut self, at: usize, failure: &Failure) -> Result<(), SyncError> {
        let listed = self.entries[at].listed.clone();
        let breaks = match self.so_far.suspects.iter_mut().find(|(suspect, _)| *suspect == listed) {
            Some((_, breaks)) => {
                *breaks += 1;
                *breaks
            }
            None => {
                self.so_far.suspects.push((listed, 1));
                1
            }
        };
        if breaks >= BREAKS {
            self.leave(at, &format!("the connection broke within it, {breaks} times ({})", failure.kind.name()))?;
        }
        Ok(())
    }

    /// The message that the octets received last belong to, if it has not come to its end.
    fn incoming_entry(&self) -> Option<usize> {
        if self.incoming.octets() == 0 {
            return None;
        }
        self.jobs
            .iter()
            .filter_map(|(ticket, job)| match job {
                Job::Fetch(at, Want::Whole | Want::Rest(..)) => Some((*ticket, *at)),
                _ => None,
            })
            .min_by_key(|(ticket, _)| *ticket)
            .map(|(_, at)| at)
    }

    /// Asks for what the server can do. The rest follows when that is known, or at once where it is not asked for.
    fn greet(&mut self, connection: &mut Connection, ways: &Ways) {
        if ways.asks_capa() {
            self.submit(connection, Command::Capa, Job::Capa);
        } else {
            self.phase = Phase::Greeted;
        }
    }

    /// Signs in, and asks for the listing in the same flight where the server takes that.
    fn sign_in(&mut self, connection: &mut Connection, ways: &Ways) {
        let credential = oauth::credential(&*self.platform, &self.open.credential);
        let login = Login::with(self.open.user.clone(), credential);
        let bindings = match self.open.tls_end {
            TlsEnd::Browser => connection.transport().channel_bindings(),
            TlsEnd::Bridge => Vec::new(),
        };
        for command in ways.sign_in(login, bindings, self.capabilities.as_deref()) {
            let job = if matches!(command, Command::Login(_)) { Job::Login } else { Job::Utf8 };
            self.submit(connection, command, job);
        }
        self.phase = Phase::SigningIn;
        (self.tell)(Told::Stage(Stage::SigningIn));
        if !ways.is_login_alone() {
            self.ask_for_listing(connection, ways);
        }
    }

    fn ask_for_listing(&mut self, connection: &mut Connection, ways: &Ways) {
        self.phase = Phase::Listing;
        if ways.asks_capa() {
            self.submit(connection, Command::Capa, Job::Capa);
        }
        self.submit(connection, Command::Stat, Job::Stat);
        self.submit(connection, Command::Uidl(None), Job::Uidl);
        self.submit(connection, Command::List(None), Job::List);
    }

    /// Submits what is next, and goes on to the next phase where this one is done.
    fn proceed(&mut self, connection: &mut Connection, ways: &Ways) -> Result<(), SyncError> {
        match self.phase {
            Phase::Greeted => self.sign_in(connection, ways),
            Phase::SigningIn if !self.is_asking(|job| matches!(job, Job::Login)) => {
                self.ask_for_listing(connection, ways)
            }
            _ => {}
        }
        if self.phase == Phase::Listed {
            self.take_listing()?;
            self.phase = Phase::Recognising;
            for at in 0..self.entries.len() {
                if self.entries[at].known == Known::Perhaps && self.has_top() {
                    let number = self.entries[at].number;
                    self.submit(connection, Command::Top { number, lines: 0 }, Job::Recognise(at));
                }
            }
        }
        if self.phase == Phase::Recognising && !self.is_asking(|job| matches!(job, Job::Recognise(_))) {
            self.store().close_listing(self.account, self.now())?;
            self.plan()?;
            self.phase = Phase::Fetching;
            self.note_missing()?;
        }
        if self.phase == Phase::Fetching {
            self.fetch(connection);
            if self.wanted.is_empty() && !self.is_asking(|job| matches!(job, Job::Fetch(..))) {
                self.commit()?;
                self.store().apply_policy(self.account, self.now())?;
                self.phase = Phase::Proving;
            }
        }
        if self.phase == Phase::Proving && !self.is_asking(|job| matches!(job, Job::Prove(..))) {
            self.prove(connection)?;
        }
        if self.phase == Phase::Proving && !self.is_asking(|job| matches!(job, Job::Prove(..))) {
            self.delete(connection)?;
            self.submit(connection, Command::Quit, Job::Quit);
            self.phase = Phase::Leaving;
        }
        Ok(())
    }

    fn submit(&mut self, connection: &mut Connection, command: Command, job: Job) {
        match connection.submit(command) {
            Ok(ticket) => {
                self.jobs.insert(ticket, job);
            }
            Err(misuse) => {
                let kind = if matches!(job, Job::Login) { FailureKind::WrongPassword } else { FailureKind::Internal };
                self.stop(Failure::new(kind, misuse.to_string()));
            }
        }
    }

    fn entry(&mut self, number: MessageNumber) -> &mut Entry {
        let at = *self.by_number.entry(number.value()).or_insert(self.entries.len());
        if at == self.entries.len() {
            self.entries.push(Entry {
                number,
                listed: Listed { uid: Vec::new(), octets: 0 },
                known: Known::New,
                header: None,
                item: None,
                is_withheld: false,
            });
        }
        &mut self.entries[at]
    }

    fn is_asking(&self, which: impl Fn(&Job) -> bool) -> bool {
        self.jobs.values().any(which)
    }

    fn has_top(&self) -> bool {
        self.capabilities.as_ref().is_none_or(|known| known.top)
    }

    fn stop(&mut self, failure: Failure) {
        self.trouble.get_or_insert(SyncError::Failure(failure));
    }

    /// The store, for one step: between two steps others use it too.
    fn store(&self) -> RefMut<'a, Store> {
        self.store.borrow_mut()
    }

    fn now(&self) -> i64 {
        i64::try_from(self.platform.now()).unwrap_or(i64::MAX)
    }
}

/// Lets those who wait beside this have their turn: a fast line always has more, and a pause should not wait for its end.
async fn give_way() {
    let mut has_given = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
