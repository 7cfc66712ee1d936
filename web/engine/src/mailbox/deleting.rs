//! Messages that are to be deleted on the server. They are marked, and nothing is sent until the mailbox is closed: then
//! each is proven to be the one that was marked, DELE goes for all of them, and QUIT. Its answer decides (RFC 1939,
//! section 6). A session that ends otherwise deletes nothing.
//!
//! In the session in which a message was marked its number tells it; in a later one its unique-id and its size.

use std::collections::BTreeMap;

use restante_api::{CallId, Deletion, DeletionEnd, Failure, FailureKind, ListId, Stage, Update};
use restante_protocol::pop3::{Command, Event, MessageNumber, Uid};

use super::events::Job;
use super::{Left, Mailbox, Outcome, Phase};
use crate::connection::Connection;

/// Messages that are to be deleted, by number.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<u32, Mark>);

#[derive(Debug)]
struct Mark {
    uid: Option<Uid>,
    octets: Option<u64>,
    /// In this session the number is known to be that of the message that was marked.
    is_proven: bool,
}

/// The mailbox is being closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closing {
    id: CallId,
    /// Messages that were marked then.
    marked: u32,
}

/// What the server has answered so far.
#[derive(Debug, Default)]
pub(super) struct Deleting {
    pub(super) agreed: u32,
    refused: u32,
    refusal: String,
}

impl Marks {
    /// The session is over: in another one a number may be another message's.
    pub(super) fn doubt(&mut self) {
        for mark in self.0.values_mut() {
            mark.is_proven = false;
        }
    }

    fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl Deleting {
    pub(super) fn refuse(&mut self, said: &str) {
        if self.refused == 0 {
            self.refusal = said.to_owned();
        }
        self.refused += 1;
    }

    fn answered(&self) -> u32 {
        self.agreed + self.refused
    }
}

impl Mailbox<'_> {
    /// Marks messages, or takes their marks off.
    pub(super) fn mark(&mut self, id: CallId, list: ListId, numbers: &[u32], delete: bool) {
        if list != self.list {
            let failure = Failure::new(FailureKind::Outdated, "");
            return self.answer_to(id, Update::Refused(Box::new(failure)));
        }
        let mut lost = 0;
        let is_proven = self.session.is_proven && self.session.comparing.is_none();
        for number in numbers.iter().copied().filter(|number| self.store.position_of(*number).is_some()) {
            let uid = self.store.uid(number).cloned();
            if !delete {
                self.marks.0.remove(&number);
            } else if !is_proven && (uid.is_none() || self.session.uids_told) {
                // The list is that of a former session, and nothing tells its messages in this one.
                lost += 1;
            } else {
                let octets = self.store.size(number);
                self.marks.0.entry(number).or_insert(Mark { uid, octets, is_proven });
            }
        }
        self.answer_to(id, Update::Marked { numbers: self.marked(), lost });
    }

    /// The unique-ids of this session are known, or there are none: finds the marked messages again. What is gone needs no
    /// mark; what cannot be told loses it.
    pub(super) fn settle_marks(&mut self) {
        let before = self.marked();
        let (numbers, is_known) = (self.store.numbers(), self.session.is_proven);
        let (mut settled, mut lost) = (BTreeMap::new(), 0);
        for (number, mut mark) in std::mem::take(&mut self.marks.0) {
            match mark.uid.as_ref().filter(|_| is_known) {
                _ if mark.is_proven => {
                    mark.uid = mark.uid.or_else(|| self.store.uid(number).cloned());
                    settled.insert(number, mark);
                }
                Some(uid) => match numbers.get(uid) {
                    Some(number) => _ = settled.insert(*number, Mark { is_proven: true, ..mark }),
                    None => lost += u32::from(self.store.has_uid(uid)),
                },
                None => lost += 1,
            }
        }
        self.marks.0 = settled;
        self.tell_marks(&before, lost);
    }

    /// The list is another one, and nothing tells what was marked.
    pub(super) fn lose_marks(&mut self) {
        let (before, lost) = (self.marked(), self.marks.len());
        self.marks.0.clear();
        self.tell_marks(&before, lost);
    }

    fn tell_marks(&self, before: &[u32], lost: u32) {
        let numbers = self.marked();
        if numbers != before {
            self.tell(Update::Marked { numbers, lost });
        }
    }

    fn marked(&self) -> Vec<u32> {
        self.marks.0.keys().copied().collect()
    }

