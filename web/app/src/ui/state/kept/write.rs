//! Writing: the letter that is being written, how it is saved as one types, and how it goes to the outbox.

use restante_api::keep::{AccountId, AccountView, Answer, Ask, Change, KeptId, LetterChange};
use restante_api::letter::{
    Beginning, Draft, FileId, FileView, LetterContent, LetterFault, LetterId, LetterState, LetterView, Manner, Origin,
    Quote, Sending,
};
use restante_api::{CallId, Failure, FailureKind};
use restante_locales::say;

use super::{Files, Kept, Told, Wait};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::site::Submission;
use crate::ui::state::{Effect, Focus, Mailbox, meant};

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
    /// Files that are being added: the question, and the name.
    pub adding: Vec<(CallId, String)>,
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
    /// What a letter quotes, in the words of the reader's language.
    Quoted(LetterId, String),
    /// Go on with one.
    Edit(LetterId),
    /// Write from another account.
    Account(AccountId),
    /// A field, as typed so far.
    Type(LetterField, String),
    /// Show Cc and Bcc.
    ShowCopies,
    /// It is time to save what was typed.
    SaveDue,
    /// Add these files.
    Attach(Files),
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

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterWait {
    /// How a letter begins, and whether that is an answer.
    Beginning(LetterId, Manner),
    /// A letter to go on with.
    Content(LetterId),
    /// A letter is saved.
    Saved(LetterId),
    /// A file is added.
    Attached(LetterId, FileId),
    /// A letter is in the outbox.
    Queued(LetterId),
    /// A letter is a draft again, to be opened.
    Recalled(LetterId),
}

impl Composer {
    fn new(letter: LetterId, account: AccountId, draft: Draft, step: WriteStep) -> Self {
        Self {
            letter,
            account,
            shows_copies: !draft.cc.is_empty() || !draft.bcc.is_empty(),
            draft,
            files: vec![],
            adding: vec![],
            step,
            doubt: None,
            failure: None,
            saved: Saved::Never,
        }
    }

    /// Whether something of it is not saved yet.
    pub fn is_unsaved(&self) -> bool {
        self.saved == Saved::Partly || !self.adding.is_empty()
    }
}

impl Kept {
    /// A letter that is not sent yet, and whose it is.
    pub fn letter(&self, id: LetterId) -> Option<(&AccountView, &LetterView)> {
        self.accounts()
            .iter()
            .find_map(|account| account.letters.iter().find(|letter| letter.id == id).map(|letter| (account, letter)))
    }

    /// Letters of an account that are on a shelf, the one that was changed last first. One that was just thrown away is not.
    pub fn shelved<'a>(&'a self, account: &'a AccountView, shelf: Shelf) -> impl Iterator<Item = &'a LetterView> + 'a {
        account.letters.iter().filter(move |letter| {
            let is_draft = matches!(letter.state, LetterState::Draft { .. });
            is_draft == (shelf == Shelf::Drafts) && self.discarded != Some(letter.id)
        })
    }

    fn letter_change(&mut self, calls: &mut Calls, change: LetterChange, wait: Wait) -> Effect {
        self.change(calls, Change::Letter(change), wait)
    }
}

/// Does it.
pub(super) fn act(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, write: Write) -> Vec<Effect> {
    match write {
        Write::New(letter, draft) => new(kept, calls, letter, *draft),
        Write::From(letter, manner) => from(kept, mailbox, calls, letter, manner),
        Write::Quoted(letter, words) => {
            let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else {
                return vec![];
            };
            composer.draft.text = format!("\n\n{words}{}", composer.draft.text);
            composer.step = WriteStep::Writing;
            vec![focus(composer)]
        }
        Write::Edit(letter) => edit(kept, calls, letter),
        Write::Recall(letter) => {
            kept.told = None;
            vec![kept.letter_change(calls, LetterChange::Recall(letter), Wait::Letter(LetterWait::Recalled(letter)))]
        }
        Write::SendNow(letter) => vec![kept.letter_change(calls, LetterChange::SendNow(letter), Wait::Quietly)],
        Write::Settle(letter, was_sent) => {
            vec![kept.letter_change(calls, LetterChange::Settle(letter, was_sent), Wait::Quietly)]
        }
        Write::Trust(letter) => trust(kept, calls, letter),
        Write::Show(account, shelf) => {
            let left = mailbox.reading.take().map(|reading| reading.calls());
            kept.search.clear();
            (kept.shelf, kept.shows_folders) = (Some((account, shelf)), false);
            crate::ui::state::calls::cancel(left.unwrap_or_default()).collect()
        }
        Write::DiscardDue => discard_now(kept, calls),
        Write::DiscardOf(letter) => discard(kept, calls, letter),
        Write::TakeBack => take_back(kept, calls),
        write => go_on(kept, calls, write),
    }
}

