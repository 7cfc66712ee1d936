//! What the server's maildrop holds, as far as is known here, and what is to become of it there.
//!
//! ```text
//!               fetched whole              policy                QUIT: +OK            not listed for a month
//!   (listed) ─────────────────► kept ───────────────► delete ────────────────► deleted ──────────► (forgotten)
//!      │ ▲                       ▲  ◄─ other policy ─  │  ▲                        │
//!      │ │ again, later          │ the rest fetched    │  └──── listed again ──────┘
//!      ▼ │                       │                     └─ no longer listed: as after +OK
//!    failed                   header
//! ```
//!
//! Each arrow is one transaction. DELE is sent only for what is in state `delete`, which a message enters when its octets
//! are committed; it is idempotent, so a session that ended without QUIT's answer is simply followed by another: what the
//! server still lists is deleted again, what it does not list any more is done with.
//!
//! A message is known again by its UIDL and size, and by its header where these do not tell: a server that gives out new
//! UIDLs, repeats them or has none causes neither a second copy nor a deletion.

mod listing;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{AccountId, Digest, Extent, HeaderHash, ItemId, MessageId, Policy, Store, StoreError};

const DAY: i64 = 86_400;

/// Days before a server removes mail by itself that the rest of it is fetched: for those who look in once a day.
const EXPIRY_MARGIN: u32 = 2;

/// What is forgotten of the server stays remembered for so long, should it come back.
const REMEMBERED: i64 = 30 * DAY;

/// Waits before a message that failed is tried again: doubled each time, up to a day.
const FIRST_RETRY: i64 = 300;
const LAST_RETRY: i64 = DAY;

/// A message as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its UIDL; empty where the server has none.
    pub uid: Vec<u8>,
    /// Its size by LIST; 0 where the server does not say.
    pub octets: u64,
}

/// What is known of a listed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is to be fetched.
    New,
    /// Its UIDL is new, or tells nothing, and there is a message here that it may be: its header tells
    /// ([`Store::recognise`]).
    Perhaps,
    /// It is this one, by UIDL and size.
    Item(Item),
}

/// A message of the maildrop that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Its identity.
    pub id: ItemId,
    /// What is to become of it.
    pub state: State,
    /// The message kept of it, unless it was removed here.
    pub message: Option<MessageId>,
    /// Its header, as it was when it was fetched.
    pub header: Option<HeaderHash>,
    /// For [`State::Failed`]: when to try again, seconds since 1970-01-01 UTC.
    pub retry_at: i64,
}

/// What is to become of a message on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It could not be fetched.
    Failed,
    /// Its header is kept, the rest is on the server alone: it is never deleted there.
    Header,
    /// As [`State::Header`], and somebody asked for the rest.
    Wanted,
    /// It is kept here whole.
    Kept,
    /// It is kept here whole, or was removed here, and is to be deleted on the server.
    Delete,
    /// The server has confirmed its deletion.
    Deleted,
}

impl State {
    fn read(name: &str) -> Self {
        match name {
            "header" => Self::Header,
            "wanted" => Self::Wanted,
            "kept" => Self::Kept,
            "delete" => Self::Delete,
            "deleted" => Self::Deleted,
            _ => Self::Failed,
        }
    }
}

/// By what a fetched message is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// As the server lists it.
    pub listed: &'a Listed,
    /// Its header; for a whole message whose header is like others', its octets.
    pub header: HeaderHash,
}

/// A message that is to be deleted on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub item: ItemId,
    /// Its header, to be compared before DELE where the session has not seen it.
    pub header: HeaderHash,
}

const COLUMNS: &str = "id, state, message_id, header_hash, retry_at";

