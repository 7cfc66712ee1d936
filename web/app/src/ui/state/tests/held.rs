//! What is asked while a fresh engine opens the mailbox.

use super::*;

/// A mailbox whose engine has died, and what was asked of the fresh one before the mailbox was open again.
fn asked_of_a_fresh_engine(position: u32) -> (State, CallId) {
    let mut state = with_rows(3, 3);
    reduce(&mut state, Action::EngineDied(Death::Hung));
    let effects = reduce(&mut state, Action::Read(position));
    assert!(asks(&effects).is_empty(), "the fresh engine does not know the former one's list: {effects:?}");
    let waiting = state.opened().unwrap().asked.unwrap();
    (state, waiting)
}

#[test]
fn what_is_asked_while_a_fresh_engine_opens_the_mailbox_is_asked_of_its_list() {
    let (mut state, waiting) = asked_of_a_fresh_engine(1);
    let list: ListId = serde_json::from_str("4294967296").unwrap();
    let effects = say(&mut state, Update::Opened { list, messages: 3, octets: 4096 });
    let message = MessageRef::in_list(list, 2);
    assert!(effects.contains(&Effect::Call(Call::Ask { id: waiting, request: Request::Read(message.clone()) })));
    answer(&mut state, waiting, Update::Message(Box::new(view(message.clone(), None))));
    let effects = reduce(&mut state, Action::Show(Face::Source));
    assert!(matches!(&asks(&effects)[..], [Request::Source(of)] if *of == message), "{effects:?}");
}

#[test]
fn what_is_asked_while_a_fresh_engine_opens_the_mailbox_fails_with_it_and_can_be_taken_back() {
    let list: ListId = serde_json::from_str("4294967296").unwrap();
    let (mut state, _) = asked_of_a_fresh_engine(1);
    say(&mut state, Update::Opened { list, messages: 4, octets: 5000 });
    let Load::Failed(failure) = &state.opened().unwrap().view else { panic!("it waits for ever") };
    assert_eq!(failure.kind, FailureKind::Outdated);

    let (mut state, _) = asked_of_a_fresh_engine(1);
    say(&mut state, Update::Failed(Box::new(Failure::new(FailureKind::Unreachable, ""))));
    assert!(matches!(state.opened().unwrap().view, Load::Failed(_)), "it waits for ever");

    let (mut state, first) = asked_of_a_fresh_engine(1);
    assert!(reduce(&mut state, Action::Read(0)).iter().all(|effect| !matches!(effect, Effect::Call(_))));
    let effects = say(&mut state, Update::Opened { list, messages: 3, octets: 4096 });
    assert!(matches!(&asks(&effects)[..], [Request::Read(_)]), "{effects:?}");
    assert_ne!(asked(&effects), first);
}

#[test]
fn html_that_was_with_the_former_sanitiser_is_given_to_the_fresh_one() {
    let mut state = with_rows(3, 3);
    read(&mut state, 1, Some("<p>"));
    reduce(&mut state, Action::EngineDied(Death::Hung));
    let list: ListId = serde_json::from_str("4294967296").unwrap();
    let effects = say(&mut state, Update::Opened { list, messages: 3, octets: 4096 });
    let message = MessageRef::in_list(list, 2);
    assert!(effects.contains(&Effect::Sanitise { message, remote: Remote::Blocked }), "{effects:?}");
}
