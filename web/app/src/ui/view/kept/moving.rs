//! Where messages are to go.

use restante_api::keep::{AccountId, AccountView, Role};
use restante_locales::say;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::super::Act;
use super::super::dialog::Dialog;
use super::{KeptProps, keeps};
use crate::ui::state::{Action, KeptAction};
use crate::ui::words;

pub(super) fn moving(props: &KeptProps, count: usize, account: Option<AccountId>, name: &str) -> Html {
    let KeptProps { kept, act, .. } = props;
    let account = account.and_then(|id| kept.account(id));
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    html! {
        <Dialog id="move-title" title={say::move_title()} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <p class="words">{say::move_what(count)}</p>
            {match account {
                Some(account) => folders(account, name, kept.role_in_sight(), act),
                None => html! { <p class="note">{say::move_several()}</p> },
            }}
        </Dialog>
    }
}

fn folders(account: &AccountView, name: &str, here: Option<Role>, act: &Act) -> Html {
    let places = account.folders.iter().filter(|folder| folder.role == Role::Own || Some(folder.role) != here);
    html! {
        <>
            <ul class="places">
                { for places.map(|folder| html! {
                    <li><button onclick={keeps(act, KeptAction::MoveInto(folder.id))}>{words::kept::folder(folder)}</button></li>
                }) }
            </ul>
            {named(say::move_new(), say::move_new_button(), name, KeptAction::MoveIntoNew, act)}
        </>
    }
}

/// A name to type, and what is done with it.
pub(super) fn named(label: &'static str, button: &'static str, name: &str, done: KeptAction, act: &Act) -> Html {
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            act.emit(Action::Keep(KeptAction::Name(event.target_unchecked_into::<HtmlInputElement>().value())));
        })
    };
    let onsubmit = {
        let act = act.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(Action::Keep(done.clone()));
        })
    };
    html! {
        <form class="fields" {onsubmit}>
            <label class="wide">{label}<input value={name.to_owned()} {oninput} maxlength="100" autocomplete="off" /></label>
            <button type="submit" disabled={name.trim().is_empty()}>{button}</button>
        </form>
    }
}
