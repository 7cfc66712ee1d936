//! What the server has, compared with what is here, and so what is to be fetched and in which order.

use restante_protocol::pop3::{Command, MessageNumber};
use restante_store::{Known, Listed, Policy, State};

use super::{Entry, Job, QUEUED, Session, Want, count};
use crate::connection::Connection;
use crate::sync::{SyncError, Told};

impl Session<'_> {
    /// Notes when the next login is welcome, as far as the server has said.
    pub(super) fn note_login(&mut self) -> Result<(), SyncError> {
        let now = self.now();
        let at = *self.logged_in_at.get_or_insert(now);
        let delay = self.capabilities.as_ref().and_then(|known| known.login_delay).map_or(0, |delay| delay.seconds);
        self.store().note_login(self.account, at, delay)?;
        Ok(self.store().note_expiry(self.account, self.expires())?)
    }

    /// Days after which the server removes mail, where it says so.
    fn expires(&self) -> Option<u32> {
        self.capabilities.as_ref().and_then(|known| known.expire).and_then(|expire| expire.days)
    }

    pub(super) fn take_listing(&mut self) -> Result<(), SyncError> {
        // What is announced behind the login is this user's own.
        self.note_login()?;
        // With EXPIRE 0 a server may remove what was fetched whole, and that alone: headers wait as they do elsewhere.
        if let Some(days @ 1..) = self.expires() {
            self.store().want_expiring(self.account, days, self.now())?;
        }
        if self.entries.is_empty() {
            // Neither LIST nor UIDL: STAT counts as well.
            for number in (1..=self.messages).filter_map(MessageNumber::new) {
                self.entry(number);
            }
        }
        let listed: Vec<Listed> = self.entries.iter().map(|entry| entry.listed.clone()).collect();
        let known = self.store().take_listing(self.account, &listed, self.now())?;
        for (entry, known) in self.entries.iter_mut().zip(known) {
            entry.known = known;
            if let Known::Item(item) = known {
                entry.item = Some(item.id);
            }
        }
        Ok(())
    }

    /// What is to be fetched: the newest first, as they are listed.
    pub(super) fn plan(&mut self) -> Result<(), SyncError> {
        let account = self.store().account(self.account)?;
        let now = self.now();
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let is_large = account.size_limit.is_some_and(|limit| entry.listed.octets > limit);
            let only_header = (account.policy == Policy::HeadersOnly || is_large) && self.has_top();
            let new = if only_header { Want::Header } else { Want::Whole };
            let want = match entry.known {
                Known::New | Known::Perhaps => Some(new),
                Known::Item(item) => match (item.state, item.message) {
                    (State::Failed, _) if item.retry_at <= now => Some(new),
                    (State::Wanted, Some(message)) => Some(Want::Rest(item.id, message)),
                    (State::Header, Some(message)) if !only_header => Some(Want::Rest(item.id, message)),
                    _ => None,
                },
            };
            self.wanted.extend(want.map(|want| (at, want)));
        }
        // What broke a connection holds up nothing else.
        let is_suspect =
            |at: usize| self.so_far.suspects.iter().any(|(suspect, _)| *suspect == self.entries[at].listed);
        let (last, first): (Vec<_>, Vec<_>) = self.wanted.drain(..).partition(|(at, _)| is_suspect(*at));
        self.wanted.extend(first.into_iter().chain(last));
        let octets = |(at, want): &(usize, Want)| match want {
            Want::Header => 0,
            Want::Whole | Want::Rest(..) => self.entries[*at].listed.octets,
        };
        let (new, octets) = (count(self.wanted.len()), self.wanted.iter().map(octets).sum());
        self.missing = new;
        if new > 0 {
            self.first_serial = Some(self.store().serials(count(self.entries.len()))?);
        }
        (self.tell)(Told::Listed { messages: count(self.entries.len()), new, octets });
        self.so_far.meter.expect(new, octets, now);
        if let Some(days) = self.expires().filter(|_| account.policy != Policy::DeleteOnceKept) {
            (self.tell)(Told::Expires { days });
        }
        Ok(())
    }

    /// Where a listed message stands among those of the same date: servers list the oldest first.
    pub(super) fn serial(&self, at: usize) -> Option<i64> {
        // There are 2^32 at most.
        self.first_serial.map(|first| first + at as i64)
    }

    pub(super) fn fetch(&mut self, connection: &mut Connection) {
        if self.so_far.pause.is_asked() {
            self.so_far.kept.left += count(self.wanted.len());
            self.wanted.clear();
        }
        while connection.session().queued() < QUEUED
            && let Some((at, want)) = self.wanted.pop_front()
        {
            let Entry { number, ref listed, .. } = self.entries[at];
            let command = match want {
                Want::Header => Command::Top { number, lines: 0 },
                Want::Whole | Want::Rest(..) => {
                    Command::Retr { number, octets: (listed.octets > 0).then_some(listed.octets) }
                }
            };
            self.submit(connection, command, Job::Fetch(at, want));
        }
    }
}
