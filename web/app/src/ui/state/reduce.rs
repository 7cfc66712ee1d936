//! The reducer: one function a group of actions.

use restante_api::{MessageRef, PartId, Request};
use restante_locales::Language;

use super::calls::{Calls, cancel};
use super::{
    Action, Effect, Face, Field, Focus, KeptAction, Keys, Load, Mailbox, OAuthAction, Opened, Phase, Reading, Remote,
    SafeHtml, Selection, State, diagnosis, discover, heard, held, is_free, kept, keys, later, oauth, opening, prepare,
    preview, screens, search, selection,
};
use crate::ui::shared::Shared;

/// Rows asked for around a message that is read, so that its neighbours can be stepped to.
const NEIGHBOURS: u32 = 20;

/// Applies an action, and says what has to be done because of it.
pub fn reduce(state: &mut State, action: Action) -> Vec<Effect> {
    let depth = depth(state);
    let action = keys::meant(state, action);
    let by_history = matches!(action, Action::History(_));
    later::withdraw(state, &action);
    let phase = std::mem::discriminant(&state.phase);
    let were_needed = screens::are_needed(state);
    let mut effects = apply(state, action);
    if !were_needed && screens::are_needed(state) {
        effects.extend(screens::again(state));
    }
    if std::mem::discriminant(&state.phase) != phase {
        // What was begun in one place has no one to go on with it in another.
        effects.extend(oauth::act(state, OAuthAction::Cancel));
    }
    let mut effects = held::hold(state, effects);
    let now = self::depth(state);
    if !by_history && now > depth {
        effects.push(Effect::Deepen(now));
    } else if !by_history && now < depth {
        effects.push(Effect::Rise(depth - now));
    }
    effects
}

fn depth(state: &State) -> usize {
    state.mailbox.as_ref().map_or(0, Mailbox::depth)
}

