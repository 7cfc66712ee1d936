//! What the reducer makes of actions.

use restante_api::{
    Address, Blame, Call, CallId, CertificateFault, CertificateView, FIRST_ROWS, Failure, FailureKind, Fingerprint,
    ListId, MessageView, Reply, Request, Row, Security, Source, Text, Update,
};
use restante_protocol::tunnel::Secret;

use super::*;

mod commands;
mod held;
mod kept;
mod keys;
mod later;
mod newer;
mod reading;
mod rich;
mod selection;
mod writing;
mod writing_in_preview;

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
        event: None,
        contacts: vec![],
        protection: None,
        authentication: None,
        attachments: vec![],
        faults: vec![],
        fields: vec![],
    }
}

pub(super) fn failure(kind: FailureKind) -> Failure {
    Failure { kind, blame: Blame::Server, reason: None, detail: String::new() }
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
