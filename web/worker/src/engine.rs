//! Runs the engine for a page: calls out of the worker's link, replies into it.

use futures::channel::mpsc::UnboundedReceiver;
use restante_api::{Call, Failure, FailureKind, Reply, Update};
use restante_browser::{Browser, answer_all};

/// Runs until the page lets go of the worker.
pub(crate) async fn run(calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    match Browser::of_this_worker() {
        Ok(browser) => restante_engine::run(browser, calls, reply).await,
        Err(why) => answer_all(calls, reply, &Update::Failed(Box::new(Failure::new(FailureKind::Internal, why)))).await,
    }
}
