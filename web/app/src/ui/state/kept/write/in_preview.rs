//! Writing beside a preview: letters are in the memory of an engine of their own, next to the one that reads, and are gone
//! when the mailbox is closed.
//!
//! ```text
//! preview's engine ── octets of the message ──► page ── Begin, Save, Send ──► engine in memory ──► submission server
//! ```

use restante_api::keep::{AccountId, Answer, Ask};
use restante_api::letter::{Draft, LetterId, Manner, Origin, Sending};
use restante_api::{CallId, Failure, MessageRef, Reply, Request, Update};
use restante_link::Death;

use super::{Composer, LetterWait, Saved, Told, Write, WriteStep, make_room, sends_by};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::kept::{Kept, KeptAction, Wait, act as deeds, settings};
use crate::ui::state::{Effect, Focus, Mailbox, RESTARTS, State, discover};

/// The account of letters that wait for their engine; engines give no such number.
const NO_ACCOUNT: AccountId = AccountId(0);

/// Letters beside a preview.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// The one account, its letters, and the one that is open, as where mail is kept.
    pub kept: Kept,
    /// Somebody wants to close the mailbox, though letters are not sent.
    pub closing: bool,
    /// How the letter goes on that is open, once there is an account.
    pending: Option<Pending>,
    /// A message that a letter is made from is on its way.
    source: Option<(CallId, LetterId, Manner)>,
    /// How the account sends, for an engine that takes the place of another.
    sending: Option<Sending>,
    restarts: u8,
    /// The engine broke too often to be started anew by itself.
    is_dead: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Pending {
    New(Box<Draft>),
    Begin(Manner, Vec<u8>),
    /// It was being written when its engine broke.
    Again,
}

impl Writing {
    /// Letters that are lost if the mailbox is closed now.
    pub fn unsent(&self) -> usize {
        let kept = &self.kept;
        let letters = kept.accounts().iter().flat_map(|account| &account.letters);
        let told = letters.filter(|letter| self.kept.discarded != Some(letter.id)).count();
        let open = kept.composer.as_ref().filter(|composer| kept.letter(composer.letter).is_none());
        told + usize::from(open.is_some_and(|composer| composer.saved != Saved::Never))
    }

    fn account(&self) -> Option<AccountId> {
        self.kept.accounts().first().map(|account| account.id)
    }
}

/// Does it.
pub(in crate::ui::state) fn act(state: &mut State, action: KeptAction) -> Vec<Effect> {
    let message = meant(state);
    let mut effects = match &action {
        KeptAction::Write(Write::From(..)) if message.is_none() => return vec![],
        // What was typed goes on first: without an engine it is nowhere else.
        KeptAction::Write(
            Write::New(..) | Write::From(..) | Write::Send | Write::SendAnyway | Write::Attach(_) | Write::Insert(_),
        ) if is_stranded(state) => {
            return begin(state);
        }
        KeptAction::Write(Write::New(..) | Write::From(..)) => begin(state),
        _ => vec![],
    };
    let State { writing: Some(writing), mailbox: Some(mailbox), calls, .. } = state else { return effects };
    let kept = &mut writing.kept;
    effects.extend(match action {
        KeptAction::Write(Write::New(letter, draft)) => {
            let saves = open(writing, calls, letter);
            writing.pending = Some(Pending::New(draft));
            [saves, go_on(writing, mailbox, calls)].concat()
        }
        KeptAction::Write(Write::From(letter, manner)) => match message {
            Some(message) => from(writing, calls, letter, manner, message),
            None => vec![],
        },
        KeptAction::Write(write) => super::act(kept, mailbox, calls, write),
        KeptAction::Open(opening) => deeds::open(kept, mailbox, opening),
        KeptAction::Turn(_) | KeptAction::Save => settings::act(kept, calls, action),
        KeptAction::Read => {
            kept.told = None;
            super::discard_now(kept, calls)
        }
        KeptAction::Shut => {
            (kept.sheet, writing.closing) = (None, false);
            vec![]
        }
        KeptAction::GoBack => {
            kept.shelf = None;
            vec![Effect::Focus(Focus::List)]
        }
        KeptAction::TakeMailLinks => vec![Effect::TakeMailLinks],
        // The rest is about messages that are kept.
        _ => vec![],
    });
    effects
}

/// Whether the mailbox stays open until somebody has said that letters which are not sent are to go.
pub(in crate::ui::state) fn holds(state: &mut State) -> bool {
    let writing = state.writing.as_mut().filter(|writing| !writing.closing && writing.unsent() > 0);
    writing.map(|writing| writing.closing = true).is_some()
}

