//! The page's end of a link.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{Crossing, Death, Down, Parcel, Up, open};

/// How often a worker is pinged, in milliseconds. Turns are counted and not time: a device that slept, or a page in the
/// background, lets time pass in which no worker could have answered.
const TURN_MS: u32 = 2_000;

/// Turns within which a program has to be loaded and started.
const LOADING: u32 = 30;

/// Turns without an answer after which a worker hangs. The largest message is taken apart in less.
const PATIENCE: u32 = 8;

/// How long a worker may take to end, in milliseconds: the engine says goodbye to the server.
const GOODBYE_MS: u32 = 8_000;

/// What comes from a worker.
#[derive(Debug)]
pub enum Heard<A> {
    /// An answer.
    Said(A),
    /// It is no more. Nothing comes after this.
    Died(Death),
}

/// A worker. Dropping it lets the worker finish, and ends it.
pub struct Link<Q, A> {
    shared: Rc<Shared<A>>,
    _heartbeat: Interval,
    _listeners: [EventListener; 3],
    _says: PhantomData<fn(Q)>,
}

struct Shared<A> {
    worker: Worker,
    /// What was said before the worker could hear it.
    early: RefCell<Vec<Parcel>>,
    state: Cell<State>,
    heard: UnboundedSender<Heard<A>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// For so many turns.
    Loading(u32),
    /// For so many turns without an answer.
    Up(u32),
    Dead,
}

impl<Q, A> fmt::Debug for Link<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("state", &self.shared.state.get()).finish_non_exhaustive()
    }
}

impl<Q: Crossing, A: Crossing> Link<Q, A> {
    /// Starts the worker whose loader has this address. `name` is what it is told that it is for: see
    /// [`name`](crate::worker::name).
    ///
    /// # Errors
    /// Where the browser makes no worker of it.
    pub fn start(loader: &str, name: &str, heard: impl Fn(Heard<A>) + 'static) -> Result<Self, Death> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(name);
        let worker = Worker::new_with_options(loader, &options).map_err(|_| Death::NotLoaded)?;
        let (to_page, mut from_worker) = unbounded();
        let shared =
            Rc::new(Shared { worker, early: RefCell::default(), state: Cell::new(State::Loading(0)), heard: to_page });
        // Not out of the listeners: whoever hears of a death lets go of them.
        spawn_local(async move {
            while let Some(said) = from_worker.next().await {
                heard(said);
            }
        });
        let on = |event, act: fn(&Shared<A>, &web_sys::Event)| {
            let shared = Rc::clone(&shared);
            EventListener::new(&shared.worker.clone(), event, move |event| act(&shared, event))
        };
        let listeners = [
            on("message", Shared::take),
            on("messageerror", |shared, _| shared.die(Death::Trapped("a message could not be read".into()))),
            on("error", |shared, event| {
                let what = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
                let is_loading = matches!(shared.state.get(), State::Loading(_));
                shared.die(if is_loading { Death::NotLoaded } else { Death::Trapped(what) });
            }),
        ];
        let heartbeat = Interval::new(TURN_MS, {
            let shared = Rc::clone(&shared);
            move || shared.turn()
        });
        Ok(Self { shared, _heartbeat: heartbeat, _listeners: listeners, _says: PhantomData })
    }

    /// Says something to the worker. A dead one does not hear it; its death has been told.
    pub fn say(&self, mut message: Q) {
        let block = message.take_block();
        self.shared.post(Parcel::new(&Down::Say(message), block));
    }

    /// Ends the worker in the middle of whatever it does.
    pub fn kill(self) {
        self.shared.state.set(State::Dead);
        self.shared.worker.terminate();
    }
}

impl<Q, A> Drop for Link<Q, A> {
    fn drop(&mut self) {
        let was = self.shared.state.replace(State::Dead);
        let worker = self.shared.worker.clone();
        if !matches!(was, State::Up(_)) {
            return worker.terminate();
        }
        let Parcel { message, owned } = Parcel::new(&Down::<()>::End, None);
        if worker.post_message_with_transfer(&message, &owned).is_err() {
            return worker.terminate();
        }
        Timeout::new(GOODBYE_MS, move || worker.terminate()).forget();
    }
}

impl<A: Crossing> Shared<A> {
    fn take(&self, event: &web_sys::Event) {
        let message = event.dyn_ref::<MessageEvent>().and_then(|event| open::<Up<A>>(&event.data()));
        let (State::Up(_) | State::Loading(_)) = self.state.get() else { return };
        match message {
            Some((Up::Ready, _)) => {
                self.state.set(State::Up(0));
                for parcel in self.early.take() {
                    self.post(parcel);
                }
            }
            Some((Up::Say(mut answer), block)) => {
                self.state.set(State::Up(0));
                if let Some(block) = block {
                    answer.put_block(block);
                }
                self.tell(Heard::Said(answer));
            }
            Some((Up::Pong, _)) => self.state.set(State::Up(0)),
            Some((Up::Fallen(place), _)) => self.die(Death::Trapped(place)),
            None => self.die(Death::Trapped("it said what nobody understands".into())),
        }
    }

    /// Another turn has passed.
    fn turn(&self) {
        match self.state.get() {
            State::Loading(LOADING..) => self.die(Death::NotLoaded),
            State::Loading(turns) => self.state.set(State::Loading(turns + 1)),
            State::Up(PATIENCE..) => self.die(Death::Hung),
            State::Up(turns) => {
                self.state.set(State::Up(turns + 1));
                if turns == 0 {
                    self.post(Parcel::new(&Down::<()>::Ping, None));
                }
            }
            State::Dead => {}
        }
    }

    fn post(&self, parcel: Parcel) {
        match self.state.get() {
            State::Loading(_) => self.early.borrow_mut().push(parcel),
            State::Up(_) => {
                // Fails for values that cannot be cloned only, and bytes can.
                let _ = self.worker.post_message_with_transfer(&parcel.message, &parcel.owned);
            }
            State::Dead => {}
        }
    }

    fn die(&self, death: Death) {
        if self.state.replace(State::Dead) != State::Dead {
            self.worker.terminate();
            self.tell(Heard::Died(death));
        }
    }

    fn tell(&self, heard: Heard<A>) {
        // Fails when the page has let go of the link, and then nobody wants to know.
        let _ = self.heard.unbounded_send(heard);
    }
}
