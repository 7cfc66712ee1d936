//! The screen where the rest of the page is still loaded, or could not be.

use restante_locales::say;
use yew::{Html, html};

use super::stamp::stamp;
use super::{Act, sends};
use crate::ui::state::{Action, Screens, ScreensAction};

/// How far the loading has come, and what can be done about it.
pub fn waiting(screens: Screens, act: &Act) -> Html {
    html! {
        <div class="connect">
            <main>
                <header>
                    {stamp()}
                    <h1>{"Restante"}</h1>
                    if screens != Screens::Failed {
                        <p role="status">{say::rest_loading()}</p>
                    }
                </header>
                if screens == Screens::Failed {
                    <div class="note bad" role="alert">
                        <p><b>{say::rest_failed()}</b>{" "}{say::rest_failed_words()}</p>
                        <p><button onclick={sends(act, Action::Screens(ScreensAction::Again))}>{say::try_again()}</button></p>
                    </div>
                }
                <p><button class="quiet" onclick={sends(act, Action::Close)}>{say::cancel()}</button></p>
            </main>
        </div>
    }
}
