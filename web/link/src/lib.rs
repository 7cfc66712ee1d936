//! The link between the page and its workers: both programs, the engine's and the sanitiser's, hang on it.
//!
//! ```text
//! page  ── Down: Say(T) · Ping · End ──►  worker
//!       ◄── Up: Ready · Say(T) · Pong · Fallen ──
//! ```
//! A worker that traps, that cannot be loaded or that hangs is noticed ([`Death`]): by what the browser reports, or by a
//! ping that is not answered. What becomes of that is the page's to decide. Here is how things are written; the page's end
//! is in [`page`], the worker's in [`worker`]; [`tabs`] is between the workers of several tabs.

pub mod contract;
pub mod page;
pub mod tabs;
pub mod worker;

use js_sys::{Array, Uint8Array};
pub use restante_api::Death;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// Something that crosses. What is too large for the codec crosses beside it, as one block that changes its owner.
pub trait Crossing: Serialize + DeserializeOwned + 'static {
    /// Takes the block out.
    fn take_block(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// Puts it back in.
    fn put_block(&mut self, _: Vec<u8>) {}
}

/// From the page to the worker.
#[derive(Debug, Serialize, Deserialize)]
enum Down<T> {
    Say(T),
    Ping,
    /// Nothing more will be said: finish, and end.
    End,
}

/// From the worker to the page.
#[derive(Debug, Serialize, Deserialize)]
enum Up<T> {
    Ready,
    Say(T),
    Pong,
    /// The program panicked, and will trap now.
    Fallen(String),
}

/// A message as `postMessage` takes it, and what of it changes its owner.
struct Parcel {
    message: Array,
    owned: Array,
}

impl Parcel {
    #[expect(clippy::expect_used, reason = "the contract's types hold nothing that postcard cannot write")]
    fn new<T: Serialize>(message: &T, block: Option<Vec<u8>>) -> Self {
        let written = postcard::to_allocvec(message).expect("a message of the contract can be written");
        let parts = [Some(written), block].into_iter().flatten().map(|part| Uint8Array::from(part.as_slice()));
        let (message, owned) = (Array::new(), Array::new());
        for part in parts {
            owned.push(&part.buffer());
            message.push(&part);
        }
        Self { message, owned }
    }
}

/// Takes a parcel apart. `None` for what is none of ours.
fn open<T: DeserializeOwned>(data: &JsValue) -> Option<(T, Option<Vec<u8>>)> {
    let parts: &Array = data.dyn_ref()?;
    let part = |at| parts.get(at).dyn_into::<Uint8Array>().ok().map(|part| part.to_vec());
    Some((postcard::from_bytes(&part(0)?).ok()?, part(1)))
}
