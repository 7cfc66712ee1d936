//! What is drawn: a component a file. Components decide nothing; they show values and send actions.

mod about;
mod attachments;
mod avatar;
mod bridge;
mod certificate;
pub mod closing;
pub mod commands;
pub mod connect;
mod connection;
mod contact;
pub mod diagnosis;
mod dialog;
mod discover;
mod event;
mod failure;
mod form;
mod frame;
mod help;
mod hits;
mod icon;
pub mod kept;
mod language;
mod letterhead;
mod list;
mod looks;
pub mod mailbox;
pub mod newer;
mod oauth;
mod pictures;
mod places;
mod plain;
mod preview;
mod quotes;
mod rail;
mod reader;
mod retry;
mod row;
mod scrolled;
mod search;
mod source;
mod stamp;
mod status;
mod swipe;
pub mod waiting;
mod way;
mod writing;

use restante_locales::Language;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::{Callback, KeyboardEvent, hook, use_context};

use super::state::Action;

/// Where components send what the user does.
pub type Act = Callback<Action>;

/// The language that is spoken. Whatever component says something calls it, to be drawn anew when it is another one.
#[hook]
fn use_language() -> Language {
    use_context().unwrap_or_default()
}

/// A callback that sends one and the same action.
fn sends<E>(act: &Act, action: Action) -> Callback<E> {
    let act = act.clone();
    Callback::from(move |_: E| act.emit(action.clone()))
}

/// Whether a key was pressed together with one that gives it another meaning.
fn is_modified(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.alt_key()
}

/// Whether a key was pressed where something is typed or chosen.
fn is_typing(event: &KeyboardEvent) -> bool {
    let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    at.is_some_and(|at| {
        matches!(at.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA") || at.has_attribute("contenteditable")
    })
}
