//! The sanitiser's worker, from the page's side. It is loaded with the first HTML message.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use restante_api::MessageRef;
use restante_link::Death;
use restante_link::contract::{Safe, Unsafe};
use restante_link::page::{Heard, Link};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::page;
use crate::ui::state::{Action, NotSanitised, Remote, SafeHtml};

/// How long a message may still take once another one waits, in milliseconds.
const OVERTAKEN_MS: u32 = 1_000;

/// The sanitiser, started or not. Dropping it ends it.
#[derive(Debug)]
pub struct Sanitiser {
    tasks: UnboundedSender<Task>,
}

#[derive(Debug)]
struct Task {
    message: MessageRef,
    remote: Remote,
    content: Unsafe,
}

impl Sanitiser {
    /// A sanitiser that answers with [`Action::Sanitised`].
    pub fn new(act: Callback<Action>) -> Self {
        let (tasks, mut incoming) = unbounded::<Task>();
        spawn_local(async move {
            let (mut worker, mut next) = (None, None);
            loop {
                let task = match next.take() {
                    Some(task) => Some(task),
                    None => incoming.next().await,
                };
                let Some(Task { message, remote, content }) = task else { return };
                let html = run(&mut worker, content, &mut incoming, &mut next).await;
                let html = html.map(|Safe { document, remote: pictures }| SafeHtml { document, remote, pictures });
                act.emit(Action::Sanitised { message, remote, html });
            }
        });
        Self { tasks }
    }

    /// Has a message's HTML made safe.
    pub fn sanitise(&self, message: MessageRef, remote: Remote, content: Unsafe) {
        // The tasks end with this only.
        let _ = self.tasks.unbounded_send(Task { message, remote, content });
    }
}

struct Worker {
    link: Link<Unsafe, Safe>,
    heard: UnboundedReceiver<Heard<Safe>>,
}

/// Has one document made safe. A worker that dies, or that keeps the next document waiting, is ended; the next one gets a
/// fresh worker.
async fn run(
    worker: &mut Option<Worker>,
    content: Unsafe,
    incoming: &mut UnboundedReceiver<Task>,
    next: &mut Option<Task>,
) -> Result<Safe, NotSanitised> {
    let mut running = match worker.take() {
        Some(running) => running,
        None => start().map_err(NotSanitised::Died)?,
    };
    running.link.say(content);
    let mut answer = running.heard.next();
    if next.is_none() {
        match select(answer, incoming.next()).await {
            Either::Left((heard, _)) => return settle(worker, running, heard),
            Either::Right((newer, rest)) => (*next, answer) = (newer, rest),
        }
    }
    let heard = match select(answer, TimeoutFuture::new(OVERTAKEN_MS)).await {
        Either::Left((heard, _)) => Some(heard),
        Either::Right(_) => None,
    };
    match heard {
        Some(heard) => settle(worker, running, heard),
        None => {
            running.link.kill();
            Err(NotSanitised::Overtaken)
        }
    }
}

fn settle(worker: &mut Option<Worker>, running: Worker, heard: Option<Heard<Safe>>) -> Result<Safe, NotSanitised> {
    match heard {
        Some(Heard::Said(safe)) => {
            *worker = Some(running);
            Ok(safe)
        }
        Some(Heard::Died(death)) => Err(NotSanitised::Died(death)),
        None => Err(NotSanitised::Died(Death::Hung)),
    }
}

fn start() -> Result<Worker, Death> {
    let (say, heard) = unbounded();
    let link = Link::start(&page::meta("restante-sanitizer").unwrap_or_default(), "", move |said| {
        // Nobody listens to a worker that was given up.
        let _ = say.unbounded_send(said);
    })?;
    Ok(Worker { link, heard })
}
