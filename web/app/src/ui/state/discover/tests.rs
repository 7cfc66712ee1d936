//! What is found by a mail address, and what of the form it fills in.

use restante_api::{By, Call, Failure, FailureKind, Need, Place, Prepare, Reply, Security, SettingsSource, Update};
use restante_link::Death;
use restante_protocol::tunnel::Secret;

use super::*;
use crate::ui::state::{Action, Complaint, Field, Focus, reduce};

fn provider() -> Provider {
    Provider { name: "Known".into(), needs: vec![Need::AppPassword], help: None }
}

fn settings() -> Settings {
    let place = |host: &str, port, security| Place { host: host.into(), port, security };
    Settings {
        source: SettingsSource::Known(provider()),
        fetch: place("pop.example.org", 1110, Security::Starttls),
        user: "ana@example.org".into(),
        submission: Some(place("smtp.example.org", 465, Security::Tls)),
    }
}

fn edit(state: &mut State, field: Field) -> Vec<Effect> {
    reduce(state, Action::Edit(field))
}

fn find(state: &mut State, action: FindAction) -> Vec<Effect> {
    reduce(state, Action::Find(action))
}

/// An address is typed, and its settings are asked for: by this question.
fn asked(state: &mut State, address: &str) -> CallId {
    edit(state, Field::Address(address.into()));
    find(state, FindAction::Due);
    let Finding::Waiting(call) = state.form.finding else { panic!("nobody is asked: {:?}", state.form.finding) };
    call
}

fn hear(state: &mut State, to: CallId, discovery: Discovery) -> Vec<Effect> {
    reduce(state, Action::Engine(Reply { to, update: Update::Discovered(Box::new(discovery)) }))
}

fn found(state: &mut State) -> Vec<Effect> {
    let call = asked(state, "ana@example.org");
    hear(state, call, Discovery::Settings(settings()))
}

fn server(state: &State) -> (&str, &str, Security, &str) {
    let Form { host, port, security, user, .. } = &state.form;
    (host, port, *security, user)
}

const FOUND: (&str, &str, Security, &str) = ("pop.example.org", "1110", Security::Starttls, "ana@example.org");
const EMPTY: (&str, &str, Security, &str) = ("", "995", Security::Tls, "");

#[test]
fn a_whole_address_is_asked_for_once_typing_pauses_and_once_only() {
    let mut state = State::default();
    assert_eq!(edit(&mut state, Field::Address("ana@example".into())), []);
    assert_eq!(find(&mut state, FindAction::Due), [], "it is not whole");
    assert_eq!(edit(&mut state, Field::Address("ana@example.org".into())), [Effect::FindSoon]);
    let effects = find(&mut state, FindAction::Due);
    let Finding::Waiting(call) = state.form.finding else { panic!("{:?}", state.form.finding) };
    let by = Some(By { bridge: None, token: None });
    let request = Request::Discover(Discover { local: "ana".into(), domain: "example.org".into(), by });
    assert_eq!(effects, [Effect::Call(Call::Ask { id: call, request }), Effect::FindEnds(call)]);
    assert_eq!(find(&mut state, FindAction::Due), [], "the field is left while it is waited for");
    hear(&mut state, call, Discovery::Nothing);
    assert_eq!(find(&mut state, FindAction::Due), [], "and after it was answered");
    // Another address is another question, and the former one is taken back.
    let call = asked(&mut state, "bo@example.net");
    let effects = edit(&mut state, Field::Address("bo@example.ne".into()));
    assert_eq!(effects, [Effect::Call(Call::Cancel { id: call }), Effect::FindSoon]);
    assert_eq!(hear(&mut state, call, Discovery::Settings(settings())), []);
    assert_eq!((server(&state), &state.form.finding), (EMPTY, &Finding::Idle), "what comes late is nobody's");
}

#[test]
fn the_chosen_bridge_is_asked_with_its_token_and_nobody_where_that_is_missing_or_no_bridge_is() {
    let asked_by = |state: &mut State| {
        edit(state, Field::Address("ana@example.org".into()));
        let effects = find(state, FindAction::Due);
        let Some(Effect::Call(Call::Ask { request: Request::Discover(wanted), .. })) = effects.first() else {
            panic!("{effects:?}")
        };
        wanted.by.clone()
    };
    let token = || Secret::new("t");
    let mut state =
        State { site: Site { token_required: true, any_bridge: true, ..Site::default() }, ..State::default() };
    assert_eq!(asked_by(&mut state), None);
    edit(&mut state, Field::Token(token()));
    assert_eq!(asked_by(&mut state), Some(By { bridge: None, token: Some(token()) }));
    edit(&mut state, Field::Bridge(crate::ui::state::Bridge::Typed));
    assert_eq!(asked_by(&mut state), None, "it has no address yet");
    edit(&mut state, Field::BridgeAddress("wss://b1.example.org".into()));
    let bridge = Some("wss://b1.example.org/tunnel".into());
    assert_eq!(asked_by(&mut state), Some(By { bridge, token: None }));
}

