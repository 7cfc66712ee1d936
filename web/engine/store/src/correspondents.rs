//! Who writes to this mailbox: completed as somebody types a recipient.

use std::collections::HashMap;

use restante_api::Address;
use restante_query::Query;
use rusqlite::params;

use crate::{Store, StoreError, sql};

/// Messages that are looked at, the newest: whoever has not written since is typed to the end.
const LOOKED_AT: u32 = 1000;

impl Store {
    /// Senders whose names or addresses have words that begin as these do, `limit` at most: those who write most first.
    ///
    /// # Errors
    /// [`StoreError`] where the index cannot be read.
    pub fn correspondents(&self, typed: &str, limit: usize) -> Result<Vec<Address>, StoreError> {
        let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let query = words.map(|word| format!("from:{word}")).collect::<Vec<_>>().join(" ");
        // Words alone are a query whatever they are.
        let Ok(Some(expression)) = query.parse::<Query>().map(|query| sql::expression(&query)) else {
            return Ok(Vec::new());
        };
        let sql = "SELECT m.from_name, m.from_address FROM search s JOIN message m ON m.id = s.rowid
                   WHERE search MATCH ?1 AND m.from_address <> '' ORDER BY s.rowid DESC LIMIT ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![expression, LOOKED_AT])?;
        let (mut found, mut places) = (Vec::<(Address, u32)>::new(), HashMap::new());
        while let Some(row) = rows.next()? {
            let (name, address): (String, String) = (row.get(0)?, row.get(1)?);
            let place = *places.entry(address.to_lowercase()).or_insert(found.len());
            match found.get_mut(place) {
                Some((known, count)) => {
                    *count += 1;
                    if known.name.is_empty() {
                        known.name = name;
                    }
                }
                None => found.push((Address { name, address }, 1)),
            }
        }
        // Of those who write as often, whoever wrote last stands first.
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        found.truncate(limit);
        Ok(found.into_iter().map(|(address, _)| address).collect())
    }
}
