//! When to come back, where the server says so: the time that is left, the time of day, and a button that works then.

use super::use_language;
use gloo_timers::callback::Interval;
use restante_api::{Failure, FailureKind};
use restante_locales::say;
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_memo, use_state_eq};

use super::Act;
use crate::ui::browser::dates;
use crate::ui::format;
use crate::ui::shared::Shared;
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct RetryProps {
    pub(super) failure: Shared<Failure>,
    /// What the button says.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) again: Action,
    pub(super) act: Act,
}

/// Whether time may mend a failure.
pub(super) fn waits(failure: &Failure) -> bool {
    wait(&failure.kind).is_some()
}

/// A button for what may help later; nothing for failures that time does not mend.
#[component]
pub(super) fn Retry(props: &RetryProps) -> Html {
    use_language();
    let wait = wait(&props.failure.kind);
    let due = *use_memo(props.failure.clone(), |_| dates::now() + i64::from(wait.unwrap_or_default()));
    let left = use_state_eq(|| due - dates::now());
    {
        let left = left.clone();
        use_effect_with(due, move |due| {
            let due = *due;
            left.set(due - dates::now());
            let clock =
                (due > dates::now()).then(|| Interval::new(1000, move || left.set((due - dates::now()).max(0))));
            move || drop(clock)
        });
    }
    if wait.is_none() {
        return Html::default();
    }
    let waits = *left > 0;
    let onclick = {
        let (act, again) = (props.act.clone(), props.again.clone());
        Callback::from(move |_: yew::MouseEvent| {
            if !waits {
                act.emit(again.clone());
            }
        })
    };
    html! {
        <p class="retry">
            <button type="button" {onclick} aria-disabled={waits.then_some("true")} aria-describedby={waits.then_some("retry-wait")}>
                {props.name}
            </button>
            if waits {
                <span id="retry-wait" role="timer">{say::retry_wait(&dates::time(due), &format::wait(*left))}</span>
            }
        </p>
    }
}

/// Seconds to wait: 0 where nobody said how many.
fn wait(kind: &FailureKind) -> Option<u32> {
    match kind {
        FailureKind::TryLater { seconds } => Some(seconds.unwrap_or_default()),
        FailureKind::InUse | FailureKind::BridgeBusy => Some(0),
        _ => None,
    }
}
