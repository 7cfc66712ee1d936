//! Messages: kept with their octets and words in one step, marked, moved, removed.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use sha2::Digest as _;

use crate::counts::{self, Changes, Counted};
use crate::types::next_id;
use crate::{AccountId, Digest, FolderId, MessageId, Role, Store, StoreError, content, folders, search, threads};

/// What a message says of itself, as far as lists, threads and search need it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The header's date, seconds since 1970-01-01 UTC.
    pub date: Option<i64>,
    /// The sender's display name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// Recipients: names and addresses, in any form.
    pub recipients: String,
    /// Subject, decoded.
    pub subject: String,
    /// The beginning of the text, white space folded.
    pub snippet: String,
    /// Whether it has attachments.
    pub has_attachments: bool,
    /// The attachments' names.
    pub attachments: String,
    /// The text of all its parts.
    pub text: String,
    /// Its Message-ID, without angle brackets; empty where it has none.
    pub message_id: String,
    /// The Message-IDs in References and In-Reply-To, without angle brackets.
    pub references: Vec<String>,
}

/// How much of a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// The header, and perhaps the first lines.
    Header,
    /// All of it, byte for byte.
    Whole,
}

impl Extent {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Whole => "whole",
        }
    }

    pub(crate) fn read(name: &str) -> Self {
        if name == "whole" { Self::Whole } else { Self::Header }
    }
}

/// A message to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// Where it is put.
    pub folder: FolderId,
    /// What it says of itself.
    pub summary: &'a Summary,
    /// Its octets.
    pub source: Source<'a>,
    /// When it came, seconds since 1970-01-01 UTC.
    pub arrived_at: i64,
    /// Its place among those of the same date, from [`Store::serials`]; `None`: it is the newest.
    pub serial: Option<i64>,
}

/// The octets of a message to be kept.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Its header, and perhaps the first lines.
    Header {
        /// What there is of it.
        source: &'a [u8],
        /// Octets of the whole message.
        octets: u64,
    },
    /// All of it.
    Whole {
        /// Its octets.
        source: &'a [u8],
        /// Their hash.
        digest: Digest,
    },
}

/// A mark on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// It was read.
    Read,
    /// It is starred.
    Starred,
}

/// A message that comes in pieces, larger than it should be in memory. Nobody sees it before
/// [`Store::finish_arrival`]; what a crash leaves of it is removed at the next start.
#[derive(Debug)]
pub struct Arrival {
    id: MessageId,
    account: AccountId,
    pieces: u32,
    octets: u64,
    hash: sha2::Sha256,
}

impl Arrival {
    /// The hash of the octets so far.
    pub fn digest(&self) -> Digest {
        Digest(self.hash.clone().finalize().into())
    }
}

impl Store {
    /// Keeps a message with its octets in a folder, unread.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written; then nothing of it is.
    pub fn insert(&mut self, new: &NewMessage<'_>) -> Result<MessageId, StoreError> {
        self.together(|db| {
            let (source, octets, digest) = match new.source {
                Source::Header { source, octets } => (source, octets, None),
                Source::Whole { source, digest } => (source, source.len() as u64, Some(digest)),
            };
            let about = About { summary: new.summary, octets, digest, arrived_at: new.arrived_at };
            let id = new_row(db, new.folder, new.serial, Some(&about), new.arrived_at)?;
            content::put_all(db, id, source)?;
            search::index(db, id, new.summary)?;
            appears(db, Some(Counted { folder: new.folder, is_read: false }))?;
            Ok(id)
        })
    }

