//! "Path and certificate": the way mail takes, and how the session came about.

use super::places::{self, PLACES};
use super::use_language;
use restante_api::ConnectionView;
use restante_locales::say;
use yew::{Html, Properties, component, html};

use super::dialog::Dialog;
use super::way::WayOfMail;
use super::{Act, certificate, sends};
use crate::ui::path::Path;
use crate::ui::shared::Shared;
use crate::ui::state::{Account, Action, DiagnosisAction, bridge};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ConnectionProps {
    pub(super) account: Account,
    pub(super) connection: Option<Shared<ConnectionView>>,
    pub(super) act: Act,
}

#[component]
pub(super) fn ConnectionDialog(props: &ConnectionProps) -> Html {
    use_language();
    let account = &props.account;
    let reads = Path::new(account.security, account.tls_end, true).bridge_reads;
    html! {
        <Dialog id="path-title" title={say::mailbox_path_title()} shut={Action::ShowPath(false)} act={props.act.clone()}>
            <WayOfMail security={account.security} tls_end={account.tls_end} host={account.host.clone()}
                port={account.port.to_string()} bridge={account.bridge.clone()} is_up={props.connection.is_some()} />
            <p class="words"><b>{say::session_bridge()}</b>{" "}{match &account.bridge {
                None => html! { {say::session_bridge_own()} },
                Some(address) => places::with(&say::session_bridge_other(PLACES[0]), [html! { <bdi>{bridge::name(address)}</bdi> }]),
            }}{" "}{if reads { say::session_bridge_reads() } else { say::session_bridge_blind() }}</p>
            if let Some(connection) = &props.connection {
                {session(connection)}
                if let Some(tls) = &connection.tls {
                    <h3>{say::certificate()}</h3>
                    if tls.trusted_by_fingerprint {
                        <p class="note warn">{say::session_trusted()}</p>
                    }
                    {certificate::facts(&tls.certificate)}
                }
            }
            <p class="last buttons">
                <button class="quiet" onclick={sends(&props.act, Action::Diagnosis(DiagnosisAction::Show))}>{say::diagnosis()}</button>
                <button class="quiet" onclick={sends(&props.act, Action::ShowAbout(true))}>{say::about_page()}</button>
            </p>
        </Dialog>
    }
}

fn session(connection: &ConnectionView) -> Html {
    let tls = connection.tls.as_ref().map(|tls| format!("{}, {}", tls.version, tls.cipher_suite));
    let rows = [
        (say::session_address(), Some(connection.peer.clone())),
        (say::session_encryption(), tls),
        (say::session_greeting(), Some(connection.greeting.clone())),
        (say::session_software(), connection.implementation.clone()),
        (say::session_mechanism(), Some(connection.mechanism.clone())),
        (
            say::session_commands(),
            Some(if connection.pipelined { say::session_pipelined() } else { say::session_lock_step() }.to_owned()),
        ),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    html! {
        <>
            <h3>{say::session()}</h3>
            <dl class="facts">
                { for rows.map(|(name, value)| html! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> }) }
            </dl>
        </>
    }
}
