//! The worker's end of a link.

use std::future::Future;

use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::{Crossing, Down, Parcel, Up, open};

/// Runs a program in this worker: `run` gets what the page says, and a way to answer. When it ends, so does the worker.
pub fn serve<Q, A, R, F>(run: R)
where
    Q: Crossing,
    A: Crossing,
    R: FnOnce(UnboundedReceiver<Q>, fn(A)) -> F,
    F: Future<Output = ()> + 'static,
{
    let (said, heard) = unbounded();
    let mut said = Some(said);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        post::<()>(&Up::Fallen(place), None);
    }));
    EventListener::new(&scope(), "message", move |event| {
        let Some((message, block)) = event.dyn_ref::<MessageEvent>().and_then(|event| open::<Down<Q>>(&event.data()))
        else {
            return;
        };
        match message {
            Down::Ping => post::<()>(&Up::Pong, None),
            Down::End => drop(said.take()),
            Down::Say(mut message) => {
                if let Some(block) = block {
                    message.put_block(block);
                }
                if let Some(said) = &said {
                    // Nobody listens any more once the program ends; the worker ends with it.
                    let _ = said.unbounded_send(message);
                }
            }
        }
    })
    .forget();
    let running = run(heard, |mut answer| {
        let block = answer.take_block();
        post(&Up::Say(answer), block);
    });
    spawn_local(async move {
        running.await;
        scope().close();
    });
    post::<()>(&Up::Ready, None);
}

/// What this worker was told that it is for.
pub fn name() -> String {
    scope().name()
}

fn post<A: serde::Serialize>(message: &Up<A>, block: Option<Vec<u8>>) {
    let Parcel { message, owned } = Parcel::new(message, block);
    // Fails for values that cannot be cloned only, and bytes can.
    let _ = scope().post_message_with_transfer(&message, &owned);
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
