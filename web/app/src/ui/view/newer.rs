//! The notice that a newer version of the page waits. It lies above what is there, so that nothing moves for it.

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
            <p><b>{"A new version is ready."}</b>{" Updating reloads every open tab of this page."}</p>
            <p>
                <button onclick={sends(&props.act, Action::Update)}>{"Reload to update"}</button>
                <button class="quiet" onclick={sends(&props.act, Action::Later)}>{"Later"}</button>
            </p>
        </div>
    }
}
