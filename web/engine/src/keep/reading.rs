//! Messages for the reader, out of the store.

use restante_api::{CallId, Failure, FailureKind, ListId, MessageRef, Reply, Request, Update};
use restante_store::{Extent, Flag, MessageId, StoreError};

use super::{Client, Keeper, convert};
use crate::mailbox::MESSAGE_LIMIT;
use crate::wish::{self, Wish};

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// Answers a question about a message. One that is read counts as read from then on.
    pub(super) fn read(&mut self, client: Client, call: CallId, request: Request) {
        let (message, wish) = match request {
            Request::Read(message) => (message, Wish::Read),
            Request::Fetch { message, part } => (message, Wish::Fetch(part)),
            Request::FetchAll(message) => (message, Wish::FetchAll),
            Request::Source(message) => (message, Wish::Source),
            _ => return,
        };
        let (update, is_unread) =
            self.answer_of(&message, wish).unwrap_or_else(|failure| (wish::failed(&message, failure), false));
        let is_opened = matches!(update, Update::Message(_)) && message.path.is_empty();
        self.answer(client, call, Ok(update));
        if is_opened && is_unread {
            let id = MessageId(message.number.into());
            // A full device takes no mark; what is read is shown all the same.
            if self.store.borrow_mut().set_flag(&[id], Flag::Read, true).is_ok() {
                self.touched.insert(id);
            }
        }
    }

    /// The answer, and whether the message counts as unread so far.
    fn answer_of(&self, message: &MessageRef, wish: Wish) -> Result<(Update, bool), Failure> {
        if message.list != ListId::kept() {
            return Err(Failure::new(FailureKind::Outdated, ""));
        }
        let id = MessageId(message.number.into());
        let (row, octets) = self
            .content(id)
            .map_err(|error| convert::failure(&error))?
            .ok_or_else(|| Failure::new(FailureKind::TooLarge, ""))?;
        let mut update = wish.answer(message, &octets);
        if let Update::Message(view) = &mut update
            && message.path.is_empty()
            && row.extent == Extent::Header
        {
            view.octets = row.octets;
        }
        Ok((update, !row.is_read))
    }

    /// A message's row and octets; `None` where these are too many to be held at once.
    pub(super) fn content(&self, id: MessageId) -> Result<Option<(restante_store::Row, Vec<u8>)>, StoreError> {
        let store = self.store.borrow();
        let row = store.rows(&[id])?.pop().ok_or(StoreError::NotFound("message"))?;
        if row.extent == Extent::Whole && row.octets > MESSAGE_LIMIT {
            return Ok(None);
        }
        let octets = store.content(id)?;
        Ok(Some((row, octets)))
    }
}
