//! What the browser tests run in a page instead of the app: it starts an engine and passes on what is said to it and by it.
//!
//! Events on the window: `start` with the address of a loader, `call` with a `Call` in JSON, `end` lets go of the worker,
//! `kill` ends it in the middle of whatever it does. It sends `reply` with a `Reply` in JSON, and `died`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    driver::main();
}

#[cfg(target_arch = "wasm32")]
mod driver {
    use std::cell::RefCell;
    use std::rc::Rc;

    use gloo_events::EventListener;
    use restante_api::{Call, Reply};
    use restante_link::page::{Heard, Link};
    use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
    use web_sys::{CustomEvent, CustomEventInit, Window};

    type Engine = Rc<RefCell<Option<Link<Call, Reply>>>>;

    pub(super) fn main() {
        let engine = Engine::default();
        on("start", &engine, |engine, loader| *engine = Link::start(&loader, "", heard).ok());
        on("call", &engine, |engine, call| {
            let call = serde_json::from_str(&call).expect_throw("a call in JSON");
            engine.as_ref().expect_throw("a started engine").say(call);
        });
        on("end", &engine, |engine, _| drop(engine.take()));
        on("kill", &engine, |engine, _| engine.take().expect_throw("a started engine").kill());
    }

    fn on(name: &'static str, engine: &Engine, act: fn(&mut Option<Link<Call, Reply>>, String)) {
        let engine = Rc::clone(engine);
        EventListener::new(&window(), name, move |event| {
            let detail = event.unchecked_ref::<CustomEvent>().detail().as_string().unwrap_or_default();
            act(&mut engine.borrow_mut(), detail);
        })
        .forget();
    }

    fn heard(what: Heard<Reply>) {
        match what {
            Heard::Said(reply) => tell("reply", &serde_json::to_string(&reply).expect_throw("a reply in JSON")),
            Heard::Died(death) => tell("died", &format!("{death:?}")),
        }
    }

    fn tell(name: &str, detail: &str) {
        let init = CustomEventInit::new();
        init.set_detail(&JsValue::from_str(detail));
        let event = CustomEvent::new_with_event_init_dict(name, &init).expect_throw("an event");
        window().dispatch_event(&event).expect_throw("an event that is known");
    }

    fn window() -> Window {
        js_sys::global().unchecked_into()
    }
}
