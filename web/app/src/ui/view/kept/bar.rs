//! The bar: search, and what goes on with the accounts.

use super::super::use_language;
use restante_api::Blame;
use restante_api::keep::{AccountView, Activity};
use restante_locales::say;
use yew::{Html, Properties, classes, component, html};

use super::super::search::search;
use super::super::stamp::mark;
use super::super::{Act, icon};
use super::{answers, keeps};
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
    use_language();
    let BarProps { kept, act, .. } = props;
    html! {
        <>
            <header class="bar">
                <h1 class="unseen">{say::kept()}</h1>
                <button class="quiet square menu" aria-label={say::kept_folders()} aria-expanded={kept.shows_folders.to_string()}
                    onclick={keeps(act, KeptAction::ShowFolders(!kept.shows_folders))}>{icon::menu()}</button>
                {mark()}
                {search(&kept.search, act, |typed| Action::Keep(KeptAction::Search(typed)), Action::Keep(KeptAction::EndSearch))}
                <button class="write" title={say::write()} onclick={answers::new(act)}>{icon::pencil()}<span>{say::write()}</span></button>
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
        (_, None) => ("", say::kept_opening().to_owned()),
        (Some(account), _) => {
            let what = words::kept::activity(&account.activity).unwrap_or_default();
            let line = say::kept_busy(&what);
            ("up", if accounts.len() > 1 { say::kept_busy_of(&account.name, &line) } else { line })
        }
        (None, _) if *offline || accounts.iter().any(is_cut_off) => ("away", say::kept_offline(&checked(accounts))),
        (None, Some(overview)) if overview.follows => ("up", say::kept_followed(&checked(accounts))),
        (None, _) if accounts.iter().any(|account| matches!(account.activity, Activity::Failed(_))) => {
            ("away", say::kept_not_all(&checked(accounts)))
        }
        (None, _) => ("up", say::kept_idle(&checked(accounts))),
    };
    html! {
        <>
            <p class={classes!("status", dot)} role="status"><i aria-hidden="true"></i><span>{line}</span></p>
            if busy(kept).is_some_and(|account| !matches!(account.activity, Activity::Paused { .. })) {
                <button class="quiet" onclick={keeps(act, KeptAction::Pause)}>{say::kept_pause()}</button>
            } else if let Some(account) = paused {
                <button class="quiet" onclick={keeps(act, KeptAction::CheckAccount(account.id))}>{say::kept_resume()}</button>
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
        None | Some(0) => say::kept_not_checked().into(),
        Some(at) if dates::now() - at < 86_400 => say::kept_checked(&dates::time(at)),
        Some(at) => say::kept_checked(&dates::day(at)),
    }
}

/// How much of what is to come has come, as a line below the bar.
fn progress(kept: &Kept) -> Html {
    let Some(Activity::Fetching(transfer)) = busy(kept).map(|account| &account.activity) else {
        return html! { <div class="sync" aria-hidden="true"></div> };
    };
    html! {
        <section class="sync" aria-label={say::kept_progress()}><progress aria-label={say::kept_progress()} max={transfer.of_messages.max(1).to_string()}
            value={transfer.messages.min(transfer.of_messages).to_string()}></progress></section>
    }
}
