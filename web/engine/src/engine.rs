//! The engine's main loop: one mailbox at a time, opened and closed as the page asks.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;

use futures::FutureExt as _;
use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::{Stream, StreamExt};
use restante_api::{
    Call, CallId, Discovery, Failure, FailureKind, OpenMailbox, Prepare, Reply, Request, Server, Update,
};

use crate::discover;
use crate::host::Host;
use crate::log;
use crate::mailbox::{self, Left};
use crate::memory::Memory;
use crate::oauth::SignIn;
use crate::platform::Platform;
use crate::prepare::{Over, Preparation};
use crate::wish;

/// Serves calls until their stream ends; then the open mailbox is closed with QUIT. Single-threaded: spawn it locally.
///
/// Replies come in the order things happen. Opening a mailbox closes the one before.
pub async fn run<P, C, R>(platform: P, mut calls: C, mut replies: R)
where
    P: Platform + 'static,
    C: Stream<Item = Call> + Unpin,
    R: FnMut(Reply),
{
    let platform = Host::of(Rc::new(platform));
    let memory = RefCell::new(Memory::default());
    let mut ahead = Ahead::default();
    let mut call = next(&mut calls, &mut ahead, &mut replies).await;
    while let Some(current) = call.take() {
        let (id, request) = match current {
            Call::Ask { id, request } => (id, request),
            Call::Cancel { id } => {
                ahead.finding.take_if(|(asked, _)| *asked == id);
                ahead.sign_in.cancel(id);
                call = next(&mut calls, &mut ahead, &mut replies).await;
                continue;
            }
        };
        match request {
            Request::Prepare(wanted) => prepare(&platform, &memory.borrow(), id, wanted, &mut ahead.prepared),
            Request::Discover(wanted) => {
                let finding = discover::find(Rc::clone(&platform), wanted);
                ahead.finding = Some((id, finding.boxed_local()));
            }
            Request::Authorize(asked) => replies(Reply { to: id, update: ahead.sign_in.begin(*asked) }),
            Request::Redeem(parameters) => ahead.sign_in.redeem(&platform, id, parameters),
            Request::Open(open) => {
                ahead.finding = None;
                ahead.sign_in = SignIn::default();
                let ready = take(&mut ahead.prepared, &open);
                let place = mailbox::Place { platform: Rc::clone(&platform), memory: &memory, ready };
                match mailbox::serve(place, id, *open, &mut calls, &mut replies).await {
                    Left::ForAnother(id, open) => call = Some(Call::Ask { id, request: Request::Open(open) }),
                    Left::Closed(to) => {
                        log::forget(&*platform);
                        replies(Reply { to, update: Update::Closed });
                    }
                    Left::Unopened => {}
                    Left::Ended => return,
                }
            }
            Request::Diagnose => replies(Reply { to: id, update: log::diagnosis(&*platform) }),
            Request::Close => replies(Reply { to: id, update: Update::Closed }),
            Request::Read(message)
            | Request::Source(message)
            | Request::FetchAll(message)
            | Request::Fetch { message, .. } => {
                let failure = Failure::new(FailureKind::ConnectionLost, "no mailbox is open");
                replies(Reply { to: id, update: wish::failed(&message, failure) });
            }
            Request::Check | Request::Mark { .. } | Request::Search { .. } => {
                let failure = Failure::new(FailureKind::ConnectionLost, "no mailbox is open");
                replies(Reply { to: id, update: Update::Refused(Box::new(failure)) });
            }
            Request::Show { .. } => {}
            Request::Keep(_) => replies(Reply { to: id, update: keeps_nothing() }),
        }
        if call.is_none() {
            call = next(&mut calls, &mut ahead, &mut replies).await;
        }
    }
    if let Some((_, unused)) = ahead.prepared {
        unused.give_up();
    }
}

/// What is kept is another program's.
pub(crate) fn keeps_nothing() -> Update {
    Update::Refused(Box::new(Failure::new(FailureKind::Internal, "a preview keeps nothing")))
}

/// What is prepared, and the question that asked for it.
type Prepared = Option<(CallId, Preparation)>;

/// What is under way while no mailbox is open.
#[derive(Default)]
struct Ahead {
    prepared: Prepared,
    /// Settings that are looked for, and the question for them.
    finding: Option<(CallId, LocalBoxFuture<'static, Discovery>)>,
    sign_in: SignIn,
}

impl Ahead {
    /// Goes on until there is something to tell. May be dropped half-way and called again.
    async fn proceed(&mut self) -> Reply {
        loop {
            let Self { prepared, finding, sign_in } = self;
            let preparing = async {
                let Some((id, preparation)) = prepared else { return pending().await };
                (*id, preparation.proceed().await)
            };
            let found = async {
                let Some((id, found)) = finding else { return pending().await };
                (*id, found.await)
            };
            let signed_in = poll_fn(|context| sign_in.poll(context));
            match select(pin!(preparing), select(pin!(found), pin!(signed_in))).await {
                Either::Left(((to, Over::Untrusted(failure)), _)) => {
                    return Reply { to, update: Update::Untrusted(failure) };
                }
                Either::Left(((_, Over::GivenUp), _)) => {}
                Either::Right((Either::Right((reply, _)), _)) => return reply,
                Either::Right((Either::Left(((to, found), _)), _)) => {
                    self.finding = None;
                    return Reply { to, update: Update::Discovered(Box::new(found)) };
                }
            }
        }
    }
}

/// Waits for a call, while what is under way goes on.
async fn next<C, R>(calls: &mut C, ahead: &mut Ahead, replies: &mut R) -> Option<Call>
where
    C: Stream<Item = Call> + Unpin,
    R: FnMut(Reply),
{
    loop {
        match select(calls.next(), pin!(ahead.proceed())).await {
            Either::Left((call, _)) => return call,
            Either::Right((reply, _)) => replies(reply),
        }
    }
}

fn prepare(platform: &Rc<dyn Platform>, memory: &Memory, id: CallId, wanted: Prepare, prepared: &mut Prepared) {
    let unused = match wanted {
        Prepare::Bridge => return platform.ready(),
        Prepare::Server(server) => {
            if let Some((asked, already)) = prepared
                && already.is_for(&server)
                && already.renew(&**platform)
            {
                *asked = id;
                return;
            }
            let known = memory.of(&server);
            prepared.replace((id, Preparation::begin(platform, *server, &known)))
        }
        Prepare::Nothing => prepared.take(),
    };
    if let Some((_, unused)) = unused {
        unused.give_up();
    }
}

/// What is prepared for this mailbox's server. What is prepared for another one is given up.
fn take(prepared: &mut Prepared, open: &OpenMailbox) -> Option<Preparation> {
    let (_, preparation) = prepared.take()?;
    if preparation.is_under_way() && preparation.is_for(&Server::from(open)) {
        return Some(preparation);
    }
    preparation.give_up();
    None
}
