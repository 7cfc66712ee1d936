//! The little that the others need of a worker's globals, without faith that a browser has it.

use js_sys::{Function, Reflect};
use restante_api::{Failure, FailureKind};
use wasm_bindgen::{JsCast, JsValue};

/// The property at the end of a path from the global object. `None` where there is none.
pub(crate) fn find(path: &[&str]) -> Option<JsValue> {
    path.iter().try_fold(JsValue::from(js_sys::global()), |at, name| member(&at, name))
}

/// A property. `None` where there is none.
pub(crate) fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A method. `None` where there is none.
pub(crate) fn method(of: &JsValue, name: &str) -> Option<Function> {
    member(of, name)?.dyn_into().ok()
}

/// What a browser says went wrong.
pub(crate) fn words(error: &JsValue) -> String {
    let text = |name| member(error, name).and_then(|value| value.as_string());
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (name, message) => name.or(message).or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}")),
    }
}

/// The failure of a browser that does not keep something.
pub(crate) fn keeps_nothing(error: &JsValue) -> Failure {
    let is_full = member(error, "name").is_some_and(|name| name == "QuotaExceededError");
    Failure::new(if is_full { FailureKind::DeviceFull } else { FailureKind::NoStorage }, words(error))
}
