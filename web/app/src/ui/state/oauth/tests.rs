//! Signing in at a provider: from the button to the mailbox, and what does not belong to it.

use restante_api::oauth::Credential;
use restante_api::{Call, FailureKind, Reply};
use restante_protocol::tunnel::Secret;

use super::*;
use crate::ui::state::{Action, Field, Site, reduce};

fn site() -> Site {
    Site::parse(
        r#"{"oauth":[{"name":"Mail","servers":["pop.example.org"],"authorize":"https://id.example.org/a","token_host":"id.example.org",
            "token_port":443,"token_path":"/t","scope":"mail","client_id":"abc"}]}"#,
    )
    .unwrap()
}

fn filled() -> State {
    let mut state = State { site: site(), ..State::default() };
    for field in [Field::Host("POP.example.org".into()), Field::User("ana".into())] {
        reduce(&mut state, Action::Edit(field));
    }
    state
}

fn asked(effects: &[Effect]) -> (CallId, &Request) {
    let mut asked = effects.iter().filter_map(|effect| match effect {
        Effect::Call(Call::Ask { id, request }) => Some((*id, request)),
        _ => None,
    });
    asked.next().expect("the engine is asked")
}

fn hear(state: &mut State, to: CallId, update: Update) -> Vec<Effect> {
    reduce(state, Action::Engine(Reply { to, update }))
}

fn returned(state: &mut State, said: &str) -> Vec<Effect> {
    reduce(state, Action::OAuth(OAuthAction::Returned(said.into())))
}

/// The window is open.
fn waiting(state: &mut State) {
    let effects = reduce(state, Action::Submit);
    let (call, request) = asked(&effects);
    let Request::Authorize(authorize) = request else { panic!("{request:?}") };
    assert_eq!((&*authorize.provider.name, &*authorize.user), ("Mail", "ana"));
    let address = "https://id.example.org/a?client_id=abc&state=s-1_";
    assert_eq!(hear(state, call, Update::Authorize(address.into())), [Effect::OpenProvider(address.into())]);
}

fn grant() -> Grant {
    let origin = "https://mail.example.org".into();
    let (access_token, refresh_token) = (Secret::new("token"), None);
    let provider = site().oauth.remove(0);
    Grant { id: "1".into(), provider, origin, access_token, expires_at: 9, refresh_token }
}

#[test]
fn opening_a_mailbox_without_a_password_signs_in_first_and_opens_it_then() {
    let mut state = filled();
    waiting(&mut state);
    assert_eq!(returned(&mut state, "code=1&state=another"), []);
    let effects = returned(&mut state, "code=1&state=s-1_&x=y");
    let (call, request) = asked(&effects);
    assert_eq!(*request, Request::Redeem("code=1&state=s-1_&x=y".into()));
    assert_eq!(returned(&mut state, "code=1&state=s-1_"), [], "it is asked for once");

    let effects = hear(&mut state, call, Update::Granted(Box::new(grant())));
    let (_, request) = asked(&effects);
    let Request::Open(open) = request else { panic!("{request:?}") };
    assert_eq!(open.credential, Credential::Grant(Box::new(grant())));
    assert_eq!(state.signing_in, None);
}

#[test]
fn a_grant_is_used_for_its_providers_servers_alone() {
    let mut state = filled();
    waiting(&mut state);
    let (call, _) = asked(&returned(&mut state, "code=1&state=s-1_"));
    // Another server is typed meanwhile.
    reduce(&mut state, Action::Edit(Field::Host("pop.example.net".into())));
    assert_eq!(hear(&mut state, call, Update::Granted(Box::new(grant()))), []);
    assert_eq!(state.form.to_request(&state.site), Err(crate::ui::state::Complaint::Password));
    reduce(&mut state, Action::Edit(Field::Host("pop.example.org".into())));
    assert!(state.form.to_request(&state.site).is_ok());
}

#[test]
fn a_sign_in_does_not_outlive_the_place_where_it_was_begun() {
    let mut state = filled();
    waiting(&mut state);
    reduce(&mut state, Action::Keep(crate::ui::state::KeptAction::Enter));
    assert_eq!((&state.phase, &state.signing_in), (&Phase::Kept, &None));
    assert_eq!(returned(&mut state, "code=1&state=s-1_"), []);
}

#[test]
fn a_password_may_be_used_instead() {
    let mut state = filled();
    reduce(&mut state, Action::Edit(Field::ByPassword(true)));
    reduce(&mut state, Action::Edit(Field::Password(Secret::new("secret"))));
    let open = state.form.to_request(&state.site).unwrap();
    assert_eq!(open.credential, Credential::password("secret"));
}

#[test]
fn what_fails_is_told_and_may_be_begun_again_or_given_up() {
    let mut state = filled();
    waiting(&mut state);
    reduce(&mut state, Action::OAuth(OAuthAction::Blocked));
    assert!(matches!(state.signing_in, Some(SigningIn { step: Step::Blocked, .. })));
    waiting(&mut state);
    let (call, _) = asked(&returned(&mut state, "error=access_denied&state=s-1_"));
    let refused = Failure::new(FailureKind::SignInRefused, "access_denied");
    hear(&mut state, call, Update::Refused(Box::new(refused)));
    assert!(
        matches!(&state.signing_in, Some(SigningIn { step: Step::Failed(failure), .. }) if failure.detail == "access_denied")
    );
    waiting(&mut state);
    reduce(&mut state, Action::OAuth(OAuthAction::Cancel));
    assert_eq!(state.signing_in, None);
    assert_eq!(returned(&mut state, "code=1&state=s-1_"), []);
}
