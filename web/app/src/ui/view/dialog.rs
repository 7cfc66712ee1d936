//! A dialog above the screen: title, a button that closes it, content. The browser keeps the keyboard inside it and gives
//! the focus back afterwards. It begins at what has the attribute `data-focus`.

use super::use_language;
use restante_locales::say;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref};

use super::{Act, icon, sends};
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct DialogProps {
    /// Element id of the title.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What closing it means.
    pub(super) shut: Action,
    pub(super) act: Act,
    pub(super) children: Html,
}

#[component]
pub(super) fn Dialog(props: &DialogProps) -> Html {
    use_language();
    let dialog = use_node_ref();
    use_effect_with(dialog.clone(), |dialog| {
        if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
            let first = dialog.query_selector("[data-focus]").ok().flatten();
            if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
                let _ = first.focus();
            }
        }
    });
    // Closing it by the browser's own means gives the focus back; what that means to the page follows by its event.
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_: yew::MouseEvent| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let onclose: Callback<yew::Event> = sends(&props.act, props.shut.clone());
    html! {
        <dialog ref={dialog} class="sheet" aria-labelledby={props.id} {onclose}>
            <header>
                <h2 id={props.id}>{props.title}</h2>
                <button class="quiet square" aria-label={say::close()} onclick={close}>{icon::close()}</button>
            </header>
            {props.children.clone()}
        </dialog>
    }
}