fn apply(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Screens(action) => screens::act(state, action),
        Action::Speak(language) => speak(state, language),
        Action::Look(looks) => {
            state.looks = looks;
            vec![Effect::Look]
        }
        // It was made into another one.
        Action::Command(..) => vec![],
        Action::SetKey(command, key) => {
            if key.is_empty() || is_free(&key) {
                state.keys.set(command, &key);
            }
            vec![Effect::RememberKeys]
        }
        Action::ResetKeys => {
            state.keys = Keys::default();
            vec![Effect::RememberKeys]
        }
        Action::Overlay(overlay) => {
            state.overlay = overlay;
            vec![]
        }
        Action::Site(site) => {
            if let Some(preset) = site.preset.as_ref().filter(|_| state.form.is_untouched()) {
                state.form.fill_from_preset(preset);
            }
            state.site = site;
            prepare::approach(state)
        }
        Action::UsePreset => {
            if let Some(preset) = &state.site.preset {
                state.form.fill_from_preset(preset);
                (state.failure, state.complaint) = (None, None);
            }
            prepare::revise(state)
        }
        Action::Link(link) => opening::follow_link(state, &link),
        Action::Edit(field) => {
            let is_password = matches!(field, Field::Password(_));
            let is_address = matches!(field, Field::Address(_));
            let is_bridge = matches!(field, Field::Token(_) | Field::Bridge(_) | Field::BridgeAddress(_));
            let server = state.form.server(&state.site);
            state.complaint = state.form.edit(field).err();
            // What went wrong with one server is no matter of another's, its certificate above all.
            if state.form.server(&state.site) != server {
                state.failure = None;
            }
            match () {
                () if is_password => prepare::connect(state),
                () if is_address => discover::edited(state),
                () if is_bridge => discover::bridge_changed(state).into_iter().chain(prepare::revise(state)).collect(),
                () => prepare::revise(state),
            }
        }
        Action::AtForm { password: true } => prepare::connect(state),
        Action::AtForm { password: false } => prepare::approach(state),
        Action::Find(action) => discover::act(state, action),
        Action::OAuth(action) => oauth::act(state, action),
        Action::Submit | Action::Reopen => opening::submit(state),
        Action::Trust => opening::trust(state),
        Action::Cancel => {
            if matches!(state.phase, Phase::Opening(_)) {
                (state.phase, state.stage) = (Phase::Form, None);
                return vec![Effect::ReplaceEngine, Effect::Focus(Focus::Form)];
            }
            vec![]
        }
        Action::Close if kept::in_preview::holds(state) => vec![],
        Action::Close | Action::CloseAnyway => preview::close(state).unwrap_or_else(|| {
            let (_, close) = state.calls.ask(Request::Close);
            *state = preview::forgotten(state);
            vec![close, Effect::ReplaceEngine, Effect::Focus(Focus::Form)]
        }),
        Action::Found => kept::found(state),
        Action::Keep(action) if matches!(state.phase, Phase::Open(_)) => kept::in_preview::act(state, action),
        Action::Keep(action @ (KeptAction::Shut | KeptAction::Cancel)) => {
            // Who shuts the dialog waits for no provider any more.
            let given_up = oauth::act(state, OAuthAction::Cancel);
            [given_up, kept::act(state, action)].concat()
        }
        Action::Keep(action) => kept::act(state, action),
        Action::Preview(action) => preview::act(state, action),
        Action::Search(action) => search::act(state, action),
        Action::Offline(offline) => {
            state.offline = offline;
            [kept::network(state), kept::in_preview::network(state)].concat()
        }
        Action::Promised(promised) => {
            state.promised = Some(promised);
            vec![]
        }
        Action::FilesRead => {
            state.kept.as_mut().map(kept::finished);
            vec![]
        }
        Action::Engine(reply) => heard::reply(state, reply),
        Action::EngineDied(death) => heard::death(state, &death),
        Action::Writer(reply) => kept::in_preview::reply(state, reply),
        Action::WriterDied(death) => kept::in_preview::death(state, &death),
        Action::Dismiss => in_mailbox(state, |mailbox, _| {
            mailbox.notice = None;
            vec![]
        }),
        Action::Stop => in_reading(state, |reading, _| {
            let opened = reading.current_mut();
            let Some(asked) = opened.asked.take() else { return vec![] };
            (opened.view, opened.progress) = (Load::Stopped, None);
            cancel([asked]).collect()
        }),
        Action::Again => in_mailbox(state, again),
        Action::InSight { first, count } => in_mailbox(state, |mailbox, calls| {
            mailbox.sight = (first, count);
            if mailbox.is_kept() {
                return kept::show(mailbox, calls);
            }
            // What was found is here.
            if mailbox.shows_found() {
                return vec![];
            }
            mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().collect()
        }),
        Action::ShowDue => in_whole_list(state, |mailbox, calls| {
            let Some((first, count)) = mailbox.wanted() else { return vec![] };
            mailbox.asked = Some((first, count));
            vec![calls.ask(Request::Show { first, count }).1]
        }),
        // Without a list it means nothing.
        Action::Key(..) => vec![],
        Action::Cursor(position) => in_mailbox(state, |mailbox, _| {
            mailbox.point(position.min(mailbox.len().saturating_sub(1)));
            vec![]
        }),
        Action::Choose(choice) => in_mailbox(state, |mailbox, calls| selection::choose(mailbox, calls, choice)),
        Action::Read(position) => in_mailbox(state, |mailbox, calls| read(mailbox, calls, position)),
        Action::Step(by) => in_mailbox(state, |mailbox, calls| {
            let at = mailbox.reading.as_ref().map_or(Some(mailbox.cursor), |reading| reading.position);
            let to = match at {
                Some(at) => at.checked_add_signed(by.into()),
                // What is read has left a list of kept mail, and the next one is where the keyboard is.
                None if mailbox.is_kept() => mailbox.cursor.checked_add_signed(i32::from(by.min(0))),
                None => None,
            };
            to.map_or_else(Vec::new, |position| read(mailbox, calls, position))
        }),
        Action::OpenNested(part) => in_reading(state, |reading, calls| {
            let message = reading.current().message.nested(part);
            let (asked, ask) = calls.ask(Request::Read(message.clone()));
            reading.descend(message, asked);
            vec![ask, Effect::Focus(Focus::Message)]
        }),
        Action::Back => in_mailbox(state, |mailbox, _| {
            let depth = mailbox.depth().saturating_sub(1);
            rise_to(mailbox, depth)
        }),
        Action::History(depth) => in_mailbox(state, |mailbox, _| rise_to(mailbox, depth)),
        Action::Show(face) => in_reading(state, |reading, calls| show(reading.current_mut(), calls, face)),
        Action::ShowRemote => in_reading(state, |reading, _| fetch_pictures(reading.current_mut())),
        Action::HideRemote => in_mailbox(state, |mailbox, _| hide_pictures(mailbox)),
        Action::TrustSender => in_mailbox(state, |mailbox, _| trust_sender(mailbox)),
        Action::Sanitised { message, remote, html } => sanitised(state, &message, remote, html),
        Action::Download(part) => in_reading(state, |reading, calls| download(reading.current_mut(), calls, part)),
        Action::DownloadAll => in_reading(state, |reading, calls| download_all(reading.current_mut(), calls)),
        Action::SaveSource => in_reading(state, |reading, calls| save_source(reading.current_mut(), calls)),
        Action::NotSaved => in_reading(state, |reading, _| {
            reading.current_mut().fetch_failure = Some(Shared::new(crate::ui::words::not_saved()));
            vec![]
        }),
        Action::NewVersion | Action::Later => {
            state.newer = matches!(action, Action::NewVersion);
            vec![]
        }
        Action::Update => vec![Effect::Update],
        Action::Print => vec![Effect::Print],
        Action::ShowPath(open) => in_mailbox(state, |mailbox, _| {
            mailbox.shows_path = open;
            vec![]
        }),
        Action::ShowAbout(open) => {
            if let Some(mailbox) = &mut state.mailbox {
                mailbox.shows_path = false;
            }
            state.about = open.then_some(Load::Waiting);
            if open { vec![Effect::Compare] } else { vec![] }
        }
        Action::Diagnosis(action) => diagnosis::act(state, action),
        Action::Compared(outcome) => {
            // Whoever closed it does not want to hear of it any more.
            if state.about.is_some() {
                state.about = Some(match outcome {
                    Ok(about) => Load::Ready(Shared::new(about)),
                    Err(why) => Load::Failed(Shared::new(crate::ui::words::not_compared(why))),
                });
            }
            vec![]
        }
    }
}

