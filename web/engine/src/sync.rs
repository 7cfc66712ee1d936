//! Keeps a maildrop in the store: fetches what is new, newest first, and deletes on the server what the policy says.
//!
//! ```text
//! CAPA, login, STAT, UIDL, LIST ─► what is known? ─► TOP of what may be known ─► RETR of what is new ─► commit ─┐
//!                                                           QUIT ◄─ DELE ◄─ TOP of what is to go, if not seen ◄─┘
//! ```
//! Each arrow is one flight where the server pipelines. A message counts as kept when its transaction is committed; DELE
//! is sent for committed messages only, after the header that the server has under the number was compared; a message
//! counts as deleted after the server's +OK to QUIT (RFC 1939, section 6). The process may end anywhere in between: the
//! next session finds in the store how far this one came.
//!
//! A message that the server refuses, or that breaks the connection twice, costs itself alone: it is left for later. Not
//! here: when to check for mail, and what a person is told.

mod header;
mod incoming;
mod meter;
mod session;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use restante_api::{Failure, FailureKind, OpenMailbox, Stage};
use restante_store::{Account, AccountId, Store, StoreError};

use crate::pause;
use crate::platform::Platform;
use crate::ways::Ways;
use meter::Meter;
use session::{End, Session, Suspect};

/// What is told while a maildrop is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// What is done until the listing is here.
    Stage(Stage),
    /// The server's listing was compared with what is kept.
    Listed {
        /// Messages in the maildrop.
        messages: u32,
        /// Those that are to be fetched now.
        new: u32,
        /// Their octets, as far as LIST told.
        octets: u64,
    },
    /// The server removes by itself what is left there (RFC 2449, section 6.7).
    Expires {
        /// After so many days at the earliest.
        days: u32,
    },
    /// How far it is, once a second.
    Progress(Progress),
    /// The server wants a pause between two logins (RFC 2449, section 6.5).
    Delayed {
        /// How long it is waited.
        wait: Duration,
    },
    /// Messages were committed.
    Kept {
        /// Messages so far.
        messages: u32,
        /// Octets so far.
        octets: u64,
    },
    /// A message could not be had and is left for later.
    Failed {
        /// Its UIDL, or its number's place in the listing where it has none.
        uid: String,
        /// Why.
        fault: String,
        /// When it is tried again at the earliest, seconds since 1970-01-01 UTC.
        retry_at: i64,
    },
    /// The connection broke, and is taken up again after a while.
    Again {
        /// Why it broke.
        failure: Failure,
        /// How long it is waited.
        wait: Duration,
    },
    /// The server confirmed deletions.
    Deleted {
        /// How many.
        messages: u32,
    },
    /// The server did not confirm deletions: the next session finds out.
    Unconfirmed {
        /// How many.
        messages: u32,
    },
}

/// How far a keeping has come. What was fetched in vain, because a connection broke, counts as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Messages that have come.
    pub messages: u32,
    /// Messages that are to come, all together.
    pub of_messages: u32,
    /// Octets that have come.
    pub octets: u64,
    /// Octets that are to come, all together, as far as LIST told.
    pub of_octets: u64,
    /// Octets a second, of late.
    pub rate: Option<u64>,
    /// How long the rest takes at that rate.
    pub left: Option<Duration>,
}

/// Asks a keeping to pause: what is under way comes to its end and is committed, what is to be deleted is, and the
/// session is closed. The next keeping goes on.
#[derive(Debug, Clone, Default)]
pub struct Pause(Rc<Cell<bool>>);

impl Pause {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.set(true);
    }

    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        self.0.get()
    }
}

/// What a maildrop's keeping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Messages that were fetched and committed.
    pub messages: u32,
    /// Their octets.
    pub octets: u64,
    /// Messages that turned out, once fetched, to be here already.
    pub known: u32,
    /// Messages that were left for later.
    pub failed: u32,
    /// Messages whose deletion the server confirmed.
    pub deleted: u32,
    /// Messages that a pause left for the next time.
    pub left: u32,
}

/// What the sessions of one keeping have in common.
#[derive(Default)]
struct SoFar {
    kept: Kept,
    suspects: Vec<Suspect>,
    meter: Meter,
    pause: Pause,
}

/// Why keeping ended early. What was committed stays, and nothing was deleted that was not.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The server, the network, or what the user typed.
    #[error("{0:?}")]
    Failure(Failure),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for SyncError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Connections that are lost one after the other without a message kept in between before that is an error.
const LOSSES: u32 = 5;

/// The wait after a lost connection: doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Keeps the maildrop of an account, once. A lost connection is taken up again by itself, with growing waits.
///
/// # Errors
/// [`SyncError::Failure`] where the server cannot be reached, refuses the login, or breaks the connection again and
/// again; [`SyncError::Store`] where the store cannot go on, for want of room above all.
pub async fn sync(
    platform: Rc<dyn Platform>,
    open: &OpenMailbox,
    account: AccountId,
    store: &RefCell<Store>,
    pause: &Pause,
    tell: &mut dyn FnMut(Told),
) -> Result<Kept, SyncError> {
    let mut so_far = SoFar { pause: pause.clone(), ..SoFar::default() };
    let mut ways = Ways::default();
    let mut losses = 0;
    loop {
        let known = store.borrow().account(account)?;
        if let Some(wait) = login_delay(&known, platform.now()) {
            tell(Told::Delayed { wait });
            platform.sleep(wait).await;
        }
        let before = so_far.kept.messages;
        let session = Session::new(Rc::clone(&platform), open, account, store, &mut so_far, tell);
        let end = session.run(&mut ways).await;
        let end = match end {
            Ok(end) => end,
            Err(error) => {
                // The transaction that could not be finished is given up; a full device takes no more of it either.
                let _ = store.borrow_mut().roll_back();
                return Err(error);
            }
        };
        let failure = match end {
            End::Done => return Ok(so_far.kept),
            End::AnotherWay => continue,
            End::Lost(failure) => failure,
        };
        if pause.is_asked() {
            return Ok(so_far.kept);
        }
        losses = if so_far.kept.messages > before { 1 } else { losses + 1 };
        if losses >= LOSSES || !is_passing(&failure) {
            return Err(failure.into());
        }
        let wait = FIRST_WAIT * 2u32.pow(losses - 1);
        tell(Told::Again { failure, wait });
        platform.sleep(wait).await;
    }
}

/// How long to wait before the account may be signed in to again.
fn login_delay(account: &Account, now: u64) -> Option<Duration> {
    let last = u64::try_from(account.login_at).unwrap_or(0);
    pause::left(account.login_delay, last, now).map(|left| Duration::from_secs(left.into()))
}

/// Whether connecting again may help.
fn is_passing(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::ConnectionLost
            | FailureKind::TimedOut
            | FailureKind::BridgeUnreachable
            | FailureKind::ProviderUnreachable
    )
}
