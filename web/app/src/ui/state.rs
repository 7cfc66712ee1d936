//! The whole state of the page, what can happen to it, and what follows: a pure reducer.
//!
//! ```text
//! Action ──► reduce(&mut State) ──► Vec<Effect> ──► ui::app carries them out ──► Action …
//! ```
//!
//! Not here: anything that touches the browser or the engine. Natively tested.

mod about;
pub mod bridge;
mod calls;
mod commands;
mod diagnosis;
mod discover;
mod form;
mod heard;
mod held;
pub mod kept;
mod keys;
mod later;
mod looks;
mod mailbox;
mod news;
mod oauth;
mod opening;
pub mod pictures;
mod prepare;
mod preview;
mod reading;
mod reduce;
pub mod runs;
mod screens;
mod search;
mod selection;
mod site;

use restante_api::keep::Archive;
use restante_api::letter::{Draft, LetterId, Manner, Quote};
use restante_api::{Call, CallId, ConnectionView, Deletion, Failure, MessageRef, PartId, Reply, Stage};
use restante_link::Death;
use restante_locales::Language;

pub use about::{About, Checked, Verdict, listed};
pub use bridge::{BadBridge, Bridge};
pub use calls::Calls;
pub use commands::{Command, Keys, is_free};
pub use diagnosis::{Diagnosis, DiagnosisAction};
pub use discover::{FindAction, Finding};
pub use form::{Complaint, Field, Form};
pub use kept::{Kept, KeptAction};
pub use keys::{Motion, Purpose};
pub(crate) use looks::by_id;
pub use looks::{Contrast, Density, Looks, Theme, Zoom};
pub use mailbox::{Account, Mailbox, Notice, Rows, Shift};
pub use oauth::{OAuthAction, SigningIn, Step, Whom};
pub use prepare::Prepared;
pub use preview::{Preview, PreviewAction, Told, in_hand};
pub use reading::{Face, Load, NotSanitised, Opened, Picture, Reading, Remote, SafeHtml};
pub use reduce::reduce;
pub use screens::{Screens, ScreensAction};
pub use search::{Search, SearchAction};
pub use selection::{Choice, Selection, meant};
pub use site::{Preset, SITE_DOCUMENT, Site};

use crate::ui::shared::Shared;
use kept::Files;

/// So often an engine is started anew by itself before it is left to the user.
const RESTARTS: u8 = 2;

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What the host says about itself.
    pub site: Site,
    /// The connect form. It stays filled in while the mailbox is open, so that a lost session can be opened again.
    pub form: Form,
    /// Where the user is.
    pub phase: Phase,
    /// What is happening now, while a session is being opened or is up.
    pub stage: Option<Stage>,
    /// What is wrong with the form.
    pub complaint: Option<Complaint>,
    /// Why the mailbox could not be opened.
    pub failure: Option<Shared<Failure>>,
    /// Somebody signs in at a provider.
    pub signing_in: Option<SigningIn>,
    /// What was prepared before the mailbox is opened.
    pub prepared: Prepared,
    /// How the session came about, once it is up.
    pub connection: Option<Shared<ConnectionView>>,
    /// A newer version of the page waits to take over.
    pub newer: bool,
    /// "About this page", while it is open.
    pub about: Option<Load<Shared<About>>>,
    /// "Diagnosis", while it is open.
    pub diagnosis: Option<Diagnosis>,
    /// The open mailbox; there is one exactly in [`Phase::Open`] and [`Phase::Kept`].
    pub mailbox: Option<Mailbox>,
    /// Mail that is kept on this device; there is some exactly in [`Phase::Kept`].
    pub kept: Option<Kept>,
    /// Letters that are written in a preview; there are some in [`Phase::Open`] only.
    pub writing: Option<kept::Writing>,
    /// Mail is kept on this device, as far as the page knows.
    pub keeps: bool,
    /// Whether this device is on a network, as far as the browser knows.
    pub offline: bool,
    /// Whether the browser has promised to keep what is kept, once it was asked.
    pub promised: Option<bool>,
    /// The language that is spoken.
    pub language: Language,
    /// How the page looks.
    pub looks: Looks,
    /// Which key does what.
    pub keys: Keys,
    /// Whether what is drawn beyond the form is there.
    pub screens: Screens,
    /// What is open above the mailbox.
    pub overlay: Option<Overlay>,
    /// A letter that a link asked for before mail was shown.
    pub asked_for: Option<Box<Draft>>,
    /// Which engine runs.
    pub program: Program,
    /// What became of the messages that were to be deleted when the mailbox was closed.
    pub deletion: Option<Shared<Deletion>>,
    /// What the engine is asked.
    pub calls: Calls,
    /// The question for the mailbox; what answers another one is about a session that is over.
    pub session: CallId,
    /// The engine is no more; the next question goes to a fresh one.
    pub engine_died: bool,
}

/// What opens above a mailbox, by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The list of commands, one of which is done.
    Commands,
    /// The list of keys.
    Keys,
}

