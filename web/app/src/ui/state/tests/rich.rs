//! Letters with formatting, with pictures in their text, and by another address of their account.

use restante_api::keep::*;
use restante_api::letter::{Draft, FileId, FileView, Identity, InlinePicture, LetterContent, SubmissionServer};
use restante_api::rich::{Inline, Rich, RichBlock, Run};

use super::super::kept::{Doubt, Knob, Knobs, LetterField, Opening, SendingField, Sheet, Step, Told, Write};
use super::kept::{At, account_view, at, overview, question};
use super::writing::{LETTER, changes, composer, done, types, writes};
use super::*;

fn bold(text: &str) -> Rich {
    let run = Run { text: text.into(), bold: true, ..Run::default() };
    Rich { blocks: vec![RichBlock::Line(vec![Inline::Run(run)])] }
}

/// A page that writes a letter with formatting.
fn formatting(text: &str) -> At {
    let mut at = at(3, 1);
    writes(&mut at, Write::New(LETTER, Box::default()));
    types(&mut at, LetterField::Text, text);
    writes(&mut at, Write::Format(true));
    at
}

fn saved(at: &mut At) -> Draft {
    match &changes(&writes(at, Write::SaveDue))[..] {
        [LetterChange::Save(_, _, draft)] => (**draft).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn formatting_begins_with_what_was_typed_and_is_saved_with_its_words() {
    let mut at = formatting("Boats\n> which?\n");
    assert_eq!(composer(&at).draft.rich, Some(Rich::from_text("Boats\n> which?\n")));
    writes(&mut at, Write::TypeRich(Box::new(bold("Ships"))));
    let draft = saved(&mut at);
    assert_eq!((draft.text.as_str(), draft.rich), ("Ships\n", Some(bold("Ships"))));
    assert!(writes(&mut at, Write::TypeRich(Box::new(bold("Ships")))).is_empty(), "nothing has changed");
    assert!(writes(&mut at, Write::SaveDue).is_empty());
}

#[test]
fn what_the_look_would_be_lost_of_is_asked_first() {
    let mut at = formatting("Boats\n");
    writes(&mut at, Write::Format(false));
    assert_eq!((composer(&at).doubt, &composer(&at).draft.rich), (None, &None));
    writes(&mut at, Write::Format(true));
    writes(&mut at, Write::TypeRich(Box::new(bold("Ships"))));
    assert_eq!(writes(&mut at, Write::Format(false)), [Effect::Focus(Focus::Doubt)]);
    assert_eq!((composer(&at).doubt, composer(&at).draft.rich.is_some()), (Some(Doubt::LosesFormatting), true));
    writes(&mut at, Write::FormatAway);
    let draft = saved(&mut at);
    assert_eq!((draft.text.as_str(), draft.rich, composer(&at).doubt), ("Ships\n", None, None));
}

#[test]
fn a_picture_goes_into_the_text_and_is_no_attachment() {
    let mut at = formatting("The picture is attached.");
    let file = |id, media_type: &str| FileView {
        id: FileId(id),
        name: "a.png".into(),
        media_type: media_type.into(),
        octets: 5_700,
        is_inline: true,
    };
    let effects = writes(&mut at, Write::Read(file(3, "image/png"), vec![1]));
    assert!(
        matches!(&changes(&effects)[..], [LetterChange::Save(..), LetterChange::Attach { file, .. }] if file.is_inline)
    );
    assert_eq!((&composer(&at).inserts[..], composer(&at).attached().count()), (&[FileId(3)][..], 0));
    assert_eq!(composer(&at).octets(), composer(&at).draft.text.len() as u64, "it is not in the text yet");
    let rich = Rich { blocks: vec![RichBlock::Line(vec![Inline::Picture(FileId(3), "a.png".into())])] };
    writes(&mut at, Write::TypeRich(Box::new(rich)));
    assert!(composer(&at).inserts.is_empty() && composer(&at).octets() > 7_800);
    // What no letter can show goes along beside the text.
    writes(&mut at, Write::Read(file(4, "image/tiff"), vec![1]));
    assert_eq!((composer(&at).inserts.len(), composer(&at).attached().count()), (0, 1));
}

#[test]
fn a_draft_that_is_opened_again_has_its_pictures() {
    let mut at = at(3, 1);
    let effects = writes(&mut at, Write::Edit(LETTER));
    let call = question(&effects, |request| *request == Request::Keep(Ask::Letter(LETTER)));
    let file =
        FileView { id: FileId(3), name: "a.png".into(), media_type: "image/png".into(), octets: 1, is_inline: true };
    let pictures = [3, 4].map(|id| InlinePicture { file: FileId(id), octets: vec![7] }).into();
    let content =
        LetterContent { draft: Draft { rich: Some(bold("x")), ..Draft::default() }, files: vec![file], pictures };
    answer(&mut at.state, call, Update::Keep(Answer::Letter(Box::new(content))));
    let pictures = &composer(&at).pictures;
    assert!(
        matches!(&pictures[..], [(FileId(3), picture)] if picture.media_type == "image/png" && picture.bytes == [7])
    );
}

#[test]
fn a_picture_that_cannot_be_kept_is_not_shown_any_more() {
    let mut at = formatting("Boats");
    let name = "a.png".to_owned();
    let file = FileView { id: FileId(3), name, media_type: "image/png".into(), octets: 1, is_inline: true };
    let effects = writes(&mut at, Write::Read(file, vec![1]));
    let picture = Inline::Picture(FileId(3), String::new());
    let rich = Rich { blocks: vec![RichBlock::line("Boats"), RichBlock::Line(vec![picture])] };
    writes(&mut at, Write::TypeRich(Box::new(rich)));
    let attach =
        |request: &Request| matches!(request, Request::Keep(Ask::Change(Change::Letter(LetterChange::Attach { .. }))));
    let call = question(&effects, attach);
    answer(&mut at.state, call, Update::Refused(Box::new(Failure::new(FailureKind::TooLarge, ""))));
    let composer = composer(&at);
    assert!(composer.files.is_empty() && composer.pictures.is_empty() && composer.failure.is_some());
    assert_eq!(composer.draft.rich.as_ref().map(Rich::pictures), Some(vec![]));
}

/// A page whose account has another address.
fn with_identities() -> At {
    let mut at = at(3, 1);
    let mut account = account_view(1);
    account.sending.signature = "Ana".into();
    let (name, address) = ("Ana, at work".into(), "work@example.org".into());
    account.sending.identities = vec![Identity { name, address, signature: "Harbour office".into() }];
    let to = at.overview;
    answer(&mut at.state, to, overview(vec![account]));
    at
}

#[test]
fn whoever_else_writes_signs_the_letter_unless_the_signature_was_changed() {
    let mut at = with_identities();
    writes(&mut at, Write::New(LETTER, Box::default()));
    types(&mut at, LetterField::Text, "Boats\n\n-- \nAna\n");
    let work = || Write::Sender(AccountId(1), "work@example.org".into());
    writes(&mut at, work());
    let draft = saved(&mut at);
    assert_eq!((draft.sender.as_str(), draft.text.as_str()), ("work@example.org", "Boats\n\n-- \nHarbour office\n"));
    writes(&mut at, Write::Sender(AccountId(1), String::new()));
    assert_eq!(composer(&at).draft.text, "Boats\n\n-- \nAna\n");
    writes(&mut at, Write::Format(true));
    writes(&mut at, work());
    assert_eq!(composer(&at).draft.rich, Some(Rich::from_text("Boats\n\n-- \nHarbour office\n")));
    // Formatting above it is no reason to leave it.
    let mut rich = bold("Boats");
    rich.blocks.extend(Rich::from_text("\n-- \nHarbour office\n").blocks);
    writes(&mut at, Write::TypeRich(Box::new(rich)));
    writes(&mut at, Write::Sender(AccountId(1), String::new()));
    assert_eq!(composer(&at).draft.text, "Boats\n\n-- \nAna\n");
    assert!(composer(&at).draft.rich.as_ref().is_some_and(|rich| !rich.is_plain()));
    for signed in ["Boats\n\n-- \nAna B.\n", "Boats\n"] {
        writes(&mut at, Write::TypeRich(Box::new(Rich::from_text(signed))));
        writes(&mut at, work());
        assert_eq!(composer(&at).draft.text, signed);
        writes(&mut at, Write::Sender(AccountId(1), String::new()));
    }
}

#[test]
fn other_addresses_are_added_changed_and_taken_off_in_the_settings() {
    let mut at = with_identities();
    at.keep(KeptAction::Open(Opening::Settings(AccountId(1))));
    let turn = |at: &mut At, knob| at.keep(KeptAction::Turn(knob));
    turn(&mut at, Knob::AddIdentity);
    turn(&mut at, Knob::Identity(1, SendingField::Address, " club@example.org ".into()));
    turn(&mut at, Knob::Identity(1, SendingField::Signature, "Chair".into()));
    turn(&mut at, Knob::AddIdentity);
    turn(&mut at, Knob::RemoveIdentity(0));
    turn(&mut at, Knob::RemoveIdentity(9));
    turn(&mut at, Knob::Identity(9, SendingField::Name, "nobody".into()));
    let Some(Sheet::Settings(draft)) = &at.kept().sheet else { panic!("no settings") };
    let addresses: Vec<_> =
        draft.sending().unwrap().identities.into_iter().map(|one| (one.address, one.signature)).collect();
    assert_eq!(addresses, [("club@example.org".to_owned(), "Chair".to_owned())], "one without an address is none");
}

#[test]
fn another_address_is_a_whole_one_and_stands_there_once() {
    let mut at = with_identities();
    at.keep(KeptAction::Open(Opening::Settings(AccountId(1))));
    at.keep(KeptAction::Turn(Knob::AddIdentity));
    let own = at.kept().accounts()[0].sending.address.clone();
    for refused in ["WORK@example.org", own.as_str(), "club"] {
        at.keep(KeptAction::Turn(Knob::Identity(1, SendingField::Address, refused.into())));
        assert_eq!(at.keep(KeptAction::Save), [Effect::Focus(Focus::Complaint)], "{refused}");
        let Some(Sheet::Settings(draft)) = &at.kept().sheet else { panic!("no settings") };
        assert_eq!(draft.step, Step::Wrong(Knobs::Identity(1)), "{refused}");
    }
    at.keep(KeptAction::Turn(Knob::Identity(1, SendingField::Address, "club@example.org".into())));
    assert!(at.keep(KeptAction::Save).len() > 1);
}

#[test]
fn a_report_is_asked_for_with_the_letter() {
    let mut at = formatting("Boats");
    assert_eq!(writes(&mut at, Write::WantReport(true)), [Effect::SaveSoon]);
    assert!(saved(&mut at).wants_report);
}

#[test]
fn whoever_asks_for_a_report_that_no_server_gives_is_told_so() {
    for (wants, reports, expected) in [
        (true, Some(false), Told::SentUnreported),
        (true, Some(true), Told::Sent),
        (true, None, Told::Sent),
        (false, Some(false), Told::Sent),
    ] {
        let mut at = formatting("Boats");
        types(&mut at, LetterField::To, "bert@example.org");
        types(&mut at, LetterField::Subject, "Boats");
        writes(&mut at, Write::WantReport(wants));
        let call = question(&writes(&mut at, Write::Send), |request| {
            *request == Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(LETTER))))
        });
        done(&mut at, call);
        let submission_server = SubmissionServer { size_limit: None, reports };
        let view = AccountView { submission_server, ..account_view(1) };
        let to = at.overview;
        answer(&mut at.state, to, overview(vec![view]));
        assert_eq!(at.kept().told, Some(expected), "{wants} {reports:?}");
    }
}