/// Does something with the letter that is open.
fn go_on(kept: &mut Kept, calls: &mut Calls, write: Write) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    match write {
        Write::Account(account) => {
            composer.account = account;
            changed(composer)
        }
        Write::Type(field, typed) => {
            let draft = &mut composer.draft;
            *match field {
                LetterField::To => &mut draft.to,
                LetterField::Cc => &mut draft.cc,
                LetterField::Bcc => &mut draft.bcc,
                LetterField::Subject => &mut draft.subject,
                LetterField::Text => &mut draft.text,
            } = typed;
            changed(composer)
        }
        Write::ShowCopies => {
            composer.shows_copies = true;
            vec![Effect::Focus(Focus::Copies)]
        }
        Write::SaveDue => save(kept, calls),
        Write::Attach(files) => vec![Effect::ReadFiles(files)],
        Write::Read(file, octets) => {
            // A file goes into a draft, so there has to be one.
            composer.saved = Saved::Partly;
            let (letter, id, name) = (composer.letter, file.id, file.name.clone());
            let mut effects = save(kept, calls);
            let attach = Ask::Change(Change::Letter(LetterChange::Attach { letter, file: file.clone(), octets }));
            let (call, ask) = calls.ask(restante_api::Request::Keep(attach));
            kept.waiting.push((call, Wait::Letter(LetterWait::Attached(letter, id))));
            if let Some(composer) = &mut kept.composer {
                composer.adding.push((call, name));
                composer.files.push(file);
                composer.doubt = None;
            }
            effects.push(ask);
            effects
        }
        Write::NotRead(name) => {
            let fault = FailureKind::UnfitLetter(LetterFault::UnreadableFile(name));
            let failure = Failure::new(fault, "");
            composer.failure = Some(Shared::new(failure));
            vec![]
        }
        Write::Detach(file) => {
            composer.files.retain(|other| other.id != file);
            let letter = composer.letter;
            vec![kept.letter_change(calls, LetterChange::Detach(letter, file), Wait::Quietly)]
        }
        Write::Send => {
            composer.doubt = doubt(composer);
            if composer.doubt.is_some() { vec![Effect::Focus(Focus::Doubt)] } else { send(kept, calls) }
        }
        Write::SendAnyway => send(kept, calls),
        Write::GoOn => {
            composer.doubt = None;
            vec![focus(composer)]
        }
        Write::Close => {
            let effects = save(kept, calls);
            put_away(kept, calls, effects)
        }
        Write::Discard => {
            let (letter, saved) = (composer.letter, composer.saved);
            let is_there = saved != Saved::Never || !composer.files.is_empty();
            if !is_there {
                kept.composer = None;
                return vec![Effect::Focus(Focus::List)];
            }
            // What was typed last can be had back with the rest.
            let mut effects = save(kept, calls);
            kept.composer = None;
            effects.extend(discard(kept, calls, letter));
            effects.push(Effect::Focus(Focus::List));
            effects
        }
        _ => vec![],
    }
}

/// Something was typed.
fn changed(composer: &mut Composer) -> Vec<Effect> {
    (composer.saved, composer.failure, composer.doubt) = (Saved::Partly, None, None);
    vec![Effect::SaveSoon]
}

/// The account that somebody writes from who is here.
fn here(kept: &Kept) -> Option<&AccountView> {
    let shelf = kept.shelf.and_then(|(account, _)| kept.account(account));
    shelf.or_else(|| kept.account_in_sight()).or_else(|| kept.accounts().first())
}

fn new(kept: &mut Kept, calls: &mut Calls, letter: LetterId, draft: Draft) -> Vec<Effect> {
    let Some(account) = here(kept) else { return vec![] };
    let draft = Draft { text: format!("{}{}", draft.text, signature(account)), ..draft };
    let account = account.id;
    let effects = make_room(kept, calls);
    let composer = Composer::new(letter, account, draft, WriteStep::Writing);
    let at = focus(&composer);
    kept.composer = Some(composer);
    [effects, vec![at]].concat()
}

