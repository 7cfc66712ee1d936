//! The status line of an open mailbox.

use super::places::{self, PLACES};
use super::use_language;
use restante_api::Stage;
use restante_locales::say;
use yew::{Html, Properties, classes, component, html};

use super::{Act, sends};
use crate::ui::state::Action;
use crate::ui::words;

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
    use_language();
    let StatusProps { stage, have, of, ended, .. } = *props;
    let waits = !ended && matches!(stage, Some(Stage::Waiting { .. }));
    let dot = if ended || waits { "ended" } else { "up" };
    html! {
        <>
        <p class={classes!("status", dot)} role="status">
            <i aria-hidden="true"></i>
            <span>{if ended { say::status_ended() } else { say::status_preview() }}
                if let Some(working) = words::working(stage).filter(|_| !ended) {
                    {" · "}{working}
                } else if of > 0 {
                    {" · "}{places::with(&say::status_headers(PLACES[0]), [html! { <b>{say::of(have, of)}</b> }])}
                }
            </span>
        </p>
        if waits {
            <button class="quiet" onclick={sends(&props.act, Action::Reopen)}>{say::status_try_now()}</button>
        }
        </>
    }
}
