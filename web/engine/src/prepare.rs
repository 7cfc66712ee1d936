//! A connection that is brought up before the mailbox is opened, so that opening need not wait for it: TCP, TLS, the
//! greeting and CAPA. Nothing of the user goes out on it.
//!
//! What is not used is given up after a short while. What fails ahead of time is not told, but for a certificate that
//! the user has to judge: opening tries again and says why. Not here: what is done with the connection (`mailbox`).

use std::cell::Cell;
use std::future::{Future as _, poll_fn};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use restante_api::{Failure, FailureKind, Server, Stage};
use restante_protocol::pop3::{Capabilities, Command, Event, Greeting, Pipelining, Ticket};

use crate::connection::{Connection, Options, Turn};
use crate::mailbox::MESSAGE_LIMIT;
use crate::memory::Known;
use crate::platform::Platform;

/// For how long a connection waits to be used. It keeps a place at the server, and servers give up a login that does not
/// come after a minute or more.
pub(crate) const KEPT: Duration = Duration::from_secs(30);

/// A connection on its way to be used.
pub(crate) struct Preparation {
    server: Server,
    stage: Rc<Cell<Option<Stage>>>,
    work: Work,
    end: LocalBoxFuture<'static, ()>,
}

enum Work {
    /// Connecting, and TLS.
    Opening(LocalBoxFuture<'static, Result<Begun, Failure>>),
    /// The greeting and CAPA, and then waiting.
    Up(Box<Begun>),
    /// It failed, or was given up. It is not tried again before the server or the time is another.
    Over,
}

/// A connection that is up, and what has been said on it.
pub(crate) struct Begun {
    pub(crate) connection: Connection,
    pub(crate) greeting: String,
    pub(crate) capa: Capa,
    pub(crate) capabilities: Option<Box<Capabilities>>,
}

/// Whether the server was asked for its capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capa {
    NotAsked,
    Asked(Ticket),
    Answered,
    /// It need not be: what an earlier session learnt is good enough.
    Known,
}

/// Why a preparation is over though nobody used it.
#[derive(Debug)]
pub(crate) enum Over {
    /// The certificate does not verify: for the user to judge.
    Untrusted(Box<Failure>),
    /// It took too long to be used, or failed.
    GivenUp,
}

impl Preparation {
    /// Begins; what is known of the server need not be asked.
    pub(crate) fn begin(platform: &Rc<dyn Platform>, server: Server, known: &Known) -> Self {
        let stage = Rc::new(Cell::new(None));
        let end = platform.sleep(KEPT);
        let knows_capa = known.capabilities.is_some() || !known.ways.asks_capa();
        let opening = {
            let (platform, server, stage) = (Rc::clone(platform), server.clone(), Rc::clone(&stage));
            let pipelining = known.ways.pipelining();
            async move {
                let begun = Begun::open(platform, &server, pipelining, &mut |now| stage.set(Some(now))).await?;
                Ok(Begun { capa: if knows_capa { Capa::Known } else { Capa::NotAsked }, ..begun })
            }
        };
        Self { server, stage, work: Work::Opening(opening.boxed_local()), end }
    }

    /// Whether it is for this server, reached in this way.
    pub(crate) fn is_for(&self, server: &Server) -> bool {
        self.server == *server
    }

    /// Whether there is something to use.
    pub(crate) fn is_under_way(&self) -> bool {
        !matches!(self.work, Work::Over)
    }

    /// It is wanted as before: the time for which it is kept begins anew. False where it has to be begun anew.
    pub(crate) fn renew(&mut self, platform: &dyn Platform) -> bool {
        // What failed a moment ago fails again: until its time is over it is left alone.
        if self.is_under_way() {
            self.end = platform.sleep(KEPT);
        }
        self.is_under_way() || (&mut self.end).now_or_never().is_none()
    }

