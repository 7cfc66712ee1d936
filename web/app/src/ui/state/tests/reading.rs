//! Reading: how deep the reader goes, what is asked for on the way, and what is taken back.

use restante_locales::Language;

use super::*;

#[test]
fn reading_goes_one_step_deeper_in_the_history_and_back_returns_to_the_list() {
    let mut state = with_rows(3, 3);
    let effects = reduce(&mut state, Action::Read(1));
    assert_eq!(asks(&effects), [&Request::Read(MessageRef::top(2))]);
    assert!(effects.contains(&Effect::Deepen(1)));
    let effects = reduce(&mut state, Action::Step(1));
    assert_eq!(asks(&effects), [&Request::Read(MessageRef::top(1))]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Deepen(_))), "another message is as deep");
    assert!(reduce(&mut state, Action::Step(1)).is_empty(), "there is no older message");
    assert_eq!(reduce(&mut state, Action::History(0)).last(), Some(&Effect::Focus(Focus::List)));
    assert!(state.opened().is_none());
}

#[test]
fn reading_beside_unknown_rows_asks_for_them() {
    let mut state = with_rows(100, 50);
    assert_eq!(asks(&reduce(&mut state, Action::Read(10))).len(), 1);
    let effects = reduce(&mut state, Action::Read(49));
    assert!(asks(&effects).contains(&&Request::Show { first: 39, count: 20 }));
}

#[test]
fn a_message_inside_a_message_is_opened_and_left_again() {
    let mut state = with_rows(3, 3);
    reduce(&mut state, Action::Read(0));
    let effects = reduce(&mut state, Action::OpenNested(PartId(4)));
    let nested = MessageRef::top(3).nested(PartId(4));
    assert_eq!(asks(&effects), [&Request::Read(nested.clone())]);
    answer(&mut state, asked(&effects), Update::Message(Box::new(view(nested, None))));
    assert!(state.opened().unwrap().view.ready().is_some());
    assert!(reduce(&mut state, Action::Back).contains(&Effect::Rise(1)));
    assert_eq!(state.opened().unwrap().message, MessageRef::top(3));
}

#[test]
fn html_is_shown_only_once_it_is_sanitised_and_without_remote_pictures() {
    let mut state = with_rows(1, 1);
    let (message, effects) = read(&mut state, 0, Some("<p>"));
    assert_eq!(effects, [Effect::Sanitise { message: message.clone(), remote: Remote::Blocked }]);
    assert_eq!(state.opened().unwrap().html, Load::Waiting);
    let html = Ok(SafeHtml { document: "<p>".into(), remote: Remote::Blocked, pictures: 2 });
    reduce(&mut state, Action::Sanitised { message: message.clone(), remote: Remote::Allowed, html: html.clone() });
    assert_eq!(state.opened().unwrap().html, Load::Waiting, "an answer to another question is left out");
    reduce(&mut state, Action::Sanitised { message, remote: Remote::Blocked, html });
    assert_eq!(state.opened().unwrap().html.ready().unwrap().pictures, 2);
}

#[test]
fn a_trusted_senders_pictures_come_by_themselves_until_the_mailbox_is_closed() {
    let mut state = with_rows(2, 2);
    for (position, expected) in [(0, Remote::Blocked), (1, Remote::Allowed)] {
        read(&mut state, position, Some("<p>"));
        assert_eq!(state.opened().unwrap().remote, expected);
        reduce(&mut state, Action::TrustSender);
    }
}

#[test]
fn pictures_can_be_taken_back_and_the_sender_with_them() {
    let mut state = with_rows(2, 2);
    let (message, _) = read(&mut state, 0, Some("<p>"));
    reduce(&mut state, Action::TrustSender);
    let effects = reduce(&mut state, Action::HideRemote);
    assert_eq!(effects, [Effect::Sanitise { message, remote: Remote::Blocked }]);
    read(&mut state, 1, Some("<p>"));
    assert_eq!(state.opened().unwrap().remote, Remote::Blocked);
}

#[test]
fn a_message_counts_as_read_once_it_has_come() {
    let seen = |state: &State| state.mailbox.as_ref().unwrap().seen.contains(&2);
    let mut state = with_rows(2, 2);
    let question = asked(&reduce(&mut state, Action::Read(0)));
    let lost =
        Update::MessageFailed { message: MessageRef::top(2), failure: Box::new(failure(FailureKind::ConnectionLost)) };
    answer(&mut state, question, lost);
    assert!(!seen(&state));
    let question = asked(&reduce(&mut state, Action::Again));
    answer(&mut state, question, Update::Message(Box::new(view(MessageRef::top(2), None))));
    assert!(seen(&state));
}

