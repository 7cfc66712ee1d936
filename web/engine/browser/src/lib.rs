//! What only a browser has, as the engine wants it: a WebSocket to the bridge, a clock, timers. Not here: what keeping
//! mail needs beyond that.

mod clock;
mod inbox;
mod socket;
mod spare;

pub use clock::BrowserClock;

use socket::{BridgeAddress, Opening};
use spare::Spare;

use std::time::Duration;

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use futures::stream::Stream;
use restante_api::{Call, Reply, Update};
use restante_engine::platform::{Clock, Destination, Dial, Question, Tunnel, TunnelFault};
use restante_protocol::tunnel::{LookUp, Services};

/// The services of a Web Worker.
#[derive(Debug, Clone)]
pub struct Browser {
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
    pub fn of_this_worker() -> Result<Self, String> {
        Ok(Self { bridge: BridgeAddress::of_this_worker()?, spare: Spare::default(), clock: BrowserClock })
    }
}

impl Dial for Browser {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let opening = self.opening(to.bridge.clone());
        Box::pin(async move { Ok(Box::new(opening?.lead_to(to).await?) as Box<dyn Tunnel>) })
    }

    fn ready(&self) {
        self.spare.ready(&self.bridge);
    }

    fn look_up(&self, of: Question) -> LocalBoxFuture<'static, Result<Services, TunnelFault>> {
        let Question { domain, bridge, token } = of;
        let opening = self.opening(bridge);
        Box::pin(async move { opening?.ask(LookUp { domain, token }).await })
    }
}

impl Browser {
    /// A WebSocket to the page's own bridge, or to another one.
    fn opening(&self, bridge: Option<String>) -> Result<Opening, TunnelFault> {
        match bridge {
            None => self.spare.take().map_or_else(|| Opening::begin(&self.bridge), Ok),
            Some(bridge) => Opening::begin(&BridgeAddress::elsewhere(bridge)),
        }
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

/// Answers every question with this, for want of an engine: a page that waits would never know.
pub async fn answer_all(mut calls: impl Stream<Item = Call> + Unpin, reply: impl Fn(Reply), update: &Update) {
    while let Some(call) = calls.next().await {
        if let Call::Ask { id, .. } = call {
            reply(Reply { to: id, update: update.clone() });
        }
    }
}
