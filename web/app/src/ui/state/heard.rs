//! What the engine says, and what becomes of the page when the engine is no more.

use restante_api::{CallId, Failure, FailureKind, ListId, Reply, Source, Stage, Update};
use restante_link::Death;

use super::reduce::{in_mailbox, in_reading, in_whole_list, sanitise, save_source, show_around};
use super::{
    Effect, Face, Focus, Load, Mailbox, Notice, Phase, RESTARTS, Reading, Remote, State, diagnosis, discover, held,
    kept, later, news, oauth, opening, pictures, prepare, preview, search,
};
use crate::ui::shared::Shared;

/// An answer to one of the page's questions.
pub(super) fn reply(state: &mut State, Reply { to, update }: Reply) -> Vec<Effect> {
    if let Some(effects) = kept::in_preview::source(state, to, &update) {
        return effects;
    }
    if let Some(effects) = oauth::heard(state, to, &update) {
        return effects;
    }
    match update {
        Update::Progress(Stage::Message { octets, of }) => in_reading(state, |reading, _| {
            if let Some(opened) = reading.waiting_for(to).filter(|opened| opened.asked == Some(to)) {
                opened.progress = Some((octets, of));
            }
            vec![]
        }),
        Update::Message(_)
        | Update::Attachment { .. }
        | Update::Archive(_)
        | Update::Source(_)
        | Update::MessageFailed { .. } => of_message(state, to, update),
        Update::Diagnosis(sessions) => diagnosis::heard(state, to, sessions),
        Update::Untrusted(failure) => prepare::untrusted(state, to, *failure),
        Update::Discovered(discovery) => discover::heard(state, to, *discovery),
        update if state.phase == Phase::Kept => kept::reply(state, to, update),
        update @ (Update::Checked { .. } | Update::Marked { .. } | Update::Refused(_)) => {
            preview::reply(state, to, update);
            vec![]
        }
        Update::Found { list, found, .. } => in_mailbox(state, |mailbox, _| {
            search::found(mailbox, to, list, found);
            vec![]
        }),
        // A session that was given up, or an engine that was replaced.
        _ if to != state.session || state.phase == Phase::Form => vec![],
        update => of_session(state, update),
    }
}

fn of_session(state: &mut State, update: Update) -> Vec<Effect> {
    match update {
        Update::Progress(stage) => state.stage = Some(stage),
        Update::Opened { list, messages, octets } => return opened(state, list, messages, octets),
        Update::Connected(connection) => state.connection = Some(Shared::new(*connection)),
        Update::Rows(rows) => {
            return in_whole_list(state, |mailbox, calls| {
                mailbox.take(rows);
                let due = later::due(mailbox, calls);
                mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().chain(due).collect()
            });
        }
        Update::Failed(failure) => return failed(state, *failure),
        // What it means is told by the stage that comes next.
        Update::Interrupted(_)
        | Update::Untrusted(_)
        | Update::Discovered(_)
        | Update::Authorize(_)
        | Update::Granted(_)
        | Update::Diagnosis(_) => {}
        Update::Closed => {
            if let Phase::Closing(marked) = state.phase {
                return preview::closed(state, marked);
            }
        }
        Update::Deleted(deletion) => preview::deleted(state, *deletion),
        Update::Changed { list, messages, octets, runs, arrived } => {
            return in_whole_list(state, |mailbox, calls| {
                let followed = news::follow(mailbox, (list, messages, octets), runs, &arrived);
                let due = later::due(mailbox, calls);
                mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().chain(followed).chain(due).collect()
            });
        }
        Update::Checked { .. }
        | Update::Marked { .. }
        | Update::Refused(_)
        | Update::Found { .. }
        | Update::Keep(_) => {}
        Update::Message(_)
        | Update::Attachment { .. }
        | Update::Archive(_)
        | Update::Source(_)
        | Update::MessageFailed { .. } => {}
    }
    vec![]
}

