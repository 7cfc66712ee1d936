//! What a preview has beside its list: the toolbar, the question before something is deleted, and what is told once.

use restante_locales::say;
use yew::{Callback, Html, classes, html};

use super::dialog::Dialog;
use super::{Act, icon, sends, writing};
use crate::ui::state::kept::Writing;
use crate::ui::state::{Action, Choice, Mailbox, PreviewAction, Told, in_hand};
use crate::ui::words;

pub(super) fn toolbar(mailbox: &Mailbox, writing: Option<&Writing>, act: &Act) -> Html {
    let preview = &mailbox.preview;
    let (checking, ended) = (preview.checking.is_some(), mailbox.failure.is_some());
    let chosen = u32::try_from(mailbox.selection.len()).unwrap_or(u32::MAX);
    let marked = u32::try_from(preview.marked.len()).unwrap_or(u32::MAX);
    let tool = |name: &'static str, drawing: Html, action: PreviewAction, off: bool| {
        html! {
            <button class="tool" disabled={off} title={name} onclick={previews(act, action)}>{drawing}<span>{name}</span></button>
        }
    };
    html! {
        <div class="bench" role="toolbar" aria-label={say::list_messages()}>
            {writing::tools(writing, act)}
            <button class={classes!("tool", checking.then_some("turns"))} title={say::tool_check()} disabled={ended}
                onclick={previews(act, PreviewAction::Check)}>
                {icon::check()}<span>{say::tool_check()}</span>
            </button>
            <i class="rule" aria-hidden="true"></i>
            if chosen > 0 {
                <span class="chosen" role="status">{say::tool_chosen(chosen)}</span>
                <button class="quiet" onclick={sends(act, Action::Choose(Choice::Nothing))}>{say::tool_choose_none()}</button>
            }
            {tool(say::tool_delete_on_server(), icon::delete(), PreviewAction::AskDelete, !in_hand(mailbox))}
            if preview.can_undo() {
                <span class="chosen doomed">{say::tool_to_be_deleted(marked)}</span>
                <button class="quiet" onclick={previews(act, PreviewAction::Undo)}>{say::undo()}</button>
            }
        </div>
    }
}

/// The question before messages are marked.
pub(super) fn question(mailbox: &Mailbox, act: &Act) -> Html {
    let Some(numbers) = &mailbox.preview.confirming else { return Html::default() };
    let count = numbers.len() as u64;
    html! {
        <Dialog id="question-title" title={say::delete_title()} shut={Action::Preview(PreviewAction::Keep)} act={act.clone()}>
            <p>{say::delete_words(count)}</p>
            <p class="buttons">
                <button class="danger" onclick={previews(act, PreviewAction::Delete)}>{say::delete_button(count)}</button>
                <button onclick={previews(act, PreviewAction::Keep)}>{say::cancel()}</button>
            </p>
        </Dialog>
    }
}

/// What is told once.
pub(super) fn toast(mailbox: &Mailbox, act: &Act) -> Html {
    let told = mailbox.preview.told.as_ref();
    html! {
        <div class="toasts">
            <p class={if told.is_some() { "toast" } else { "unseen" }}>
                <span role="status">{told.map(words::preview::told)}</span>
                if matches!(told, Some(Told::Marked(_))) && mailbox.preview.can_undo() {
                    <button onclick={previews(act, PreviewAction::Undo)}>{say::undo()}</button>
                }
                if told.is_some() {
                    <button class="quiet square" aria-label={say::close_notice()} onclick={previews(act, PreviewAction::Heard)}>{icon::close()}</button>
                }
            </p>
        </div>
    }
}

fn previews<E>(act: &Act, action: PreviewAction) -> Callback<E> {
    sends(act, Action::Preview(action))
}
