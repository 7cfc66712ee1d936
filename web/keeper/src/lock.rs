//! Locks between tabs and workers of one origin: the Web Locks API.

use std::fmt;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::browser::{find, method, words};

/// A lock that is held. Dropping it lets go of it, and so does the end of the worker, however it ends.
pub(crate) struct Lock {
    let_go: Function,
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").finish_non_exhaustive()
    }
}

impl Lock {
    /// Waits until nobody else holds the lock of this name. Who asks first gets it first.
    ///
    /// # Errors
    /// What the browser says, where it has no locks.
    pub(crate) async fn take(name: &str) -> Result<Self, String> {
        let locks = find(&["navigator", "locks"]).ok_or("there are no locks")?;
        let request = method(&locks, "request").ok_or("there are no locks")?;
        let (grant, granted) = oneshot::channel();
        // The lock is held until the promise that this returns is kept: at once where nobody waits any more.
        let hold = Closure::once_into_js(move |_: JsValue| {
            let mut grant = Some(grant);
            Promise::new(&mut |let_go, _| {
                if let Some(unheard) = grant.take().and_then(|grant| grant.send(Self { let_go }).err()) {
                    drop(unheard);
                }
            })
        });
        let over = request.call2(&locks, &JsValue::from_str(name), &hold).map_err(|error| words(&error))?;
        let over: Promise = over.dyn_into().map_err(|_| "the browser gives no promise of a lock".to_owned())?;
        match select(granted, JsFuture::from(over)).await {
            Either::Left((Ok(lock), over)) => {
                // Nobody is interested in its end; but a rejection that nobody hears of counts as an error.
                spawn_local(async move { drop(over.await) });
                Ok(lock)
            }
            Either::Left((Err(_), over)) => Err(over.await.err().map(|error| words(&error)).unwrap_or_default()),
            Either::Right((ended, _)) => Err(ended.err().map(|error| words(&error)).unwrap_or_default()),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Keeping a promise does not fail.
        let _ = self.let_go.call0(&JsValue::UNDEFINED);
    }
}
