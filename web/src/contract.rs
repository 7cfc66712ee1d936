//! The contracts between the page's three programs: what crosses `postMessage`, and how it is written.

use gloo_worker::Codec;
use gloo_worker::oneshot::oneshot;
use gloo_worker::reactor::{ReactorScope, reactor};
use js_sys::Uint8Array;
use restante_engine::api::{InlineImage, Request, Update};
use restante_engine::html::{RemoteContent, sanitise};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// Messages as postcard: compact, and bytes stay bytes.
#[derive(Debug)]
pub struct Postcard;

impl Codec for Postcard {
    #[expect(clippy::expect_used, reason = "the contract's types hold nothing that postcard cannot write")]
    fn encode<I: Serialize>(input: I) -> JsValue {
        let bytes = postcard::to_allocvec(&input).expect("a message of the contract can be written");
        Uint8Array::from(bytes.as_slice()).into()
    }

    #[expect(clippy::expect_used, reason = "page and workers come from one build; their file names carry its hash")]
    fn decode<O: for<'de> Deserialize<'de>>(input: JsValue) -> O {
        let bytes = Uint8Array::from(input).to_vec();
        postcard::from_bytes(&bytes).expect("a message of the same build can be read")
    }
}

/// The engine, as the page sees it: requests in, updates out. When the page lets go of it, it says QUIT and ends.
#[reactor]
pub async fn Engine(scope: ReactorScope<Request, Update>) {
    crate::platform::engine::run(scope).await;
}

/// HTML to make safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsafe {
    /// The HTML as it came.
    pub html: String,
    /// The images it refers to by Content-ID.
    pub images: Vec<InlineImage>,
    /// Whether remote pictures stay in.
    pub remote: bool,
}

/// HTML that was made safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safe {
    /// A whole document.
    pub document: String,
    /// Remote pictures that were left out.
    pub blocked: u32,
}

/// The sanitiser: one document in, one out.
#[oneshot]
pub async fn Sanitiser(message: Unsafe) -> Safe {
    let remote = if message.remote { RemoteContent::Allowed } else { RemoteContent::Blocked };
    let document = sanitise(&message.html, &message.images, remote);
    Safe { document: document.html, blocked: document.blocked }
}
