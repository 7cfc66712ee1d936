//! The account and its maildrop, which grows by what is delivered. Every session of a server shares it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::maildrop::Message;

/// The account that sessions sign in to.
pub(crate) struct Office {
    user: String,
    password: String,
    room: Room,
    shelf: Mutex<Shelf>,
}

/// How much is delivered at most, while the program runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Messages.
    pub(crate) messages: usize,
    /// Octets of all of them together, with those that are being received.
    pub(crate) octets: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { messages: 200, octets: 200_000_000 }
    }
}

struct Shelf {
    mail: Vec<Arc<Message>>,
    /// Messages that were delivered.
    delivered: usize,
    /// Octets that were delivered or are reserved.
    octets: usize,
    /// Reservations so far, for names that are never given twice.
    reservations: u64,
}

/// There is no room for another message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Office {
    pub(crate) fn new(user: &str, password: &str, mail: Vec<Message>, room: Room) -> Self {
        let mail = mail.into_iter().map(Arc::new).collect();
        let shelf = Mutex::new(Shelf { mail, delivered: 0, octets: 0, reservations: 0 });
        Self { user: user.into(), password: password.into(), room, shelf }
    }

    /// The account's user name, which is its address.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn admits(&self, user: &str, password: &str) -> bool {
        user == self.user && password == self.password
    }

    /// The messages as they are now, oldest first.
    pub(crate) fn snapshot(&self) -> Vec<Arc<Message>> {
        self.shelf().mail.clone()
    }

    /// Whether another message of so many octets could be delivered now.
    pub(crate) fn has_room(&self, octets: u64) -> bool {
        let shelf = self.shelf();
        let left = self.room.octets.saturating_sub(shelf.octets);
        shelf.delivered < self.room.messages && usize::try_from(octets).is_ok_and(|octets| octets <= left)
    }

    /// Begins a message: nothing is reserved yet but its unique-id.
    pub(crate) fn reserve(self: &Arc<Self>) -> Reservation {
        let mut shelf = self.shelf();
        shelf.reservations += 1;
        let uid = format!("{:x}-{}", OffsetDateTime::now_utc().unix_timestamp_nanos(), shelf.reservations);
        Reservation { office: self.clone(), uid, octets: 0 }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Nothing panics between two changes that belong together.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for a message that is being received; given back where it is not delivered.
pub(crate) struct Reservation {
    office: Arc<Office>,
    uid: String,
    octets: usize,
}

impl Reservation {
    /// The unique-id that the message will have (RFC 1939, section 7).
    pub(crate) fn uid(&self) -> &str {
        &self.uid
    }

    /// Reserves so many octets more.
    pub(crate) fn grow(&mut self, octets: usize) -> Result<(), Full> {
        let mut shelf = self.office.shelf();
        let sum = shelf.octets.saturating_add(octets);
        if sum > self.office.room.octets {
            return Err(Full);
        }
        shelf.octets = sum;
        self.octets += octets;
        Ok(())
    }

    /// Gives back what was reserved.
    pub(crate) fn clear(&mut self) {
        if self.octets > 0 {
            self.office.shelf().octets -= self.octets;
            self.octets = 0;
        }
    }

    /// Puts the message into the maildrop, as its newest.
    pub(crate) fn deliver(mut self, bytes: Vec<u8>) -> Result<(), Full> {
        self.grow(bytes.len().saturating_sub(self.octets))?;
        let mut shelf = self.office.shelf();
        if shelf.delivered >= self.office.room.messages {
            return Err(Full);
        }
        // What it takes from now on is the message's, for as long as the program runs.
        shelf.octets -= self.octets.saturating_sub(bytes.len());
        shelf.delivered += 1;
        shelf.mail.push(Arc::new(Message { slug: "submitted", uid: self.uid.clone(), bytes }));
        drop(shelf);
        self.octets = 0;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(messages: usize, octets: usize) -> Arc<Office> {
        let first = Message { slug: "first", uid: "a".into(), bytes: vec![b'x'; 1000] };
        Arc::new(Office::new("robin", "s", vec![first], Room { messages, octets }))
    }

    #[test]
    fn what_is_delivered_is_the_newest_and_a_snapshot_does_not_change() {
        let office = office(2, 100);
        let before = office.snapshot();
        for bytes in [b"one".to_vec(), b"two".to_vec()] {
            office.reserve().deliver(bytes).unwrap();
        }
        let after = office.snapshot();
        assert_eq!((before.len(), after.len()), (1, 3));
        assert_eq!((&after[1].bytes[..], &after[2].bytes[..]), (&b"one"[..], &b"two"[..]));
        assert_ne!(after[1].uid, after[2].uid);
    }

    #[test]
    fn there_is_room_for_so_many_messages_and_no_more() {
        let office = office(1, 100);
        office.reserve().deliver(b"one".to_vec()).unwrap();
        assert!(!office.has_room(0));
        assert_eq!(office.reserve().deliver(b"two".to_vec()), Err(Full));
        assert_eq!(office.snapshot().len(), 2);
    }

    #[test]
    fn there_is_room_for_so_many_octets_those_under_way_included_and_what_is_given_up_is_given_back() {
        let office = office(9, 100);
        let mut first = office.reserve();
        first.grow(60).unwrap();
        assert!(office.has_room(40) && !office.has_room(41));
        assert_eq!(office.reserve().grow(41), Err(Full));
        assert_eq!(office.reserve().deliver(vec![0; 41]), Err(Full));
        first.deliver(vec![0; 50]).unwrap();
        assert!(office.has_room(50) && !office.has_room(51));
        let mut second = office.reserve();
        second.grow(50).unwrap();
        assert!(!office.has_room(1));
        drop(second);
        assert!(office.has_room(50) && !office.has_room(51));
    }
}
