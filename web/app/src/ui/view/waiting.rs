//! What is shown where the rest of the page is still loaded, or could not be.

use restante_locales::say;
use yew::{Html, html};

use super::stamp::masthead;
use super::{Act, sends};
use crate::ui::state::{Action, Screens, ScreensAction};

/// In the place of a mailbox.
pub fn screen(screens: Screens, cancel: Action, act: &Act) -> Html {
    html! {
        <div class="connect">
            <main>
                {masthead(Html::default())}
                {words(screens, act)}
                <p class="wait"><button class="quiet" onclick={sends(act, cancel)}>{say::cancel()}</button></p>
            </main>
        </div>
    }
}

/// Above the form, for a dialog that was asked for.
pub fn notice(screens: Screens, cancel: Action, act: &Act) -> Html {
    html! {
        <div class="newer">
            {words(screens, act)}
            <p class="wait"><button class="quiet" onclick={sends(act, cancel)}>{say::cancel()}</button></p>
        </div>
    }
}

fn words(screens: Screens, act: &Act) -> Html {
    if screens != Screens::Failed {
        return html! { <p class="note" role="status">{say::rest_loading()}</p> };
    }
    html! {
        <div class="note bad" role="alert">
            <p><b>{say::rest_failed()}</b>{" "}{say::rest_failed_words()}</p>
            <p><button onclick={sends(act, Action::Screens(ScreensAction::Again))}>{say::try_again()}</button></p>
        </div>
    }
}
