//! The way mail takes, drawn: this browser, the bridge, the mail server, and what each stretch protects.

use restante_engine::api::{Security, TlsEnd};
use yew::{Html, Properties, classes, component, html};

use crate::ui::browser::page;
use crate::ui::path::{Leg, Path};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct WayProps {
    pub(super) security: Security,
    pub(super) tls_end: TlsEnd,
    pub(super) host: String,
    pub(super) port: String,
}

#[component]
pub(super) fn WayOfMail(props: &WayProps) -> Html {
    let path = Path::new(props.security, props.tls_end, page::is_secure());
    let host = props.host.trim();
    let host = if host.is_empty() { "Mail server" } else { host };
    html! {
        <div class="way">
            <ol aria-label="The way your mail takes">
                <li><b>{"This browser"}</b><small>{path.browser()}</small></li>
                <li class={classes!(leg(path.to_bridge), (!path.bridge_reads).then_some("blind"))}>
                    <b>{"Bridge"}</b><small>{path.bridge()}</small>
                </li>
                <li class={leg(path.to_server)}><b class="host">{host}</b><small>{"port "}{props.port.trim()}</small></li>
            </ol>
            <p class={classes!("sentence", path.bridge_reads.then_some("open"))}>{path.sentence()}</p>
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