#[test]
fn what_is_found_fills_in_what_nobody_typed() {
    let mut state = State::default();
    found(&mut state);
    assert_eq!(server(&state), FOUND);
    assert!(!state.form.differs_from_finding());
}

#[test]
fn what_was_typed_stays_and_a_server_keeps_its_own_port_and_security() {
    for (typed, expected) in [
        (vec![Field::Host("mx.example.net".into())], ("mx.example.net", "995", Security::Tls, FOUND.3)),
        (vec![Field::Port("1995".into())], (FOUND.0, "1995", FOUND.2, FOUND.3)),
        (vec![Field::Security(Security::Tls)], (FOUND.0, FOUND.1, Security::Tls, FOUND.3)),
        (vec![Field::User("ana".into())], (FOUND.0, FOUND.1, FOUND.2, "ana")),
        (vec![Field::Host("POP.example.org".into())], ("POP.example.org", FOUND.1, FOUND.2, FOUND.3)),
        // What was taken out again was not typed.
        (vec![Field::Host("mx".into()), Field::Host(String::new())], FOUND),
    ] {
        let mut state = State::default();
        for field in typed.clone() {
            edit(&mut state, field);
        }
        found(&mut state);
        assert_eq!(server(&state), expected, "{typed:?}");
    }
}

#[test]
fn a_link_counts_as_typed_and_what_the_host_offers_does_not() {
    let mut state = State::default();
    reduce(&mut state, Action::Link("pops://bo@pop.example.net".into()));
    found(&mut state);
    assert_eq!(server(&state), ("pop.example.net", "995", Security::Tls, "bo"));

    let site = r#"{"preset":{"host":"127.0.0.1","port":9950,"user":"demo","password":"demo"}}"#;
    let mut state = State::default();
    reduce(&mut state, Action::Site(Site::parse(site).unwrap()));
    state.form.trusted = Some(restante_api::Fingerprint([7; 32]));
    found(&mut state);
    assert_eq!(server(&state), FOUND);
    assert_eq!((state.form.password.expose(), state.form.trusted), ("", None), "they were for another server");
}

#[test]
fn what_differs_is_used_only_by_somebodys_doing() {
    let mut state = State::default();
    edit(&mut state, Field::Host("mx.example.net".into()));
    edit(&mut state, Field::Password(Secret::new("pw")));
    found(&mut state);
    assert!(state.form.differs_from_finding());
    find(&mut state, FindAction::Use);
    assert_eq!((server(&state), state.form.password.expose()), (FOUND, "pw"));
    assert!(!state.form.differs_from_finding());
}

#[test]
fn what_an_address_filled_in_goes_with_it_and_what_was_typed_does_not() {
    for outcome in [Discovery::Nothing, Discovery::Unlisted, Discovery::Barred, Discovery::NoPop3(provider())] {
        let mut state = State::default();
        found(&mut state);
        edit(&mut state, Field::Password(Secret::new("pw")));
        let call = asked(&mut state, "ana@elsewhere.example");
        hear(&mut state, call, outcome);
        assert_eq!((server(&state), state.form.password.expose()), (EMPTY, "pw"));
    }
    let mut state = State::default();
    edit(&mut state, Field::Host("mx.example.net".into()));
    edit(&mut state, Field::User("ana".into()));
    let call = asked(&mut state, "ana@elsewhere.example");
    hear(&mut state, call, Discovery::Nothing);
    assert_eq!(server(&state), ("mx.example.net", "995", Security::Tls, "ana"));
}

/// What is sent to a mail server is for that mailbox: neither that of an address that was corrected since nor the host's own
/// gets another one's password.
#[test]
fn no_mailbox_is_opened_but_the_one_of_the_address_that_stands_there() {
    let mut state = State::default();
    found(&mut state);
    edit(&mut state, Field::Password(Secret::new("pw")));
    edit(&mut state, Field::Address("ana@elsewhere.example".into()));
    assert_eq!(server(&state), EMPTY);
    let effects = reduce(&mut state, Action::Submit);
    assert!(matches!(effects.last(), Some(Effect::FindEnds(_))), "{effects:?}");
    assert_eq!((reduce(&mut state, Action::Submit), state.phase), (vec![], Phase::Form));

    let site = r#"{"preset":{"host":"127.0.0.1","port":9950,"user":"demo","password":"demo"}}"#;
    let mut state = State::default();
    reduce(&mut state, Action::Site(Site::parse(site).unwrap()));
    edit(&mut state, Field::Address("ana@elsewhere.example".into()));
    let effects = reduce(&mut state, Action::Submit);
    assert!(matches!(effects.last(), Some(Effect::FindEnds(_))), "{effects:?}");
    assert_eq!(state.phase, Phase::Form);
}

