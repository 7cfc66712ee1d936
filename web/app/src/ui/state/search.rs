//! A search in a preview. What was found is shown in the place of the list, which waits aside and goes on as if it were shown.

use restante_api::{CallId, Failure, Found, ListId, Request};

use super::calls::{Calls, cancel};
use super::mailbox::Rows;
use super::reduce::in_mailbox;
use super::{Effect, Focus, Mailbox, Phase, Selection, Shift, State};
use crate::ui::shared::Shared;

/// A search that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The question.
    call: CallId,
    /// Whether headers that are missing are fetched for it.
    pub fetches: bool,
    /// Why it cannot be searched for.
    pub refused: Option<Shared<Failure>>,
    found: Vec<Found>,
    /// The list that the numbers count in.
    list: ListId,
    /// The whole list while what was found is shown; nothing while the first answer is waited for.
    aside: Option<Listing>,
}

/// A list, and where one is in it.
#[derive(Debug, Clone, PartialEq)]
struct Listing {
    rows: Rows,
    known: u32,
    cursor: u32,
    sight: (u32, u32),
    asked: Option<(u32, u32)>,
    shift: Shift,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchAction {
    /// This was typed.
    Type(String),
    /// Fetch the headers that are missing, or no more of them.
    Fetch(bool),
    /// End it, and show the list again.
    End,
    /// Go to where it is typed.
    Go,
}

impl Mailbox {
    /// How many messages there are, found or not.
    pub fn all(&self) -> u32 {
        self.aside().map_or(self.len(), |list| u32::try_from(list.rows.len()).unwrap_or(u32::MAX))
    }

    /// Of how many the row is known.
    pub fn all_known(&self) -> u32 {
        self.aside().map_or(self.known, |list| list.known)
    }

    /// Whether what was found is shown.
    pub fn shows_found(&self) -> bool {
        self.aside().is_some()
    }