pub(super) fn in_mailbox(
    state: &mut State,
    change: impl FnOnce(&mut Mailbox, &mut Calls) -> Vec<Effect>,
) -> Vec<Effect> {
    let State { mailbox, calls, .. } = state;
    mailbox.as_mut().map_or_else(Vec::new, |mailbox| change(mailbox, calls))
}

/// The same with the whole list, where what was found is shown in its place.
pub(super) fn in_whole_list(
    state: &mut State,
    change: impl FnOnce(&mut Mailbox, &mut Calls) -> Vec<Effect>,
) -> Vec<Effect> {
    in_mailbox(state, |mailbox, calls| search::in_whole(mailbox, |mailbox| change(mailbox, calls)))
}

pub(super) fn in_reading(
    state: &mut State,
    change: impl FnOnce(&mut Reading, &mut Calls) -> Vec<Effect>,
) -> Vec<Effect> {
    in_mailbox(state, |mailbox, calls| mailbox.reading.as_mut().map_or_else(Vec::new, |reading| change(reading, calls)))
}

/// Reads the message at this position. Whatever the message before was waiting for is not wanted any more.
pub(super) fn read(mailbox: &mut Mailbox, calls: &mut Calls, position: u32) -> Vec<Effect> {
    let Some(message) = mailbox.message_at(position) else { return later::read(mailbox, calls, position) };
    mailbox.point(position);
    mailbox.selection = Selection::default();
    if mailbox.reading.as_ref().is_some_and(|reading| reading.current().message == message) {
        return vec![Effect::Focus(Focus::Message)];
    }
    let left = mailbox.reading.take().map(|reading| reading.calls()).unwrap_or_default();
    let mut effects: Vec<Effect> = cancel(left).collect();
    let (asked, ask) = calls.ask(Request::Read(message.clone()));
    effects.extend([ask, Effect::Focus(Focus::Message)]);
    mailbox.reading = Some(Reading::new(position, message, asked));
    let neighbours = [position.checked_sub(1), position.checked_add(1).filter(|next| *next < mailbox.len())];
    if neighbours.into_iter().flatten().any(|near| mailbox.row(near).is_none()) {
        effects.push(show_around(calls, position));
    }
    effects
}

/// Asks for the rows around this position.
pub(super) fn show_around(calls: &mut Calls, position: u32) -> Effect {
    let first = position.saturating_sub(NEIGHBOURS / 2);
    calls.ask(Request::Show { first, count: NEIGHBOURS }).1
}

/// Asks for the message that is shown once more, by the reference that the list has for it now.
fn again(mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    let position = mailbox.reading.as_ref().filter(|reading| reading.depth() == 1).and_then(|reading| reading.position);
    let now = position.and_then(|position| mailbox.message_at(position));
    let Some(reading) = &mut mailbox.reading else { return vec![] };
    let opened = reading.current_mut();
    if opened.asked.is_some() || opened.view.ready().is_some() {
        return vec![];
    }
    if let Some(now) = now {
        opened.message = now;
    }
    let (asked, ask) = calls.ask(Request::Read(opened.message.clone()));
    opened.await_view(asked);
    vec![ask, Effect::Focus(Focus::Message)]
}

