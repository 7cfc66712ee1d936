//! What the reducer makes of actions.

use restante_api::{
    Address, Blame, Call, CallId, CertificateFault, CertificateView, FIRST_ROWS, Failure, FailureKind, Fingerprint,
    ListId, MessageView, Reply, Request, Row, Security, Source, Text, Update,
};
use restante_protocol::tunnel::Secret;

use super::*;

mod held;
mod kept;
mod keys;
mod later;
mod newer;
mod selection;

fn filled() -> State {
    let mut state = State::default();
    for field in
        [Field::Host("pop.example.org".into()), Field::User("ana".into()), Field::Password(Secret::new("open sesame"))]
    {
        reduce(&mut state, Action::Edit(field));
    }
    state
}

pub(super) fn account() -> Account {
    Account {
        user: "ana".into(),
        host: "pop.example.org".into(),
        port: 995,
        security: Security::Tls,
        tls_end: restante_api::TlsEnd::Browser,
        bridge: None,
    }
}

pub(super) fn opened(messages: u32) -> State {
    let mut state = filled();
    reduce(&mut state, Action::Submit);
    say(&mut state, Update::Opened { list: ListId::default(), messages, octets: 4096 });
    state
}

/// The engine says something of the session.
pub(super) fn say(state: &mut State, update: Update) -> Vec<Effect> {
    let to = state.session;
    reduce(state, Action::Engine(Reply { to, update }))
}

/// The engine answers a question.
pub(super) fn answer(state: &mut State, to: CallId, update: Update) -> Vec<Effect> {
    reduce(state, Action::Engine(Reply { to, update }))
}

/// The last question among these effects.
pub(super) fn asked(effects: &[Effect]) -> CallId {
    let asked = effects.iter().rev().find_map(|effect| match effect {
        Effect::Call(Call::Ask { id, .. }) => Some(*id),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("nothing is asked: {effects:?}"))
}

/// The questions that are taken back.
fn cancelled(effects: &[Effect]) -> Vec<CallId> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Call(Call::Cancel { id }) = effect { Some(*id) } else { None })
        .collect()
}

/// Begins to read the message at this position, and has the engine answer with it.
pub(super) fn read(state: &mut State, position: u32, html: Option<&str>) -> (MessageRef, Vec<Effect>) {
    let effects = reduce(state, Action::Read(position));
    let message = state.opened().unwrap().message.clone();
    let question = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Call(Call::Ask { id, request: Request::Read(_) }) => Some(*id),
            _ => None,
        })
        .unwrap();
    let effects = answer(state, question, Update::Message(Box::new(view(message.clone(), html))));
    (message, effects)
}

pub(super) fn row(position: u32, of: u32) -> Row {
    Row { subject: format!("Subject {position}"), ..Row::new(position, MessageRef::top(of - position)) }
}

pub(super) fn with_rows(messages: u32, rows: u32) -> State {
    let mut state = opened(messages);
    say(&mut state, Update::Rows((0..rows).map(|at| row(at, messages)).collect()));
    state
}

fn view(message: MessageRef, html: Option<&str>) -> MessageView {
    MessageView {
        message,
        subject: "S".into(),
        from: vec![Address { name: String::new(), address: "letter@northwind.example".into() }],
        to: vec![],
        cc: vec![],
        reply_to: vec![],
        date: None,
        octets: 9,
        text: Text::default(),
        html: html.map(Into::into),
        inline_images: vec![],
        attachments: vec![],
        faults: vec![],
    }
}

pub(super) fn failure(kind: FailureKind) -> Failure {
    Failure { kind, blame: Blame::Server, detail: String::new() }
}

fn certificate() -> FailureKind {
    let certificate = Box::new(CertificateView {
        subject: "CN=pop".into(),
        names: vec!["pop.example.org".into()],
        issuer: "CN=pop".into(),
        not_before: 0,
        not_after: 1,
        fingerprint: Fingerprint([9; 32]),
    });
    FailureKind::Certificate { certificate, fault: CertificateFault::UnknownIssuer }
}

pub(super) fn asks(effects: &[Effect]) -> Vec<&Request> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Call(Call::Ask { request, .. }) = effect { Some(request) } else { None })
        .collect()
}

