//! A dialogue on a transport, with deadlines: what a sans-I/O session says is done here, whatever protocol it speaks.
//!
//! [`Connection::open`] reaches the server and brings TLS up; from then on the caller submits commands and calls
//! [`Connection::turn`] again and again. A turn may be dropped half-way and nothing is lost. Every failure comes out as
//! [`Failure`], with the blame told apart.
//!
//! Not here: which commands to send (that is `mailbox`), and what their answers hold.

mod blame;
mod dialogue;
mod open;

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::LocalBoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use restante_api::{Blame, Failure, FailureKind, Fingerprint, Security, TlsEnd};
use restante_protocol::pop3::{Capabilities, Pipelining, Session, Ticket};
use zeroize::Zeroize;

use crate::log::Entry;
use crate::platform::Platform;
use crate::transport::{self, Transport};

pub use blame::{of_login_refusal, of_protocol_error, of_refusal};
pub use dialogue::{Dialogue, OnTheWay, Step};

/// How to reach a server, and how much patience to have with it.
#[derive(Debug, Clone)]
pub struct Options {
    /// How the connection is protected.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// The one certificate that is accepted; where there is none, whichever verifies.
    pub trusted: Option<Fingerprint>,
    /// The user agreed that the password travels in clear text.
    pub cleartext_agreed: bool,
    /// The address of a bridge other than the page's own.
    pub bridge: Option<String>,
    /// When commands may follow each other without waiting.
    pub pipelining: Pipelining,
    /// Octets of answers under way at once, as far as they can be foreseen.
    pub window: u64,
    /// Commands under way at once.
    pub commands: usize,
    /// Octets of one message that are accepted at most.
    pub message_limit: u64,
    /// Patience.
    pub deadlines: Deadlines,
}

/// How long to wait for what. A deadline is missed when nothing moved for that long, a quarter more at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For the connection, and for the TLS handshake.
    pub connect: Duration,
    /// For the greeting.
    pub greeting: Duration,
    /// For the answer to a command, or the next octets of one.
    pub reply: Duration,
    /// With nothing to wait for, [`Turn::Quiet`] is told after this long: time to say NOOP. Servers may hang up after
    /// ten minutes (RFC 1939, section 3), and some do after five.
    pub quiet: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(60),
            reply: Duration::from_secs(60),
            quiet: Duration::from_secs(120),
        }
    }
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Events were told; there may be more in the next turn.
    Told,
    /// Nothing is to be done, and nothing was for [`Deadlines::quiet`].
    Quiet,
}

/// A connection to a mail server: a POP3 server's, unless it says otherwise.
pub struct Connection<D: Dialogue = Session> {
    platform: Rc<dyn Platform>,
    transport: Transport,
    session: D,
    deadlines: Deadlines,
    outgoing: Outgoing,
    buffer: Box<[u8]>,
    timer: Option<LocalBoxFuture<'static, ()>>,
    /// Runs while silence tells something: that a message has ended, say.
    doubt: Option<LocalBoxFuture<'static, ()>>,
    quiet_ticks: u32,
    greeted: bool,
    broken: Option<Failure>,
    fault: Option<D::Fault>,
    /// Where is noted what is said.
    log: Option<Entry>,
}

/// Octets to send. They may hold a password, so they are overwritten when they are sent.
#[derive(Default)]
struct Outgoing {
    octets: Vec<u8>,
    sent: usize,
    unflushed: bool,
    /// Nothing gets through any more: what has not been sent by now never is.
    broken: bool,
}

/// Octets that are read at once.
const BUFFER: usize = 64 << 10;

/// How long a server is silent where silence tells something: behind a message that may have ended, behind a login.
const DOUBT: Duration = Duration::from_secs(3);

/// A deadline is that many ticks of a timer, so that progress does not cost a new timer each time.
const TICKS: u32 = 4;

impl Connection {
    /// Takes for announced what the server announced in an earlier session.
    pub(crate) fn assume(&mut self, capabilities: Capabilities) {
        self.session.assume(capabilities);
    }

    /// How to ask this server on a new connection, where the way in which it broke the protocol tells.
    pub fn suggests(&self) -> Option<Pipelining> {
        self.fault.as_ref().and_then(|fault| fault.suggests())
    }
}