#[test]
fn a_download_is_asked_for_once_and_saved_when_it_comes() {
    let mut state = with_rows(1, 1);
    let (message, _) = read(&mut state, 0, None);
    let question = asked(&reduce(&mut state, Action::Download(PartId(2))));
    assert!(reduce(&mut state, Action::Download(PartId(2))).is_empty());
    let attachment = Update::Attachment {
        message,
        part: PartId(2),
        name: "plan.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: vec![0, 255],
    };
    let effects = answer(&mut state, question, attachment.clone());
    assert_eq!(effects, [Effect::Save { name: "plan.pdf".into(), bytes: vec![0, 255] }]);
    assert!(answer(&mut state, question, attachment).is_empty(), "nobody waits for it a second time");
}

#[test]
fn saving_the_source_waits_for_it_and_then_keeps_it() {
    let mut state = with_rows(1, 1);
    let (message, _) = read(&mut state, 0, None);
    let effects = reduce(&mut state, Action::SaveSource);
    assert_eq!(asks(&effects), [&Request::Source(message.clone())]);
    let source = Source { message, name: "S.eml".into(), bytes: b"Subject: S\r\n".to_vec() };
    let effects = answer(&mut state, asked(&effects), Update::Source(Box::new(source)));
    assert!(matches!(&effects[..], [Effect::Save { name, .. }] if name == "S.eml"));
    assert!(asks(&reduce(&mut state, Action::Show(Face::Source))).is_empty());
}

#[test]
fn a_message_that_cannot_be_had_costs_that_message_only() {
    let mut state = with_rows(2, 2);
    let question = asked(&reduce(&mut state, Action::Read(0)));
    let failed =
        Update::MessageFailed { message: MessageRef::top(2), failure: Box::new(failure(FailureKind::NoSuchMessage)) };
    answer(&mut state, question, failed);
    assert!(matches!(state.opened().unwrap().view, Load::Failed(_)));
    let again = reduce(&mut state, Action::Again);
    assert_eq!(
        (asks(&again), &state.opened().unwrap().view),
        (vec![&Request::Read(MessageRef::top(2))], &Load::Waiting)
    );
    assert!(reduce(&mut state, Action::Again).is_empty(), "it is asked for already");
    assert_eq!(asks(&reduce(&mut state, Action::Read(1))).len(), 1);
}

#[test]
fn whoever_steps_on_takes_back_what_was_asked_for_before() {
    let mut state = with_rows(20, 20);
    let mut before = asked(&reduce(&mut state, Action::Read(0)));
    for position in 1..10 {
        let effects = reduce(&mut state, Action::Step(1));
        assert_eq!(cancelled(&effects), [before], "{position}");
        before = asked(&effects);
    }
    let late = answer(&mut state, CallId(0), Update::Message(Box::new(view(MessageRef::top(11), None))));
    assert!(late.is_empty() && state.opened().unwrap().view == Load::Waiting, "what was taken back changes nothing");
    assert_eq!(cancelled(&reduce(&mut state, Action::Back)), [before]);
}

#[test]
fn leaving_a_message_takes_back_its_attachments_and_its_source() {
    let mut state = with_rows(2, 2);
    read(&mut state, 0, None);
    let mut waited = vec![
        asked(&reduce(&mut state, Action::SaveSource)),
        asked(&reduce(&mut state, Action::Download(PartId(1)))),
        asked(&reduce(&mut state, Action::OpenNested(PartId(2)))),
    ];
    assert_eq!(cancelled(&reduce(&mut state, Action::Back)), [waited.pop().unwrap()]);
    assert_eq!(cancelled(&reduce(&mut state, Action::Back)), waited);
}