    /// Whether an account has a message with these octets.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn has_octets(&self, account: AccountId, digest: Digest) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE account_id = ?1 AND digest = ?2 AND digest <> x'')";
        Ok(self.db.prepare_cached(sql)?.query_row(params![account, digest], |row| row.get(0))?)
    }

    /// Sets aside serial numbers for so many messages, and returns the first: of messages with the same date, the one with
    /// the higher serial came later.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn serials(&mut self, count: u32) -> Result<i64, StoreError> {
        self.together(|db| Ok(serials(db, count)?))
    }

    /// Begins a message that comes in pieces; its serial is as in [`NewMessage`].
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn begin_arrival(&mut self, account: AccountId, now: i64, serial: Option<i64>) -> Result<Arrival, StoreError> {
        self.together(|db| {
            let folder = folders::of_role(db, account, Role::Inbox)?;
            let id = new_row(db, folder, serial, None, now)?;
            Ok(Arrival { id, account, pieces: 0, octets: 0, hash: sha2::Sha256::new() })
        })
    }

    /// Adds a piece, of [`PIECE`](crate::PIECE) octets at most.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn add_piece(&mut self, arrival: &mut Arrival, octets: &[u8]) -> Result<(), StoreError> {
        arrival.hash.update(octets);
        arrival.octets += octets.len() as u64;
        arrival.pieces += 1;
        self.together(|db| content::put(db, arrival.id, arrival.pieces - 1, octets))
    }

    /// The message is whole: from now on it is there.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn finish_arrival(&mut self, arrival: Arrival, summary: &Summary, now: i64) -> Result<MessageId, StoreError> {
        self.together(|db| {
            let about = About { summary, octets: arrival.octets, digest: Some(arrival.digest()), arrived_at: now };
            describe(db, arrival.id, &about)?;
            appears(db, counts::counted(db, arrival.id)?)?;
            Ok(arrival.id)
        })
    }

    /// Gives up a message that will not come whole.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be removed.
    pub fn abandon_arrival(&mut self, arrival: Arrival) -> Result<(), StoreError> {
        self.together(|db| {
            db.execute("DELETE FROM message WHERE id = ?1 AND account_id = ?2", params![arrival.id, arrival.account])?;
            Ok(())
        })
    }

    /// All of a message has come of which only the header was kept. It keeps its identity, place and marks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such message any more.
    pub fn complete(&mut self, id: MessageId, summary: &Summary, source: &[u8]) -> Result<(), StoreError> {
        self.together(|db| {
            let arrived_at = undescribe(db, id)?;
            content::put_all(db, id, source)?;
            let (octets, digest) = (source.len() as u64, Some(Digest::of(source)));
            describe(db, id, &About { summary, octets, digest, arrived_at })
        })
    }

    /// [`complete`](Self::complete), with what has come in pieces.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such message any more.
    pub fn complete_with(&mut self, id: MessageId, summary: &Summary, arrival: Arrival) -> Result<(), StoreError> {
        self.together(|db| {
            let arrived_at = undescribe(db, id)?;
            db.execute("UPDATE content SET message_id = ?2 WHERE message_id = ?1", params![arrival.id, id])?;
            db.execute("DELETE FROM message WHERE id = ?1", [arrival.id])?;
            let digest = Some(arrival.digest());
            describe(db, id, &About { summary, octets: arrival.octets, digest, arrived_at })
        })
    }

    /// Sets or takes back a mark.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn set_flag(&mut self, messages: &[MessageId], flag: Flag, is_set: bool) -> Result<(), StoreError> {
        let sql = match flag {
            Flag::Read => "UPDATE message SET is_read = ?2 WHERE id = ?1",
            Flag::Starred => "UPDATE message SET is_starred = ?2 WHERE id = ?1",
        };
        self.together(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut changes = Changes::default();
            for id in messages {
                if flag == Flag::Read
                    && let Some(message) = counts::counted(db, *id)?
                {
                    changes.goes(message);
                    changes.comes(Counted { is_read: is_set, ..message });
                }
                statement.execute(params![id, is_set])?;
            }
            changes.apply(db)
        })
    }

    /// Moves messages to a folder of their account, and tells where each was: moving them back undoes it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the folder is not of the message's account.
    pub fn move_to(
        &mut self,
        messages: &[MessageId],
        folder: FolderId,
    ) -> Result<Vec<(MessageId, FolderId)>, StoreError> {
        self.together(|db| {
            let mut before = Vec::with_capacity(messages.len());
            let mut find = db.prepare_cached(
                "SELECT m.folder_id FROM message m JOIN folder f ON f.account_id = m.account_id
                 WHERE m.id = ?1 AND f.id = ?2",
            )?;
            let mut update = db.prepare_cached("UPDATE message SET folder_id = ?2 WHERE id = ?1")?;
            let mut changes = Changes::default();
            for id in messages {
                let from = find.query_row(params![id, folder], |row| row.get(0)).optional()?;
                before.push((*id, from.ok_or(StoreError::NotFound("folder of this account"))?));
                if let Some(message) = counts::counted(db, *id)? {
                    changes.goes(message);
                    changes.comes(Counted { folder, ..message });
                }
                update.execute(params![id, folder])?;
            }
            changes.apply(db)?;
            Ok(before)
        })
    }

    /// Removes messages from this device for good. What becomes of them on the server is the policy's business.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be removed.
    pub fn remove(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        self.together(|db| {
            let mut changes = Changes::default();
            for id in messages {
                if let Some(message) = counts::counted(db, *id)? {
                    changes.goes(message);
                }
                db.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([id])?;
                db.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?;
            }
            changes.apply(db)
        })
    }
}

/// From now on the message is there for everybody.
fn appears(db: &Connection, message: Option<Counted>) -> Result<(), StoreError> {
    let mut changes = Changes::default();
    message.into_iter().for_each(|message| changes.comes(message));
    changes.apply(db)
}

