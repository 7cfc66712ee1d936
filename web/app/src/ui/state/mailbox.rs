//! The open mailbox: its list, where the list stands, and what is being read.

use std::collections::BTreeSet;

use restante_api::runs::Run;
use restante_api::{FIRST_ROWS, Failure, ListId, MessageRef, MessageView, OpenMailbox, Row, Security, TlsEnd};

use super::held::Held;
use super::preview::Preview;
use super::reading::Reading;
use super::runs;
use super::selection::Selection;
use crate::ui::shared::Shared;

/// The rows of a list, newest first; `None` where a row is not known yet.
pub type Rows = Shared<Vec<Option<Shared<Row>>>>;

/// Rows of kept mail that are asked for beyond either end of those in sight.
const AROUND: u32 = 40;

/// Rows of a new list of kept mail that are asked for before it is known how many are in sight.
pub(super) const FIRST_SIGHT: u32 = 30;

/// An open mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    /// Octets of the maildrop.
    pub octets: u64,
    /// Which list this is.
    pub list: ListId,
    /// The list.
    pub rows: Rows,
    /// Number of rows that are known.
    pub known: u32,
    /// Places whose row is out of date: it is shown until the new one has come.
    pub outdated: BTreeSet<u32>,
    /// The row that the keyboard is at.
    pub cursor: u32,
    /// Counts the times that somebody moved it: the list shows it then, and not where it moved along with the list.
    pub moves: u32,
    /// Counts the lists that were shown, and the times that one changed: how it did last.
    pub shift: Shift,
    /// What is chosen.
    pub selection: Selection,
    /// What a preview has beside its list.
    pub preview: Preview,
    /// Rows in sight: the first, and how many.
    pub sight: (u32, u32),
    /// Rows that the engine was asked for last.
    pub asked: Option<(u32, u32)>,
    /// The row whose message is to be read as soon as it has come.
    pub read_later: Option<u32>,
    /// The message that is being read.
    pub reading: Option<Reading>,
    /// Numbers of the messages that were read in this session.
    pub seen: Shared<BTreeSet<u32>>,
    /// Addresses whose pictures may be fetched, for this session.
    pub trusted_senders: BTreeSet<String>,
    /// Why the session ended, where it did.
    pub failure: Option<Shared<Failure>>,
    /// Something to be told once.
    pub notice: Option<Notice>,
    /// Questions that wait for a fresh engine to open the mailbox, while one does.
    pub held: Option<Held>,
    /// How often the engine had to be started anew since a message was read last.
    pub restarts: u8,
    /// "Path and certificate" is open.
    pub shows_path: bool,
}

/// How a list has changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shift {
    /// Which list it is, of those that were shown in its place.
    pub list: u32,
    /// How often it has changed.
    pub turn: u32,
    /// What it has in common with what it was before.
    pub runs: Shared<Vec<Run>>,
}

impl Shift {
    /// The list has changed, and has these runs in common with what it was before.
    pub(super) fn follow(&mut self, runs: Vec<Run>) {
        self.turn = self.turn.wrapping_add(1);
        self.runs = Shared::new(runs);
    }
}

/// Something that happened to the mailbox by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Another session changed it, and the list was started anew.
    Changed {
        /// How many messages there were.
        before: u32,
        /// How many there are.
        now: u32,
    },
    /// The engine stopped and was started anew.
    Restarted,
}

/// Whose mailbox it is, and how it was reached: what the page keeps of the form once the mailbox is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// User name.
    pub user: String,
    /// Mail server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Security.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// The address of the bridge, where it is not the page's own.
    pub bridge: Option<String>,
}

impl From<&OpenMailbox> for Account {
    fn from(open: &OpenMailbox) -> Self {
        Self {
            user: open.user.clone(),
            host: open.host.clone(),
            port: open.port,
            security: open.security,
            tls_end: open.tls_end,
            bridge: open.bridge.clone(),
        }
    }
}

