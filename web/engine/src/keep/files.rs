//! Mail out of the mailbox into a file, and in from one, piece by piece.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::io::{self, Write};
use std::rc::Rc;

use restante_api::keep::{AccountId, Answer, Archive};
use restante_api::letter::LetterView;
use restante_api::{CallId, Failure, FailureKind, Reply, Update};
use restante_store::{
    Digest, Filter, FolderId, List, Location, MessageId, NewMessage, Order, Role, Source, Store, StoreError,
};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{Client, Keeper, Outcome, convert, letters};
use crate::mbox::{self, NotMbox, Piece, Reader};
use crate::mime;

/// Pieces that may be under way to a page.
const UNDER_WAY: u32 = 4;

/// Octets after which a piece goes out.
const PIECE: usize = 256 << 10;

/// Octets of a message that is taken in at most: it is held in memory once.
const LARGEST: usize = 256 << 20;

/// Files that are being written and read.
#[derive(Default)]
pub(super) struct Files {
    out: Vec<Export>,
    taken_in: HashMap<Client, Import>,
}

/// A file that is being written.
struct Export {
    client: Client,
    call: CallId,
    left: VecDeque<Left>,
    written: u32,
    /// Octets that wait to be sent.
    waiting: Pipe,
    /// The archive's directory, until its end.
    zip: Option<ZipWriter<StreamWriter<Pipe>>>,
    /// Pieces that may be sent.
    room: u32,
}

/// What is still to be written.
enum Left {
    Message(MessageId),
    /// A letter that is not sent yet.
    Letter(LetterView),
}

/// A file that is being read.
struct Import {
    account: AccountId,
    folder: FolderId,
    reader: Reader,
    /// The beginning tells what it is; until then, octets wait.
    kind: Kind,
    message: Vec<u8>,
    count: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    Mbox,
    Message,
}

impl Files {
    /// A page is gone.
    pub(super) fn forget(&mut self, client: Client) {
        self.out.retain(|export| export.client != client);
        self.taken_in.remove(&client);
    }

    pub(super) fn cancel(&mut self, client: Client, call: CallId) {
        self.out.retain(|export| (export.client, export.call) != (client, call));
    }

    /// The page takes one more piece.
    pub(super) fn more(&mut self, client: Client, call: CallId) {
        if let Some(export) = self.out.iter_mut().find(|export| (export.client, export.call) == (client, call)) {
            export.room += 1;
        }
    }

    /// Whether a piece can be written.
    pub(super) fn is_ready(&self) -> bool {
        self.out.iter().any(|export| export.room > 0)
    }
}

impl<R: FnMut(Client, Reply)> Keeper<R> {
    pub(super) fn export(
        &mut self,
        client: Client,
        call: CallId,
        account: AccountId,
        archive: Archive,
    ) -> Result<(), Failure> {
        let account = convert::account(account);
        let found = || -> Result<_, StoreError> {
            let store = self.store.borrow();
            let messages =
                store.list(List::Account(account), Filter::All, Order::Oldest)?.into_iter().map(Left::Message);
            Ok(messages.chain(store.letters(account)?.into_iter().rev().map(Left::Letter)).collect())
        };
        let left = found().map_err(|error| convert::failure(&error))?;
        let waiting = Pipe::default();
        let zip = (archive == Archive::Zip).then(|| ZipWriter::new_stream(waiting.clone()));
        self.files.out.push(Export { client, call, left, written: 0, waiting, zip, room: UNDER_WAY });
        Ok(())
    }

    /// Writes the next piece of the file that waited longest.
    pub(super) fn write_file(&mut self) {
        let Some(at) = self.files.out.iter().position(|export| export.room > 0) else { return };
        let mut export = self.files.out.remove(at);
        let (client, call) = (export.client, export.call);
        let piece = export.piece(&self.store.borrow());
        match piece {
            Ok(octets) => {
                let is_end = octets.is_empty();
                export.room -= 1;
                let messages = export.written;
                if !is_end {
                    self.files.out.push(export);
                }
                self.answer(client, call, Ok(Update::Keep(Answer::Piece { messages, octets })));
            }
            Err(error) => self.answer(client, call, Err(convert::failure(&error))),
        }
    }

    /// Takes in a piece of a file.
    pub(super) fn import(&mut self, client: Client, account: AccountId, octets: &[u8]) -> Outcome {
        let failed = |error: &StoreError| convert::failure(error);
        let now = self.now();
        let mut import = match self.files.taken_in.remove(&client).filter(|import| import.account == account) {
            Some(import) => import,
            None => {
                let folder = self.store.borrow().folder_of(convert::account(account), Role::Archive);
                Import {
                    account,
                    folder: folder.map_err(|error| failed(&error))?,
                    reader: Reader::default(),
                    kind: Kind::Unknown,
                    message: Vec::new(),
                    count: 0,
                }
            }
        };
        let is_end = octets.is_empty();
        {
            let store = &mut *self.store.borrow_mut();
            store.begin().map_err(|error| failed(&error))?;
            let taken = if is_end { import.end(store, now) } else { import.take(octets, store, now) };
            if let Err(failure) = taken {
                store.roll_back().map_err(|error| failed(&error))?;
                return Err(failure);
            }
            store.commit().map_err(|error| failed(&error))?;
        }
        self.is_news = true;
        let count = import.count;
        if !is_end {
            self.files.taken_in.insert(client, import);
        }
        Ok(Update::Keep(Answer::Count(count)))
    }
}

