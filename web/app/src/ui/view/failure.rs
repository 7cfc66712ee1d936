//! A failure: what happened, who is at fault, what to do, and what the other side said.

use super::use_language;
use restante_api::Failure;
use restante_locales::{advice, at_fault, headline, reason, say};
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
    use_language();
    let failure = &props.failure;
    html! {
        <div class="note bad" role="alert" tabindex="-1">
            <p><b>{headline(failure)}</b>{" "}{advice(failure)}</p>
            <p class="blame">{say::fault_of(at_fault(failure))}
                if let Some(why) = failure.reason.as_ref().map(reason).filter(|why| !why.is_empty()) {
                    {" · "}{why}
                }
                if !failure.detail.is_empty() {
                    {" · "}<q dir="auto">{&failure.detail}</q>
                }
            </p>
            {props.children.clone()}
        </div>
    }
}