impl Store {
    /// Finds the message that a listed one with this header is, among those that the server has not listed by name. It
    /// has the given UIDL from now on.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read or written.
    pub fn recognise(
        &mut self,
        account: AccountId,
        identity: Identity<'_>,
        now: i64,
    ) -> Result<Option<Item>, StoreError> {
        self.together(|db| {
            let listing = current(db, account)?;
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM maildrop
                 WHERE account_id = ?1 AND listing < ?2 AND header_hash = ?3 AND (octets = ?4 OR uid = ?5 AND uid <> x'')
                 ORDER BY uid = ?5 DESC, id LIMIT 1"
            ))?;
            let octets = number(identity.listed.octets);
            let found = statement
                .query_row(params![account, listing, identity.header, octets, identity.listed.uid], read)
                .optional()?;
            let Some(mut item) = found else { return Ok(None) };
            if item.state == State::Deleted {
                item.state = State::Delete;
            }
            db.prepare_cached(
                "UPDATE maildrop SET uid = ?2, octets = ?3, listing = ?4, listed_at = ?5,
                                     state = iif(state = 'deleted', 'delete', state)
                 WHERE id = ?1",
            )?
            .execute(params![item.id, identity.listed.uid, octets, listing, now])?;
            Ok(Some(item))
        })
    }

    /// The message here with these octets that no listed message stands for: fetching it once more would double it. It
    /// stands for the listed one from now on.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read or written.
    pub fn adopt(
        &mut self,
        account: AccountId,
        identity: Identity<'_>,
        digest: Digest,
        now: i64,
    ) -> Result<Option<ItemId>, StoreError> {
        self.together(|db| {
            let listing = current(db, account)?;
            let mut statement = db.prepare_cached(
                "SELECT m.id FROM message m
                 WHERE m.account_id = ?1 AND m.digest = ?2 AND m.digest <> x''
                   AND NOT EXISTS (SELECT 1 FROM maildrop d WHERE d.message_id = m.id AND d.listing = ?3)
                 ORDER BY m.id LIMIT 1",
            )?;
            let found: Option<MessageId> =
                statement.query_row(params![account, digest, listing], |row| row.get(0)).optional()?;
            let Some(message) = found else { return Ok(None) };
            db.execute("DELETE FROM maildrop WHERE message_id = ?1", [message])?;
            record(db, account, identity, message, "kept", now).map(Some)
        })
    }

    /// Notes that a listed message is kept as this one, in the transaction that wrote it.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_kept(
        &mut self,
        account: AccountId,
        identity: Identity<'_>,
        message: MessageId,
        extent: Extent,
        now: i64,
    ) -> Result<ItemId, StoreError> {
        let state = match extent {
            Extent::Header => "header",
            Extent::Whole => "kept",
        };
        self.together(|db| record(db, account, identity, message, state, now))
    }

    /// Asks for the rest of messages whose headers alone are kept: the next session fetches them, whatever the policy
    /// and the size limit say. Returns how many these are.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn want_rest(&mut self, messages: &[MessageId]) -> Result<u32, StoreError> {
        self.together(|db| {
            let mut statement = db.prepare_cached(
                "UPDATE maildrop SET state = 'wanted' WHERE message_id = ?1 AND state IN ('header', 'wanted')",
            )?;
            let mut wanted = 0;
            for message in messages {
                wanted += u32::from(statement.execute([message])? > 0);
            }
            Ok(wanted)
        })
    }

    /// Asks for the rest of messages whose headers alone are kept and which the server is about to remove by itself, `days`
    /// after they came. When that was is not known: at the date in the header, or when the header was kept, if that was
    /// earlier. Returns how many these are.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn want_expiring(&mut self, account: AccountId, days: u32, now: i64) -> Result<u32, StoreError> {
        let since = now - i64::from(days.saturating_sub(EXPIRY_MARGIN)) * DAY;
        let wanted = self.db.execute(
            "UPDATE maildrop SET state = 'wanted'
             WHERE account_id = ?1 AND state = 'header'
               AND min(kept_at, (SELECT date FROM message m WHERE m.id = maildrop.message_id)) <= ?2",
            params![account, since],
        )?;
        Ok(u32::try_from(wanted).unwrap_or(u32::MAX))
    }

    /// Notes that the rest of a message has come whose header alone was kept, and by what it is known from now on.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_whole(&mut self, item: ItemId, header: HeaderHash, now: i64) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute(
                "UPDATE maildrop SET state = 'kept', kept_at = ?2, header_hash = ?3
                 WHERE id = ?1 AND state IN ('header', 'wanted')",
                params![item, now, header],
            )?;
            Ok(())
        })
    }

    /// Notes that a listed message could not be fetched, and when to try again.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_failed(
        &mut self,
        account: AccountId,
        listed: &Listed,
        fault: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        self.together(|db| {
            let before: Option<(ItemId, u32)> = db
                .query_row(
                    "SELECT id, attempts FROM maildrop INDEXED BY maildrop_failed
                     WHERE account_id = ?1 AND state = 'failed' AND uid = ?2 AND octets = ?3",
                    params![account, listed.uid, number(listed.octets)],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let attempts = before.map_or(0, |(_, attempts)| attempts);
            let retry_at = now + (FIRST_RETRY << attempts.min(10)).min(LAST_RETRY);
            if let Some((id, _)) = before {
                db.execute(
                    "UPDATE maildrop SET attempts = attempts + 1, retry_at = ?2, fault = ?3 WHERE id = ?1",
                    params![id, retry_at, fault],
                )?;
            } else {
                db.execute(
                    "INSERT INTO maildrop (account_id, uid, octets, header_hash, message_id, state, kept_at, listing,
                                           listed_at, attempts, retry_at, fault)
                     SELECT id, ?2, ?3, x'', NULL, 'failed', 0, listing, ?4, 1, ?5, ?6 FROM account WHERE id = ?1",
                    params![account, listed.uid, number(listed.octets), now, retry_at, fault],
                )?;
            }
            Ok(retry_at)
        })
    }

    /// Applies the account's policy: says of each message that is to be deleted on the server now that it is.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn apply_policy(&mut self, account: AccountId, now: i64) -> Result<(), StoreError> {
        let policy = self.account(account)?.policy;
        let Some((condition, since)) = condition(policy, now) else { return Ok(()) };
        self.together(|db| {
            db.execute(
                &format!(
                    "UPDATE maildrop SET state = 'delete'
                     WHERE account_id = ?1 AND state = 'kept' AND header_hash <> x'' AND kept_at <= ?2 AND {condition}"
                ),
                params![account, since],
            )?;
            Ok(())
        })
    }

    /// How many messages that the server listed last a policy would have deleted now.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be counted.
    pub fn would_delete(&self, account: AccountId, policy: Policy, now: i64) -> Result<u32, StoreError> {
        let Some((condition, since)) = condition(policy, now) else { return Ok(0) };
        let sql = format!(
            "SELECT count(*) FROM maildrop
             WHERE account_id = ?1 AND state IN ('kept', 'delete') AND header_hash <> x'' AND kept_at <= ?2 AND {condition}
               AND listing = (SELECT listing FROM account WHERE id = ?1)"
        );
        Ok(self.db.prepare_cached(&sql)?.query_row(params![account, since], |row| row.get(0))?)
    }

    /// How many messages that the server listed last could not be fetched and are left for later.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be counted.
    pub fn postponed(&self, account: AccountId) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM maildrop INDEXED BY maildrop_failed
                   WHERE account_id = ?1 AND state = 'failed' AND listing = (SELECT listing FROM account WHERE id = ?1)";
        Ok(self.db.prepare_cached(sql)?.query_row([account], |row| row.get(0))?)
    }

    /// The messages that are to be deleted on the server, among those it lists now.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn due(&self, account: AccountId) -> Result<Vec<Due>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, header_hash FROM maildrop
             WHERE account_id = ?1 AND state = 'delete' AND header_hash <> x''
               AND listing = (SELECT listing FROM account WHERE id = ?1)
             ORDER BY id",
        )?;
        let due = statement.query_map([account], |row| Ok(Due { item: row.get(0)?, header: row.get(1)? }))?;
        Ok(due.collect::<Result<_, _>>()?)
    }

    /// The server has confirmed, by its +OK to QUIT, that these are deleted (RFC 1939, section 6).
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_deleted(&mut self, items: &[ItemId]) -> Result<(), StoreError> {
        self.together(|db| {
            let mut statement =
                db.prepare_cached("UPDATE maildrop SET state = 'deleted' WHERE id = ?1 AND state = 'delete'")?;
            for item in items {
                statement.execute([item])?;
            }
            Ok(())
        })
    }

    /// A message that the server lists under an item's name has another header: the item is not what is there, so nothing
    /// there is deleted for its sake.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn disown(&mut self, item: ItemId) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("UPDATE maildrop SET uid = x'', listing = 0, state = iif(state = 'delete', 'kept', state) WHERE id = ?1", [item])?;
            Ok(())
        })
    }
}

