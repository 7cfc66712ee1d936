//! Letters: written, kept as drafts, and put into the outbox.

use restante_api::keep::{self, Answer, Done, LetterChange, UNDO_SECONDS};
use restante_api::letter::{
    Draft, FileId, FileView, InlinePicture, LetterContent, LetterFault, LetterId, Manner, Origin, Sending,
};
use restante_api::{Failure, FailureKind, Reply, Update};
use restante_store::{Account, AccountId, MessageId, Store, StoreError};

use super::{Client, Keeper, Outcome, convert};
use crate::compose::{self, Content, NewFile};

/// Octets of a letter's files together at most: they are in memory when it is made. Few servers take half as much.
const FILES: u64 = 64 << 20;

/// Recipients that are offered as somebody types.
const OFFERED: usize = 5;

/// Pictures within a letter's text, by their files.
type Pictures = Vec<(FileId, NewFile)>;

impl<R: FnMut(Client, Reply)> Keeper<R> {
    pub(super) fn change_letter(&mut self, change: LetterChange) -> Result<Done, Failure> {
        let now = self.now();
        let failed = |error: StoreError| convert::failure(&error);
        match change {
            LetterChange::Save(account, id, draft) => {
                self.store.borrow_mut().save_draft(convert::account(account), id, &draft, now).map_err(failed)?;
            }
            LetterChange::Attach { letter, file, octets } => self.attach(letter, &file, &octets)?,
            LetterChange::Detach(letter, file) => self.store.borrow_mut().detach(letter, file).map_err(failed)?,
            LetterChange::Discard(id) => self.store.borrow_mut().discard_letter(id).map_err(failed)?,
            LetterChange::Send(id) => self.queue(id)?,
            LetterChange::Recall(id) => self.store.borrow_mut().recall(id, now).map_err(failed)?,
            LetterChange::SendNow(id) => {
                self.outbox.admit(None);
                self.store.borrow_mut().set_due(id, now).map_err(failed)?;
            }
            LetterChange::Settle(id, was_sent) => self.settle(id, was_sent)?,
        }
        // What is due first may be another one now.
        self.tick = None;
        self.deliver_next();
        Ok(Done::Changed)
    }

    pub(super) fn letter(&self, id: LetterId) -> Outcome {
        let read = || -> Result<_, StoreError> {
            let store = self.store.borrow();
            let (_, draft) = store.draft(id)?;
            let files = store.files(id)?;
            let inline = files.iter().filter(|file| file.is_inline);
            let pictures = inline.map(|file| Ok(InlinePicture { file: file.id, octets: store.file(file.id)? }));
            let pictures = pictures.collect::<Result<_, StoreError>>()?;
            Ok(LetterContent { draft, files, pictures })
        };
        let content = read().map_err(|error| convert::failure(&error))?;
        Ok(Update::Keep(Answer::Letter(Box::new(content))))
    }

    pub(super) fn correspondents(&self, typed: &str) -> Outcome {
        let found = self.store.borrow().correspondents(typed, OFFERED).map_err(|error| convert::failure(&error))?;
        Ok(Update::Keep(Answer::Correspondents(found)))
    }

    /// Makes a letter from a message.
    pub(super) fn begin_letter(&mut self, id: LetterId, manner: Manner, origin: Origin) -> Outcome {
        let failed = |error: StoreError| convert::failure(&error);
        let (account, octets) = match origin {
            Origin::Kept(message) => {
                let content = self.content(MessageId(message.0.into())).map_err(failed)?;
                let (row, octets) = content.ok_or_else(|| Failure::new(FailureKind::TooLarge, ""))?;
                (row.account, octets)
            }
            Origin::Source(account, octets) => (convert::account(account), octets),
        };
        let account = self.store.borrow().account(account).map_err(failed)?;
        let own = self.own_addresses(&account).map_err(failed)?;
        let (beginning, octets) = compose::beginning(&octets, manner, &own, id);
        let LetterContent { draft, files, .. } = &beginning.letter;
        // Until the page saves it with the words around: the text shows pictures that are kept with it.
        let begun = match beginning.quote.as_ref().and_then(|quote| quote.rich.as_ref()) {
            Some(rich) => Draft { text: rich.to_text(), rich: Some(rich.clone()), ..draft.clone() },
            None => draft.clone(),
        };
        if !files.is_empty() {
            let now = self.now();
            let store = &mut *self.store.borrow_mut();
            let saved = store.transaction(|store| {
                store.save_draft(account.id, id, &begun, now)?;
                files.iter().zip(&octets).try_for_each(|(file, octets)| store.attach(id, file, octets))
            });
            saved.map_err(failed)?;
        }
        self.is_news = true;
        let account = keep::AccountId(convert::id(account.id.0));
        Ok(Update::Keep(Answer::Begun(account, Box::new(beginning))))
    }

    /// By which server an account sends, and who writes.
    pub(super) fn sending(&self, account: &Account) -> Result<Sending, StoreError> {
        sending(&self.store.borrow(), account)
    }

