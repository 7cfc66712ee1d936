//! A tunnel's speed limit.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// How far a tunnel may run ahead of its pace: timers are not exact, and short answers should not wait.
const AHEAD: Duration = Duration::from_millis(100);

/// Bytes a second, where they are limited.
#[derive(Debug, Default)]
pub(crate) struct Pace(Option<Limited>);

#[derive(Debug)]
struct Limited {
    bytes_per_second: u64,
    /// When all bytes so far would have passed at this speed.
    due: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Pace {
    /// So many bytes a second; 0 for any number.
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        let now = Instant::now();
        let limited = |bytes_per_second| Limited { bytes_per_second, due: now, timer: Box::pin(sleep_until(now)) };
        Self((bytes_per_second > 0).then(|| limited(bytes_per_second)))
    }

    /// Waits until more bytes may pass, and says how many at most.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let Some(limited) = &mut self.0 else { return Poll::Ready(usize::MAX) };
        // At most what a second carries: the wait behind it stays short.
        let most = usize::try_from(limited.bytes_per_second).unwrap_or(usize::MAX);
        if limited.due <= Instant::now() + AHEAD {
            return Poll::Ready(most);
        }
        limited.timer.as_mut().reset(limited.due - AHEAD);
        limited.timer.as_mut().poll(cx).map(|()| most)
    }

    /// Takes note of bytes that passed.
    pub(crate) fn spend(&mut self, bytes: usize) {
        if let Some(limited) = &mut self.0 {
            let nanoseconds = (bytes as u64).saturating_mul(1_000_000_000) / limited.bytes_per_second;
            limited.due = limited.due.max(Instant::now()) + Duration::from_nanos(nanoseconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bytes_pass_at_the_pace_and_no_faster() {
        let mut pace = Pace::new(1000);
        let began = Instant::now();
        let mut passed = 0;
        while passed < 10_000 {
            let most = poll_fn(|cx| pace.poll_ready(cx)).await.min(400);
            pace.spend(most);
            passed += most;
        }
        let seconds = began.elapsed().as_secs_f64();
        assert!((9.0..=10.0).contains(&seconds), "{seconds}");
    }

    #[tokio::test]
    async fn without_a_limit_nothing_waits() {
        let mut pace = Pace::new(0);
        pace.spend(usize::MAX);
        assert_eq!(poll_fn(|cx| pace.poll_ready(cx)).await, usize::MAX);
    }
}
