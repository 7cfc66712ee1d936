//! Commands: which there are on a screen, what they mean there, and their keys.

use std::collections::BTreeSet;

use restante_api::letter::{LetterId, Manner};

use super::super::kept::{Deed, Write};
use super::kept::at;
use super::*;

/// Characters that a keyboard types without a second thought.
fn typed() -> impl Iterator<Item = String> {
    ('!'..='~').map(String::from)
}

#[test]
fn each_key_does_one_thing_and_each_command_is_listed_once() {
    let keys = Keys::default();
    let by_key: Vec<Command> = typed().filter_map(|key| keys.command(&key)).collect();
    assert_eq!(by_key.len(), 21);
    let listed: Vec<Command> = Command::all().collect();
    let distinct: BTreeSet<String> = listed.iter().map(|command| format!("{command:?}")).collect();
    assert_eq!(distinct.len(), listed.len());
    assert!(by_key.iter().all(|command| listed.contains(command)));
    assert_eq!(keys.command(""), None, "a command without a key is done by none");
}

#[test]
fn a_command_means_what_its_screen_can_do() {
    let mut at = at(3, 1);
    let commands = Command::of(&at.state);
    assert!(commands.contains(&Command::Do(Deed::Archive)) && commands.contains(&Command::Settings));
    assert!(!commands.contains(&Command::Close) && !commands.contains(&Command::Path));
    reduce(&mut at.state, Action::Command(Command::Write, LetterId(5)));
    assert_eq!(at.kept().composer.as_ref().map(|composer| composer.letter), Some(LetterId(5)));
    // Nothing is read, so that nothing can be drawn larger.
    assert!(!commands.contains(&Command::Larger));
    let form = filled();
    assert!(Command::of(&form).is_empty());
    let mut form = form;
    assert!(reduce(&mut form, Action::Command(Command::Delete, LetterId(1))).is_empty());
    assert_eq!(
        Command::Make(Manner::Reply).action(&at.state, LetterId(6)),
        Some(Action::Keep(KeptAction::Write(Write::From(LetterId(6), Manner::Reply))))
    );
}

#[test]
fn in_a_preview_nothing_is_offered_that_only_kept_mail_knows() {
    let state = State { phase: Phase::Open(account()), ..State::default() };
    let commands = Command::of(&state);
    let kept =
        [Command::Do(Deed::Archive), Command::Do(Deed::Star), Command::Move, Command::Conversation, Command::Settings];
    assert!(kept.iter().all(|command| !commands.contains(command)));
    assert!(
        [Command::Close, Command::Path, Command::Delete, Command::Check]
            .iter()
            .all(|command| commands.contains(command))
    );
    assert_eq!(Command::Delete.action(&state, LetterId(0)), Some(Action::Preview(PreviewAction::AskDelete)));
}

#[test]
fn a_key_that_is_given_away_is_gone_where_it_was_and_what_was_changed_is_remembered() {
    let mut state = State::default();
    let set = |state: &mut State, command, key: &str| reduce(state, Action::SetKey(command, key.into()));
    assert_eq!(set(&mut state, Command::Move, "c"), [Effect::RememberKeys]);
    assert_eq!((state.keys.command("c"), state.keys.key(Command::Write)), (Some(Command::Move), ""));
    set(&mut state, Command::Undo, "");
    for refused in ["Enter", " ", "\t", "ab"] {
        set(&mut state, Command::Read, refused);
        assert_eq!(state.keys.key(Command::Read), "o", "{refused}");
    }
    let remembered = state.keys.remembered();
    let again = Keys::of_remembered(&remembered);
    assert!(Command::all().all(|command| again.key(command) == state.keys.key(command)));
    assert_eq!(state.keys.command("z"), None);
    reduce(&mut state, Action::ResetKeys);
    assert_eq!((state.keys.remembered().as_str(), state.keys.command("c")), ("", Some(Command::Write)));
}

#[test]
fn what_is_remembered_and_is_nothing_changes_nothing() {
    for text in ["", "{", "[]", "{\"Write\": 5}", "{\"Write\": \"Enter\", \"Unknown\": \"w\"}"] {
        assert_eq!(Keys::of_remembered(text).remembered(), "", "{text}");
    }
}