    /// Closes the mailbox: at once, unless there is something to delete before.
    pub(super) fn close(&mut self, id: CallId) -> Option<Left> {
        if self.marks.0.is_empty() {
            return Some(Left::Closed(id));
        }
        self.closing = Some(Closing { id, marked: self.marks.len() });
        self.session.is_stale = false;
        self.asks.clear();
        self.check = None;
        None
    }

    /// The mailbox is being closed, and what was marked cannot be deleted.
    pub(super) fn close_undone(&mut self, failure: &Failure) -> Option<Left> {
        let closing = self.closing.take()?;
        self.tell_deleted(closing, DeletionEnd::NotSent(Box::new(failure.clone())));
        Some(Left::Closed(closing.id))
    }

    /// Whether the mailbox is being closed, and it is known which number is whose.
    pub(super) fn is_to_delete(&self) -> bool {
        let is_known = self.session.uids_told && self.session.listed || self.marks.0.is_empty();
        self.closing.is_some() && self.session.phase == Phase::Open && !self.is_comparing() && is_known
    }

    /// Deletes what was marked and is surely that, and ends the session.
    pub(super) async fn delete(&mut self, connection: &mut Connection) -> Outcome {
        let numbers: Vec<MessageNumber> = self.proven().filter_map(MessageNumber::new).collect();
        let of = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        for number in numbers {
            self.submit(connection, Command::Dele(number), Job::Dele);
        }
        let mut told = None;
        loop {
            if let Some(failure) = self.session.fatal.take() {
                return Outcome::Broken(failure);
            }
            let have = self.session.deleting.answered();
            if have >= of {
                break;
            }
            if told.replace(have) != Some(have)
                && let Some(Closing { id, .. }) = self.closing
            {
                self.answer_to(id, Update::Progress(Stage::Deleting { have, of }));
            }
            let mut tell = |event: Event<'_>| self.on_event(event);
            if let Err(failure) = connection.turn(&mut tell).await {
                self.session.trace.suggests(connection.suggests());
                return Outcome::Broken(self.reason(failure));
            }
        }
        self.progress(Stage::Closing);
        let end = quit(connection).await;
        let Some(closing) = self.closing.take() else { return Outcome::Left(Left::Ended) };
        self.tell_deleted(closing, end);
        Outcome::Left(Left::Closed(closing.id))
    }

    /// The marked messages that are surely those.
    fn proven(&self) -> impl Iterator<Item = u32> {
        let is_same_size = |number: u32, mark: &Mark| match (mark.octets, self.store.size(number)) {
            (Some(marked), Some(now)) => marked == now,
            _ => true,
        };
        let marks = self.marks.0.iter().filter(move |(number, mark)| {
            mark.is_proven && mark.uid.as_ref() == self.store.uid(**number) && is_same_size(**number, mark)
        });
        marks.map(|(number, _)| *number)
    }

    fn tell_deleted(&self, Closing { id, marked }: Closing, end: DeletionEnd) {
        let Deleting { agreed, refused, refusal } = &self.session.deleting;
        let (agreed, refused, refusal) = (*agreed, *refused, refusal.clone());
        let unsure = marked.saturating_sub(agreed + refused);
        self.answer_to(id, Update::Deleted(Box::new(Deletion { marked, agreed, refused, refusal, unsure, end })));
    }
}

/// Says QUIT, and waits for what the server says to it: a server deletes now, which takes its time.
async fn quit(connection: &mut Connection) -> DeletionEnd {
    let quit = match connection.submit(Command::Quit) {
        Ok(quit) => quit,
        Err(misuse) => {
            let failure = Failure::new(FailureKind::Internal, misuse.to_string());
            return DeletionEnd::NotSent(Box::new(failure));
        }
    };
    loop {
        let mut end = None;
        let mut watch = |event: Event<'_>| match event {
            Event::Done { ticket, .. } if ticket == quit => end = Some(DeletionEnd::Confirmed),
            Event::Refused { ticket, refusal } if ticket == quit => end = Some(DeletionEnd::Denied(refusal.text)),
            // Whether a command that was lost has reached the server nobody knows.
            Event::Lost { ticket, .. } if ticket == quit => end = Some(DeletionEnd::Unanswered),
            _ => {}
        };
        let turn = connection.turn(&mut watch).await;
        match (end, turn) {
            (Some(end), _) => return end,
            (None, Ok(_)) => {}
            (None, Err(_)) => return DeletionEnd::Unanswered,
        }
    }
}
