//! What can be made of the message that is read: an answer, or a letter that passes it on.

use restante_api::letter::{Draft, Manner};
use restante_locales::say;
use yew::{Callback, Html, html};

use super::super::{Act, icon};
use crate::ui::browser::page;
use crate::ui::state::kept::Write;
use crate::ui::state::{Action, KeptAction};

/// Buttons of the reader.
pub(super) fn answers(act: &Act) -> Html {
    let button = |manner: Manner, name: &'static str, drawing: Html| {
        html! { <button class="answer" title={name} onclick={from(act, manner)}>{drawing}<span>{name}</span></button> }
    };
    html! {
        <div class="answers" role="group" aria-label={say::write_more()}>
            {button(Manner::Reply, say::write_reply(), icon::reply())}
            {button(Manner::ReplyAll, say::write_reply_all(), icon::reply_all())}
            {button(Manner::Forward, say::write_forward(), icon::forward())}
        </div>
    }
}

/// Begins a new letter.
pub(super) fn new<E>(act: &Act) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |_: E| act.emit(blank()))
}

pub(super) fn blank() -> Action {
    Action::Keep(KeptAction::Write(Write::New(page::letter_number(), Box::<Draft>::default())))
}

/// Begins a letter from the message that is read or chosen.
pub(super) fn made(manner: Manner) -> Action {
    Action::Keep(KeptAction::Write(Write::From(page::letter_number(), manner)))
}

fn from<E>(act: &Act, manner: Manner) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |_: E| act.emit(made(manner)))
}
