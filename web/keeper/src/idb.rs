//! IndexedDB, as far as a few small values need it: by name, one transaction a call.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

use crate::browser::find;

/// The one object store of a database.
const VALUES: &str = "values";

/// An open database. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Database(IdbDatabase);

impl Database {
    /// Opens the database of this name, and makes it where there is none.
    ///
    /// # Errors
    /// What the browser says.
    pub(crate) async fn open(name: &str) -> Result<Self, JsValue> {
        let factory: IdbFactory =
            find(&["indexedDB"]).ok_or_else(|| JsValue::from_str("there is no IndexedDB"))?.unchecked_into();
        let request = factory.open_with_u32(name, 1)?;
        let upgrade = EventListener::once(&request, "upgradeneeded", {
            let request = request.clone();
            move |_| {
                if let Ok(database) = request.result() {
                    // Fails where it is there, which a database that is made now does not have.
                    let _ = database.unchecked_into::<IdbDatabase>().create_object_store(VALUES);
                }
            }
        });
        let opened = done(request.unchecked_ref::<IdbOpenDbRequest>()).await;
        drop(upgrade);
        Ok(Self(opened?.unchecked_into()))
    }

    /// The value of this name; undefined where there is none.
    ///
    /// # Errors
    /// What the browser says.
    pub(crate) async fn get(&self, name: &str) -> Result<JsValue, JsValue> {
        let transaction = self.0.transaction_with_str_and_mode(VALUES, IdbTransactionMode::Readonly)?;
        done(&transaction.object_store(VALUES)?.get(&JsValue::from_str(name))?).await
    }

    /// Gives the value of this name, and waits until it is written.
    ///
    /// # Errors
    /// What the browser says; then nothing has changed.
    pub(crate) async fn put(&self, name: &str, value: &JsValue) -> Result<(), JsValue> {
        self.change(|values| values.put_with_key(value, &JsValue::from_str(name))).await
    }

    /// Removes the value of this name, where there is one, and waits until that is written.
    ///
    /// # Errors
    /// What the browser says; then nothing has changed.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), JsValue> {
        self.change(|values| values.delete(&JsValue::from_str(name))).await
    }

    async fn change(&self, what: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>) -> Result<(), JsValue> {
        let transaction = self.0.transaction_with_str_and_mode(VALUES, IdbTransactionMode::Readwrite)?;
        let ended = ended(&transaction, "complete", "abort");
        what(&transaction.object_store(VALUES)?)?;
        if ended.await {
            return Ok(());
        }
        Err(transaction.error().map_or_else(|| JsValue::from_str("it was given up"), JsValue::from))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Waits for a request.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    if ended(request, "success", "error").await {
        return request.result();
    }
    Err(request.error()?.map_or_else(|| JsValue::from_str("it failed"), JsValue::from))
}

/// Listens at once. Its outcome: whether the one event came, and not the other.
fn ended(target: &EventTarget, good: &'static str, bad: &'static str) -> impl Future<Output = bool> + use<> {
    let (tell, told) = oneshot::channel();
    let tell = Rc::new(Cell::new(Some(tell)));
    let listeners = [(good, true), (bad, false)].map(|(event, outcome)| {
        let tell = Rc::clone(&tell);
        EventListener::once(target, event, move |_| {
            if let Some(tell) = tell.take() {
                // Nobody waits any more where the attempt was given up.
                let _ = tell.send(outcome);
            }
        })
    });
    async move {
        let outcome = told.await;
        drop(listeners);
        outcome.unwrap_or(false)
    }
}
