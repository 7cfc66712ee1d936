//! HTML mail. The page frames a document of its own host, which has a policy of its own, and puts the sanitised mail into it.
//! So a newsletter keeps its styles, no script runs, no request leaves, and the frame is as high as the letter.

use super::looks::use_looks;
use super::use_language;
use restante_locales::say;
use web_sys::HtmlIFrameElement;
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref, use_state_eq};

use crate::ui::browser::letter::{self, Letter};
use crate::ui::shared::Shared;
use crate::ui::state::{Remote, SafeHtml};

/// Links open new tabs, and these are ordinary ones. No scripts, no forms, no navigation of this tab. The same stands in
/// the header that the document comes with. The origin is the page's, for what is in the frame has to be measured: so it
/// must never run a script.
const SANDBOX: &str = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct FrameProps {
    pub(super) html: Shared<SafeHtml>,
}

#[component]
pub(super) fn MessageFrame(props: &FrameProps) -> Html {
    let (name, src) = match props.html.remote {
        Remote::Blocked => ("closed", "message-frame.html"),
        Remote::Allowed => ("remote", "message-frame-remote.html"),
    };
    // What is around the frame stays when the frame is another one, and keeps its height meanwhile.
    html! { <div class="html"><Framed key={name} {src} html={props.html.clone()} /></div> }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct FramedProps {
    src: &'static str,
    html: Shared<SafeHtml>,
}

#[component]
fn Framed(props: &FramedProps) -> Html {
    use_language();
    let frame = use_node_ref();
    let loads = use_state_eq(|| 0_u32);
    let zoom = use_looks().zoom;
    {
        let frame = frame.clone();
        use_effect_with((*loads, props.html.clone()), move |(loads, html)| {
            let frame = frame.cast::<HtmlIFrameElement>().filter(|_| *loads > 0);
            let letter = frame.and_then(|frame| Letter::show(&frame, &html.document));
            move || drop(letter)
        });
    }
    {
        let frame = frame.clone();
        use_effect_with((*loads, props.html.clone(), zoom), move |(loads, _, zoom)| {
            if let Some(frame) = frame.cast::<HtmlIFrameElement>().filter(|_| *loads > 0) {
                letter::zoom(&frame, *zoom);
            }
        });
    }
    // A frame that is moved in the page is loaded anew.
    let onload = Callback::from(move |_: yew::Event| loads.set(*loads + 1));
    html! { <iframe ref={frame} title={say::letter_text()} sandbox={SANDBOX} src={props.src} {onload}></iframe> }
}
