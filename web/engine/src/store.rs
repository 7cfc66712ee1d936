//! What is known of the open mailbox, in memory: rows, sizes, unique-ids, and the messages read last.
//!
//! Nothing here reaches a disk. Whole messages are kept within a budget of bytes, those read last before others.

mod changes;

use std::collections::HashMap;
use std::rc::Rc;

use restante_protocol::pop3::Uid;

use restante_api::{ListId, Row};

pub(crate) use changes::Changes;

/// Octets of whole messages that are kept.
const BUDGET: usize = 64 << 20;

/// The open mailbox, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Messages and octets of the maildrop (STAT).
    pub(crate) extent: Option<(u32, u64)>,
    rows: HashMap<u32, Row>,
    /// Names and addresses of those whom messages are to.
    recipients: HashMap<u32, String>,
    sizes: HashMap<u32, u64>,
    uids: HashMap<u32, Uid>,
    messages: Messages,
}

impl Store {
    /// Takes in what STAT says.
    pub(crate) fn set_extent(&mut self, messages: u32, octets: u64) {
        self.extent = Some((messages, octets));
    }

    /// Number of messages; 0 while it is not known.
    pub(crate) fn count(&self) -> u32 {
        self.extent.map_or(0, |(messages, _)| messages)
    }

    /// The message in this position from the newest, which is 0.
    pub(crate) fn number_at(&self, position: u32) -> Option<u32> {
        self.count().checked_sub(position).filter(|number| *number > 0)
    }

    /// The position of this message from the newest; `None` where there is no such message.
    pub(crate) fn position_of(&self, number: u32) -> Option<u32> {
        self.count().checked_sub(number).filter(|_| number > 0)
    }

    /// The row of a message.
    pub(crate) fn row(&self, number: u32) -> Option<&Row> {
        self.rows.get(&number)
    }

    /// Number of rows known.
    pub(crate) fn row_count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// The rows that are known.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Whom a message is to: names and addresses.
    pub(crate) fn recipients(&self, number: u32) -> &str {
        self.recipients.get(&number).map_or("", String::as_str)
    }

    /// Keeps a row, and whom the message is to.
    pub(crate) fn put_row(&mut self, row: Row, recipients: String) {
        self.recipients.insert(row.message.number, recipients);
        self.rows.insert(row.message.number, row);
    }

    /// Forgets a row.
    pub(crate) fn forget_row(&mut self, number: u32) {
        self.rows.remove(&number);
    }

    /// The size of a message as the server lists it.
    pub(crate) fn size(&self, number: u32) -> Option<u64> {
        self.sizes.get(&number).copied()
    }

    /// Keeps a size. Gives the row back if it changed by that.
    pub(crate) fn put_size(&mut self, number: u32, octets: u64) -> Option<&Row> {
        self.position_of(number)?;
        self.sizes.insert(number, octets);
        let row = self.rows.get_mut(&number).filter(|row| row.octets != Some(octets))?;
        row.octets = Some(octets);
        Some(row)
    }

    /// Keeps a unique-id. `false` where the message has another one by now: the maildrop was renumbered.
    pub(crate) fn put_uid(&mut self, number: u32, uid: Uid) -> bool {
        match self.uids.get(&number) {
            Some(known) => *known == uid,
            None => {
                if self.position_of(number).is_some() {
                    self.uids.insert(number, uid);
                }
                true
            }
        }
    }

    /// Whether it is known which message has which number.
    pub(crate) fn has_uids(&self) -> bool {
        !self.uids.is_empty()
    }

    /// Whether every message has a unique-id that is known.
    pub(crate) fn has_all_uids(&self) -> bool {
        self.uids.len() == self.count() as usize
    }

    /// The unique-id of a message.
    pub(crate) fn uid(&self, number: u32) -> Option<&Uid> {
        self.uids.get(&number)
    }

    /// Whether any message has this unique-id.
    pub(crate) fn has_uid(&self, uid: &Uid) -> bool {
        self.uids.values().any(|known| known == uid)
    }

    /// The messages by their unique-ids; without those that several messages have.
    pub(crate) fn numbers(&self) -> HashMap<&Uid, u32> {
        changes::numbers(&self.uids)
    }

    /// Whether it is exactly this.
    pub(crate) fn is_of(&self, extent: (u32, u64), uids: &HashMap<u32, Uid>) -> bool {
        self.extent == Some(extent) && self.uids == *uids
    }

