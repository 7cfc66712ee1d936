//! Several messages at once.

use super::*;

fn chosen(state: &State) -> Vec<u32> {
    state.mailbox.as_ref().unwrap().selection.numbers.iter().copied().collect()
}

#[test]
fn messages_are_chosen_one_by_one_and_in_ranges_and_let_go() {
    let mut state = with_rows(100, 50);
    for choice in [Choice::Toggle(3), Choice::Toggle(5), Choice::Toggle(3)] {
        reduce(&mut state, Action::Choose(choice));
    }
    assert_eq!(chosen(&state), [95]);
    // From the last one that was touched; rows need not be known in a preview, where numbers are counted down.
    reduce(&mut state, Action::Choose(Choice::Through(5)));
    assert_eq!(chosen(&state), [95, 96, 97]);
    reduce(&mut state, Action::Choose(Choice::Through(1)));
    assert_eq!(chosen(&state), [97, 98, 99]);
    assert!(reduce(&mut state, Action::Choose(Choice::All)).is_empty());
    assert_eq!(chosen(&state).len(), 100);
    reduce(&mut state, Action::Choose(Choice::Nothing));
    assert!(chosen(&state).is_empty());
}

#[test]
fn what_is_done_is_done_with_what_is_chosen_else_with_what_is_read_else_at_the_keyboard() {
    let mut state = with_rows(10, 10);
    let meant = |state: &State| meant(state.mailbox.as_ref().unwrap());
    reduce(&mut state, Action::Cursor(4));
    assert_eq!(meant(&state), [6]);
    reduce(&mut state, Action::Read(2));
    reduce(&mut state, Action::Cursor(4));
    assert_eq!(meant(&state), [8]);
    reduce(&mut state, Action::Choose(Choice::Toggle(9)));
    assert_eq!(meant(&state), [1]);
    reduce(&mut state, Action::Read(0));
    assert_eq!(meant(&state), [10], "opening a message chooses nothing else");
}
