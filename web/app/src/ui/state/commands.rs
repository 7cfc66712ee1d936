//! What can be done by a key, or by its name in the list of commands. One table says which there are: the screens, the list of
//! commands and the list of keys all read it.

use std::collections::BTreeMap;
use std::rc::Rc;

use restante_api::letter::{LetterId, Manner};

use super::kept::{Deed, Opening, Write};
use super::{
    Action, Choice, DiagnosisAction, KeptAction, Looks, Motion, Overlay, Phase, PreviewAction, Purpose, SearchAction,
    State,
};

/// Something that can be done with the mailbox that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// To the next message of the list.
    Down,
    /// To the one before.
    Up,
    /// Read the message that the keyboard is at.
    Read,
    /// Choose it, or not if it is chosen.
    Choose,
    /// Choose all.
    ChooseAll,
    /// Read the next message.
    Next,
    /// Read the one before.
    Previous,
    /// Begin a letter.
    Write,
    /// Begin a letter from the message that is meant.
    Make(Manner),
    /// Do something with the messages that are meant.
    Do(Deed),
    /// Delete them: in a preview on the server.
    Delete,
    /// Move them into a folder.
    Move,
    /// Take back what was done last.
    Undo,
    /// List the conversation.
    Conversation,
    /// Go to the search box.
    Search,
    /// Ask for new mail.
    Check,
    /// Change the settings of the account.
    Settings,
    /// Print the message that is read.
    Print,
    /// Draw letters larger.
    Larger,
    /// Draw letters smaller.
    Smaller,
    /// Show how the session came about.
    Path,
    /// Show what was said with mail servers.
    Diagnosis,
    /// Show what the page is.
    About,
    /// List the keys.
    Keys,
    /// Close the mailbox.
    Close,
}

/// Every command, in the order in which they are listed, with the key that it has unless somebody changes that. Those of one
/// key are for one of the two screens each.
const ALL: [(Command, &str); 31] = [
    (Command::Down, "j"),
    (Command::Up, "k"),
    (Command::Read, "o"),
    (Command::Choose, "x"),
    (Command::ChooseAll, ""),
    (Command::Next, "n"),
    (Command::Previous, "p"),
    (Command::Write, "c"),
    (Command::Make(Manner::Reply), "r"),
    (Command::Make(Manner::ReplyAll), "a"),
    (Command::Make(Manner::Forward), "f"),
    (Command::Make(Manner::ForwardAsAttachment), ""),
    (Command::Make(Manner::Redirect), ""),
    (Command::Make(Manner::EditAsNew), ""),
    (Command::Delete, "#"),
    (Command::Do(Deed::Archive), "e"),
    (Command::Do(Deed::Star), "s"),
    (Command::Do(Deed::Unread), "u"),
    (Command::Move, "v"),
    (Command::Undo, "z"),
    (Command::Conversation, ""),
    (Command::Search, "/"),
    (Command::Check, "g"),
    (Command::Settings, ""),
    (Command::Print, ""),
    (Command::Larger, "+"),
    (Command::Smaller, "-"),
    (Command::Path, ""),
    (Command::Diagnosis, ""),
    (Command::Keys, "?"),
    (Command::About, ""),
];

impl Command {
    /// All of them but [`Command::Close`], which has no key: it would be pressed by accident.
    pub fn all() -> impl Iterator<Item = Command> {
        ALL.iter().map(|(command, _)| *command)
    }

    /// Those of the screen that is shown.
    pub fn of(state: &State) -> Vec<Command> {
        let close = matches!(state.phase, Phase::Open(_)).then_some(Command::Close);
        Self::all().chain(close).filter(|command| command.action(state, LetterId(0)).is_some()).collect()
    }

