//! A search in a preview: among the rows that are known, told again as more become known. Nothing of it reaches the server but
//! TOP for headers that are missing, where somebody wants them fetched.

use std::collections::BTreeMap;

use restante_api::keep::Hits;
use restante_api::{CallId, Failure, FailureKind, Found, Row, SearchFault, Update};
use restante_query::{Message, Query, What};

use super::Mailbox;
use crate::hits;

/// Messages that a search tells at most: who wants more narrows it down.
const FOUND: usize = 2000;

/// A search that goes on.
pub(super) struct Search {
    id: CallId,
    query: Query,
    found: BTreeMap<u32, Hits>,
}

impl Mailbox<'_> {
    /// Searches what is known, in the place of the search before.
    pub(super) fn search(&mut self, id: CallId, query: &str, fetch: bool) {
        (self.search, self.rows.all_from) = (None, None);
        let knows = |query: &Query| !query.conditions().iter().any(|condition| matches!(condition.what, What::Read(_)));
        let query = match query.parse::<Query>() {
            Ok(query) if knows(&query) => query,
            Ok(_) => return self.refuse_search(id, SearchFault::Read),
            Err(error) => return self.refuse_search(id, hits::unfit(error)),
        };
        self.search = Some(Search { id, query, found: BTreeMap::new() });
        self.rows.all_from = fetch.then_some(0);
        self.search_all();
    }

    fn refuse_search(&self, id: CallId, why: SearchFault) {
        self.answer_to(id, Update::Refused(Box::new(Failure::new(FailureKind::BadSearch(why), ""))));
    }

    /// Nobody waits for more of it.
    pub(super) fn end_search(&mut self, id: CallId) {
        if self.search.take_if(|search| search.id == id).is_some() {
            self.rows.all_from = None;
        }
    }

    /// Numbers stand for other messages than before: searches all that is known.
    pub(super) fn search_all(&mut self) {
        let Some(mut search) = self.search.take() else { return };
        search.found = self.store.rows().filter_map(|row| self.find(&search.query, row)).collect();
        self.rows.all_from = self.rows.all_from.map(|_| 0);
        self.tell_found(&search);
        self.search = Some(search);
    }

    /// These rows are new, or known better.
    pub(super) fn search_rows(&mut self, numbers: &[u32]) {
        let Some(mut search) = self.search.take_if(|_| !numbers.is_empty()) else { return };
        for number in numbers {
            match self.store.row(*number).and_then(|row| self.find(&search.query, row)) {
                Some((number, hits)) => _ = search.found.insert(number, hits),
                None => _ = search.found.remove(number),
            }
        }
        self.tell_found(&search);
        self.search = Some(search);
    }

    fn tell_found(&self, search: &Search) {
        let found = search.found.iter().rev().take(FOUND);
        let found = found.map(|(number, hits)| Found { number: *number, hits: hits.clone() }).collect();
        self.answer_to(search.id, Update::Found { list: self.list, found, searched: self.store.row_count() });
    }

    /// Where the query's words stand in a row, if it is one of those.
    fn find(&self, query: &Query, row: &Row) -> Option<(u32, Hits)> {
        let number = row.message.number;
        let sender = row.from.as_ref().map_or_else(String::new, |from| format!("{} {}", from.name, from.address));
        let message = Message {
            sender: &sender,
            recipients: self.store.recipients(number),
            subject: &row.subject,
            text: &row.snippet,
            date: row.date,
            octets: row.octets,
            has_attachments: row.attachments,
            is_read: false,
        };
        let is_found = row.fault.is_none() && query.fits(&message);
        is_found.then(|| (number, hits::of(query, row.from.as_ref(), &row.subject, &row.snippet)))
    }
}