fn from(kept: &mut Kept, mailbox: &Mailbox, calls: &mut Calls, letter: LetterId, manner: Manner) -> Vec<Effect> {
    let ([number], Some(account)) = (&meant(mailbox)[..], here(kept)) else { return vec![] };
    let (account, origin) = (account.id, Origin { message: KeptId(*number), manner });
    let mut effects = make_room(kept, calls);
    kept.composer = Some(Composer::new(letter, account, Draft::default(), WriteStep::Opening));
    effects.push(kept.ask(calls, Ask::Begin(letter, origin), Wait::Letter(LetterWait::Beginning(letter, manner))));
    effects
}

fn edit(kept: &mut Kept, calls: &mut Calls, letter: LetterId) -> Vec<Effect> {
    if kept.composer.as_ref().is_some_and(|composer| composer.letter == letter) {
        return vec![];
    }
    let Some(account) = kept.letter(letter).map(|(account, _)| account.id).or_else(|| here(kept).map(|here| here.id))
    else {
        return vec![];
    };
    let mut effects = make_room(kept, calls);
    kept.composer = Some(Composer::new(letter, account, Draft::default(), WriteStep::Opening));
    effects.push(kept.ask(calls, Ask::Letter(letter), Wait::Letter(LetterWait::Content(letter))));
    effects
}

/// The letter that is open makes way for another.
fn make_room(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let effects = save(kept, calls);
    kept.composer = None;
    effects
}

/// The letter that is open is closed. It is among the drafts, unless there is nothing in it.
fn put_away(kept: &mut Kept, calls: &mut Calls, mut effects: Vec<Effect>) -> Vec<Effect> {
    let Some(composer) = kept.composer.take() else { return effects };
    match composer.saved {
        // Its files came with it, and nobody has written anything.
        Saved::Never if !composer.files.is_empty() => {
            effects.push(kept.letter_change(calls, LetterChange::Discard(composer.letter), Wait::Quietly));
        }
        Saved::Never => {}
        Saved::Partly | Saved::Whole(_) => kept.told = Some(Told::Drafted),
    }
    effects.push(Effect::Focus(Focus::List));
    effects
}

/// Saves what was typed, where anything was.
fn save(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    if composer.saved != Saved::Partly || composer.step != WriteStep::Writing {
        return vec![];
    }
    let letter = composer.letter;
    let change = LetterChange::Save(composer.account, letter, Box::new(composer.draft.clone()));
    let (call, ask) = calls.ask(restante_api::Request::Keep(Ask::Change(Change::Letter(change))));
    composer.saved = Saved::Whole(Some(call));
    kept.waiting.push((call, Wait::Letter(LetterWait::Saved(letter))));
    vec![ask]
}

fn send(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    if composer.step != WriteStep::Writing || !composer.adding.is_empty() {
        return vec![];
    }
    composer.saved = Saved::Partly;
    let letter = composer.letter;
    let mut effects = save(kept, calls);
    effects.push(kept.letter_change(calls, LetterChange::Send(letter), Wait::Letter(LetterWait::Queued(letter))));
    if let Some(composer) = &mut kept.composer {
        (composer.step, composer.doubt, composer.failure) = (WriteStep::Sending, None, None);
    }
    effects
}

/// A letter goes, unless somebody takes that back.
fn discard(kept: &mut Kept, calls: &mut Calls, letter: LetterId) -> Vec<Effect> {
    let mut effects = discard_now(kept, calls);
    if kept.composer.as_ref().is_some_and(|composer| composer.letter == letter) {
        kept.composer = None;
    }
    (kept.discarded, kept.told) = (Some(letter), Some(Told::Discarded));
    effects.push(Effect::DiscardSoon);
    effects
}

/// A letter that was thrown away is gone.
pub(super) fn discard_now(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let Some(letter) = kept.discarded.take() else { return vec![] };
    if kept.told == Some(Told::Discarded) {
        kept.told = None;
    }
    vec![kept.letter_change(calls, LetterChange::Discard(letter), Wait::Quietly)]
}

fn take_back(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    match kept.told.take() {
        Some(Told::Discarded) => match kept.discarded.take() {
            Some(letter) => edit(kept, calls, letter),
            None => vec![],
        },
        Some(Told::Queued(letter)) => {
            vec![kept.letter_change(calls, LetterChange::Recall(letter), Wait::Letter(LetterWait::Recalled(letter)))]
        }
        told => {
            kept.told = told;
            vec![]
        }
    }
}

