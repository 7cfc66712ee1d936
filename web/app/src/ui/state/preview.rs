//! What can be done in a preview beside reading: asking for new mail, and deleting on the server. What is to be deleted is
//! marked, and the server hears of it when the mailbox is closed.

use std::collections::BTreeSet;

use restante_api::{CallId, Deletion, DeletionEnd, Failure, FailureKind, Request, Update};

use super::calls::Calls;
use super::reduce::in_mailbox;
use super::selection::{Selection, meant};
use super::{Effect, Focus, Mailbox, Phase, Search, State, search};
use crate::ui::shared::Shared;

/// Seconds for which nobody looked at the page, after which it asks for new mail by itself.
const AWAY: u32 = 300;

/// What a preview has beside its list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// Numbers of messages that have come since the mailbox was opened.
    pub arrived: Shared<BTreeSet<u32>>,
    /// Numbers of messages that are to be deleted, as the engine says.
    pub marked: Shared<BTreeSet<u32>>,
    /// What was marked step by step, for taking it back.
    steps: Vec<BTreeSet<u32>>,
    /// Numbers of messages for which somebody is about to say yes.
    pub confirming: Option<Shared<BTreeSet<u32>>>,
    /// The question for new mail, while it is waited for; and whether the page asked by itself.
    pub checking: Option<(CallId, bool)>,
    /// The question that marked something last.
    marking: Option<CallId>,
    /// Something to be told once.
    pub told: Option<Told>,
    /// What is typed to be searched for.
    pub typed: String,
    /// The search for it.
    pub search: Option<Box<Search>>,
}

/// Something that is told once.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// So many messages came and went.
    News {
        /// New ones.
        arrived: u32,
        /// Those that are gone.
        gone: u32,
    },
    /// So many messages were marked.
    Marked(u32),
    /// So many marks were taken off again.
    Unmarked(u32),
    /// So many marks were lost.
    Lost(u32),
    /// It cannot be done.
    Failed(Shared<Failure>),
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewAction {
    /// Ask for new mail.
    Check,
    /// Somebody looks at the page again, after so many seconds.
    Return(u32),
    /// Ask whether the messages that are meant are to be deleted.
    AskDelete,
    /// Mark them.
    Delete,
    /// Do not.
    Keep,
    /// Take the last marks off, or those of the messages that are chosen.
    Undo,
    /// What was told has been read.
    Heard,
}

impl Preview {
    /// Messages have other numbers.
    pub(super) fn renumber(&mut self, moved: impl Fn(&BTreeSet<u32>) -> BTreeSet<u32>) {
        for numbers in [&mut self.arrived, &mut self.marked].into_iter().chain(&mut self.confirming) {
            *numbers = Shared::new(moved(numbers));
        }
        self.steps = self.steps.iter().map(moved).filter(|step| !step.is_empty()).collect();
    }

    /// The list is another one, and nothing is known of its messages.
    pub(super) fn forget(&mut self) {
        let (told, typed, search) = (self.told.take(), std::mem::take(&mut self.typed), self.search.take());
        *self = Self { checking: self.checking, told, typed, search, ..Self::default() };
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.marked.is_empty()
    }
}

/// Whether there are messages that somebody may want to delete: some are chosen, or one is read.
pub fn in_hand(mailbox: &Mailbox) -> bool {
    !mailbox.selection.is_empty() || mailbox.reading.as_ref().is_some_and(|reading| reading.position.is_some())
}

/// Does what somebody wants.
pub(super) fn act(state: &mut State, action: PreviewAction) -> Vec<Effect> {
    if !matches!(state.phase, Phase::Open(_)) {
        return vec![];
    }
    in_mailbox(state, |mailbox, calls| match action {
        PreviewAction::Check => check(mailbox, calls, false),
        PreviewAction::Return(away) if away >= AWAY && mailbox.preview.marked.is_empty() => check(mailbox, calls, true),
        PreviewAction::Return(_) => vec![],
        PreviewAction::AskDelete => {
            let numbers: BTreeSet<u32> = meant(mailbox).into_iter().collect();
            let numbers: BTreeSet<u32> = numbers.difference(&mailbox.preview.marked).copied().collect();
            mailbox.preview.confirming = (!numbers.is_empty()).then(|| Shared::new(numbers));
            vec![]
        }
        PreviewAction::Keep => {
            mailbox.preview.confirming = None;
            vec![]
        }
        PreviewAction::Delete => {
            let Some(numbers) = mailbox.preview.confirming.take() else { return vec![] };
            mailbox.selection = Selection::default();
            mailbox.preview.steps.push((*numbers).clone());
            mailbox.preview.told = Some(Told::Marked(count(&numbers)));
            vec![mark(mailbox, calls, &numbers, true), Effect::Focus(Focus::List)]
        }
        PreviewAction::Undo => {
            let chosen: BTreeSet<u32> =
                mailbox.selection.numbers.intersection(&mailbox.preview.marked).copied().collect();
            let last = || mailbox.preview.steps.last().cloned().unwrap_or_else(|| (*mailbox.preview.marked).clone());
            let numbers = if chosen.is_empty() { last() } else { chosen };
            if numbers.is_empty() {
                return vec![];
            }
            mailbox.preview.told = Some(Told::Unmarked(count(&numbers)));
            vec![mark(mailbox, calls, &numbers, false)]
        }
        PreviewAction::Heard => {
            mailbox.preview.told = None;
            vec![]
        }
    })
}