fn rise_to(mailbox: &mut Mailbox, depth: usize) -> Vec<Effect> {
    if depth >= mailbox.depth() {
        return vec![];
    }
    let (left, focus) = if depth == 0 {
        (mailbox.reading.take().map(|reading| reading.calls()), Focus::List)
    } else {
        (mailbox.reading.as_mut().map(|reading| reading.truncate(depth)), Focus::Message)
    };
    cancel(left.unwrap_or_default()).chain([Effect::Focus(focus)]).collect()
}

fn show(opened: &mut Opened, calls: &mut Calls, face: Face) -> Vec<Effect> {
    opened.face = face;
    match face {
        Face::Source if !matches!(opened.source, Some(Load::Ready(_) | Load::Waiting)) => {
            vec![ask_for_source(opened, calls)]
        }
        Face::Html if matches!(opened.html, Load::Failed(_)) => vec![sanitise(opened)],
        Face::Source | Face::Html | Face::Text => vec![],
    }
}

fn ask_for_source(opened: &mut Opened, calls: &mut Calls) -> Effect {
    let (asked, ask) = calls.ask(Request::Source(opened.message.clone()));
    (opened.source, opened.source_asked) = (Some(Load::Waiting), Some(asked));
    ask
}

pub(super) fn sanitise(opened: &mut Opened) -> Effect {
    // What is shown already stays until the new one is there.
    if opened.html.ready().is_none() {
        opened.html = Load::Waiting;
    }
    Effect::Sanitise { message: opened.message.clone(), remote: opened.remote }
}

/// Speaks another language, and has what is said within the letter said anew.
fn speak(state: &mut State, language: Language) -> Vec<Effect> {
    state.language = language;
    let reading = state.mailbox.as_mut().and_then(|mailbox| mailbox.reading.as_mut());
    let shown = reading.map(Reading::current_mut).filter(|opened| opened.html.ready().is_some());
    std::iter::once(Effect::Speak).chain(shown.map(sanitise)).collect()
}

fn fetch_pictures(opened: &mut Opened) -> Vec<Effect> {
    opened.remote = Remote::Allowed;
    vec![sanitise(opened)]
}

fn trust_sender(mailbox: &mut Mailbox) -> Vec<Effect> {
    let Some(opened) = mailbox.reading.as_mut().map(Reading::current_mut) else { return vec![] };
    if let Some(from) = opened.view.ready().and_then(|view| view.from.first()) {
        mailbox.trusted_senders.insert(from.address.clone());
    }
    fetch_pictures(opened)
}

fn hide_pictures(mailbox: &mut Mailbox) -> Vec<Effect> {
    let Some(opened) = mailbox.reading.as_mut().map(Reading::current_mut) else { return vec![] };
    if let Some(from) = opened.view.ready().and_then(|view| view.from.first()) {
        mailbox.trusted_senders.remove(&from.address);
    }
    opened.remote = Remote::Blocked;
    vec![sanitise(opened)]
}

fn sanitised(
    state: &mut State,
    message: &MessageRef,
    remote: Remote,
    html: Result<SafeHtml, super::NotSanitised>,
) -> Vec<Effect> {
    in_reading(state, |reading, _| {
        // An answer for another choice of pictures has been overtaken.
        if let Some(opened) = reading.find_mut(message).filter(|opened| opened.remote == remote) {
            match html {
                Ok(html) => opened.html = Load::Ready(Shared::new(html)),
                Err(reason) => {
                    opened.html = Load::Failed(Shared::new(crate::ui::words::not_sanitised(&reason)));
                    opened.face = Face::Text;
                }
            }
        }
        vec![]
    })
}

fn download(opened: &mut Opened, calls: &mut Calls, part: PartId) -> Vec<Effect> {
    opened.fetch_failure = None;
    if opened.fetching.contains_key(&part) {
        return vec![];
    }
    let (asked, ask) = calls.ask(Request::Fetch { message: opened.message.clone(), part });
    opened.fetching.insert(part, asked);
    vec![ask]
}

fn download_all(opened: &mut Opened, calls: &mut Calls) -> Vec<Effect> {
    opened.fetch_failure = None;
    if opened.archive_asked.is_some() {
        return vec![];
    }
    let (asked, ask) = calls.ask(Request::FetchAll(opened.message.clone()));
    opened.archive_asked = Some(asked);
    vec![ask]
}

pub(super) fn save_source(opened: &mut Opened, calls: &mut Calls) -> Vec<Effect> {
    match &opened.source {
        Some(Load::Ready(source)) => vec![Effect::Save { name: source.name.clone(), bytes: source.bytes.clone() }],
        Some(Load::Waiting) => {
            opened.save_source = true;
            vec![]
        }
        Some(Load::Failed(_) | Load::Stopped) | None => {
            opened.save_source = true;
            vec![ask_for_source(opened, calls)]
        }
    }
}
