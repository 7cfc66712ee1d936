//! The page kept on this device, so that it opens without a network: its service worker, from the page's side. What is
//! kept, and how, the worker decides (`web/static/service-worker.js`). Until [`register`] is called nothing is written.

use std::cell::Cell;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RegistrationOptions, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerUpdateViaCache,
    Url, window,
};
use yew::Callback;

use super::page;

/// What the worker is told.
const UPDATE: &str = "update";
const KEEP: &str = "keep";
const FORGET: &str = "forget";

thread_local! {
    /// Whether newer versions are heard of.
    static FOLLOWS: Cell<bool> = const { Cell::new(false) };
}

/// How often a page that stays open asks for a newer version, in milliseconds: once an hour.
const EVERY_MS: u32 = 3_600_000;

/// Where the page is kept on this device: tells `newer` of a version that waits, now or later.
pub async fn watch(newer: Callback<()>) {
    if let (Some(container), Some(registration)) = (container(), registered().await) {
        follow(&container, &registration, newer);
    }
}

/// Keeps the page on this device, unless it is kept already. A browser that refuses has the page with a network only.
pub async fn register(newer: Callback<()>) {
    let Some(container) = container() else { return };
    let registration = match registered().await {
        Some(registration) => registration,
        None => {
            let options = RegistrationOptions::new();
            options.set_update_via_cache(ServiceWorkerUpdateViaCache::None);
            let url = page::meta("restante-service-worker").unwrap_or_default();
            let Some(registration) = answer(container.register_with_options(&url, &options)).await else { return };
            registration
        }
    };
    follow(&container, &registration, newer.clone());
    // A registration that this tab ended, and that is taken up again, has its worker and none of the files.
    if let Some(worker) = registration.active() {
        return tell(&worker, KEEP);
    }
    // The host may serve another version by now than the one that is open here.
    if let Ok(ready) = container.ready()
        && answer::<JsValue>(ready).await.is_some()
        && !keeps_this_version().await
    {
        newer.emit(());
    }
}

/// Keeps the page on this device no longer.
pub async fn unregister() {
    let Some(registration) = registered().await else { return };
    FOLLOWS.set(false);
    let workers = [registration.active(), registration.waiting(), registration.installing()];
    // Whichever it is deletes all that was kept, and ends the registration.
    if let Some(worker) = workers.into_iter().flatten().next() {
        tell(&worker, FORGET);
    }
}

/// Lets the newer version take over, in every tab.
pub async fn update() {
    if let (Some(container), Some(waiting)) = (container(), registered().await.and_then(|kept| kept.waiting())) {
        EventListener::once(&container, "controllerchange", |_| reload()).forget();
        tell(&waiting, UPDATE);
    } else {
        // Another tab was quicker.
        reload();
    }
}

/// Hears of newer versions from now on, and reloads where one has taken over.
fn follow(container: &ServiceWorkerContainer, registration: &ServiceWorkerRegistration, newer: Callback<()>) {
    if FOLLOWS.replace(true) {
        return;
    }
    let tell = {
        let registration = registration.clone();
        move || {
            if registration.active().is_some() && registration.waiting().is_some() {
                newer.emit(());
            }
        }
    };
    let found = registration.clone();
    let watch = move || {
        if let Some(installing) = found.installing() {
            let tell = tell.clone();
            EventListener::new(&installing, "statechange", move |_| tell()).forget();
        }
        tell();
    };
    // One that another tab found may be on its way already.
    watch();
    EventListener::new(registration, "updatefound", move |_| watch()).forget();
    // The first worker takes over a page that came without one, and is of its version.
    let controlled = Cell::new(container.controller().is_some());
    EventListener::new(container, "controllerchange", move |_| {
        if controlled.replace(true) {
            reload();
        }
    })
    .forget();
    let asked = registration.clone();
    // Fails without a network; the next hour has another turn.
    Interval::new(EVERY_MS, move || drop(asked.update())).forget();
}

/// Whether the version that is kept is the one that is open here.
async fn keeps_this_version() -> bool {
    let Some(caches) = window().and_then(|window| window.caches().ok()) else { return false };
    let engine = page::meta("restante-worker").unwrap_or_default();
    answer::<JsValue>(caches.match_with_str(&engine)).await.is_some()
}

/// This page's registration, and not that of a page in the folder above.
async fn registered() -> Option<ServiceWorkerRegistration> {
    let registration: ServiceWorkerRegistration = answer(container()?.get_registration()).await?;
    let folder = Url::new_with_base("./", &page::address()).ok()?;
    (registration.scope() == folder.href()).then_some(registration)
}

/// What a promise brings; `None` where it fails, or brings nothing.
async fn answer<T: JsCast>(promise: Promise) -> Option<T> {
    let value = JsFuture::from(promise).await.ok()?;
    if value.is_undefined() { None } else { Some(value.unchecked_into()) }
}

/// The browser's service workers; it has none for pages that did not come over HTTPS or from this machine.
fn container() -> Option<ServiceWorkerContainer> {
    let container = window()?.navigator().service_worker();
    (!container.is_undefined()).then_some(container)
}

fn tell(worker: &ServiceWorker, what: &str) {
    // Refused only for what cannot be copied, and text can.
    let _ = worker.post_message(&JsValue::from_str(what));
}

fn reload() {
    // Refused in documents that have no address.
    let _ = window().map(|window| window.location().reload());
}
