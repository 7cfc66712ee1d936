//! The search box, and what a search in a preview says of itself.

use restante_api::FailureKind;
use restante_locales::{headline, say, unfit};
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, KeyboardEvent, TargetCast, html};

use super::{Act, icon, sends};
use crate::ui::state::{Action, Mailbox, SearchAction};
use crate::ui::words;

/// The search box. `act` is sent `typing` of each text, and `end` where it is to be left.
pub(super) fn search(typed: &str, act: &Act, typing: fn(String) -> Action, end: Action) -> Html {
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            act.emit(typing(event.target_unchecked_into::<HtmlInputElement>().value()));
        })
    };
    let onkeydown = {
        let (act, end) = (act.clone(), end.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                act.emit(end.clone());
            }
        })
    };
    html! {
        <div class="search" role="search">
            {icon::search()}
            <input id="search" type="search" role="searchbox" aria-label={say::search()} placeholder={say::search()} value={typed.to_owned()} {oninput} {onkeydown}
                autocomplete="off" autocapitalize="none" spellcheck="false"
                title={say::search_help()} />
            if !typed.is_empty() {
                <button class="quiet" onclick={sends(act, end)}>{say::search_clear()}</button>
            }
        </div>
    }
}

/// How much a search in a preview has looked at, and what can be done about the rest.
pub(super) fn reach(mailbox: &Mailbox, act: &Act) -> Html {
    let Some(search) = &mailbox.preview.search else { return Html::default() };
    if let Some(failure) = &search.refused {
        let why = match &failure.kind {
            FailureKind::BadSearch(fault) => unfit(fault),
            _ => failure.detail.clone(),
        };
        return html! { <p class="note bad reach" role="alert">{headline(failure)}{" "}{why}</p> };
    }
    let (known, all) = (mailbox.all_known(), mailbox.all());
    html! {
        <p class="note told reach">
            <span role="status">{words::preview::searched(known, all)}</span>
            if known < all && mailbox.failure.is_none() {
                <button onclick={sends(act, Action::Search(SearchAction::Fetch(!search.fetches)))}>
                    {if search.fetches { say::search_fetch_stop().to_owned() } else { say::search_fetch(all - known) }}
                </button>
            }
        </p>
    }
}

/// What is said where nothing was found.
pub(super) fn nothing(mailbox: &Mailbox) -> Html {
    let is_all = mailbox.all_known() == mailbox.all();
    html! { <p>{if is_all { say::search_nothing() } else { say::search_nothing_here() }}</p> }
}
