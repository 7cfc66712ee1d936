//! What has come, into the store: recognised, kept, committed, or left for later.

use restante_store::{Extent, Identity, ItemId, Known, MessageId, NewMessage, Role, Source, StoreError};

use super::{BATCH_MESSAGES, BATCH_OCTETS, BATCH_SECONDS, FIRST_BATCH, Session};
use crate::mime;
use crate::sync::header::{Header, header};
use crate::sync::incoming::{Body, Complete};
use crate::sync::{SyncError, Told};

impl Session<'_> {
    pub(super) fn recognise(&mut self, at: usize, head: Header) -> Result<(), SyncError> {
        let (now, store) = (self.now(), self.store);
        let entry = &mut self.entries[at];
        entry.header = Some(head);
        if !head.is_telling {
            return Ok(());
        }
        let identity = Identity { listed: &entry.listed, header: head.hash };
        let found = store.borrow_mut().recognise(self.account, identity, now)?;
        if let Some(item) = found {
            entry.known = Known::Item(item);
            entry.item = Some(item.id);
        }
        Ok(())
    }

    pub(super) fn keep_header(&mut self, at: usize) -> Result<(), SyncError> {
        self.begin()?;
        let (now, store, serial) = (self.now(), self.store, self.serial(at));
        let source = std::mem::take(&mut self.head);
        let head = header(&source);
        let summary = mime::summary(&source);
        let entry = &mut self.entries[at];
        let identity = Identity { listed: &entry.listed, header: head.hash };
        entry.header = Some(head);
        // A header that is like others' was not looked for when the listing was taken up.
        let found = store.borrow_mut().recognise(self.account, identity, now)?;
        if let Some(item) = found {
            entry.item = Some(item.id);
            self.so_far.kept.known += 1;
            return self.count(0);
        }
        let folder = store.borrow_mut().folder_of(self.account, Role::Inbox)?;
        let source = Source::Header { source: &source, octets: entry.listed.octets };
        let id =
            store.borrow_mut().insert(&NewMessage { folder, summary: &summary, source, arrived_at: now, serial })?;
        entry.item = Some(store.borrow_mut().note_kept(self.account, identity, id, Extent::Header, now)?);
        self.count(0)
    }

    pub(super) fn keep_whole(&mut self, at: usize) -> Result<(), SyncError> {
        self.begin()?;
        let complete = std::mem::take(&mut self.incoming).finish(&mut self.store())?;
        self.keep(at, complete)
    }

    /// Keeps a message that has come whole, unless it is here.
    fn keep(&mut self, at: usize, complete: Complete) -> Result<(), SyncError> {
        let (now, store, serial) = (self.now(), self.store, self.serial(at));
        let Complete { header, digest, summary, octets, body } = complete;
        let header = header.or_octets(digest);
        let entry = &mut self.entries[at];
        entry.header = Some(header);
        let identity = Identity { listed: &entry.listed, header: header.hash };
        let here = store.borrow_mut().adopt(self.account, identity, digest, now)?;
        if let Some(item) = here {
            entry.item = Some(item);
            self.so_far.kept.known += 1;
            if let Body::Store(arrival) = body {
                store.borrow_mut().abandon_arrival(arrival)?;
            }
            return self.count(octets);
        }
        let id = match body {
            Body::Store(arrival) => store.borrow_mut().finish_arrival(arrival, &summary, now)?,
            Body::Memory(source) => {
                let folder = store.borrow_mut().folder_of(self.account, Role::Inbox)?;
                let source = Source::Whole { source: &source, digest };
                store.borrow_mut().insert(&NewMessage { folder, summary: &summary, source, arrived_at: now, serial })?
            }
        };
        entry.item = Some(store.borrow_mut().note_kept(self.account, identity, id, Extent::Whole, now)?);
        self.count(octets)
    }

    pub(super) fn keep_rest(&mut self, at: usize, item: ItemId, message: MessageId) -> Result<(), SyncError> {
        self.begin()?;
        let now = self.now();
        let complete = std::mem::take(&mut self.incoming).finish(&mut self.store())?;
        if !matches!(self.entries[at].known, Known::Item(known) if known.header == Some(complete.header.hash)) {
            // Another message goes by the name.
            self.store().disown(item)?;
            return self.keep(at, complete);
        }
        let Complete { header, digest, summary, octets, body } = complete;
        let header = header.or_octets(digest);
        self.entries[at].header = Some(header);
        match body {
            Body::Memory(source) => self.store().complete(message, &summary, &source)?,
            Body::Store(arrival) => self.store().complete_with(message, &summary, arrival)?,
        }
        self.store().note_whole(item, header.hash, now)?;
        self.count(octets)
    }

    pub(super) fn begin(&mut self) -> Result<(), SyncError> {
        self.require_batch()?;
        if self.batch_began.is_none() {
            self.batch_began = Some(self.now());
            self.lost = self.store().lost();
        }
        Ok(self.store().begin()?)
    }

    /// Others commit, too, and where that fails what is theirs goes with what is of this batch.
    fn require_batch(&self) -> Result<(), SyncError> {
        if self.batch_began.is_some() && self.store().lost() != self.lost {
            return Err(StoreError::Full.into());
        }
        Ok(())
    }

    pub(super) fn is_batch_old(&self) -> bool {
        self.batch_began.is_some_and(|began| self.now() - began >= BATCH_SECONDS)
    }

    /// Counts a message towards the batch, and commits the batch when it is large enough.
    fn count(&mut self, octets: u64) -> Result<(), SyncError> {
        self.batch_messages += 1;
        // In the transaction of the message: somebody else may commit it.
        self.settle()?;
        self.so_far.meter.add_message();
        self.batch_octets += octets;
        let enough = self.so_far.kept.messages.clamp(FIRST_BATCH, BATCH_MESSAGES);
        if self.batch_messages >= enough || self.batch_octets >= BATCH_OCTETS || self.is_batch_old() {
            self.commit()?;
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), SyncError> {
        self.require_batch()?;
        self.store().commit()?;
        self.batch_began = None;
        let messages = std::mem::take(&mut self.batch_messages);
        self.so_far.kept.messages += messages;
        self.so_far.kept.octets += std::mem::take(&mut self.batch_octets);
        if messages > 0 {
            (self.tell)(Told::Kept { messages: self.so_far.kept.messages, octets: self.so_far.kept.octets });
        }
        Ok(())
    }

    /// A message has come, or is left for later: notes how many have not come yet, should this be as far as it gets.
    fn settle(&mut self) -> Result<(), SyncError> {
        self.missing = self.missing.saturating_sub(1);
        self.note_missing()
    }

    pub(super) fn note_missing(&self) -> Result<(), SyncError> {
        Ok(self.store().note_missing(self.account, self.missing)?)
    }

    /// Leaves a message for later.
    pub(super) fn leave(&mut self, at: usize, fault: &str) -> Result<(), SyncError> {
        let now = self.now();
        let listed = &self.entries[at].listed;
        let retry_at = self.store().note_failed(self.account, listed, fault, now)?;
        let uid = String::from_utf8_lossy(&listed.uid).into_owned();
        self.so_far.kept.failed += 1;
        self.settle()?;
        (self.tell)(Told::Failed { uid, fault: fault.to_owned(), retry_at });
        Ok(())
    }
}