/// What the engine says to that. What nobody waits for any more is left.
pub(super) fn reply(state: &mut State, to: CallId, update: Update) {
    let Some(mailbox) = state.mailbox.as_mut().filter(|_| matches!(state.phase, Phase::Open(_))) else { return };
    if let Update::Refused(failure) = &update
        && search::refused(mailbox, to, failure)
    {
        return;
    }
    let preview = &mut mailbox.preview;
    let checked = preview.checking.filter(|(call, _)| *call == to);
    match update {
        Update::Checked { arrived, gone } if checked.is_some() => {
            preview.checking = None;
            let is_quiet = checked.is_some_and(|(_, quiet)| quiet) && (arrived, gone) == (0, 0);
            if !is_quiet {
                preview.told = Some(Told::News { arrived, gone });
            }
        }
        Update::Refused(failure) if checked.is_some() => {
            preview.checking = None;
            // The end of a session is told where it is seen.
            let is_told = mailbox.failure.is_some() || checked.is_some_and(|(_, quiet)| quiet);
            if !is_told && !matches!(failure.kind, FailureKind::ConnectionLost) {
                preview.told = Some(Told::Failed(Shared::new(*failure)));
            }
        }
        Update::Refused(failure) if preview.marking == Some(to) => {
            preview.told = Some(Told::Failed(Shared::new(*failure)));
            preview.steps.retain(|step| !step.is_disjoint(&preview.marked));
        }
        Update::Marked { numbers, lost } => {
            let marked: BTreeSet<u32> = numbers.into_iter().collect();
            for step in &mut preview.steps {
                step.retain(|number| marked.contains(number));
            }
            preview.steps.retain(|step| !step.is_empty());
            preview.marked = Shared::new(marked);
            if lost > 0 {
                preview.told = Some(Told::Lost(lost));
            }
        }
        _ => {}
    }
}

/// The engine is no more, and with it what it had marked.
pub(super) fn death(mailbox: &mut Mailbox) {
    let lost = count(&mailbox.preview.marked);
    let preview = &mut mailbox.preview;
    (preview.checking, preview.marking, preview.confirming) = (None, None, None);
    (preview.marked, preview.steps) = (Shared::default(), vec![]);
    if lost > 0 {
        preview.told = Some(Told::Lost(lost));
    }
}

/// Closes the mailbox: what is marked is deleted now, and the page waits for what becomes of it.
pub(super) fn close(state: &mut State) -> Option<Vec<Effect>> {
    let marked = state.mailbox.as_ref().map(|mailbox| count(&mailbox.preview.marked)).filter(|marked| *marked > 0)?;
    let (session, close) = state.calls.ask(Request::Close);
    *state = State { phase: Phase::Closing(marked), session, ..forgotten(state) };
    Some(vec![close])
}

/// What became of the messages that were marked.
pub(super) fn deleted(state: &mut State, deletion: Deletion) {
    state.deletion = Some(Shared::new(deletion));
}

/// The mailbox is closed, or the engine is no more: nothing more will be told.
pub(super) fn closed(state: &mut State, marked: u32) -> Vec<Effect> {
    let (refused, unsure, refusal) = (0, 0, String::new());
    let deletion = state.deletion.take().unwrap_or_else(|| {
        Shared::new(Deletion { marked, agreed: marked, refused, refusal, unsure, end: DeletionEnd::Unanswered })
    });
    *state = State { deletion: Some(deletion), ..forgotten(state) };
    vec![Effect::ReplaceEngine, Effect::Focus(Focus::Form)]
}

/// What is left of the page when everything of the mailbox is forgotten.
pub(super) fn forgotten(state: &State) -> State {
    State {
        site: state.site.clone(),
        calls: state.calls.clone(),
        keeps: state.keeps,
        language: state.language,
        looks: state.looks,
        keys: state.keys.clone(),
        offline: state.offline,
        newer: state.newer,
        screens: state.screens,
        ..State::default()
    }
}

fn check(mailbox: &mut Mailbox, calls: &mut Calls, quiet: bool) -> Vec<Effect> {
    if mailbox.preview.checking.is_some() || mailbox.failure.is_some() {
        return vec![];
    }
    let (asked, ask) = calls.ask(Request::Check);
    mailbox.preview.checking = Some((asked, quiet));
    mailbox.preview.told = None;
    vec![ask]
}

fn mark(mailbox: &mut Mailbox, calls: &mut Calls, numbers: &BTreeSet<u32>, delete: bool) -> Effect {
    let (list, numbers) = (mailbox.list, numbers.iter().copied().collect());
    let (asked, ask) = calls.ask(Request::Mark { list, numbers, delete });
    mailbox.preview.marking = Some(asked);
    ask
}

fn count(numbers: &BTreeSet<u32>) -> u32 {
    u32::try_from(numbers.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
