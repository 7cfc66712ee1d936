//! Keys that come faster than the list is drawn.

use super::*;

fn press(state: &mut State, motion: Motion, purpose: Purpose) -> Vec<Effect> {
    reduce(state, Action::Key(motion, purpose))
}

fn cursor(state: &State) -> u32 {
    state.mailbox.as_ref().unwrap().cursor
}

#[test]
fn each_key_counts_from_where_the_one_before_has_gone() {
    let mut state = with_rows(40, 40);
    press(&mut state, Motion::Down(1), Purpose::Point);
    press(&mut state, Motion::Down(1), Purpose::Point);
    assert_eq!(cursor(&state), 2);
    press(&mut state, Motion::Up(3), Purpose::Point);
    assert_eq!(cursor(&state), 0);
    press(&mut state, Motion::Last, Purpose::Point);
    press(&mut state, Motion::First, Purpose::Point);
    let read = press(&mut state, Motion::Stay, Purpose::Read);
    assert_eq!(asks(&read), [&Request::Read(MessageRef::top(40))], "the first, however fast they come");
    assert_eq!(state.mailbox.as_ref().unwrap().reading.as_ref().unwrap().position, Some(0));
}

#[test]
fn what_keys_choose_is_counted_the_same_way() {
    let mut state = with_rows(9, 9);
    press(&mut state, Motion::Down(2), Purpose::Point);
    press(&mut state, Motion::Stay, Purpose::Toggle);
    press(&mut state, Motion::Down(1), Purpose::Through);
    press(&mut state, Motion::Down(1), Purpose::Through);
    let chosen: Vec<u32> = state.mailbox.as_ref().unwrap().selection.numbers.iter().copied().collect();
    assert_eq!(chosen, [5, 6, 7]);
    press(&mut state, Motion::Last, Purpose::Point);
    assert_eq!(cursor(&state), 8);
    assert!(press(&mut State::default(), Motion::Last, Purpose::Read).is_empty(), "without a list they mean nothing");
}
