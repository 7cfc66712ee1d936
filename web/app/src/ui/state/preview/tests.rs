use restante_api::runs::Run;
use restante_api::{Call, MessageRef, Stage};
use restante_link::Death;

use super::*;
use crate::ui::state::tests::{answer, asked, asks, failure, opened, read, row, say, with_rows};
use crate::ui::state::{Action, Choice, reduce};

fn act(state: &mut State, action: PreviewAction) -> Vec<Effect> {
    reduce(state, Action::Preview(action))
}

fn preview(state: &State) -> &Preview {
    &state.mailbox.as_ref().unwrap().preview
}

fn numbers(set: &BTreeSet<u32>) -> Vec<u32> {
    set.iter().copied().collect()
}

/// Two messages came at the top, and the one at 1 is gone.
fn changed(list: restante_api::ListId) -> Update {
    let runs = vec![Run { from: 0, to: 2, rows: 1 }, Run { from: 2, to: 3, rows: 2 }];
    Update::Changed { list, messages: 5, octets: 99, runs, arrived: vec![(0, 2)] }
}

/// Chooses the rows at these positions and says yes to their deletion; the question to the engine.
fn delete(state: &mut State, positions: &[u32]) -> CallId {
    for position in positions {
        reduce(state, Action::Choose(Choice::Toggle(*position)));
    }
    assert!(asks(&act(state, PreviewAction::AskDelete)).is_empty(), "nothing before somebody says yes");
    assert_eq!(preview(state).confirming.as_ref().unwrap().len(), positions.len());
    asked(&act(state, PreviewAction::Delete))
}

fn marks(state: &mut State, numbers: &[u32], lost: u32) {
    say(state, Update::Marked { numbers: numbers.to_vec(), lost });
}

#[test]
fn a_list_that_grows_keeps_what_is_known_chosen_read_and_where_one_is() {
    let mut state = with_rows(4, 4);
    read(&mut state, 2, None);
    reduce(&mut state, Action::Choose(Choice::Toggle(3)));
    let list = state.mailbox.as_ref().unwrap().list;
    say(&mut state, changed(list.next()));
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!((mailbox.len(), mailbox.known, mailbox.octets), (5, 3, 99));
    let subjects: Vec<_> = (0..5).map(|at| mailbox.row(at).map(|row| row.message.clone())).collect();
    let named = |number| Some(MessageRef::in_list(list.next(), number));
    assert_eq!(subjects, [None, None, named(3), named(2), named(1)], "by their new numbers");
    assert_eq!(mailbox.reading.as_ref().unwrap().position, Some(3));
    assert_eq!(mailbox.reading.as_ref().unwrap().current().message, MessageRef::in_list(list.next(), 2));
    assert_eq!(numbers(&mailbox.seen), [2], "it was number 2 of four, and is number 2 of five");
    assert_eq!(numbers(&mailbox.selection.numbers), [1]);
    assert_eq!(numbers(&mailbox.preview.arrived), [4, 5]);
    assert_eq!(mailbox.notice, None, "nothing was started anew");
    assert_eq!(mailbox.preview.told, Some(Told::News { arrived: 2, gone: 1 }));
}

#[test]
fn whoever_is_read_stays_open_when_it_is_gone_and_is_asked_for_by_no_number_of_the_new_list() {
    let mut state = with_rows(4, 4);
    read(&mut state, 1, None);
    let former = state.mailbox.as_ref().unwrap().list;
    say(&mut state, changed(former.next()));
    let reading = state.mailbox.as_ref().unwrap().reading.as_ref().unwrap();
    assert_eq!((reading.position, &reading.current().message), (None, &MessageRef::in_list(former, 3)));
}

#[test]
fn a_check_is_asked_once_and_told_and_by_itself_only_after_a_while_and_in_silence() {
    let mut state = with_rows(4, 4);
    let check = asked(&act(&mut state, PreviewAction::Check));
    assert!(act(&mut state, PreviewAction::Check).is_empty(), "it is under way");
    answer(&mut state, check, Update::Checked { arrived: 0, gone: 0 });
    assert_eq!(preview(&state).told, Some(Told::News { arrived: 0, gone: 0 }));
    act(&mut state, PreviewAction::Heard);

    assert!(act(&mut state, PreviewAction::Return(AWAY - 1)).is_empty());
    let quiet = asked(&act(&mut state, PreviewAction::Return(AWAY)));
    answer(&mut state, quiet, Update::Checked { arrived: 0, gone: 0 });
    assert_eq!(preview(&state).told, None);
    let quiet = asked(&act(&mut state, PreviewAction::Return(AWAY)));
    let later = failure(FailureKind::TryLater { seconds: Some(40) });
    answer(&mut state, quiet, Update::Refused(Box::new(later.clone())));
    assert_eq!((&preview(&state).told, preview(&state).checking), (&None, None));

    let check = asked(&act(&mut state, PreviewAction::Check));
    answer(&mut state, check, Update::Refused(Box::new(later)));
    assert!(matches!(preview(&state).told, Some(Told::Failed(_))), "whoever asked is told");
    let news = asked(&act(&mut state, PreviewAction::Return(AWAY)));
    answer(&mut state, news, Update::Checked { arrived: 2, gone: 0 });
    assert_eq!(preview(&state).told, Some(Told::News { arrived: 2, gone: 0 }));
}

