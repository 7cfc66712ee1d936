//! The outbox: letters that are due are sent, one at a time over one session an account, and what became of each is written before anybody is told.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Cursor};
use std::rc::Rc;
use std::task::Context;

use futures::FutureExt as _;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::LocalBoxFuture;
use restante_api::letter::{LetterFault, SubmissionServer};
use restante_api::oauth::Credential;
use restante_api::{Address, Failure, FailureKind, Fingerprint, Reason, Reply, Server};
use restante_protocol::smtp::{Dsn, Event, Form, Letter, Login, Mailbox, Notify, Recipient, Return, SizeLimit};
use restante_store::{AccountId, Digest, Flag, NewMessage, Outgoing, Role, Source, Store, StoreError, Verdict};

use super::{Client, Keeper, convert};
use crate::platform::Platform;
use crate::submission::{self, Errand, Fate, Octets, Standing, of_refusal};
use crate::{compose, mime, oauth};

/// Seconds until a letter is tried again for the first time; the time doubles with each further try.
const FIRST_WAIT: i64 = 60;

/// The longest time between two tries, seconds.
const LONGEST_WAIT: i64 = 60 * 60;

/// Tries after which a server that always says "later" is taken at its word no more: about a day.
const TRIES: u32 = 30;

/// Until somebody does something about it.
const NEVER: i64 = i64::MAX;

/// What is being sent.
#[derive(Default)]
pub(super) struct Outbox {
    current: Option<Session>,
    /// Why accounts cannot be signed in to, until somebody does something about it: a server may lock one that is tried
    /// with each letter.
    barred: HashMap<AccountId, Failure>,
}

/// A session with a server. Further letters of the account go over it where they are due when one has come to its end.
struct Session {
    account: AccountId,
    server: Server,
    /// The letter under way. There is never more than one, so that no other is in doubt where all ends at once.
    letter: Option<Outgoing>,
    letters: UnboundedSender<Errand>,
    ended: Rc<Cell<Option<submission::Outcome>>>,
    /// What the server says of itself, once it has.
    known: Rc<Cell<Option<SubmissionServer>>>,
    work: LocalBoxFuture<'static, ()>,
    is_over: bool,
    /// How the account is signed in to has changed since.
    is_outdated: bool,
}

impl Session {
    fn begin(platform: Rc<dyn Platform>, account: AccountId, server: Server, user: String, proof: Credential) -> Self {
        let (letters, mut incoming) = unbounded();
        let ended: Rc<Cell<Option<submission::Outcome>>> = Rc::default();
        let known: Rc<Cell<Option<SubmissionServer>>> = Rc::default();
        let host = Rc::clone(&platform);
        let (told, said, there) = (Rc::clone(&ended), Rc::clone(&known), server.clone());
        let work = Box::pin(async move {
            let mut tell = |_: usize, outcome: submission::Outcome| {
                let fate = match outcome.fate {
                    Fate::NotSent(failure) => Fate::NotSent(oauth::explain(&*host, &proof, failure)),
                    fate => fate,
                };
                told.set(Some(submission::Outcome { fate, ..outcome }));
            };
            let mut heard = None;
            let mut hear = |event: &Event| match event {
                Event::Extensions(found) => {
                    let size_limit = match found.size {
                        Some(SizeLimit::Octets(octets)) => Some(octets),
                        Some(SizeLimit::Untold) | None => None,
                    };
                    heard = Some(SubmissionServer { size_limit, reports: Some(found.dsn) });
                }
                // What came before, anybody on the way may have said: TLS is up where it is asked for.
                Event::MechanismChosen { .. } => said.set(heard),
                _ => {}
            };
            if let Err(failure) = oauth::ready(&platform, &there, &proof).await {
                return tell(0, not_sent(failure));
            }
            let login = Login::with(user, oauth::credential(&*platform, &proof));
            submission::send_each(platform, &there, Some(login), &mut incoming, &mut tell, &mut hear).await;
        });
        Self { account, server, letter: None, letters, ended, known, work, is_over: false, is_outdated: false }
    }

    fn send(&mut self, letter: Outgoing, errand: Errand) {
        self.letter = Some(letter);
        // Where the session is over, the letter's outcome is that there is none.
        let _ = self.letters.unbounded_send(errand);
    }

    /// What became of the letter, where that is known.
    fn take_ended(&mut self) -> Option<(Outgoing, submission::Outcome)> {
        let outcome = self.ended.take().or_else(|| self.is_over.then(lost))?;
        Some((self.letter.take()?, outcome))
    }

