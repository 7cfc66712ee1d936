//! What can be made of the message that is read: an answer, or a letter that passes it on.

use restante_api::letter::{Draft, Manner};
use restante_locales::say;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::{Callback, Html, MouseEvent, classes, html};

use super::super::{Act, icon};
use crate::ui::browser::page;
use crate::ui::state::kept::Write;
use crate::ui::state::{Action, KeptAction};

/// Buttons of the reader.
pub(in super::super) fn answers(act: &Act) -> Html {
    let button = |manner: Manner, class: &'static str, name: &'static str, drawing: Html| {
        html! { <button class={classes!("answer", class)} title={name} onclick={from(act, manner)}>{drawing}<span>{name}</span></button> }
    };
    html! {
        <div class="answers" role="group" aria-label={say::write_more()}>
            {button(Manner::Reply, "to-sender", say::write_reply(), icon::reply())}
            {button(Manner::ReplyAll, "to-all", say::write_reply_all(), icon::reply_all())}
            {button(Manner::Forward, "forward", say::write_forward(), icon::forward())}
            <details class="others">
                <summary class="answer" title={say::write_others()} aria-label={say::write_others()}>{icon::others()}</summary>
                <div>
                    // Where there is no room for them beside it.
                    <button class="to-sender" onclick={shut_and(act, Manner::Reply)}>{say::write_reply()}</button>
                    <button class="to-all" onclick={shut_and(act, Manner::ReplyAll)}>{say::write_reply_all()}</button>
                    <button class="forward" onclick={shut_and(act, Manner::Forward)}>{say::write_forward()}</button>
                    <button onclick={shut_and(act, Manner::ForwardAsAttachment)}>{say::write_forward_attached()}</button>
                    <button onclick={shut_and(act, Manner::Redirect)}>{say::write_redirect()}</button>
                    <button onclick={shut_and(act, Manner::EditAsNew)}>{say::write_edit_as_new()}</button>
                </div>
            </details>
        </div>
    }
}

/// Begins a new letter.
pub(in super::super) fn new<E>(act: &Act) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |_: E| {
        let begin = Write::New(page::letter_number(), Box::<Draft>::default());
        act.emit(Action::Keep(KeptAction::Write(begin)));
    })
}

/// Begins a letter from the message that is read or chosen.
fn made(manner: Manner) -> Action {
    Action::Keep(KeptAction::Write(Write::From(page::letter_number(), manner)))
}

/// The same as by a button, by one of what unfolds: it folds again.
fn shut_and(act: &Act, manner: Manner) -> Callback<MouseEvent> {
    let act = act.clone();
    Callback::from(move |event: MouseEvent| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(details) = at.and_then(|at| at.closest("details").ok().flatten()) {
            // An attribute that is not there is gone already.
            let _ = details.remove_attribute("open");
        }
        act.emit(made(manner));
    })
}

fn from<E>(act: &Act, manner: Manner) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |_: E| act.emit(made(manner)))
}
