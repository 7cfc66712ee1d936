//! What the engine that keeps mail says.

use restante_api::keep::{AccountView, Activity, Answer, Ask, Change, Done, Overview, Role, Within};
use restante_api::{CallId, Failure, FailureKind, Update};
use restante_link::Death;

use super::{Kept, Sheet, Told, Wait, act, files, lists, settings, write};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::mailbox::FIRST_SIGHT;
use crate::ui::state::{Effect, Focus, Mailbox, Phase, Program, RESTARTS, Reading, State, later, selection};

/// Moves that can be taken back.
const UNDO: usize = 50;

/// An answer to one of the page's questions.
pub(in crate::ui::state) fn reply(state: &mut State, to: CallId, update: Update) -> Vec<Effect> {
    let State { kept: Some(kept), mailbox: Some(mailbox), calls, .. } = state else { return vec![] };
    match update {
        Update::Keep(Answer::Overview(overview)) if to == kept.overview_call => overviewed(state, *overview),
        Update::Opened { messages, octets, .. } if to == kept.list_call => {
            let is_same = kept.shown.is_some() && kept.shown == kept.asked;
            kept.shown.clone_from(&kept.asked);
            mailbox.replaced(messages, octets, is_same);
            if mailbox.sight.1 == 0 || !is_same {
                mailbox.sight = (0, FIRST_SIGHT.min(messages));
            }
            lists::show(mailbox, calls)
        }
        Update::Changed { messages, runs, .. } if to == kept.list_call => {
            mailbox.changed(messages, runs);
            lists::show(mailbox, calls)
        }
        // Questions have names in the order they are asked: what answers an earlier one is of another list.
        Update::Rows(rows) if to >= kept.list_call => {
            mailbox.take(rows);
            let mut effects = rest_came(kept, mailbox, calls);
            effects.extend(later::due(mailbox, calls));
            effects
        }
        Update::Keep(answer) => answered(state, to, answer),
        Update::Refused(failure) | Update::Failed(failure) => refused(state, to, *failure),
        _ => vec![],
    }
}

fn overviewed(state: &mut State, overview: Overview) -> Vec<Effect> {
    let State { kept: Some(kept), mailbox: Some(mailbox), calls, .. } = state else { return vec![] };
    let adds = kept.waiting.iter().any(|(_, wait)| matches!(wait, Wait::Account(..)));
    state.keeps = !overview.accounts.is_empty();
    if overview.accounts.is_empty() && !adds {
        return [vec![Effect::ForgetPage], lists::leave(state)].concat();
    }
    let keeps_page = kept.accounts().is_empty() && !overview.accounts.is_empty();
    let mut effects: Vec<Effect> = keeps_page.then_some(Effect::KeepPage).into_iter().collect();
    // What an account fails with later is news again.
    let failed = |account: &AccountView| matches!(account.activity, Activity::Failed(_));
    kept.hushed.retain(|id| overview.accounts.iter().any(|account| account.id == *id && failed(account)));
    let count = overview.accounts.len();
    kept.overview = Some(Shared::new(overview));
    kept.failure = None;
    write::overviewed(kept);
    let arrived = kept.arriving.and_then(|id| kept.account(id));
    let inbox = arrived.and_then(|account| account.folders.iter().find(|folder| folder.role == Role::Inbox));
    let inbox = inbox.map(|inbox| inbox.id);
    if count > 0 {
        effects.extend(state.asked_for.take().map(Effect::WriteTo));
    }
    if inbox.is_some() {
        kept.arriving = None;
    }
    let is_gone = matches!(kept.place, Within::Folder(folder) if kept.folder(folder).is_none());
    effects.extend(match inbox.filter(|_| count > 1) {
        Some(inbox) => lists::go(kept, mailbox, calls, Within::Folder(inbox)),
        None if is_gone => lists::go(kept, mailbox, calls, Within::Role(Role::Inbox)),
        None => vec![],
    });
    effects.extend(file(kept, mailbox, calls));
    effects
}

/// Messages that wait for a folder to be made go there, once it is.
fn file(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    let Some((account, name, messages)) = kept.filing.take() else { return vec![] };
    let folder = kept
        .account(account)
        .and_then(|account| account.folders.iter().find(|folder| folder.role == Role::Own && folder.name == name));
    match folder.map(|folder| folder.id) {
        Some(folder) => act::remove(kept, mailbox, calls, Change::Move(messages, folder), name),
        None => {
            kept.filing = Some((account, name, messages));
            vec![]
        }
    }
}

