//! The rail: whose mailbox this is, and how it was reached.

use restante_api::Security;
use yew::{Html, Properties, component, html};

use super::avatar;
use super::{Act, sends};
use crate::ui::path::Path;
use crate::ui::state::{Account, Action};
use crate::ui::{format, words};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct RailProps {
    pub(super) account: Account,
    pub(super) messages: u32,
    pub(super) octets: u64,
    /// Messages that are to be deleted.
    pub(super) marked: u32,
    pub(super) act: Act,
}

#[component]
pub(super) fn Rail(props: &RailProps) -> Html {
    let account = &props.account;
    html! {
        <nav class="rail" aria-label="Mailbox">
            <div class="account">
                {avatar::of(&account.user, &account.user)}
                <b dir="auto" title={account.user.clone()}>{&account.user}</b>
                <small>{&account.host}{" · "}{protection(account)}</small>
            </div>
            <ul>
                <li aria-current="page"><span>{"On the server"}</span><em>{format::count(props.messages)}</em></li>
            </ul>
            if props.marked > 0 {
                <p class="about">{format::octets(props.octets)}{" on the server. Nothing is kept on this device. "}
                    {words::kept::messages(props.marked)}{" will be deleted there when you close the mailbox."}</p>
            } else {
                <p class="about">{format::octets(props.octets)}{" on the server. Nothing is kept on this device and nothing changes there."}</p>
            }
            <footer>
                <button class="quiet" onclick={sends(&props.act, Action::ShowPath(true))}>{"Path and certificate"}</button>
                <button class="quiet" onclick={sends(&props.act, Action::ShowAbout(true))}>{"About this page"}</button>
            </footer>
        </nav>
    }
}

/// How the connection is protected, in a few words.
pub(super) fn protection(account: &Account) -> &'static str {
    let path = Path::new(account.security, account.tls_end, true);
    match (account.security, path.bridge_reads) {
        (Security::None, _) => "clear text",
        (_, false) => "TLS in this browser",
        (_, true) => "TLS ended by the bridge",
    }
}
