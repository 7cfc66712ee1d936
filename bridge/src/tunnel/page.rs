//! The page's side of a tunnel: its WebSocket, once the upgrade is done.
//!
//! Turns the page's frames into bytes for the server and control messages, and sends both kinds the other way. Bytes
//! are held in one borrowed buffer a direction, and none while nothing moves. A ping is answered here. Not here: what
//! the messages lead to ([`crate::tunnel::session`], [`crate::tunnel::relay`]).

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use restante_protocol::tunnel::{self, BridgeMessage, PageMessage};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::buffer::{Buffer, HEADER_ROOM};
use super::frame::{Decoder, Event, FrameError, Opcode, push_frame, write_header};
use crate::failure::Failure;

/// Control frames waiting to be sent, in bytes: above this the page's own are not read on.
const MAX_WAITING: usize = 4096;
/// The longest reason of a close frame: 125 bytes less the code (RFC 6455, section 5.5.1).
const MAX_REASON: usize = 123;

/// The page's WebSocket.
#[derive(Debug)]
pub(crate) struct Page<S> {
    io: S,
    /// Bytes that came with the upgrade request.
    early: Bytes,
    decoder: Decoder,
    /// Received: decoded payload at `data`, undecoded frames at `raw`, behind it.
    input: Option<Buffer>,
    data: Range<usize>,
    raw: Range<usize>,
    /// To be sent: one data frame at `frame`, and control frames behind it.
    output: Option<Buffer>,
    frame: Range<usize>,
    control: Vec<u8>,
    unflushed: bool,
    /// The page has sent its close frame.
    closed: bool,
    /// What stopped reading ahead: it comes behind [`Page::data`].
    waiting: Option<Result<Received, Failure>>,
    /// Whether the connection has ended though what came before may not have been read.
    hung_up: fn(&S) -> bool,
}

