//! A connection that knows what was asked for and when answers went out: what asks and takes nothing is given up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::wire::Wire;

/// Bytes in one piece that only an answer has. Less may be the answers to a peer's pings, which it can have for ever.
const MUCH: usize = 512;
/// The slowest line for which the bridge waits, in bytes a second.
const SLOW_LINE: u64 = 4096;

/// A connection whose writing is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    wire: Wire,
    progress: Arc<Progress>,
}

/// How a connection gets on, in milliseconds since it began.
#[derive(Debug)]
pub(crate) struct Progress {
    began: Instant,
    /// When a request came, or much of an answer went out.
    last: AtomicU64,
    /// When the answers to all requests so far should have been taken, on a slow line.
    taken: AtomicU64,
    asked: AtomicBool,
    first: Notify,
}

impl Watched {
    pub(crate) fn new(wire: Wire, progress: Arc<Progress>) -> Self {
        Self { wire, progress }
    }

    /// The connection, no longer watched.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self { began: Instant::now(), last: 0.into(), taken: 0.into(), asked: false.into(), first: Notify::new() }
    }
}

impl Progress {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn note_written(&self, bytes: usize) {
        if bytes >= MUCH {
            self.last.store(self.now(), Relaxed);
        }
    }

    /// A whole request has come.
    pub(crate) fn note_request(&self) {
        let now = self.now();
        self.last.store(now, Relaxed);
        self.taken.fetch_max(now, Relaxed);
        self.asked.store(true, Relaxed);
        self.first.notify_one();
    }

    /// Resolves when one has.
    pub(crate) async fn asked(&self) {
        while !self.was_asked() {
            self.first.notified().await;
        }
    }

    /// It is answered with so many bytes.
    pub(crate) fn note_answer(&self, bytes: u64) {
        let taken = self.now().saturating_add(bytes.saturating_mul(1000) / SLOW_LINE);
        self.taken.fetch_max(taken, Relaxed);
    }

    /// Whether a request has come.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }

    /// When a request came, or much of an answer went out; when it began, before.
    pub(crate) fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.last.load(Relaxed))
    }

    /// Resolves when no request has come for `to_ask` since the beginning, whatever else came; or, once one has, when for
    /// `to_take` nothing was asked for and little taken, or all that was asked for should have been taken.
    pub(crate) async fn stalled(&self, to_ask: Duration, to_take: Duration) {
        loop {
            let moved = Duration::from_millis(self.last.load(Relaxed).min(self.taken.load(Relaxed)));
            let due = self.began + if self.was_asked() { moved + to_take } else { to_ask };
            if Instant::now() >= due {
                return;
            }
            sleep_until(due).await;
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_read(cx, buf)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.wire).poll_write(cx, buf));
        self.progress.note_written(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.wire).poll_write_vectored(cx, bufs));
        self.progress.note_written(*written.as_ref().unwrap_or(&0));
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}
