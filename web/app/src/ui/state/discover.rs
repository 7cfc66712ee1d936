//! First steps: the settings of a mailbox, found by its mail address while the form is filled in.
//!
//! ```text
//! address typed ──pause, or the field is left──► asked ──► found, no POP3, nothing ──► the form
//!                                                  └── no answer in time ──► said
//! ```
//! Not here: what of the form is filled in ([`super::form`]), and how settings are found (the engine).

use restante_api::{By, CallId, Discover, Discovery, OpenMailbox, Provider, Request, Settings};

use restante_protocol::tunnel::Secret;

use super::calls::cancel;
use super::site::Submission;
use super::{Effect, Form, Phase, Site, State, prepare};
use crate::ui::shared::Shared;

/// How far the settings of an address are found.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Finding {
    /// No whole address stands there, or nobody was asked for it yet.
    #[default]
    Idle,
    /// The engine was asked.
    Waiting(CallId),
    /// Settings.
    Found(Shared<Settings>),
    /// The provider has no POP3.
    NoPop3(Shared<Provider>),
    /// A server that the bridge does not connect to.
    Barred,
    /// The domain publishes its mail servers, and none for POP3 under TLS.
    Unlisted,
    /// Nothing.
    Nothing,
    /// No answer came in time.
    Late,
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindAction {
    /// Typing has paused, or the field was left.
    Due,
    /// It is no longer waited for the answer to this question.
    Late(CallId),
    /// Take what was found in the place of what was typed.
    Use,
}

pub(super) fn act(state: &mut State, action: FindAction) -> Vec<Effect> {
    match action {
        FindAction::Due if state.phase == Phase::Form => ask(state).unwrap_or_default(),
        FindAction::Late(call) if state.form.finding == Finding::Waiting(call) => {
            let effects = settle(state, Finding::Late);
            cancel([call]).chain(effects).collect()
        }
        FindAction::Use => {
            state.form.forget_typed();
            fill(state)
        }
        FindAction::Due | FindAction::Late(_) => vec![],
    }
}

/// The address was changed: what an earlier one filled in is another mailbox's.
pub(super) fn edited(state: &mut State) -> Vec<Effect> {
    let mut effects: Vec<Effect> = forget(&mut state.form).collect();
    effects.extend(fill(state));
    effects.extend(Discover::of(&state.form.address).map(|_| Effect::FindSoon));
    effects
}

/// Another bridge, or its token: it may know what nobody knew before.
pub(super) fn bridge_changed(state: &mut State) -> Option<Effect> {
    let is_open = matches!(state.form.finding, Finding::Barred | Finding::Unlisted | Finding::Nothing | Finding::Late);
    if !is_open {
        return None;
    }
    state.form.finding = Finding::Idle;
    Discover::of(&state.form.address).map(|_| Effect::FindSoon)
}

/// Whoever opens a mailbox and has typed an address, but no server, wants its settings first: what stands there may be what
/// the host of the page offers, for another mailbox.
pub(super) fn instead_of_opening(state: &mut State) -> Option<Vec<Effect>> {
    if state.form.typed.host || state.phase != Phase::Form {
        return None;
    }
    match state.form.finding {
        Finding::Waiting(_) => Some(vec![]),
        _ => ask(state),
    }
}

/// The form is used: nobody waits for settings any more.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    if matches!(state.form.finding, Finding::Waiting(_)) { forget(&mut state.form).collect() } else { vec![] }
}

/// The answer to a question for settings.
pub(super) fn heard(state: &mut State, to: CallId, discovery: Discovery) -> Vec<Effect> {
    if state.form.finding != Finding::Waiting(to) {
        return vec![];
    }
    match discovery {
        Discovery::Settings(settings) => settle(state, Finding::Found(Shared::new(settings))),
        Discovery::NoPop3(provider) => settle(state, Finding::NoPop3(Shared::new(provider))),
        Discovery::Barred => settle(state, Finding::Barred),
        Discovery::Unlisted => settle(state, Finding::Unlisted),
        Discovery::Nothing => settle(state, Finding::Nothing),
    }
}

/// The engine is no more: no answer will come.
pub(super) fn death(state: &mut State) -> Vec<Effect> {
    if matches!(state.form.finding, Finding::Waiting(_)) { settle(state, Finding::Late) } else { vec![] }
}

/// By which server this mailbox sends, where the host says it or it was found with the rest.
pub(super) fn submission_of(site: &Site, form: &Form, open: &OpenMailbox) -> Option<Submission> {
    let of_host = site.preset.as_ref().and_then(|preset| preset.submission_of(open)).cloned();
    let of_settings = || {
        let Finding::Found(settings) = &form.finding else { return None };
        let is_this = settings.fetch.host.eq_ignore_ascii_case(&open.host);
        let place = settings.submission.as_ref().filter(|_| is_this)?;
        Some(Submission { host: place.host.clone(), port: place.port, security: place.security, fingerprint: None })
    };
    of_host.or_else(of_settings)
}

/// Asks for the settings of a whole address, once.
fn ask(state: &mut State) -> Option<Vec<Effect>> {
    if state.form.finding != Finding::Idle {
        return None;
    }
    let wanted = Discover { by: by(state), ..Discover::of(&state.form.address)? };
    let fresh = std::mem::take(&mut state.engine_died).then_some(Effect::ReplaceEngine);
    let (call, ask) = state.calls.ask(Request::Discover(wanted));
    state.form.finding = Finding::Waiting(call);
    Some(fresh.into_iter().chain([ask, Effect::FindEnds(call)]).collect())
}

/// The bridge that may be asked: the chosen one, once it has what it asks for.
fn by(state: &State) -> Option<By> {
    let bridge = state.form.other_bridge(&state.site).ok()?;
    let token = Some(state.form.token.expose().trim()).filter(|token| !token.is_empty()).map(Secret::new);
    let is_missing = state.site.token_required && bridge.is_none() && token.is_none();
    (!is_missing).then_some(By { bridge, token })
}

fn forget(form: &mut Form) -> impl Iterator<Item = Effect> + use<> {
    let asked = match std::mem::take(&mut form.finding) {
        Finding::Waiting(call) => Some(call),
        _ => None,
    };
    cancel(asked)
}

fn settle(state: &mut State, finding: Finding) -> Vec<Effect> {
    state.form.finding = finding;
    fill(state)
}

fn fill(state: &mut State) -> Vec<Effect> {
    let server = state.form.server(&state.site);
    state.form.fill_from_finding();
    if state.form.server(&state.site) != server {
        (state.failure, state.complaint) = (None, None);
    }
    prepare::revise(state)
}

#[cfg(test)]
mod tests;
