//! Runs the engine for a page: requests out of the worker's scope, updates into it.

use futures::channel::mpsc;
use futures::future::join;
use futures::stream::StreamExt;
use gloo_worker::reactor::ReactorScope;
use restante_engine::api::{Failure, FailureKind, Request, Update};

use super::Browser;

/// Runs until the page lets go of the worker.
pub async fn run(scope: ReactorScope<Request, Update>) {
    let (to_page, mut requests) = scope.split();
    let (updates, outgoing) = mpsc::unbounded();
    let post = move |update| {
        // Fails only when the page is gone, and then nobody is there to be told.
        let _ = updates.unbounded_send(update);
    };
    let engine = async move {
        match Browser::of_this_worker() {
            Ok(browser) => restante_engine::run(browser, requests, post).await,
            // Every request gets an answer: a page that waits would never know.
            Err(why) => {
                while requests.next().await.is_some() {
                    post(Update::Failed(Box::new(Failure::new(FailureKind::Internal, why.clone()))));
                }
            }
        }
    };
    let (_, _) = join(engine, outgoing.map(Ok).forward(to_page)).await;
}