/// What the page sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// Bytes for the server, at [`Page::data`].
    Data,
    /// A control message. Bytes that came before it are at [`Page::data`].
    Message(PageMessage),
    /// The page closed, or is gone. Bytes that came before are at [`Page::data`].
    Closed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Page<S> {
    /// Takes over an upgraded connection, and the bytes that were read from it already.
    pub(crate) fn new(io: S, early: &[u8]) -> Self {
        Self {
            io,
            // A copy, so that the HTTP connection's buffer, 8 KiB of it for none of its bytes, is let go.
            early: Bytes::copy_from_slice(early),
            decoder: Decoder::default(),
            input: None,
            data: 0..0,
            raw: 0..0,
            output: None,
            frame: 0..0,
            control: Vec::new(),
            unflushed: false,
            closed: false,
            waiting: None,
            hung_up: |_| false,
        }
    }

    /// Asks this of the connection where nothing can be read ahead.
    pub(crate) fn watched_by(self, hung_up: fn(&S) -> bool) -> Self {
        Self { hung_up, ..self }
    }

    /// Whether the page is gone, as far as can be told without reading.
    pub(crate) fn is_hung_up(&self) -> bool {
        (self.hung_up)(&self.io)
    }

    /// Bytes for the server that are not yet taken.
    pub(crate) fn data(&self) -> &[u8] {
        self.input.as_ref().map_or(&[], |buffer| &buffer[self.data.clone()])
    }

    /// Takes bytes off the front of [`Page::data`].
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.data.start += bytes.min(self.data.len());
        self.release();
    }

    /// Forgets the bytes for the server: it takes no more.
    pub(crate) fn discard(&mut self) {
        self.consume(usize::MAX);
    }

    /// Whether control frames wait, so many that [`Page::poll_receive`] pauses until they are sent.
    pub(crate) fn is_held(&self) -> bool {
        self.control.len() > MAX_WAITING
    }

    /// Waits for what the page sends next. All of [`Page::data`] must have been taken.
    ///
    /// # Errors
    /// [`Failure`] where the page breaks the framing or the tunnel's rules.
    pub(crate) fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Received, Failure>> {
        if let Some(waiting) = self.waiting.take() {
            return Poll::Ready(waiting);
        }
        loop {
            if self.closed {
                return Poll::Ready(Ok(Received::Closed));
            }
            if self.is_held() {
                return Poll::Pending;
            }
            if let Some(buffer) = self.input.as_mut().filter(|_| !self.raw.is_empty()) {
                let event = self.decoder.decode(buffer, &mut self.raw, &mut self.data)?;
                let data_waits = !self.data.is_empty();
                self.release();
                match event {
                    Some(Event::Ping(payload)) => push_frame(&mut self.control, Opcode::Pong, &payload),
                    Some(Event::Close(_)) => {
                        self.closed = true;
                        return Poll::Ready(Ok(Received::Closed));
                    }
                    Some(Event::Text(text)) => return Poll::Ready(message(&text)),
                    None if data_waits => return Poll::Ready(Ok(Received::Data)),
                    None => {}
                }
                continue;
            }
            if !self.data.is_empty() {
                return Poll::Ready(Ok(Received::Data));
            }
            match ready!(self.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(Ok(Received::Closed)),
                Ok(_) => {}
            }
        }
    }

    /// The same as a future; pings are answered meanwhile.
    pub(crate) async fn receive(&mut self) -> Result<Received, Failure> {
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(received) = self.poll_receive(cx) {
                    return Poll::Ready(received);
                }
                let held = self.is_held();
                if let Poll::Ready(Err(_)) = self.poll_answer(cx) {
                    return Poll::Ready(Ok(Received::Closed));
                }
                if !held || self.is_held() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Resolves when the page is gone or takes its leave, while nobody takes what it sends: that is kept, up to a buffer.
    /// Pings are answered meanwhile.
    pub(crate) async fn gone(&mut self) {
        poll_fn(|cx| {
            loop {
                if self.poll_gone(cx).is_ready() {
                    return Poll::Ready(());
                }
                let held = self.is_held();
                if let Poll::Ready(Err(_)) = self.poll_answer(cx) {
                    return Poll::Ready(());
                }
                if !held || self.is_held() {
                    return Poll::Pending;
                }
            }
        })
        .await;
    }

    /// Resolves when the page is gone or takes its leave, while [`Page::data`] is not taken. Reads ahead as far as there
    /// is room, up to the first control message.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.closed {
                return Poll::Ready(());
            }
            let may_decode = self.waiting.is_none() && !self.is_held();
            if let Some(buffer) = self.input.as_mut().filter(|_| may_decode && !self.raw.is_empty()) {
                let event = self.decoder.decode(buffer, &mut self.raw, &mut self.data);
                self.release();
                match event {
                    Ok(Some(Event::Ping(payload))) => push_frame(&mut self.control, Opcode::Pong, &payload),
                    Ok(Some(Event::Close(_))) => self.closed = true,
                    Ok(Some(Event::Text(text))) => self.waiting = Some(message(&text)),
                    Ok(None) => {}
                    Err(fault) => self.waiting = Some(Err(fault.into())),
                }
                continue;
            }
            if self.input.as_ref().is_some_and(|buffer| self.raw.end == buffer.len()) {
                return Poll::Pending;
            }
            match ready!(self.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
    }

    /// Sends what is queued, and what the connection buffers of it.
    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        self.poll_flush(cx)
    }

    /// Reads more frames behind those in the buffer.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = self.input.take().unwrap_or_else(Buffer::take);
        let end = self.raw.end;
        let read = if self.early.is_empty() {
            let mut into = ReadBuf::new(&mut buffer[end..]);
            Pin::new(&mut self.io).poll_read(cx, &mut into).map_ok(|()| into.filled().len())
        } else {
            let length = self.early.len().min(buffer.len() - end);
            buffer[end..end + length].copy_from_slice(&self.early.split_to(length));
            Poll::Ready(Ok(length))
        };
        if let Poll::Ready(Ok(length)) = read {
            self.raw.end += length;
        }
        self.input = Some(buffer);
        self.release();
        read
    }

    /// Gives the input buffer back once it is empty.
    fn release(&mut self) {
        if self.raw.is_empty() && self.data.is_empty() {
            self.input = None;
            self.raw = 0..0;
            self.data = 0..0;
        }
    }

    /// Queues a control message behind the data frame under way.
    pub(crate) fn queue(&mut self, message: &BridgeMessage) {
        push_frame(&mut self.control, Opcode::Text, tunnel::encode(message).as_bytes());
    }

    /// Queues bytes of the server: `buffer[HEADER_ROOM..][..length]`. Nothing else may be waiting.
    pub(crate) fn queue_data(&mut self, mut buffer: Buffer, length: usize) {
        let start = write_header(&mut buffer, HEADER_ROOM, Opcode::Binary, length);
        self.frame = start..HEADER_ROOM + length;
        self.output = Some(buffer);
    }

    /// Whether bytes of the server are being sent.
    pub(crate) fn is_sending_data(&self) -> bool {
        self.output.is_some()
    }

    /// Sends what is queued, to the last byte.
    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(buffer) = &self.output {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &buffer[self.frame.clone()]))?;
            self.advance(written)?;
            self.frame.start += written;
            if self.frame.is_empty() {
                self.output = None;
            }
        }
        while !self.control.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.control))?;
            self.advance(written)?;
            self.control.drain(..written);
            if self.control.is_empty() {
                self.control = Vec::new();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize) -> io::Result<()> {
        self.unflushed = true;
        if written == 0 { Err(io::ErrorKind::WriteZero.into()) } else { Ok(()) }
    }

    /// Flushes what was sent, where the connection buffers (TLS does, TCP does not).
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Sends what is queued and flushes it.
    pub(crate) async fn send(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_answer(cx)).await
    }

    /// Says goodbye with a close frame. Waits for the page's where it has not come yet, `limit` at most.
    pub(crate) async fn close(mut self, code: u16, reason: &str, limit: Duration) {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(shorten(reason).as_bytes());
        push_frame(&mut self.control, Opcode::Close, &payload);
        let farewell = async move {
            self.send().await?;
            poll_fn(|cx| Pin::new(&mut self.io).poll_shutdown(cx)).await?;
            if self.closed {
                // Both have said it: the server hangs up first (RFC 6455, section 7.1.1), and nothing is left unread.
                return Ok(());
            }
            // Reading on lets the close frame arrive: closing a socket with unread bytes would reset it.
            loop {
                self.raw = 0..0;
                self.data = 0..0;
                if poll_fn(|cx| self.poll_fill(cx)).await? == 0 {
                    return Ok(());
                }
            }
        };
        // A page that does not take part in the goodbye has none.
        let _: Result<io::Result<()>, _> = timeout(limit, farewell).await;
    }
}

