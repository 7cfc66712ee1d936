//! The message that is being read, and the messages inside it.

use std::collections::HashMap;

use restante_api::{CallId, Failure, MessageRef, MessageView, PartId, Source};

use restante_link::Death;

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
    /// It is not wanted any more.
    Stopped,
}

impl<T> Load<T> {
    /// The thing, once it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(thing) => Some(thing),
            Self::Waiting | Self::Failed(_) | Self::Stopped => None,
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
    /// Whether its remote pictures are in it.
    pub remote: Remote,
    /// How many remote pictures it refers to.
    pub pictures: u32,
}

/// Why HTML was not made safe.
#[derive(Debug, Clone, PartialEq)]
pub enum NotSanitised {
    /// The sanitiser is no more.
    Died(Death),
    /// It took long, and another message was opened.
    Overtaken,
}

/// An attached picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type, one that a browser shows.
    pub media_type: &'static str,
    /// Its octets.
    pub bytes: Vec<u8>,
}

/// A message from the list, with the messages that were opened inside it, outermost first.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its position in the list; `None` where the list is another one by now.
    pub position: Option<u32>,
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
    /// The question for it, while it is waited for.
    pub asked: Option<CallId>,
    /// Octets that have come, and how many there will be (0 where nobody knows), once it takes a while.
    pub progress: Option<(u64, u64)>,
    /// What is shown of it.
    pub face: Face,
    /// Whether remote pictures may be fetched.
    pub remote: Remote,
    /// Its HTML, sanitised for [`Opened::remote`].
    pub html: Load<Shared<SafeHtml>>,
    /// The message as the server holds it, once it was asked for.
    pub source: Option<Load<Shared<Source>>>,
    /// The question for the source, while it is waited for.
    pub source_asked: Option<CallId>,
    /// The source is to be saved as soon as it comes.
    pub save_source: bool,
    /// Attachments that are on their way.
    pub fetching: HashMap<PartId, CallId>,
    /// The question for all attachments in one file, while it is waited for.
    pub archive_asked: Option<CallId>,
    /// Attached pictures that are shown, as they come.
    pub pictures: Shared<HashMap<PartId, Shared<Picture>>>,
    /// Questions for pictures that are waited for.
    pub pictures_asked: HashMap<PartId, CallId>,
    /// Why the last attachment could not be had.
    pub fetch_failure: Option<Shared<Failure>>,
}

impl Reading {
    /// Begins to read the message at this position, which was asked for.
    pub fn new(position: u32, message: MessageRef, asked: CallId) -> Self {
        Self { position: Some(position), trail: vec![Opened::new(message, asked)] }
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

    /// The message and those opened inside it, outermost first, to change.
    pub fn trail_mut(&mut self) -> impl Iterator<Item = &mut Opened> {
        self.trail.iter_mut()
    }

    /// The message of the trail that this reference names.
    pub fn find(&self, message: &MessageRef) -> Option<&Opened> {
        self.trail.iter().find(|opened| opened.message == *message)
    }

    /// The message of the trail that this reference names, to change.
    pub fn find_mut(&mut self, message: &MessageRef) -> Option<&mut Opened> {
        self.trail.iter_mut().find(|opened| opened.message == *message)
    }

    /// The message that waits for the answer to this question.
    pub fn waiting_for(&mut self, call: CallId) -> Option<&mut Opened> {
        self.trail.iter_mut().find(|opened| opened.calls().any(|waited| waited == call))
    }

    /// Everything that is waited for.
    pub fn calls(&self) -> Vec<CallId> {
        self.trail.iter().flat_map(Opened::calls).collect()
    }

    /// Nothing that is waited for will come.
    pub fn fail(&mut self, failure: &Shared<Failure>) {
        for opened in &mut self.trail {
            for call in opened.calls().collect::<Vec<_>>() {
                opened.fail(call, failure.clone());
            }
        }
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
    pub fn descend(&mut self, message: MessageRef, asked: CallId) {
        self.trail.push(Opened::new(message, asked));
    }

    /// Goes back to this depth, but never out of the message itself. What the messages that are left were waiting for.
    pub fn truncate(&mut self, depth: usize) -> Vec<CallId> {
        let depth = depth.clamp(1, self.trail.len());
        self.trail.drain(depth..).flat_map(|opened| opened.calls().collect::<Vec<_>>()).collect()
    }
}

impl Opened {
    fn new(message: MessageRef, asked: CallId) -> Self {
        Self {
            message,
            view: Load::Waiting,
            asked: Some(asked),
            progress: None,
            face: Face::Text,
            remote: Remote::Blocked,
            html: Load::Waiting,
            source: None,
            source_asked: None,
            save_source: false,
            fetching: HashMap::new(),
            archive_asked: None,
            pictures: Shared::default(),
            pictures_asked: HashMap::new(),
            fetch_failure: None,
        }
    }

    /// Asks for the message itself.
    pub fn await_view(&mut self, asked: CallId) {
        (self.view, self.asked, self.progress) = (Load::Waiting, Some(asked), None);
    }

    /// What is waited for.
    fn calls(&self) -> impl Iterator<Item = CallId> {
        let pictures = self.pictures_asked.values().copied();
        let asked = self.asked.into_iter().chain(self.source_asked).chain(self.archive_asked);
        asked.chain(self.fetching.values().copied()).chain(pictures)
    }

    /// What this question asked for will not come.
    pub fn fail(&mut self, call: CallId, failure: Shared<Failure>) {
        if self.asked == Some(call) {
            (self.asked, self.progress) = (None, None);
            self.view = Load::Failed(failure);
        } else if self.source_asked == Some(call) {
            self.source_asked = None;
            self.source = Some(Load::Failed(failure));
            self.save_source = false;
        } else if self.pictures_asked.values().any(|waited| *waited == call) {
            // Nobody asked for it; the file can still be asked for.
            self.pictures_asked.retain(|_, waited| *waited != call);
        } else {
            self.fetching.retain(|_, waited| *waited != call);
            self.archive_asked = self.archive_asked.filter(|waited| *waited != call);
            self.fetch_failure = Some(failure);
        }
    }
}
