//! HTML mail. The page frames a document of its own host, which has its own policy and an origin of nobody; that one
//! frames the sanitised mail, without scripts. So a newsletter keeps its styles, no script runs, no request leaves.

use wasm_bindgen::JsValue;
use web_sys::HtmlIFrameElement;
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref, use_state_eq};

use crate::ui::browser::offline;
use crate::ui::shared::Shared;
use crate::ui::state::{Remote, SafeHtml};

/// Links open new tabs, and these are ordinary ones. Nothing else: no same origin, no forms, no navigation of this tab.
/// Scripts are the outer document's one of ours; its policy names it by its hash. The same stands in the header that the
/// document comes with: a service worker has no part in a frame that is sandboxed by its element, so where one keeps the
/// page the header has to do.
const SANDBOX: &str = "allow-scripts allow-popups allow-popups-to-escape-sandbox";

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct FrameProps {
    pub(super) html: Shared<SafeHtml>,
    pub(super) remote: Remote,
}

#[component]
pub(super) fn MessageFrame(props: &FrameProps) -> Html {
    let frame = use_node_ref();
    let loaded = use_state_eq(|| false);
    {
        let frame = frame.clone();
        use_effect_with((*loaded, props.html.clone()), move |(loaded, html)| {
            let frame = frame.cast::<HtmlIFrameElement>().filter(|_| *loaded);
            if let Some(window) = frame.and_then(|frame| frame.content_window()) {
                // The frame's origin is opaque, so it cannot be named; it is ours, and the mail is no secret to it.
                let _ = window.post_message(&JsValue::from_str(&html.document), "*");
            }
        });
    }
    let src = match props.remote {
        Remote::Blocked => "message-frame.html",
        Remote::Allowed => "message-frame-remote.html",
    };
    let onload = Callback::from(move |_: yew::Event| loaded.set(true));
    let sandbox = (!offline::controls()).then_some(SANDBOX);
    html! { <iframe ref={frame} class="html" title="Message text" {sandbox} {src} {onload}></iframe> }
}