impl<D: Dialogue> Connection<D> {
    /// Queues a command; it is sent in the next turn, or when the session may send it.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub fn submit(&mut self, command: D::Command) -> Result<Ticket, D::Misuse> {
        self.session.submit(command)
    }

    /// The session, to ask what is known of the server.
    pub fn session(&self) -> &D {
        &self.session
    }

    /// The transport, to ask how it is protected.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Why the connection is over, where it is and no turn has said so yet.
    pub fn broken(&self) -> Option<&Failure> {
        self.broken.as_ref()
    }

    /// How the server broke the protocol, where it did.
    pub fn fault(&self) -> Option<&D::Fault> {
        self.fault.as_ref()
    }

    /// Sends what there is to send and waits for the next events, which it tells one after the other.
    ///
    /// # Errors
    /// Why the connection is over. Every ticket has had its final event before that.
    pub async fn turn(&mut self, tell: &mut dyn FnMut(D::Event<'_>)) -> Result<Turn, Failure> {
        let turn = poll_fn(|cx| {
            let turn = self.poll_turn(cx, tell);
            self.transcribe();
            turn
        })
        .await;
        if let (Err(failure), Some(log)) = (&turn, &self.log) {
            log.ended_quietly(failure);
        }
        turn
    }

    /// It is given up for this reason, which the connection itself does not know: what the server answered, for example.
    pub(crate) fn given_up(&self, failure: &Failure) {
        if let Some(log) = &self.log {
            log.ended_quietly(failure);
        }
    }

    /// Notes what was said.
    fn transcribe(&mut self) {
        while let Some(spoken) = self.session.next_spoken() {
            if let Some(log) = &self.log {
                log.said(spoken, self.platform.now());
            }
        }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>, tell: &mut dyn FnMut(D::Event<'_>)) -> Poll<Result<Turn, Failure>> {
        loop {
            let told = match self.drain(tell) {
                Ok(told) => told,
                Err(failure) => return Poll::Ready(Err(failure)),
            };
            if let Err(failure) = self.poll_send(cx) {
                self.break_off(failure);
                continue;
            }
            if told {
                return Poll::Ready(Ok(Turn::Told));
            }
            if self.broken.is_none() && self.outgoing.has_room() && self.session.has_more_to_send() {
                continue;
            }
            if let Some(failure) = self.broken.take() {
                return Poll::Ready(Err(failure));
            }
            match Pin::new(&mut self.transport).poll_read(cx, &mut self.buffer) {
                Poll::Ready(Ok(0)) => self.break_off(self.hung_up()),
                Poll::Ready(Ok(octets)) => {
                    self.quiet_ticks = 0;
                    self.doubt = None;
                    self.session.handle_input(&self.buffer[..octets]);
                }
                Poll::Ready(Err(error)) => self.break_off(transport::failure_of(&error)),
                Poll::Pending if self.poll_doubt(cx).is_ready() && self.session.handle_stall() => {}
                Poll::Pending => match self.poll_patience(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) if self.session.is_idle() && self.greeted => return Poll::Ready(Ok(Turn::Quiet)),
                    Poll::Ready(()) if self.session.handle_stall() => {}
                    Poll::Ready(()) => self.break_off(Failure::new(FailureKind::TimedOut, "")),
                },
            }
        }
    }

    /// Takes from the session what it has to say. Whether events were told.
    fn drain(&mut self, tell: &mut dyn FnMut(D::Event<'_>)) -> Result<bool, Failure> {
        let mut told = false;
        loop {
            // What is large is asked for only when what was before it is on its way: memory stays bounded.
            match self.session.poll(self.outgoing.has_room()) {
                Ok(Step::NeedInput) => return Ok(told),
                Ok(Step::Transmit(octets)) => {
                    self.outgoing.octets.extend_from_slice(&octets);
                    self.quiet_ticks = 0;
                }
                Ok(Step::Event(event)) => {
                    told = true;
                    self.greeted |= D::is_greeting(&event);
                    tell(event);
                }
                Err(fault) => {
                    let failure = D::failure(&fault);
                    self.fault = Some(fault);
                    self.broken.get_or_insert(failure);
                    return if told { Ok(told) } else { self.broken.take().map_or(Ok(false), Err) };
                }
            }
        }
    }

    /// The server has ended the stream, as opposed to the network that breaks it.
    fn hung_up(&self) -> Failure {
        Failure::new(FailureKind::ConnectionLost, "").blamed(Blame::Server)
    }

    /// The connection is over, for this reason; the session tells the tickets that are still open.
    fn break_off(&mut self, failure: Failure) {
        self.broken.get_or_insert(failure);
        self.session.handle_eof();
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        let outgoing = &mut self.outgoing;
        while outgoing.sent < outgoing.octets.len() && self.broken.is_none() && !outgoing.broken {
            match Pin::new(&mut self.transport).poll_write(cx, &outgoing.octets[outgoing.sent..]) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(0)) => return Err(Failure::new(FailureKind::ConnectionLost, "")),
                Poll::Ready(Ok(octets)) => {
                    outgoing.sent += octets;
                    outgoing.unflushed = true;
                    self.quiet_ticks = 0;
                }
                // Why the connection broke, a read may know better: the server's last words, or the bridge's.
                Poll::Ready(Err(_)) => outgoing.broken = true,
            }
        }
        outgoing.octets.zeroize();
        outgoing.sent = 0;
        if outgoing.unflushed
            && let Poll::Ready(flushed) = Pin::new(&mut self.transport).poll_flush(cx)
        {
            outgoing.unflushed = flushed.is_err();
        }
        Ok(())
    }

    /// Ready when silence has told what there is no octet for.
    fn poll_doubt(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.session.is_silence_telling() {
            return Poll::Pending;
        }
        let platform = &self.platform;
        let ended = self.doubt.get_or_insert_with(|| platform.sleep(DOUBT)).as_mut().poll(cx);
        if ended.is_ready() {
            self.doubt = None;
        }
        ended
    }

    /// Ready when nothing moved for as long as is bearable.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let patience = match (self.greeted, self.session.is_idle()) {
                (true, true) => self.deadlines.quiet,
                (greeted, _) => self.session.patience(greeted, &self.deadlines),
            };
            let platform = &self.platform;
            let timer = self.timer.get_or_insert_with(|| platform.sleep(patience / TICKS));
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.timer = None;
            self.quiet_ticks += 1;
            if self.quiet_ticks > TICKS {
                self.quiet_ticks = 0;
                return Poll::Ready(());
            }
        }
    }
}

impl Outgoing {
    /// Whether what is large may be asked for: all before it is on its way.
    fn has_room(&self) -> bool {
        self.octets.is_empty() && !self.broken
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}
