//! Several messages at once: which are chosen, by mouse and by keyboard.
//!
//! What is chosen are messages, by their numbers, and not places: the list may change under them.

use std::collections::BTreeSet;

use restante_api::keep::{Answer, Ask};
use restante_api::{CallId, Request};

use super::calls::Calls;
use super::{Effect, Mailbox};
use crate::ui::shared::Shared;

/// The messages that are chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Their numbers.
    pub numbers: Shared<BTreeSet<u32>>,
    /// The place from which a range is counted.
    pub anchor: Option<u32>,
    /// The question for messages whose rows have not been seen, while it is waited for.
    pub asked: Option<CallId>,
}

/// What is to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The message at this position, or not if it is chosen.
    Toggle(u32),
    /// All from where a choice was begun to this position, and no other.
    Through(u32),
    /// All in the list.
    All,
    /// None.
    Nothing,
}

impl Selection {
    /// Whether a message is chosen.
    pub fn has(&self, number: u32) -> bool {
        self.numbers.contains(&number)
    }

    /// How many are chosen.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// Changes what is chosen.
pub(super) fn choose(mailbox: &mut Mailbox, calls: &mut Calls, choice: Choice) -> Vec<Effect> {
    let last = mailbox.len().saturating_sub(1);
    mailbox.selection.asked = None;
    match choice {
        Choice::Nothing => {
            mailbox.selection = Selection::default();
            vec![]
        }
        _ if mailbox.is_empty() => vec![],
        Choice::Toggle(position) => {
            let position = position.min(last);
            mailbox.point(position);
            mailbox.selection.anchor = Some(position);
            if let Some(number) = mailbox.number_at(position) {
                let numbers = mailbox.selection.numbers.edit();
                if !numbers.remove(&number) {
                    numbers.insert(number);
                }
            }
            vec![]
        }
        Choice::Through(position) => {
            let position = position.min(last);
            let anchor = mailbox.selection.anchor.unwrap_or(mailbox.cursor).min(last);
            mailbox.point(position);
            mailbox.selection.anchor = Some(anchor);
            range(mailbox, calls, anchor.min(position), anchor.max(position))
        }
        Choice::All => range(mailbox, calls, 0, last),
    }
}

/// The engine has said which messages are where.
pub(super) fn listed(mailbox: &mut Mailbox, to: CallId, answer: &Answer) -> bool {
    let (true, Answer::Listed(ids)) = (mailbox.selection.asked == Some(to), answer) else { return false };
    mailbox.selection.asked = None;
    mailbox.selection.numbers = Shared::new(ids.iter().map(|id| id.0).collect());
    true
}

/// The messages that an action is for: those that are chosen; else the one that is read, else the one at the keyboard.
pub fn meant(mailbox: &Mailbox) -> Vec<u32> {
    if !mailbox.selection.is_empty() {
        return mailbox.selection.numbers.iter().copied().collect();
    }
    let read = mailbox.reading.as_ref().map(|reading| reading.current().message.number);
    read.or_else(|| mailbox.number_at(mailbox.cursor)).into_iter().collect()
}

fn range(mailbox: &mut Mailbox, calls: &mut Calls, first: u32, last: u32) -> Vec<Effect> {
    let numbers: Option<BTreeSet<u32>> = (first..=last).map(|position| mailbox.number_at(position)).collect();
    if let Some(numbers) = numbers {
        mailbox.selection.numbers = Shared::new(numbers);
        return vec![];
    }
    // Rows that nobody has seen yet: only the engine knows which messages they are.
    let (asked, ask) = calls.ask(Request::Keep(Ask::Listed { first, count: last - first + 1 }));
    mailbox.selection.asked = Some(asked);
    vec![ask]
}
