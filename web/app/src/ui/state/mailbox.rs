//! The open mailbox: its list, where the list stands, and what is being read.

use std::collections::BTreeSet;

use restante_api::{FIRST_ROWS, Failure, ListId, MessageRef, OpenMailbox, Row, Security, TlsEnd};

use super::held::Held;
use super::reading::Reading;
use crate::ui::shared::Shared;

/// The rows of a list, newest first; `None` where a row is not known yet.
pub type Rows = Shared<Vec<Option<Shared<Row>>>>;

/// An open mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    /// Whose it is, and how it was reached.
    pub account: Account,
    /// Octets of the maildrop.
    pub octets: u64,
    /// Which list this is.
    pub list: ListId,
    /// The list.
    pub rows: Rows,
    /// Number of rows that are known.
    pub known: u32,
    /// The row that the keyboard is at.
    pub cursor: u32,
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

/// What the page keeps of the form once the mailbox is open.
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
    pub fn new(account: Account, list: ListId, messages: u32, octets: u64) -> Self {
        Self {
            account,
            octets,
            list,
            rows: Shared::new(vec![None; messages as usize]),
            known: 0,
            cursor: 0,
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
            self.notice = Some(Notice::Changed { before, now: messages });
            self.seen = Shared::default();
            self.read_later = None;
            if let Some(reading) = &mut self.reading {
                reading.position = None;
            }
        }
        is_changed
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
                *place = Some(Shared::new(row));
            }
        }
    }

    /// The rows to ask for: those in sight, where any is missing and they are not asked for already. Once in any case: the
    /// engine fetches what is near by when it knows that there is something to see.
    pub fn wanted(&self) -> Option<(u32, u32)> {
        let (first, count) = self.sight;
        let last = first.saturating_add(count).min(self.len());
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

    /// How many messages deep the reader is; 0 where only the list is shown.
    pub fn depth(&self) -> usize {
        self.reading.as_ref().map_or(0, Reading::depth)
    }
}
