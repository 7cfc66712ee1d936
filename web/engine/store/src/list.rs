//! Lists of messages: which ones and in which order as ids alone, and rows for those that are looked at.
//!
//! A list of ids is cheap to make, to hold and to compare with the one before; a window of it costs as many look-ups as it
//! has rows, wherever in the list it lies.

use restante_api::keep::{Filter, Order, Role};
use rusqlite::{OptionalExtension, Row as SqlRow};

use crate::folders::role_name;
use crate::{AccountId, Extent, FolderId, MessageId, Store, StoreError, ThreadId};

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// Those of a folder.
    Folder(FolderId),
    /// Those of all accounts' folders of one role: the unified inbox, for example.
    Role(Role),
    /// Those of an account, wherever they are.
    Account(AccountId),
    /// Those of a conversation.
    Thread(ThreadId),
    /// All there are.
    All,
}

impl List {
    /// The list as a condition on `message m`.
    pub(crate) fn condition(self) -> String {
        match self {
            Self::Folder(FolderId(id)) => format!("m.folder_id = {id}"),
            Self::Role(role) => format!("m.folder_id IN (SELECT id FROM folder WHERE role = '{}')", role_name(role)),
            Self::Account(AccountId(id)) => format!("m.account_id = {id}"),
            Self::Thread(ThreadId(id)) => format!("m.thread_id = {id}"),
            Self::All => "TRUE".into(),
        }
    }
}

/// A filter as a condition on `message m`.
pub(crate) fn condition(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "TRUE",
        Filter::Unread => "NOT m.is_read",
        Filter::Starred => "m.is_starred",
        Filter::Attachments => "m.has_attachments",
    }
}

/// What asks for a list. Indexes hold all that the usual ones need: nothing of the messages themselves is read, hence the way
/// in which those that are still arriving are left out. `conditions` are further ones on `message m`.
pub(crate) fn sql(list: List, filter: Filter, order: Order, conditions: &[String]) -> String {
    let (within, which) = (list.condition(), condition(filter));
    let conditions: String = conditions.iter().map(|condition| format!(" AND {condition}")).collect();
    let order = match order {
        Order::Newest => "m.date DESC, m.serial DESC",
        Order::Oldest => "m.date, m.serial",
        Order::Sender => {
            "iif(m.from_name = '', m.from_address, m.from_name) COLLATE NOCASE, m.date DESC, m.serial DESC"
        }
        Order::Subject => "m.base_subject, m.date DESC, m.serial DESC",
        Order::Largest => "m.octets DESC, m.serial DESC",
    };
    format!(
        "SELECT m.id FROM message m
         WHERE {within} AND {which} AND m.id NOT IN (SELECT id FROM message WHERE extent = 'arriving'){conditions}
         ORDER BY {order}"
    )
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The message.
    pub id: MessageId,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub folder: FolderId,
    /// The conversation it belongs to.
    pub thread: ThreadId,
    /// Seconds since 1970-01-01 UTC.
    pub date: i64,
    /// The sender's display name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// Subject, decoded.
    pub subject: String,
    /// The beginning of the text.
    pub snippet: String,
    /// Octets of the whole message.
    pub octets: u64,
    /// How much of it is kept.
    pub extent: Extent,
    /// It was read.
    pub is_read: bool,
    /// It is starred.
    pub is_starred: bool,
    /// It has attachments.
    pub has_attachments: bool,
    /// Messages of the conversation, this one among them.
    pub in_thread: u32,
}

impl Store {
    /// The messages of a list, in order.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn list(&self, list: List, filter: Filter, order: Order) -> Result<Vec<MessageId>, StoreError> {
        let list = self.narrowed(list)?;
        let sql = sql(list, filter, order, &[]);
        let mut statement = self.db.prepare_cached(&sql)?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The first messages of a list, in order, and how many it has, without a look at the others. `None` where that takes
    /// one: only newest and oldest first is an order that an index has.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn first(&self, list: List, order: Order, count: u32) -> Result<Option<(Vec<MessageId>, u32)>, StoreError> {
        let List::Folder(folder) = self.narrowed(list)? else { return Ok(None) };
        if !matches!(order, Order::Newest | Order::Oldest) {
            return Ok(None);
        }
        let sql = sql(List::Folder(folder), Filter::All, order, &[]) + " LIMIT ?1";
        let mut statement = self.db.prepare_cached(&sql)?;
        let ids = statement.query_map([count], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let sql = "SELECT messages FROM folder WHERE id = ?1";
        let messages = self.db.prepare_cached(sql)?.query_row([folder], |row| row.get(0)).optional()?;
        Ok(messages.map(|messages| (ids, messages)))
    }

    /// The same list, named by its folder where it has one alone, as most have: then the index has the order as well.
    pub(crate) fn narrowed(&self, list: List) -> Result<List, StoreError> {
        Ok(match list {
            List::Role(role) => self.only_folder(role)?.map_or(list, List::Folder),
            list => list,
        })
    }

    /// The folder of this role, where there is one alone.
    fn only_folder(&self, role: Role) -> Result<Option<FolderId>, StoreError> {
        let sql = "SELECT min(id) FROM folder WHERE role = ?1 HAVING count(*) = 1";
        Ok(self.db.prepare_cached(sql)?.query_row([role_name(role)], |row| row.get(0)).optional()?)
    }

    /// The rows of some messages, in the order asked for. One that is no longer there has none.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    pub fn rows(&self, ids: &[MessageId]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, folder_id, thread_id, date, from_name, from_address, subject, snippet, octets, extent, is_read,
                    is_starred, has_attachments,
                    (SELECT count(*) FROM message t WHERE t.thread_id = message.thread_id
                     AND t.id NOT IN (SELECT id FROM message WHERE extent = 'arriving')),
                    account_id
             FROM message WHERE id = ?1 AND extent <> 'arriving'",
        )?;
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(statement.query_row([id], read).optional()?);
        }
        Ok(rows)
    }

    /// How many messages an account has, all folders together.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be counted.
    pub fn count(&self, account: AccountId) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(messages), 0) FROM folder WHERE account_id = ?1";
        let count: i64 = self.db.prepare_cached(sql)?.query_row([account], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

fn read(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        folder: row.get(1)?,
        thread: row.get(2)?,
        date: row.get(3)?,
        from_name: row.get(4)?,
        from_address: row.get(5)?,
        subject: row.get(6)?,
        snippet: row.get(7)?,
        octets: row.get::<_, i64>(8)?.unsigned_abs(),
        extent: Extent::read(row.get_ref(9)?.as_str()?),
        is_read: row.get(10)?,
        is_starred: row.get(11)?,
        has_attachments: row.get(12)?,
        in_thread: row.get(13)?,
        account: row.get(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Location;

    #[test]
    fn the_usual_lists_are_read_from_an_index_in_its_order() {
        let store = Store::open(&Location::Memory).unwrap();
        for (list, index) in [
            (List::Folder(FolderId(1)), "SEARCH m USING COVERING INDEX message_in_folder (folder_id=?)"),
            (List::All, "SCAN m USING COVERING INDEX message_by_date"),
        ] {
            for order in [Order::Newest, Order::Oldest] {
                let mut plan =
                    store.db.prepare(&format!("EXPLAIN QUERY PLAN {}", sql(list, Filter::All, order, &[]))).unwrap();
                let steps = plan.query_map([], |row| row.get(3)).unwrap();
                let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
                assert!(steps.iter().any(|step| step == index), "{steps:?}");
                assert!(!steps.iter().any(|step| step.contains("ORDER BY")), "{steps:?}");
            }
        }
    }
}
