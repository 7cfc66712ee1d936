//! How many messages a folder holds, and how many of them were not read: kept beside the folder, so that to show the folders
//! costs the same however much mail there is. Whatever makes a message visible, marks, moves or removes it notes that here,
//! in the same transaction. Triggers would do as well, but each statement with a trigger has a savepoint, at which FTS5
//! writes a segment.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::{FolderId, MessageId, StoreError};

/// A message as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) folder: FolderId,
    pub(crate) is_read: bool,
}

/// The message as it is counted now. `None` where there is none, or it is still arriving.
pub(crate) fn counted(db: &Connection, id: MessageId) -> Result<Option<Counted>, StoreError> {
    let sql = "SELECT folder_id, is_read FROM message WHERE id = ?1 AND extent <> 'arriving'";
    let read = |row: &rusqlite::Row<'_>| Ok(Counted { folder: row.get(0)?, is_read: row.get(1)? });
    Ok(db.prepare_cached(sql)?.query_row([id], read).optional()?)
}

/// What changes in the counts.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<i64, (i64, i64)>);

impl Changes {
    /// A message is in its folder now.
    pub(crate) fn comes(&mut self, message: Counted) {
        self.note(message, 1);
    }

    /// A message was in its folder.
    pub(crate) fn goes(&mut self, message: Counted) {
        self.note(message, -1);
    }

    fn note(&mut self, message: Counted, by: i64) {
        let (messages, unread) = self.0.entry(message.folder.0).or_default();
        *messages += by;
        *unread += if message.is_read { 0 } else { by };
    }

    /// Writes them down.
    pub(crate) fn apply(self, db: &Connection) -> Result<(), StoreError> {
        let mut statement =
            db.prepare_cached("UPDATE folder SET messages = messages + ?2, unread = unread + ?3 WHERE id = ?1")?;
        for (folder, (messages, unread)) in self.0 {
            if (messages, unread) != (0, 0) {
                statement.execute(params![folder, messages, unread])?;
            }
        }
        Ok(())
    }
}

/// Folders whose counts are not those of their messages.
pub(crate) fn faults(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare(
        "SELECT f.id, f.messages, f.unread, count(m.id), count(m.id) FILTER (WHERE NOT m.is_read)
         FROM folder f LEFT JOIN message m ON m.folder_id = f.id AND m.extent <> 'arriving'
         GROUP BY f.id HAVING (f.messages, f.unread) <> (count(m.id), count(m.id) FILTER (WHERE NOT m.is_read))",
    )?;
    let faults = statement.query_map([], |row| {
        let number = |column| row.get::<_, i64>(column);
        let (folder, messages, unread) = (number(0)?, number(1)?, number(2)?);
        let (holds, of_them) = (number(3)?, number(4)?);
        Ok(format!("folder {folder}: counted {messages} messages, {unread} unread; it holds {holds}, {of_them} unread"))
    })?;
    Ok(faults.collect::<Result<_, _>>()?)
}
