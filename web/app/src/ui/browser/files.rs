//! Hands a file to the user, byte by byte as it came.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the bytes stay at the browser's disposal; a download that waits for the user's choice may start late.
const KEEP_MS: u32 = 60_000;

/// Offers bytes for download under a name.
///
/// # Errors
/// What the browser says where it cannot.
pub fn save(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    // Never the sender's media type: a blob of HTML would be a page of ours.
    options.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(KEEP_MS, move || {
        // Revoking twice, or after the page is gone, is harmless.
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}
