//! Letters that are written: saved as one types, put away, thrown away, sent, taken back.

use restante_api::keep::*;
use restante_api::letter::{
    Beginning, Draft, FileId, FileView, LetterContent, LetterFault, LetterId, LetterState, LetterView, Manner, Origin,
    Quote,
};

use super::super::kept::{Composer, Deed, Doubt, LetterField, Opening, Saved, Shelf, Told, Write, WriteStep};
use super::kept::{At, account_view, at, is_change, overview, question};
use super::*;

pub(super) const LETTER: LetterId = LetterId(7);

pub(super) fn writes(at: &mut At, write: Write) -> Vec<Effect> {
    at.keep(KeptAction::Write(write))
}

pub(super) fn types(at: &mut At, field: LetterField, text: &str) -> Vec<Effect> {
    writes(at, Write::Type(field, text.into()))
}

pub(super) fn composer(at: &At) -> &Composer {
    at.kept().composer.as_ref().unwrap()
}

/// What is asked to be done with letters.
pub(super) fn changes(effects: &[Effect]) -> Vec<LetterChange> {
    let change = |request: &Request| match request {
        Request::Keep(Ask::Change(Change::Letter(change))) => Some(change.clone()),
        _ => None,
    };
    asks(effects).into_iter().filter_map(change).collect()
}

pub(super) fn done(at: &mut At, to: CallId) -> Vec<Effect> {
    answer(&mut at.state, to, Update::Keep(Answer::Done(Done::Changed)))
}

/// A page that writes a letter with these fields.
fn writing(to: &str, subject: &str, text: &str) -> At {
    let mut at = at(3, 1);
    assert_eq!(writes(&mut at, Write::New(LETTER, Box::default())), [Effect::Focus(Focus::To)]);
    for (field, typed) in [(LetterField::To, to), (LetterField::Subject, subject), (LetterField::Text, text)] {
        assert_eq!(types(&mut at, field, typed)[0], Effect::SaveSoon);
    }
    at
}

fn view(state: LetterState) -> LetterView {
    let (to, subject) = ("bert@example.org".into(), "Boats".into());
    LetterView { id: LETTER, to, subject, snippet: String::new(), changed_at: 1, state, refused: vec![] }
}

/// The engine tells of this letter, or of none.
fn told(at: &mut At, letter: Option<LetterState>) {
    let account = AccountView { letters: letter.map(view).into_iter().collect(), ..account_view(1) };
    let to = at.overview;
    answer(&mut at.state, to, overview(vec![account]));
}

#[test]
fn what_is_typed_is_saved_and_said_to_be_once_it_is() {
    let mut at = writing("bert@example.org", "Boats", "Which one?");
    assert!(composer(&at).is_unsaved() && at.state.has_unsent());
    let effects = writes(&mut at, Write::SaveDue);
    let draft =
        Draft { to: "bert@example.org".into(), subject: "Boats".into(), text: "Which one?".into(), ..Draft::default() };
    assert_eq!(changes(&effects), [LetterChange::Save(AccountId(1), LETTER, Box::new(draft))]);
    let call = question(&effects, is_change);
    assert_eq!(composer(&at).saved, Saved::Whole(Some(call)));
    types(&mut at, LetterField::Text, "Which one? Mine");
    done(&mut at, call);
    assert_eq!(composer(&at).saved, Saved::Partly, "what was typed meanwhile is not saved");
    let call = question(&writes(&mut at, Write::SaveDue), is_change);
    done(&mut at, call);
    assert_eq!(composer(&at).saved, Saved::Whole(None));
    assert!(writes(&mut at, Write::SaveDue).is_empty() && !at.state.has_unsent());
}

#[test]
fn a_letter_that_was_put_away_is_in_drafts_and_one_with_nothing_in_it_nowhere() {
    let mut at = writing("", "Boats", "");
    let effects = writes(&mut at, Write::Close);
    assert!(matches!(changes(&effects)[..], [LetterChange::Save(..)]));
    assert!(at.kept().composer.is_none() && at.kept().told == Some(Told::Drafted));
    at.keep(KeptAction::Read);
    writes(&mut at, Write::New(LetterId(8), Box::default()));
    assert!(changes(&writes(&mut at, Write::Close)).is_empty());
    assert_eq!(at.kept().told, None);
}

