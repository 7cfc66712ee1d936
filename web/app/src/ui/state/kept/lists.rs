//! Which list is shown: going to a folder, searching, a conversation; and going to what is kept and away from it.

use restante_api::keep::{Ask, ThreadId, Within};
use restante_api::{ListId, Request};

use super::{Kept, Wait};
use crate::ui::state::calls::{Calls, cancel};
use crate::ui::state::{Effect, Focus, Mailbox, Phase, Prepared, Program, State};

impl Kept {
    /// Asks, and notes what the answer is for.
    pub(super) fn ask(&mut self, calls: &mut Calls, ask: Ask, wait: Wait) -> Effect {
        let (call, effect) = calls.ask(Request::Keep(ask));
        self.waiting.push((call, wait));
        effect
    }

    /// Asks for a change.
    pub(super) fn change(&mut self, calls: &mut Calls, change: restante_api::keep::Change, wait: Wait) -> Effect {
        self.ask(calls, Ask::Change(change), wait)
    }
}

/// Mail is kept here: it is shown, unless somebody is at the form already or came by a link.
pub(in crate::ui::state) fn found(state: &mut State) -> Vec<Effect> {
    state.keeps = true;
    if state.phase == Phase::Form && state.form.host.is_empty() && state.complaint.is_none() {
        return enter(state);
    }
    vec![]
}

/// Shows what is kept.
pub(super) fn enter(state: &mut State) -> Vec<Effect> {
    if state.phase != Phase::Form && !(state.phase == Phase::Kept && has_failed(state)) {
        return vec![];
    }
    let mut effects = begin(state);
    effects.push(Effect::Focus(Focus::List));
    effects
}

fn has_failed(state: &State) -> bool {
    state.kept.as_ref().is_some_and(|kept| kept.failure.is_some())
}

/// A fresh engine that keeps mail, asked for everything.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    (state.phase, state.program) = (Phase::Kept, Program::Keeper);
    (state.complaint, state.failure, state.stage, state.connection) = (None, None, None, None);
    (state.engine_died, state.prepared) = (false, Prepared::default());
    state.mailbox = Some(Mailbox::new(ListId::kept(), 0, 0));
    let mut kept = Kept::new();
    let mut effects = vec![Effect::ReplaceEngine];
    effects.extend(resume(&mut kept, &mut state.calls));
    state.kept = Some(kept);
    effects
}

/// Asks an engine that knows nothing of the page yet for all that is shown.
pub(super) fn resume(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let (overview, ask) = calls.ask(Request::Keep(Ask::Overview));
    kept.overview_call = overview;
    kept.asked = None;
    [vec![ask], list(kept, calls)].concat()
}

/// Shows the connect form, with the engine that previews.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if state.phase != Phase::Kept {
        return vec![];
    }
    (state.phase, state.program) = (Phase::Form, Program::Preview);
    let left = state.mailbox.take().and_then(|mailbox| mailbox.reading).map(|reading| reading.calls());
    (state.kept, state.engine_died) = (None, false);
    let mut effects: Vec<Effect> = cancel(left.unwrap_or_default()).collect();
    effects.extend([Effect::DropFiles, Effect::ReplaceEngine, Effect::Focus(Focus::Form)]);
    effects
}

/// Asks for the list that is wanted, unless it was asked for already.
pub(super) fn list(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let query = kept.query();
    if kept.asked.as_ref() == Some(&query) {
        return vec![];
    }
    let before = kept.asked.replace(query.clone()).map(|_| kept.list_call);
    let (call, ask) = calls.ask(Request::Keep(Ask::List(query)));
    (kept.list_call, kept.refused) = (call, None);
    cancel(before).chain([ask]).collect()
}

/// Lists what is here; what was searched for and what is read is left.
pub(super) fn go(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, within: Within) -> Vec<Effect> {
    if !matches!(within, Within::Thread(_)) {
        kept.before = None;
    }
    kept.place = within;
    kept.shelf = None;
    kept.search.clear();
    kept.shows_folders = false;
    let left = mailbox.reading.take().map(|reading| reading.calls());
    let mut effects: Vec<Effect> = cancel(left.unwrap_or_default()).collect();
    effects.extend(list(kept, calls));
    effects
}

/// Lists a conversation; the message that is read stays open.
pub(super) fn conversation(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, thread: ThreadId) -> Vec<Effect> {
    if !matches!(kept.place, Within::Thread(_)) {
        kept.before = Some(kept.place);
    }
    let reading = mailbox.reading.take();
    let effects = go(kept, mailbox, calls, Within::Thread(thread));
    mailbox.reading = reading;
    effects
}

/// Rows that are wanted are asked for at once: they are near.
pub(in crate::ui::state) fn show(mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    let Some((first, count)) = mailbox.wanted() else { return vec![] };
    mailbox.asked = Some((first, count));
    vec![calls.ask(Request::Show { first, count }).1]
}