    /// What this maildrop and its state now have in common.
    pub(crate) fn changes(&self, messages: u32, uids: &HashMap<u32, Uid>) -> Changes {
        Changes::between((self.count(), &self.uids), (messages, uids))
    }

    /// Takes in the maildrop's state now. What is known of messages that are still there stays known.
    pub(crate) fn follow(&mut self, extent: (u32, u64), uids: HashMap<u32, Uid>, changes: &Changes, list: ListId) {
        self.extent = Some(extent);
        self.uids = uids;
        let moved = |number: u32| changes.number(number);
        let rows = std::mem::take(&mut self.rows).into_iter();
        self.rows = rows
            .filter_map(|(number, mut row)| {
                let number = moved(number)?;
                (row.position, row.message.number, row.message.list) = (extent.0.checked_sub(number)?, number, list);
                Some((number, row))
            })
            .collect();
        let recipients = std::mem::take(&mut self.recipients).into_iter();
        self.recipients = recipients.filter_map(|(number, to)| Some((moved(number)?, to))).collect();
        let sizes = std::mem::take(&mut self.sizes).into_iter();
        self.sizes = sizes.filter_map(|(number, octets)| Some((moved(number)?, octets))).collect();
        self.messages.renumber(moved);
    }

    /// A message that was read, if it is still kept.
    pub(crate) fn message(&mut self, number: u32) -> Option<Rc<Vec<u8>>> {
        self.messages.get(number)
    }

    /// Keeps a message that was read.
    pub(crate) fn put_message(&mut self, number: u32, octets: Vec<u8>) {
        // Not as a slice: that would copy it.
        self.messages.put(number, Rc::new(octets));
    }
}

/// Whole messages, the least recently read ones given up first.
#[derive(Debug, Default)]
struct Messages {
    kept: HashMap<u32, (Rc<Vec<u8>>, u64)>,
    octets: usize,
    reads: u64,
}

impl Messages {
    fn renumber(&mut self, moved: impl Fn(u32) -> Option<u32>) {
        let kept = std::mem::take(&mut self.kept).into_iter();
        self.kept = kept.filter_map(|(number, message)| Some((moved(number)?, message))).collect();
        self.octets = self.kept.values().map(|(octets, _)| octets.len()).sum();
    }

    fn get(&mut self, number: u32) -> Option<Rc<Vec<u8>>> {
        self.reads += 1;
        let (octets, read) = self.kept.get_mut(&number)?;
        *read = self.reads;
        Some(Rc::clone(octets))
    }

    fn put(&mut self, number: u32, octets: Rc<Vec<u8>>) {
        self.reads += 1;
        self.octets += octets.len();
        if let Some((old, _)) = self.kept.insert(number, (octets, self.reads)) {
            self.octets -= old.len();
        }
        // The newest stays even if it is larger than the budget: it is being read.
        while self.octets > BUDGET && self.kept.len() > 1 {
            let oldest = self.kept.iter().min_by_key(|(_, (_, read))| *read).map(|(number, _)| *number);
            let Some((given_up, _)) = oldest.and_then(|number| self.kept.remove(&number)) else { return };
            self.octets -= given_up.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_the_newest() {
        let mut store = Store::default();
        assert_eq!((store.number_at(0), store.position_of(1)), (None, None));
        store.set_extent(3, 99);
        assert_eq!([0, 1, 2, 3].map(|at| store.number_at(at)), [Some(3), Some(2), Some(1), None]);
        assert_eq!([0, 1, 3, 4].map(|number| store.position_of(number)), [None, Some(2), Some(0), None]);
    }

    #[test]
    fn messages_are_kept_within_the_budget_and_the_last_read_stays() {
        let mut messages = Messages::default();
        let third = Rc::new(vec![0; BUDGET / 3]);
        for number in 1..=3 {
            messages.put(number, Rc::clone(&third));
        }
        assert!(messages.get(1).is_some());
        messages.put(4, third);
        assert!(messages.get(2).is_none(), "the least recently read goes first");
        assert!([1, 3, 4].iter().all(|number| messages.get(*number).is_some()));
        messages.put(5, vec![0; BUDGET + 1].into());
        assert!(messages.get(5).is_some() && messages.kept.len() == 1);
        assert_eq!(messages.octets, BUDGET + 1);
    }
}
