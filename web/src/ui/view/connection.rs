//! "Path and certificate": the way mail takes, and how the session came about.

use restante_engine::api::ConnectionView;
use web_sys::HtmlDialogElement;
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref};

use super::way::WayOfMail;
use super::{Act, certificate, icon, sends};
use crate::ui::shared::Shared;
use crate::ui::state::{Account, Action};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ConnectionProps {
    pub(super) account: Account,
    pub(super) connection: Option<Shared<ConnectionView>>,
    pub(super) act: Act,
}

#[component]
pub(super) fn ConnectionDialog(props: &ConnectionProps) -> Html {
    let dialog = use_node_ref();
    use_effect_with(dialog.clone(), |dialog| {
        if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let shut = sends(&props.act, Action::ShowPath(false));
    let onclose: Callback<yew::Event> = sends(&props.act, Action::ShowPath(false));
    let account = &props.account;
    html! {
        <dialog ref={dialog} class="path" aria-labelledby="path-title" {onclose}>
            <header>
                <h2 id="path-title">{"Path and certificate"}</h2>
                <button class="quiet square" aria-label="Close" onclick={shut}>{icon::close()}</button>
            </header>
            <WayOfMail security={account.security} tls_end={account.tls_end} host={account.host.clone()}
                port={account.port.to_string()} />
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
        </dialog>
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
