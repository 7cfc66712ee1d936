//! What to ask the server next.

use std::collections::HashSet;

use restante_api::{ConnectionView, FIRST_ROWS, Failure, FailureKind, Flaw, Server, Stage, TlsEnd, Update};
use restante_protocol::pop3::{Command, Login, MessageNumber};

use super::events::Job;
use super::{MESSAGE_LIMIT, Mailbox, Phase};
use crate::connection::Connection;
use crate::oauth;
use crate::store::Changes;

/// Rows that are fetched around those in sight, on each side, once those are there and drawn: the page has better things to
/// do before.
const MARGIN: u32 = 50;

/// Rows in sight at most: a page that asks for more gets them in turn.
const MAX_IN_SIGHT: u32 = 500;

/// Lines of the body that a row's snippet is made of.
const SNIPPET_LINES: u32 = 10;

/// TOPs under way at once where the server pipelines. Few, so that a click does not wait behind many rows.
const TOPS_UNDER_WAY: usize = 64;

/// The same, with rows that have come into sight since: they do not wait for those that went out of it.
const TOPS_IN_SIGHT: usize = 128;

/// Messages under way at once for the sake of their rows, where the server pipelines.
const RETRS_UNDER_WAY: usize = 4;

/// Without TOP, so many messages of at most so many octets are fetched whole for the sake of their rows.
const WHOLE_FOR_ROWS: u32 = 30;
const WHOLE_OCTETS: u64 = 128 << 10;

/// Which rows are wanted.
#[derive(Debug)]
pub(super) struct Rows {
    first: u32,
    count: u32,
    /// The list was scrolled towards its top last.
    upwards: bool,
    /// The page has said which rows it shows, so those that came are drawn.
    shown: bool,
    under_way: HashSet<u32>,
    /// All rows are wanted, behind those that are looked at: those from this position on are not known to be here.
    pub(super) all_from: Option<u32>,
    /// Whether the server knows TOP, as far as is known.
    pub(super) top: Top,
    pub(super) whole: u32,
}

/// Whether the server knows TOP (optional in RFC 1939, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    Untried,
    Works,
    Missing,
}

impl Default for Rows {
    fn default() -> Self {
        let (under_way, top) = (HashSet::new(), Top::Untried);
        Self { first: 0, count: FIRST_ROWS, upwards: false, shown: false, under_way, all_from: None, top, whole: 0 }
    }
}

impl Rows {
    pub(super) fn forget_under_way(&mut self) {
        self.under_way.clear();
    }

    pub(super) fn done(&mut self, number: u32) {
        self.under_way.remove(&number);
    }

    /// The rows are elsewhere in the list, as far as they are still there.
    pub(super) fn follow(&mut self, changes: &Changes) {
        let end = self.first.saturating_add(self.count);
        if self.first > 0
            && let Some((was, is)) = (self.first..end).find_map(|was| Some((was, changes.position(was)?)))
        {
            self.first = is.saturating_sub(was - self.first);
        }
    }

    /// The positions in the order they are wanted: those in sight as they came into it, and once the page shows them those
    /// that come into sight next. What has been passed is last.
    fn positions(&self) -> Vec<u32> {
        let margin = if self.shown { MARGIN } else { 0 };
        let end = self.first.saturating_add(self.count);
        let mut sight: Vec<u32> = (self.first..end).collect();
        let below = (end..end.saturating_add(margin)).collect();
        let above = (self.first.saturating_sub(margin)..self.first).rev().collect();
        if self.upwards {
            sight.reverse();
        }
        if self.upwards { [sight, above, below].concat() } else { [sight, below, above].concat() }
    }
}

