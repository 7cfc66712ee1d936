//! The toolbar: what can be done with the messages that are chosen, or with the one that is meant.

use restante_api::keep::{Activity, Role, Within};
use restante_locales::say;
use yew::{Html, classes, html};

use super::super::{Act, icon, sends};
use super::{KeptProps, keeps};
use crate::ui::state::kept::{Deed, Opening, are_all_starred, is_any_unread, thread_meant};
use crate::ui::state::{Action, Choice, KeptAction, meant};

pub(super) fn toolbar(props: &KeptProps) -> Html {
    let KeptProps { kept, mailbox, act, .. } = props;
    // Letters that are not sent yet have their own buttons.
    let numbers = if kept.shelf.is_some() { vec![] } else { meant(mailbox) };
    let nothing = numbers.is_empty();
    let role = kept.role_in_sight();
    let chosen = mailbox.selection.len();
    let (starred, unread) = (are_all_starred(mailbox, &numbers), is_any_unread(mailbox, &numbers));
    let deed = |name: &'static str, drawing: Html, deed: Deed, off: bool| {
        button(name, drawing, KeptAction::Do(deed), nothing || off, act)
    };
    let checking = kept
        .accounts()
        .iter()
        .any(|account| matches!(account.activity, Activity::Connecting(_) | Activity::Fetching(_)));
    html! {
        <div class="bench" role="toolbar" aria-label={say::list_messages()}>
            <button class={classes!("tool", checking.then_some("turns"))} title={say::tool_check()} onclick={keeps(act, KeptAction::Check)}>
                {icon::check()}<span>{say::tool_check()}</span>
            </button>
            <i class="rule" aria-hidden="true"></i>
            if chosen > 0 {
                <span class="chosen" role="status">{say::tool_chosen(chosen as u64)}</span>
                <button class="quiet" onclick={sends(act, Action::Choose(Choice::Nothing))}>{say::tool_choose_none()}</button>
            }
            {deed(say::tool_delete(), icon::delete(), Deed::Delete, role == Some(Role::Deleted))}
            {deed(say::tool_archive(), icon::archive(), Deed::Archive, role == Some(Role::Archive))}
            {button(say::tool_move(), icon::folder(), KeptAction::Open(Opening::Move), nothing, act)}
            {deed(if unread { say::tool_read() } else { say::tool_unread() }, icon::unread(), Deed::Unread, false)}
            {deed(if starred { say::tool_unstar() } else { say::tool_star() }, icon::star(starred), Deed::Star, false)}
            if let Some((_, count)) = thread_meant(mailbox).filter(|_| kept.shelf.is_none() && !matches!(kept.place, Within::Thread(_))) {
                <button class="quiet" onclick={keeps(act, KeptAction::Conversation)}>{say::tool_conversation(count)}</button>
            }
        </div>
    }
}

fn button(name: &'static str, drawing: Html, action: KeptAction, off: bool, act: &Act) -> Html {
    html! {
        <button class="tool" disabled={off} title={name} onclick={keeps(act, action)}>{drawing}<span>{name}</span></button>
    }
}