#[test]
fn whoever_takes_a_letter_back_and_asks_for_no_report_is_told_of_none() {
    let mut at = formatting("Boats");
    let send = |at: &mut At| {
        let call = question(&writes(at, Write::Send), |request| {
            *request == Request::Keep(Ask::Change(Change::Letter(LetterChange::Send(LETTER))))
        });
        done(at, call);
    };
    types(&mut at, LetterField::To, "bert@example.org");
    types(&mut at, LetterField::Subject, "Boats");
    writes(&mut at, Write::WantReport(true));
    send(&mut at);
    let effects = writes(&mut at, Write::TakeBack);
    let call = question(&effects, |request| {
        *request == Request::Keep(Ask::Change(Change::Letter(LetterChange::Recall(LETTER))))
    });
    let call = question(&done(&mut at, call), |request| *request == Request::Keep(Ask::Letter(LETTER)));
    let content = LetterContent {
        draft: Draft { to: "bert@example.org".into(), subject: "Boats".into(), ..Draft::default() },
        ..LetterContent::default()
    };
    answer(&mut at.state, call, Update::Keep(Answer::Letter(Box::new(content))));
    send(&mut at);
    let submission_server = SubmissionServer { size_limit: None, reports: Some(false) };
    let to = at.overview;
    answer(&mut at.state, to, overview(vec![AccountView { submission_server, ..account_view(1) }]));
    assert_eq!(at.kept().told, Some(Told::Sent));
}

#[test]
fn what_is_passed_on_with_its_formatting_stands_between_its_head_and_the_signature() {
    let mut at = at(3, 1);
    writes(&mut at, Write::New(LETTER, Box::default()));
    let own = composer(&at).draft.text.clone();
    writes(&mut at, Write::Quoted(LETTER, "From: Ana\n\n".into(), Some(Box::new(bold("Ships")))));
    let draft = &composer(&at).draft;
    let mut expected = Rich::from_text("\n\nFrom: Ana\n\n");
    expected.blocks.extend(bold("Ships").blocks);
    expected.blocks.extend(Rich::from_text(&own).blocks);
    assert_eq!((&draft.text, draft.rich.as_ref()), (&expected.to_text(), Some(&expected)));
}