    /// Says goodbye as far as that takes no time: what the server answers nobody waits for.
    fn close(self) {
        let Self { letters, work, is_over, .. } = self;
        drop(letters);
        if !is_over {
            let _ = work.now_or_never();
        }
    }
}

impl Outbox {
    /// Accounts that could not be signed in to are tried again: this one, or all.
    pub(super) fn admit(&mut self, account: Option<AccountId>) {
        self.barred.retain(|barred, _| account.is_some_and(|account| account != *barred));
        if let Some(session) = self.current.as_mut().filter(|session| Some(session.account) == account) {
            session.is_outdated = true;
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.current.as_ref().is_some_and(|session| session.letter.is_some())
    }

    /// Goes on with what is being sent. Whether that has come to its end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> bool {
        let Some(session) = &mut self.current else { return false };
        if !session.is_over {
            session.is_over = session.work.as_mut().poll(context).is_ready();
        }
        let outcome = session.ended.take();
        let is_ended = outcome.is_some();
        session.ended.set(outcome);
        is_ended || session.is_over
    }

    /// The session, where letters of this account go over it.
    fn session(&mut self, of: AccountId, server: &Server) -> Option<&mut Session> {
        let fits = |session: &Session| !session.is_over && session.account == of && session.server == *server;
        if !self.current.as_ref().is_some_and(fits) {
            self.close();
        }
        self.current.as_mut()
    }

    fn close(&mut self) {
        if let Some(session) = self.current.take() {
            session.close();
        }
    }
}

impl<R: FnMut(Client, Reply)> Keeper<R> {
    /// Sends the next letter that is due, unless one is being sent.
    pub(super) fn deliver_next(&mut self) {
        while !self.outbox.is_busy() {
            let now = self.now();
            let due = self.store.borrow().next_due();
            // What a check has not committed yet is left alone while nothing is due.
            if !matches!(due, Ok(Some(due)) if due <= now) {
                return self.outbox.close();
            }
            // It counts as being sent before anything of it is.
            let begun = {
                let store = &mut *self.store.borrow_mut();
                store.commit().and_then(|()| store.begin_sending(now))
            };
            // Where it cannot be written, it is tried again with the next tick.
            let Ok(Some(mut letter)) = begun else { return self.outbox.close() };
            self.is_news = true;
            match self.errand(&mut letter) {
                Ok((server, user, proof, errand)) => {
                    if let Some(session) = self.outbox.session(letter.account, &server) {
                        session.send(letter, errand);
                        return;
                    }
                    let platform = Rc::clone(&self.place.platform);
                    let mut session = Session::begin(platform, letter.account, server, user, proof);
                    session.send(letter, errand);
                    self.outbox.current = Some(session);
                }
                Err(failure) => self.settle_delivery(&letter, &not_sent(failure)),
            }
        }
    }

    /// Notes what became of the letter that was being sent, and goes on with the next.
    pub(super) fn delivered(&mut self) {
        let is_outdated = self.outbox.current.as_ref().is_some_and(|session| session.is_outdated);
        let known = self.outbox.current.as_ref().and_then(|session| Some((session.account, session.known.take()?)));
        if let Some((account, server)) = known.filter(|_| !is_outdated) {
            // Where it cannot be noted, it is told again with the next letter.
            let _ = self.store.borrow_mut().note_submission_server(account, server);
        }
        self.note_renewed();
        if let Some((letter, outcome)) = self.outbox.current.as_mut().and_then(Session::take_ended) {
            self.settle_delivery(&letter, &outcome);
            if is_outdated && of_password(&outcome).is_some() {
                // What was wrong is not used any more.
                self.hasten(letter.account);
            }
        }
        if self.outbox.current.as_ref().is_some_and(|session| session.is_over) {
            self.outbox.current = None;
        }
        self.told = false;
        self.deliver_next();
    }

    /// Lets what is being sent come to its end.
    pub(super) async fn end_delivery(&mut self) {
        let Some(mut session) = self.outbox.current.take() else { return };
        session.letters.close_channel();
        if !session.is_over {
            session.work.as_mut().await;
            session.is_over = true;
        }
        if let Some((letter, outcome)) = session.take_ended() {
            self.settle_delivery(&letter, &outcome);
        }
    }

