//! The screen while a mailbox is closed in which messages are to be deleted: there is nothing to do but to wait.

use restante_api::Stage;
use restante_locales::say;
use yew::{Html, html};

use super::stamp::masthead;

/// So many messages are to be deleted, and the engine has come so far.
pub fn closing(marked: u32, stage: Option<Stage>) -> Html {
    let far = match stage {
        Some(Stage::Deleting { have, of }) if of > 1 => format!(" {}", say::of(have, of)),
        _ => String::new(),
    };
    html! {
        <div class="connect">
            <main>
                {masthead(html! { <p role="status">{say::mailbox_deleting(marked, &far)}</p> })}
            </main>
        </div>
    }
}
