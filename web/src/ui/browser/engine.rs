//! The engine's worker, from the page's side.

use futures::StreamExt;
use futures::channel::mpsc::{self, UnboundedSender};
use futures::future::{Either, select};
use gloo_worker::Spawnable;
use restante_engine::api::{Request, Update};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::page;
use crate::contract::{Engine, Postcard};

/// A running engine. Dropping it ends the session (QUIT) and the worker, and with it all that it knew.
#[derive(Debug)]
pub struct Link {
    requests: UnboundedSender<Request>,
}

impl Link {
    /// Starts an engine. `heard` is called with each update, and with `None` when the engine has stopped by itself.
    pub fn start(heard: Callback<Option<Update>>) -> Self {
        let (requests, outgoing) = mpsc::unbounded();
        let url = page::meta("restante-worker").unwrap_or_default();
        let bridge = Engine::spawner().encoding::<Postcard>().with_loader(true).as_module(true).spawn(&url);
        let (to_worker, mut from_worker) = bridge.split();
        spawn_local(async move {
            let read = Box::pin(async {
                while let Some(update) = from_worker.next().await {
                    heard.emit(Some(update));
                }
            });
            // Forwarding ends when the link is dropped; then both halves of the bridge go, and the worker with them.
            let ended = select(outgoing.map(Ok).forward(to_worker), read).await;
            if matches!(ended, Either::Right(_)) {
                heard.emit(None);
            }
        });
        Self { requests }
    }

    /// Asks the engine.
    pub fn ask(&self, request: Request) {
        // Fails only once the engine has stopped, which `heard` has been told.
        let _ = self.requests.unbounded_send(request);
    }
}