/// What a policy deletes, as SQL on `maildrop`, and the latest time at which it must have been kept.
fn condition(policy: Policy, now: i64) -> Option<(&'static str, i64)> {
    match policy {
        Policy::Leave | Policy::HeadersOnly => None,
        Policy::DeleteOnceKept => Some(("TRUE", i64::MAX)),
        Policy::DeleteAfter { days } => Some(("TRUE", now.saturating_sub(i64::from(days) * DAY))),
        Policy::DeleteWhenDeletedHere => Some((
            "(message_id IS NULL OR message_id IN
              (SELECT m.id FROM message m JOIN folder f ON f.id = m.folder_id WHERE f.role = 'deleted'))",
            i64::MAX,
        )),
    }
}

fn record(
    db: &Connection,
    account: AccountId,
    identity: Identity<'_>,
    message: MessageId,
    state: &str,
    now: i64,
) -> Result<ItemId, StoreError> {
    let Identity { listed, header } = identity;
    let listing = current(db, account)?;
    // Those that failed are few; those of one size may be very many.
    db.prepare_cached(
        "DELETE FROM maildrop INDEXED BY maildrop_failed
         WHERE account_id = ?1 AND state = 'failed' AND uid = ?2 AND octets = ?3",
    )?
    .execute(params![account, listed.uid, number(listed.octets)])?;
    db.prepare_cached(
        "INSERT INTO maildrop (account_id, uid, octets, header_hash, message_id, state, kept_at, listing, listed_at,
                               attempts, retry_at, fault)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, 0, 0, '')",
    )?
    .execute(params![account, listed.uid, number(listed.octets), header, message, state, now, listing])?;
    Ok(ItemId(db.last_insert_rowid()))
}

fn current(db: &Connection, account: AccountId) -> Result<i64, StoreError> {
    let mut statement = db.prepare_cached("SELECT listing FROM account WHERE id = ?1")?;
    statement.query_row([account], |row| row.get(0)).optional()?.ok_or(StoreError::NotFound("account"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Item> {
    let header = row.get_ref(3)?.as_blob()?;
    Ok(Item {
        id: row.get(0)?,
        state: State::read(row.get_ref(1)?.as_str()?),
        message: row.get(2)?,
        header: header.try_into().ok().map(HeaderHash),
        retry_at: row.get(4)?,
    })
}

fn number(octets: u64) -> i64 {
    i64::try_from(octets).unwrap_or(i64::MAX)
}
