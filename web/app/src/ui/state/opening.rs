//! From the form to a mailbox: a link, what was typed, and a certificate that somebody trusts.

use restante_api::{FailureKind, Request, Stage};

use super::{Complaint, Effect, Focus, Phase, Prepared, SigningIn, State, Whom, discover, kept, oauth, prepare};

/// Fills the form in from the link that the page was opened with.
pub(super) fn follow_link(state: &mut State, link: &str) -> Vec<Effect> {
    if let Some(draft) = kept::of_link(link) {
        return kept::write_to(state, draft);
    }
    if link.is_empty() || state.phase != Phase::Form {
        return vec![];
    }
    (state.failure, state.complaint) = (None, None);
    match state.form.fill_from_link(link) {
        Ok(()) => [prepare::revise(state), vec![Effect::Focus(Focus::Form)]].concat(),
        Err(complaint) => {
            state.complaint = Some(complaint);
            // Whatever is wrong with it, a password in the address bar must not stay there.
            vec![Effect::ClearLink]
        }
    }
}

/// Opens a mailbox, or the open one again. What is open stays as it is until the new session is up.
pub(super) fn submit(state: &mut State) -> Vec<Effect> {
    if matches!(state.phase, Phase::Opening(_) | Phase::Closing(_)) {
        return vec![];
    }
    if let Some(effects) = discover::instead_of_opening(state) {
        return effects;
    }
    state.deletion = None;
    let mut effects = discover::stop(state);
    effects.extend(open(state));
    effects
}

fn open(state: &mut State) -> Vec<Effect> {
    if state.signing_in_for(Whom::Form).is_some_and(SigningIn::is_under_way) {
        return vec![];
    }
    match state.form.to_request(&state.site) {
        Ok(open) if state.form.keep && state.phase == Phase::Form => kept::add(state, open),
        Ok(open) => {
            match &mut state.mailbox {
                Some(mailbox) => {
                    mailbox.failure = None;
                    if state.engine_died {
                        mailbox.held.get_or_insert_default();
                    }
                }
                None => {
                    state.phase = Phase::Opening((&open).into());
                    state.connection = None;
                }
            }
            state.stage = Some(Stage::Connecting);
            (state.complaint, state.failure) = (None, None);
            state.prepared = Prepared::default();
            let fresh = std::mem::take(&mut state.engine_died).then_some(Effect::ReplaceEngine);
            let (session, ask) = state.calls.ask(Request::Open(Box::new(open)));
            state.session = session;
            fresh.into_iter().chain([ask]).collect()
        }
        Err(Complaint::SignIn) if state.phase == Phase::Form => oauth::begin(state, Whom::Form),
        Err(complaint) => {
            state.complaint = Some(complaint);
            vec![Effect::Focus(Focus::Complaint)]
        }
    }
}

/// Trusts exactly the certificate that is shown, and opens.
pub(super) fn trust(state: &mut State) -> Vec<Effect> {
    let early = state.prepared.untrusted.as_ref();
    let failure = early.or(state.failure.as_ref()).or_else(|| state.mailbox.as_ref()?.failure.as_ref());
    match failure.map(|failure| &failure.kind) {
        Some(FailureKind::Certificate { certificate, .. } | FailureKind::CertificateChanged { certificate }) => {
            state.form.trusted = Some(certificate.fingerprint);
            submit(state)
        }
        _ => vec![],
    }
}