#[test]
fn a_letter_that_was_thrown_away_goes_only_when_that_cannot_be_taken_back_any_more() {
    let mut at = writing("", "Boats", "");
    let effects = writes(&mut at, Write::Discard);
    assert!(matches!(changes(&effects)[..], [LetterChange::Save(..)]), "what was typed last can be had back");
    assert!(effects.contains(&Effect::DiscardSoon));
    told(&mut at, Some(LetterState::Draft { returned: None }));
    let shelved = |at: &At| at.kept().shelved(&at.kept().accounts()[0], Shelf::Drafts).count();
    assert_eq!((shelved(&at), &at.kept().told), (0, &Some(Told::Discarded)));
    let effects = writes(&mut at, Write::TakeBack);
    assert!(asks(&effects).contains(&&Request::Keep(Ask::Letter(LETTER))));
    assert!(writes(&mut at, Write::DiscardDue).is_empty() && shelved(&at) == 1);
    writes(&mut at, Write::DiscardOf(LETTER));
    assert_eq!(changes(&writes(&mut at, Write::DiscardDue)), [LetterChange::Discard(LETTER)]);
    assert_eq!(at.kept().told, None);
}

#[test]
fn sending_saves_first_and_what_becomes_of_the_letter_is_told() {
    let mut at = writing("bert@example.org", "Boats", "Which one?");
    let effects = writes(&mut at, Write::Send);
    let asked = changes(&effects);
    assert!(matches!(asked[..], [LetterChange::Save(..), LetterChange::Send(LETTER)]), "{asked:?}");
    assert_eq!(composer(&at).step, WriteStep::Sending);
    assert!(writes(&mut at, Write::Send).is_empty(), "once");
    let queued =
        |request: &Request| matches!(request, Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(_)))));
    let call = question(&effects, queued);
    done(&mut at, call);
    assert!(at.kept().composer.is_none() && at.kept().told == Some(Told::Queued(LETTER)));
    told(&mut at, Some(LetterState::Sending));
    assert_eq!(at.kept().told, Some(Told::Queued(LETTER)));
    told(&mut at, None);
    assert_eq!(at.kept().told, Some(Told::Sent));
}

#[test]
fn what_is_in_the_outbox_can_be_taken_back_and_is_opened() {
    let mut at = writing("bert@example.org", "Boats", "Which one?");
    let effects = writes(&mut at, Write::Send);
    let queued =
        |request: &Request| matches!(request, Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(_)))));
    done(&mut at, question(&effects, queued));
    told(&mut at, Some(LetterState::Waiting { due_at: 11, failure: None }));
    let effects = writes(&mut at, Write::TakeBack);
    assert_eq!(changes(&effects), [LetterChange::Recall(LETTER)]);
    let effects = done(&mut at, question(&effects, is_change));
    assert!(asks(&effects).contains(&&Request::Keep(Ask::Letter(LETTER))));
    told(&mut at, None);
    assert_eq!(at.kept().told, None, "it was not sent");
}

#[test]
fn a_letter_that_cannot_be_sent_says_why_and_stays_open() {
    let mut at = writing("at home", "Boats", "Which one?");
    let effects = writes(&mut at, Write::Send);
    let queued =
        |request: &Request| matches!(request, Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(_)))));
    let unfit = Failure::new(FailureKind::UnfitLetter(LetterFault::BadAddress("at home".into())), "");
    let effects = answer(&mut at.state, question(&effects, queued), Update::Refused(Box::new(unfit.clone())));
    assert_eq!(effects, [Effect::Focus(Focus::LetterFailure)]);
    assert_eq!((composer(&at).step, composer(&at).failure.as_deref()), (WriteStep::Writing, Some(&unfit)));
    types(&mut at, LetterField::To, "at@home.example");
    assert_eq!(composer(&at).failure, None);
}

#[test]
fn what_may_be_forgotten_is_asked_for_and_what_is_quoted_asks_for_nothing() {
    let mut at = writing("bert@example.org", "", "I have attached it.");
    assert_eq!(writes(&mut at, Write::Send), [Effect::Focus(Focus::Doubt)]);
    assert_eq!(composer(&at).doubt, Some(Doubt::NoAttachment));
    types(&mut at, LetterField::Text, "Thanks.\n> I have attached it.\n-- \nattached\n");
    writes(&mut at, Write::Send);
    assert_eq!(composer(&at).doubt, Some(Doubt::NoSubject));
    assert_eq!(changes(&writes(&mut at, Write::SendAnyway)).len(), 2);
}

