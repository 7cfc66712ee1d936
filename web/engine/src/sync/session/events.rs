//! What the server's answers mean to a session.

use restante_api::{Failure, FailureKind};
use restante_protocol::pop3::{Event, Refusal, RefusedBy, Reply, ReplyData, Ticket};
use restante_store::{Digest, Extent};
use sha2::Digest as _;

use super::{Job, Phase, Session, Want, count};
use crate::connection::{of_login_refusal, of_refusal};
use crate::mime;
use crate::sync::header::header;
use crate::sync::{SyncError, Told};

impl Session<'_> {
    pub(super) fn on_event(&mut self, event: Event<'_>) {
        self.trace.note(&event);
        if self.trouble.is_some() {
            // The session is over, and a transaction that failed may be gone with a part of what it held.
            return;
        }
        let outcome = match event {
            Event::Body { ticket, chunk } => self.on_body(ticket, chunk),
            Event::Done { ticket, reply } => self.on_done(ticket, &reply),
            Event::Refused { ticket, refusal } => self.on_refused(ticket, &refusal),
            Event::ListItem { number, octets, .. } => {
                self.entry(number).listed.octets = octets;
                Ok(())
            }
            Event::UidlItem { number, uid: Some(uid), .. } => {
                self.entry(number).listed.uid = uid.as_bytes().to_vec();
                Ok(())
            }
            Event::Capabilities { capabilities, .. } => {
                self.capabilities = Some(capabilities);
                Ok(())
            }
            Event::Rejected(refusal) => {
                self.stop(of_login_refusal(&refusal, None));
                Ok(())
            }
            // The jobs of what is lost stay: they tell which message the connection broke in.
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            self.trouble.get_or_insert(error);
        }
    }

    fn on_body(&mut self, ticket: Ticket, chunk: &[u8]) -> Result<(), SyncError> {
        match self.jobs.get(&ticket) {
            Some(Job::Fetch(at, Want::Whole | Want::Rest(..))) => {
                let serial = self.serial(*at);
                self.begin()?;
                let (now, store) = (self.now(), self.store);
                self.incoming.take(chunk, &mut store.borrow_mut(), self.account, now, serial)?;
                if let Some(progress) = self.so_far.meter.add(chunk.len() as u64, now) {
                    (self.tell)(Told::Progress(progress));
                }
                if self.is_batch_old() {
                    // What came before it is safe while a large message is on its way.
                    self.commit()?;
                }
            }
            Some(Job::Fetch(_, Want::Header) | Job::Recognise(_)) => self.head.extend_from_slice(chunk),
            Some(Job::Prove(..)) => {
                self.weighed.update(chunk);
                let room = mime::MAX_SUMMARY.saturating_sub(self.head.len());
                self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            _ => {}
        }
        Ok(())
    }

    fn on_done(&mut self, ticket: Ticket, reply: &Reply) -> Result<(), SyncError> {
        match self.jobs.remove(&ticket) {
            Some(Job::Login) => self.note_login()?,
            Some(Job::Stat) => {
                if let ReplyData::Stat { messages, .. } = reply.data {
                    self.messages = messages;
                }
            }
            Some(Job::List) => self.phase = Phase::Listed,
            Some(Job::Recognise(at)) => {
                let head = header(&std::mem::take(&mut self.head));
                self.recognise(at, head)?;
            }
            Some(Job::Prove(at, extent)) => {
                let head = header(&std::mem::take(&mut self.head));
                let digest = Digest(std::mem::take(&mut self.weighed).finalize().into());
                self.entries[at].header = Some(if extent == Extent::Whole { head.or_octets(digest) } else { head });
            }
            Some(Job::Fetch(at, Want::Header)) => self.keep_header(at)?,
            Some(Job::Fetch(at, Want::Whole)) => self.keep_whole(at)?,
            Some(Job::Fetch(at, Want::Rest(item, message))) => self.keep_rest(at, item, message)?,
            Some(Job::Dele(item)) => self.deleted.push(item),
            Some(Job::Quit) => {
                self.store().note_deleted(&self.deleted)?;
                self.so_far.kept.deleted += count(self.deleted.len());
                if !self.deleted.is_empty() {
                    (self.tell)(Told::Deleted { messages: count(self.deleted.len()) });
                }
                self.is_quit = true;
            }
            Some(Job::Capa) => self.asked_capa(),
            Some(Job::Utf8 | Job::Uidl) | None => {}
        }
        Ok(())
    }

    fn asked_capa(&mut self) {
        if self.phase == Phase::Fresh {
            self.phase = Phase::Greeted;
        }
    }

    fn on_refused(&mut self, ticket: Ticket, refusal: &Refusal) -> Result<(), SyncError> {
        let is_hangup = refusal.by == RefusedBy::Hangup;
        match self.jobs.remove(&ticket) {
            Some(Job::Capa) if !is_hangup => self.asked_capa(),
            Some(Job::Login) => {
                self.stop(of_login_refusal(refusal, self.capabilities.as_deref()));
            }
            Some(Job::Stat) if !is_hangup => self.stop(Failure::new(FailureKind::Refused, refusal.text.clone())),
            Some(Job::List) if !is_hangup => self.phase = Phase::Listed,
            // Without its header it is fetched, and known by its octets.
            Some(Job::Recognise(_)) => self.head.clear(),
            Some(Job::Prove(at, _)) => {
                self.head.clear();
                self.weighed = sha2::Sha256::new();
                self.entries[at].is_withheld = true;
            }
            Some(Job::Fetch(at, _)) if !is_hangup => {
                self.head.clear();
                std::mem::take(&mut self.incoming).abandon(&mut self.store())?;
                self.leave(at, &of_refusal(refusal).detail)?;
            }
            Some(Job::Quit) if self.deleted.is_empty() => self.is_quit = true,
            // RFC 1939, section 6: some messages may be left; the next listing tells which.
            Some(Job::Quit) => {
                (self.tell)(Told::Unconfirmed { messages: count(self.deleted.len()) });
                self.is_quit = true;
            }
            Some(Job::Capa | Job::Utf8 | Job::Stat | Job::Uidl | Job::List | Job::Fetch(..) | Job::Dele(_)) | None => {}
        }
        Ok(())
    }
}
