//! Several tabs, one mailbox: the tab that holds the lock does the work, the others ask it, and one of them takes over
//! when it goes.
//!
//! ```text
//! page ── Call ──► follower ══ Word::Call ══════════════════════════► leader ──► engine
//!      ◄── Reply ──         ◄══ Answer, on a channel of the follower's own ══
//! ```
//! Tabs talk over BroadcastChannels, which no other origin hears. A follower holds a lock of its own for as long as it is
//! there: the leader waits for it, and so learns that the follower is gone however it went. Not here: the lock of the
//! mailbox (`storage`), and what is asked again ([`questions`]).

mod follow;
mod lead;
pub mod questions;

pub use follow::{Follower, Heard};
pub use lead::{Leader, Said};

use restante_api::{Call, Reply};
use restante_link::Crossing;
use serde::{Deserialize, Serialize};

use crate::browser::find;

/// The channel that all tabs hear, and the beginning of the names of others.
const NAME: &str = "restante-tabs";

/// A tab, by a number that it drew. It is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tab(pub u64);

impl Tab {
    fn random() -> Self {
        // No secret: two tabs must not have the same, and no more than that.
        Self(js_sys::Math::random().to_bits().max(1))
    }

    /// The name of its channel, and of its lock.
    fn name(self) -> String {
        format!("{NAME}-{:x}", self.0)
    }
}

/// What all tabs hear. Tabs of other versions of the page are among them: they understand what comes before the calls, and
/// nothing else is said between versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Word {
    /// A follower is there, and wants to know who leads.
    Here(Tab),
    /// This one leads, with this version.
    Leads(Tab, String),
    /// A follower's page calls the leader.
    Call { from: Tab, to: Tab, call: Call },
}

/// The version of this program: the address of its loader, which has a hash of all that is loaded in its name.
fn version() -> String {
    find(&["location", "pathname"]).and_then(|path| path.as_string()).unwrap_or_default()
}

/// What one follower hears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Answer {
    /// Who answers. One that has been followed by another is not listened to.
    from: Tab,
    reply: Reply,
}

impl Crossing for Word {}

impl Crossing for Answer {
    fn take_block(&mut self) -> Option<Vec<u8>> {
        self.reply.take_block()
    }

    fn put_block(&mut self, block: Vec<u8>) {
        self.reply.put_block(block);
    }
}
