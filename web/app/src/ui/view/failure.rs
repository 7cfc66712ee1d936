//! A failure: what happened, who is at fault, what to do, and what the other side said.

use restante_api::Failure;
use yew::{Html, Properties, component, html};

use crate::ui::shared::Shared;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct FailureProps {
    pub(super) failure: Shared<Failure>,
    /// Buttons and panels that belong to it.
    #[prop_or_default]
    pub(super) children: Html,
}

#[component]
pub(super) fn FailureNote(props: &FailureProps) -> Html {
    let failure = &props.failure;
    html! {
        <div class="note bad" role="alert" tabindex="-1">
            <p><b>{failure.headline()}</b>{" "}{failure.advice()}</p>
            <p class="blame">{"At fault: "}{failure.fault()}
                if !failure.detail.is_empty() {
                    {" · "}<q dir="auto">{&failure.detail}</q>
                }
            </p>
            {props.children.clone()}
        </div>
    }
}
