//! Letters beside a preview: an engine of their own, what is lost with it, and what is asked before the mailbox is closed.

use restante_api::keep::*;
use restante_api::letter::{Draft, LetterId, LetterState, LetterView, Manner, Origin};
use restante_api::oauth::Credential;
use restante_api::{MessageRef, Source};
use restante_link::Death;

use super::super::kept::{Composer, LetterField, Opening, Saved, Sheet, Shelf, Told, Write, WriteStep, Writing};
use super::kept::{account_view, is_change, overview, question};
use super::*;

const LETTER: LetterId = LetterId(7);

fn keep(state: &mut State, action: KeptAction) -> Vec<Effect> {
    reduce(state, Action::Keep(action))
}

fn writes(state: &mut State, write: Write) -> Vec<Effect> {
    keep(state, KeptAction::Write(write))
}

fn writer(state: &mut State, to: CallId, update: Update) -> Vec<Effect> {
    reduce(state, Action::Writer(Reply { to, update }))
}

fn writing(state: &State) -> &Writing {
    state.writing.as_ref().unwrap()
}

fn composer(state: &State) -> &Composer {
    writing(state).kept.composer.as_ref().unwrap()
}

fn is_overview(request: &Request) -> bool {
    *request == Request::Keep(Ask::Overview)
}

fn is_sender(request: &Request) -> bool {
    matches!(request, Request::Keep(Ask::Sender(_)))
}

/// The engine has an account, with these letters.
fn ready(state: &mut State, effects: &[Effect], letters: Vec<LetterView>) -> Vec<Effect> {
    let sender = question(effects, is_sender);
    writer(state, sender, Update::Keep(Answer::Account(AccountId(1))));
    told(state, question(effects, is_overview), letters)
}

fn told(state: &mut State, overview_call: CallId, letters: Vec<LetterView>) -> Vec<Effect> {
    writer(state, overview_call, overview(vec![AccountView { letters, ..account_view(1) }]))
}

fn view(state: LetterState) -> LetterView {
    let (to, subject) = ("bert@example.org".into(), "Boats".into());
    LetterView { id: LETTER, to, subject, snippet: String::new(), changed_at: 1, state, refused: vec![] }
}

#[test]
fn the_first_letter_starts_an_engine_that_sends_and_fetches_nothing() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    assert!(effects.contains(&Effect::StartWriter));
    let Some(Request::Keep(Ask::Sender(open))) = asks(&effects).into_iter().find(|ask| is_sender(ask)) else {
        panic!("{effects:?}")
    };
    assert_eq!((&*open.host, &*open.user), ("pop.example.org", "ana"));
    assert_eq!(open.credential, Credential::password("open sesame"));
    assert_eq!(composer(&state).step, WriteStep::Opening);
    assert_eq!(ready(&mut state, &effects, vec![]), [Effect::Focus(Focus::To)]);
    assert_eq!((composer(&state).step, composer(&state).account), (WriteStep::Writing, AccountId(1)));
    // The next one finds it there.
    let effects = writes(&mut state, Write::New(LetterId(8), Box::default()));
    assert_eq!(effects, [Effect::Focus(Focus::To)]);
    assert!(state.kept.is_none(), "nothing is kept");
    // Where there is nothing to answer, nothing is started for it.
    assert_eq!(writes(&mut opened(0), Write::From(LETTER, Manner::Reply)), []);
}

#[test]
fn an_answer_is_made_from_the_octets_of_what_is_read_whichever_comes_first() {
    for source_first in [true, false] {
        let mut state = with_rows(3, 3);
        let (message, _) = read(&mut state, 1, None);
        let effects = writes(&mut state, Write::From(LETTER, Manner::Reply));
        let asked_for = Request::Source(message.clone());
        let source = question(&effects, |request| *request == asked_for);
        let octets =
            Update::Source(Box::new(Source { message, name: "s.eml".into(), bytes: b"From: b@c\r\n\r\n".to_vec() }));
        let begins = if source_first {
            assert_eq!(answer(&mut state, source, octets), [], "there is no account yet");
            ready(&mut state, &effects, vec![])
        } else {
            assert_eq!(ready(&mut state, &effects, vec![]), [], "there is nothing to answer yet");
            answer(&mut state, source, octets)
        };
        let origin = Origin::Source(AccountId(1), b"From: b@c\r\n\r\n".to_vec());
        assert_eq!(asks(&begins), [&Request::Keep(Ask::Begin(LETTER, Manner::Reply, origin))]);
        assert_eq!(composer(&state).step, WriteStep::Opening);
    }
}