/// The network is back: letters that waited for it are sent.
pub(in crate::ui::state) fn network(state: &mut State) -> Vec<Effect> {
    let State { writing: Some(writing), calls, offline: false, .. } = state else { return vec![] };
    super::send_what_waits(&mut writing.kept, calls)
}

/// Starts the engine, where there is none, and makes it an account of the mailbox that is open.
fn begin(state: &mut State) -> Vec<Effect> {
    match &mut state.writing {
        Some(writing) if writing.is_dead => resume(writing),
        Some(_) => return vec![],
        None => {
            state.writing = Some(Writing {
                kept: Kept::new(),
                closing: false,
                pending: None,
                source: None,
                sending: None,
                restarts: 0,
                is_dead: false,
            });
        }
    }
    start(state)
}

/// Whether a letter is open that no engine knows of: there is none any more, or not yet.
fn is_stranded(state: &State) -> bool {
    state.writing.as_ref().is_some_and(|writing| {
        writing.is_dead && writing.kept.composer.is_some() || matches!(writing.pending, Some(Pending::Again))
    })
}

/// The message that a letter would be made from.
fn meant(state: &State) -> Option<MessageRef> {
    let mailbox = state.mailbox.as_ref()?;
    let is_shelved = state.writing.as_ref().is_some_and(|writing| writing.kept.shelf.is_some());
    let chosen = &mailbox.selection.numbers;
    let read = mailbox.reading.as_ref().filter(|_| chosen.is_empty());
    match read {
        _ if is_shelved || chosen.len() > 1 => None,
        // Be it one within another.
        Some(reading) => Some(reading.current().message.clone()),
        None => chosen
            .first()
            .map(|number| MessageRef::in_list(mailbox.list, *number))
            .or_else(|| mailbox.message_at(mailbox.cursor)),
    }
}

/// The letter that is open goes on with another engine, which knows nothing of its files.
fn resume(writing: &mut Writing) {
    writing.is_dead = false;
    if let Some(composer) = &mut writing.kept.composer {
        composer.lose(|_| true);
        composer.adding.clear();
        (composer.account, composer.step, composer.saved) = (NO_ACCOUNT, WriteStep::Opening, Saved::Partly);
        writing.pending = Some(Pending::Again);
    }
}

fn start(state: &mut State) -> Vec<Effect> {
    let State { writing: Some(writing), form, site, calls, .. } = state else { return vec![] };
    // The form opened the mailbox, and nobody can have changed it since.
    let Ok(open) = form.to_request(site) else { return vec![] };
    let submission = discover::submission_of(site, form, &open);
    let kept = &mut writing.kept;
    let (overview, ask) = calls.ask(Request::Keep(Ask::Overview));
    kept.overview_call = overview;
    let account = kept.ask(calls, Ask::Sender(Box::new(open)), Wait::Account(None, submission));
    vec![Effect::StartWriter, ask, account]
}

/// A letter is open, and what is in it is to come.
fn open(writing: &mut Writing, calls: &mut Calls, letter: LetterId) -> Vec<Effect> {
    let effects = make_room(&mut writing.kept, calls);
    let account = writing.account().unwrap_or(NO_ACCOUNT);
    writing.kept.composer = Some(Composer::new(letter, account, Draft::default(), WriteStep::Opening));
    (writing.pending, writing.source) = (None, None);
    effects
}

fn from(
    writing: &mut Writing,
    calls: &mut Calls,
    letter: LetterId,
    manner: Manner,
    message: MessageRef,
) -> Vec<Effect> {
    let mut effects = open(writing, calls, letter);
    let (call, ask) = calls.ask(Request::Source(message));
    writing.source = Some((call, letter, manner));
    effects.push(ask);
    effects
}

/// The message that a letter is made from, or why it cannot be had. `None`: it is somebody else's.
pub(in crate::ui::state) fn source(state: &mut State, to: CallId, update: &Update) -> Option<Vec<Effect>> {
    let State { writing: Some(writing), mailbox: Some(mailbox), calls, .. } = state else { return None };
    let (_, letter, manner) = writing.source.take_if(|(call, ..)| *call == to)?;
    if writing.kept.composer.as_ref().is_none_or(|composer| composer.letter != letter) {
        return Some(vec![]);
    }
    match update {
        Update::Source(source) => {
            writing.pending = Some(Pending::Begin(manner, source.bytes.clone()));
            Some(go_on(writing, mailbox, calls))
        }
        Update::MessageFailed { failure, .. } => Some(give_up(writing, (**failure).clone())),
        _ => Some(vec![]),
    }
}