/// Takes away what is to be replaced of a message. Returns when it came.
fn undescribe(db: &Connection, id: MessageId) -> Result<i64, StoreError> {
    let arrived_at = db
        .query_row("SELECT arrived_at FROM message WHERE id = ?1", [id], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NotFound("message"))?;
    db.execute("DELETE FROM content WHERE message_id = ?1", [id])?;
    db.execute("DELETE FROM search WHERE rowid = ?1", [id])?;
    Ok(arrived_at)
}

fn serials(db: &Connection, count: u32) -> rusqlite::Result<i64> {
    // RETURNING would be a trigger, and a savepoint: see `new_row`.
    db.prepare_cached("UPDATE last_id SET id = id + ?1 WHERE of = 'serial'")?.execute([count])?;
    let sql = "SELECT id - ?1 + 1 FROM last_id WHERE of = 'serial'";
    db.prepare_cached(sql)?.query_row([count], |row| row.get(0))
}

/// What is written of a message besides its octets.
struct About<'a> {
    summary: &'a Summary,
    octets: u64,
    /// `None`: only its header is kept.
    digest: Option<Digest>,
    arrived_at: i64,
}

/// Columns that tell what a message says of itself, in the order of [`About::values`].
const ABOUT: &str = "thread_id, date, from_name, from_address, subject, snippet, octets, extent, has_attachments,
                     base_subject, is_loose_reply, digest";

impl About<'_> {
    /// Finds the message's conversation. The values of the columns [`ABOUT`].
    fn values(&self, db: &Connection, id: MessageId) -> Result<[Value; 12], StoreError> {
        let summary = self.summary;
        let date = summary.date.unwrap_or(self.arrived_at);
        let place = threads::place(db, id, summary, date)?;
        let extent = if self.digest.is_some() { Extent::Whole } else { Extent::Header };
        Ok([
            place.thread.0.into(),
            date.into(),
            summary.from_name.clone().into(),
            summary.from_address.clone().into(),
            summary.subject.clone().into(),
            summary.snippet.clone().into(),
            i64::try_from(self.octets).unwrap_or(i64::MAX).into(),
            extent.name().to_owned().into(),
            i64::from(summary.has_attachments).into(),
            place.base_subject.into(),
            i64::from(place.is_loose_reply).into(),
            self.digest.map_or_else(Vec::new, |digest| digest.0.to_vec()).into(),
        ])
    }
}

/// The values of the columns [`ABOUT`] while a message is arriving.
fn nothing_yet(now: i64) -> [Value; 12] {
    let (zero, text, none) = (|| Value::Integer(0), |text: &str| Value::Text(text.into()), Value::Blob(Vec::new()));
    [
        zero(),
        now.into(),
        text(""),
        text(""),
        text(""),
        text(""),
        zero(),
        text("arriving"),
        zero(),
        text(""),
        zero(),
        none,
    ]
}

/// A row for a new message; nobody sees one that says nothing of itself yet.
fn new_row(
    db: &Connection,
    folder: FolderId,
    serial: Option<i64>,
    about: Option<&About<'_>>,
    arrived_at: i64,
) -> Result<MessageId, StoreError> {
    // INSERT … SELECT may write several rows, so SQLite sets a savepoint, at each of which FTS5 writes a segment.
    let mut account = db.prepare_cached("SELECT account_id FROM folder WHERE id = ?1")?;
    let account: Option<AccountId> = account.query_row([folder], |row| row.get(0)).optional()?;
    let account = account.ok_or(StoreError::NotFound("folder"))?;
    let id = MessageId(next_id(db, "message")?);
    let serial = serial.map_or_else(|| serials(db, 1), Ok)?;
    let said = match about {
        Some(about) => about.values(db, id)?,
        None => nothing_yet(arrived_at),
    };
    let sql = format!(
        "INSERT INTO message ({ABOUT}, id, account_id, folder_id, arrived_at, serial, is_read, is_starred)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 0, 0)"
    );
    let place = [id.0, account.0, folder.0, arrived_at, serial].map(Value::Integer);
    db.prepare_cached(&sql)?.execute(params_from_iter(said.into_iter().chain(place)))?;
    Ok(id)
}

/// Writes what the message says of itself, and makes it visible and findable.
fn describe(db: &Connection, id: MessageId, about: &About<'_>) -> Result<(), StoreError> {
    let said = about.values(db, id)?;
    let sql =
        format!("UPDATE message SET ({ABOUT}) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) WHERE id = ?13");
    db.prepare_cached(&sql)?.execute(params_from_iter(said.into_iter().chain([Value::Integer(id.0)])))?;
    search::index(db, id, about.summary)
}