fn trust(kept: &mut Kept, calls: &mut Calls, letter: LetterId) -> Vec<Effect> {
    use FailureKind::{Certificate, CertificateChanged};
    let Some((account, view)) = kept.letter(letter) else { return vec![] };
    let LetterState::Waiting { failure: Some(failure), .. } = &view.state else { return vec![] };
    let (Certificate { certificate, .. } | CertificateChanged { certificate }) = &failure.kind else { return vec![] };
    let trust = Change::TrustSending(account.id, certificate.fingerprint);
    vec![kept.change(calls, trust, Wait::Quietly)]
}

/// What may have been forgotten.
fn doubt(composer: &Composer) -> Option<Doubt> {
    let speaks = composer.files.is_empty() && speaks_of_attachment(&composer.draft.text);
    match () {
        () if speaks => Some(Doubt::NoAttachment),
        () if composer.draft.subject.trim().is_empty() => Some(Doubt::NoSubject),
        () => None,
    }
}

/// Whether what somebody wrote, and does not quote, has a word for an attachment.
fn speaks_of_attachment(text: &str) -> bool {
    let own = text.lines().take_while(|line| *line != "-- ").filter(|line| !line.starts_with('>'));
    let own = own.collect::<Vec<_>>().join(" ").to_lowercase();
    let mut words = own.split(|c: char| !c.is_alphanumeric());
    let known: Vec<&str> = say::write_attachment_words().split(' ').collect();
    words.any(|word| known.contains(&word))
}

fn signature(account: &AccountView) -> String {
    let signature = account.sending.signature.trim_end();
    if signature.is_empty() { String::new() } else { format!("\n\n-- \n{signature}\n") }
}

/// Where writing goes on: at the first thing that is missing.
fn focus(composer: &Composer) -> Effect {
    Effect::Focus(if composer.draft.to.trim().is_empty() { Focus::To } else { Focus::Text })
}

/// An answer about a letter.
pub(super) fn answered(
    kept: &mut Kept,
    calls: &mut Calls,
    to: CallId,
    wait: LetterWait,
    answer: Answer,
) -> Vec<Effect> {
    match (wait, answer) {
        (LetterWait::Beginning(letter, manner), Answer::Begun(account, beginning, files)) => {
            begun(kept, letter, manner, account, *beginning, files)
        }
        (LetterWait::Content(letter), Answer::Letter(content)) => opened(kept, letter, *content),
        (LetterWait::Recalled(letter), Answer::Done(_)) => {
            kept.queued.retain(|queued| *queued != letter);
            edit(kept, calls, letter)
        }
        (LetterWait::Queued(letter), Answer::Done(_)) => {
            if kept.composer.as_ref().is_some_and(|composer| composer.letter == letter) {
                kept.composer = None;
            }
            kept.queued.push(letter);
            kept.told = Some(Told::Queued(letter));
            vec![Effect::Focus(Focus::List)]
        }
        (LetterWait::Saved(letter) | LetterWait::Attached(letter, _), Answer::Done(_)) => {
            if let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) {
                composer.adding.retain(|(call, _)| *call != to);
                if composer.saved == Saved::Whole(Some(to)) {
                    composer.saved = Saved::Whole(None);
                }
            }
            vec![]
        }
        _ => vec![],
    }
}

fn begun(
    kept: &mut Kept,
    letter: LetterId,
    manner: Manner,
    account: AccountId,
    beginning: Beginning,
    files: Vec<FileView>,
) -> Vec<Effect> {
    let signature = kept.account(account).map(signature).unwrap_or_default();
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else { return vec![] };
    let Beginning { mut draft, quote } = beginning;
    if manner != Manner::EditAsNew {
        draft.text.push_str(&signature);
    }
    let is_quoted = quote.is_some();
    *composer = Composer { files, ..Composer::new(letter, account, draft, WriteStep::Writing) };
    match quote {
        Some(quote) if is_quoted => {
            composer.step = WriteStep::Opening;
            vec![Effect::Quote(letter, manner, Box::new(quote))]
        }
        _ => vec![focus(composer)],
    }
}

fn opened(kept: &mut Kept, letter: LetterId, content: LetterContent) -> Vec<Effect> {
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else { return vec![] };
    let LetterContent { draft, files } = content;
    let account = composer.account;
    *composer =
        Composer { files, saved: Saved::Whole(None), ..Composer::new(letter, account, draft, WriteStep::Writing) };
    vec![focus(composer)]
}