/// What was asked of the engine that reads is answered no more.
pub(in crate::ui::state) fn source_lost(state: &mut State, failure: &Failure) {
    if let Some(writing) = &mut state.writing
        && writing.source.take().is_some()
    {
        give_up(writing, failure.clone());
    }
}

/// The letter that is open cannot be begun.
fn give_up(writing: &mut Writing, failure: Failure) -> Vec<Effect> {
    let kept = &mut writing.kept;
    kept.composer.take_if(|composer| composer.step == WriteStep::Opening);
    kept.told = Some(Told::Failed(Shared::new(failure)));
    vec![Effect::Focus(Focus::List)]
}

/// Goes on with the letter that is open, as soon as all is there that it takes.
fn go_on(writing: &mut Writing, mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    let Some(account) = writing.account() else { return vec![] };
    let Some(pending) = writing.pending.take() else { return vec![] };
    let kept = &mut writing.kept;
    let Some(composer) = &mut kept.composer else { return vec![] };
    let letter = composer.letter;
    composer.account = account;
    match pending {
        Pending::New(draft) => {
            kept.composer = None;
            super::act(kept, mailbox, calls, Write::New(letter, draft))
        }
        Pending::Begin(manner, octets) => {
            let begin = Ask::Begin(letter, manner, Origin::Source(account, octets));
            vec![kept.ask(calls, begin, Wait::Letter(LetterWait::Beginning(letter, manner)))]
        }
        Pending::Again => {
            composer.step = WriteStep::Writing;
            super::changed(composer)
        }
    }
}

/// What the engine says.
pub(in crate::ui::state) fn reply(state: &mut State, Reply { to, update }: Reply) -> Vec<Effect> {
    let State { writing: Some(writing), mailbox: Some(mailbox), calls, form, .. } = state else { return vec![] };
    let kept = &mut writing.kept;
    match update {
        Update::Keep(Answer::Overview(overview)) if to == kept.overview_call => {
            kept.overview = Some(Shared::new(*overview));
            if let [account] = kept.accounts() {
                writing.sending = Some(account.sending.clone());
            }
            super::overviewed(kept);
            go_on(writing, mailbox, calls)
        }
        Update::Keep(answer) => match (kept.waited(to), answer) {
            (Some(Wait::Account(_, submission)), Answer::Account(account)) => match (&writing.sending, submission) {
                (Some(sending), _) => {
                    let change = restante_api::keep::Change::Sending(account, sending.clone());
                    vec![kept.change(calls, change, Wait::Quietly)]
                }
                (None, Some(submission)) => sends_by(kept, calls, account, &submission, form.writer()),
                (None, None) => vec![],
            },
            (Some(Wait::Letter(wait)), answer) => super::answered(kept, calls, to, wait, answer),
            (Some(Wait::Saved), Answer::Done(_)) => {
                kept.told = Some(Told::Saved);
                vec![]
            }
            _ => vec![],
        },
        Update::Refused(failure) | Update::Failed(failure) => match kept.waited(to) {
            Some(Wait::Letter(wait)) => super::refused(kept, to, wait, *failure),
            Some(Wait::Account(..)) => give_up(writing, *failure),
            Some(_) => {
                kept.told = Some(Told::Failed(Shared::new(*failure)));
                vec![]
            }
            None if to == kept.overview_call => give_up(writing, *failure),
            None => vec![],
        },
        _ => vec![],
    }
}

/// The engine is no more, and with it the letters that were put away. The one that is open goes on with another engine.
pub(in crate::ui::state) fn death(state: &mut State, death: &Death) -> Vec<Effect> {
    let Some(writing) = &mut state.writing else { return vec![] };
    let failure = Shared::new(crate::ui::words::engine_died(death));
    writing.restarts = writing.restarts.saturating_add(1);
    let mut fresh = Kept::new();
    fresh.told = Some(Told::Failed(Shared::clone(&failure)));
    let was = std::mem::replace(&mut writing.kept, fresh);
    (writing.pending, writing.source) = (None, None);
    let composer = was.composer.filter(|composer| composer.step != WriteStep::Opening);
    writing.is_dead = writing.restarts > RESTARTS || *death == Death::NotLoaded || composer.is_none();
    // What was typed stays in sight.
    writing.kept.composer =
        composer.map(|composer| Composer { failure: Some(failure), step: WriteStep::Writing, ..composer });
    if writing.is_dead {
        return vec![];
    }
    resume(writing);
    start(state)
}