#[test]
fn another_bridge_or_its_token_may_know_what_nobody_knew() {
    for field in [Field::Token(Secret::new("t")), Field::Bridge(crate::ui::state::Bridge::Typed)] {
        let mut state = State::default();
        let call = asked(&mut state, "ana@example.org");
        hear(&mut state, call, Discovery::Nothing);
        assert_eq!(edit(&mut state, field.clone())[0], Effect::FindSoon, "{field:?}");
        assert!(!find(&mut state, FindAction::Due).is_empty());
    }
    let mut state = State::default();
    found(&mut state);
    edit(&mut state, Field::Token(Secret::new("t")));
    assert_eq!(find(&mut state, FindAction::Due), [], "what was found stays");
}

#[test]
fn whoever_has_typed_an_address_writes_from_it() {
    let mut state = State::default();
    found(&mut state);
    edit(&mut state, Field::User("ana".into()));
    assert_eq!(state.form.writer(), "ana@example.org");
    edit(&mut state, Field::Address("ana".into()));
    assert_eq!(state.form.writer(), "ana");
}

#[test]
fn clear_text_that_was_agreed_to_is_not_agreed_to_for_the_server_that_is_found() {
    let mut state = State::default();
    edit(&mut state, Field::Security(Security::None));
    edit(&mut state, Field::CleartextAgreed(true));
    found(&mut state);
    assert_eq!((state.form.security, state.form.cleartext_agreed), (Security::None, false));
}

#[test]
fn a_wait_ends_whatever_becomes_of_the_engine() {
    let mut state = State::default();
    let call = asked(&mut state, "ana@example.org");
    assert_eq!(find(&mut state, FindAction::Late(CallId(call.0 + 1))), [], "that is another wait's end");
    assert_eq!(find(&mut state, FindAction::Late(call)), [Effect::Call(Call::Cancel { id: call })]);
    assert_eq!(state.form.finding, Finding::Late);

    let mut state = State::default();
    asked(&mut state, "ana@example.org");
    reduce(&mut state, Action::EngineDied(Death::Hung));
    assert_eq!(state.form.finding, Finding::Late);
    edit(&mut state, Field::Address("ana@example.net".into()));
    assert_eq!(find(&mut state, FindAction::Due)[0], Effect::ReplaceEngine, "the next one is asked of a fresh engine");
}

#[test]
fn whoever_opens_with_an_address_alone_gets_its_settings_and_then_the_complaint() {
    let mut state = State::default();
    edit(&mut state, Field::Address("ana@example.org".into()));
    let effects = reduce(&mut state, Action::Submit);
    assert!(matches!(effects[..], [Effect::Call(_), Effect::FindEnds(_)]), "{effects:?}");
    assert_eq!((reduce(&mut state, Action::Submit), state.complaint), (vec![], None), "it is on its way");
    let Finding::Waiting(call) = state.form.finding else { panic!("{:?}", state.form.finding) };
    hear(&mut state, call, Discovery::Nothing);
    assert_eq!(reduce(&mut state, Action::Submit), [Effect::Focus(Focus::Complaint)]);
    assert_eq!(state.complaint, Some(Complaint::Host));
}

#[test]
fn a_mailbox_that_is_opened_waits_for_no_settings() {
    let mut state = State::default();
    for field in [Field::Host("mx.example.net".into()), Field::User("ana".into()), Field::Password(Secret::new("pw"))] {
        edit(&mut state, field);
    }
    let call = asked(&mut state, "ana@example.org");
    let effects = reduce(&mut state, Action::Submit);
    assert_eq!(effects[0], Effect::Call(Call::Cancel { id: call }));
    assert_eq!((&state.form.finding, &*state.form.host), (&Finding::Idle, "mx.example.net"));
    assert!(matches!(state.phase, Phase::Opening(_)));
}

#[test]
fn settings_that_lead_elsewhere_give_up_what_was_prepared_and_what_went_wrong() {
    let mut state = State::default();
    let site = r#"{"preset":{"host":"127.0.0.1","port":9950,"user":"demo","password":"demo"}}"#;
    reduce(&mut state, Action::Site(Site::parse(site).unwrap()));
    reduce(&mut state, Action::AtForm { password: true });
    state.failure = Some(Shared::new(Failure::new(FailureKind::TlsFailed, "")));
    let effects = found(&mut state);
    let nothing = Request::Prepare(Prepare::Nothing);
    assert!(matches!(&effects[..], [Effect::Call(Call::Ask { request, .. })] if *request == nothing), "{effects:?}");
    assert_eq!(state.failure, None);
}

#[test]
fn letters_go_by_the_server_that_was_found_with_the_mailbox_and_for_no_other_mailbox() {
    let mut state = State::default();
    found(&mut state);
    edit(&mut state, Field::Password(Secret::new("pw")));
    let mut open = state.form.to_request(&state.site).unwrap();
    let submission = submission_of(&state.site, &state.form, &open).unwrap();
    assert_eq!((&*submission.host, submission.port, submission.security), ("smtp.example.org", 465, Security::Tls));
    open.host = "pop.example.net".into();
    assert_eq!(submission_of(&state.site, &state.form, &open), None);
}
