//! The full-text index: what goes in, and what a query finds, best first.

use rusqlite::{Connection, params, params_from_iter};

use crate::{Filter, List, MessageId, Query, Store, StoreError, Summary, list, words};

/// Puts a message's words into the index.
pub(crate) fn index(db: &Connection, id: MessageId, summary: &Summary) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT INTO search (rowid, sender, recipients, subject, text, attachments) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute(params![
        id,
        words::for_index(&format!("{} {}", summary.from_name, summary.from_address)),
        words::for_index(&summary.recipients),
        words::for_index(&summary.subject),
        words::for_index(&summary.text),
        words::for_index(&summary.attachments),
    ])?;
    Ok(())
}

impl Store {
    /// The messages of a list that a query finds, `limit` at most: the best matches first where it has words, else the newest.
    /// A match in the sender's name or the subject counts for more than one in the text.
    ///
    /// # Errors
    /// [`StoreError`] where the index cannot be read.
    pub fn search(&self, query: &Query, list: List, filter: Filter, limit: u32) -> Result<Vec<MessageId>, StoreError> {
        let (conditions, mut values) = query.conditions();
        let within = format!(" AND {} AND {}", list.condition(), list::condition(filter));
        let wanted = conditions.iter().fold(within, |sql, condition| sql + " AND " + condition);
        let sql = match query.expression() {
            Some(expression) => {
                values.insert(0, expression.into());
                format!(
                    "SELECT m.id FROM search JOIN message m ON m.id = search.rowid
                     WHERE search MATCH ? AND m.extent <> 'arriving'{wanted}
                     ORDER BY bm25(search, 6.0, 3.0, 8.0, 1.0, 3.0), m.date DESC, m.id DESC LIMIT {limit}"
                )
            }
            None => format!(
                "SELECT m.id FROM message m WHERE m.extent <> 'arriving'{wanted}
                 ORDER BY m.date DESC, m.id DESC LIMIT {limit}"
            ),
        };
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use crate::maildrop::{Identity, Listed};
    use crate::{Digest, Extent, HeaderHash, Location, NewAccount, NewMessage, Role, Source, Store, Summary, Way};

    #[test]
    fn what_is_kept_together_goes_into_the_index_together() {
        let mut store = Store::open(&Location::Memory).unwrap();
        let (name, host, user) = ("Ann".into(), "pop.example.org".into(), "ann".into());
        let account = NewAccount { name, host, port: 995, user, way: Way::default() };
        let account = store.add_account(&account).unwrap();
        let folder = store.folder_of(account, Role::Inbox).unwrap();
        store.begin().unwrap();
        for n in 0..200u64 {
            let source = format!("message {n}");
            let digest = Digest::of(source.as_bytes());
            let summary = Summary { subject: source.clone(), text: "A word or two".into(), ..Summary::default() };
            let source = Source::Whole { source: source.as_bytes(), digest };
            let new = NewMessage { folder, summary: &summary, source, arrived_at: 1 };
            let id = store.insert(&new).unwrap();
            let listed = Listed { uid: n.to_be_bytes().to_vec(), octets: 10 };
            let identity = Identity { listed: &listed, header: HeaderHash([0; 32]) };
            store.note_kept(account, identity, id, Extent::Whole, 1).unwrap();
        }
        store.commit().unwrap();
        let sql = "SELECT count(DISTINCT segid) FROM search_idx";
        let segments: u32 = store.db.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(segments, 1);
    }
}