#[test]
fn a_file_is_added_to_a_draft_that_is_there_and_nothing_is_sent_before_it_is() {
    let mut at = at(3, 1);
    writes(&mut at, Write::New(LETTER, Box::default()));
    let file =
        FileView { id: FileId(3), name: "a.txt".into(), media_type: "text/plain".into(), octets: 1, is_inline: false };
    let effects = writes(&mut at, Write::Read(file.clone(), vec![1]));
    let asked = changes(&effects);
    assert!(matches!(&asked[..], [LetterChange::Save(..), LetterChange::Attach { letter: LETTER, .. }]), "{asked:?}");
    types(&mut at, LetterField::Subject, "Boats");
    assert!(writes(&mut at, Write::Send).is_empty() && at.state.has_unsent());
    let attach =
        |request: &Request| matches!(request, Request::Keep(Ask::Change(Change::Letter(LetterChange::Attach { .. }))));
    done(&mut at, question(&effects, attach));
    assert_eq!(composer(&at).files, [file]);
    assert_eq!(changes(&writes(&mut at, Write::Send)).len(), 2);
}

#[test]
fn an_answer_begins_with_what_it_quotes_above_the_signature() {
    let mut at = at(3, 1);
    let mut signed = account_view(1);
    signed.sending.signature = "Ana".into();
    let to = at.overview;
    answer(&mut at.state, to, overview(vec![signed]));
    reduce(&mut at.state, Action::Cursor(1));
    reduce(&mut at.state, Action::Read(1));
    let effects = writes(&mut at, Write::From(LETTER, Manner::Reply));
    let begin = Ask::Begin(LETTER, Manner::Reply, Origin::Kept(KeptId(1001)));
    let call = question(&effects, |request| *request == Request::Keep(begin.clone()));
    let draft = Draft { to: "bert@example.org".into(), ..Draft::default() };
    let quote =
        Quote { from: vec![], to: vec![], subject: String::new(), date: None, text: "Which?\n".into(), rich: None };
    let letter = LetterContent { draft, ..LetterContent::default() };
    let beginning = Box::new(Beginning { letter, quote: Some(quote.clone()) });
    let begun = Update::Keep(Answer::Begun(AccountId(1), beginning));
    let effects = answer(&mut at.state, call, begun);
    assert_eq!(effects, [Effect::Quote(LETTER, Manner::Reply, Box::new(quote))]);
    assert_eq!(
        writes(&mut at, Write::Quoted(LETTER, "Bert wrote:\n> Which?\n".into(), None)),
        [Effect::Focus(Focus::Text)]
    );
    assert_eq!(composer(&at).draft.text, "\n\nBert wrote:\n> Which?\n\n\n-- \nAna\n");
    assert_eq!((composer(&at).saved, composer(&at).step), (Saved::Never, WriteStep::Writing));
}

#[test]
fn an_engine_that_dies_loses_no_letter() {
    let mut at = writing("bert@example.org", "Boats", "Which one?");
    writes(&mut at, Write::Send);
    let effects = reduce(&mut at.state, Action::EngineDied(Death::Hung));
    assert!(effects.contains(&Effect::ReplaceEngine) && effects.contains(&Effect::SaveSoon));
    assert_eq!((composer(&at).step, composer(&at).saved), (WriteStep::Writing, Saved::Partly));
    assert_eq!(composer(&at).draft.text, "Which one?");
}

#[test]
fn who_may_be_meant_is_offered_for_what_is_typed_last_and_taken_in_its_place() {
    let mut at = writing("Ana <ana@example.org>, ber", "", "");
    let ask = |typed: &str| Request::Keep(Ask::Correspondents(typed.into()));
    let early = types(&mut at, LetterField::To, "Ana <ana@example.org>, bert");
    let late = types(&mut at, LetterField::Cc, "cleo");
    let (early, late) =
        (question(&early, |asked| *asked == ask("bert")), question(&late, |asked| *asked == ask("cleo")));
    let cleo = Address { name: "Cleo, of the harbour".into(), address: "cleo@example.org".into() };
    for (to, found) in
        [(late, cleo.clone()), (early, Address { name: "Bert".into(), address: "bert@example.org".into() })]
    {
        answer(&mut at.state, to, Update::Keep(Answer::Correspondents(vec![found])));
    }
    let offers = composer(&at).offers.clone().unwrap();
    assert_eq!((offers.field, &offers.found[..]), (LetterField::Cc, &[cleo.clone()][..]), "what was typed last counts");
    let effects = writes(&mut at, Write::Complete(LetterField::Cc, Box::new(cleo)));
    assert!(
        effects.contains(&Effect::Focus(Focus::Recipients(LetterField::Cc))) && effects.contains(&Effect::SaveSoon)
    );
    assert_eq!(composer(&at).draft.cc, "\"Cleo, of the harbour\" <cleo@example.org>, ");
    assert_eq!((&composer(&at).offers, &*composer(&at).draft.to), (&None, "Ana <ana@example.org>, bert"));
    assert!(
        asks(&types(&mut at, LetterField::Cc, "\"Cleo\" <cleo@example.org>, b")).is_empty(),
        "one letter means anybody"
    );
    // Whoever is there already is not offered again.
    let address = |name: &str| Address { name: name.into(), address: format!("{name}@example.org") };
    let effects = types(&mut at, LetterField::To, "Ana <ANA@example.org>; bo@example.org, cleo@example.org");
    let call = question(&effects, |asked| *asked == ask("cleo@example.org"));
    let found = ["ana", "bo", "cleo", "leo"].map(address).to_vec();
    answer(&mut at.state, call, Update::Keep(Answer::Correspondents(found)));
    assert_eq!(composer(&at).offers.as_ref().unwrap().found, [address("leo")]);
}

