//! A connection that knows when bytes last went out: what takes nothing for too long is given up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep_until};

use crate::wire::Wire;

/// A connection whose writing is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    wire: Wire,
    progress: Arc<Progress>,
}

/// When bytes last went out.
#[derive(Debug)]
pub(crate) struct Progress {
    began: Instant,
    milliseconds: AtomicU64,
    asked: AtomicBool,
}

impl Watched {
    pub(crate) fn new(wire: Wire) -> Self {
        let progress = Progress { began: Instant::now(), milliseconds: AtomicU64::new(0), asked: false.into() };
        Self { wire, progress: Arc::new(progress) }
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// The connection, no longer watched.
    pub(crate) fn into_wire(self) -> Wire {
        self.wire
    }
}

impl Progress {
    fn note(&self) {
        let milliseconds = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.store(milliseconds, Relaxed);
    }

    /// A whole request has come.
    pub(crate) fn note_request(&self) {
        self.asked.store(true, Relaxed);
    }

    /// Whether one has.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }

    /// Resolves when no request has come for `to_ask` since the beginning, whatever else came; or, once one has, when
    /// nothing has gone out for `to_take`.
    pub(crate) async fn stalled(&self, to_ask: Duration, to_take: Duration) {
        loop {
            let went_out = Duration::from_millis(self.milliseconds.load(Relaxed));
            let due = self.began + if self.was_asked() { went_out + to_take } else { to_ask };
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
        self.progress.note();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.wire).poll_write_vectored(cx, bufs));
        self.progress.note();
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