    fn own_addresses(&self, account: &Account) -> Result<Vec<String>, StoreError> {
        let sending = self.sending(account)?;
        let mut own: Vec<_> = sending.identities().map(|identity| identity.address).collect();
        let usual = usual(account).address;
        if !own.contains(&usual) {
            own.push(usual);
        }
        Ok(own)
    }

    fn attach(&mut self, letter: LetterId, file: &FileView, octets: &[u8]) -> Result<(), Failure> {
        let failed = |error: StoreError| convert::failure(&error);
        let store = &mut *self.store.borrow_mut();
        let others = store.files(letter).map_err(failed)?;
        let octets_of_all = others.iter().filter(|other| other.id != file.id).map(|other| other.octets).sum::<u64>();
        let together = octets_of_all + octets.len() as u64;
        if together > FILES {
            return Err(too_large(together, FILES));
        }
        let file = FileView { octets: octets.len() as u64, ..file.clone() };
        store.attach(letter, &file, octets).map_err(failed)
    }

    /// Puts a draft into the outbox, in the form in which it is sent.
    fn queue(&mut self, id: LetterId) -> Result<(), Failure> {
        let failed = |error: StoreError| convert::failure(&error);
        let now = self.now();
        let (account, draft) = self.store.borrow().draft(id).map_err(failed)?;
        let account = self.store.borrow().account(account).map_err(failed)?;
        let sending = self.sending(&account).map_err(failed)?;
        let (files, pictures) = files_of(&self.store.borrow(), id).map_err(failed)?;
        let content = Content { draft: &draft, files: &files, pictures: &pictures, sending: &sending };
        // A letter that is written again after it came back is another one.
        let built = compose::build(&content, now, &format!("{:x}.{now:x}", id.0))?;
        let octets = built.octets.len() as u64;
        let server = self.store.borrow().submission_server(account.id).map_err(failed)?;
        if let Some(limit) = server.size_limit.filter(|limit| octets > *limit) {
            return Err(too_large(octets, limit));
        }
        self.store.borrow_mut().queue_letter(id, &built.octets, &built.recipients, now + UNDO_SECONDS).map_err(failed)
    }

    /// Somebody says whether a letter in doubt was taken.
    fn settle(&mut self, id: LetterId, was_sent: bool) -> Result<(), Failure> {
        let now = self.now();
        let store = &mut *self.store.borrow_mut();
        let settled = store.transaction(|store| {
            let account = store.in_doubt(id)?;
            if !was_sent {
                return store.return_letter(id, now, None);
            }
            super::outbox::file(store, account, id, now)?;
            store.remove_letter(id)
        });
        settled.map_err(|error| convert::failure(&error))
    }

    /// What waits in an account's outbox because of what has changed now is tried again.
    pub(super) fn hasten(&mut self, account: AccountId) {
        let now = self.now();
        self.outbox.admit(Some(account));
        // Where it cannot be written, letters wait until somebody sends them.
        if self.store.borrow_mut().hasten_letters(account, now).is_ok() {
            self.tick = None;
        }
    }
}

fn too_large(octets: u64, limit: u64) -> Failure {
    Failure::new(FailureKind::UnfitLetter(LetterFault::TooLarge { octets, limit }), "")
}

/// A letter that is not sent yet, as a message: as it would be sent where it is in the outbox, below its hidden recipients,
/// and as far as it is written where it is a draft. `date` is in seconds since 1970-01-01 UTC.
pub(super) fn message(store: &Store, id: LetterId, date: i64) -> Result<Vec<u8>, StoreError> {
    let (account, draft) = store.draft(id)?;
    match store.letter_octets(id) {
        Err(StoreError::NotFound(_)) => {}
        octets => return Ok([compose::hidden(&draft), octets?].concat()),
    }
    let sending = sending(store, &store.account(account)?)?;
    let (files, pictures) = files_of(store, id)?;
    let content = Content { draft: &draft, files: &files, pictures: &pictures, sending: &sending };
    Ok(compose::unsent(&content, date, &format!("{:x}.{date:x}", id.0)))
}

fn sending(store: &Store, account: &Account) -> Result<Sending, StoreError> {
    Ok(store.sending(account.id)?.unwrap_or_else(|| usual(account)))
}

/// A letter's files: those that are attached, and the pictures within its text.
fn files_of(store: &Store, letter: LetterId) -> Result<(Vec<NewFile>, Pictures), StoreError> {
    let (mut files, mut pictures) = (Vec::new(), Vec::new());
    for FileView { id, name, media_type, is_inline, .. } in store.files(letter)? {
        let file = NewFile { name, media_type, octets: store.file(id)? };
        if is_inline { pictures.push((id, file)) } else { files.push(file) }
    }
    Ok((files, pictures))
}

/// What an account's mail server and user name suggest.
fn usual(account: &Account) -> Sending {
    Sending::usual(&account.user, &account.host, account.way.security)
}
