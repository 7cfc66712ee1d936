//! A message that somebody wants to read before its row has come: it is opened as soon as the row is there, unless
//! something else was wanted meanwhile.

use super::calls::Calls;
use super::reduce::{self, show_around};
use super::{Action, Effect, Mailbox, PreviewAction, State};

/// Notes that the message at this position is to be read, and asks for its row.
pub(super) fn read(mailbox: &mut Mailbox, calls: &mut Calls, position: u32) -> Vec<Effect> {
    if position >= mailbox.len() {
        return vec![];
    }
    mailbox.point(position);
    if mailbox.read_later.replace(position) == Some(position) {
        return vec![];
    }
    vec![show_around(calls, position)]
}

/// Reads the message that is waited for, once its row has come.
pub(super) fn due(mailbox: &mut Mailbox, calls: &mut Calls) -> Vec<Effect> {
    match mailbox.read_later.filter(|position| mailbox.row(*position).is_some()) {
        Some(position) => {
            mailbox.read_later = None;
            reduce::read(mailbox, calls, position)
        }
        None => vec![],
    }
}

/// Whoever does something else does not wait for that message any more.
pub(super) fn withdraw(state: &mut State, action: &Action) {
    let Some(mailbox) = &mut state.mailbox else { return };
    let waits_on = match action {
        Action::Read(position) | Action::Cursor(position) => {
            mailbox.read_later == Some((*position).min(mailbox.len().saturating_sub(1)))
        }
        // What happens by itself, or has to do with the session alone.
        Action::Site(_)
        | Action::Speak(_)
        | Action::Look(_)
        | Action::Link(_)
        | Action::Engine(_)
        | Action::EngineDied(_)
        | Action::Reopen
        | Action::Trust
        | Action::Dismiss
        | Action::Preview(PreviewAction::Return(_) | PreviewAction::Heard)
        | Action::InSight { .. }
        | Action::ShowDue
        | Action::Sanitised { .. }
        | Action::NotSaved
        | Action::Compared(_) => true,
        _ => false,
    };
    if !waits_on {
        mailbox.read_later = None;
    }
}
