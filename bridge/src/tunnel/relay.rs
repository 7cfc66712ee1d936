//! Moves bytes between a page and a mail server, both ways, until both have ended or one failed.
//!
//! One future a tunnel, polled by hand: no locks, no second task, no copy between reading and writing. What bounds its
//! memory: it reads from a side only when the other has taken everything before, and from the server only what the
//! page's credit allows. Each direction ends for itself (half-close). Not here: opening and closing
//! ([`crate::tunnel::session`]).

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use restante_protocol::tunnel::{BridgeMessage, CloseCode, MAX_DATA_BYTES, PageMessage};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::buffer::{Buffer, HEADER_ROOM};
use super::credit::Credit;
use super::pace::Pace;
use super::page::{Page, Received};
use super::sending::Sending;
use crate::failure::Failure;
use crate::metrics::Metrics;

/// Between two looks at a page whose bytes the server does not take. With the connection's own probes
/// ([`Wire::is_hung_up`](crate::wire::Wire::is_hung_up)) a page that vanished is found out within a minute.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What a page is told whose tunnel has carried all that it may.
const TOO_LONG: &str = "This connection has reached the limit on bytes for its purpose.";

/// How relaying ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides said they send no more.
    Finished,
    /// The page closed, or is gone.
    PageGone,
    /// The page asks for TLS, and has taken so many bytes of the server; everything it sent before has gone out.
    Starttls(u64),
    /// Something broke, and the page is told.
    Failed(Failure),
}

/// Bytes relayed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// From the page to the server.
    pub(crate) up: u64,
    /// From the server to the page.
    pub(crate) down: u64,
}

/// The state of a tunnel's two directions.
#[derive(Debug)]
pub(crate) struct Relay {
    credit: Credit,
    /// Whether the page may still ask for TLS.
    starttls: bool,
    /// Bytes of the server that had been read when the page last sent something.
    asked_at: u64,
    /// What is asked of the page's bytes, where it sends mail.
    sending: Option<Box<Sending>>,
    up: Up,
    /// The server reset the connection, which a write found out.
    reset: Option<io::Error>,
    /// What follows once the bytes before it have gone out.
    next: Next,
    down_ended: bool,
    unflushed: bool,
    bounds: Bounds,
    pace: Pace,
    /// When to look whether the page is still there, while its bytes wait for the server.
    look: Option<Instant>,
    /// The page is known to have left.
    left: bool,
    /// When something moved last; for the idle time.
    moved: Instant,
    /// When the bytes on their way to the page were read.
    read_at: Instant,
    traffic: Traffic,
    metrics: Arc<Metrics>,
}

/// What a tunnel is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// For which nothing may move.
    pub(crate) idle: Duration,
    /// For which the last bytes of a page that hung up may take.
    pub(crate) close: Duration,
    /// When the session has to be over.
    pub(crate) end: Instant,
    /// Both directions together; 0 for any number.
    pub(crate) bytes_per_second: u64,
    /// In all, both directions together.
    pub(crate) bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Up {
    Open,
    /// The page ended it, and the server knows.
    Ended,
    /// The server takes no more. What it still has to say is read to its end.
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Bytes,
    Eof,
    Starttls(u64),
    Hangup,
}

impl Relay {
    /// A relay with the window that the page granted.
    pub(crate) fn new(window: u32, starttls: bool, bounds: Bounds, metrics: Arc<Metrics>) -> Self {
        Self {
            credit: Credit::new(window),
            starttls,
            asked_at: 0,
            sending: None,
            up: Up::Open,
            reset: None,
            next: Next::Bytes,
            down_ended: false,
            unflushed: false,
            bounds,
            pace: Pace::new(bounds.bytes_per_second),
            look: None,
            left: false,
            moved: Instant::now(),
            read_at: Instant::now(),
            traffic: Traffic::default(),
            metrics,
        }
    }

    /// The same for a page that sends mail.
    pub(crate) fn sending(self, sending: Sending) -> Self {
        Self { sending: Some(Box::new(sending)), ..self }
    }

    /// What has been relayed so far.
    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Whether TLS may begin: the server has answered the page, which has taken all of it and so knows its end.
    pub(crate) fn check_starttls(&self, received: u64) -> Result<(), Failure> {
        let passed_on = self.traffic.down;
        if received <= self.asked_at || passed_on == self.asked_at {
            return Err(Failure::bad_message("starttls before the server's answer"));
        }
        if received > passed_on {
            return Err(Failure::bad_message("starttls behind more bytes than the server has sent"));
        }
        if received < passed_on { Err(injected()) } else { Ok(()) }
    }

    /// TLS is up: relaying goes on under it.
    pub(crate) fn secured(&mut self) {
        self.starttls = false;
        self.next = Next::Bytes;
        self.moved = Instant::now();
    }

