//! What was done, told once, with a way to take it back; and how far a file is.

use restante_locales::say;
use yew::{Html, html};

use super::super::Act;
use super::super::icon;
use super::keeps;
use crate::ui::state::kept::{Told, Write};
use crate::ui::state::{Kept, KeptAction};
use crate::ui::words;

pub(in super::super) fn toast(kept: &Kept, act: &Act) -> Html {
    let undo = match kept.told {
        Some(Told::Moved(..)) if !kept.undo.is_empty() => Some(KeptAction::Undo),
        Some(Told::Queued(_) | Told::Discarded) => Some(KeptAction::Write(Write::TakeBack)),
        _ => None,
    };
    html! {
        <section class="toasts" aria-label={say::kept_notices()}>
            if let Some(file) = &kept.file {
                <p class="toast"><span role="status">{words::kept::file(file)}</span>
                    <button onclick={keeps(act, KeptAction::StopFile)}>{say::kept_stop()}</button></p>
            }
            <p class={if kept.told.is_some() { "toast" } else { "unseen" }}>
                <span role="status">{kept.told.as_ref().map(words::kept::told)}</span>
                if let Some(undo) = undo {
                    <button onclick={keeps(act, undo)}>{say::undo()}</button>
                }
                if kept.told.is_some() {
                    <button class="quiet square" aria-label={say::close_notice()} onclick={keeps(act, KeptAction::Read)}>{icon::close()}</button>
                }
            </p>
        </section>
    }
}