impl Mailbox<'_> {
    /// The page shows these rows.
    pub(super) fn show(&mut self, first: u32, count: u32) {
        self.rows.shown = true;
        if first != self.rows.first {
            self.rows.upwards = first < self.rows.first;
        }
        self.rows.first = first;
        self.rows.count = count.clamp(1, MAX_IN_SIGHT);
    }

    /// Submits what is next.
    pub(super) fn proceed(&mut self, connection: &mut Connection) {
        match self.session.phase {
            Phase::Fresh if self.ways.asks_capa() => {
                self.session.phase = Phase::Asking;
                self.submit(connection, Command::Capa, Job::Capa);
            }
            Phase::Fresh | Phase::Asked => self.sign_in(connection),
            Phase::SigningIn if !self.session.jobs.values().any(|job| matches!(job, Job::Login)) => {
                self.ask_extent(connection);
            }
            Phase::Asking | Phase::SigningIn | Phase::Counting => {}
            Phase::SignedIn => self.open_list(connection),
            // What is under way comes to its end, and nothing is begun.
            Phase::Open if self.session.is_stale => {}
            Phase::Open if self.closing.is_some() => self.fetch_listings(connection),
            // The same STAT does not say that the numbers are the same messages'.
            Phase::Open if self.is_comparing() => {
                self.fetch_listings(connection);
                self.progress(Stage::Headers { have: self.store.row_count(), of: self.store.count() });
            }
            Phase::Open => {
                self.fetch_messages(connection);
                self.fetch_rows(connection);
                self.fetch_listings(connection);
                self.tell_stage();
            }
        }
    }

    pub(super) fn keep_alive(&mut self, connection: &mut Connection) {
        self.submit(connection, Command::Noop, Job::Noop);
    }

    /// Everything up to the maildrop's size, in as few flights as the server allows: CAPA again behind the login, for
    /// some servers tell the better part of it only then.
    fn sign_in(&mut self, connection: &mut Connection) {
        self.session.phase = Phase::SigningIn;
        let credential = oauth::credential(&*self.platform, &self.open.credential);
        let login = Login::with(self.open.user.clone(), credential);
        let bindings = match self.open.tls_end {
            TlsEnd::Browser => connection.transport().channel_bindings(),
            TlsEnd::Bridge => Vec::new(),
        };
        for command in self.ways.sign_in(login, bindings, self.session.capabilities.as_deref()) {
            let job = if matches!(command, Command::Login(_)) { Job::Login } else { Job::Utf8 };
            self.submit(connection, command, job);
        }
        if !self.ways.is_login_alone() {
            self.ask_extent(connection);
        }
    }

    fn ask_extent(&mut self, connection: &mut Connection) {
        self.session.phase = Phase::Counting;
        if self.ways.asks_capa() {
            self.submit(connection, Command::Capa, Job::Capa);
        }
        self.submit(connection, Command::Stat, Job::Stat);
    }

    /// Tells the page that the list is open, and asks for the first screen.
    fn open_list(&mut self, connection: &mut Connection) {
        self.session.phase = Phase::Open;
        self.memory.borrow_mut().learn_ways(Server::from(&self.open), self.ways.clone());
        let capabilities = connection.session().capabilities();
        if let (Top::Untried, Some(known)) = (self.rows.top, capabilities) {
            self.rows.top = if known.top { Top::Works } else { Top::Missing };
        }
        let view = ConnectionView {
            peer: connection.transport().peer(),
            tls: connection.transport().tls_view(&self.open.host, self.open.trusted, self.platform.now()),
            greeting: self.session.greeting.clone(),
            implementation: capabilities.and_then(|known| known.implementation.clone()),
            mechanism: self.session.mechanism.map(|mechanism| mechanism.name().to_owned()).unwrap_or_default(),
            pipelined: connection.session().is_pipelining(),
        };
        self.tell(Update::Connected(Box::new(view)));
        self.note_opened();
        self.tell_opened();
        self.compare_at_once();
        self.proceed(connection);
    }

    /// Tells the page which list this is, and how long.
    pub(super) fn tell_opened(&self) {
        let (messages, octets) = self.store.extent.unwrap_or_default();
        self.tell(Update::Opened { list: self.list, messages, octets });
    }

    /// Messages that were asked for, the last one first: that is what somebody looks at. One at a time, for what has been
    /// sent cannot be taken back.
    fn fetch_messages(&mut self, connection: &mut Connection) {
        while !self.session.jobs.values().any(|job| matches!(job, Job::Retr { asked: true, .. })) {
            let Some(ask) = self.asks.iter().rev().find(|ask| !ask.is_under_way) else { return };
            let number = ask.message.number;
            let size = self.store.size(number);
            if self.store.position_of(number).is_none() {
                self.refuse(number, &Failure::new(FailureKind::NoSuchMessage, ""));
            } else if let Some(octets) = size.filter(|octets| *octets > MESSAGE_LIMIT) {
                self.refuse_as_too_large(number, octets);
            } else {
                for ask in self.asks.iter_mut().filter(|ask| ask.message.number == number) {
                    ask.is_under_way = true;
                }
                self.retrieve(connection, number, true);
            }
        }
    }

    fn retrieve(&mut self, connection: &mut Connection, number: u32, asked: bool) {
        let Some(message) = MessageNumber::new(number) else { return };
        let octets = self.store.size(number);
        let job = Job::Retr { number, body: Vec::new(), told: 0, asked };
        self.session.has_retrieved = true;
        self.submit(connection, Command::Retr { number: message, octets }, job);
    }

    fn fetch_rows(&mut self, connection: &mut Connection) {
        if self.rows.top == Top::Missing {
            return self.fetch_rows_whole(connection);
        }
        // The first answer tells whether the server knows TOP at all, and many refusals would help nobody.
        let is_pipelining = connection.session().is_pipelining();
        let (limit, limit_in_sight) = if is_pipelining { (TOPS_UNDER_WAY, TOPS_IN_SIGHT) } else { (1, 1) };
        let in_sight = self.rows.count as usize;
        let mut is_seen = true;
        let positions = self.rows.positions().into_iter().chain(self.all_positions());
        for (at, position) in positions.enumerate() {
            // What is in sight first, and whole: rows near by would only be in its way.
            if at >= in_sight && !is_seen {
                return;
            }
            let Some(number) = self.store.number_at(position) else { continue };
            if self.rows.under_way.len() >= if at < in_sight { limit_in_sight } else { limit } {
                return;
            }
            if self.store.row(number).is_some() {
                continue;
            }
            is_seen &= at >= in_sight;
            if self.rows.under_way.contains(&number) {
                continue;
            }
            let Some(message) = MessageNumber::new(number) else { continue };
            self.rows.under_way.insert(number);
            let command = Command::Top { number: message, lines: SNIPPET_LINES };
            self.submit(connection, command, Job::Top { number, head: Box::default() });
        }
    }

    /// The positions of the rows that are wanted though nobody looks at them.
    fn all_positions(&mut self) -> std::ops::Range<u32> {
        let Some(mut from) = self.rows.all_from else { return 0..0 };
        while self.store.number_at(from).is_some_and(|number| self.store.row(number).is_some()) {
            from += 1;
        }
        self.rows.all_from = Some(from);
        from..self.store.count()
    }

    /// Without TOP: a few small messages are fetched whole, the others say why they have no row.
    fn fetch_rows_whole(&mut self, connection: &mut Connection) {
        if !self.session.listed {
            return;
        }
        let limit = if connection.session().is_pipelining() { RETRS_UNDER_WAY } else { 1 };
        let in_sight = self.rows.positions().into_iter().take(self.rows.count as usize);
        let wanted = in_sight.chain(self.all_positions());
        let numbers: Vec<u32> = wanted.filter_map(|position| self.store.number_at(position)).collect();
        for number in numbers {
            if self.store.row(number).is_some() || self.rows.under_way.contains(&number) {
                continue;
            }
            let is_small = self.store.size(number).is_some_and(|octets| octets <= WHOLE_OCTETS);
            if self.rows.whole >= WHOLE_FOR_ROWS || !is_small {
                self.put_fault_row(number, Flaw::NoTop);
            } else if self.rows.under_way.len() < limit {
                self.rows.whole += 1;
                self.rows.under_way.insert(number);
                self.retrieve(connection, number, false);
            }
        }
        self.tell_rows();
    }

    /// UIDL and LIST, behind the first rows.
    fn fetch_listings(&mut self, connection: &mut Connection) {
        let rows_first = !connection.session().is_pipelining() && !self.rows.under_way.is_empty();
        let is_empty = self.session.comparing.is_none() && self.store.count() == 0;
        if self.session.listing || is_empty || rows_first && self.rows.top != Top::Missing {
            return;
        }
        self.session.listing = true;
        if connection.session().capabilities().is_none_or(|known| known.uidl) {
            self.submit(connection, Command::Uidl(None), Job::Uidl);
        } else {
            self.uids_told(false);
        }
        self.submit(connection, Command::List(None), Job::List);
    }

    pub(super) fn submit(&mut self, connection: &mut Connection, command: Command, job: Job) {
        match connection.submit(command) {
            Ok(ticket) => {
                self.session.jobs.insert(ticket, job);
            }
            Err(misuse) => {
                // A line break in a user name or password, say: the server cannot be asked.
                let kind = if matches!(job, Job::Login) { FailureKind::WrongPassword } else { FailureKind::Internal };
                self.session.fatal.get_or_insert_with(|| Failure::new(kind, misuse.to_string()));
            }
        }
    }

    fn tell_stage(&mut self) {
        let (have, of) = (self.store.row_count(), self.store.count());
        let is_reading = self.session.jobs.values().any(|job| matches!(job, Job::Retr { asked: true, .. }));
        if is_reading {
            return;
        }
        // Without TOP, LIST tells which messages are small enough to be fetched for their rows.
        let waits_for_sizes = self.rows.top == Top::Missing && !self.session.listed && of > 0;
        let is_idle = self.rows.under_way.is_empty() && !waits_for_sizes;
        let stage = if is_idle { Stage::Idle { have, of } } else { Stage::Headers { have, of } };
        self.progress(stage);
    }
}