impl Mailbox {
    /// A mailbox of which nothing is known but its size.
    pub fn new(list: ListId, messages: u32, octets: u64) -> Self {
        Self {
            octets,
            list,
            rows: Shared::new(vec![None; messages as usize]),
            known: 0,
            outdated: BTreeSet::new(),
            cursor: 0,
            moves: 0,
            shift: Shift::default(),
            selection: Selection::default(),
            preview: Preview::default(),
            sight: (0, 0),
            asked: None,
            read_later: None,
            reading: None,
            seen: Shared::default(),
            trusted_senders: BTreeSet::new(),
            failure: None,
            notice: None,
            held: None,
            restarts: 0,
            shows_path: false,
        }
    }

    /// A session is up again. Where its list is another one, every row is void; where the mailbox has changed, so is every
    /// place in the list. Whether it has changed.
    pub fn reopened(&mut self, list: ListId, messages: u32, octets: u64) -> bool {
        self.failure = None;
        self.asked = None;
        if list == self.list {
            return false;
        }
        let before = self.len();
        // A fresh engine counts its lists anew, and that alone changes nothing.
        let is_changed = (before, self.octets) != (messages, octets) || self.list.is_of_same_engine(list);
        (self.list, self.octets) = (list, octets);
        self.rows = Shared::new(vec![None; messages as usize]);
        self.known = 0;
        self.cursor = self.cursor.min(messages.saturating_sub(1));
        if is_changed {
            self.selection = Selection::default();
            self.preview.forget();
            self.notice = Some(Notice::Changed { before, now: messages });
            self.seen = Shared::default();
            self.read_later = None;
            if let Some(reading) = &mut self.reading {
                reading.position = None;
            }
        }
        is_changed
    }

    /// Another list of what is kept is shown in the place of this one; or the same one again, where it was asked for anew.
    pub fn replaced(&mut self, messages: u32, octets: u64, is_same: bool) {
        (self.list, self.octets, self.asked) = (ListId::kept(), octets, None);
        self.rows = Shared::new(vec![None; messages as usize]);
        self.known = 0;
        self.outdated.clear();
        self.cursor = if is_same { self.cursor.min(messages.saturating_sub(1)) } else { 0 };
        if !is_same {
            self.shift = Shift { list: self.shift.list.wrapping_add(1), ..Shift::default() };
            self.selection = Selection::default();
            self.read_later = None;
        }
        if let Some(reading) = &mut self.reading {
            // Where it is now is known once its row comes.
            reading.position = None;
        }
    }

    /// The list has changed: what is the same goes along, and so do the keyboard, the choice and what is read.
    pub fn changed(&mut self, messages: u32, mut runs: Vec<Run>) {
        // In a preview a message does not change, and another one in its place is another one.
        let renewed = if self.is_kept() { runs::outdated(&runs, self.len(), messages) } else { vec![] };
        let mut outdated: BTreeSet<u32> = self.outdated.iter().filter_map(|at| runs::place(&runs, *at)).collect();
        outdated.extend(renewed.iter().flat_map(|run| run.to..run.to + run.rows));
        runs.extend(renewed);
        let mut rows = vec![None; messages as usize];
        for run in &runs {
            for (from, to) in (run.from..run.from.saturating_add(run.rows)).zip(run.to..) {
                if let (Some(row), Some(place)) = (self.rows.get(from as usize), rows.get_mut(to as usize)) {
                    place.clone_from(row);
                }
            }
        }
        if !self.selection.is_empty() {
            // Messages that have left the list are not chosen any more, as far as their rows were seen.
            let left = (0..self.len()).filter(|at| runs::place(&runs, *at).is_none());
            let left: Vec<u32> = left.filter_map(|at| self.row(at).map(|row| row.message.number)).collect();
            let numbers = self.selection.numbers.edit();
            left.iter().for_each(|number| _ = numbers.remove(number));
        }
        self.known = rows.iter().flatten().count().try_into().unwrap_or(u32::MAX);
        // As long as nobody has gone anywhere, the keyboard stays at the top, where what is new comes in.
        if self.cursor > 0 || self.moves > 0 || self.reading.is_some() {
            self.cursor = runs::nearest(&runs, self.cursor, messages);
        }
        self.selection.anchor = self.selection.anchor.map(|anchor| runs::nearest(&runs, anchor, messages));
        self.read_later = self.read_later.and_then(|position| runs::place(&runs, position));
        if let Some(reading) = &mut self.reading {
            reading.position = reading.position.and_then(|at| runs::place(&runs, at));
        }
        self.rows = Shared::new(rows);
        (self.outdated, self.asked) = (outdated, None);
        self.shift.follow(runs);
        if self.is_kept() {
            self.find_what_is_read();
        }
    }

