//! The sanitiser's worker, from the page's side. It is loaded with the first HTML message.

use futures::StreamExt;
use futures::channel::mpsc::{self, UnboundedSender};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use gloo_worker::Spawnable;
use gloo_worker::oneshot::OneshotBridge;
use restante_engine::api::MessageRef;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::page;
use crate::contract::{Postcard, Sanitiser, Unsafe};
use crate::ui::state::{Action, Remote, SafeHtml};

/// How long one message may take before it is given up, in milliseconds.
const PATIENCE_MS: u32 = 30_000;

/// The sanitiser, started or not. Dropping it ends it.
#[derive(Debug)]
pub struct Link {
    tasks: UnboundedSender<Task>,
}

#[derive(Debug)]
struct Task {
    message: MessageRef,
    remote: Remote,
    content: Unsafe,
}

impl Link {
    /// A sanitiser that answers with [`Action::Sanitised`].
    pub fn new(act: Callback<Action>) -> Self {
        let (tasks, mut incoming) = mpsc::unbounded::<Task>();
        spawn_local(async move {
            let mut running: Option<OneshotBridge<Sanitiser>> = None;
            while let Some(Task { message, remote, content }) = incoming.next().await {
                let mut bridge = running.take().unwrap_or_else(start);
                let html = match select(Box::pin(bridge.run(content)), TimeoutFuture::new(PATIENCE_MS)).await {
                    Either::Left((safe, _)) => Ok(SafeHtml { document: safe.document, blocked: safe.blocked }),
                    Either::Right(_) => Err("the sanitiser gave no answer in 30 seconds".to_owned()),
                };
                // One that gave no answer is let go of, and the next message gets a fresh one.
                running = html.is_ok().then_some(bridge);
                act.emit(Action::Sanitised { message, remote, html });
            }
        });
        Self { tasks }
    }

    /// Has a message's HTML made safe.
    pub fn sanitise(&self, message: MessageRef, remote: Remote, content: Unsafe) {
        // The task ends with this link only.
        let _ = self.tasks.unbounded_send(Task { message, remote, content });
    }
}

fn start() -> OneshotBridge<Sanitiser> {
    let url = page::meta("restante-sanitizer").unwrap_or_default();
    Sanitiser::spawner().encoding::<Postcard>().with_loader(true).as_module(true).spawn(&url)
}
