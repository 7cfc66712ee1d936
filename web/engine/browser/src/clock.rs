//! The browser's clock and timers.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use restante_engine::platform::Clock;

/// `Date.now` and `setTimeout`.
#[derive(Debug, Clone, Copy)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> u64 {
        // Milliseconds since 1970, positive and far below 2^53: the cast only drops the fraction.
        (js_sys::Date::now() / 1000.0) as u64
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        // setTimeout takes a 32-bit number of milliseconds; longer waits end after 24 days.
        let milliseconds = i32::try_from(time.as_millis()).unwrap_or(i32::MAX).unsigned_abs();
        Box::pin(TimeoutFuture::new(milliseconds))
    }
}