#[test]
fn a_message_that_cannot_be_had_is_told_and_its_letter_is_closed() {
    let mut state = with_rows(3, 3);
    let (message, _) = read(&mut state, 1, None);
    let effects = writes(&mut state, Write::From(LETTER, Manner::Forward));
    let source = question(&effects, |request| matches!(request, Request::Source(_)));
    ready(&mut state, &effects, vec![]);
    let failure = Box::new(failure(FailureKind::ConnectionLost));
    let failed = Update::MessageFailed { message, failure: failure.clone() };
    assert_eq!(answer(&mut state, source, failed), [Effect::Focus(Focus::List)]);
    assert_eq!(writing(&state).kept.composer, None);
    assert!(matches!(&writing(&state).kept.told, Some(Told::Failed(told)) if **told == *failure));
    // Neither does it wait for an engine that is no more, or for a mailbox that has changed.
    writes(&mut state, Write::From(LETTER, Manner::Forward));
    reduce(&mut state, Action::EngineDied(Death::Hung));
    assert_eq!(writing(&state).kept.composer, None);
    writes(&mut state, Write::From(LETTER, Manner::Forward));
    say(&mut state, Update::Opened { list: ListId::default().next(), messages: 9, octets: 9000 });
    assert_eq!(writing(&state).kept.composer, None);
}

#[test]
fn what_was_left_before_it_could_begin_does_not_come_back() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    writes(&mut state, Write::Close);
    assert_eq!(ready(&mut state, &effects, vec![]), []);
    assert_eq!(writing(&state).kept.composer, None);
    read(&mut state, 1, None);
    let source = question(&writes(&mut state, Write::From(LETTER, Manner::Reply)), |_| true);
    writes(&mut state, Write::Close);
    let message = MessageRef::top(2);
    let octets = Update::Source(Box::new(Source { message, name: String::new(), bytes: vec![] }));
    assert_eq!(answer(&mut state, source, octets), []);
}

#[test]
fn closing_asks_where_a_letter_is_not_sent_and_only_there() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    let overview_call = question(&effects, is_overview);
    ready(&mut state, &effects, vec![]);
    assert_eq!(writing(&state).unsent(), 0, "nothing was typed");
    writes(&mut state, Write::Type(LetterField::Text, "Which one?".into()));
    assert!(writing(&state).unsent() == 1 && state.has_unsent());
    assert_eq!(reduce(&mut state, Action::Close), []);
    assert!(writing(&state).closing);
    keep(&mut state, KeptAction::Shut);
    assert!(!writing(&state).closing);
    // The same letter once it is saved, and once it waits.
    let effects = writes(&mut state, Write::SaveDue);
    let saved = question(&effects, is_change);
    writer(&mut state, saved, Update::Keep(Answer::Done(Done::Changed)));
    for letter in [LetterState::Draft { returned: None }, LetterState::Sending, LetterState::InDoubt] {
        told(&mut state, overview_call, vec![view(letter)]);
        assert_eq!(writing(&state).unsent(), 1);
    }
    writes(&mut state, Write::Close);
    reduce(&mut state, Action::Close);
    assert!(writing(&state).closing && state.mailbox.is_some());
    let effects = reduce(&mut state, Action::CloseAnyway);
    assert!(effects.contains(&Effect::ReplaceEngine), "{effects:?}");
    assert!(state.writing.is_none() && state.phase == Phase::Form);
    // Nothing is asked where nothing was written.
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    ready(&mut state, &effects, vec![]);
    reduce(&mut state, Action::Close);
    assert_eq!(state.phase, Phase::Form);
}

#[test]
fn drafts_are_shown_in_the_place_of_the_list_and_gone_on_with() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    ready(&mut state, &effects, vec![view(LetterState::Draft { returned: None })]);
    writes(&mut state, Write::Close);
    writes(&mut state, Write::Show(AccountId(1), Shelf::Drafts));
    assert_eq!(writing(&state).kept.shelf, Some((AccountId(1), Shelf::Drafts)));
    let effects = writes(&mut state, Write::Edit(LETTER));
    assert_eq!(asks(&effects), [&Request::Keep(Ask::Letter(LETTER))]);
    assert_eq!(keep(&mut state, KeptAction::GoBack), [Effect::Focus(Focus::List)]);
    assert_eq!(writing(&state).kept.shelf, None);
}