fn of_message(state: &mut State, to: CallId, update: Update) -> Vec<Effect> {
    in_mailbox(state, |mailbox, calls| {
        // What nobody waits for was given up by leaving the message.
        let Mailbox { reading, trusted_senders, restarts, seen, list, .. } = mailbox;
        let Some(opened) = reading.as_mut().and_then(|reading| reading.waiting_for(to)) else { return vec![] };
        match update {
            Update::Message(view) => {
                *restarts = 0;
                if opened.message.list == *list {
                    seen.edit().insert(opened.message.number);
                }
                (opened.asked, opened.progress) = (None, None);
                let has_html = view.html.is_some();
                if has_html {
                    let allowed = view.from.first().is_some_and(|from| trusted_senders.contains(&from.address));
                    opened.face = Face::Html;
                    opened.remote = if allowed { Remote::Allowed } else { Remote::Blocked };
                }
                opened.view = Load::Ready(Shared::new(*view));
                let shown = has_html.then(|| sanitise(opened));
                shown.into_iter().chain(pictures::ask(opened, calls)).collect()
            }
            Update::Attachment { part, name, bytes, .. } => match pictures::take(opened, to, part, bytes) {
                Some(bytes) => {
                    opened.fetching.remove(&part);
                    vec![Effect::Save { name, bytes }]
                }
                None => vec![],
            },
            Update::Archive(archive) => {
                opened.archive_asked = None;
                let Source { name, bytes, .. } = *archive;
                vec![Effect::Save { name, bytes }]
            }
            Update::Source(source) => {
                opened.source_asked = None;
                opened.source = Some(Load::Ready(Shared::new(*source)));
                if std::mem::take(&mut opened.save_source) { save_source(opened, calls) } else { vec![] }
            }
            Update::MessageFailed { failure, .. } => {
                opened.fail(to, Shared::new(*failure));
                vec![]
            }
            _ => vec![],
        }
    })
}

fn opened(state: &mut State, list: ListId, messages: u32, octets: u64) -> Vec<Effect> {
    // What was under way until now, the signing in, is done.
    state.stage = Some(Stage::Headers { have: 0, of: messages });
    let State { mailbox, calls, .. } = state;
    if let Some(mailbox) = mailbox {
        let mut is_changed = false;
        let mut effects: Vec<Effect> = search::in_whole(mailbox, |mailbox| {
            is_changed = mailbox.reopened(list, messages, octets);
            let released = held::release(mailbox, list, is_changed);
            let later = mailbox.read_later.map(|position| show_around(calls, position));
            mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().chain(later).chain(released).collect()
        });
        effects.extend(search::again(mailbox, calls));
        if is_changed {
            kept::in_preview::source_lost(state, &Failure::new(FailureKind::Outdated, ""));
        }
        return effects;
    }
    let Phase::Opening(account) = &state.phase else { return vec![] };
    let account = account.clone();
    state.mailbox = Some(Mailbox::new(list, messages, octets));
    state.phase = Phase::Open(account);
    // The link has done its work; what it names is not left standing in the address bar.
    let asked_for = state.asked_for.take().map(Effect::WriteTo);
    [Effect::ClearLink, Effect::Focus(Focus::List)].into_iter().chain(asked_for).collect()
}

fn failed(state: &mut State, failure: Failure) -> Vec<Effect> {
    state.stage = None;
    match &mut state.mailbox {
        Some(mailbox) => {
            let failure = Shared::new(failure);
            held::give_up(mailbox, &failure);
            mailbox.read_later = None;
            mailbox.preview.checking = None;
            mailbox.failure = Some(Shared::clone(&failure));
            kept::in_preview::source_lost(state, &failure);
            vec![]
        }
        None => {
            state.phase = Phase::Form;
            // Only a refused password is asked for again; everything else is for reading first.
            let refused = failure.kind == FailureKind::WrongPassword;
            if refused {
                // The next sign-in is a new one.
                state.form.grant = None;
            }
            state.failure = Some(Shared::new(failure));
            vec![Effect::Focus(if refused { Focus::Password } else { Focus::Failure })]
        }
    }
}

/// The engine is no more. What it was asked for fails, for that may have been the reason; the rest of the mailbox goes on with
/// a fresh one.
pub(super) fn death(state: &mut State, death: &Death) -> Vec<Effect> {
    state.engine_died = true;
    diagnosis::death(state);
    oauth::death(state);
    let failure = crate::ui::words::engine_died(death);
    match state.phase {
        // A fresh one is started once it is needed: one that cannot be loaded would be loaded again and again.
        Phase::Form => discover::death(state),
        Phase::Opening(_) => failed(state, failure),
        Phase::Kept => kept::death(state, death),
        Phase::Closing(marked) => preview::closed(state, marked),
        Phase::Open(_) => {
            kept::in_preview::source_lost(state, &failure);
            let Some(mailbox) = &mut state.mailbox else { return vec![] };
            if let Some(reading) = &mut mailbox.reading {
                Reading::fail(reading, &Shared::new(failure.clone()));
            }
            preview::death(mailbox);
            mailbox.restarts = mailbox.restarts.saturating_add(1);
            if mailbox.restarts > RESTARTS || *death == Death::NotLoaded {
                return failed(state, failure);
            }
            mailbox.notice = Some(Notice::Restarted);
            opening::submit(state)
        }
    }
}
