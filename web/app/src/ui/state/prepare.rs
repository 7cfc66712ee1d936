//! What is prepared before the mailbox is opened, and when: the way to the page's own bridge while the form is filled in,
//! the connection to the mail server once the password is about to be typed.

use restante_api::{CallId, Failure, Prepare, Request, Server};

use super::{Effect, Phase, State};
use crate::ui::shared::Shared;

/// What is prepared, as far as the page knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prepared {
    /// The server that a connection was asked for to.
    pub server: Option<Server>,
    /// When it was asked for first.
    pub since: CallId,
    /// A certificate of that server's that does not verify.
    pub untrusted: Option<Shared<Failure>>,
}

/// Somebody is at the form: the page's own bridge is reached, where it is the one that is chosen. No mail server is.
pub(super) fn approach(state: &mut State) -> Vec<Effect> {
    if state.phase != Phase::Form || state.form.other_bridge(&state.site) != Ok(None) {
        return vec![];
    }
    vec![state.calls.ask(Request::Prepare(Prepare::Bridge)).1]
}

/// The password is about to be typed, or being typed: the mail server is reached, as soon as the form says which.
pub(super) fn connect(state: &mut State) -> Vec<Effect> {
    if state.phase != Phase::Form {
        return vec![];
    }
    let Ok(server) = state.form.server(&state.site) else { return approach(state) };
    // Asked again each time: what was given up meanwhile comes up again, and what is there stays.
    let (since, ask) = state.calls.ask(Request::Prepare(Prepare::Server(Box::new(server.clone()))));
    if state.prepared.server.as_ref() != Some(&server) {
        state.prepared = Prepared { server: Some(server), since, untrusted: None };
    }
    vec![ask]
}

/// The form was changed: what was prepared for another server is given up.
pub(super) fn revise(state: &mut State) -> Vec<Effect> {
    let Some(server) = &state.prepared.server else { return vec![] };
    if state.form.server(&state.site).as_ref() == Ok(server) {
        return vec![];
    }
    state.prepared = Prepared::default();
    vec![state.calls.ask(Request::Prepare(Prepare::Nothing)).1]
}

/// The server that is prepared shows a certificate that does not verify.
pub(super) fn untrusted(state: &mut State, to: CallId, failure: Failure) -> Vec<Effect> {
    if state.phase == Phase::Form && state.prepared.server.is_some() && to >= state.prepared.since {
        state.prepared.untrusted = Some(Shared::new(failure));
    }
    vec![]
}

#[cfg(test)]
mod tests {
    use restante_api::{Call, FailureKind, Reply, Security, Update};
    use restante_protocol::tunnel::Secret;

    use super::*;
    use crate::ui::state::{Action, Bridge, Field, Form, Preset, Site, reduce};

    /// What the engine is asked to prepare.
    fn asked(effects: &[Effect]) -> Vec<&Prepare> {
        let prepare = |effect| match effect {
            &Effect::Call(Call::Ask { request: Request::Prepare(ref prepare), .. }) => Some(prepare),
            _ => None,
        };
        effects.iter().filter_map(prepare).collect()
    }

    fn at_password(state: &mut State) -> Vec<Effect> {
        reduce(state, Action::AtForm { password: true })
    }

    fn with_host() -> State {
        let mut state = State::default();
        reduce(&mut state, Action::Edit(Field::Host("pop.example.org".into())));
        state
    }

    #[test]
    fn a_page_that_is_ready_reaches_its_own_bridge_and_no_mail_server() {
        let mut state = State::default();
        let preset = Preset {
            host: "pop.example.org".into(),
            port: None,
            security: Security::Tls,
            user: Some("ana".into()),
            password: Some(Secret::new("pw")),
            fingerprint: None,
            label: None,
            submission: None,
        };
        let effects = reduce(&mut state, Action::Site(Site { preset: Some(preset), ..Site::default() }));
        assert_eq!(asked(&effects), [&Prepare::Bridge]);
        assert_eq!(asked(&reduce(&mut state, Action::AtForm { password: false })), [&Prepare::Bridge]);
        // Of another bridge nothing is wanted before it is used.
        let site = Site { bridges: vec!["wss://b1.example.org".into()], ..Site::default() };
        assert!(asked(&reduce(&mut state, Action::Site(site))).is_empty());
        assert!(asked(&reduce(&mut state, Action::AtForm { password: false })).is_empty());
    }