#[test]
fn an_incomplete_form_asks_nothing_and_points_at_the_gap() {
    let mut state = State::default();
    let effects = reduce(&mut state, Action::Submit);
    assert_eq!(effects, [Effect::Focus(Focus::Complaint)]);
    assert_eq!((state.complaint, &state.phase), (Some(Complaint::Host), &Phase::Form));
}

#[test]
fn submitting_twice_opens_once() {
    let mut state = filled();
    assert_eq!(asks(&reduce(&mut state, Action::Submit)).len(), 1);
    assert!(reduce(&mut state, Action::Submit).is_empty());
}

#[test]
fn the_list_takes_its_length_before_any_row_is_known() {
    let state = opened(10_312);
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!((mailbox.len(), mailbox.row(0), &state.phase), (10_312, None, &Phase::Open(account())));
}

#[test]
fn only_rows_that_are_missing_are_asked_for_and_only_once() {
    let mut state = with_rows(1000, 50);
    // Once in any case: it tells the engine that there is something to see.
    assert_eq!(reduce(&mut state, Action::InSight { first: 0, count: 30 }), [Effect::ShowSoon]);
    assert_eq!(asks(&reduce(&mut state, Action::ShowDue)), [&Request::Show { first: 0, count: 30 }]);
    assert!(reduce(&mut state, Action::InSight { first: 10, count: 30 }).is_empty());
    assert_eq!(reduce(&mut state, Action::InSight { first: 40, count: 30 }), [Effect::ShowSoon]);
    assert_eq!(asks(&reduce(&mut state, Action::ShowDue)), [&Request::Show { first: 40, count: 30 }]);
    assert!(reduce(&mut state, Action::ShowDue).is_empty());
    assert!(reduce(&mut state, Action::InSight { first: 40, count: 30 }).is_empty());
}

#[test]
fn rows_beyond_the_list_are_left_out() {
    let mut state = opened(2);
    say(&mut state, Update::Rows(vec![row(1, 2), Row { position: 7, ..row(1, 2) }]));
    assert_eq!(state.mailbox.unwrap().rows.iter().flatten().count(), 1);
}

#[test]
fn a_wrong_password_leads_back_to_the_filled_in_form() {
    let mut state = filled();
    reduce(&mut state, Action::Submit);
    say(&mut state, Update::Failed(Box::new(failure(FailureKind::WrongPassword))));
    assert_eq!((&state.phase, state.form.user.as_str()), (&Phase::Form, "ana"));
    assert_eq!(state.failure.unwrap().kind, FailureKind::WrongPassword);
}

