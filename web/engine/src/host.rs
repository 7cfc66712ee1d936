//! The platform, and what the engine notes beside it for as long as it runs: what is said on connections, and tokens that were
//! renewed.

use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use restante_protocol::tunnel::Services;

use crate::log::Log;
use crate::oauth::Tokens;
use crate::platform::{Clock, Destination, Dial, Platform, Question, Tunnel, TunnelFault};

/// A platform with an engine's notes.
pub(crate) struct Host {
    platform: Rc<dyn Platform>,
    log: Log,
    tokens: Tokens,
}

impl Host {
    pub(crate) fn of(platform: Rc<dyn Platform>) -> Rc<dyn Platform> {
        Rc::new(Self { platform, log: Log::default(), tokens: Tokens::default() })
    }
}

impl Dial for Host {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        self.platform.dial(to)
    }

    fn ready(&self) {
        self.platform.ready();
    }

    fn look_up(&self, question: Question) -> LocalBoxFuture<'static, Result<Services, TunnelFault>> {
        self.platform.look_up(question)
    }

    fn log(&self) -> Option<&Log> {
        Some(&self.log)
    }

    fn tokens(&self) -> Option<&Tokens> {
        Some(&self.tokens)
    }
}

impl Clock for Host {
    fn now(&self) -> u64 {
        self.platform.now()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        self.platform.sleep(time)
    }
}
