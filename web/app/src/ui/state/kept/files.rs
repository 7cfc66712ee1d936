//! Files with many messages: written piece by piece as they come, and read piece by piece as they are taken in.

use restante_api::keep::{AccountId, Archive, Ask};
use restante_api::{CallId, Request};
use restante_locales::say;

use super::{Kept, Told, Wait};
use crate::ui::state::Effect;
use crate::ui::state::calls::{Calls, cancel};

/// Files that somebody chose. Compares by identity.
pub type Files = crate::ui::shared::Shared<Vec<web_sys::File>>;

/// A file that is being written or read.
#[derive(Debug, Clone, PartialEq)]
pub enum FileWork {
    /// Messages are written.
    Export {
        /// What the file is called, without the date and the ending.
        name: String,
        /// Its form.
        form: Archive,
        /// Messages so far.
        messages: u32,
        /// Messages there are, where that is known.
        of: Option<u32>,
        /// Octets so far.
        octets: u64,
        /// The question.
        call: CallId,
    },
    /// Messages are taken in.
    Import {
        /// Whose they become.
        account: AccountId,
        /// Messages of the files before.
        before: u32,
        /// Messages of this file so far.
        messages: u32,
        /// Octets so far.
        octets: u64,
        /// The question for the last piece.
        call: Option<CallId>,
        /// The last piece ended a file.
        ended: bool,
    },
}

/// Writes all messages of an account into a file, and its letters that are not sent yet.
pub(super) fn export(kept: &mut Kept, calls: &mut Calls, id: AccountId, form: Archive) -> Vec<Effect> {
    let Some(account) = kept.account(id).filter(|_| kept.file.is_none()) else { return vec![] };
    let messages: u32 = account.folders.iter().map(|folder| folder.messages).sum();
    let letters = u32::try_from(account.letters.len()).unwrap_or(u32::MAX);
    let (name, of) = (account.name.clone(), messages.saturating_add(letters));
    write(kept, calls, Ask::Export(id, form), name, form, Some(of))
}

/// Writes what can be read of a damaged mailbox into a file.
pub(super) fn rescue(kept: &mut Kept, calls: &mut Calls) -> Vec<Effect> {
    if kept.file.is_some() {
        return vec![];
    }
    write(kept, calls, Ask::Rescue, say::file_rescued().into(), Archive::Mbox, None)
}

fn write(kept: &mut Kept, calls: &mut Calls, ask: Ask, name: String, form: Archive, of: Option<u32>) -> Vec<Effect> {
    kept.sheet = None;
    let (call, ask) = calls.ask(Request::Keep(ask));
    kept.waiting.push((call, Wait::File));
    kept.file = Some(FileWork::Export { name, form, messages: 0, of, octets: 0, call });
    vec![Effect::DropFiles, ask]
}

/// A piece of the file that is written: the next may come.
pub(super) fn written(kept: &mut Kept, calls: &mut Calls, to: CallId, now: u32, piece: Vec<u8>) -> Vec<Effect> {
    let Some(FileWork::Export { name, form, messages, octets, call, .. }) = &mut kept.file else { return vec![] };
    if *call != to {
        return vec![];
    }
    *messages = now.max(*messages);
    *octets += piece.len() as u64;
    if !piece.is_empty() {
        return vec![Effect::Gather(piece), calls.ask(Request::Keep(Ask::NextPiece(to))).1];
    }
    let save = Effect::SaveGathered { name: name.clone(), form: *form };
    kept.told = Some(Told::Exported(*messages));
    kept.file = None;
    kept.waiting.retain(|(waited, _)| *waited != to);
    vec![save]
}

/// Takes the messages of files in.
pub(super) fn import(kept: &mut Kept, account: AccountId, files: Files) -> Vec<Effect> {
    if kept.file.is_some() || files.is_empty() {
        return vec![];
    }
    kept.sheet = None;
    kept.file = Some(FileWork::Import { account, before: 0, messages: 0, octets: 0, call: None, ended: false });
    vec![Effect::OpenFiles(files), Effect::ReadPiece]
}

/// The next piece of a file.
pub(super) fn piece(kept: &mut Kept, calls: &mut Calls, piece: Vec<u8>) -> Vec<Effect> {
    let Some(FileWork::Import { account, octets, call, ended, .. }) = &mut kept.file else { return vec![] };
    *octets += piece.len() as u64;
    *ended = piece.is_empty();
    let (asked, ask) = calls.ask(Request::Keep(Ask::Import { account: *account, octets: piece }));
    *call = Some(asked);
    kept.waiting.push((asked, Wait::File));
    vec![ask]
}

/// So many messages were taken in: the next piece may come.
pub(super) fn taken(kept: &mut Kept, to: CallId, count: u32) -> Vec<Effect> {
    let Some(FileWork::Import { before, messages, call, ended, .. }) = &mut kept.file else { return vec![] };
    if *call != Some(to) {
        return vec![];
    }
    *messages = count;
    if std::mem::take(ended) {
        *before += std::mem::take(messages);
        return vec![Effect::NextFile];
    }
    vec![Effect::ReadPiece]
}

/// All files were taken in.
pub(in crate::ui::state) fn finished(kept: &mut Kept) {
    if let Some(FileWork::Import { before, .. }) = kept.file.take() {
        kept.told = Some(Told::Imported(before));
    }
}

/// Gives up whatever file is being written or read.
pub(super) fn stop(kept: &mut Kept) -> Vec<Effect> {
    kept.waiting.retain(|(_, wait)| *wait != Wait::File);
    let call = match kept.file.take() {
        Some(FileWork::Export { call, .. }) => Some(call),
        Some(FileWork::Import { call, .. }) => call,
        None => return vec![],
    };
    cancel(call).chain([Effect::DropFiles]).collect()
}
