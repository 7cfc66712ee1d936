//! The mailbox on the device, in one SQLite database: accounts, folders, messages and their octets, what each server's
//! maildrop is known to hold, and full-text search.
//!
//! ```text
//!  sync ──► messages (insert) ──► search (words)        list, search, content ──► readers
//!    └────► maildrop (listing, what to fetch, what to delete)
//! ```
//!
//! The same code runs natively and in the page's worker; [`Location`] says where the database lies. Calls are
//! synchronous and belong to one thread. What is to be durable together is written between [`Store::begin`] and
//! [`Store::commit`]: after `commit` it survives the end of the process at any moment.
//!
//! Policies, roles, filters and orders are those that the page knows (`restante_api::keep`): there is one word for each.
//!
//! Not here: the network, MIME, passwords.

mod accounts;
mod content;
mod correspondents;
mod counts;
mod error;
mod folders;
mod letters;
mod list;
mod maildrop;
mod messages;
mod rescue;
mod schema;
mod search;
mod sending;
mod sql;
mod threads;
mod types;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use rusqlite::{Connection, OpenFlags};

pub use accounts::{Account, NewAccount, Way};
pub use content::PIECE;
pub use error::StoreError;
pub use folders::Folder;
pub use letters::{Outgoing, Verdict};
pub use list::{List, Row};
pub use maildrop::{Due, Identity, Item, Known, Listed, State};
pub use messages::{Arrival, Extent, Flag, NewMessage, Source, Summary};
pub use rescue::{Check, Rescued};
pub use restante_api::keep::{Filter, Order, Policy, Role};
pub use schema::VERSION;
pub use threads::without_reply_prefixes;
pub use types::{AccountId, Digest, FolderId, HeaderHash, ItemId, MessageId, ThreadId};

/// Where the database lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In memory: gone with the [`Store`].
    Memory,
    /// A file of the operating system.
    File(PathBuf),
    /// A file of a virtual file system that SQLite was given by name before.
    Vfs {
        /// The name the virtual file system was registered under.
        vfs: String,
        /// The file's name in it.
        file: String,
    },
}

/// An open mailbox database.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    revision: u64,
    /// Transactions that could not be committed.
    lost: u64,
    /// What the last search was about.
    searched: RefCell<Option<Rc<search::Within>>>,
}

impl Store {
    /// Opens the database, makes it where there is none, and brings an older one up to date. Messages that a crash left
    /// half written are removed.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] for a database of a later version, [`StoreError::Corrupt`] where it cannot be read (see
    /// [`rescue`](Self::rescue)), [`StoreError::InUse`] where somebody else has it open.
    pub fn open(at: &Location) -> Result<Self, StoreError> {
        let mut db = connect(at, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::prepare(&mut db)?;
        let store = Self { db, revision: 0, lost: 0, searched: RefCell::default() };
        store.db.execute("DELETE FROM message WHERE extent = 'arriving'", [])?;
        letters::after_restart(&store.db)?;
        Ok(store)
    }

    /// Starts a transaction. What follows is durable, and seen by others, once it is committed.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not take it.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        if self.db.is_autocommit() {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    /// Makes everything since [`begin`](Self::begin) durable. Without a transaction it does nothing.
    ///
    /// # Errors
    /// [`StoreError::Full`] where the device has no room: then nothing since `begin` is kept.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        if !self.db.is_autocommit() {
            let committed = self.db.execute_batch("COMMIT");
            if committed.is_err() {
                self.lost += 1;
                self.roll_back()?;
            }
            committed?;
            self.revision += 1;
        }
        Ok(())
    }

    /// Gives up everything since [`begin`](Self::begin).
    ///
    /// # Errors
    /// [`StoreError`] where the database fails.
    pub fn roll_back(&mut self) -> Result<(), StoreError> {
        if !self.db.is_autocommit() {
            // What was searched within the transaction was never there.
            self.searched.take();
            self.db.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Runs `work` in a transaction: all that it writes is kept, or nothing.
    ///
    /// # Errors
    /// That of `work`, or [`StoreError`] where it cannot be committed.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.begin()?;
        match work(self).and_then(|done| self.commit().map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.roll_back()?;
                Err(error)
            }
        }
    }

    /// Lets the database grow to so many octets and no further: beyond them a device counts as full. The limit goes with
    /// this [`Store`], and takes nothing away that is there.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be set.
    pub fn set_room(&mut self, octets: u64) -> Result<(), StoreError> {
        let size: i64 = self.db.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(octets).unwrap_or(i64::MAX) / size.max(1);
        let _: i64 =
            self.db
                .query_row(&format!("PRAGMA max_page_count = {}", pages.clamp(1, 0xFFFF_FFFE)), [], |row| row.get(0))?;
        Ok(())
    }

    /// Octets that the database takes.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be asked.
    pub fn size(&self) -> Result<u64, StoreError> {
        let pragma = |name| self.db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        Ok(pragma("page_count")?.unsigned_abs() * pragma("page_size")?.unsigned_abs())
    }

    /// Counts commits: while it stands, no query's answer has changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Counts transactions that could not be committed: whoever wrote into one that another committed finds out by it that
    /// nothing of that is kept.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Runs `work` in a transaction of its own, or as part of the one that is open.
    fn together<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if !self.db.is_autocommit() {
            return work(&self.db);
        }
        self.transaction(|store| work(&store.db))
    }
}

fn connect(at: &Location, flags: OpenFlags) -> Result<Connection, StoreError> {
    Ok(match at {
        Location::Memory => Connection::open_in_memory()?,
        Location::File(path) => Connection::open_with_flags(path, flags)?,
        Location::Vfs { vfs, file } => Connection::open_with_flags_and_vfs(file, flags, vfs.as_str())?,
    })
}
