//! Signing in at a provider's own page instead of with a password.
//!
//! ```text
//! begun ──► the engine is asked for the address ──► a window is open ──► it leads back ──► the engine asks for the tokens
//!                                                                                      └──► the mailbox is opened with them
//! ```
//! Not here: the window ([`crate::ui::browser`]), and what is asked of the provider (the engine).

use restante_api::keep::AccountId;
use restante_api::oauth::{Authorize, Grant, Provider};
use restante_api::{By, CallId, Failure, Request, Update};

use super::calls::cancel;
use super::{Complaint, Effect, Focus, Phase, State, kept, opening};
use crate::ui::shared::Shared;

/// Somebody signs in.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningIn {
    /// For what.
    pub whom: Whom,
    /// How far it has come.
    pub step: Step,
}

/// What is signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The mailbox of the form.
    Form,
    /// An account that is kept.
    Account(AccountId),
}

/// How far a sign-in has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The engine was asked where to go.
    Asking(CallId),
    /// The window is open; what it says has this `state` in it (RFC 6749, section 4.1.2).
    Waiting(String),
    /// The provider is asked for tokens.
    Redeeming(CallId),
    /// The browser did not open the window.
    Blocked,
    /// It failed.
    Failed(Shared<Failure>),
}

/// What can happen to it.
#[derive(Debug, Clone, PartialEq)]
pub enum OAuthAction {
    /// Begin.
    Begin(Whom),
    /// The browser did not open the window.
    Blocked,
    /// A provider has led back to the page with these parameters; perhaps in another tab's window.
    Returned(String),
    /// Wait no longer.
    Cancel,
}

impl SigningIn {
    /// Whether something is waited for.
    pub fn is_under_way(&self) -> bool {
        matches!(self.step, Step::Asking(_) | Step::Waiting(_) | Step::Redeeming(_))
    }
}

impl State {
    /// How far the sign-in for this has come, if there is one.
    pub fn signing_in_for(&self, whom: Whom) -> Option<&SigningIn> {
        self.signing_in.as_ref().filter(|signing_in| signing_in.whom == whom)
    }
}

pub(super) fn act(state: &mut State, action: OAuthAction) -> Vec<Effect> {
    match action {
        OAuthAction::Begin(Whom::Form) => match state.form.to_request(&state.site) {
            Err(complaint) if complaint != Complaint::SignIn => {
                state.complaint = Some(complaint);
                vec![Effect::Focus(Focus::Complaint)]
            }
            _ => begin(state, Whom::Form),
        },
        OAuthAction::Begin(whom) => begin(state, whom),
        OAuthAction::Blocked => {
            if let Some(SigningIn { step: step @ Step::Waiting(_), .. }) = &mut state.signing_in {
                *step = Step::Blocked;
            }
            vec![]
        }
        OAuthAction::Returned(parameters) => {
            let Some(SigningIn { step: step @ Step::Waiting(_), .. }) = &mut state.signing_in else { return vec![] };
            let Step::Waiting(expected) = &*step else { return vec![] };
            // What another tab waits for is none of this one's.
            if state_of(&parameters) != Some(&**expected) {
                return vec![];
            }
            let (call, ask) = state.calls.ask(Request::Redeem(parameters));
            *step = Step::Redeeming(call);
            vec![ask]
        }
        OAuthAction::Cancel => give_up(state),
    }
}

/// Begins to sign in: asks for the address of the provider's page. A sign-in that is under way is given up.
pub(super) fn begin(state: &mut State, whom: Whom) -> Vec<Effect> {
    let mut effects = give_up(state);
    let Some((provider, user, by)) = wanted(state, whom) else { return effects };
    if std::mem::take(&mut state.engine_died) {
        effects.push(Effect::ReplaceEngine);
    }
    let authorize = Authorize { provider, redirect: String::new(), user, by };
    let (call, ask) = state.calls.ask(Request::Authorize(Box::new(authorize)));
    state.signing_in = Some(SigningIn { whom, step: Step::Asking(call) });
    (state.failure, state.complaint) = (None, None);
    effects.extend([ask, Effect::Focus(Focus::SignIn)]);
    effects
}

/// Who signs in where, and by which bridge.
fn wanted(state: &State, whom: Whom) -> Option<(Provider, String, By)> {
    match whom {
        Whom::Form if matches!(state.phase, Phase::Form) => {
            let server = state.form.server(&state.site).ok()?;
            Some((state.form.provider(&state.site)?.clone(), state.form.user.clone(), server.by()))
        }
        Whom::Form => None,
        Whom::Account(id) => {
            let account = state.kept.as_ref()?.account(id)?;
            // The engine knows the bridge's access token.
            let by = By { bridge: account.bridge.clone(), token: None };
            Some((state.site.provider_of(&account.host)?.clone(), account.user.clone(), by))
        }
    }
}

/// What the engine says of it; `None` where it speaks of something else.
pub(super) fn heard(state: &mut State, to: CallId, update: &Update) -> Option<Vec<Effect>> {
    let signing_in = state.signing_in.as_mut()?;
    let (Step::Asking(call) | Step::Redeeming(call)) = signing_in.step else { return None };
    if call != to {
        return None;
    }
    match update {
        Update::Authorize(address) => {
            signing_in.step = Step::Waiting(state_of(address).unwrap_or_default().to_owned());
            Some(vec![Effect::OpenProvider(address.clone())])
        }
        Update::Granted(grant) => {
            let whom = signing_in.whom;
            state.signing_in = None;
            Some(granted(state, whom, (**grant).clone()))
        }
        Update::Refused(failure) | Update::Failed(failure) => {
            signing_in.step = Step::Failed(Shared::new((**failure).clone()));
            Some(vec![Effect::Focus(Focus::Failure)])
        }
        _ => None,
    }
}

fn granted(state: &mut State, whom: Whom, grant: Grant) -> Vec<Effect> {
    match whom {
        Whom::Form => {
            state.form.grant = Some(Shared::new(grant));
            // Who signs in wants to read mail.
            let is_this = state.phase == Phase::Form && state.form.granted(&state.site).is_some();
            if is_this { opening::submit(state) } else { vec![] }
        }
        Whom::Account(id) => {
            let State { kept: Some(kept), calls, .. } = state else { return vec![] };
            kept::accounts::granted(kept, calls, id, grant)
        }
    }
}

/// The engine is no more: what it knew of the sign-in is gone with it.
pub(super) fn death(state: &mut State) {
    state.signing_in = None;
}

fn give_up(state: &mut State) -> Vec<Effect> {
    let asked = match state.signing_in.take().map(|signing_in| signing_in.step) {
        Some(Step::Asking(call) | Step::Redeeming(call)) => Some(call),
        _ => None,
    };
    cancel(asked).collect()
}

/// The `state` among an address' parameters. The engine makes it of characters that need no escaping.
fn state_of(parameters: &str) -> Option<&str> {
    let parameters = parameters.split_once('?').map_or(parameters, |(_, parameters)| parameters);
    parameters.split('&').find_map(|parameter| parameter.strip_prefix("state="))
}

#[cfg(test)]
mod tests;
