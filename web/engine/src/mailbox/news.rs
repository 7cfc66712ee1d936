//! What a session finds changed. The messages of the list are found again by their unique-ids: what is known of them stays
//! known, whatever their numbers are by now. Where there are no unique-ids, a maildrop of another extent is another list.

use std::collections::HashMap;

use futures::future::{Either, select};
use restante_api::{CallId, Failure, FailureKind, Server, Update};
use restante_protocol::pop3::Uid;

use super::{Mailbox, Phase};
use crate::connection::Connection;
use crate::prepare::Preparation;

/// What a session finds of the maildrop.
pub(super) struct Comparing {
    /// Messages and octets.
    extent: (u32, u64),
    uids: HashMap<u32, Uid>,
}

/// How many messages came and went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    arrived: u32,
    gone: u32,
}

impl Comparing {
    pub(super) fn put(&mut self, number: u32, uid: Uid) {
        if (1..=self.extent.0).contains(&number) {
            self.uids.insert(number, uid);
        }
    }
}

impl Mailbox<'_> {
    /// The page wants to know what is new: a session shows the maildrop as it was when it began (RFC 1939, section 4), so
    /// this one is to end. One that is about to begin is good enough.
    pub(super) fn ask_for_news(&mut self, id: CallId) {
        if self.session.phase == Phase::Open && !self.is_comparing() {
            if let Some(seconds) = self.login_delay() {
                let failure = Failure::new(FailureKind::TryLater { seconds: Some(seconds) }, "");
                return self.answer_to(id, Update::Refused(Box::new(failure)));
            }
            self.session.is_stale = true;
        }
        self.check = Some(id);
    }

    /// Whether the session is to make place for another one: once everything is answered.
    pub(super) fn is_to_renew(&self) -> bool {
        self.session.is_stale && self.session.jobs.is_empty()
    }

    /// Ends the session while the connection for the next one comes about. That may sign in only when this one is over:
    /// it holds the lock of the maildrop until then.
    pub(super) async fn renew(&mut self, connection: &mut Connection) {
        let server = Server::from(&self.open);
        let known = self.memory.borrow().of(&server);
        let mut next = Preparation::begin(&self.platform, server, &known);
        {
            let goodbye = std::pin::pin!(self.say_goodbye(connection));
            let proceeding = std::pin::pin!(next.proceed());
            if let Either::Right((_, goodbye)) = select(goodbye, proceeding).await {
                goodbye.await;
            }
        }
        self.ready = Some(next).filter(Preparation::is_under_way);
    }

    /// Whether it is not known yet which numbers are whose.
    pub(super) fn is_comparing(&self) -> bool {
        self.session.comparing.is_some() || self.store.has_uids() && !self.session.uids_told
    }

    /// STAT was answered.
    pub(super) fn on_extent(&mut self, extent: (u32, u64)) {
        let (messages, octets) = extent;
        match self.store.extent {
            None => {
                self.session.is_proven = true;
                self.store.set_extent(messages, octets);
            }
            Some(_) if messages == 0 || self.store.has_all_uids() => {
                self.session.comparing = Some(Comparing { extent, uids: HashMap::new() });
            }
            Some(known) if known != extent => self.begin_another_list(extent),
            // What has been told of messages so far was told in this session, or not at all.
            Some(_) => self.session.is_proven = self.store.row_count() == 0,
        }
    }

    /// Where either state is empty, there is nothing to ask.
    pub(super) fn compare_at_once(&mut self) {
        let is_trivial = |comparing: &mut Comparing| comparing.extent.0 == 0 || self.store.count() == 0;
        if let Some(Comparing { extent, uids }) = self.session.comparing.take_if(is_trivial) {
            self.follow(extent, uids);
        }
        if !self.is_comparing() {
            self.tell_news();
        }
    }

    /// UIDL was answered, or there is none.
    pub(super) fn uids_told(&mut self, answered: bool) {
        self.session.uids_told = true;
        if let Some(Comparing { extent, uids }) = self.session.comparing.take() {
            if answered {
                self.follow(extent, uids);
            } else if self.store.extent != Some(extent) {
                self.begin_another_list(extent);
                self.tell_opened();
            }
        }
        self.settle_marks();
        self.tell_news();
    }

    /// Nothing tells which messages are the same.
    fn begin_another_list(&mut self, extent: (u32, u64)) {
        let before = self.store.count();
        self.begin_list();
        self.store.set_extent(extent.0, extent.1);
        self.session.news = News { arrived: extent.0.saturating_sub(before), gone: before.saturating_sub(extent.0) };
    }

    /// The list becomes what the session has found.
    fn follow(&mut self, extent: (u32, u64), uids: HashMap<u32, Uid>) {
        self.session.is_proven = true;
        if self.store.is_of(extent, &uids) {
            return;
        }
        let changes = self.store.changes(extent.0, &uids);
        if !changes.keeps_numbers {
            self.list = self.list.next();
        }
        self.session.news = News { arrived: changes.arrivals(), gone: changes.gone };
        self.rows.follow(&changes);
        self.renumber_asks(&changes);
        self.store.follow(extent, uids, &changes, self.list);
        let (messages, octets) = extent;
        let (runs, arrived) = (changes.runs, changes.arrived);
        self.tell(Update::Changed { list: self.list, messages, octets, runs, arrived });
        self.search_all();
    }

    /// The list is as it is on the server.
    fn tell_news(&mut self) {
        if let Some(id) = self.check.take_if(|_| !self.session.is_stale) {
            let News { arrived, gone } = self.session.news;
            self.answer_to(id, Update::Checked { arrived, gone });
        }
    }

    /// What is new cannot be had.
    pub(super) fn refuse_check(&mut self, failure: &Failure) {
        if let Some(id) = self.check.take() {
            self.answer_to(id, Update::Refused(Box::new(failure.clone())));
        }
    }
}
