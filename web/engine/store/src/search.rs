//! The full-text index: what goes in, and what a query finds, best first.

use std::rc::Rc;

use restante_api::keep::Order;
use restante_query::{Query, words};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::{Filter, List, MessageId, Store, StoreError, Summary, list, sql};

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

/// Matches up to so many are ranked by bm25. With more it tells little, for what so many messages have sets none of them
/// apart, and each costs a look at its lengths.
const RANKED: usize = 2000;

/// How well a message matches, the lower the better: a word in the subject counts for most.
const SCORE: &str = "bm25(search, 6.0, 3.0, 8.0, 1.0, 3.0)";
const NO_SCORE: &str = "0.0";

/// The messages that a search is about, before its words are looked for. As one types, only the words change.
#[derive(Debug)]
pub(crate) struct Within {
    sql: String,
    values: Vec<Value>,
    /// Rows that the database had changed by then.
    changes: u64,
    /// The newest first.
    ids: Vec<MessageId>,
    /// Places in `ids`, in the order of the ids.
    places: Vec<u32>,
}

impl Within {
    /// The places of those of these messages that are within; their ids ascend.
    fn places(&self, found: Vec<(MessageId, f64)>) -> Vec<(u32, f64)> {
        let mut places = self.places.iter().copied().peekable();
        let mut within = Vec::with_capacity(found.len());
        for (id, score) in found {
            while places.next_if(|place| self.ids[*place as usize] < id).is_some() {}
            within.extend(places.next_if(|place| self.ids[*place as usize] == id).map(|place| (place, score)));
        }
        within
    }
}

impl Store {
    /// The messages of a list that a query finds, `limit` at most: the best matches first where it has words, else the newest.
    /// A match in the sender's name or the subject counts for more than one in the text. Of very many matches, those in
    /// names and subjects come first, the newest of them before others.
    ///
    /// # Errors
    /// [`StoreError`] where the index cannot be read.
    pub fn search(&self, query: &Query, list: List, filter: Filter, limit: u32) -> Result<Vec<MessageId>, StoreError> {
        let (conditions, values) = sql::conditions(query);
        let list = self.narrowed(list)?;
        let within = self.within(list::sql(list, filter, Order::Newest, &conditions), values)?;
        let limit = limit as usize;
        let (Some(expression), Some(prominent)) = (sql::expression(query), sql::prominent(query)) else {
            return Ok(within.ids[..limit.min(within.ids.len())].to_vec());
        };
        let found = self.matches(&expression, NO_SCORE)?;
        let mut places: Vec<u32> = if found.len() <= RANKED {
            let mut ranked = within.places(self.matches(&expression, SCORE)?);
            ranked.sort_by(|(place, score), (other, its)| score.total_cmp(its).then(place.cmp(other)));
            ranked.into_iter().map(|(place, _)| place).collect()
        } else {
            let mut is_prominent = vec![false; within.ids.len()];
            for (place, _) in within.places(self.matches(&prominent, NO_SCORE)?) {
                is_prominent[place as usize] = true;
            }
            let places = within.places(found).into_iter().map(|(place, _)| place);
            let (mut first, mut rest): (Vec<u32>, Vec<u32>) = places.partition(|place| is_prominent[*place as usize]);
            first.sort_unstable();
            rest.sort_unstable();
            [first, rest].concat()
        };
        places.truncate(limit);
        Ok(places.into_iter().map(|place| within.ids[place as usize]).collect())
    }

    /// What an expression of the index's language finds, in the order of the ids, each with the value of an SQL expression.
    fn matches(&self, expression: &str, value: &str) -> Result<Vec<(MessageId, f64)>, StoreError> {
        let sql = format!("SELECT rowid, {value} FROM search WHERE search MATCH ?1 ORDER BY rowid");
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement.query_map([expression], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The messages that this statement lists, the newest first. While nothing changes they are those of the search before.
    fn within(&self, sql: String, values: Vec<Value>) -> Result<Rc<Within>, StoreError> {
        let changes = self.db.total_changes();
        let mut last = self.searched.borrow_mut();
        if let Some(last) = &*last
            && (&last.sql, &last.values, last.changes) == (&sql, &values, changes)
        {
            return Ok(Rc::clone(last));
        }
        let mut statement = self.db.prepare_cached(&sql)?;
        let ids = statement.query_map(params_from_iter(&values), |row| row.get(0))?;
        let ids: Vec<MessageId> = ids.collect::<Result<_, _>>()?;
        let mut places: Vec<u32> = (0..).take(ids.len()).collect();
        places.sort_unstable_by_key(|place| ids[*place as usize]);
        Ok(Rc::clone(last.insert(Rc::new(Within { sql, values, changes, ids, places }))))
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
            let new = NewMessage { folder, summary: &summary, source, arrived_at: 1, serial: None };
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