    /// What it means on the screen that is shown; `None` where it means nothing there. A letter that it begins has this
    /// number.
    pub fn action(self, state: &State, letter: LetterId) -> Option<Action> {
        let is_kept = match state.phase {
            Phase::Kept => true,
            Phase::Open(_) => false,
            _ => return None,
        };
        let kept = |action: KeptAction| is_kept.then_some(Action::Keep(action));
        let write = |write: Write| Some(Action::Keep(KeptAction::Write(write)));
        let is_read = state.mailbox.as_ref().is_some_and(|mailbox| mailbox.reading.is_some());
        let zoomed = |zoom| is_read.then_some(Action::Look(Looks { zoom, ..state.looks }));
        match self {
            Self::Down => Some(Action::Key(Motion::Down(1), Purpose::Point)),
            Self::Up => Some(Action::Key(Motion::Up(1), Purpose::Point)),
            Self::Read => Some(Action::Key(Motion::Stay, Purpose::Read)),
            Self::Choose => Some(Action::Key(Motion::Stay, Purpose::Toggle)),
            Self::ChooseAll => Some(Action::Choose(Choice::All)),
            Self::Next => Some(Action::Step(1)),
            Self::Previous => Some(Action::Step(-1)),
            Self::Write => write(Write::New(letter, Box::default())),
            Self::Make(manner) => write(Write::From(letter, manner)),
            Self::Do(deed) => kept(KeptAction::Do(deed)),
            Self::Delete if is_kept => kept(KeptAction::Do(Deed::Delete)),
            Self::Delete => Some(Action::Preview(PreviewAction::AskDelete)),
            Self::Move => kept(KeptAction::Open(Opening::Move)),
            Self::Undo if is_kept => kept(KeptAction::Undo),
            Self::Undo => Some(Action::Preview(PreviewAction::Undo)),
            Self::Conversation => kept(KeptAction::Conversation),
            Self::Search if is_kept => kept(KeptAction::ToSearch),
            Self::Search => Some(Action::Search(SearchAction::Go)),
            Self::Check if is_kept => kept(KeptAction::Check),
            Self::Check => Some(Action::Preview(PreviewAction::Check)),
            Self::Settings => {
                let account = state.kept.as_ref().and_then(|kept| kept.account_in_sight().or(kept.accounts().first()));
                account.and_then(|account| kept(KeptAction::Open(Opening::Settings(account.id))))
            }
            Self::Print => is_read.then_some(Action::Print),
            Self::Larger => zoomed(state.looks.zoom.larger()?),
            Self::Smaller => zoomed(state.looks.zoom.smaller()?),
            Self::Path => (!is_kept).then_some(Action::ShowPath(true)),
            Self::Diagnosis => Some(Action::Diagnosis(DiagnosisAction::Show)),
            Self::About => Some(Action::ShowAbout(true)),
            Self::Keys => Some(Action::Overlay(Some(Overlay::Keys))),
            Self::Close => (!is_kept).then_some(Action::Close),
        }
    }

    /// By which it is remembered.
    fn id(self) -> String {
        format!("{self:?}")
    }
}

/// Which key does what.
#[derive(Debug, Clone, PartialEq)]
pub struct Keys(Rc<Vec<(Command, String)>>);

impl Default for Keys {
    fn default() -> Self {
        Self(Rc::new(ALL.iter().map(|(command, key)| (*command, (*key).to_owned())).collect()))
    }
}

impl Keys {
    /// What a key does.
    pub fn command(&self, key: &str) -> Option<Command> {
        let of = self.0.iter().find(|(_, of)| !key.is_empty() && of == key);
        of.map(|(command, _)| *command)
    }

    /// The key of a command; empty where it has none.
    pub fn key(&self, command: Command) -> &str {
        self.0.iter().find(|(other, _)| *other == command).map_or("", |(_, key)| key)
    }

    /// Gives a command this key, or none. Whatever had it has none then.
    pub(super) fn set(&mut self, command: Command, key: &str) {
        for (other, of) in Rc::make_mut(&mut self.0) {
            if *other == command {
                key.clone_into(of);
            } else if of == key {
                of.clear();
            }
        }
    }

    /// Those that somebody has changed, in a form in which they are remembered; empty where there are none.
    pub fn remembered(&self) -> String {
        let changed = self.0.iter().zip(ALL).filter(|((_, key), (_, usual))| key != usual);
        let changed: BTreeMap<String, &str> = changed.map(|((command, key), _)| (command.id(), key.as_str())).collect();
        if changed.is_empty() { String::new() } else { serde_json::to_string(&changed).unwrap_or_default() }
    }

    /// The usual ones, but for those that were remembered. What is none is left out.
    pub fn of_remembered(text: &str) -> Self {
        let mut keys = Self::default();
        let changed: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
        for (command, key) in Rc::make_mut(&mut keys.0) {
            if let Some(other) = changed.get(&command.id()).filter(|key| key.is_empty() || is_free(key)) {
                key.clone_from(other);
            }
        }
        keys
    }
}

/// Whether a command may have this key: one that types a character. The others mean what they mean everywhere.
pub fn is_free(key: &str) -> bool {
    let mut characters = key.chars();
    matches!((characters.next(), characters.next()), (Some(c), None) if !c.is_whitespace() && !c.is_control())
}
