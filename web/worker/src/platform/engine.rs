//! Runs the engine for a page: calls out of the worker's link, replies into it.

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use restante_api::{Call, Failure, FailureKind, Reply, Update};

use super::Browser;

/// Runs until the page lets go of the worker.
pub(crate) async fn run(mut calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    match Browser::of_this_worker() {
        Ok(browser) => restante_engine::run(browser, calls, reply).await,
        // Every question gets an answer: a page that waits would never know.
        Err(why) => {
            while let Some(call) = calls.next().await {
                if let Call::Ask { id, .. } = call {
                    let failure = Failure::new(FailureKind::Internal, why.clone());
                    reply(Reply { to: id, update: Update::Failed(Box::new(failure)) });
                }
            }
        }
    }
}