#[test]
fn trusting_a_certificate_opens_again_with_exactly_its_fingerprint() {
    let mut state = filled();
    assert!(reduce(&mut state, Action::Trust).is_empty(), "there is no certificate to trust yet");
    reduce(&mut state, Action::Submit);
    say(&mut state, Update::Failed(Box::new(failure(certificate()))));
    let effects = reduce(&mut state, Action::Trust);
    let [Request::Open(open)] = asks(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(open.trusted, Some(Fingerprint([9; 32])));
}

#[test]
fn cancelling_ends_the_attempt_and_keeps_what_was_typed() {
    let mut state = filled();
    reduce(&mut state, Action::Submit);
    let effects = reduce(&mut state, Action::Cancel);
    assert!(effects.contains(&Effect::ReplaceEngine));
    assert_eq!((&state.phase, state.form.password.expose()), (&Phase::Form, "open sesame"));
    say(&mut state, Update::Opened { list: ListId::default(), messages: 3, octets: 0 });
    assert_eq!(state.phase, Phase::Form, "an answer that comes late changes nothing");
}

#[test]
fn closing_forgets_everything_but_the_hosts_settings() {
    let mut state = with_rows(3, 3);
    state.site.token_required = true;
    reduce(&mut state, Action::Read(1));
    let effects = reduce(&mut state, Action::Close);
    assert_eq!(state, State { site: state.site.clone(), calls: state.calls.clone(), ..State::default() });
    assert!(state.site.token_required);
    assert_eq!((asks(&effects), &effects[1]), (vec![&Request::Close], &Effect::ReplaceEngine));
    assert!(effects.contains(&Effect::Rise(1)));
}

#[test]
fn a_lost_session_leaves_the_mail_readable_and_can_be_opened_again() {
    let mut state = with_rows(3, 3);
    say(&mut state, Update::Failed(Box::new(failure(FailureKind::ConnectionLost))));
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!((&state.phase, mailbox.rows.iter().flatten().count()), (&Phase::Open(account()), 3));
    assert!(mailbox.failure.is_some());
    assert!(matches!(asks(&reduce(&mut state, Action::Reopen))[..], [Request::Open(_)]));
}

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
    let html = Ok(SafeHtml { document: "<p>".into(), blocked: 2 });
    reduce(&mut state, Action::Sanitised { message: message.clone(), remote: Remote::Allowed, html: html.clone() });
    assert_eq!(state.opened().unwrap().html, Load::Waiting, "an answer to another question is left out");
    reduce(&mut state, Action::Sanitised { message, remote: Remote::Blocked, html });
    assert_eq!(state.opened().unwrap().html.ready().unwrap().blocked, 2);
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
fn opening_again_keeps_the_list_until_the_new_session_is_up_and_then_what_has_not_changed() {
    let mut state = with_rows(3, 3);
    say(&mut state, Update::Failed(Box::new(failure(FailureKind::ConnectionLost))));
    reduce(&mut state, Action::Reopen);
    say(&mut state, Update::Failed(Box::new(failure(FailureKind::InUse))));
    assert_eq!((state.mailbox.as_ref().unwrap().known, &state.phase), (3, &Phase::Open(account())));
    reduce(&mut state, Action::Reopen);
    say(&mut state, Update::Opened { list: ListId::default(), messages: 3, octets: 4096 });
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!((mailbox.known, mailbox.notice, &mailbox.failure), (3, None, &None));
}

#[test]
fn another_list_starts_anew_says_so_and_knows_no_row_of_the_former() {
    let mut state = with_rows(3, 3);
    let (message, _) = read(&mut state, 1, None);
    let other: ListId = serde_json::from_str("1").unwrap();
    say(&mut state, Update::Opened { list: other, messages: 4, octets: 5000 });
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!((mailbox.len(), mailbox.known, mailbox.notice), (4, 0, Some(Notice::Changed { before: 3, now: 4 })));
    assert_eq!(state.opened().unwrap().message, message, "what is being read stays");
    assert!(reduce(&mut state, Action::Step(1)).is_empty(), "but has no place in the list");
    say(&mut state, Update::Rows(vec![row(0, 4)]));
    assert_eq!(state.mailbox.as_ref().unwrap().known, 0, "a row of the former list");
    let mut fresh = row(0, 4);
    fresh.message = serde_json::from_str(r#"{"list":1,"number":4,"path":[]}"#).unwrap();
    say(&mut state, Update::Rows(vec![fresh]));
    assert_eq!(state.mailbox.as_ref().unwrap().known, 1);
    reduce(&mut state, Action::Dismiss);
    assert_eq!(state.mailbox.as_ref().unwrap().notice, None);
}

#[test]
fn an_engine_that_dies_costs_the_message_it_died_of_and_the_mailbox_goes_on() {
    let mut state = with_rows(3, 3);
    for death in [Death::Trapped("unreachable".into()), Death::Hung] {
        reduce(&mut state, Action::Read(1));
        let effects = reduce(&mut state, Action::EngineDied(death));
        assert!(matches!(&asks(&effects)[..], [Request::Open(_)]), "{effects:?}");
        assert_eq!(effects[0], Effect::ReplaceEngine);
        assert!(matches!(state.opened().unwrap().view, Load::Failed(_)));
        assert_eq!(state.mailbox.as_ref().unwrap().notice, Some(Notice::Restarted));
        reduce(&mut state, Action::Back);
    }
    let effects = reduce(&mut state, Action::EngineDied(Death::Hung));
    assert!(asks(&effects).is_empty(), "not for ever");
    assert!(state.mailbox.as_ref().unwrap().failure.is_some());
    assert!(matches!(&reduce(&mut state, Action::Reopen)[..], [Effect::ReplaceEngine, Effect::Call(_)]));
}

#[test]
fn an_engine_that_cannot_be_loaded_is_told_when_a_mailbox_is_opened() {
    let mut state = filled();
    assert!(reduce(&mut state, Action::EngineDied(Death::NotLoaded)).is_empty(), "nothing was asked of it yet");
    assert_eq!(reduce(&mut state, Action::Submit)[0], Effect::ReplaceEngine);
    reduce(&mut state, Action::EngineDied(Death::NotLoaded));
    assert_eq!((&state.phase, state.failure.as_ref().unwrap().kind.clone()), (&Phase::Form, FailureKind::Internal));
}

#[test]
fn a_preset_fills_in_an_untouched_form_only_and_again_on_demand() {
    let site = Site::parse(r#"{"preset":{"host":"127.0.0.1","port":9950,"user":"demo","password":"demo"}}"#).unwrap();
    let mut state = State::default();
    reduce(&mut state, Action::Site(site.clone()));
    assert_eq!((state.form.port.as_str(), state.form.security), ("9950", Security::Tls));
    reduce(&mut state, Action::Close);
    assert!(state.form.is_untouched());
    reduce(&mut state, Action::UsePreset);
    assert_eq!(state.form.user, "demo");
    let mut typed = filled();
    reduce(&mut typed, Action::Site(site));
    assert_eq!(typed.form.host, "pop.example.org");
}

#[test]
fn a_link_with_a_password_is_taken_out_of_the_address_bar() {
    let mut state = State::default();
    let effects = reduce(&mut state, Action::Link("pops://ana:pw@pop.example.org".into()));
    assert_eq!(effects, [Effect::ClearLink]);
    assert!(state.form.is_untouched() && matches!(state.complaint, Some(Complaint::Link(_))));
}

#[test]
fn only_a_refused_password_takes_the_keyboard_back_to_the_password() {
    for (kind, focus) in [
        (FailureKind::WrongPassword, Focus::Password),
        (FailureKind::InUse, Focus::Failure),
        (FailureKind::TryLater { seconds: Some(120) }, Focus::Failure),
        (FailureKind::Refused, Focus::Failure),
    ] {
        let mut state = filled();
        reduce(&mut state, Action::Submit);
        let effects = say(&mut state, Update::Failed(Box::new(failure(kind.clone()))));
        assert_eq!(effects, [Effect::Focus(focus)], "{kind:?}");
        assert_eq!(state.form.password, Secret::new("open sesame"), "what was typed stays");
    }
}

#[test]
fn rows_in_sight_are_not_asked_for_while_the_first_ones_are_on_their_way() {
    let mut state = opened(200);
    assert_eq!(reduce(&mut state, Action::InSight { first: 0, count: 70 }), []);
    assert_eq!(reduce(&mut state, Action::ShowDue), []);
    let some = (0..9).map(|at| row(at, 200)).collect();
    assert_eq!(say(&mut state, Update::Rows(some)), []);
    let all = (0..FIRST_ROWS).map(|at| row(at, 200)).collect();
    assert_eq!(say(&mut state, Update::Rows(all)), [Effect::ShowSoon], "some in sight are missing");
    let asked = reduce(&mut state, Action::ShowDue);
    assert_eq!(asks(&asked), [&Request::Show { first: 0, count: 70 }]);
    // Elsewhere in the list nothing is on its way.
    let mut state = opened(200);
    assert_eq!(reduce(&mut state, Action::InSight { first: 120, count: 30 }), [Effect::ShowSoon]);
}

#[test]
fn an_opened_mailbox_is_not_said_to_be_signing_in() {
    let mut state = filled();
    reduce(&mut state, Action::Submit);
    say(&mut state, Update::Progress(Stage::SigningIn));
    say(&mut state, Update::Opened { list: ListId::default(), messages: 3, octets: 9 });
    assert_eq!(crate::ui::words::working(state.stage), None);
}

#[test]
fn about_this_page_is_compared_when_it_is_opened_and_forgotten_when_it_is_shut() {
    let mut state = filled();
    assert_eq!(reduce(&mut state, Action::ShowAbout(true)), [Effect::Compare]);
    assert_eq!(state.about, Some(Load::Waiting));
    reduce(&mut state, Action::Compared(Err("no list".into())));
    assert!(matches!(&state.about, Some(Load::Failed(failure)) if failure.detail == "no list"));
    reduce(&mut state, Action::ShowAbout(false));
    reduce(&mut state, Action::Compared(Err("late".into())));
    assert_eq!(state.about, None);
}
