//! What the page is told of messages it asks for: from what is kept, or once the server has sent them.

use std::rc::Rc;

use super::Mailbox;
use crate::api::{Failure, FailureKind, MessageRef, PartId, Source, Update};
use crate::mime;

/// Something the page asked of a message.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) message: MessageRef,
    wish: Wish,
    /// RETR was sent for it.
    pub(super) is_under_way: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Read,
    Fetch(PartId),
    Source,
}

impl Ask {
    pub(super) fn read(message: MessageRef) -> Self {
        Self { message, wish: Wish::Read, is_under_way: false }
    }

    pub(super) fn fetch(message: MessageRef, part: PartId) -> Self {
        Self { message, wish: Wish::Fetch(part), is_under_way: false }
    }

    pub(super) fn source(message: MessageRef) -> Self {
        Self { message, wish: Wish::Source, is_under_way: false }
    }
}

impl<U: FnMut(Update)> Mailbox<'_, U> {
    /// Answers at once if the message is kept, and queues the question otherwise. The same question is queued once.
    pub(super) fn ask(&mut self, mut ask: Ask) {
        if let Some(octets) = self.store.message(ask.message.number) {
            return self.tell(&ask, &octets);
        }
        if self.asks.iter().any(|queued| queued.message == ask.message && queued.wish == ask.wish) {
            return;
        }
        ask.is_under_way =
            self.asks.iter().any(|queued| queued.message.number == ask.message.number && queued.is_under_way);
        self.asks.push_back(ask);
    }

    /// The message has come: answers what was asked of it.
    pub(super) fn answer(&mut self, number: u32) {
        let Some(octets) = self.store.message(number) else { return };
        for ask in self.take_asks(Some(number)) {
            self.tell(&ask, &octets);
        }
    }

    /// The message cannot be had.
    pub(super) fn refuse(&mut self, number: u32, failure: &Failure) {
        for ask in self.take_asks(Some(number)) {
            self.tell_failed(ask.message, failure.clone());
        }
    }

    /// No message can be had any more.
    pub(super) fn refuse_asks(&mut self, failure: &Failure) {
        for ask in self.take_asks(None) {
            self.tell_failed(ask.message, failure.clone());
        }
    }

    fn take_asks(&mut self, number: Option<u32>) -> Vec<Ask> {
        let (taken, left) = std::mem::take(&mut self.asks)
            .into_iter()
            .partition(|ask| number.is_none_or(|number| ask.message.number == number));
        self.asks = left;
        Vec::from(taken)
    }

    fn tell(&mut self, ask: &Ask, octets: &Rc<[u8]>) {
        let message = &ask.message;
        let update = match ask.wish {
            Wish::Read => mime::view(message, octets).map(|view| Update::Message(Box::new(view))),
            Wish::Fetch(part) => mime::part(message, part, octets).map(|found| Update::Attachment {
                message: message.clone(),
                part,
                name: found.name,
                media_type: found.media_type,
                bytes: found.bytes,
            }),
            Wish::Source => mime::source(message, octets)
                .map(|(name, bytes)| Update::Source(Box::new(Source { message: message.clone(), name, bytes }))),
        };
        match update {
            Some(update) => (self.updates)(update),
            None => {
                let detail = "there is no such part in this message";
                self.tell_failed(message.clone(), Failure::new(FailureKind::NoSuchMessage, detail));
            }
        }
    }

    fn tell_failed(&mut self, message: MessageRef, failure: Failure) {
        (self.updates)(Update::MessageFailed { message, failure: Box::new(failure) });
    }
}