impl From<FrameError> for Failure {
    fn from(error: FrameError) -> Self {
        Self { code: error.close_code(), message: error.to_string() }
    }
}

fn message(text: &str) -> Result<Received, Failure> {
    tunnel::decode(text).map(Received::Message).map_err(|e| Failure::bad_message(e.to_string()))
}

/// Cuts a reason to what a close frame holds, at a character's end.
fn shorten(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(MAX_REASON)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let long = "é".repeat(100);
        assert_eq!(shorten(&long).len(), 122);
        assert_eq!(shorten("short"), "short");
    }

    #[tokio::test]
    async fn bytes_that_came_with_the_upgrade_are_read_first() {
        let (near, far) = tokio::io::duplex(1024);
        let mut page = Page::new(near, &[0x82, 0x82, 0, 0]);
        tokio::io::AsyncWriteExt::write_all(&mut { far }, &[0, 0, b'h', b'i']).await.unwrap();
        assert_eq!(page.receive().await, Ok(Received::Data));
        assert_eq!(page.data(), b"hi");
        page.consume(2);
        assert!(page.input.is_none());
        assert_eq!(page.receive().await, Ok(Received::Closed));
    }

    #[tokio::test]
    async fn a_page_that_takes_its_leave_is_noticed_behind_bytes_that_nobody_takes() {
        let close = [0x88, 0x80, 0, 0, 0, 0];
        let data = [0x82, 0x82, 0, 0, 0, 0, b'h', b'i'];
        let (near, _far) = tokio::io::duplex(1024);
        let mut page = Page::new(near, &[data.as_slice(), &close].concat());
        timeout(Duration::from_secs(20), page.gone()).await.expect("it is noticed");
        assert_eq!(page.data(), b"hi");
        page.discard();
        assert_eq!(page.receive().await, Ok(Received::Closed));
        // What follows a message that nobody has taken is not looked into.
        let eof = [&[0x81, 0x8E, 0, 0, 0, 0], b"{\"type\":\"eof\"}".as_slice()].concat();
        let (near, _far) = tokio::io::duplex(1024);
        let mut page = Page::new(near, &[data.as_slice(), &eof, &data].concat());
        assert!(timeout(Duration::from_millis(10), page.gone()).await.is_err());
        assert_eq!(page.data(), b"hi");
        page.discard();
        assert_eq!(page.receive().await, Ok(Received::Message(PageMessage::Eof)));
        assert_eq!(page.receive().await, Ok(Received::Data));
        assert_eq!(page.data(), b"hi");
    }

    #[tokio::test]
    async fn an_idle_page_holds_no_buffer() {
        let (near, _far) = tokio::io::duplex(1024);
        let mut page = Page::new(near, &[]);
        assert!(timeout(Duration::from_millis(10), page.receive()).await.is_err());
        assert!(page.input.is_none() && page.output.is_none());
    }
}
