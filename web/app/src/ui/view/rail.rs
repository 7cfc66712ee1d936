//! The rail: whose mailbox this is, and how it was reached.

use super::use_language;
use restante_api::Security;
use restante_locales::say;
use yew::{Html, Properties, component, html};

use super::avatar;
use super::{Act, sends};
use crate::ui::format;
use crate::ui::path::Path;
use crate::ui::state::{Account, Action, Overlay};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct RailProps {
    pub(super) account: Account,
    pub(super) messages: u32,
    pub(super) octets: u64,
    /// Messages that are to be deleted.
    pub(super) marked: u32,
    /// The list is in sight, and not letters in its place.
    pub(super) is_current: bool,
    pub(super) act: Act,
}

#[component]
pub(super) fn Rail(props: &RailProps) -> Html {
    use_language();
    let account = &props.account;
    html! {
        <nav class="rail" aria-label={say::mailbox_rail()}>
            <div class="account">
                {avatar::of(&account.user, &account.user)}
                <b dir="auto" title={account.user.clone()}>{&account.user}</b>
                <small>{&account.host}{" · "}{protection(account)}</small>
            </div>
            <ul>
                <li aria-current={props.is_current.then_some("page")}><span>{say::mailbox_on_server()}</span><em>{format::count(props.messages)}</em></li>
            </ul>
            if props.marked > 0 {
                <p class="about">{say::mailbox_room_marked(props.marked, &format::octets(props.octets))}</p>
            } else {
                <p class="about">{say::mailbox_room(&format::octets(props.octets))}</p>
            }
            <footer>
                <button class="quiet" onclick={sends(&props.act, Action::ShowPath(true))}>{say::mailbox_path_title()}</button>
                <button class="quiet" onclick={sends(&props.act, Action::Overlay(Some(Overlay::Keys)))}>{say::keys()}</button>
                <button class="quiet" onclick={sends(&props.act, Action::ShowAbout(true))}>{say::about_page()}</button>
            </footer>
        </nav>
    }
}

/// How the connection is protected, in a few words.
pub(super) fn protection(account: &Account) -> &'static str {
    let path = Path::new(account.security, account.tls_end, true);
    match (account.security, path.bridge_reads) {
        (Security::None, _) => say::mailbox_clear(),
        (_, false) => say::mailbox_tls_here(),
        (_, true) => say::mailbox_tls_at_bridge(),
    }
}