impl Export {
    /// The next octets of the file; none at its end.
    fn piece(&mut self, store: &Store) -> Result<Vec<u8>, StoreError> {
        while self.waiting.0.borrow().len() < PIECE
            && let Some(left) = self.left.pop_front()
        {
            // One that was removed meanwhile is left out.
            match left {
                Left::Message(id) => {
                    let Some(row) = store.rows(&[id])?.pop() else { continue };
                    self.message(&row.subject, row.date, row.octets, |take| store.read_content(id, take))?;
                }
                Left::Letter(LetterView { id, subject, changed_at, .. }) => {
                    let octets = match letters::message(store, id, changed_at) {
                        Err(StoreError::NotFound(_)) => continue,
                        octets => octets?,
                    };
                    self.message(&subject, changed_at, octets.len() as u64, |take| {
                        take(&octets);
                        Ok(())
                    })?;
                }
            }
        }
        if self.left.is_empty()
            && let Some(zip) = self.zip.take()
        {
            zip.finish().map_err(|error| StoreError::Internal(error.to_string()))?;
        }
        let waiting = &mut *self.waiting.0.borrow_mut();
        let rest = waiting.split_off(waiting.len().min(PIECE));
        Ok(std::mem::replace(waiting, rest))
    }

    /// Writes a message whose octets `read` tells.
    fn message(
        &mut self,
        subject: &str,
        date: i64,
        octets: u64,
        read: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.written += 1;
        let Some(zip) = &mut self.zip else {
            // A vector takes whatever it is given.
            let _ = mbox::write(date, &mut *self.waiting.0.borrow_mut(), read)?;
            return Ok(());
        };
        let name = format!("{:06} {}", self.written, mime::message_name(subject));
        let large = octets >= u64::from(u32::MAX);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(large);
        zip.start_file(name, options).map_err(|error| StoreError::Internal(error.to_string()))?;
        let mut written = Ok(());
        read(&mut |octets| {
            if written.is_ok() {
                written = zip.write_all(octets);
            }
        })?;
        written.map_err(|error| StoreError::Internal(error.to_string()))
    }
}

/// What an archive is written into, and sent out of.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Import {
    fn take(&mut self, octets: &[u8], store: &mut Store, now: i64) -> Result<(), Failure> {
        if self.kind == Kind::Unknown {
            self.kind = if octets.starts_with(b"From ") { Kind::Mbox } else { Kind::Message };
        }
        match self.kind {
            Kind::Message => self.push(octets),
            _ => self.read(store, now, |reader, take| reader.read(octets, take)),
        }
    }

    fn end(&mut self, store: &mut Store, now: i64) -> Result<(), Failure> {
        match self.kind {
            Kind::Message => self.keep(store, now),
            _ => self.read(store, now, |reader, take| std::mem::take(reader).end(take)),
        }
    }

    /// Lets the reader of an mbox go on, and keeps what comes out of it.
    fn read(
        &mut self,
        store: &mut Store,
        now: i64,
        go_on: impl FnOnce(&mut Reader, &mut dyn FnMut(Piece<'_>)) -> Result<(), NotMbox>,
    ) -> Result<(), Failure> {
        let mut reader = std::mem::take(&mut self.reader);
        let mut outcome = Ok(());
        let read = go_on(&mut reader, &mut |piece| {
            if outcome.is_ok() {
                outcome = self.on_piece(piece, store, now);
            }
        });
        self.reader = reader;
        outcome?;
        read.map_err(|error| Failure::new(FailureKind::UnreadableFile, error.to_string()))
    }

    fn on_piece(&mut self, piece: Piece<'_>, store: &mut Store, now: i64) -> Result<(), Failure> {
        match piece {
            Piece::Octets(octets) => self.push(octets),
            Piece::End => self.keep(store, now),
        }
    }

    fn push(&mut self, octets: &[u8]) -> Result<(), Failure> {
        if self.message.len() + octets.len() > LARGEST {
            return Err(Failure::new(FailureKind::TooLarge, ""));
        }
        self.message.extend_from_slice(octets);
        Ok(())
    }

    /// Keeps a message that has come whole, unless the account has it.
    fn keep(&mut self, store: &mut Store, now: i64) -> Result<(), Failure> {
        let message = std::mem::take(&mut self.message);
        if message.is_empty() {
            return Ok(());
        }
        let digest = Digest::of(&message);
        let kept = (|| {
            if store.has_octets(convert::account(self.account), digest)? {
                return Ok(());
            }
            let summary = mime::summary(&message);
            let source = Source::Whole { source: &message, digest };
            store
                .insert(&NewMessage { folder: self.folder, summary: &summary, source, arrived_at: now, serial: None })
                .map(drop)
        })();
        kept.map_err(|error: StoreError| convert::failure(&error))?;
        self.count += 1;
        Ok(())
    }
}

/// Writes what can be read of a damaged mailbox into an mbox.
pub(super) fn rescue(at: &Location, tell: &mut dyn FnMut(Update)) {
    let (mut waiting, mut messages) = (Vec::new(), 0);
    let mut send = |octets: Vec<u8>, messages| tell(Update::Keep(Answer::Piece { messages, octets }));
    let done = Store::rescue(at, &mut |octets| {
        let date = mime::summary(octets).date.unwrap_or(0);
        // A vector takes whatever it is given.
        let _ = mbox::write(date, &mut waiting, |take| {
            take(octets);
            Ok::<(), Infallible>(())
        });
        messages += 1;
        while waiting.len() >= PIECE {
            let rest = waiting.split_off(PIECE);
            send(std::mem::replace(&mut waiting, rest), messages);
        }
    });
    match done {
        Ok(_) => {
            if !waiting.is_empty() {
                send(waiting, messages);
            }
            send(Vec::new(), messages);
        }
        Err(error) => tell(Update::Refused(Box::new(convert::failure(&error)))),
    }
}