#[test]
fn what_is_chosen_is_marked_after_one_question_and_taken_back_step_by_step() {
    let mut state = with_rows(4, 4);
    delete(&mut state, &[0, 2]);
    assert!(preview(&state).marked.is_empty(), "the engine says what is marked");
    marks(&mut state, &[2, 4], 0);
    assert_eq!((numbers(&preview(&state).marked), state.has_unsent()), (vec![2, 4], true));
    assert!(state.mailbox.as_ref().unwrap().selection.is_empty());
    delete(&mut state, &[1]);
    marks(&mut state, &[2, 3, 4], 0);
    let undo = act(&mut state, PreviewAction::Undo);
    let list = state.mailbox.as_ref().unwrap().list;
    assert_eq!(asks(&undo), [&Request::Mark { list, numbers: vec![3], delete: false }], "the last step");
    marks(&mut state, &[2, 4], 0);
    reduce(&mut state, Action::Choose(Choice::Toggle(0)));
    let undo = act(&mut state, PreviewAction::Undo);
    assert_eq!(asks(&undo), [&Request::Mark { list, numbers: vec![4], delete: false }], "or what is chosen");
    marks(&mut state, &[2], 0);
    let undo = act(&mut state, PreviewAction::Undo);
    assert_eq!(asks(&undo), [&Request::Mark { list, numbers: vec![2], delete: false }], "the rest of the first step");
    marks(&mut state, &[], 0);
    assert!(!state.has_unsent());
    assert!(act(&mut state, PreviewAction::Undo).is_empty());
}

#[test]
fn whoever_says_no_has_marked_nothing_and_what_is_marked_is_not_asked_about_again() {
    let mut state = with_rows(3, 3);
    reduce(&mut state, Action::Choose(Choice::Toggle(0)));
    act(&mut state, PreviewAction::AskDelete);
    assert!(act(&mut state, PreviewAction::Keep).is_empty());
    assert!(act(&mut state, PreviewAction::Delete).is_empty());
    reduce(&mut state, Action::Choose(Choice::Nothing));
    delete(&mut state, &[0]);
    marks(&mut state, &[3], 0);
    reduce(&mut state, Action::Choose(Choice::Toggle(0)));
    act(&mut state, PreviewAction::AskDelete);
    assert_eq!(preview(&state).confirming, None);
}

#[test]
fn marks_follow_their_messages_and_lost_ones_are_told() {
    let mut state = with_rows(4, 4);
    delete(&mut state, &[1, 2]);
    marks(&mut state, &[2, 3], 0);
    let list = state.mailbox.as_ref().unwrap().list;
    say(&mut state, changed(list.next()));
    assert_eq!(numbers(&preview(&state).marked), [2]);
    marks(&mut state, &[2], 1);
    assert_eq!(preview(&state).told, Some(Told::Lost(1)));
}

#[test]
fn an_engine_that_dies_takes_the_marks_with_it_and_that_is_told() {
    let mut state = with_rows(3, 3);
    delete(&mut state, &[1]);
    marks(&mut state, &[2], 0);
    reduce(&mut state, Action::EngineDied(Death::Hung));
    assert_eq!((&preview(&state).told, state.has_unsent()), (&Some(Told::Lost(1)), false));
}

fn deletion(end: DeletionEnd) -> Deletion {
    Deletion { marked: 1, agreed: 1, refused: 0, refusal: String::new(), unsure: 0, end }
}

#[test]
fn closing_waits_for_what_becomes_of_the_marks_and_forgets_everything_else_at_once() {
    let mut state = with_rows(3, 3);
    delete(&mut state, &[1]);
    marks(&mut state, &[2], 0);
    let effects = reduce(&mut state, Action::Close);
    assert_eq!((asks(&effects), effects.len()), (vec![&Request::Close], 1), "the engine is needed yet");
    assert_eq!((&state.phase, &state.mailbox, state.form.user.is_empty()), (&Phase::Closing(1), &None, true));
    assert!(state.has_unsent() && reduce(&mut state, Action::Submit).is_empty());
    let close = asked(&effects);
    answer(&mut state, close, Update::Progress(Stage::Deleting { have: 0, of: 1 }));
    assert_eq!(state.stage, Some(Stage::Deleting { have: 0, of: 1 }));
    answer(&mut state, close, Update::Deleted(Box::new(deletion(DeletionEnd::Confirmed))));
    let effects = answer(&mut state, close, Update::Closed);
    assert_eq!(effects, [Effect::ReplaceEngine, Effect::Focus(Focus::Form)]);
    assert_eq!((&state.phase, state.has_unsent(), state.stage), (&Phase::Form, false, None));
    assert_eq!(restante_locales::deletion(state.deletion.as_ref().unwrap()), "1 message was deleted on the server.");
}

#[test]
fn an_engine_that_dies_while_it_deletes_leaves_it_open_whether_anything_was_deleted() {
    let mut state = with_rows(3, 3);
    delete(&mut state, &[1]);
    marks(&mut state, &[2], 0);
    reduce(&mut state, Action::Close);
    reduce(&mut state, Action::EngineDied(Death::Hung));
    assert_eq!((&state.phase, &state.deletion.as_ref().unwrap().end), (&Phase::Form, &DeletionEnd::Unanswered));
}

#[test]
fn with_nothing_marked_the_mailbox_is_closed_at_once() {
    let mut state = opened(3);
    say(&mut state, Update::Rows(vec![row(0, 3)]));
    let effects = reduce(&mut state, Action::Close);
    assert!(matches!(effects[0], Effect::Call(Call::Ask { request: Request::Close, .. })));
    assert_eq!((&effects[1], &state.phase, &state.deletion), (&Effect::ReplaceEngine, &Phase::Form, &None));
}
