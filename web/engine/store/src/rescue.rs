//! Whether the database is whole, and what can still be read of one that is not.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sha2::{Digest as _, Sha256};

use crate::content::unpacked;
use crate::{Digest, Location, MessageId, Store, StoreError, connect, counts};

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Messages that are kept, whole or not.
    pub messages: u64,
    /// What is wrong, in SQLite's words or ours; empty where nothing is.
    pub faults: Vec<String>,
}

/// What could be read of a damaged database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rescued {
    /// Messages that are as they were written, by their hashes; of those of which only the header was kept, that.
    pub whole: u64,
    /// Messages that are there, and not known to be as they were written.
    pub doubtful: u64,
    /// Messages that could not be read.
    pub lost: u64,
}

/// Faults that are named at most.
const FAULTS: usize = 20;

impl Store {
    /// Examines the whole database: its pages, its references, the index, and the octets of every message.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot even be examined.
    pub fn check(&self) -> Result<Check, StoreError> {
        let mut check = Check::default();
        let mut statement = self.db.prepare("PRAGMA integrity_check")?;
        let said = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        check.faults.extend(said.into_iter().filter(|line| line != "ok"));
        let mut statement = self.db.prepare("PRAGMA foreign_key_check")?;
        let broken = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        check.faults.extend(broken.into_iter().map(|table| format!("a row of {table} refers to nothing")));
        if let Err(error) = self.db.execute("INSERT INTO search (search) VALUES ('integrity-check')", []) {
            check.faults.push(format!("search: {error}"));
        }
        check.faults.extend(counts::faults(&self.db)?);
        let mut statement =
            self.db.prepare("SELECT id, octets, extent = 'whole', digest FROM message WHERE extent <> 'arriving'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            check.messages += 1;
            let (id, octets, is_whole): (MessageId, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let digest = row.get_ref(3)?.as_blob().unwrap_or_default().to_vec();
            let (mut found, mut hash) = (0, Sha256::new());
            let read = self.read_content(id, &mut |piece| {
                found += piece.len() as i64;
                hash.update(piece);
            });
            match read {
                Err(error) => check.faults.push(format!("message {}: {error}", id.0)),
                Ok(()) if is_whole && found != octets => {
                    check.faults.push(format!("message {}: {found} of {octets} octets are there", id.0));
                }
                Ok(()) if is_whole && hash.finalize()[..] != digest[..] => {
                    check.faults.push(format!("message {}: its octets are not as they were written", id.0));
                }
                Ok(()) => {}
            }
            if check.faults.len() > FAULTS {
                break;
            }
        }
        check.faults.truncate(FAULTS);
        Ok(check)
    }

    /// Reads what can be read of the messages in a damaged database, and changes nothing in it. `take` gets the
    /// octets of each.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be opened at all.
    pub fn rescue(at: &Location, take: &mut dyn FnMut(&[u8])) -> Result<Rescued, StoreError> {
        let db = connect(at, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut done = Rescued::default();
        // Ids are asked for one after the other, so that a damaged page costs its own messages only.
        let last = last_message(&db);
        for id in 1..=last {
            match rescued(&db, id) {
                Ok(Some(octets)) => {
                    if is_as_written(&db, id, &octets) {
                        done.whole += 1;
                    } else {
                        done.doubtful += 1;
                    }
                    take(&octets);
                }
                Ok(None) => {}
                Err(_) => done.lost += 1,
            }
        }
        Ok(done)
    }
}

impl Store {
    /// Makes a database anew in the place of one that is damaged. All that was in it is gone.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn reset(at: &Location) -> Result<Self, StoreError> {
        {
            let db = connect(at, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
            db.execute_batch("VACUUM")?;
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
        }
        Self::open(at)
    }
}

/// The highest id that any of the places tells where a message leaves one.
fn last_message(db: &Connection) -> i64 {
    ["SELECT max(id) FROM message", "SELECT max(message_id) FROM content", "SELECT max(message_id) FROM maildrop"]
        .into_iter()
        .filter_map(|sql| db.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).ok().flatten())
        .max()
        .unwrap_or(0)
}

/// Whether the octets have the hash that was written with them.
fn is_as_written(db: &Connection, id: i64, octets: &[u8]) -> bool {
    let sql = "SELECT extent, digest FROM message WHERE id = ?1";
    let row = db.prepare_cached(sql).and_then(|mut statement| {
        let row = statement.query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)));
        row.optional()
    });
    match row {
        Ok(Some((extent, digest))) => extent == "header" || digest[..] == Digest::of(octets).0[..],
        _ => false,
    }
}

fn rescued(db: &Connection, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT codec, octets, data FROM content WHERE message_id = ?1 ORDER BY piece")?;
    let mut rows = statement.query([id])?;
    let mut whole: Option<Vec<u8>> = None;
    while let Some(row) = rows.next()? {
        let (codec, octets): (u8, i64) = (row.get(0)?, row.get(1)?);
        let data: Vec<u8> = row.get(2)?;
        whole.get_or_insert_default().extend_from_slice(&unpacked(codec, octets, &data)?);
    }
    Ok(whole)
}