#[test]
fn fetching_a_message_can_be_stopped_and_begun_again() {
    let mut state = with_rows(2, 2);
    let question = asked(&reduce(&mut state, Action::Read(0)));
    answer(&mut state, question, Update::Progress(Stage::Message { octets: 4, of: 9 }));
    assert_eq!(state.opened().unwrap().progress, Some((4, 9)));
    assert_eq!(reduce(&mut state, Action::Stop), [Effect::Call(Call::Cancel { id: question })]);
    assert_eq!((&state.opened().unwrap().view, state.opened().unwrap().progress), (&Load::Stopped, None));
    let again = asked(&reduce(&mut state, Action::Again));
    assert_ne!(again, question);
    answer(&mut state, question, Update::Message(Box::new(view(MessageRef::top(2), None))));
    assert_eq!(state.opened().unwrap().view, Load::Waiting, "the answer to another question");
}

#[test]
fn attached_pictures_come_by_themselves_and_are_saved_only_when_somebody_asks() {
    let mut state = with_rows(1, 1);
    let effects = reduce(&mut state, Action::Read(0));
    let message = MessageRef::top(1);
    let file = |part: u32, media_type: &str, octets: u64| restante_api::Attachment {
        part: PartId(part),
        name: format!("{part}"),
        media_type: media_type.into(),
        octets,
        is_message: false,
    };
    let attachments = vec![
        file(1, "image/png", 9),
        file(2, "image/svg+xml", 9),
        file(3, "application/pdf", 9),
        file(4, "image/jpg", 13 << 20),
        file(5, "image/gif", 0),
    ];
    let whole = MessageView { attachments, ..view(message.clone(), None) };
    let effects = answer(&mut state, asked(&effects), Update::Message(Box::new(whole)));
    let fetch = Request::Fetch { message: message.clone(), part: PartId(1) };
    assert_eq!(asks(&effects), [&fetch], "a drawing is a document, and what is large stays a file");
    let picture = asked(&effects);
    let download = asked(&reduce(&mut state, Action::Download(PartId(1))));
    let bytes = |octet| Update::Attachment {
        message: message.clone(),
        part: PartId(1),
        name: "1.png".into(),
        media_type: "image/png".into(),
        bytes: vec![octet],
    };
    assert_eq!(answer(&mut state, picture, bytes(7)), [], "shown, not saved");
    let shown = state.opened().unwrap().pictures.clone();
    assert_eq!((shown[&PartId(1)].media_type, &shown[&PartId(1)].bytes[..]), ("image/png", &[7][..]));
    assert_eq!(answer(&mut state, download, bytes(8)), [Effect::Save { name: "1.png".into(), bytes: vec![8] }]);
}

#[test]
fn all_attachments_are_asked_for_once_and_saved_as_one_file() {
    let mut state = with_rows(1, 1);
    let (message, _) = read(&mut state, 0, None);
    let effects = reduce(&mut state, Action::DownloadAll);
    assert_eq!(asks(&effects), [&Request::FetchAll(message.clone())]);
    assert_eq!(reduce(&mut state, Action::DownloadAll), [], "it is on its way");
    let archive = Source { message: message.clone(), name: "S.zip".into(), bytes: vec![1] };
    let saved = answer(&mut state, asked(&effects), Update::Archive(Box::new(archive)));
    assert_eq!(saved, [Effect::Save { name: "S.zip".into(), bytes: vec![1] }]);
    let again = asked(&reduce(&mut state, Action::DownloadAll));
    let failure = Box::new(failure(FailureKind::ConnectionLost));
    answer(&mut state, again, Update::MessageFailed { message, failure });
    let opened = state.opened().unwrap();
    assert!(opened.archive_asked.is_none() && opened.fetch_failure.is_some());
}

#[test]
fn another_language_keeps_everything_and_says_anew_what_is_said_within_the_letter() {
    let mut state = with_rows(3, 3);
    assert_eq!(reduce(&mut state, Action::Speak(Language::Spanish)), [Effect::Speak]);
    let (message, _) = read(&mut state, 0, Some("<p>x"));
    let html = SafeHtml { document: "<p>x".into(), remote: Remote::Blocked, pictures: 0 };
    reduce(&mut state, Action::Sanitised { message: message.clone(), remote: Remote::Blocked, html: Ok(html) });
    let before = State { language: Language::English, ..state.clone() };
    let effects = reduce(&mut state, Action::Speak(Language::English));
    assert_eq!(effects, [Effect::Speak, Effect::Sanitise { message, remote: Remote::Blocked }]);
    assert_eq!(state, before);
    reduce(&mut state, Action::Speak(Language::Spanish));
    reduce(&mut state, Action::Close);
    assert_eq!(state.language, Language::Spanish, "closing a mailbox is no choice of a language");
}