    fn settle_delivery(&mut self, letter: &Outgoing, outcome: &submission::Outcome) {
        let now = self.now();
        if let Some(failure) = of_password(outcome) {
            self.outbox.barred.insert(letter.account, failure.clone());
        }
        let settled = {
            let store = &mut *self.store.borrow_mut();
            // What a check has not committed yet is no part of it.
            store.commit().and_then(|()| store.transaction(|store| settle(store, letter, outcome, now)))
        };
        if let Err(error) = settled {
            // It counts as being sent, so it is in doubt after the next start, and never sent again by itself.
            let failure = convert::failure(&error);
            self.damage = Some(failure).filter(|failure| failure.kind == FailureKind::Damaged);
        }
        self.is_news = true;
    }

    /// What is needed to send a letter; its octets are in there from now on.
    fn errand(&self, letter: &mut Outgoing) -> Result<(Server, String, Credential, Errand), Failure> {
        let failed = |error: StoreError| convert::failure(&error);
        let internal = |error: &dyn std::fmt::Display| Failure::new(FailureKind::Internal, error.to_string());
        if let Some(failure) = self.outbox.barred.get(&letter.account) {
            return Err(failure.clone());
        }
        let account = self.store.borrow().account(letter.account).map_err(failed)?;
        let sending = self.sending(&account).map_err(failed)?;
        let trusted = self.store.borrow().sending_trusted(account.id).map_err(failed)?;
        let id = restante_api::keep::AccountId(convert::id(account.id.0));
        let Some((credential, token)) = self.checks.credential(id) else {
            return Err(Failure::because(FailureKind::WrongPassword, Reason::NoPassword));
        };
        let sender = sending.identity(&letter.sender).address;
        let server = Server {
            host: sending.host,
            port: sending.port,
            security: sending.security,
            tls_end: account.way.tls_end,
            trusted: trusted.map(Fingerprint),
            cleartext_agreed: account.way.cleartext_agreed,
            token,
            bridge: convert::bridge(&account.way),
        };
        let whole: Rc<[u8]> = std::mem::take(&mut letter.octets).into();
        let octets: Octets = Rc::new(move || Ok(Box::new(Cursor::new(Rc::clone(&whole))) as Box<dyn io::Read>));
        let content = submission::survey(&octets, Form::Text).map_err(|error| internal(&error))?;
        let content = content.map_err(|fault| internal(&fault))?;
        let bad_sender = || FailureKind::UnfitLetter(LetterFault::BadSender(sender.clone()));
        let from = compose::mailbox(&sender).ok_or_else(|| Failure::new(bad_sender(), ""))?;
        let notify = letter.wants_report.then_some(Notify::On { success: true, failure: true, delay: true });
        let mut to = Vec::with_capacity(letter.recipients.len());
        for address in &letter.recipients {
            let mailbox = address.parse().map_err(|error: <Mailbox as std::str::FromStr>::Err| internal(&error))?;
            to.push(Recipient { mailbox, notify });
        }
        let mut made = Letter::new(from, to, content).map_err(|error| internal(&error))?;
        if letter.wants_report {
            made = made.with_reports(Dsn { returned: Some(Return::Headers), envelope: None });
        }
        Ok((server, account.user, credential, Errand { letter: made, octets }))
    }
}

/// Writes what became of a letter.
fn settle(store: &mut Store, letter: &Outgoing, outcome: &submission::Outcome, now: i64) -> Result<(), StoreError> {
    let is_sent = matches!(outcome.fate, Fate::Sent(_));
    // The kind tells what may be tried again: see `of_refusal`.
    let is_later = |failure: &Failure| matches!(failure.kind, FailureKind::TryLater { .. });
    for (address, standing) in letter.recipients.iter().zip(&outcome.recipients) {
        match standing {
            Standing::Accepted if is_sent => store.note_verdict(letter.id, address, &Verdict::Accepted)?,
            Standing::Refused(refusal) => {
                let failure = of_refusal(refusal);
                if !is_later(&failure) {
                    store.note_verdict(letter.id, address, &Verdict::Refused(failure.detail))?;
                }
            }
            _ => {}
        }
    }
    let (waiting, refused) = store.unreached(letter.id)?;
    match &outcome.fate {
        Fate::Sent(_) => {
            file(store, letter.account, letter.id, now)?;
            if waiting.is_empty() && refused.is_empty() {
                return store.remove_letter(letter.id);
            }
            let words = outcome.recipients.iter().find_map(|standing| match standing {
                Standing::Refused(refusal) => Some(of_refusal(refusal)),
                _ => None,
            });
            let failure = words.unwrap_or_else(|| Failure::new(FailureKind::Refused, ""));
            put_off(store, letter, &failure, !waiting.is_empty(), now)
        }
        Fate::Refused(refusal) => {
            let failure = of_refusal(refusal);
            put_off(store, letter, &failure, is_later(&failure) && !waiting.is_empty(), now)
        }
        Fate::NotSent(failure) => match prospect(failure) {
            Prospect::ByItself => store.put_off(letter.id, now + wait(letter.attempts), Some(failure)),
            Prospect::BySomebody => store.put_off(letter.id, NEVER, Some(failure)),
            Prospect::None => store.return_letter(letter.id, now, Some(failure)),
        },
        Fate::Perhaps(_) => store.doubt(letter.id),
    }
}

