//! Between the tabs of one origin: messages that every tab hears that listens to the same name.

use std::fmt;
use std::marker::PhantomData;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

use super::{Crossing, Parcel, open};

/// A channel to the other tabs. Dropping it closes it; what was said before is still heard.
pub struct Channel<T> {
    channel: BroadcastChannel,
    says: PhantomData<fn(T)>,
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("name", &self.channel.name()).finish_non_exhaustive()
    }
}

impl<T: Crossing> Channel<T> {
    /// Opens the channel of this name. `None` in a browser that has none.
    pub fn open(name: &str) -> Option<Self> {
        Some(Self { channel: BroadcastChannel::new(name).ok()?, says: PhantomData })
    }

    /// Says something to every other end.
    pub fn say(&self, mut message: T) {
        let block = message.take_block();
        // Fails for values that cannot be cloned only, and bytes can.
        let _ = self.channel.post_message(&Parcel::new(&message, block).message);
    }

    /// Calls `heard` with what other ends say, for as long as the listener is held. What is not understood comes from
    /// another version of the page, and is left out.
    pub fn listen(&self, heard: impl Fn(T) + 'static) -> EventListener {
        EventListener::new(&self.channel, "message", move |event| {
            let message = event.dyn_ref::<MessageEvent>().and_then(|event| open::<T>(&event.data()));
            if let Some((mut message, block)) = message {
                if let Some(block) = block {
                    message.put_block(block);
                }
                heard(message);
            }
        })
    }
}

impl<T> Drop for Channel<T> {
    fn drop(&mut self) {
        self.channel.close();
    }
}