    #[test]
    fn the_mail_server_is_reached_from_the_password_field_once_the_form_says_which() {
        let mut state = State::default();
        assert_eq!(asked(&at_password(&mut state)), [&Prepare::Bridge]);
        for field in [Field::Host("pop.example.org".into()), Field::User("ana".into()), Field::Port("99999".into())] {
            assert!(asked(&reduce(&mut state, Action::Edit(field))).is_empty());
        }
        assert_eq!(asked(&at_password(&mut state)), [&Prepare::Bridge], "no such port");
        reduce(&mut state, Action::Edit(Field::Port("995".into())));
        let server = state.form.server(&state.site).unwrap();
        assert_eq!((server.host.as_str(), server.port), ("pop.example.org", 995));
        assert_eq!(asked(&at_password(&mut state)), [&Prepare::Server(Box::new(server.clone()))]);
        // Each key says that it is still wanted.
        let effects = reduce(&mut state, Action::Edit(Field::Password(Secret::new("o"))));
        assert_eq!(asked(&effects), [&Prepare::Server(Box::new(server))]);
    }

    #[test]
    fn a_token_that_is_missing_and_clear_text_without_consent_prepare_nothing() {
        let mut state = with_host();
        state.site.token_required = true;
        assert_eq!(asked(&at_password(&mut state)), [&Prepare::Bridge]);
        reduce(&mut state, Action::Edit(Field::Token(Secret::new("t"))));
        assert!(matches!(asked(&at_password(&mut state))[..], [Prepare::Server(_)]));
        reduce(&mut state, Action::Edit(Field::Security(Security::None)));
        assert_eq!(asked(&at_password(&mut state)), [&Prepare::Bridge]);
        reduce(&mut state, Action::Edit(Field::CleartextAgreed(true)));
        assert!(matches!(asked(&at_password(&mut state))[..], [Prepare::Server(_)]));
    }

    #[test]
    fn whatever_leads_to_another_server_gives_the_connection_up_and_nothing_else_does() {
        let changes = [
            Field::Host("pop.example.net".into()),
            Field::Port("1995".into()),
            Field::Port(String::new()),
            Field::Security(Security::Starttls),
            Field::Security(Security::None),
            Field::TlsEnd(restante_api::TlsEnd::Bridge),
            Field::Token(Secret::new("t")),
            Field::Bridge(Bridge::Typed),
        ];
        let site = Site { any_bridge: true, ..Site::default() };
        for change in changes {
            let mut state = State { site: site.clone(), ..with_host() };
            at_password(&mut state);
            let effects = reduce(&mut state, Action::Edit(change.clone()));
            assert_eq!(asked(&effects), [&Prepare::Nothing], "{change:?}");
            assert_eq!(state.prepared, Prepared::default());
        }
        let mut state = with_host();
        at_password(&mut state);
        assert!(asked(&reduce(&mut state, Action::Edit(Field::User("ana".into())))).is_empty());
        assert!(asked(&reduce(&mut state, Action::Link("pops://bo@pop.example.org".into()))).is_empty());
        assert_eq!(asked(&reduce(&mut state, Action::Link("pops://bo@pop.example.net".into()))), [&Prepare::Nothing]);
    }

    #[test]
    fn what_went_wrong_with_a_server_goes_when_the_form_leads_to_another_one() {
        let changes = [
            (Field::User("ana".into()), true),
            (Field::Password(Secret::new("p")), true),
            (Field::Host("pop.example.net".into()), false),
            (Field::Port("1995".into()), false),
            (Field::Security(Security::Starttls), false),
            (Field::TlsEnd(restante_api::TlsEnd::Bridge), false),
        ];
        for (change, stays) in changes {
            let failure = Some(Shared::new(Failure::new(FailureKind::TlsFailed, "")));
            let mut state = State { failure, ..with_host() };
            reduce(&mut state, Action::Edit(change.clone()));
            assert_eq!(state.failure.is_some(), stays, "{change:?}");
        }
    }

    #[test]
    fn a_certificate_found_early_is_shown_until_the_form_leads_elsewhere_and_what_was_typed_stays() {
        let failure = Failure::new(FailureKind::TlsFailed, "");
        let found = |state: &mut State, to| {
            reduce(state, Action::Engine(Reply { to, update: Update::Untrusted(Box::new(failure.clone())) }))
        };
        let mut state = with_host();
        reduce(&mut state, Action::Edit(Field::Password(Secret::new("half a pass"))));
        let since = state.prepared.since;
        reduce(&mut state, Action::Edit(Field::Password(Secret::new("half a passw"))));
        let form: Form = state.form.clone();
        assert!(found(&mut state, since).is_empty(), "the keyboard stays where it is");
        assert!(state.prepared.untrusted.is_some() && state.failure.is_none());
        assert_eq!(state.form, form);
        reduce(&mut state, Action::Edit(Field::Host("pop.example.net".into())));
        assert!(state.prepared.untrusted.is_none());
        // One that was on its way for the server before is nobody's.
        at_password(&mut state);
        found(&mut state, since);
        assert!(state.prepared.untrusted.is_none());
    }
}