#[test]
fn a_letter_that_a_link_asks_for_waits_until_mail_is_shown() {
    let link = "mailto%3Aana%40example.org%3Fsubject%3DBoats";
    let is_asked_for = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::WriteTo(draft) if draft.to == "ana@example.org" && draft.subject == "Boats"))
    };
    let mut at = at(3, 1);
    assert!(is_asked_for(&reduce(&mut at.state, Action::Link(link.into()))));
    // One that was clicked comes as it was written.
    let effects = reduce(&mut at.state, Action::Link("mailto:ana@example.org?subject=50%25%20%26%20more".into()));
    assert!(
        matches!(&effects[..], [Effect::ClearLink, Effect::WriteTo(draft)] if draft.subject == "50% & more"),
        "{effects:?}"
    );
    let mut state = State::default();
    assert_eq!(reduce(&mut state, Action::Link(link.into())), [Effect::ClearLink]);
    let effects = reduce(&mut state, Action::Found);
    let to = question(&effects, |request| *request == Request::Keep(Ask::Overview));
    assert!(is_asked_for(&answer(&mut state, to, overview(vec![account_view(1)]))));
    assert_eq!(state.asked_for, None);
}

#[test]
fn while_drafts_are_shown_nothing_is_done_with_the_messages_behind_them() {
    let mut at = at(3, 1);
    reduce(&mut at.state, Action::Cursor(1));
    writes(&mut at, Write::Show(AccountId(1), Shelf::Drafts));
    for action in [
        KeptAction::Do(Deed::Delete),
        KeptAction::Do(Deed::Archive),
        KeptAction::Open(Opening::Move),
        KeptAction::Conversation,
        KeptAction::Write(Write::From(LETTER, Manner::Reply)),
    ] {
        assert!(at.keep(action).is_empty() && at.kept().sheet.is_none() && at.kept().composer.is_none());
    }
    at.keep(KeptAction::Go(Within::Role(Role::Inbox)));
    assert_eq!(at.keep(KeptAction::Do(Deed::Star)).len(), 1);
}

#[test]
fn what_becomes_of_a_letter_is_told_once_however_often_it_is_tried() {
    let mut at = writing("bert@example.org", "Boats", "Which one?");
    let call = question(&writes(&mut at, Write::Send), |request| {
        *request == Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(LETTER))))
    });
    done(&mut at, call);
    let waits = |kind| LetterState::Waiting { due_at: 9, failure: Some(Box::new(failure(kind))) };
    let heard = |at: &mut At| {
        let told = at.kept().told.clone();
        at.keep(KeptAction::Read);
        told
    };
    told(&mut at, Some(waits(FailureKind::BridgeBusy)));
    assert!(matches!(heard(&mut at), Some(Told::PutOff(_))));
    // By itself it is tried quietly.
    for state in [LetterState::Sending, waits(FailureKind::BridgeBusy)] {
        told(&mut at, Some(state));
        assert_eq!(heard(&mut at), None);
    }
    // Whoever sends it now hears how that went, and not how it stood before.
    writes(&mut at, Write::SendNow(LETTER));
    for state in [waits(FailureKind::BridgeBusy), LetterState::Sending] {
        told(&mut at, Some(state));
        assert_eq!(heard(&mut at), None);
    }
    told(&mut at, Some(waits(FailureKind::BridgeBusy)));
    assert!(matches!(heard(&mut at), Some(Told::PutOff(_))));
    told(&mut at, None);
    assert_eq!(heard(&mut at), Some(Told::Sent));
    told(&mut at, None);
    assert_eq!(heard(&mut at), None);
}
