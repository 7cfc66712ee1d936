//! A server's listing, matched with what is known of its maildrop.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, params};

use super::{COLUMNS, Item, Known, Listed, REMEMBERED, State, current, read};
use crate::{AccountId, ItemId, Store, StoreError};

impl Store {
    /// Takes up what the server lists, in its order, and tells what is known of each.
    ///
    /// Messages kept here that the server does not list stay here. What was to be deleted and is not listed is deleted.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read or written.
    pub fn take_listing(&mut self, account: AccountId, listed: &[Listed], now: i64) -> Result<Vec<Known>, StoreError> {
        self.together(|db| {
            db.execute("UPDATE account SET listing = listing + 1 WHERE id = ?1", [account])?;
            let listing = current(db, account)?;
            let known = Rows::load(db, account)?;
            let mut times: HashMap<&[u8], u32> = HashMap::new();
            for message in listed {
                *times.entry(&message.uid).or_default() += 1;
            }
            // A UIDL that names a message of another size now may name others of the same size as well: then none is
            // believed, and headers tell.
            let is_believed = !listed.iter().any(|message| known.contradicts(message));
            let mut taken: HashSet<ItemId> = HashSet::new();
            let mut items: Vec<Option<Item>> = vec![None; listed.len()];
            let mut touch = db.prepare_cached("UPDATE maildrop SET listing = ?2, listed_at = ?3 WHERE id = ?1")?;
            for (message, found) in listed.iter().zip(&mut items) {
                // A UIDL that stands twice names neither (RFC 1939, section 7: it must not).
                if !is_believed || message.uid.is_empty() || times.get(&message.uid[..]).is_some_and(|times| *times > 1)
                {
                    continue;
                }
                if let Some(item) = known.by_uid(message) {
                    taken.insert(item.id);
                    touch.execute(params![item.id, listing, now])?;
                    *found = Some(item);
                }
            }
            db.execute(
                "UPDATE maildrop SET state = 'delete' WHERE account_id = ?1 AND state = 'deleted' AND listing = ?2",
                params![account, listing],
            )?;
            // The others may be any of those that the server does not list by name.
            let free = known.sizes_and_uids(&taken);
            let answers = listed.iter().zip(items).map(|(message, found)| match found {
                // It came back: what was deleted is to be deleted again.
                Some(item) if item.state == State::Deleted => Known::Item(Item { state: State::Delete, ..item }),
                Some(item) => Known::Item(item),
                None if free.octets.contains(&message.octets) || free.uids.contains(&message.uid[..]) => Known::Perhaps,
                None => Known::New,
            });
            Ok(answers.collect())
        })
    }

    /// Says that all of a session's listing was recognised: what is due for deletion and not among it is gone from the
    /// server, and what was gone for a month is forgotten.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn close_listing(&mut self, account: AccountId, now: i64) -> Result<(), StoreError> {
        self.together(|db| {
            let listing = current(db, account)?;
            db.execute(
                "UPDATE maildrop SET state = 'deleted' WHERE account_id = ?1 AND state = 'delete' AND listing < ?2",
                params![account, listing],
            )?;
            db.execute(
                "DELETE FROM maildrop
                 WHERE account_id = ?1 AND listing < ?2 AND listed_at < ?3
                   AND (state IN ('deleted', 'failed') OR message_id IS NULL)",
                params![account, listing, now - REMEMBERED],
            )?;
            Ok(())
        })
    }
}

/// Everything known of a maildrop, for a listing to be matched with: a listing of 100,000 is one pass over it.
struct Rows {
    rows: Vec<(Item, Vec<u8>, u64)>,
    by_uid: HashMap<Vec<u8>, usize>,
}

/// What the messages that were not recognised may be known by.
struct Free<'a> {
    octets: HashSet<u64>,
    uids: HashSet<&'a [u8]>,
}

impl Rows {
    fn load(db: &Connection, account: AccountId) -> Result<Self, StoreError> {
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS}, uid, octets FROM maildrop WHERE account_id = ?1 ORDER BY id"
        ))?;
        let rows = statement.query_map([account], |row| {
            Ok((read(row)?, row.get::<_, Vec<u8>>(5)?, row.get::<_, i64>(6)?.unsigned_abs()))
        })?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        let by_uid = rows.iter().enumerate().filter(|(_, (_, uid, _))| !uid.is_empty());
        let by_uid = by_uid.map(|(at, (_, uid, _))| (uid.clone(), at)).collect();
        Ok(Self { rows, by_uid })
    }

    fn by_uid(&self, listed: &Listed) -> Option<Item> {
        let (item, _, octets) = self.rows.get(*self.by_uid.get(&listed.uid)?)?;
        (*octets == listed.octets).then_some(*item)
    }

    /// Whether the UIDL was another message's before.
    fn contradicts(&self, listed: &Listed) -> bool {
        let known = self.by_uid.get(&listed.uid).and_then(|at| self.rows.get(*at));
        known.is_some_and(|(item, _, octets)| item.header.is_some() && *octets != listed.octets)
    }

    fn sizes_and_uids(&self, taken: &HashSet<ItemId>) -> Free<'_> {
        let free = || self.rows.iter().filter(|(item, ..)| item.header.is_some() && !taken.contains(&item.id));
        Free {
            octets: free().map(|(_, _, octets)| *octets).collect(),
            uids: free().map(|(_, uid, _)| &uid[..]).filter(|uid| !uid.is_empty()).collect(),
        }
    }
}
