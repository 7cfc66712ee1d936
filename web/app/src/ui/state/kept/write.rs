//! Writing: the letter that is being written, how it is saved as one types, and how it goes to the outbox.

mod composer;
mod heard;
pub(in crate::ui::state) mod in_preview;
mod mailto;
mod offers;
mod sender;

use restante_api::keep::{AccountId, AccountView, Ask, Change, KeptId, LetterChange};
use restante_api::letter::{
    Draft, FileId, FileView, LetterFault, LetterId, LetterState, LetterView, Manner, Origin, Quote, Sending,
};
use restante_api::picture::shown_type;
use restante_api::rich::Rich;
use restante_api::{Blame, Failure, FailureKind};
use restante_locales::say;

use super::{Kept, Told, Wait};
use crate::ui::shared::Shared;
use crate::ui::state::calls::Calls;
use crate::ui::state::site::Submission;
use crate::ui::state::{Effect, Focus, Mailbox, Phase, Picture, State, meant};

use sender::signature;

pub use composer::{Composer, Doubt, LetterField, Offers, Saved, Shelf, Write, WriteStep};
pub(super) use heard::{answered, death, overviewed, refused};
pub use in_preview::Writing;
pub(in crate::ui) use mailto::passed_on as of_link;

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
    /// Who may be meant by what is typed.
    Offers(LetterId),
}

/// What is still to be told of a letter in the outbox, beside its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// That it waits, if it does.
    Waits,
    /// The same, once it has been tried: what it waits for now is known.
    Again,
    /// Nothing.
    End,
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

    /// What becomes of this letter is told from now on.
    fn watch(&mut self, letter: LetterId, watch: Watch) {
        self.queued.retain(|(queued, _)| *queued != letter);
        self.queued.push((letter, watch));
    }

    fn letter_change(&mut self, calls: &mut Calls, change: LetterChange, wait: Wait) -> Effect {
        self.change(calls, Change::Letter(change), wait)
    }
}