fn answered(state: &mut State, to: CallId, answer: Answer) -> Vec<Effect> {
    let State { kept: Some(kept), mailbox: Some(mailbox), calls, form, .. } = state else { return vec![] };
    if selection::listed(mailbox, to, &answer) {
        return vec![];
    }
    if let Answer::Piece { messages, octets } = answer {
        return files::written(kept, calls, to, messages, octets);
    }
    let Some(wait) = kept.waited(to) else { return vec![] };
    match (wait, answer) {
        (Wait::Account(sign_in, submission), Answer::Account(id)) => {
            // The password has done its work in the page.
            let user = std::mem::take(form).writer().to_owned();
            state.keeps = true;
            kept.arriving = Some(id);
            let keep = sign_in.map(|sign_in| kept.ask(calls, Ask::Check(id, Some(sign_in)), Wait::Check(id)));
            let mut effects: Vec<Effect> = keep.into_iter().collect();
            if let Some(submission) = submission {
                effects.extend(write::sends_by(kept, calls, id, &submission, &user));
            }
            return effects;
        }
        (Wait::Moved(to), Answer::Done(Done::Moved(from))) if !from.is_empty() => {
            kept.told = Some(Told::Moved(u32::try_from(from.len()).unwrap_or(u32::MAX), to));
            kept.undo.push(from);
            if kept.undo.len() > UNDO {
                kept.undo.remove(0);
            }
        }
        (Wait::NewFolder(account, name, messages), Answer::Done(_)) => {
            kept.filing = Some((account, name, messages));
            return file(kept, mailbox, calls);
        }
        (Wait::Restored, Answer::Done(done)) => {
            let count = if let Done::Moved(from) = done { from.len() } else { 0 };
            kept.told = Some(Told::Restored(u32::try_from(count).unwrap_or(u32::MAX)));
        }
        (Wait::Letter(wait), answer) => return write::answered(kept, calls, to, wait, answer),
        (Wait::WouldDelete, Answer::Count(count)) => settings::counted(kept, count),
        (Wait::File, Answer::Count(count)) => return files::taken(kept, to, count),
        (Wait::Saved, Answer::Done(_)) => kept.told = Some(Told::Saved),
        (Wait::Forgotten, Answer::Done(_)) => kept.told = Some(Told::Forgotten),
        (Wait::Removed, Answer::Done(_)) => kept.told = Some(Told::Removed),
        (Wait::Discarded, Answer::Done(_)) => {
            state.keeps = false;
            return [vec![Effect::ForgetPage], lists::leave(state)].concat();
        }
        _ => {}
    }
    vec![]
}

/// What was asked for cannot be done.
fn refused(state: &mut State, to: CallId, failure: Failure) -> Vec<Effect> {
    let State { kept: Some(kept), .. } = state else { return vec![] };
    let adds = kept.waiting.iter().any(|(_, wait)| matches!(wait, Wait::Account(..)));
    if to == kept.overview_call && !adds {
        kept.failure = Some(Shared::new(failure));
        return vec![];
    }
    if to == kept.list_call {
        // Where nothing can be had at all, the overview says why.
        kept.refused = Some(Shared::new(failure));
        return vec![];
    }
    let wait = kept.waited(to);
    if matches!(wait, Some(Wait::Account(..))) || (to == kept.overview_call && adds) {
        return not_kept(state, failure);
    }
    match wait {
        Some(Wait::Check(account)) if failure.kind == FailureKind::WrongPassword => {
            kept.sheet = Some(act::password(account));
        }
        Some(Wait::WouldDelete) => {
            if let Some(Sheet::Settings(draft)) = &mut kept.sheet {
                draft.step = settings::Step::Changing;
            }
            kept.told = Some(Told::Failed(Shared::new(failure)));
        }
        Some(Wait::Letter(wait)) => return write::refused(kept, to, wait, failure),
        Some(Wait::File) => {
            kept.file = None;
            kept.told = Some(Told::Failed(Shared::new(failure)));
            return vec![Effect::DropFiles];
        }
        Some(_) => kept.told = Some(Told::Failed(Shared::new(failure))),
        None => {}
    }
    vec![]
}

/// The mailbox that was to be kept is not: the form says why, with what was typed in it.
fn not_kept(state: &mut State, failure: Failure) -> Vec<Effect> {
    (state.phase, state.program) = (Phase::Form, Program::Preview);
    (state.kept, state.mailbox) = (None, None);
    state.failure = Some(Shared::new(failure));
    vec![Effect::ReplaceEngine, Effect::Focus(Focus::Failure)]
}

/// The engine is no more. What it was asked for fails; a fresh one goes on from what is kept.
pub(in crate::ui::state) fn death(state: &mut State, death: &Death) -> Vec<Effect> {
    let failure = crate::ui::words::engine_died(death);
    let State { kept: Some(kept), mailbox: Some(mailbox), calls, .. } = state else { return vec![] };
    if kept.waiting.iter().any(|(_, wait)| matches!(wait, Wait::Account(..))) {
        return not_kept(state, failure);
    }
    if let Some(reading) = &mut mailbox.reading {
        Reading::fail(reading, &Shared::new(failure.clone()));
    }
    let waited = !std::mem::take(&mut kept.waiting).is_empty();
    kept.file = None;
    mailbox.restarts = mailbox.restarts.saturating_add(1);
    if mailbox.restarts > RESTARTS || *death == Death::NotLoaded {
        kept.failure = Some(Shared::new(failure));
        return vec![Effect::DropFiles];
    }
    if waited {
        kept.told = Some(Told::Failed(Shared::new(failure)));
    }
    let mut effects = vec![Effect::DropFiles, Effect::ReplaceEngine];
    effects.extend(write::death(kept));
    effects.extend(lists::resume(kept, calls));
    effects
}

/// Messages whose rest has come are read anew, where they are open.
fn rest_came(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    let mut came = vec![];
    kept.resting.retain(|number| {
        let waits = act::row_of(mailbox, *number).is_none_or(|row| row.marks.header_only);
        if !waits {
            came.push(*number);
        }
        waits
    });
    let Some(reading) = &mut mailbox.reading else { return vec![] };
    let opened = reading.current_mut();
    if !came.contains(&opened.message.number) || opened.asked.is_some() {
        return vec![];
    }
    let (asked, ask) = calls.ask(restante_api::Request::Read(opened.message.clone()));
    opened.await_view(asked);
    vec![ask]
}
