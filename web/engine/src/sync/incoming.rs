//! A message on its way from the server into the store: in memory while it is small, piece by piece once it is not.

use restante_store::{AccountId, Arrival, Digest, PIECE, Store, StoreError, Summary};

use super::header::{Header, header};
use crate::mime::{self, MAX_SUMMARY};

/// Octets of a message that are held in memory before it goes to the store in pieces: enough for its summary.
const IN_MEMORY: usize = MAX_SUMMARY;

/// A message whose octets are coming in.
#[derive(Default)]
pub(super) struct Incoming {
    /// Its beginning, or all of it.
    head: Vec<u8>,
    /// What does not fill a piece yet, once the message goes to the store in pieces.
    rest: Vec<u8>,
    arrival: Option<Arrival>,
    octets: u64,
}

/// A message that has come whole.
pub(super) struct Complete {
    pub(super) header: Header,
    pub(super) digest: Digest,
    pub(super) summary: Summary,
    pub(super) octets: u64,
    pub(super) body: Body,
}

/// Where its octets are.
pub(super) enum Body {
    Memory(Vec<u8>),
    Store(Arrival),
}

impl Incoming {
    /// Takes the next octets.
    pub(super) fn take(
        &mut self,
        mut octets: &[u8],
        store: &mut Store,
        account: AccountId,
        now: i64,
        serial: Option<i64>,
    ) -> Result<(), StoreError> {
        self.octets += octets.len() as u64;
        if self.arrival.is_none() {
            let room = IN_MEMORY - self.head.len();
            let (fits, behind) = octets.split_at(octets.len().min(room));
            self.head.extend_from_slice(fits);
            octets = behind;
            if octets.is_empty() {
                return Ok(());
            }
            let mut arrival = store.begin_arrival(account, now, serial)?;
            for piece in self.head.chunks(PIECE) {
                store.add_piece(&mut arrival, piece)?;
            }
            self.arrival = Some(arrival);
        }
        self.rest.extend_from_slice(octets);
        while self.rest.len() >= PIECE {
            if let Some(arrival) = &mut self.arrival {
                store.add_piece(arrival, &self.rest[..PIECE])?;
            }
            self.rest.drain(..PIECE);
        }
        Ok(())
    }

    /// Octets that have come so far.
    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    /// The message has come to its end.
    pub(super) fn finish(mut self, store: &mut Store) -> Result<Complete, StoreError> {
        let summary = mime::summary(&self.head);
        let header = header(&self.head);
        let (digest, body) = match self.arrival.take() {
            None => (Digest::of(&self.head), Body::Memory(self.head)),
            Some(mut arrival) => {
                if !self.rest.is_empty() {
                    store.add_piece(&mut arrival, &self.rest)?;
                }
                (arrival.digest(), Body::Store(arrival))
            }
        };
        Ok(Complete { header, digest, summary, octets: self.octets, body })
    }

    /// The message will not come whole.
    pub(super) fn abandon(self, store: &mut Store) -> Result<(), StoreError> {
        self.arrival.map_or(Ok(()), |arrival| store.abandon_arrival(arrival))
    }
}
