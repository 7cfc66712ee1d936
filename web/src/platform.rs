//! What only a browser has, as the engine wants it: a WebSocket to the bridge, a clock, timers.

mod clock;
pub mod engine;
mod inbox;
mod socket;

pub use clock::BrowserClock;
pub use socket::{BridgeAddress, Socket};

use std::time::Duration;

use futures::future::LocalBoxFuture;
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};

/// The services of a Web Worker.
#[derive(Debug, Clone)]
pub struct Browser {
    bridge: BridgeAddress,
    clock: BrowserClock,
}

impl Browser {
    /// The services of the worker that this runs in; the bridge is the one that served the page, unless a destination
    /// names another.
    ///
    /// # Errors
    /// Where the program does not run in a worker that came from an http or https address.
    pub fn of_this_worker() -> Result<Self, String> {
        Ok(Self { bridge: BridgeAddress::of_this_worker()?, clock: BrowserClock })
    }
}

impl Dial for Browser {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let bridge = to.bridge.clone().map_or_else(|| self.bridge.clone(), BridgeAddress::elsewhere);
        Box::pin(async move { Ok(Box::new(Socket::open(&bridge, to).await?) as Box<dyn Tunnel>) })
    }
}

impl Clock for Browser {
    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        self.clock.sleep(time)
    }
}
