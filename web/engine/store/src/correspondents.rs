//! Who writes to this mailbox, and is written to: completed as somebody types a recipient.

use std::collections::HashMap;

use restante_api::Address;
use restante_query::Query;
use restante_query::words::{fold, tokens};
use rusqlite::params;

use crate::{AccountId, Store, StoreError, sql};

/// Messages, and people who were written to, that are looked at, the newest: whoever comes before is typed to the end.
const LOOKED_AT: u32 = 1000;

impl Store {
    /// Those who have written or were written to whose names or addresses have words that begin as these do, `limit` at most:
    /// those of most letters first.
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
        let mut found = Found::default();
        while let Some(row) = rows.next()? {
            found.add(row.get(0)?, row.get(1)?, 1);
        }
        self.written_to(typed, &mut found)?;
        // Of those of as many letters, whoever wrote last stands first.
        found.people.sort_by_key(|(_, letters)| std::cmp::Reverse(*letters));
        found.people.truncate(limit);
        Ok(found.people.into_iter().map(|(address, _)| address).collect())
    }

    /// Notes that a letter was sent to these people.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be written.
    pub fn note_written_to(&mut self, account: AccountId, people: &[Address], at: i64) -> Result<(), StoreError> {
        self.together(|db| {
            let sql = "INSERT INTO written_to (account_id, address, name, times, last_at) VALUES (?1, ?2, ?3, 1, ?4)
                       ON CONFLICT (account_id, address) DO UPDATE SET address = excluded.address, times = times + 1,
                           last_at = excluded.last_at, name = iif(excluded.name = '', name, excluded.name)";
            let mut statement = db.prepare_cached(sql)?;
            for Address { name, address } in people.iter().filter(|person| !person.address.is_empty()) {
                statement.execute(params![account, address, name, at])?;
            }
            Ok(())
        })
    }

    fn written_to(&self, typed: &str, found: &mut Found) -> Result<(), StoreError> {
        let typed = words(typed);
        let sql = "SELECT name, address, times FROM written_to ORDER BY last_at DESC LIMIT ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![LOOKED_AT])?;
        while let Some(row) = rows.next()? {
            let (name, address): (String, String) = (row.get(0)?, row.get(1)?);
            let known = [words(&name), words(&address)].concat();
            let begins = |typed: &String| known.iter().any(|word| word.starts_with(typed.as_str()));
            if typed.iter().all(begins) {
                found.add(name, address, row.get(2)?);
            }
        }
        Ok(())
    }
}

/// People, and the number of letters of each.
#[derive(Default)]
struct Found {
    people: Vec<(Address, u32)>,
    places: HashMap<String, usize>,
}

impl Found {
    fn add(&mut self, name: String, address: String, letters: u32) {
        let place = *self.places.entry(address.to_lowercase()).or_insert(self.people.len());
        match self.people.get_mut(place) {
            Some((known, count)) => {
                *count = count.saturating_add(letters);
                if known.name.is_empty() {
                    known.name = name;
                }
            }
            None => self.people.push((Address { name, address }, letters)),
        }
    }
}

/// The words of a text, as the index has them.
fn words(text: &str) -> Vec<String> {
    tokens(text).iter().map(|word| fold(word)).collect()
}
