//! Lists that pages watch: which messages, in which order, and rows for what is in sight; told again when they change.

use std::collections::HashMap;

use restante_api::keep::{Answer, Filter, FolderId, Hits, KeptId, ListQuery, Marks, ThreadId};
use restante_api::runs::{self, Run};
use restante_api::{Address, CallId, Failure, FailureKind, ListId, MessageRef, Reply, Row, Update};
use restante_query::Query;
use restante_store::{Extent, MessageId, Row as Kept, StoreError};

use super::{Client, Keeper, convert};
use crate::hits;

/// Messages that a search finds at most: who wants more narrows it down.
const FOUND: u32 = 2000;

/// Rows that are told at once at most.
const ROWS: u32 = 500;

/// A list that a page watches.
pub(super) struct List {
    pub(super) call: CallId,
    query: ListQuery,
    /// What is searched for, where something is.
    search: Option<Query>,
    ids: Vec<MessageId>,
    /// The rows in sight: the first, and how many.
    window: (u32, u32),
    /// The rows in sight as they were told, by the message's number.
    told: HashMap<u32, Row>,
}

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// Begins a list, in the place of the one that the page watched.
    pub(super) fn list(&mut self, client: Client, call: CallId, query: ListQuery) {
        let search = match query.search.trim() {
            "" => None,
            text => match text.parse::<Query>() {
                Ok(search) => Some(search).filter(|search| !search.is_empty()),
                Err(error) => {
                    return self.answer(
                        client,
                        call,
                        Err(Failure::new(FailureKind::BadSearch(hits::unfit(error)), "")),
                    );
                }
            },
        };
        let mut list = List { call, query, search, ids: Vec::new(), window: (0, 0), told: HashMap::new() };
        match self.first(&list) {
            Ok((ids, messages)) => {
                list.ids = ids;
                self.viewers.entry(client).or_default().list = Some(list);
                let opened = Update::Opened { list: ListId::kept(), messages, octets: 0 };
                self.answer(client, call, Ok(opened));
                self.show(client, 0, restante_api::FIRST_ROWS);
                self.complete(client, messages);
            }
            Err(error) => self.answer(client, call, Err(convert::failure(&error))),
        }
    }

    /// The messages of a list, or as many as the first screen shows, and how many there are: whoever opens a large mailbox does
    /// not wait until all of it is read.
    fn first(&self, list: &List) -> Result<(Vec<MessageId>, u32), StoreError> {
        if list.search.is_none() && list.query.filter == Filter::All {
            let (within, order) = (convert::within(list.query.within), list.query.order);
            if let Some(found) = self.store.borrow().first(within, order, restante_api::FIRST_ROWS)? {
                return Ok(found);
            }
        }
        let ids = self.ids(list)?;
        let messages = convert::id(ids.len() as i64);
        Ok((ids, messages))
    }

    /// Reads the rest of a list of which the page was told the first rows, and that it has so many messages.
    fn complete(&mut self, client: Client, messages: u32) {
        let Some(list) = self.viewers.get(&client).and_then(|viewer| viewer.list.as_ref()) else { return };
        if list.ids.len() == messages as usize {
            return;
        }
        match self.ids(list) {
            Ok(ids) if ids.len() == messages as usize => {
                if let Some(list) = self.viewers.get_mut(&client).and_then(|viewer| viewer.list.as_mut()) {
                    list.ids = ids;
                }
            }
            // A folder's count is wrong: the page hears how it is.
            Ok(_) => self.tell_list(client),
            Err(error) => {
                let call = list.call;
                self.answer(client, call, Err(convert::failure(&error)));
            }
        }
    }

    fn ids(&self, list: &List) -> Result<Vec<MessageId>, StoreError> {
        let (within, filter) = (convert::within(list.query.within), list.query.filter);
        match &list.search {
            Some(search) => self.store.borrow().search(search, within, filter, FOUND),
            None => self.store.borrow().list(within, filter, list.query.order),
        }
    }

    /// These rows are in sight.
    pub(super) fn show(&mut self, client: Client, first: u32, count: u32) {
        let Some(list) = self.viewers.get_mut(&client).and_then(|viewer| viewer.list.as_mut()) else { return };
        list.window = (first, count.min(ROWS));
        self.tell_rows(client);
    }

    /// Which messages are at these places of the list that a page watches.
    pub(super) fn listed(&self, client: Client, first: u32, count: u32) -> Update {
        let list = self.viewers.get(&client).and_then(|viewer| viewer.list.as_ref());
        let ids = list.map_or(&[][..], |list| &list.ids);
        let ids = ids.iter().skip(first as usize).take(count as usize).map(|id| KeptId(convert::id(id.0)));
        Update::Keep(Answer::Listed(ids.collect()))
    }

    /// Tells what has become of the list that a page watches.
    pub(super) fn tell_list(&mut self, client: Client) {
        let Some(list) = self.viewers.get(&client).and_then(|viewer| viewer.list.as_ref()) else { return };
        let call = list.call;
        let ids = match self.ids(list) {
            Ok(ids) => ids,
            Err(error) => return self.answer(client, call, Err(convert::failure(&error))),
        };
        let Some(list) = self.viewers.get_mut(&client).and_then(|viewer| viewer.list.as_mut()) else { return };
        if ids != list.ids {
            let runs = common(&list.ids, &ids);
            let messages = convert::id(ids.len() as i64);
            list.ids = ids;
            let (list, octets, arrived) = (ListId::kept(), 0, vec![]);
            self.answer(client, call, Ok(Update::Changed { list, messages, octets, runs, arrived }));
        }
        self.tell_rows(client);
    }

    /// Tells the rows in sight, as far as the page does not know them as they are, and those that somebody changed.
    fn tell_rows(&mut self, client: Client) {
        let Some(list) = self.viewers.get(&client).and_then(|viewer| viewer.list.as_ref()) else { return };
        let call = list.call;
        match self.rows(list) {
            Ok((told, rows)) => {
                if let Some(list) = self.viewers.get_mut(&client).and_then(|viewer| viewer.list.as_mut()) {
                    list.told = told;
                }
                for rows in rows.chunks(ROWS as usize) {
                    self.answer(client, call, Ok(Update::Rows(rows.to_vec())));
                }
            }
            Err(error) => self.answer(client, call, Err(convert::failure(&error))),
        }
    }

    /// The rows in sight, and those that are to be told.
    fn rows(&self, list: &List) -> Result<(HashMap<u32, Row>, Vec<Row>), StoreError> {
        let count = u32::try_from(list.ids.len()).unwrap_or(u32::MAX);
        let first = list.window.0.min(count);
        let window = first..first.saturating_add(list.window.1).min(count);
        let mut told = HashMap::new();
        let mut rows = Vec::new();
        for row in self.rows_at(list, window.clone())? {
            let number = row.message.number;
            if list.told.get(&number) != Some(&row) {
                rows.push(row.clone());
            }
            told.insert(number, row);
        }
        if !self.touched.is_empty() {
            let others = (0..count).filter(|at| !window.contains(at) && self.touched.contains(&list.ids[*at as usize]));
            rows.extend(self.rows_at(list, others)?);
        }
        Ok((told, rows))
    }

    fn rows_at(&self, list: &List, positions: impl Iterator<Item = u32>) -> Result<Vec<Row>, StoreError> {
        let places: Vec<(MessageId, u32)> = positions.map(|at| (list.ids[at as usize], at)).collect();
        let ids: Vec<MessageId> = places.iter().map(|(id, _)| *id).collect();
        let mut places = places.into_iter();
        let rows = self.store.borrow().rows(&ids)?.into_iter().filter_map(|kept| {
            // One that is gone has no row; the list will say so.
            let (_, position) = places.find(|(id, _)| *id == kept.id)?;
            Some(row(kept, position, list.search.as_ref()))
        });
        Ok(rows.collect())
    }
}