    /// Goes on until it is over without having been used, if it comes to that. May be dropped half-way and called again.
    pub(crate) async fn proceed(&mut self) -> Over {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Over> {
        loop {
            let over = match &mut self.work {
                Work::Over => return Poll::Pending,
                Work::Opening(opening) => match opening.as_mut().poll(cx) {
                    Poll::Ready(Ok(begun)) => {
                        self.work = Work::Up(Box::new(begun));
                        continue;
                    }
                    Poll::Ready(Err(failure)) => of_failure(failure),
                    Poll::Pending if self.end.as_mut().poll(cx).is_pending() => return Poll::Pending,
                    Poll::Pending => Over::GivenUp,
                },
                Work::Up(begun) => match begun.poll(cx) {
                    Poll::Ready(Ok(())) => continue,
                    Poll::Ready(Err(())) => Over::GivenUp,
                    Poll::Pending if self.end.as_mut().poll(cx).is_pending() => return Poll::Pending,
                    Poll::Pending => {
                        begun.take_leave();
                        Over::GivenUp
                    }
                },
            };
            self.work = Work::Over;
            return Poll::Ready(over);
        }
    }

    /// Nobody wants it any more.
    pub(crate) fn give_up(self) {
        if let Work::Up(mut begun) = self.work {
            begun.take_leave();
        }
    }

    /// The connection, once it is up, whatever has been said on it by then. `stage` is told how far it has come.
    pub(crate) async fn finish(mut self, stage: &mut dyn FnMut(Stage)) -> Result<Begun, Failure> {
        match self.work {
            Work::Up(begun) => Ok(*begun),
            Work::Over => Err(Failure::new(FailureKind::Internal, "nothing is prepared")),
            Work::Opening(ref mut opening) => {
                poll_fn(|cx| {
                    let opened = opening.as_mut().poll(cx);
                    if let Some(now) = self.stage.take() {
                        stage(now);
                    }
                    opened
                })
                .await
            }
        }
    }
}

impl Begun {
    /// Reaches the server, and brings TLS up where it was chosen.
    pub(crate) async fn open(
        platform: Rc<dyn Platform>,
        server: &Server,
        pipelining: Pipelining,
        stage: &mut dyn FnMut(Stage),
    ) -> Result<Self, Failure> {
        // A message that is too large costs that message; this limit, the session.
        let message_limit = MESSAGE_LIMIT.saturating_mul(2);
        let options = Options { pipelining, message_limit, ..Options::from(server) };
        let (host, port, token) = (&server.host, server.port, server.token.clone());
        let mut greeting = String::new();
        let mut greet = |text: Greeting| greeting = text.text;
        let connection = Connection::open(platform, host, port, token, &options, stage, &mut greet).await?;
        Ok(Self { connection, greeting, capa: Capa::NotAsked, capabilities: None })
    }

    /// Takes what the server says, and asks for its capabilities. Ready where there is more to do, or with an error where
    /// it is of no use any more.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        if self.capa == Capa::NotAsked {
            self.capa = Capa::Asked(self.connection.submit(Command::Capa).map_err(drop)?);
        }
        let asked = match self.capa {
            Capa::Asked(ticket) => Some(ticket),
            _ => None,
        };
        let (mut answered, mut is_odd) = (false, false);
        let turn = {
            let (greeting, capabilities) = (&mut self.greeting, &mut self.capabilities);
            let mut tell = |event: Event<'_>| match event {
                Event::Greeting(text) => *greeting = text.text,
                Event::Capabilities { capabilities: known, .. } => *capabilities = Some(known),
                Event::Done { ticket, .. } if Some(ticket) == asked => answered = true,
                // What it means that CAPA is refused, or the greeting, is the mailbox's to say: from the beginning.
                Event::Refused { .. } | Event::Rejected(_) | Event::Closed(_) | Event::Lost { .. } => is_odd = true,
                _ => {}
            };
            let turn = std::pin::pin!(self.connection.turn(&mut tell));
            turn.poll(cx)
        };
        if answered {
            self.capa = Capa::Answered;
        }
        match turn {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(Turn::Told)) if !is_odd => Poll::Ready(Ok(())),
            Poll::Ready(_) => Poll::Ready(Err(())),
        }
    }

    /// Says QUIT as far as that goes without waiting.
    fn take_leave(&mut self) {
        if self.connection.submit(Command::Quit).is_ok() {
            // What the server answers nobody waits for.
            let _ = self.connection.turn(&mut |_| {}).now_or_never();
        }
    }
}

fn of_failure(failure: Failure) -> Over {
    match failure.kind {
        FailureKind::Certificate { .. } | FailureKind::CertificateChanged { .. } => Over::Untrusted(Box::new(failure)),
        _ => Over::GivenUp,
    }
}
