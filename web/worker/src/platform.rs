//! What only a browser has, as the engine wants it: a WebSocket to the bridge, a clock, timers.

mod clock;
pub(crate) mod engine;
mod inbox;
mod socket;
mod spare;

pub(crate) use clock::BrowserClock;
pub(crate) use socket::{BridgeAddress, Opening};
pub(crate) use spare::Spare;

use std::time::Duration;

use futures::future::LocalBoxFuture;
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};

/// The services of a Web Worker.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    bridge: BridgeAddress,
    spare: Spare,
    clock: BrowserClock,
}

impl Browser {
    /// The services of the worker that this runs in; the bridge is the one that served the page, unless a destination
    /// names another.
    ///
    /// # Errors
    /// Where the program does not run in a worker that came from an http or https address.
    pub(crate) fn of_this_worker() -> Result<Self, String> {
        Ok(Self { bridge: BridgeAddress::of_this_worker()?, spare: Spare::default(), clock: BrowserClock })
    }
}

impl Dial for Browser {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let opening = match to.bridge.clone() {
            None => self.spare.take().map_or_else(|| Opening::begin(&self.bridge), Ok),
            Some(bridge) => Opening::begin(&BridgeAddress::elsewhere(bridge)),
        };
        Box::pin(async move { Ok(Box::new(opening?.lead_to(to).await?) as Box<dyn Tunnel>) })
    }

    fn ready(&self) {
        self.spare.ready(&self.bridge);
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
