use restante_api::keep::Hits;
use restante_api::{FailureKind, MessageRef, SearchFault, Update};

use super::*;
use crate::ui::state::tests::{answer, asked, asks, failure, read, row, say, with_rows};
use crate::ui::state::{Action, Choice, Motion, Purpose, reduce};

fn act(state: &mut State, action: SearchAction) -> Vec<Effect> {
    reduce(state, Action::Search(action))
}

fn search(state: &mut State, typed: &str) -> CallId {
    asked(&act(state, SearchAction::Type(typed.into())))
}

fn hit(number: u32) -> Found {
    Found { number, hits: Hits { subject: vec![(0, 7)], ..Hits::default() } }
}

fn find(state: &mut State, to: CallId, numbers: &[u32]) {
    let found = numbers.iter().copied().map(hit).collect();
    let list = state.mailbox.as_ref().unwrap().list;
    answer(state, to, Update::Found { list, found, searched: 9 });
}

fn mailbox(state: &State) -> &Mailbox {
    state.mailbox.as_ref().unwrap()
}

fn numbers(state: &State) -> Vec<Option<u32>> {
    mailbox(state).rows.iter().map(|row| row.as_ref().map(|row| row.message.number)).collect()
}

#[test]
fn what_was_found_is_shown_in_the_place_of_the_list_and_the_list_comes_back_as_it_was() {
    let mut state = with_rows(100, 50);
    reduce(&mut state, Action::Key(Motion::Down(7), Purpose::Point));
    reduce(&mut state, Action::InSight { first: 5, count: 9 });
    let before = mailbox(&state).clone();
    let asked = search(&mut state, "sub");
    assert_eq!(mailbox(&state).rows, before.rows, "until something is said the list stays");
    find(&mut state, asked, &[99, 60, 55]);
    assert_eq!(numbers(&state), [Some(99), Some(60), Some(55)]);
    assert_eq!(mailbox(&state).row(1).unwrap().marks.hits, hit(60).hits);
    assert_eq!((mailbox(&state).all(), mailbox(&state).all_known()), (100, 50));
    // Reading, stepping and choosing go by what is shown.
    read(&mut state, 1, None);
    assert_eq!(state.opened().unwrap().message.number, 60);
    reduce(&mut state, Action::Step(1));
    assert_eq!(state.opened().unwrap().message.number, 55);
    reduce(&mut state, Action::Choose(Choice::All));
    assert_eq!(mailbox(&state).selection.len(), 3);
    assert!(asks(&reduce(&mut state, Action::InSight { first: 0, count: 3 })).is_empty(), "the rows are here");
    let effects = act(&mut state, SearchAction::End);
    assert!(effects.contains(&Effect::Call(restante_api::Call::Cancel { id: asked })));
    let now = mailbox(&state);
    assert_eq!((&now.rows, now.cursor, now.known), (&before.rows, before.cursor, before.known));
    assert_eq!(now.reading.as_ref().unwrap().position, Some(45), "what is read has its place in the whole list");
    assert!(now.selection.is_empty());
}

#[test]
fn rows_that_come_meanwhile_go_into_the_list_and_what_they_add_is_shown() {
    let mut state = with_rows(100, 50);
    let asked = search(&mut state, "sub");
    find(&mut state, asked, &[99]);
    let fetch = act(&mut state, SearchAction::Fetch(true));
    let wanted = Request::Search { query: "sub".into(), fetch: true };
    assert_eq!(asks(&fetch), [&wanted]);
    let asked = super::super::tests::asked(&fetch);
    reduce(&mut state, Action::Key(Motion::First, Purpose::Point));
    say(&mut state, Update::Rows((50..100).map(|at| row(at, 100)).collect()));
    find(&mut state, asked, &[99, 3, 2]);
    assert_eq!(numbers(&state), [Some(99), Some(3), Some(2)]);
    assert_eq!(mailbox(&state).all_known(), 100);
    // An answer to a search that was replaced.
    find(&mut state, CallId::default(), &[7]);
    assert_eq!(mailbox(&state).len(), 3);
    act(&mut state, SearchAction::Type("  ".into()));
    assert_eq!((mailbox(&state).len(), mailbox(&state).known), (100, 100));
}

#[test]
fn a_list_that_changes_under_a_search_keeps_what_is_read_and_is_searched_anew() {
    let mut state = with_rows(4, 4);
    let asked = search(&mut state, "sub");
    find(&mut state, asked, &[3, 1]);
    read(&mut state, 1, None);
    let list = mailbox(&state).list;
    let runs = vec![restante_api::runs::Run { from: 0, to: 1, rows: 4 }];
    say(&mut state, Update::Changed { list: list.next(), messages: 5, octets: 9, runs, arrived: vec![(0, 1)] });
    assert_eq!(numbers(&state).len(), 2, "what was found stays until the engine has told it anew");
    find(&mut state, asked, &[3, 1]);
    let message = |number| Some(MessageRef::in_list(list.next(), number));
    assert_eq!(mailbox(&state).message_at(1), message(1));
    assert_eq!(mailbox(&state).reading.as_ref().unwrap().position, Some(1));
    assert_eq!(mailbox(&state).all(), 5);
    // The session is lost and taken up again by a fresh engine, which is asked once more.
    let again = say(&mut state, Update::Opened { list: list.next().next(), messages: 5, octets: 10 });
    assert!(asks(&again).iter().any(|request| matches!(request, Request::Search { query, .. } if query == "sub")));
}

#[test]
fn what_cannot_be_searched_for_is_said_and_the_list_stays() {
    let mut state = with_rows(4, 4);
    let asked = search(&mut state, "after:soon");
    answer(&mut state, asked, Update::Refused(Box::new(failure(FailureKind::BadSearch(SearchFault::Read)))));
    let search = mailbox(&state).preview.search.as_ref().unwrap();
    assert_eq!(search.refused.as_ref().unwrap().kind, FailureKind::BadSearch(SearchFault::Read));
    assert_eq!((mailbox(&state).len(), mailbox(&state).preview.told.clone()), (4, None));
    assert_eq!(act(&mut state, SearchAction::Go), [Effect::Focus(Focus::Search)]);
}
