//! The engine's main loop: one mailbox at a time, opened and closed as the page asks.

use std::rc::Rc;

use futures::stream::{Stream, StreamExt};

use crate::api::{Call, Failure, FailureKind, Reply, Request, Update};
use crate::mailbox::{self, Left};
use crate::platform::Platform;

/// Serves calls until their stream ends; then the open mailbox is closed with QUIT. Single-threaded: spawn it locally.
///
/// Replies come in the order things happen. Opening a mailbox closes the one before.
pub async fn run<P, C, R>(platform: P, mut calls: C, mut replies: R)
where
    P: Platform + 'static,
    C: Stream<Item = Call> + Unpin,
    R: FnMut(Reply),
{
    let platform: Rc<dyn Platform> = Rc::new(platform);
    let mut call = calls.next().await;
    while let Some(current) = call {
        let Call::Ask { id, request } = current else {
            // Nothing is under way that could be taken back.
            call = calls.next().await;
            continue;
        };
        call = match request {
            Request::Open(open) => {
                match mailbox::serve(Rc::clone(&platform), id, *open, &mut calls, &mut replies).await {
                    Left::ForAnother(id, open) => Some(Call::Ask { id, request: Request::Open(open) }),
                    Left::Closed(id) => {
                        replies(Reply { to: id, update: Update::Closed });
                        calls.next().await
                    }
                    Left::Ended => None,
                }
            }
            Request::Close => {
                replies(Reply { to: id, update: Update::Closed });
                calls.next().await
            }
            Request::Read(message) | Request::Source(message) | Request::Fetch { message, .. } => {
                let failure = Failure::new(FailureKind::ConnectionLost, "no mailbox is open");
                replies(Reply { to: id, update: Update::MessageFailed { message, failure: Box::new(failure) } });
                calls.next().await
            }
            Request::Show { .. } => calls.next().await,
        };
    }
}
