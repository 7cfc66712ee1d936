//! Keys in the list. Where one goes is counted from where the keyboard is by the time it is heard, and not from what was
//! drawn last: a person types faster than a list is drawn.

use super::{Action, Choice, State};

/// Where a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Nowhere.
    Stay,
    /// So many rows towards the end.
    Down(u32),
    /// So many rows towards the top.
    Up(u32),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

/// What a key does where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing more.
    Point,
    /// Reads the message.
    Read,
    /// Chooses the message, or not if it is chosen.
    Toggle,
    /// Chooses all from where a choice was begun.
    Through,
}

/// The action that a key means now. All others mean themselves.
pub(super) fn meant(state: &State, action: Action) -> Action {
    let action = match action {
        Action::Command(command, letter) => command.action(state, letter).unwrap_or(Action::Overlay(None)),
        action => action,
    };
    let (Action::Key(motion, purpose), Some(mailbox)) = (&action, &state.mailbox) else { return action };
    let to = match *motion {
        Motion::Stay => mailbox.cursor,
        Motion::Down(rows) => mailbox.cursor.saturating_add(rows),
        Motion::Up(rows) => mailbox.cursor.saturating_sub(rows),
        Motion::First => 0,
        Motion::Last => mailbox.len().saturating_sub(1),
    };
    match purpose {
        Purpose::Point => Action::Cursor(to),
        Purpose::Read => Action::Read(to),
        Purpose::Toggle => Action::Choose(Choice::Toggle(to)),
        Purpose::Through => Action::Choose(Choice::Through(to)),
    }
}
