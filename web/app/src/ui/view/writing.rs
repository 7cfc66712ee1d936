//! Writing beside a preview: the tools that lead there, the letter that is open, and what is told and asked.

use restante_api::letter::LetterState;
use restante_locales::say;
use yew::{Callback, Html, html};

use super::dialog::Dialog;
use super::kept::composer::{ComposerPane, writes};
use super::kept::{answers, keeps, settings, told};
use super::{Act, icon, sends};
use crate::ui::state::kept::{Sheet, Shelf, Write, Writing};
use crate::ui::state::{Action, KeptAction};

/// Buttons of the toolbar: a new letter, and those that are not sent.
pub(super) fn tools(writing: Option<&Writing>, act: &Act) -> Html {
    html! {
        <>
        <button class="tool write" title={say::write()} onclick={answers::new(act)}>{icon::pencil()}<span>{say::write()}</span></button>
        {writing.map_or_else(Html::default, |writing| html! { <>{shelf(writing, Shelf::Drafts, act)}{shelf(writing, Shelf::Outbox, act)}</> })}
        <i class="rule" aria-hidden="true"></i>
        </>
    }
}

/// Shows letters that are not sent, where there are any, or the list again.
fn shelf(writing: &Writing, shelf: Shelf, act: &Act) -> Html {
    let kept = &writing.kept;
    let Some(account) = kept.accounts().first() else { return Html::default() };
    let is_shown = kept.shelf.is_some_and(|(_, shown)| shown == shelf);
    let count = kept.shelved(account, shelf).count();
    if count == 0 && !is_shown {
        return Html::default();
    }
    let name = match shelf {
        Shelf::Drafts => say::folder_drafts(),
        Shelf::Outbox => say::folder_outbox(),
    };
    let onclick: Callback<yew::MouseEvent> =
        if is_shown { keeps(act, KeptAction::GoBack) } else { writes(act, Write::Show(account.id, shelf)) };
    html! {
        <button class="quiet" aria-pressed={is_shown.to_string()} {onclick}>{name}{" "}<em>{count}</em></button>
    }
}

/// What stands above the mailbox.
pub(super) fn above(writing: Option<&Writing>, act: &Act) -> Html {
    let Some(writing) = writing else { return Html::default() };
    let kept = &writing.kept;
    html! {
        <>
        if let Some(composer) = &kept.composer {
            <ComposerPane key={composer.letter.0.to_string()} overview={kept.overview.clone()} composer={composer.clone()} in_preview=true act={act.clone()} />
        }
        {told::toast(kept, act)}
        if let Some(Sheet::Settings(draft)) = &kept.sheet {
            {settings::of_preview(draft, act)}
        }
        if writing.closing {
            {closing(writing, act)}
        }
        </>
    }
}

/// The question before letters go that are not sent.
fn closing(writing: &Writing, act: &Act) -> Html {
    let count = writing.unsent() as u64;
    let letters = writing.kept.accounts().iter().flat_map(|account| &account.letters);
    let is_going = letters.into_iter().any(|letter| !matches!(letter.state, LetterState::Draft { .. }));
    html! {
        <Dialog id="unsent-title" title={say::unsent_title()} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <p>{say::unsent_words(count)}{" "}if is_going { {say::unsent_going()} }</p>
            <p class="buttons">
                <button class="danger" onclick={sends(act, Action::CloseAnyway)}>{say::unsent_close()}</button>
                <button onclick={keeps(act, KeptAction::Shut)}>{say::unsent_stay()}</button>
            </p>
        </Dialog>
    }
}
