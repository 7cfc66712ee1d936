//! Messages that are wanted before their rows have come.

use super::*;

fn reads(effects: &[Effect]) -> Vec<u32> {
    let number = |request: &&Request| if let Request::Read(message) = request { Some(message.number) } else { None };
    asks(effects).iter().filter_map(number).collect()
}

fn rows(state: &mut State, positions: std::ops::Range<u32>) -> Vec<Effect> {
    let of = state.mailbox.as_ref().unwrap().len();
    say(state, Update::Rows(positions.map(|position| row(position, of)).collect()))
}

#[test]
fn a_message_is_read_as_soon_as_its_row_has_come() {
    let mut state = with_rows(1000, 50);
    reduce(&mut state, Action::Cursor(999));
    let effects = reduce(&mut state, Action::Read(999));
    assert!(
        matches!(asks(&effects)[..], [Request::Show { first: 989, count: 20 }]),
        "its row is asked for: {effects:?}"
    );
    assert!(reduce(&mut state, Action::Read(999)).is_empty(), "once");
    // The list comes to stand there, and other rows come first.
    reduce(&mut state, Action::InSight { first: 992, count: 8 });
    reduce(&mut state, Action::ShowDue);
    assert!(reads(&rows(&mut state, 50..100)).is_empty() && state.opened().is_none());
    let effects = rows(&mut state, 992..1000);
    assert_eq!(reads(&effects), [1]);
    assert!(effects.contains(&Effect::Deepen(1)) && effects.contains(&Effect::Focus(Focus::Message)));
    assert!(reads(&rows(&mut state, 989..1000)).is_empty(), "it is opened once");
}

#[test]
fn stepping_on_to_a_row_that_has_not_come_reads_it_when_it_comes() {
    let mut state = with_rows(1000, 50);
    read(&mut state, 49, None);
    reduce(&mut state, Action::Step(1));
    assert_eq!(state.opened().unwrap().message.number, 951, "what is read stays until then");
    assert_eq!(reads(&rows(&mut state, 50..60)), [950]);
}

#[test]
fn whatever_else_is_wanted_meanwhile_is_wanted_instead() {
    let else_wanted = [
        Action::Cursor(998),
        Action::Read(3),
        Action::Step(1),
        Action::Back,
        Action::History(0),
        Action::ShowAbout(true),
        Action::ShowPath(true),
    ];
    for action in else_wanted {
        let mut state = with_rows(1000, 50);
        reduce(&mut state, Action::Read(999));
        reduce(&mut state, action.clone());
        assert!(reads(&rows(&mut state, 990..1000)).is_empty(), "{action:?}");
    }
}

#[test]
fn a_row_that_is_waited_for_is_not_looked_for_in_another_list_or_after_the_session() {
    let mut state = with_rows(1000, 50);
    reduce(&mut state, Action::Read(999));
    let list: ListId = serde_json::from_str("1").unwrap();
    say(&mut state, Update::Opened { list, messages: 1001, octets: 5000 });
    let others = (0..1001).map(|position| {
        let mut row = row(position, 1001);
        row.message.list = list;
        row
    });
    assert!(reads(&say(&mut state, Update::Rows(others.collect()))).is_empty());

    let mut state = with_rows(1000, 50);
    reduce(&mut state, Action::Read(999));
    let effects = say(&mut state, Update::Opened { list: ListId::default(), messages: 1000, octets: 4096 });
    assert!(
        matches!(asks(&effects)[..], [Request::Show { first: 989, .. }]),
        "asked again in the next session: {effects:?}"
    );
    say(&mut state, Update::Failed(Box::new(failure(FailureKind::ConnectionLost))));
    assert!(reads(&rows(&mut state, 990..1000)).is_empty());
    assert!(reduce(&mut state, Action::Read(1000)).is_empty(), "there is no such row");
}