/// Where the user is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// At the connect form.
    Form,
    /// Waiting for the mailbox to open.
    Opening(Account),
    /// In the mailbox.
    Open(Account),
    /// In the mail that is kept on this device.
    Kept,
    /// Waiting for the mailbox to be closed: so many messages are to be deleted.
    Closing(u32),
}

/// One of the two engines: one runs at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Program {
    /// The one that previews and writes nothing.
    #[default]
    Preview,
    /// The one that keeps mail.
    Keeper,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Look so from now on.
    Look(Looks),
    /// Something happens to the loading of what is drawn beyond the form.
    Screens(ScreensAction),
    /// Speak this language from now on.
    Speak(Language),
    /// The host's settings are here.
    Site(Site),
    /// The page was opened by a link with this fragment, without the `#`.
    Link(String),
    /// Fill the form in with the host's account.
    UsePreset,
    /// A control was changed.
    Edit(Field),
    /// The keyboard is at a control of the form.
    AtForm {
        /// It is the password's, by the user's own doing.
        password: bool,
    },
    /// Something happens to the finding of settings.
    Find(FindAction),
    /// Somebody signs in at a provider.
    OAuth(OAuthAction),
    /// Open the mailbox.
    Submit,
    /// Trust exactly the certificate that is shown, and open.
    Trust,
    /// Give up opening.
    Cancel,
    /// Open the mailbox again after its session ended.
    Reopen,
    /// Close the mailbox and forget everything; where letters are not sent, ask first.
    Close,
    /// The same, and letters that are not sent go.
    CloseAnyway,
    /// Mail is kept on this device.
    Found,
    /// Do something with mail that is kept.
    Keep(KeptAction),
    /// Do something in a preview.
    Preview(PreviewAction),
    /// Search in a preview.
    Search(SearchAction),
    /// The device has left the network, or is back.
    Offline(bool),
    /// The browser has been asked to keep what is kept: whether it promised.
    Promised(bool),
    /// All files that were chosen have been read.
    FilesRead,
    /// The engine says something.
    Engine(Reply),
    /// The engine is no more.
    EngineDied(Death),
    /// The engine says something in which the letters of a preview are.
    Writer(Reply),
    /// It is no more.
    WriterDied(Death),
    /// Stop fetching the message that is shown.
    Stop,
    /// Ask for the message that is shown once more.
    Again,
    /// The notice has been read.
    Dismiss,
    /// These rows are in sight.
    InSight {
        /// The first row.
        first: u32,
        /// How many.
        count: u32,
    },
    /// It is time to ask for what is missing in it.
    ShowDue,
    /// A key in the list.
    Key(Motion, Purpose),
    /// A command; a letter that it begins has this number.
    Command(Command, LetterId),
    /// Give a command this key, or none.
    SetKey(Command, String),
    /// Every command has its usual key.
    ResetKeys,
    /// Open this above the mailbox, in the place of what is open there.
    Overlay(Option<Overlay>),
    /// The keyboard is at this row.
    Cursor(u32),
    /// Choose messages, for what is done with several at once.
    Choose(Choice),
    /// Read the message at this position.
    Read(u32),
    /// Read the previous (-1) or next (1) message.
    Step(i8),
    /// Read the message inside the one that is shown.
    OpenNested(PartId),
    /// Back to the message around this one, or to the list.
    Back,
    /// The browser went back or forward to where the reader was this deep.
    History(usize),
    /// Show this side of the message.
    Show(Face),
    /// Fetch the remote pictures of this message, once.
    ShowRemote,
    /// Fetch the remote pictures of this sender's messages, for this session.
    TrustSender,
    /// Fetch no remote pictures any more: of this message, and of its sender's.
    HideRemote,
    /// HTML has been sanitised.
    Sanitised {
        /// The message.
        message: MessageRef,
        /// What it was sanitised for.
        remote: Remote,
        /// The outcome; the text is the reason of a failure.
        html: Result<SafeHtml, NotSanitised>,
    },
    /// Download an attachment.
    Download(PartId),
    /// Download all attachments in one file.
    DownloadAll,
    /// Save the message that is shown.
    SaveSource,
    /// The browser would not take the file.
    NotSaved,
    /// A newer version of the page waits to take over.
    NewVersion,
    /// Not now: stay with this version.
    Later,
    /// Let the newer version take over.
    Update,
    /// Print what is read.
    Print,
    /// Open or close "Path and certificate".
    ShowPath(bool),
    /// Open or close "About this page".
    ShowAbout(bool),
    /// Something with "Diagnosis".
    Diagnosis(DiagnosisAction),
    /// The page's files have been compared with the list of their hashes; the text is why they could not be.
    Compared(Result<About, String>),
}