/// What a server refused is tried again where that may help, and comes back as a draft where it does not.
fn put_off(
    store: &mut Store,
    letter: &Outgoing,
    failure: &Failure,
    is_later: bool,
    now: i64,
) -> Result<(), StoreError> {
    if is_later && letter.attempts < TRIES {
        store.put_off(letter.id, now + wait(letter.attempts), Some(failure))
    } else {
        store.return_letter(letter.id, now, Some(failure))
    }
}

/// Keeps a letter as it was sent, in the folder Sent, once.
pub(super) fn file(
    store: &mut Store,
    account: AccountId,
    letter: restante_api::letter::LetterId,
    now: i64,
) -> Result<(), StoreError> {
    if store.note_filed(letter)? {
        return Ok(());
    }
    let octets = store.letter_octets(letter)?;
    let folder = store.folder_of(account, Role::Sent)?;
    let summary = mime::summary(&octets);
    let source = Source::Whole { source: &octets, digest: Digest::of(&octets) };
    let id = store.insert(&NewMessage { folder, summary: &summary, source, arrived_at: now, serial: None })?;
    let (_, draft) = store.draft(letter)?;
    let typed = [&draft.to, &draft.cc].into_iter().flat_map(|typed| compose::addresses(typed).unwrap_or_default());
    let people = typed.map(|person| Address { name: person.name, address: person.mailbox.to_string() });
    store.note_written_to(account, &people.collect::<Vec<_>>(), now)?;
    store.set_flag(&[id], Flag::Read, true)
}

/// What may help a letter that was not sent.
#[derive(Debug, PartialEq)]
enum Prospect {
    /// Time.
    ByItself,
    /// Somebody: a password, an agreement to a certificate.
    BySomebody,
    /// Nothing, as it is.
    None,
}

fn prospect(failure: &Failure) -> Prospect {
    use FailureKind as K;
    // A network that breaks within the handshake breaks as it does anywhere else.
    if failure.reason == Some(Reason::HandshakeCut) {
        return Prospect::ByItself;
    }
    match failure.kind {
        K::BridgeUnreachable
        | K::BridgeBusy
        | K::UnknownHost
        | K::Unreachable
        | K::ConnectionLost
        | K::TimedOut
        | K::ProviderUnreachable
        | K::InUse
        | K::TryLater { .. } => Prospect::ByItself,
        K::WrongPassword | K::BridgeUnauthorized | K::Certificate { .. } | K::CertificateChanged { .. } => {
            Prospect::BySomebody
        }
        _ => Prospect::None,
    }
}

fn wait(attempts: u32) -> i64 {
    let doubled = attempts.saturating_sub(1).min(16);
    (FIRST_WAIT << doubled).min(LONGEST_WAIT)
}

/// Why nobody could sign in, where that is why a letter was not sent.
fn of_password(outcome: &submission::Outcome) -> Option<&Failure> {
    match &outcome.fate {
        Fate::NotSent(failure) if failure.kind == FailureKind::WrongPassword => Some(failure),
        _ => None,
    }
}

fn not_sent(failure: Failure) -> submission::Outcome {
    submission::Outcome { fate: Fate::NotSent(failure), recipients: Vec::new(), without_reports: false }
}

/// There is an outcome for each letter.
fn lost() -> submission::Outcome {
    not_sent(Failure::new(FailureKind::Internal, "no outcome"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_breaks_within_the_handshake_is_tried_again_and_a_server_without_tls_is_not() {
        let of = |reason| prospect(&Failure::because(FailureKind::TlsFailed, reason));
        assert_eq!((of(Reason::HandshakeCut), of(Reason::NotTls)), (Prospect::ByItself, Prospect::None));
    }
}
