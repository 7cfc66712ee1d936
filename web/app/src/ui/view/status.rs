//! The status line of an open mailbox.

use restante_api::Stage;
use yew::{Html, Properties, classes, component, html};

use super::{Act, sends};
use crate::ui::state::Action;
use crate::ui::{format, words};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct StatusProps {
    pub(super) stage: Option<Stage>,
    /// Headers known.
    pub(super) have: u32,
    /// Messages.
    pub(super) of: u32,
    /// The session has ended.
    pub(super) ended: bool,
    pub(super) act: Act,
}

#[component]
pub(super) fn Status(props: &StatusProps) -> Html {
    let StatusProps { stage, have, of, ended, .. } = *props;
    let waits = !ended && matches!(stage, Some(Stage::Waiting { .. }));
    let dot = if ended || waits { "ended" } else { "up" };
    html! {
        <>
        <p class={classes!("status", dot)} role="status">
            <i aria-hidden="true"></i>
            <span>{if ended { "Preview · not connected" } else { "Preview · nothing is kept" }}
                if let Some(working) = words::working(stage).filter(|_| !ended) {
                    {" · "}{working}
                } else if of > 0 {
                    {" · "}<b>{format::count(have)}{" of "}{format::count(of)}</b>{" headers"}
                }
            </span>
        </p>
        if waits {
            <button class="quiet" onclick={sends(&props.act, Action::Reopen)}>{"Try now"}</button>
        }
        </>
    }
}