    fn aside(&self) -> Option<&Listing> {
        self.preview.search.as_ref()?.aside.as_ref()
    }
}

/// Does what somebody wants.
pub(super) fn act(state: &mut State, action: SearchAction) -> Vec<Effect> {
    if !matches!(state.phase, Phase::Open(_)) {
        return vec![];
    }
    in_mailbox(state, |mailbox, calls| match action {
        SearchAction::Type(typed) => {
            mailbox.preview.typed = typed;
            mailbox.selection = Selection::default();
            if mailbox.preview.typed.trim().is_empty() { end(mailbox) } else { ask(mailbox, calls, None) }
        }
        SearchAction::Fetch(fetch) if mailbox.preview.search.is_some() => ask(mailbox, calls, Some(fetch)),
        SearchAction::Fetch(_) => vec![],
        SearchAction::End => {
            mailbox.preview.typed.clear();
            mailbox.selection = Selection::default();
            let mut effects = end(mailbox);
            effects.push(Effect::Focus(Focus::List));
            effects
        }
        SearchAction::Go => vec![Effect::Focus(Focus::Search)],
    })
}

/// Asks for what is typed, where something is: an engine that is new knows nothing of it.
pub(super) fn again(mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    if mailbox.preview.search.is_some() { ask(mailbox, calls, None) } else { vec![] }
}

fn ask(mailbox: &mut Mailbox, calls: &mut Calls, fetch: Option<bool>) -> Vec<Effect> {
    let before = mailbox.preview.search.take();
    let fetches = fetch.or(before.as_ref().map(|search| search.fetches)).unwrap_or_default();
    let (call, ask) = calls.ask(Request::Search { query: mailbox.preview.typed.clone(), fetch: fetches });
    let effects = cancel(before.as_ref().map(|search| search.call)).chain([ask]).collect();
    let (found, aside) = before.map_or((vec![], None), |search| (search.found, search.aside));
    mailbox.preview.search = Some(Box::new(Search { call, fetches, refused: None, found, list: mailbox.list, aside }));
    effects
}

fn end(mailbox: &mut Mailbox) -> Vec<Effect> {
    let Some(mut search) = mailbox.preview.search.take() else { return vec![] };
    if let Some(whole) = &mut search.aside {
        swap(mailbox, whole);
        next_list(mailbox);
        find_what_is_read(mailbox, Shown::Whole);
    }
    cancel([search.call]).collect()
}

/// The engine has found something.
pub(super) fn found(mailbox: &mut Mailbox, to: CallId, list: ListId, found: Vec<Found>) {
    let current = mailbox.list;
    let asked = |search: &mut Box<Search>| search.call == to && list == current;
    let Some(mut search) = mailbox.preview.search.take_if(asked) else { return };
    (search.found, search.list) = (found, list);
    if search.aside.is_none() {
        let (rows, sight, shift) = (Rows::default(), (0, 0), mailbox.shift.clone());
        let mut whole = Listing { rows, known: 0, cursor: 0, sight, asked: None, shift };
        swap(mailbox, &mut whole);
        search.aside = Some(whole);
        next_list(mailbox);
    }
    mailbox.preview.search = Some(search);
    show(mailbox);
}

/// The engine does not search for that. Whether that was asked.
pub(super) fn refused(mailbox: &mut Mailbox, to: CallId, failure: &Failure) -> bool {
    let Some(search) = mailbox.preview.search.as_mut().filter(|search| search.call == to) else { return false };
    search.refused = Some(Shared::new(failure.clone()));
    true
}

/// Changes the whole list, whatever is shown.
pub(super) fn in_whole<T>(mailbox: &mut Mailbox, change: impl FnOnce(&mut Mailbox) -> T) -> T {
    if !mailbox.shows_found() {
        return change(mailbox);
    }
    let Some(mut search) = mailbox.preview.search.take() else { return change(mailbox) };
    search.aside.iter_mut().for_each(|whole| swap(mailbox, whole));
    find_what_is_read(mailbox, Shown::Whole);
    let done = change(mailbox);
    search.aside.iter_mut().for_each(|found| swap(mailbox, found));
    find_what_is_read(mailbox, Shown::Found);
    // Of another list the engine tells anew what it has found.
    let is_current = search.list == mailbox.list;
    mailbox.preview.search = Some(search);
    if is_current {
        show(mailbox);
    }
    done
}

/// Shows what was found, as far as the rows are here.
fn show(mailbox: &mut Mailbox) {
    let at = mailbox.row(mailbox.cursor).map(|row| row.message.number);
    let Some(search) = &mailbox.preview.search else { return };
    let Some(whole) = &search.aside else { return };
    let messages = u32::try_from(whole.rows.len()).unwrap_or(u32::MAX);
    let rows = search.found.iter().filter_map(|found| {
        let position = messages.checked_sub(found.number)?;
        let row = whole.rows.get(position as usize)?.as_ref()?;
        if row.marks.hits == found.hits {
            return Some(Some(row.clone()));
        }
        let mut row = row.clone();
        row.edit().marks.hits = found.hits.clone();
        Some(Some(row))
    });
    let rows: Vec<_> = rows.collect();
    let known = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    (mailbox.rows, mailbox.known) = (Shared::new(rows), known);
    let cursor = at.and_then(|number| mailbox.place_of(number));
    mailbox.cursor = cursor.unwrap_or(mailbox.cursor.min(known.saturating_sub(1)));
    find_what_is_read(mailbox, Shown::Found);
}

fn swap(mailbox: &mut Mailbox, other: &mut Listing) {
    std::mem::swap(&mut mailbox.rows, &mut other.rows);
    std::mem::swap(&mut mailbox.known, &mut other.known);
    std::mem::swap(&mut mailbox.cursor, &mut other.cursor);
    std::mem::swap(&mut mailbox.sight, &mut other.sight);
    std::mem::swap(&mut mailbox.asked, &mut other.asked);
    std::mem::swap(&mut mailbox.shift, &mut other.shift);
}

/// The list is another one to who looks at it: it stands at its top, or where the keyboard is.
fn next_list(mailbox: &mut Mailbox) {
    mailbox.shift = Shift { list: mailbox.shift.list.wrapping_add(1), ..Shift::default() };
    mailbox.moves = mailbox.moves.wrapping_add(1);
}

/// Which list a mailbox has at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Whole,
    Found,
}

/// What is read gets its place in the list, where it has one.
fn find_what_is_read(mailbox: &mut Mailbox, shown: Shown) {
    let Some(message) = mailbox.reading.as_ref().map(|reading| reading.current().message.clone()) else { return };
    let position = match shown {
        _ if message.list != mailbox.list => None,
        Shown::Whole => mailbox.len().checked_sub(message.number),
        Shown::Found => mailbox.place_of(message.number),
    };
    if let Some(reading) = &mut mailbox.reading {
        reading.position = position;
    }
}

#[cfg(test)]
mod tests;
