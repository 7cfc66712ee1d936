//! The letter that is being written, and what can be done with it.

use restante_api::keep::AccountId;
use restante_api::letter::{Draft, FileId, FileView, LetterId, Manner};
use restante_api::rich::Rich;
use restante_api::{Address, CallId, Failure};

use crate::ui::shared::Shared;
use crate::ui::state::Picture;
use crate::ui::state::kept::Files;

/// A letter that is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Composer {
    /// The letter.
    pub letter: LetterId,
    /// The account that it is written from.
    pub account: AccountId,
    /// What was typed.
    pub draft: Draft,
    /// Its files.
    pub files: Vec<FileView>,
    /// The pictures that its text may show, by their file.
    pub pictures: Vec<(FileId, Shared<Picture>)>,
    /// Pictures that are put into the text where somebody writes.
    pub inserts: Vec<FileId>,
    /// Files that are being added: the question, and the name.
    pub adding: Vec<(CallId, String)>,
    /// Who may be meant by what is typed, and where.
    pub offers: Option<Offers>,
    /// Cc and Bcc are in sight.
    pub shows_copies: bool,
    /// How far it is.
    pub step: WriteStep,
    /// What is asked before it is sent.
    pub doubt: Option<Doubt>,
    /// Why something could not be done.
    pub failure: Option<Shared<Failure>>,
    /// How much of it is saved.
    pub saved: Saved,
}

/// Recipients that are offered for what is typed last in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// The field.
    pub field: LetterField,
    /// Who may be meant.
    pub found: Vec<Address>,
    /// The question for them; its answer is about what was typed by then.
    pub(super) asked: CallId,
}

/// How far a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStep {
    /// What it begins with is asked for.
    Opening,
    /// It is being written.
    Writing,
    /// It is being put into the outbox.
    Sending,
}

/// How much of a letter is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Nothing of it, and nothing need be.
    Never,
    /// All but what was typed last.
    Partly,
    /// All; where there is a question, once that is answered.
    Whole(Option<CallId>),
}

/// What may have been forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There is no subject.
    NoSubject,
    /// The text speaks of an attachment, and there is none.
    NoAttachment,
    /// Without formatting the text loses what it has of it.
    LosesFormatting,
}

/// Letters that are not sent yet, of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Those that are being written.
    Drafts,
    /// Those that are to be sent.
    Outbox,
}

/// A field of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterField {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
    /// Subject.
    Subject,
    /// Text.
    Text,
}

/// What can be done with a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Begin a new one of this number, with this in it.
    New(LetterId, Box<Draft>),
    /// Begin one of this number from the message that is read or chosen.
    From(LetterId, Manner),
    /// What a letter quotes, in the words of the reader's language, and what stands below them where that has formatting.
    Quoted(LetterId, String, Option<Box<Rich>>),
    /// Go on with one.
    Edit(LetterId),
    /// Write from another account, or by another address of one.
    Sender(AccountId, String),
    /// A field, as typed so far.
    Type(LetterField, String),
    /// The text with formatting, as typed so far.
    TypeRich(Box<Rich>),
    /// Write with formatting or without.
    Format(bool),
    /// Write without formatting, whatever is lost.
    FormatAway,
    /// Whether a report of the delivery is asked for.
    WantReport(bool),
    /// Take this recipient for what is typed last in a field.
    Complete(LetterField, Box<Address>),
    /// Show Cc and Bcc.
    ShowCopies,
    /// It is time to save what was typed.
    SaveDue,
    /// Add these files.
    Attach(Files),
    /// Put these pictures into the text.
    Insert(Files),
    /// A file that was read.
    Read(FileView, Vec<u8>),
    /// A file that could not be read: its name.
    NotRead(String),
    /// Take a file off.
    Detach(FileId),
    /// Send it.
    Send,
    /// Send it as it is, whatever may have been forgotten.
    SendAnyway,
    /// Go on writing.
    GoOn,
    /// Save it and put it away.
    Close,
    /// Throw it away.
    Discard,
    /// Nobody has taken that back.
    DiscardDue,
    /// Throw this one away, which is not open.
    DiscardOf(LetterId),
    /// Take back that a letter was thrown away, or is to be sent.
    TakeBack,
    /// A letter in the outbox is a draft again, and opened.
    Recall(LetterId),
    /// A letter in the outbox is sent now.
    SendNow(LetterId),
    /// Whether a letter in doubt was taken.
    Settle(LetterId, bool),
    /// Trust the certificate that the server shows by which an account sends.
    Trust(LetterId),
    /// Show an account's drafts or outbox.
    Show(AccountId, Shelf),
}

impl Composer {
    pub(super) fn new(letter: LetterId, account: AccountId, draft: Draft, step: WriteStep) -> Self {
        Self {
            letter,
            account,
            shows_copies: !draft.cc.is_empty() || !draft.bcc.is_empty(),
            draft,
            files: vec![],
            pictures: vec![],
            inserts: vec![],
            adding: vec![],
            offers: None,
            step,
            doubt: None,
            failure: None,
            saved: Saved::Never,
        }
    }

    /// These files could not be added, or are there no more: the text does not show them either.
    pub(super) fn lose(&mut self, is_lost: impl Fn(&FileView) -> bool) {
        let lost: Vec<FileId> = self.files.iter().filter(|file| is_lost(file)).map(|file| file.id).collect();
        self.files.retain(|file| !lost.contains(&file.id));
        self.pictures.retain(|(file, _)| !lost.contains(file));
        self.inserts.retain(|file| !lost.contains(file));
        if let Some(rich) = &mut self.draft.rich {
            rich.drop_pictures(&lost);
            self.draft.text = rich.to_text();
        }
    }

    /// Its files that are attached, and not within its text.
    pub fn attached(&self) -> impl Iterator<Item = &FileView> {
        self.files.iter().filter(|file| !file.is_inline)
    }

    /// How many octets it will have, about: files are sent as Base64 (RFC 2045, section 6.8), 78 octets a line of 57.
    pub fn octets(&self) -> u64 {
        let shown = self.draft.rich.as_ref().map(Rich::pictures).unwrap_or_default();
        let files = self.files.iter().filter(|file| !file.is_inline || shown.contains(&file.id));
        let files: u64 = files.map(|file| file.octets).sum();
        files.div_ceil(57) * 78 + self.draft.text.len() as u64
    }

    /// Whether something of it is not saved yet.
    pub fn is_unsaved(&self) -> bool {
        self.saved == Saved::Partly || !self.adding.is_empty()
    }
}