/// Something about a letter could not be done. Whether that is told where the letter is.
pub(super) fn refused(kept: &mut Kept, to: CallId, wait: LetterWait, failure: Failure) -> Vec<Effect> {
    let (LetterWait::Beginning(letter, _)
    | LetterWait::Content(letter)
    | LetterWait::Saved(letter)
    | LetterWait::Attached(letter, _)
    | LetterWait::Queued(letter)
    | LetterWait::Recalled(letter)) = wait;
    let is_shelved = kept.letter(letter).is_some_and(|(_, view)| !matches!(view.state, LetterState::Draft { .. }));
    if is_shelved && failure.kind == FailureKind::NoSuchMessage {
        // An engine that is no more had put it into the outbox before it could say so.
        (kept.composer, kept.told) = (None, Some(Told::Queued(letter)));
        kept.queued.push(letter);
        return vec![Effect::Focus(Focus::List)];
    }
    let failure = Shared::new(failure);
    let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else {
        kept.told = Some(Told::Failed(failure));
        return vec![];
    };
    composer.adding.retain(|(call, _)| *call != to);
    match wait {
        LetterWait::Beginning(..) | LetterWait::Content(_) => {
            kept.composer = None;
            kept.told = Some(Told::Failed(failure));
            return vec![Effect::Focus(Focus::List)];
        }
        LetterWait::Attached(_, file) => composer.files.retain(|other| other.id != file),
        LetterWait::Saved(_) => composer.saved = Saved::Partly,
        LetterWait::Queued(_) | LetterWait::Recalled(_) => composer.step = WriteStep::Writing,
    }
    composer.failure = Some(failure);
    vec![Effect::Focus(Focus::LetterFailure)]
}

/// The engine is no more: what it had not answered is asked of the next one.
pub(super) fn death(kept: &mut Kept) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    if composer.step == WriteStep::Opening {
        kept.composer = None;
        return vec![];
    }
    let lost: Vec<String> = composer.adding.drain(..).map(|(_, name)| name).collect();
    composer.files.retain(|file| !lost.contains(&file.name));
    composer.step = WriteStep::Writing;
    if composer.saved == Saved::Never { vec![] } else { changed(composer) }
}

/// Tells what became of letters that were to be sent.
pub(super) fn overviewed(kept: &mut Kept) {
    for letter in std::mem::take(&mut kept.queued) {
        match kept.letter(letter).map(|(_, view)| view.state.clone()) {
            None => kept.told = Some(Told::Sent),
            Some(LetterState::Draft { returned: Some(failure) }) => {
                kept.told = Some(Told::Returned(Shared::new(*failure)))
            }
            Some(LetterState::Draft { returned: None }) => {}
            Some(LetterState::InDoubt) => kept.told = Some(Told::InDoubt),
            Some(LetterState::Waiting { failure: Some(failure), .. }) => {
                kept.told = Some(Told::PutOff(Shared::new(*failure)));
            }
            Some(LetterState::Waiting { .. } | LetterState::Sending) => kept.queued.push(letter),
        }
    }
}

/// Sets by which server an account sends, as the page's host says it.
pub(super) fn sends_by(
    kept: &mut Kept,
    calls: &mut Calls,
    account: AccountId,
    submission: &Submission,
    user: String,
) -> Vec<Effect> {
    let Submission { host, port, security, fingerprint } = submission;
    let address = if user.contains('@') { user } else { format!("{user}@{host}") };
    let sending = Sending {
        host: host.clone(),
        port: *port,
        security: *security,
        name: String::new(),
        address,
        signature: String::new(),
        copy_to_self: false,
    };
    let mut effects = vec![kept.change(calls, Change::Sending(account, sending), Wait::Quietly)];
    if let Some(trusted) = fingerprint.as_ref().and_then(|text| text.parse().ok()) {
        effects.push(kept.change(calls, Change::TrustSending(account, trusted), Wait::Quietly));
    }
    effects
}

/// What is quoted, below what its writer is told by: each line behind an angle bracket (RFC 3676, section 4.5).
pub(in crate::ui) fn quoted(quote: &Quote, attribution: &str) -> String {
    let mut text = format!("{attribution}\n");
    for line in quote.text.lines() {
        text.push_str(if line.starts_with('>') || line.is_empty() { ">" } else { "> " });
        text.push_str(line);
        text.push('\n');
    }
    text
}