    /// Relays until something ends it. May be dropped and called again: no byte is lost.
    pub(crate) async fn run<P, S>(&mut self, page: &mut Page<P>, server: &mut S) -> End
    where
        P: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let timer = sleep_until(self.due());
        tokio::pin!(timer);
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(end) = self.poll_up(cx, page, server) {
                    return Poll::Ready(end);
                }
                let held = page.is_held();
                if self.next != Next::Hangup
                    && let Poll::Ready(end) = self.poll_down(cx, page, server)
                {
                    return Poll::Ready(end);
                }
                // Sending may have made room for what the page's side waits for.
                if !held || page.is_held() {
                    return self.poll_idle(cx, page, timer.as_mut()).map(End::Failed);
                }
            }
        })
        .await
    }

    fn poll_up<P, S>(&mut self, cx: &mut Context<'_>, page: &mut Page<P>, server: &mut S) -> Poll<End>
    where
        P: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            if self.up == Up::Broken {
                page.discard();
            }
            if !page.data().is_empty() {
                let most = ready!(self.pace.poll_ready(cx)).min(page.data().len());
                let most = match self.room().map(|room| most.min(room)) {
                    Ok(most) => most,
                    Err(failure) => return Poll::Ready(End::Failed(failure)),
                };
                let most = match self.admit(&page.data()[..most]) {
                    Ok(most) => most,
                    Err(failure) => return Poll::Ready(End::Failed(failure)),
                };
                let Poll::Ready(written) = Pin::new(&mut *server).poll_write(cx, &page.data()[..most]) else {
                    self.note_sent(&[], most);
                    if !self.left && page.poll_gone(cx).is_ready() {
                        self.note_left();
                    }
                    self.look.get_or_insert_with(|| Instant::now() + LOOK_AGAIN);
                    return Poll::Pending;
                };
                self.look = None;
                let sent = written.as_ref().map_or(0, |written| *written);
                self.note_sent(&page.data()[..sent], most);
                match written {
                    Ok(0) => self.up = Up::Broken,
                    Err(error) => {
                        self.up = Up::Broken;
                        // The system tells of a reset once: what is read after it ends as if all had been said.
                        self.reset = Some(error).filter(|error| error.kind() == io::ErrorKind::ConnectionReset);
                    }
                    Ok(written) => {
                        page.consume(written);
                        self.pace.spend(written);
                        self.metrics.up.add(written as u64);
                        self.traffic.up += written as u64;
                        self.unflushed = true;
                        self.moved = Instant::now();
                        self.asked_at = self.traffic.down;
                    }
                }
                continue;
            }
            if self.next != Next::Bytes {
                ready!(self.poll_flush(cx, server));
            }
            match self.next {
                Next::Bytes => {}
                Next::Starttls(received) => return Poll::Ready(End::Starttls(received)),
                Next::Eof | Next::Hangup => {
                    if self.up == Up::Open {
                        // A server that is gone cannot be told, and reading finds out.
                        let _ = ready!(Pin::new(&mut *server).poll_shutdown(cx));
                        self.up = Up::Ended;
                    }
                    if self.next == Next::Hangup {
                        return Poll::Ready(End::PageGone);
                    }
                    self.next = Next::Bytes;
                }
            }
            match page.poll_receive(cx) {
                Poll::Ready(received) => {
                    if let Err(failure) = received.and_then(|r| self.take(r)) {
                        return Poll::Ready(End::Failed(failure));
                    }
                }
                Poll::Pending => {
                    ready!(self.poll_flush(cx, server));
                    return Poll::Pending;
                }
            }
        }
    }

    /// Acts on what the page sent.
    fn take(&mut self, received: Received) -> Result<(), Failure> {
        match received {
            Received::Data if self.up == Up::Ended => return Err(Failure::bad_message("bytes after eof")),
            Received::Data => {}
            Received::Message(PageMessage::Credit { bytes }) => self.credit.grant(bytes),
            Received::Message(PageMessage::Eof) if self.up != Up::Ended => self.next = Next::Eof,
            Received::Message(PageMessage::Eof) => return Err(Failure::bad_message("a second eof")),
            Received::Message(PageMessage::Starttls { received }) if self.starttls => {
                self.next = Next::Starttls(received);
            }
            Received::Message(PageMessage::Starttls { .. }) => {
                return Err(Failure::bad_message("starttls was not agreed in open, or is done already"));
            }
            Received::Message(PageMessage::Open(_)) => return Err(Failure::bad_message("a second open")),
            Received::Message(PageMessage::LookUp(_)) => return Err(Failure::bad_message("a question in a tunnel")),
            Received::Closed => {
                self.next = Next::Hangup;
                self.note_left();
            }
        }
        Ok(())
    }

    /// How many bytes may still be relayed. A tunnel that has carried its limit is over, whether or not more would come.
    fn room(&self) -> Result<usize, Failure> {
        match self.bounds.bytes.saturating_sub(self.traffic.up.saturating_add(self.traffic.down)) {
            0 => Err(Failure::new(CloseCode::TooMany, TOO_LONG)),
            bytes => Ok(usize::try_from(bytes).unwrap_or(usize::MAX)),
        }
    }

    /// How many of the page's bytes may go out now.
    fn admit(&self, bytes: &[u8]) -> Result<usize, Failure> {
        self.sending.as_ref().map_or(Ok(bytes.len()), |sending| sending.admit(bytes))
    }

    /// These went out, of so many that might.
    fn note_sent(&mut self, sent: &[u8], admitted: usize) {
        if let Some(sending) = &mut self.sending {
            sending.note(sent, admitted);
        }
    }

    /// The page has left: its last bytes have less time.
    fn note_left(&mut self) {
        self.left = true;
        self.bounds.idle = self.bounds.close;
        self.moved = Instant::now();
    }

    fn poll_down<P, S>(&mut self, cx: &mut Context<'_>, page: &mut Page<P>, server: &mut S) -> Poll<End>
    where
        P: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            let sending = page.is_sending_data();
            if ready!(page.poll_send(cx)).is_err() {
                return Poll::Ready(End::PageGone);
            }
            if sending {
                self.metrics.relay.note(self.read_at.elapsed());
            }
            let read = self.poll_read(cx, page, server);
            match read {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(failure)) => return Poll::Ready(End::Failed(failure)),
                Poll::Pending => {
                    if ready!(page.poll_flush(cx)).is_err() {
                        return Poll::Ready(End::PageGone);
                    }
                    let done = self.down_ended && self.up != Up::Open;
                    return if done { Poll::Ready(End::Finished) } else { Poll::Pending };
                }
            }
        }
    }

    /// Reads once from the server, as much as credit and pace allow, and queues what came for the page.
    fn poll_read<P, S>(&mut self, cx: &mut Context<'_>, page: &mut Page<P>, server: &mut S) -> Poll<Result<(), Failure>>
    where
        P: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + Unpin,
    {
        let credit = if self.down_ended { 0 } else { self.credit.allowance(MAX_DATA_BYTES) };
        if credit == 0 {
            return Poll::Pending;
        }
        let room = match self.room() {
            Ok(room) => room,
            Err(failure) => return Poll::Ready(Err(failure)),
        };
        let allowed = ready!(self.pace.poll_ready(cx)).min(credit).min(room);
        let mut buffer = Buffer::take();
        let mut into = ReadBuf::new(&mut buffer[HEADER_ROOM..HEADER_ROOM + allowed]);
        let read = ready!(Pin::new(server).poll_read(cx, &mut into));
        let length = into.filled().len();
        self.moved = Instant::now();
        self.read_at = self.moved;
        match read {
            Err(error) => return Poll::Ready(Err(Failure::lost(&error))),
            Ok(()) if length == 0 => {
                if let Some(error) = &self.reset {
                    return Poll::Ready(Err(Failure::lost(error)));
                }
                self.down_ended = true;
                page.queue(&BridgeMessage::Eof);
            }
            Ok(()) => {
                self.credit.spend(length);
                self.pace.spend(length);
                self.metrics.down.add(length as u64);
                self.traffic.down += length as u64;
                page.queue_data(buffer, length);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Flushes what the server was sent, where the connection buffers.
    fn poll_flush<S: AsyncWrite + Unpin>(&mut self, cx: &mut Context<'_>, server: &mut S) -> Poll<()> {
        if self.unflushed {
            if ready!(Pin::new(server).poll_flush(cx)).is_err() {
                self.up = Up::Broken;
            }
            self.unflushed = false;
        }
        Poll::Ready(())
    }

    /// Resolves when nothing has moved for too long, or the session is over. The timer is moved on only when it fires.
    fn poll_idle<P: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        page: &Page<P>,
        mut timer: Pin<&mut Sleep>,
    ) -> Poll<Failure> {
        let mut due = self.due();
        if self.wakes() < timer.deadline() {
            timer.as_mut().reset(self.wakes());
        }
        while timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if self.look.is_some_and(|look| now >= look) {
                self.look = Some(now + LOOK_AGAIN);
                if !self.left && page.is_hung_up() {
                    self.note_left();
                    due = self.due();
                }
            }
            if now >= self.bounds.end {
                let words = "The connection reached its greatest length. Open the mailbox again.";
                return Poll::Ready(Failure::new(CloseCode::SessionTimeout, words));
            }
            if now >= due {
                let words = format!("Nothing moved in either direction for {} seconds.", self.bounds.idle.as_secs());
                return Poll::Ready(Failure::new(CloseCode::IdleTimeout, words));
            }
            timer.as_mut().reset(self.wakes());
        }
        Poll::Pending
    }

    /// When there is something to look at.
    fn wakes(&self) -> Instant {
        let due = self.due();
        self.look.map_or(due, |look| due.min(look))
    }

    /// When the tunnel ends unless something moves.
    fn due(&self) -> Instant {
        (self.moved + self.bounds.idle).min(self.bounds.end)
    }
}

/// RFC 2595, section 4; RFC 3207, section 4.2.
pub(crate) fn injected() -> Failure {
    let words = "Bytes followed the mail server's consent to TLS: somebody may have put them there.";
    Failure::new(CloseCode::StarttlsInjection, words)
}

#[cfg(test)]
mod tests;
