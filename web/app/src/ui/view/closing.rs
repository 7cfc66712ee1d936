//! The screen while a mailbox is closed in which messages are to be deleted: there is nothing to do but to wait.

use restante_api::Stage;
use yew::{Html, html};

use super::stamp::stamp;
use crate::ui::{format, words};

/// So many messages are to be deleted, and the engine has come so far.
pub fn closing(marked: u32, stage: Option<Stage>) -> Html {
    let far = match stage {
        Some(Stage::Deleting { have, of }) if of > 1 => format!(" {} of {}", format::count(have), format::count(of)),
        _ => String::new(),
    };
    html! {
        <div class="connect">
            <main>
                <header>
                    {stamp()}
                    <h1>{"Restante"}</h1>
                    <p role="status">{"Deleting "}{words::kept::messages(marked)}{" on the server and closing the mailbox…"}{far}</p>
                </header>
            </main>
        </div>
    }
}