    /// Whether this is mail that is kept on the device.
    pub fn is_kept(&self) -> bool {
        self.list == ListId::kept()
    }

    /// Moves the keyboard to a row, and the list to where it is in sight.
    pub fn point(&mut self, position: u32) {
        self.cursor = position;
        self.moves = self.moves.wrapping_add(1);
    }

    /// Number of messages.
    pub fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Whether the mailbox holds no message.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at this position, once it is known.
    pub fn row(&self, position: u32) -> Option<&Shared<Row>> {
        self.rows.get(position as usize).and_then(Option::as_ref)
    }

    /// Takes rows in. Positions beyond the list are the engine's error and are left out.
    pub fn take(&mut self, rows: Vec<Row>) {
        let list = self.rows.edit();
        for row in rows.into_iter().filter(|row| row.message.list == self.list) {
            if let Some(place) = list.get_mut(row.position as usize) {
                self.known += u32::from(place.is_none());
                self.outdated.remove(&row.position);
                *place = Some(Shared::new(row));
            }
        }
        if self.is_kept() {
            self.find_what_is_read();
        }
    }

    /// What is read gets its place in the list back, where its row is among those that are known.
    fn find_what_is_read(&mut self) {
        let lost = self.reading.as_ref().filter(|reading| reading.position.is_none());
        let found = lost.and_then(|reading| self.place_of(reading.current().message.number));
        if let (Some(reading), Some(found)) = (&mut self.reading, found) {
            reading.position = Some(found);
        }
    }

    /// The place of a message in the list, where its row is among those that are known.
    pub(super) fn place_of(&self, number: u32) -> Option<u32> {
        let found = self.rows.iter().position(|row| row.as_ref().is_some_and(|row| row.message.number == number));
        found.and_then(|at| u32::try_from(at).ok())
    }

    /// The rows to ask for: those in sight, where any is missing and they are not asked for already. Once in any case: the
    /// engine fetches what is near by when it knows that there is something to see.
    pub fn wanted(&self) -> Option<(u32, u32)> {
        let (first, count) = self.sight;
        let last = first.saturating_add(count).min(self.len());
        if self.is_kept() {
            let missing = (first..last).any(|at| self.row(at).is_none() || self.outdated.contains(&at));
            // With what is above and below: it costs nothing to speak of, and scrolling finds it there.
            let first = first.saturating_sub(AROUND);
            let wanted = (first, last.saturating_add(AROUND).min(self.len()).saturating_sub(first));
            return (missing && self.asked != Some(wanted)).then_some(wanted);
        }
        // The engine fetches the first rows unasked, and in one flight; a question in between would only cost a trip.
        let first_rows = FIRST_ROWS.min(self.len());
        if first < first_rows && self.known < first_rows {
            return None;
        }
        let missing = (first..last).any(|position| self.row(position).is_none());
        let is_first = self.asked.is_none() && count > 0;
        ((missing || is_first) && self.asked != Some(self.sight)).then_some(self.sight)
    }

    /// The message at this position.
    pub fn message_at(&self, position: u32) -> Option<MessageRef> {
        self.row(position).map(|row| row.message.clone())
    }

    /// The number of the message at this position, as far as it is known: in a preview they are counted down.
    pub fn number_at(&self, position: u32) -> Option<u32> {
        let row = self.row(position).map(|row| row.message.number);
        row.or_else(|| if self.is_kept() { None } else { self.len().checked_sub(position) })
    }

    /// Whether the pictures of this message's sender are fetched.
    pub fn trusts(&self, view: &MessageView) -> bool {
        view.from.first().is_some_and(|from| self.trusted_senders.contains(&from.address))
    }

    /// How many messages deep the reader is; 0 where only the list is shown.
    pub fn depth(&self) -> usize {
        self.reading.as_ref().map_or(0, Reading::depth)
    }
}
