//! The way mail takes, drawn: this browser, the bridge, the mail server, and what each stretch protects.

use super::use_language;
use restante_api::{Security, TlsEnd};
use restante_locales::say;
use yew::{Html, Properties, classes, component, html};

use crate::ui::browser::page;
use crate::ui::path::{Leg, Path};
use crate::ui::state::bridge;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct WayProps {
    pub(super) security: Security,
    pub(super) tls_end: TlsEnd,
    pub(super) host: String,
    pub(super) port: String,
    /// The address of the bridge, where it is not the page's own.
    pub(super) bridge: Option<String>,
    /// A session has been opened on this way.
    #[prop_or_default]
    pub(super) is_up: bool,
}

#[component]
pub(super) fn WayOfMail(props: &WayProps) -> Html {
    use_language();
    // Another bridge is reached over TLS, or is on this very machine.
    let path = Path::new(props.security, props.tls_end, props.bridge.is_some() || page::is_secure());
    let host = props.host.trim();
    let host = if host.is_empty() { say::way_server() } else { host };
    html! {
        <div class={classes!("way", props.is_up.then_some("up"))}>
            <ol aria-label={say::way()}>
                <li><b>{say::way_browser()}</b><small>{path.browser()}</small></li>
                <li class={classes!(leg(path.to_bridge), (!path.bridge_reads).then_some("blind"))}>
                    <b>{say::bridge()}</b>
                    if let Some(address) = &props.bridge { <small class="host" title={address.clone()}>{bridge::name(address)}</small> }
                    <small>{path.bridge()}</small>
                </li>
                <li class={leg(path.to_server)}><b class="host">{host}</b><small>{say::way_port(props.port.trim())}</small></li>
            </ol>
            <p class={classes!("sentence", path.bridge_reads.then_some("open"))}>{path.sentence(props.is_up)}</p>
        </div>
    }
}

fn leg(leg: Leg) -> &'static str {
    match leg {
        Leg::EndToEnd => "sealed",
        Leg::Stretch => "stretch",
        Leg::Clear => "clear",
    }
}