/// The row of a message as the page shows it.
fn row(kept: Kept, position: u32, search: Option<&Query>) -> Row {
    let from = Address { name: kept.from_name, address: kept.from_address };
    let hits = search.map_or_else(Hits::default, |search| hits::of(search, Some(&from), &kept.subject, &kept.snippet));
    let thread = (kept.in_thread > 1).then(|| (ThreadId(convert::id(kept.thread.0)), kept.in_thread));
    Row {
        from: Some(from).filter(|from| !(from.name.is_empty() && from.address.is_empty())),
        subject: kept.subject,
        snippet: kept.snippet,
        date: Some(kept.date),
        octets: Some(kept.octets),
        attachments: kept.has_attachments,
        marks: Marks {
            read: kept.is_read,
            starred: kept.is_starred,
            header_only: kept.extent == Extent::Header,
            thread,
            hits,
            folder: Some(FolderId(convert::id(kept.folder.0))),
        },
        ..Row::new(position, MessageRef::in_list(ListId::kept(), convert::id(kept.id.0)))
    }
}

/// What two lists have in common, in the order of the second: runs of messages that follow each other in both.
fn common(before: &[MessageId], now: &[MessageId]) -> Vec<Run> {
    let places: HashMap<MessageId, u32> = before.iter().copied().zip(0..).collect();
    let mut runs = Vec::new();
    for (to, id) in (0..).zip(now) {
        if let Some(from) = places.get(id) {
            runs::add_row(&mut runs, *from, to);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[i64]) -> Vec<MessageId> {
        ids.iter().copied().map(MessageId).collect()
    }

    fn between(before: &[i64], now: &[i64]) -> Vec<(u32, u32, u32)> {
        common(&ids(before), &ids(now)).into_iter().map(|run| (run.from, run.to, run.rows)).collect()
    }

    #[test]
    fn what_came_at_the_top_moves_the_rest_down_as_a_whole() {
        assert_eq!(between(&[3, 2, 1], &[5, 4, 3, 2, 1]), [(0, 2, 3)]);
        assert_eq!(between(&[3, 2, 1], &[3, 2, 1]), [(0, 0, 3)]);
    }

    #[test]
    fn what_went_away_leaves_two_runs_and_another_order_many() {
        assert_eq!(between(&[5, 4, 3, 2, 1], &[5, 4, 2, 1]), [(0, 0, 2), (3, 2, 2)]);
        assert_eq!(between(&[3, 2, 1], &[1, 2, 3]), [(2, 0, 1), (1, 1, 1), (0, 2, 1)]);
        assert_eq!(between(&[3, 2, 1], &[]), []);
        assert_eq!(between(&[], &[1]), []);
    }

    #[test]
    fn applying_the_runs_to_the_former_list_gives_what_stays_of_it() {
        // Every pair of short lists without repetition over five messages.
        let lists: Vec<Vec<i64>> = (0..3125)
            .map(|seed| {
                let mut list: Vec<i64> = Vec::new();
                let mut rest = seed;
                for _ in 0..5 {
                    let id = rest % 5;
                    rest /= 5;
                    if !list.contains(&id) {
                        list.push(id);
                    }
                }
                list
            })
            .collect();
        for before in lists.iter().step_by(7) {
            for now in lists.iter().step_by(11) {
                let mut made: Vec<Option<i64>> = vec![None; now.len()];
                for (from, to, rows) in between(before, now) {
                    for at in 0..rows {
                        made[(to + at) as usize] = Some(before[(from + at) as usize]);
                    }
                }
                let wanted: Vec<_> = now.iter().map(|id| before.contains(id).then_some(*id)).collect();
                assert_eq!(made, wanted, "{before:?} to {now:?}");
            }
        }
    }
}
