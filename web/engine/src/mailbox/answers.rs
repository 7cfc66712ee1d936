//! What the page is told of messages it asks for: from what is kept, or once the server has sent them.

use restante_api::{CallId, Failure, FailureKind, MessageRef, PartId};

use super::Mailbox;
use crate::store::Changes;
use crate::wish::{self, Wish};

/// Something the page asked of a message.
#[derive(Debug)]
pub(super) struct Ask {
    /// The question.
    id: CallId,
    pub(super) message: MessageRef,
    wish: Wish,
    /// RETR was sent for it.
    pub(super) is_under_way: bool,
    /// Sessions that were lost while it came.
    pub(super) lost: u8,
}

impl Ask {
    pub(super) fn read(id: CallId, message: MessageRef) -> Self {
        Self::new(id, message, Wish::Read)
    }

    pub(super) fn fetch(id: CallId, message: MessageRef, part: PartId) -> Self {
        Self::new(id, message, Wish::Fetch(part))
    }

    pub(super) fn fetch_all(id: CallId, message: MessageRef) -> Self {
        Self::new(id, message, Wish::FetchAll)
    }

    pub(super) fn source(id: CallId, message: MessageRef) -> Self {
        Self::new(id, message, Wish::Source)
    }

    fn new(id: CallId, message: MessageRef, wish: Wish) -> Self {
        Self { id, message, wish, is_under_way: false, lost: 0 }
    }
}

impl Mailbox<'_> {
    /// Answers at once if the message is kept, and queues the question otherwise. A question about a former list is
    /// refused: its number may be another message's by now.
    pub(super) fn ask(&mut self, mut ask: Ask) {
        if ask.message.list != self.list {
            return self.tell_failed(&ask, Failure::new(FailureKind::Outdated, ""));
        }
        if let Some(octets) = self.store.message(ask.message.number) {
            return self.tell_of(&ask, &octets);
        }
        ask.is_under_way =
            self.asks.iter().any(|queued| queued.message.number == ask.message.number && queued.is_under_way);
        self.asks.push_back(ask);
    }

    /// Nobody waits for this answer any more.
    pub(super) fn cancel(&mut self, id: CallId) {
        self.asks.retain(|ask| ask.id != id);
        self.end_search(id);
    }

    /// Whether somebody waits for this message.
    pub(super) fn is_wanted(&self, number: u32) -> bool {
        self.asks.iter().any(|ask| ask.message.number == number)
    }

    /// Who waits for this message, the last one first.
    pub(super) fn asker(&self, number: u32) -> Option<CallId> {
        self.asks.iter().rev().find(|ask| ask.message.number == number).map(|ask| ask.id)
    }

    /// The message has come: answers what was asked of it.
    pub(super) fn answer(&mut self, number: u32) {
        let Some(octets) = self.store.message(number) else { return };
        for ask in self.take_asks(Some(number)) {
            self.tell_of(&ask, &octets);
        }
    }

    /// The message cannot be had.
    pub(super) fn refuse(&mut self, number: u32, failure: &Failure) {
        for ask in self.take_asks(Some(number)) {
            self.tell_failed(&ask, failure.clone());
        }
    }

    /// Messages have other numbers. What is asked of one that is gone is refused.
    pub(super) fn renumber_asks(&mut self, changes: &Changes) {
        for mut ask in std::mem::take(&mut self.asks) {
            match changes.number(ask.message.number) {
                Some(number) => {
                    (ask.message.list, ask.message.number) = (self.list, number);
                    self.asks.push_back(ask);
                }
                None => self.tell_failed(&ask, Failure::new(FailureKind::Outdated, "")),
            }
        }
    }

    /// No message can be had any more.
    pub(super) fn refuse_asks(&mut self, failure: &Failure) {
        for ask in self.take_asks(None) {
            self.tell_failed(&ask, failure.clone());
        }
    }

    fn take_asks(&mut self, number: Option<u32>) -> Vec<Ask> {
        let (taken, left) = std::mem::take(&mut self.asks)
            .into_iter()
            .partition(|ask| number.is_none_or(|number| ask.message.number == number));
        self.asks = left;
        Vec::from(taken)
    }

    fn tell_of(&self, ask: &Ask, octets: &[u8]) {
        self.answer_to(ask.id, ask.wish.answer(&ask.message, octets));
    }

    fn tell_failed(&self, ask: &Ask, failure: Failure) {
        self.answer_to(ask.id, wish::failed(&ask.message, failure));
    }
}
