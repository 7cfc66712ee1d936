//! Questions about messages that are asked while a fresh engine opens the mailbox: they name messages of the former
//! engine's list, so they wait until it is known whether the fresh one's is the same.

use restante_api::{Call, CallId, Failure, FailureKind, ListId, MessageRef, Request};

use super::reduce::sanitise;
use super::{Effect, Load, Mailbox, Reading, State};
use crate::ui::shared::Shared;

/// What is held back, in the order it was asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Held(Vec<(CallId, Request)>);

/// Holds back what has to wait, and drops what is taken back meanwhile.
pub(super) fn hold(state: &mut State, effects: Vec<Effect>) -> Vec<Effect> {
    let Some(Held(held)) = state.mailbox.as_mut().and_then(|mailbox| mailbox.held.as_mut()) else { return effects };
    let mut rest = Vec::with_capacity(effects.len());
    for effect in effects {
        match effect {
            Effect::Call(Call::Ask {
                id,
                request:
                    request @ (Request::Read(_) | Request::Source(_) | Request::FetchAll(_) | Request::Fetch { .. }),
            }) => held.push((id, request)),
            Effect::Call(Call::Cancel { id }) if held.iter().any(|(held, _)| *held == id) => {
                held.retain(|(held, _)| *held != id);
            }
            effect => rest.push(effect),
        }
    }
    rest
}

/// The mailbox is open again with this list: what was held back is asked now. Where the mailbox has changed, the numbers
/// mean other messages, and it fails.
pub(super) fn release(mailbox: &mut Mailbox, list: ListId, is_changed: bool) -> Vec<Effect> {
    let Some(Held(held)) = mailbox.held.take() else { return vec![] };
    if is_changed {
        fail(mailbox, &Shared::new(Failure::new(FailureKind::Outdated, "")));
        return vec![];
    }
    let mut effects = vec![];
    for opened in mailbox.reading.iter_mut().flat_map(Reading::trail_mut) {
        opened.message.list = list;
        // The sanitiser was replaced together with the engine.
        let has_html = opened.view.ready().is_some_and(|view| view.html.is_some());
        if has_html && matches!(opened.html, Load::Waiting) {
            effects.push(sanitise(opened));
        }
    }
    effects.extend(held.into_iter().map(|(id, mut request)| {
        if let Request::Read(MessageRef { list: former, .. })
        | Request::Source(MessageRef { list: former, .. })
        | Request::FetchAll(MessageRef { list: former, .. })
        | Request::Fetch { message: MessageRef { list: former, .. }, .. } = &mut request
        {
            *former = list;
        }
        Effect::Call(Call::Ask { id, request })
    }));
    effects
}

/// The mailbox cannot be opened again: what was held back fails.
pub(super) fn give_up(mailbox: &mut Mailbox, failure: &Shared<Failure>) {
    if mailbox.held.take().is_some() {
        fail(mailbox, failure);
    }
}

/// What is waited for was held back: what was asked of the former engine failed with it.
fn fail(mailbox: &mut Mailbox, failure: &Shared<Failure>) {
    if let Some(reading) = &mut mailbox.reading {
        reading.fail(failure);
    }
}