/// What has to be done because of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the engine, or take a question back.
    Call(Call),
    /// End the engine and start a fresh one: the one of [`State::program`].
    ReplaceEngine,
    /// Open the page of a provider at this address, in a window of its own.
    OpenProvider(String),
    /// Start an engine for the letters of a preview, in the place of the one there was.
    StartWriter,
    /// Remember [`State::keys`], where mail is kept.
    RememberKeys,
    /// Open the browser's dialog for printing.
    Print,
    /// Put this text where it can be pasted from.
    Copy(String),
    /// Load what is drawn beyond the form, and send [`Action::Screens`].
    LoadScreens,
    /// Look like [`State::looks`].
    Look,
    /// Speak [`State::language`].
    Speak,
    /// Ask the browser to keep what is kept for as long as its owner wants.
    Persist,
    /// Send [`FindAction::Due`] once typing has paused.
    FindSoon,
    /// Send [`FindAction::Late`] with this question once nobody wants to wait longer.
    FindEnds(CallId),
    /// Send [`KeptAction::SearchDue`] once typing has paused.
    SearchSoon,
    /// Add a piece to the file that is being written.
    Gather(Vec<u8>),
    /// Hand the file that was written to the user.
    SaveGathered {
        /// Its name, without the date and the ending.
        name: String,
        /// Its form.
        form: Archive,
    },
    /// Begin to read these files.
    OpenFiles(Files),
    /// Read the next piece of the file, and send it as [`KeptAction::Piece`].
    ReadPiece,
    /// The same with the next file, or send [`Action::FilesRead`].
    NextFile,
    /// Forget the files that are being written or read.
    DropFiles,
    /// Send [`kept::Write::SaveDue`] in a moment.
    SaveSoon,
    /// Send [`kept::Write::DiscardDue`] once nobody will take it back any more.
    DiscardSoon,
    /// Read these files, and send each as [`kept::Write::Read`]; pictures go into the text where this says so.
    ReadFiles(Files, bool),
    /// Put what a letter quotes into words, and send it as [`kept::Write::Quoted`].
    Quote(LetterId, Manner, Box<Quote>),
    /// Send [`Action::ShowDue`] in a moment.
    ShowSoon,
    /// Sanitise the HTML of a message.
    Sanitise {
        /// The message.
        message: MessageRef,
        /// For what.
        remote: Remote,
    },
    /// Hand a file to the user.
    Save {
        /// Its name.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// The reader went deeper: note this depth in the browser's history.
    Deepen(usize),
    /// The reader came back by this many steps: so does the browser's history.
    Rise(usize),
    /// Compare the page's files with the list of their hashes.
    Compare,
    /// Begin a letter with this in it: send it as [`kept::Write::New`].
    WriteTo(Box<Draft>),
    /// Ask the browser to open links that write to somebody here.
    TakeMailLinks,
    /// Keep the page itself on this device, so that it opens without a network. To be asked for whenever mail is kept.
    KeepPage,
    /// Keep it no longer: no mail is kept any more.
    ForgetPage,
    /// Let the newer version of the page take over, in every tab.
    Update,
    /// Take the link out of the address bar.
    ClearLink,
    /// Move the keyboard's focus.
    Focus(Focus),
}

/// A place for the keyboard's focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The control that is complained about.
    Complaint,
    /// The list of messages.
    List,
    /// The message that is being read.
    Message,
    /// The search box.
    Search,
    /// The connect form.
    Form,
    /// The password.
    Password,
    /// What begins a sign-in at a provider, or gives it up.
    SignIn,
    /// What went wrong.
    Failure,
    /// The recipients of the letter that is being written.
    To,
    /// Those who get copies of it.
    Copies,
    /// A field of it that takes addresses.
    Recipients(kept::LetterField),
    /// Its text.
    Text,
    /// What is asked before it is sent.
    Doubt,
    /// Why something could not be done with it.
    LetterFailure,
}

impl Default for State {
    fn default() -> Self {
        Self {
            site: Site::default(),
            form: Form::default(),
            phase: Phase::Form,
            stage: None,
            complaint: None,
            failure: None,
            signing_in: None,
            prepared: Prepared::default(),
            connection: None,
            mailbox: None,
            kept: None,
            writing: None,
            keeps: false,
            language: Language::default(),
            keys: Keys::default(),
            screens: Screens::default(),
            overlay: None,
            offline: false,
            promised: None,
            asked_for: None,
            program: Program::default(),
            about: None,
            diagnosis: None,
            looks: Looks::default(),
            newer: false,
            deletion: None,
            calls: Calls::default(),
            session: CallId::default(),
            engine_died: false,
        }
    }
}

impl State {
    /// Whether something is lost if the page goes now: marks, or the word of what became of them.
    pub fn has_unsent(&self) -> bool {
        let marks = self.mailbox.as_ref().is_some_and(|mailbox| !mailbox.preview.marked.is_empty());
        let letter = self.kept.as_ref().and_then(|kept| kept.composer.as_ref());
        let letters = letter.is_some_and(kept::Composer::is_unsaved)
            || self.writing.as_ref().is_some_and(|writing| writing.unsent() > 0);
        marks || matches!(self.phase, Phase::Closing(_)) || letters
    }

    /// Whether the browser is to ask before the page goes: a preview is gone with it.
    pub fn is_gone_with_the_page(&self) -> bool {
        self.has_unsent() || matches!(self.phase, Phase::Open(_))
    }

    /// What the reader shows.
    pub fn opened(&self) -> Option<&Opened> {
        Some(self.mailbox.as_ref()?.reading.as_ref()?.current())
    }
}

#[cfg(test)]
mod tests;