#[test]
fn how_it_is_sent_can_be_set_and_is_set_again_for_an_engine_that_takes_the_place_of_another() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    ready(&mut state, &effects, vec![]);
    keep(&mut state, KeptAction::Open(Opening::Settings(AccountId(1))));
    assert!(matches!(writing(&state).kept.sheet, Some(Sheet::Settings(_))));
    let save = keep(&mut state, KeptAction::Save);
    writer(&mut state, question(&save, is_change), Update::Keep(Answer::Done(Done::Changed)));
    assert_eq!((&writing(&state).kept.told, &writing(&state).kept.sheet), (&Some(Told::Saved), &None));

    writes(&mut state, Write::Type(LetterField::Text, "Which one?".into()));
    let effects = reduce(&mut state, Action::WriterDied(Death::Hung));
    assert!(effects.contains(&Effect::StartWriter));
    assert_eq!(composer(&state).draft.text, "Which one?", "what was typed is here still");
    assert!(matches!(writing(&state).kept.told, Some(Told::Failed(_))));
    let sender = question(&effects, is_sender);
    let set = writer(&mut state, sender, Update::Keep(Answer::Account(AccountId(1))));
    assert_eq!(asks(&set), [&Request::Keep(Ask::Change(Change::Sending(AccountId(1), account_view(1).sending)))]);
    assert_eq!(told(&mut state, question(&effects, is_overview), vec![]), [Effect::SaveSoon]);
    assert_eq!((composer(&state).step, composer(&state).saved), (WriteStep::Writing, Saved::Partly));
}

#[test]
fn an_engine_that_breaks_again_and_again_is_started_again_by_the_user_alone() {
    let mut state = with_rows(3, 3);
    let effects = writes(&mut state, Write::New(LETTER, Box::default()));
    ready(&mut state, &effects, vec![]);
    writes(&mut state, Write::Type(LetterField::Text, "Which one?".into()));
    for _ in 0..2 {
        let effects = reduce(&mut state, Action::WriterDied(Death::Hung));
        ready(&mut state, &effects, vec![]);
    }
    assert_eq!(reduce(&mut state, Action::WriterDied(Death::Hung)), []);
    assert_eq!(composer(&state).draft.text, "Which one?");
    assert!(
        writes(&mut state, Write::Type(LetterField::Subject, "Boats".into()))
            .iter()
            .all(|effect| *effect == Effect::SaveSoon)
    );
    let effects = writes(&mut state, Write::Send);
    assert!(effects.contains(&Effect::StartWriter), "{effects:?}");
    ready(&mut state, &effects, vec![]);
    assert_eq!(composer(&state).step, WriteStep::Writing);
    // Another letter does not take the place of what was typed.
    reduce(&mut state, Action::WriterDied(Death::Hung));
    let effects = writes(&mut state, Write::New(LetterId(8), Box::default()));
    assert_eq!((composer(&state).letter, &*composer(&state).draft.text), (LETTER, "Which one?"));
    ready(&mut state, &effects, vec![]);
    assert_eq!((composer(&state).letter, composer(&state).step), (LETTER, WriteStep::Writing));
    // One that cannot be loaded is not loaded again and again.
    let mut state = with_rows(3, 3);
    writes(&mut state, Write::New(LETTER, Box::default()));
    assert_eq!(reduce(&mut state, Action::WriterDied(Death::NotLoaded)), []);
    assert_eq!(writing(&state).kept.composer, None);
    assert!(matches!(writing(&state).kept.told, Some(Told::Failed(_))));
    assert!(writes(&mut state, Write::New(LETTER, Box::default())).contains(&Effect::StartWriter));
}

#[test]
fn a_link_that_writes_to_somebody_waits_for_the_mailbox_and_is_followed_in_it() {
    let mut state = filled();
    reduce(&mut state, Action::Link("mailto:bert@example.org".into()));
    reduce(&mut state, Action::Submit);
    let effects = say(&mut state, Update::Opened { list: ListId::default(), messages: 3, octets: 4096 });
    let draft = Box::new(Draft { to: "bert@example.org".into(), ..Draft::default() });
    assert!(effects.contains(&Effect::WriteTo(draft.clone())), "{effects:?}");
    assert!(reduce(&mut state, Action::Link("mailto:bert@example.org".into())).contains(&Effect::WriteTo(draft)));
}
