//! "Path and certificate": the way mail takes, and how the session came about.

use restante_api::ConnectionView;
use yew::{Html, Properties, component, html};

use super::dialog::Dialog;
use super::way::WayOfMail;
use super::{Act, certificate, sends};
use crate::ui::path::Path;
use crate::ui::shared::Shared;
use crate::ui::state::{Account, Action, bridge};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ConnectionProps {
    pub(super) account: Account,
    pub(super) connection: Option<Shared<ConnectionView>>,
    pub(super) act: Act,
}

#[component]
pub(super) fn ConnectionDialog(props: &ConnectionProps) -> Html {
    let account = &props.account;
    let reads = Path::new(account.security, account.tls_end, true).bridge_reads;
    html! {
        <Dialog id="path-title" title="Path and certificate" shut={Action::ShowPath(false)} act={props.act.clone()}>
            <WayOfMail security={account.security} tls_end={account.tls_end} host={account.host.clone()}
                port={account.port.to_string()} bridge={account.bridge.clone()} is_up={props.connection.is_some()} />
            <p class="words"><b>{"Bridge: "}</b>{match &account.bridge {
                None => html! { {"the one that serves this page."} },
                Some(address) => html! { <><bdi>{bridge::name(address)}</bdi>{", run by somebody else than this page perhaps; \
                    its operator answers for it."}</> },
            }}{" It sees from where you read, which server, when and how much"}{if reads { ", and could read all of it." } else { ", and nothing of what." }}</p>
            if let Some(connection) = &props.connection {
                {session(connection)}
                if let Some(tls) = &connection.tls {
                    <h3>{"The server's certificate"}</h3>
                    if tls.trusted_by_fingerprint {
                        <p class="note warn">{"It does not verify by itself; you trust exactly this one."}</p>
                    }
                    {certificate::facts(&tls.certificate)}
                }
            }
            <p class="last"><button class="quiet" onclick={sends(&props.act, Action::ShowAbout(true))}>{"About this page"}</button></p>
        </Dialog>
    }
}

fn session(connection: &ConnectionView) -> Html {
    let tls = connection.tls.as_ref().map(|tls| format!("{}, {}", tls.version, tls.cipher_suite));
    let rows = [
        ("Address", Some(connection.peer.clone())),
        ("Encryption", tls),
        ("Greeting", Some(connection.greeting.clone())),
        ("Software", connection.implementation.clone()),
        ("Signed in by", Some(connection.mechanism.clone())),
        ("Commands", Some(if connection.pipelined { "in one flight" } else { "one by one" }.to_owned())),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    html! {
        <>
            <h3>{"This session"}</h3>
            <dl class="facts">
                { for rows.map(|(name, value)| html! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> }) }
            </dl>
        </>
    }
}
