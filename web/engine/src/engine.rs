//! The engine's main loop: one mailbox at a time, opened and closed as the page asks.

use std::rc::Rc;

use futures::stream::{Stream, StreamExt};

use crate::api::{Failure, FailureKind, Request, Update};
use crate::mailbox::{self, Left};
use crate::platform::Platform;

/// Serves requests until their stream ends; then the open mailbox is closed with QUIT. Single-threaded: spawn it locally.
///
/// Updates come in the order things happen. Opening a mailbox closes the one before.
pub async fn run<P, R, U>(platform: P, mut requests: R, mut updates: U)
where
    P: Platform + 'static,
    R: Stream<Item = Request> + Unpin,
    U: FnMut(Update),
{
    let platform: Rc<dyn Platform> = Rc::new(platform);
    let mut request = requests.next().await;
    while let Some(current) = request {
        request = match current {
            Request::Open(open) => {
                match mailbox::serve(Rc::clone(&platform), *open, &mut requests, &mut updates).await {
                    Left::ForAnother(open) => Some(Request::Open(open)),
                    Left::Closed => {
                        updates(Update::Closed);
                        requests.next().await
                    }
                    Left::Ended => None,
                }
            }
            Request::Close => {
                updates(Update::Closed);
                requests.next().await
            }
            Request::Read(message) | Request::Source(message) | Request::Fetch { message, .. } => {
                let failure = Failure::new(FailureKind::ConnectionLost, "no mailbox is open");
                updates(Update::MessageFailed { message, failure: Box::new(failure) });
                requests.next().await
            }
            Request::Show { .. } => requests.next().await,
        };
    }
}
