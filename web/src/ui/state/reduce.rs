//! The reducer: one function a group of actions.

use restante_engine::api::{FailureKind, MessageRef, PartId, Request, Stage, Update};

use super::{Action, Effect, Face, Focus, Load, Mailbox, Opened, Phase, Reading, Remote, SafeHtml, State};
use crate::ui::shared::Shared;

/// Rows asked for around a message that is read, so that its neighbours can be stepped to.
const NEIGHBOURS: u32 = 20;

/// Applies an action, and says what has to be done because of it.
pub fn reduce(state: &mut State, action: Action) -> Vec<Effect> {
    let depth = depth(state);
    let by_history = matches!(action, Action::History(_));
    let mut effects = apply(state, action);
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
        Action::Site(site) => {
            if let Some(preset) = site.preset.as_ref().filter(|_| state.form.is_untouched()) {
                state.form.fill_from_preset(preset);
            }
            state.site = site;
            vec![]
        }
        Action::UsePreset => {
            if let Some(preset) = &state.site.preset {
                state.form.fill_from_preset(preset);
                (state.failure, state.complaint) = (None, None);
            }
            vec![]
        }
        Action::Link(link) => follow_link(state, &link),
        Action::Edit(field) => {
            state.complaint = state.form.edit(field).err();
            vec![]
        }
        Action::Submit | Action::Reopen => submit(state),
        Action::Trust => trust(state),
        Action::Cancel => {
            if matches!(state.phase, Phase::Opening(_)) {
                (state.phase, state.stage) = (Phase::Form, None);
                return vec![Effect::ReplaceEngine, Effect::Focus(Focus::Form)];
            }
            vec![]
        }
        Action::Close => {
            *state = State { site: state.site.clone(), ..State::default() };
            vec![Effect::Ask(Request::Close), Effect::ReplaceEngine, Effect::Focus(Focus::Form)]
        }
        Action::Engine(update) => engine(state, update),
        Action::EngineLost(detail) => {
            let failure = crate::ui::words::engine_lost(detail);
            let mut effects = engine(state, Update::Failed(Box::new(failure)));
            effects.push(Effect::ReplaceEngine);
            effects
        }
        Action::InSight { first, count } => in_mailbox(state, |mailbox| {
            mailbox.sight = (first, count);
            mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().collect()
        }),
        Action::ShowDue => in_mailbox(state, |mailbox| {
            let Some((first, count)) = mailbox.wanted() else { return vec![] };
            mailbox.asked = Some((first, count));
            vec![Effect::Ask(Request::Show { first, count })]
        }),
        Action::Cursor(position) => in_mailbox(state, |mailbox| {
            mailbox.cursor = position.min(mailbox.len().saturating_sub(1));
            vec![]
        }),
        Action::Read(position) => in_mailbox(state, |mailbox| read(mailbox, position)),
        Action::Step(by) => in_mailbox(state, |mailbox| {
            let at = mailbox.reading.as_ref().map_or(mailbox.cursor, |reading| reading.position);
            at.checked_add_signed(by.into()).map_or_else(Vec::new, |position| read(mailbox, position))
        }),
        Action::OpenNested(part) => in_reading(state, |reading| {
            let message = reading.current().message.nested(part);
            reading.descend(message.clone());
            vec![Effect::Ask(Request::Read(message)), Effect::Focus(Focus::Message)]
        }),
        Action::Back => in_mailbox(state, |mailbox| {
            let depth = mailbox.depth().saturating_sub(1);
            rise_to(mailbox, depth)
        }),
        Action::History(depth) => in_mailbox(state, |mailbox| rise_to(mailbox, depth)),
        Action::Show(face) => in_reading(state, |reading| show(reading.current_mut(), face)),
        Action::ShowRemote => in_reading(state, |reading| fetch_pictures(reading.current_mut())),
        Action::TrustSender => in_mailbox(state, trust_sender),
        Action::Sanitised { message, remote, html } => sanitised(state, &message, remote, html),
        Action::Download(part) => in_reading(state, |reading| download(reading.current_mut(), part)),
        Action::SaveSource => in_reading(state, |reading| save_source(reading.current_mut())),
        Action::NotSaved => in_reading(state, |reading| {
            reading.current_mut().fetch_failure = Some(Shared::new(crate::ui::words::not_saved()));
            vec![]
        }),
        Action::ShowPath(open) => in_mailbox(state, |mailbox| {
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

fn in_mailbox(state: &mut State, change: impl FnOnce(&mut Mailbox) -> Vec<Effect>) -> Vec<Effect> {
    state.mailbox.as_mut().map_or_else(Vec::new, change)
}

fn in_reading(state: &mut State, change: impl FnOnce(&mut Reading) -> Vec<Effect>) -> Vec<Effect> {
    in_mailbox(state, |mailbox| mailbox.reading.as_mut().map_or_else(Vec::new, change))
}

fn follow_link(state: &mut State, link: &str) -> Vec<Effect> {
    if link.is_empty() || state.phase != Phase::Form {
        return vec![];
    }
    (state.failure, state.complaint) = (None, None);
    match state.form.fill_from_link(link) {
        Ok(()) => vec![Effect::Focus(Focus::Form)],
        Err(complaint) => {
            state.complaint = Some(complaint);
            // Whatever is wrong with it, a password in the address bar must not stay there.
            vec![Effect::ClearLink]
        }
    }
}

fn submit(state: &mut State) -> Vec<Effect> {
    if matches!(state.phase, Phase::Opening(_)) {
        return vec![];
    }
    match state.form.to_request(&state.site) {
        Ok(open) => {
            state.phase = Phase::Opening((&open).into());
            state.stage = Some(Stage::Connecting);
            (state.complaint, state.failure) = (None, None);
            (state.mailbox, state.connection) = (None, None);
            vec![Effect::Ask(Request::Open(Box::new(open)))]
        }
        Err(complaint) => {
            state.complaint = Some(complaint);
            vec![Effect::Focus(Focus::Complaint)]
        }
    }
}

fn trust(state: &mut State) -> Vec<Effect> {
    let failure = state.failure.as_ref().or_else(|| state.mailbox.as_ref()?.failure.as_ref());
    match failure.map(|failure| &failure.kind) {
        Some(FailureKind::Certificate { certificate, .. } | FailureKind::CertificateChanged { certificate }) => {
            state.form.trusted = Some(certificate.fingerprint);
            submit(state)
        }
        _ => vec![],
    }
}

fn engine(state: &mut State, update: Update) -> Vec<Effect> {
    match update {
        Update::Progress(stage) => {
            if state.phase != Phase::Form {
                state.stage = Some(stage);
            }
            vec![]
        }
        Update::Opened { messages, octets } => opened(state, messages, octets),
        Update::Connected(connection) => {
            state.connection = Some(Shared::new(*connection));
            vec![]
        }
        Update::Rows(rows) => in_mailbox(state, |mailbox| {
            mailbox.take(rows);
            mailbox.wanted().map(|_| Effect::ShowSoon).into_iter().collect()
        }),
        Update::Message(view) => in_mailbox(state, |mailbox| {
            let allowed = view.from.first().is_some_and(|from| mailbox.trusted_senders.contains(&from.address));
            let Some(opened) = mailbox.reading.as_mut().and_then(|reading| reading.find_mut(&view.message)) else {
                return vec![];
            };
            let has_html = view.html.is_some();
            if has_html {
                opened.face = Face::Html;
                opened.remote = if allowed { Remote::Allowed } else { Remote::Blocked };
            }
            opened.view = Load::Ready(Shared::new(*view));
            if has_html { vec![sanitise(opened)] } else { vec![] }
        }),
        Update::Attachment { message, part, name, bytes, .. } => {
            in_mailbox(state, |mailbox| {
                if let Some(opened) = mailbox.reading.as_mut().and_then(|reading| reading.find_mut(&message)) {
                    // What is no longer waited for was given up by closing the message.
                    if opened.fetching.remove(&part) {
                        return vec![Effect::Save { name, bytes }];
                    }
                }
                vec![]
            })
        }
        Update::Source(source) => in_mailbox(state, |mailbox| {
            let Some(opened) = mailbox.reading.as_mut().and_then(|reading| reading.find_mut(&source.message)) else {
                return vec![];
            };
            opened.source = Some(Load::Ready(Shared::new(*source)));
            if std::mem::take(&mut opened.save_source) { save_source(opened) } else { vec![] }
        }),
        Update::MessageFailed { message, failure } => in_mailbox(state, |mailbox| {
            if let Some(opened) = mailbox.reading.as_mut().and_then(|reading| reading.find_mut(&message)) {
                opened.fail(*failure);
            }
            vec![]
        }),
        Update::Failed(failure) => {
            state.stage = None;
            match state.phase {
                Phase::Form => {}
                Phase::Opening(_) => {
                    state.phase = Phase::Form;
                    // Only a refused password is asked for again; everything else is for reading first.
                    let refused = failure.kind == FailureKind::WrongPassword;
                    state.failure = Some(Shared::new(*failure));
                    return vec![Effect::Focus(if refused { Focus::Password } else { Focus::Failure })];
                }
                Phase::Open => {
                    if let Some(mailbox) = &mut state.mailbox {
                        mailbox.failure = Some(Shared::new(*failure));
                    }
                }
            }
            vec![]
        }
        Update::Closed => vec![],
    }
}

fn opened(state: &mut State, messages: u32, octets: u64) -> Vec<Effect> {
    let Phase::Opening(account) = &state.phase else { return vec![] };
    state.mailbox = Some(Mailbox::new(account.clone(), messages, octets));
    state.phase = Phase::Open;
    // What was under way until now, the signing in, is done.
    state.stage = Some(Stage::Headers { have: 0, of: messages });
    // The link has done its work; what it names is not left standing in the address bar.
    vec![Effect::ClearLink, Effect::Focus(Focus::List)]
}

fn read(mailbox: &mut Mailbox, position: u32) -> Vec<Effect> {
    let Some(message) = mailbox.message_at(position) else { return vec![] };
    mailbox.cursor = position;
    if mailbox.reading.as_ref().is_some_and(|reading| reading.current().message == message) {
        return vec![Effect::Focus(Focus::Message)];
    }
    mailbox.seen.edit().insert(message.number);
    let mut effects = vec![Effect::Ask(Request::Read(message.clone())), Effect::Focus(Focus::Message)];
    mailbox.reading = Some(Reading::new(position, message));
    let neighbours = [position.checked_sub(1), position.checked_add(1).filter(|next| *next < mailbox.len())];
    if neighbours.into_iter().flatten().any(|near| mailbox.row(near).is_none()) {
        let first = position.saturating_sub(NEIGHBOURS / 2);
        effects.push(Effect::Ask(Request::Show { first, count: NEIGHBOURS }));
    }
    effects
}

fn rise_to(mailbox: &mut Mailbox, depth: usize) -> Vec<Effect> {
    if depth >= mailbox.depth() {
        return vec![];
    }
    if depth == 0 {
        mailbox.reading = None;
        return vec![Effect::Focus(Focus::List)];
    }
    if let Some(reading) = &mut mailbox.reading {
        reading.truncate(depth);
    }
    vec![Effect::Focus(Focus::Message)]
}

fn show(opened: &mut Opened, face: Face) -> Vec<Effect> {
    opened.face = face;
    if face == Face::Source && !matches!(opened.source, Some(Load::Ready(_) | Load::Waiting)) {
        opened.source = Some(Load::Waiting);
        return vec![Effect::Ask(Request::Source(opened.message.clone()))];
    }
    vec![]
}

fn sanitise(opened: &mut Opened) -> Effect {
    // What is shown already stays until the new one is there.
    if opened.html.ready().is_none() {
        opened.html = Load::Waiting;
    }
    Effect::Sanitise { message: opened.message.clone(), remote: opened.remote }
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

fn sanitised(state: &mut State, message: &MessageRef, remote: Remote, html: Result<SafeHtml, String>) -> Vec<Effect> {
    in_reading(state, |reading| {
        // An answer for another choice of pictures has been overtaken.
        if let Some(opened) = reading.find_mut(message).filter(|opened| opened.remote == remote) {
            match html {
                Ok(html) => opened.html = Load::Ready(Shared::new(html)),
                Err(reason) => {
                    opened.html = Load::Failed(Shared::new(crate::ui::words::not_sanitised(reason)));
                    opened.face = Face::Text;
                }
            }
        }
        vec![]
    })
}

fn download(opened: &mut Opened, part: PartId) -> Vec<Effect> {
    opened.fetch_failure = None;
    if !opened.fetching.insert(part) {
        return vec![];
    }
    vec![Effect::Ask(Request::Fetch { message: opened.message.clone(), part })]
}

fn save_source(opened: &mut Opened) -> Vec<Effect> {
    match &opened.source {
        Some(Load::Ready(source)) => vec![Effect::Save { name: source.name.clone(), bytes: source.bytes.clone() }],
        Some(Load::Waiting) => {
            opened.save_source = true;
            vec![]
        }
        Some(Load::Failed(_)) | None => {
            opened.source = Some(Load::Waiting);
            opened.save_source = true;
            vec![Effect::Ask(Request::Source(opened.message.clone()))]
        }
    }
}
