//! The message that is being read, and the messages inside it.

use std::collections::HashSet;

use restante_engine::api::{Failure, MessageRef, MessageView, PartId, Source};

use crate::ui::shared::Shared;

/// Something that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// It has not come yet.
    Waiting,
    /// It is here.
    Ready(T),
    /// It will not come.
    Failed(Shared<Failure>),
}

impl<T> Load<T> {
    /// The thing, once it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(thing) => Some(thing),
            Self::Waiting | Self::Failed(_) => None,
        }
    }
}

/// Which side of a message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The text.
    Text,
    /// The sanitised HTML.
    Html,
    /// The message as the server holds it.
    Source,
}

/// Whether the pictures of an HTML message may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// Nothing is fetched.
    Blocked,
    /// Pictures are fetched.
    Allowed,
}

/// HTML that is safe to show.
#[derive(Debug, Clone, PartialEq)]
pub struct SafeHtml {
    /// A whole document.
    pub document: String,
    /// Remote pictures that were left out.
    pub blocked: u32,
}

/// A message from the list, with the messages that were opened inside it, outermost first.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its position in the list.
    pub position: u32,
    /// Never empty: the last one is shown.
    trail: Vec<Opened>,
}

/// One message of the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The message.
    pub message: MessageRef,
    /// Its content.
    pub view: Load<Shared<MessageView>>,
    /// What is shown of it.
    pub face: Face,
    /// Whether remote pictures may be fetched.
    pub remote: Remote,
    /// Its HTML, sanitised for [`Opened::remote`].
    pub html: Load<Shared<SafeHtml>>,
    /// The message as the server holds it, once it was asked for.
    pub source: Option<Load<Shared<Source>>>,
    /// The source is to be saved as soon as it comes.
    pub save_source: bool,
    /// Attachments that are on their way.
    pub fetching: HashSet<PartId>,
    /// Why the last attachment could not be had.
    pub fetch_failure: Option<Shared<Failure>>,
}

impl Reading {
    /// Begins to read the message at this position.
    pub fn new(position: u32, message: MessageRef) -> Self {
        Self { position, trail: vec![Opened::new(message)] }
    }

    /// The message that is shown.
    pub fn current(&self) -> &Opened {
        // The trail is made with one message, and `truncate` leaves at least one.
        &self.trail[self.trail.len() - 1]
    }

    /// The message that is shown, to change.
    pub fn current_mut(&mut self) -> &mut Opened {
        let last = self.trail.len() - 1;
        &mut self.trail[last]
    }

    /// The message of the trail that this reference names.
    pub fn find(&self, message: &MessageRef) -> Option<&Opened> {
        self.trail.iter().find(|opened| opened.message == *message)
    }

    /// The message of the trail that this reference names, to change.
    pub fn find_mut(&mut self, message: &MessageRef) -> Option<&mut Opened> {
        self.trail.iter_mut().find(|opened| opened.message == *message)
    }

    /// How many messages deep the reader is; at least 1.
    pub fn depth(&self) -> usize {
        self.trail.len()
    }

    /// The subject of the message around the one that is shown.
    pub fn outer_subject(&self) -> Option<&str> {
        let outer = self.trail.len().checked_sub(2).and_then(|at| self.trail.get(at))?;
        Some(outer.view.ready().map_or("", |view| view.subject.as_str()))
    }

    /// Opens a message inside the one that is shown.
    pub fn descend(&mut self, message: MessageRef) {
        self.trail.push(Opened::new(message));
    }

    /// Goes back to this depth, but never out of the message itself.
    pub fn truncate(&mut self, depth: usize) {
        self.trail.truncate(depth.max(1));
    }
}

impl Opened {
    fn new(message: MessageRef) -> Self {
        Self {
            message,
            view: Load::Waiting,
            face: Face::Text,
            remote: Remote::Blocked,
            html: Load::Waiting,
            source: None,
            save_source: false,
            fetching: HashSet::new(),
            fetch_failure: None,
        }
    }

    /// Takes note of a failure: of whatever has been asked for and has not come.
    pub fn fail(&mut self, failure: Failure) {
        let failure = Shared::new(failure);
        if self.view == Load::Waiting {
            self.view = Load::Failed(failure);
        } else if self.source == Some(Load::Waiting) {
            self.source = Some(Load::Failed(failure));
            self.save_source = false;
        } else {
            self.fetching.clear();
            self.fetch_failure = Some(failure);
        }
    }
}
