//! One connection of a maildrop's keeping: what is asked, in which order, and what becomes of the answers.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use restante_protocol::pop3::{
    Capabilities, Command, Event, Login, MessageNumber, Refusal, RefusedBy, Reply, ReplyData, Ticket,
};
use restante_store::{
    AccountId, Digest, Extent, Identity, ItemId, Known, Listed, MessageId, NewMessage, Policy, Role, Source, State,
    Store,
};

use sha2::Digest as _;

use super::header::{Header, header};
use super::incoming::{Body, Complete, Incoming};
use super::{SoFar, SyncError, Told};
use crate::api::{Failure, FailureKind, OpenMailbox, TlsEnd};
use crate::connection::{Connection, Options, of_login_refusal, of_refusal};
use crate::mime;
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
const BATCH_MESSAGES: u32 = 512;

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
    store: &'a mut Store,
    so_far: &'a mut SoFar,
    tell: &'a mut dyn FnMut(Told),
    jobs: HashMap<Ticket, Job>,
    capabilities: Option<Box<Capabilities>>,
    phase: Phase,
    entries: Vec<Entry>,
    by_number: HashMap<u32, usize>,
    messages: u32,
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
        store: &'a mut Store,
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
            wanted: VecDeque::new(),
            incoming: Incoming::default(),
            head: Vec::new(),
            batch_octets: 0,
            batch_messages: 0,
            batch_began: None,
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
        let options = Options { window: WINDOW, commands: COMMANDS, ..Options::from(self.open) };
        let options = Options { pipelining: ways.pipelining(), ..options };
        let (host, port, token) = (&self.open.host, self.open.port, self.open.token.clone());
        let platform = Rc::clone(&self.platform);
        let connection = Connection::open(platform, host, port, token, &options, &mut |_| (), &mut |_| ()).await;
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(failure) => return Ok(End::Lost(failure)),
        };
        self.greet(&mut connection, ways);
        loop {
            self.proceed(&mut connection, ways)?;
            let turn = connection.turn(&mut |event| self.on_event(event)).await;
            match self.trouble.take() {
                Some(SyncError::Failure(failure)) => return self.broken(failure, ways),
                Some(error) => return Err(error),
                None if self.is_quit => return Ok(End::Done),
                None => {}
            }
            if let Err(failure) = turn {
                return self.broken(failure, ways);
            }
        }
    }

    /// The connection is over before its time: what came whole is kept.
    fn broken(mut self, failure: Failure, ways: &mut Ways) -> Result<End, SyncError> {
        let within = self.incoming_entry();
        std::mem::take(&mut self.incoming).abandon(self.store)?;
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
        let login = Login::with_password(self.open.user.clone(), self.open.password.clone());
        let bindings = match self.open.tls_end {
            TlsEnd::Browser => connection.transport().channel_bindings(),
            TlsEnd::Bridge => Vec::new(),
        };
        for command in ways.sign_in(login, bindings, self.capabilities.as_deref()) {
            let job = if matches!(command, Command::Login(_)) { Job::Login } else { Job::Utf8 };
            self.submit(connection, command, job);
        }
        self.phase = Phase::SigningIn;
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
            self.store.close_listing(self.account, self.now())?;
            self.plan()?;
            self.phase = Phase::Fetching;
        }
        if self.phase == Phase::Fetching {
            self.fetch(connection);
            if self.wanted.is_empty() && !self.is_asking(|job| matches!(job, Job::Fetch(..))) {
                self.commit()?;
                self.store.apply_policy(self.account, self.now())?;
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

    /// Notes when the next login is welcome, as far as the server has said.
    fn note_login(&mut self) -> Result<(), SyncError> {
        let at = *self.logged_in_at.get_or_insert(i64::try_from(self.platform.now()).unwrap_or(i64::MAX));
        let delay = self.capabilities.as_ref().and_then(|known| known.login_delay).map_or(0, |delay| delay.seconds);
        Ok(self.store.note_login(self.account, at, delay)?)
    }

    fn take_listing(&mut self) -> Result<(), SyncError> {
        // What is announced behind the login is this user's own.
        self.note_login()?;
        if self.entries.is_empty() {
            // Neither LIST nor UIDL: STAT counts as well.
            for number in (1..=self.messages).filter_map(MessageNumber::new) {
                self.entry(number);
            }
        }
        let listed: Vec<Listed> = self.entries.iter().map(|entry| entry.listed.clone()).collect();
        let known = self.store.take_listing(self.account, &listed, self.now())?;
        for (entry, known) in self.entries.iter_mut().zip(known) {
            entry.known = known;
            if let Known::Item(item) = known {
                entry.item = Some(item.id);
            }
        }
        Ok(())
    }

    /// What is to be fetched: the newest first, as they are listed.
    fn plan(&mut self) -> Result<(), SyncError> {
        let account = self.store.account(self.account)?;
        let now = self.now();
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let is_large = account.size_limit.is_some_and(|limit| entry.listed.octets > limit);
            let only_header = (account.policy == Policy::HeadersOnly || is_large) && self.has_top();
            let new = if only_header { Want::Header } else { Want::Whole };
            let want = match entry.known {
                Known::New | Known::Perhaps => Some(new),
                Known::Item(item) => match (item.state, item.message) {
                    (State::Failed, _) if item.retry_at <= now => Some(new),
                    (State::Wanted, Some(message)) => Some(Want::Rest(item.id, message)),
                    (State::Header, Some(message)) if !only_header => Some(Want::Rest(item.id, message)),
                    _ => None,
                },
            };
            self.wanted.extend(want.map(|want| (at, want)));
        }
        // What broke a connection holds up nothing else.
        let is_suspect =
            |at: usize| self.so_far.suspects.iter().any(|(suspect, _)| *suspect == self.entries[at].listed);
        let (last, first): (Vec<_>, Vec<_>) = self.wanted.drain(..).partition(|(at, _)| is_suspect(*at));
        self.wanted.extend(first.into_iter().chain(last));
        let octets = |(at, want): &(usize, Want)| match want {
            Want::Header => 0,
            Want::Whole | Want::Rest(..) => self.entries[*at].listed.octets,
        };
        let (new, octets) = (count(self.wanted.len()), self.wanted.iter().map(octets).sum());
        (self.tell)(Told::Listed { messages: count(self.entries.len()), new, octets });
        self.so_far.meter.expect(new, octets, now);
        let expires = self.capabilities.as_ref().and_then(|known| known.expire).and_then(|expire| expire.days);
        if let Some(days) = expires.filter(|_| account.policy != Policy::DeleteOnceKept) {
            (self.tell)(Told::Expires { days });
        }
        Ok(())
    }

    fn fetch(&mut self, connection: &mut Connection) {
        if self.so_far.pause.is_asked() {
            self.so_far.kept.left += count(self.wanted.len());
            self.wanted.clear();
        }
        while connection.session().queued() < QUEUED
            && let Some((at, want)) = self.wanted.pop_front()
        {
            let Entry { number, ref listed, .. } = self.entries[at];
            let command = match want {
                Want::Header => Command::Top { number, lines: 0 },
                Want::Whole | Want::Rest(..) => {
                    Command::Retr { number, octets: (listed.octets > 0).then_some(listed.octets) }
                }
            };
            self.submit(connection, command, Job::Fetch(at, want));
        }
    }

    /// Asks for the headers of what is to be deleted, where this session has not seen them; for all of it, where its
    /// header is like others'.
    fn prove(&mut self, connection: &mut Connection) -> Result<(), SyncError> {
        for at in self.due()? {
            let Entry { number, header, is_withheld, .. } = self.entries[at];
            let octets = Some(self.entries[at].listed.octets).filter(|octets| *octets > 0);
            match header {
                _ if is_withheld => {}
                Some(header) if header.is_telling => {}
                None if self.has_top() => {
                    self.submit(connection, Command::Top { number, lines: 0 }, Job::Prove(at, Extent::Header));
                }
                None | Some(_) => {
                    self.submit(connection, Command::Retr { number, octets }, Job::Prove(at, Extent::Whole));
                }
            }
        }
        Ok(())
    }

    /// Deletes what is due and is, by its header or its octets, what it was when it was kept.
    fn delete(&mut self, connection: &mut Connection) -> Result<(), SyncError> {
        let headers: HashMap<_, _> =
            self.store.due(self.account)?.into_iter().map(|due| (due.item, due.header)).collect();
        for at in self.due()? {
            let Entry { number, item: Some(item), header, .. } = self.entries[at] else { continue };
            match header {
                Some(header) if header.is_telling && headers.get(&item) == Some(&header.hash) => {
                    self.submit(connection, Command::Dele(number), Job::Dele(item));
                }
                // Another message goes by the name: it is fetched as a new one the next time.
                Some(header) if header.is_telling => self.store.disown(item)?,
                // It could not be looked at: later.
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Where in the listing the messages are that are to be deleted.
    fn due(&self) -> Result<Vec<usize>, SyncError> {
        let due: std::collections::HashSet<_> = self.store.due(self.account)?.into_iter().map(|due| due.item).collect();
        let at =
            self.entries.iter().enumerate().filter(|(_, entry)| entry.item.is_some_and(|item| due.contains(&item)));
        Ok(at.map(|(at, _)| at).collect())
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

    fn on_event(&mut self, event: Event<'_>) {
        self.trace.note(&event);
        let outcome = match event {
            Event::Body { ticket, chunk } => self.on_body(ticket, chunk),
            Event::Done { ticket, reply } => self.on_done(ticket, &reply),
            Event::Refused { ticket, refusal } => self.on_refused(ticket, &refusal),
            Event::ListItem { number, octets, .. } => {
                self.entry(number).listed.octets = octets;
                Ok(())
            }
            Event::UidlItem { number, uid: Some(uid), .. } => {
                self.entry(number).listed.uid = uid.as_bytes().to_vec();
                Ok(())
            }
            Event::Capabilities { capabilities, .. } => {
                self.capabilities = Some(capabilities);
                Ok(())
            }
            Event::Rejected(refusal) => {
                self.stop(of_login_refusal(&refusal, None));
                Ok(())
            }
            // The jobs of what is lost stay: they tell which message the connection broke in.
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            self.trouble.get_or_insert(error);
        }
    }

    fn on_body(&mut self, ticket: Ticket, chunk: &[u8]) -> Result<(), SyncError> {
        match self.jobs.get(&ticket) {
            Some(Job::Fetch(_, Want::Whole | Want::Rest(..))) => {
                self.begin()?;
                let now = self.now();
                self.incoming.take(chunk, self.store, self.account, now)?;
                if let Some(progress) = self.so_far.meter.add(chunk.len() as u64, now) {
                    (self.tell)(Told::Progress(progress));
                }
                if self.is_batch_old() {
                    // What came before it is safe while a large message is on its way.
                    self.commit()?;
                }
            }
            Some(Job::Fetch(_, Want::Header) | Job::Recognise(_)) => self.head.extend_from_slice(chunk),
            Some(Job::Prove(..)) => {
                self.weighed.update(chunk);
                let room = mime::MAX_SUMMARY.saturating_sub(self.head.len());
                self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            _ => {}
        }
        Ok(())
    }

    fn on_done(&mut self, ticket: Ticket, reply: &Reply) -> Result<(), SyncError> {
        match self.jobs.remove(&ticket) {
            Some(Job::Login) => self.note_login()?,
            Some(Job::Stat) => {
                if let ReplyData::Stat { messages, .. } = reply.data {
                    self.messages = messages;
                }
            }
            Some(Job::List) => self.phase = Phase::Listed,
            Some(Job::Recognise(at)) => {
                let head = header(&std::mem::take(&mut self.head));
                self.recognise(at, head)?;
            }
            Some(Job::Prove(at, extent)) => {
                let head = header(&std::mem::take(&mut self.head));
                let digest = Digest(std::mem::take(&mut self.weighed).finalize().into());
                self.entries[at].header = Some(if extent == Extent::Whole { head.or_octets(digest) } else { head });
            }
            Some(Job::Fetch(at, Want::Header)) => self.keep_header(at)?,
            Some(Job::Fetch(at, Want::Whole)) => self.keep_whole(at)?,
            Some(Job::Fetch(at, Want::Rest(item, message))) => self.keep_rest(at, item, message)?,
            Some(Job::Dele(item)) => self.deleted.push(item),
            Some(Job::Quit) => {
                self.store.note_deleted(&self.deleted)?;
                self.so_far.kept.deleted += count(self.deleted.len());
                if !self.deleted.is_empty() {
                    (self.tell)(Told::Deleted { messages: count(self.deleted.len()) });
                }
                self.is_quit = true;
            }
            Some(Job::Capa) => self.asked_capa(),
            Some(Job::Utf8 | Job::Uidl) | None => {}
        }
        Ok(())
    }

    fn asked_capa(&mut self) {
        if self.phase == Phase::Fresh {
            self.phase = Phase::Greeted;
        }
    }

    fn on_refused(&mut self, ticket: Ticket, refusal: &Refusal) -> Result<(), SyncError> {
        let is_hangup = refusal.by == RefusedBy::Hangup;
        match self.jobs.remove(&ticket) {
            Some(Job::Capa) if !is_hangup => self.asked_capa(),
            Some(Job::Login) => {
                self.stop(of_login_refusal(refusal, self.capabilities.as_deref()));
            }
            Some(Job::Stat) if !is_hangup => self.stop(Failure::new(FailureKind::Refused, refusal.text.clone())),
            Some(Job::List) if !is_hangup => self.phase = Phase::Listed,
            // Without its header it is fetched, and known by its octets.
            Some(Job::Recognise(_)) => self.head.clear(),
            Some(Job::Prove(at, _)) => {
                self.head.clear();
                self.weighed = sha2::Sha256::new();
                self.entries[at].is_withheld = true;
            }
            Some(Job::Fetch(at, _)) if !is_hangup => {
                self.head.clear();
                std::mem::take(&mut self.incoming).abandon(self.store)?;
                self.leave(at, &of_refusal(refusal).detail)?;
            }
            Some(Job::Quit) if self.deleted.is_empty() => self.is_quit = true,
            // RFC 1939, section 6: some messages may be left; the next listing tells which.
            Some(Job::Quit) => {
                (self.tell)(Told::Unconfirmed { messages: count(self.deleted.len()) });
                self.is_quit = true;
            }
            Some(Job::Capa | Job::Utf8 | Job::Stat | Job::Uidl | Job::List | Job::Fetch(..) | Job::Dele(_)) | None => {}
        }
        Ok(())
    }

    fn recognise(&mut self, at: usize, head: Header) -> Result<(), SyncError> {
        let now = self.now();
        let entry = &mut self.entries[at];
        entry.header = Some(head);
        if !head.is_telling {
            return Ok(());
        }
        let identity = Identity { listed: &entry.listed, header: head.hash };
        if let Some(item) = self.store.recognise(self.account, identity, now)? {
            entry.known = Known::Item(item);
            entry.item = Some(item.id);
        }
        Ok(())
    }

    fn keep_header(&mut self, at: usize) -> Result<(), SyncError> {
        self.begin()?;
        let now = self.now();
        let source = std::mem::take(&mut self.head);
        let head = header(&source);
        let summary = mime::summary(&source);
        let entry = &mut self.entries[at];
        let identity = Identity { listed: &entry.listed, header: head.hash };
        entry.header = Some(head);
        // A header that is like others' was not looked for when the listing was taken up.
        if let Some(item) = self.store.recognise(self.account, identity, now)? {
            entry.item = Some(item.id);
            self.so_far.kept.known += 1;
            return self.count(0);
        }
        let folder = self.store.folder_of(self.account, Role::Inbox)?;
        let source = Source::Header { source: &source, octets: entry.listed.octets };
        let id = self.store.insert(&NewMessage { folder, summary: &summary, source, arrived_at: now })?;
        entry.item = Some(self.store.note_kept(self.account, identity, id, Extent::Header, now)?);
        self.count(0)
    }

    fn keep_whole(&mut self, at: usize) -> Result<(), SyncError> {
        self.begin()?;
        let complete = std::mem::take(&mut self.incoming).finish(self.store)?;
        self.keep(at, complete)
    }

    /// Keeps a message that has come whole, unless it is here.
    fn keep(&mut self, at: usize, complete: Complete) -> Result<(), SyncError> {
        let now = self.now();
        let Complete { header, digest, summary, octets, body } = complete;
        let header = header.or_octets(digest);
        let entry = &mut self.entries[at];
        entry.header = Some(header);
        let identity = Identity { listed: &entry.listed, header: header.hash };
        if let Some(item) = self.store.adopt(self.account, identity, digest, now)? {
            entry.item = Some(item);
            self.so_far.kept.known += 1;
            if let Body::Store(arrival) = body {
                self.store.abandon_arrival(arrival)?;
            }
            return self.count(octets);
        }
        let id = match body {
            Body::Store(arrival) => self.store.finish_arrival(arrival, &summary, now)?,
            Body::Memory(source) => {
                let folder = self.store.folder_of(self.account, Role::Inbox)?;
                let source = Source::Whole { source: &source, digest };
                self.store.insert(&NewMessage { folder, summary: &summary, source, arrived_at: now })?
            }
        };
        entry.item = Some(self.store.note_kept(self.account, identity, id, Extent::Whole, now)?);
        self.count(octets)
    }

    fn keep_rest(&mut self, at: usize, item: ItemId, message: MessageId) -> Result<(), SyncError> {
        self.begin()?;
        let now = self.now();
        let complete = std::mem::take(&mut self.incoming).finish(self.store)?;
        if !matches!(self.entries[at].known, Known::Item(known) if known.header == Some(complete.header.hash)) {
            // Another message goes by the name.
            self.store.disown(item)?;
            return self.keep(at, complete);
        }
        let Complete { header, digest, summary, octets, body } = complete;
        let header = header.or_octets(digest);
        self.entries[at].header = Some(header);
        match body {
            Body::Memory(source) => self.store.complete(message, &summary, &source)?,
            Body::Store(arrival) => self.store.complete_with(message, &summary, arrival)?,
        }
        self.store.note_whole(item, header.hash, now)?;
        self.count(octets)
    }

    fn begin(&mut self) -> Result<(), SyncError> {
        let now = self.now();
        self.batch_began.get_or_insert(now);
        Ok(self.store.begin()?)
    }

    fn is_batch_old(&self) -> bool {
        self.batch_began.is_some_and(|began| self.now() - began >= BATCH_SECONDS)
    }

    /// Counts a message towards the batch, and commits the batch when it is large enough.
    fn count(&mut self, octets: u64) -> Result<(), SyncError> {
        self.batch_messages += 1;
        self.so_far.meter.add_message();
        self.batch_octets += octets;
        if self.batch_messages >= BATCH_MESSAGES || self.batch_octets >= BATCH_OCTETS || self.is_batch_old() {
            self.commit()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), SyncError> {
        self.store.commit()?;
        self.batch_began = None;
        let messages = std::mem::take(&mut self.batch_messages);
        self.so_far.kept.messages += messages;
        self.so_far.kept.octets += std::mem::take(&mut self.batch_octets);
        if messages > 0 {
            (self.tell)(Told::Kept { messages: self.so_far.kept.messages, octets: self.so_far.kept.octets });
        }
        Ok(())
    }

    /// Leaves a message for later.
    fn leave(&mut self, at: usize, fault: &str) -> Result<(), SyncError> {
        let now = self.now();
        let listed = &self.entries[at].listed;
        let retry_at = self.store.note_failed(self.account, listed, fault, now)?;
        self.so_far.kept.failed += 1;
        let uid = String::from_utf8_lossy(&listed.uid).into_owned();
        (self.tell)(Told::Failed { uid, fault: fault.to_owned(), retry_at });
        Ok(())
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

    fn now(&self) -> i64 {
        i64::try_from(self.platform.now()).unwrap_or(i64::MAX)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
