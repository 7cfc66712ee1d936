//! The notice that a newer version of the page waits. It lies above what is there, so that nothing moves for it.

use super::use_language;
use restante_locales::say;
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
    use_language();
    html! {
        <div class="newer" role="status">
            <p><b>{say::newer()}</b>{" "}{say::newer_words()}</p>
            <p>
                <button onclick={sends(&props.act, Action::Update)}>{say::newer_update()}</button>
                <button class="quiet" onclick={sends(&props.act, Action::Later)}>{say::newer_later()}</button>
            </p>
        </div>
    }
}
