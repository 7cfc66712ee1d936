//! A WebSocket to the page's own bridge that is there before it is needed.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use restante_engine::platform::Clock as _;
use wasm_bindgen_futures::spawn_local;

use super::BrowserClock;
use super::socket::{BridgeAddress, Opening};

/// For how long a WebSocket waits for its destination: less than bridges allow by default.
const KEPT: Duration = Duration::from_secs(30);

/// Keeps one WebSocket to the page's own bridge at hand, so that a dial need not wait for it. It leads nowhere until it is
/// taken, and is closed where that does not happen soon.
#[derive(Clone, Default)]
pub(crate) struct Spare {
    kept: Rc<RefCell<Option<Opening>>>,
    /// Counts them, so that the end of one's time is not taken for another's.
    count: Rc<Cell<u32>>,
}

impl Spare {
    /// Opens one, unless there is one.
    pub(crate) fn ready(&self, bridge: &BridgeAddress) {
        let mut kept = self.kept.borrow_mut();
        if kept.as_ref().is_some_and(Opening::is_sound) {
            return;
        }
        // Where none comes about, the dial will find out and say why.
        *kept = Opening::begin(bridge).ok();
        let this = self.count.get().wrapping_add(1);
        self.count.set(this);
        let spare = self.clone();
        spawn_local(async move {
            BrowserClock.sleep(KEPT).await;
            if spare.count.get() == this {
                drop(spare.take());
            }
        });
    }

    /// The one that is there.
    pub(crate) fn take(&self) -> Option<Opening> {
        self.kept.borrow_mut().take().filter(Opening::is_sound)
    }
}

impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spare").field("is_there", &self.kept.borrow().is_some()).finish()
    }
}