/// Does it.
pub(super) fn act(kept: &mut Kept, mailbox: &mut Mailbox, calls: &mut Calls, write: Write) -> Vec<Effect> {
    match write {
        Write::New(letter, draft) => new(kept, calls, letter, *draft),
        Write::From(..) if kept.shelf.is_some() => vec![],
        Write::From(letter, manner) => from(kept, mailbox, calls, letter, manner),
        Write::Quoted(letter, words, rich) => {
            let Some(composer) = kept.composer.as_mut().filter(|composer| composer.letter == letter) else {
                return vec![];
            };
            let draft = &mut composer.draft;
            match rich {
                Some(rich) => {
                    let mut whole = Rich::from_text(&format!("\n\n{words}"));
                    whole.blocks.extend(rich.blocks);
                    whole.blocks.extend(Rich::from_text(&draft.text).blocks);
                    draft.text = whole.to_text();
                    draft.rich = Some(whole);
                }
                None => draft.text = format!("\n\n{words}{}", draft.text),
            }
            composer.step = WriteStep::Writing;
            vec![focus(composer)]
        }
        Write::Edit(letter) => edit(kept, calls, letter),
        Write::Recall(letter) => {
            kept.told = None;
            recall(kept, calls, letter)
        }
        Write::SendNow(letter) => {
            kept.watch(letter, Watch::Again);
            vec![kept.letter_change(calls, LetterChange::SendNow(letter), Wait::Quietly)]
        }
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
        Write::Sender(account, address) => sender::change(kept, account, address),
        Write::TypeRich(rich) => {
            composer.draft.text = rich.to_text();
            composer.inserts.retain(|file| !rich.pictures().contains(file));
            if composer.draft.rich.as_ref() == Some(&*rich) {
                return vec![];
            }
            composer.draft.rich = Some(*rich);
            changed(composer)
        }
        Write::Format(true) => {
            composer.draft.rich = Some(Rich::from_text(&composer.draft.text));
            [changed(composer), vec![Effect::Focus(Focus::Text)]].concat()
        }
        Write::Format(false) if composer.draft.rich.as_ref().is_some_and(|rich| !rich.is_plain()) => {
            composer.doubt = Some(Doubt::LosesFormatting);
            vec![Effect::Focus(Focus::Doubt)]
        }
        Write::Format(false) | Write::FormatAway => {
            composer.draft.rich = None;
            [changed(composer), vec![Effect::Focus(Focus::Text)]].concat()
        }
        Write::WantReport(wants) => {
            composer.draft.wants_report = wants;
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
            [changed(composer), offers::typed(kept, calls, field)].concat()
        }
        Write::Complete(field, address) => {
            offers::complete(composer, field, &address);
            [changed(composer), vec![Effect::Focus(Focus::Recipients(field))]].concat()
        }
        Write::ShowCopies => {
            composer.shows_copies = true;
            vec![Effect::Focus(Focus::Copies)]
        }
        Write::SaveDue => save(kept, calls),
        Write::Attach(_) if composer.draft.redirects => vec![],
        Write::Attach(files) => vec![Effect::ReadFiles(files, false)],
        Write::Insert(files) => vec![Effect::ReadFiles(files, composer.draft.rich.is_some())],
        Write::Read(file, octets) => {
            let shown = shown_type(&file.media_type).filter(|_| file.is_inline && composer.draft.rich.is_some());
            let file = FileView { is_inline: shown.is_some(), ..file };
            if let Some(media_type) = shown {
                let bytes = octets.clone();
                composer.pictures.push((file.id, Shared::new(Picture { media_type, bytes })));
                composer.inserts.push(file.id);
            }
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
    let draft = Draft { text: format!("{}{}", draft.text, signature(&account.sending, "")), ..draft };
    let account = account.id;
    let effects = make_room(kept, calls);
    let composer = Composer::new(letter, account, draft, WriteStep::Writing);
    let at = focus(&composer);
    kept.composer = Some(composer);
    [effects, vec![at]].concat()
}

fn from(kept: &mut Kept, mailbox: &Mailbox, calls: &mut Calls, letter: LetterId, manner: Manner) -> Vec<Effect> {
    let ([number], Some(account)) = (&meant(mailbox)[..], here(kept)) else { return vec![] };
    let (account, begin) = (account.id, Ask::Begin(letter, manner, Origin::Kept(KeptId(*number))));
    let mut effects = make_room(kept, calls);
    kept.composer = Some(Composer::new(letter, account, Draft::default(), WriteStep::Opening));
    effects.push(kept.ask(calls, begin, Wait::Letter(LetterWait::Beginning(letter, manner))));
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

fn recall(kept: &mut Kept, calls: &mut Calls, letter: LetterId) -> Vec<Effect> {
    vec![kept.letter_change(calls, LetterChange::Recall(letter), Wait::Letter(LetterWait::Recalled(letter)))]
}

fn take_back(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    match kept.told.take() {
        Some(Told::Discarded) => match kept.discarded.take() {
            Some(letter) => edit(kept, calls, letter),
            None => vec![],
        },
        Some(Told::Queued(letter)) => recall(kept, calls, letter),
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
    kept.watch(letter, Watch::Again);
    vec![kept.change(calls, trust, Wait::Quietly)]
}

/// Somebody writes by a link: at once where mail is shown, or as soon as it is.
pub(in crate::ui::state) fn write_to(state: &mut State, draft: Draft) -> Vec<Effect> {
    let is_kept = state.kept.as_ref().is_some_and(|kept| !kept.accounts().is_empty());
    if is_kept || matches!(state.phase, Phase::Open(_)) {
        return vec![Effect::ClearLink, Effect::WriteTo(Box::new(draft))];
    }
    state.asked_for = Some(Box::new(draft));
    vec![Effect::ClearLink]
}

/// The network is back: letters that waited for it are sent.
pub(super) fn send_what_waits(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    let waits = |letter: &&LetterView| matches!(&letter.state, LetterState::Waiting { failure: Some(failure), .. } if failure.blame == Blame::Network);
    let letters = kept.accounts().iter().flat_map(|account| &account.letters);
    let waiting: Vec<LetterId> = letters.filter(waits).map(|letter| letter.id).collect();
    for letter in &waiting {
        kept.watch(*letter, Watch::Again);
    }
    waiting.into_iter().map(|letter| kept.letter_change(calls, LetterChange::SendNow(letter), Wait::Quietly)).collect()
}

/// What may have been forgotten.
fn doubt(composer: &Composer) -> Option<Doubt> {
    if composer.draft.redirects {
        return None;
    }
    let speaks = composer.attached().next().is_none() && speaks_of_attachment(&composer.draft.text);
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

/// Where writing goes on: at the first thing that is missing.
fn focus(composer: &Composer) -> Effect {
    let is_to = composer.draft.redirects || composer.draft.to.trim().is_empty();
    Effect::Focus(if is_to { Focus::To } else { Focus::Text })
}

/// Sets by which server an account sends, as the page's host says it.
pub(super) fn sends_by(
    kept: &mut Kept,
    calls: &mut Calls,
    account: AccountId,
    submission: &Submission,
    user: &str,
) -> Vec<Effect> {
    let Submission { host, port, security, fingerprint } = submission;
    let sending = Sending { port: *port, ..Sending::usual(user, host, *security) };
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
