//! The notice that a newer version of the page is here. It covers nothing that cannot be scrolled, and moves nothing.

use yew::{Html, Properties, component, html};

use super::{Act, sends};
use crate::ui::state::Action;

/// What the notice needs.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct NewVersionProps {
    /// Where to send what the user does.
    pub act: Act,
}

/// The notice.
#[component]
pub fn NewVersion(props: &NewVersionProps) -> Html {
    html! {
        <div class="newer" role="status">
            <p><b>{"A new version is ready."}</b>{" It is used from the next start, or now: every open tab of this page then reloads."}</p>
            <p>
                <button onclick={sends(&props.act, Action::Update)}>{"Reload to update"}</button>
                <button class="quiet" onclick={sends(&props.act, Action::Later)}>{"Later"}</button>
            </p>
        </div>
    }
}
