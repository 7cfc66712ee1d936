//! How a session that was lost is taken up again: after pauses that grow, a bounded number of times, and told each time.
//!
//! The list and what was read stay as they are meanwhile. What is cut off here, because nobody wants any more what it
//! brings, is taken up at once.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use futures::future::{Either, select};
use futures::stream::{Stream, StreamExt};
use restante_api::{Call, CallId, Failure, FailureKind, OpenMailbox, Stage, Update};

use super::events::Job;
use super::{Left, Mailbox, Phase};
use crate::pause;

/// Seconds before each attempt.
const PAUSES: [u32; 7] = [1, 2, 4, 8, 15, 30, 60];

/// A server that asks for a longer pause than this is not waited for.
const LONGEST: u32 = 120;

/// A session that lasted this many seconds was a good one: the next loss is the first again.
const LASTING: u64 = 60;

/// Octets of a message that nobody waits for any more: from here on a new session is sooner there than the rest of it.
const WORTH_CUTTING: u64 = 1 << 20;

/// Seconds between two sessions that are cut off at least.
const BETWEEN_CUTS: u64 = 5;

/// How often a message is asked for whose session is lost while it comes.
const TRIES: u8 = 2;

/// What is remembered of former sessions.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// When the list was opened last, in seconds since 1970; `None` where it never was.
    opened: Option<u64>,
    attempts: usize,
    cut: Option<u64>,
}

impl Mailbox<'_> {
    /// The list is open.
    pub(super) fn note_opened(&mut self) {
        self.again.opened = Some(self.platform.now());
    }

    /// Seconds until the server wants to see another login (LOGIN-DELAY: RFC 2449, section 6.5).
    pub(super) fn login_delay(&self) -> Option<u32> {
        let delay = self.session.capabilities.as_ref().and_then(|known| known.login_delay)?.seconds;
        pause::left(delay, self.again.opened?, self.platform.now())
    }

    /// The page opens the same mailbox: what is known of it stays.
    pub(super) fn reopen(&mut self, call: CallId, open: OpenMailbox) {
        (self.call, self.open) = (call, open);
        self.again.attempts = 0;
        self.reset_session();
    }

    /// Takes a loss: waits for the next attempt, or gives up. `None` where the session is to be taken up again.
    pub(super) async fn bear<C>(&mut self, failure: Failure, calls: &mut C) -> Option<Left>
    where
        C: Stream<Item = Call> + Unpin,
    {
        self.refuse_what_loses_sessions(&failure);
        let now = self.platform.now();
        if self.session.phase == Phase::Open && self.again.opened.is_some_and(|opened| now >= opened + LASTING) {
            self.again.attempts = 0;
        }
        let pause = PAUSES.get(self.again.attempts).copied();
        let Some(seconds) = pause.and_then(|pause| self.wait_for(&failure, pause)) else {
            self.fail(failure.clone());
            if self.again.opened.is_none() {
                return Some(Left::Unopened);
            }
            return Some(self.serve_offline(failure, calls).await);
        };
        self.tell(Update::Interrupted(Box::new(failure)));
        self.again.attempts += 1;
        self.reset_session();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.progress(Stage::Waiting { seconds, attempt: count(self.again.attempts), of: count(PAUSES.len()) });
        let mut pause = self.platform.sleep(Duration::from_secs(seconds.into()) + self.spread());
        loop {
            match select(pause, calls.next()).await {
                Either::Left(_) => return None,
                Either::Right((call, rest)) => {
                    pause = rest;
                    let lost = Failure::new(FailureKind::ConnectionLost, "");
                    if let Some(left) = self.on_call(call).or_else(|| self.close_undone(&lost)) {
                        return Some(left);
                    }
                }
            }
        }
    }

    /// Whether a message is coming in that nobody waits for any more, and a new session is there sooner than its rest.
    pub(super) fn is_worth_cutting(&mut self) -> bool {
        let capabilities = self.session.capabilities.as_ref();
        // In another session messages that are to be deleted can be told by their unique-ids alone.
        let is_deleting = self.closing.is_some() && !self.store.has_uids();
        let is_delayed = capabilities.is_some_and(|known| known.login_delay.is_some());
        if !self.session.endless && (is_deleting || is_delayed) {
            return false;
        }
        let unwanted = self.session.jobs.values().any(|job| match job {
            Job::Retr { number, body, asked: true, .. } => {
                let octets = body.len() as u64;
                let rest = self.store.size(*number).map_or(octets, |size| size.saturating_sub(octets));
                rest > WORTH_CUTTING && !self.is_wanted(*number)
            }
            _ => false,
        });
        let now = self.platform.now();
        let is_due = unwanted && self.again.cut.is_none_or(|cut| now >= cut + BETWEEN_CUTS);
        if is_due {
            self.again.cut = Some(now);
        }
        is_due || self.session.endless
    }

    /// A message whose session is lost again and again while it comes may be the reason.
    fn refuse_what_loses_sessions(&mut self, failure: &Failure) {
        let mut numbers = Vec::new();
        for ask in self.asks.iter_mut().filter(|ask| ask.is_under_way) {
            ask.lost += 1;
            if ask.lost >= TRIES {
                numbers.push(ask.message.number);
            }
        }
        for number in numbers {
            self.refuse(number, failure);
        }
    }

    /// The seconds to wait for, where time may mend this failure of a mailbox that was open before.
    fn wait_for(&self, failure: &Failure, pause: u32) -> Option<u32> {
        self.again.opened?;
        match &failure.kind {
            FailureKind::ConnectionLost
            | FailureKind::TimedOut
            | FailureKind::BridgeUnreachable
            | FailureKind::BridgeBusy
            | FailureKind::ProviderUnreachable
            | FailureKind::Unreachable
            | FailureKind::InUse
            | FailureKind::TryLater { seconds: None } => Some(pause),
            FailureKind::OtherBridge(bridge) if !bridge.barred => Some(pause),
            FailureKind::TryLater { seconds: Some(seconds) } => {
                Some(pause.max(*seconds)).filter(|wait| *wait <= LONGEST)
            }
            _ => None,
        }
    }

    /// Up to half a second more, another one for each user: pages that lost the same bridge do not come back as one.
    fn spread(&self) -> Duration {
        let seed = (&self.open.user, &self.open.host, self.platform.now(), self.again.attempts);
        Duration::from_millis(BuildHasherDefault::<DefaultHasher>::default().hash_one(seed) % 500)
    }
}
