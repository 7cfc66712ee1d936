//! The bar: search, and what goes on with the accounts.

use restante_api::Blame;
use restante_api::keep::{AccountView, Activity};
use yew::{Html, Properties, classes, component, html};

use super::super::search::search;
use super::super::stamp::mark;
use super::super::{Act, icon};
use super::keeps;
use crate::ui::browser::dates;
use crate::ui::state::{Action, Kept, KeptAction};
use crate::ui::words;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct BarProps {
    pub(super) kept: Kept,
    pub(super) offline: bool,
    pub(super) act: Act,
}

#[component]
pub(super) fn Bar(props: &BarProps) -> Html {
    let BarProps { kept, act, .. } = props;
    html! {
        <>
            <header class="bar">
                <h1 class="unseen">{"Kept mail"}</h1>
                <button class="quiet square menu" aria-label="Folders" aria-expanded={kept.shows_folders.to_string()}
                    onclick={keeps(act, KeptAction::ShowFolders(!kept.shows_folders))}>{icon::menu()}</button>
                {mark()}
                {search(&kept.search, act, |typed| Action::Keep(KeptAction::Search(typed)), Action::Keep(KeptAction::EndSearch))}
                {status(props)}
            </header>
            {progress(kept)}
        </>
    }
}

/// What goes on, in one line, and what can be done about it.
fn status(props: &BarProps) -> Html {
    let BarProps { kept, offline, act } = props;
    let accounts = kept.accounts();
    let paused = accounts.iter().find(|account| matches!(account.activity, Activity::Paused { .. }));
    let (dot, line) = match (busy(kept), &kept.overview) {
        (_, None) => ("", "Opening what is kept…".to_owned()),
        (Some(account), _) => {
            let what = words::kept::activity(&account.activity).unwrap_or_default();
            let name = if accounts.len() > 1 { format!("{} · ", account.name) } else { String::new() };
            ("up", format!("{name}Keeping · {what}"))
        }
        (None, _) if *offline || accounts.iter().any(is_cut_off) => {
            ("away", format!("Offline · {}", checked(accounts)))
        }
        (None, Some(overview)) if overview.follows => {
            ("up", format!("Kept here · {} · fetched by another tab", checked(accounts)))
        }
        (None, _) if accounts.iter().any(|account| matches!(account.activity, Activity::Failed(_))) => {
            ("away", format!("Kept here · {} · not all could be fetched", checked(accounts)))
        }
        (None, _) => ("up", format!("Kept here · {}", checked(accounts))),
    };
    html! {
        <>
            <p class={classes!("status", dot)} role="status"><i aria-hidden="true"></i><span>{line}</span></p>
            if busy(kept).is_some_and(|account| !matches!(account.activity, Activity::Paused { .. })) {
                <button class="quiet" onclick={keeps(act, KeptAction::Pause)}>{"Pause"}</button>
            } else if let Some(account) = paused {
                <button class="quiet" onclick={keeps(act, KeptAction::CheckAccount(account.id))}>{"Resume"}</button>
            }
        </>
    }
}

/// The account with which most goes on.
fn busy(kept: &Kept) -> Option<&AccountView> {
    let rank = |account: &&AccountView| match account.activity {
        Activity::Idle | Activity::Failed(_) => 0,
        Activity::Paused { .. } => 1,
        Activity::Waiting { .. } => 2,
        Activity::Connecting(_) | Activity::Again { .. } => 3,
        Activity::Fetching(_) => 4,
    };
    kept.accounts().iter().rev().max_by_key(rank).filter(|account| rank(account) > 0)
}

/// Whether an account could not be reached for want of a network.
pub(super) fn is_cut_off(account: &AccountView) -> bool {
    matches!(&account.activity, Activity::Failed(failure) if failure.blame == Blame::Network)
}

/// When mail was fetched last.
fn checked(accounts: &[AccountView]) -> String {
    match accounts.iter().map(|account| account.checked_at).max() {
        None | Some(0) => "not checked yet".into(),
        Some(at) if dates::now() - at < 86_400 => format!("checked {}", dates::time(at)),
        Some(at) => format!("checked {}", dates::day(at)),
    }
}

/// How much of what is to come has come, as a line below the bar.
fn progress(kept: &Kept) -> Html {
    let Some(Activity::Fetching(transfer)) = busy(kept).map(|account| &account.activity) else {
        return html! { <div class="sync" aria-hidden="true"></div> };
    };
    html! {
        <div class="sync"><progress aria-label="Mail that has come" max={transfer.of_messages.max(1).to_string()}
            value={transfer.messages.min(transfer.of_messages).to_string()}></progress></div>
    }
}
