//! A certificate as a person judges it, and the panel that asks whether to trust exactly this one.

use restante_api::{CertificateView, FailureKind};
use yew::{Html, Properties, component, html};

use super::{Act, sends};
use crate::ui::browser::dates;
use crate::ui::state::Action;

/// The facts of a certificate.
pub(super) fn facts(certificate: &CertificateView) -> Html {
    let fingerprint = certificate.fingerprint.to_string();
    // Two halves of equal length, for comparing by eye.
    let (first, second) = fingerprint.split_at(fingerprint.len() / 2 + 1);
    html! {
        <dl class="facts">
            <div><dt>{"Made out for"}</dt><dd dir="auto">{
                if certificate.names.is_empty() { certificate.subject.clone() } else { certificate.names.join(", ") }
            }</dd></div>
            <div><dt>{"Holder"}</dt><dd dir="auto">{&certificate.subject}</dd></div>
            <div><dt>{"Signed by"}</dt><dd dir="auto">{
                if certificate.issuer == certificate.subject { "itself".to_owned() } else { certificate.issuer.clone() }
            }</dd></div>
            <div><dt>{"Valid"}</dt><dd>{dates::day(certificate.not_before)}{" to "}{dates::day(certificate.not_after)}</dd></div>
            <div><dt>{"SHA-256 fingerprint"}</dt><dd class="print">{first}<wbr />{second}</dd></div>
        </dl>
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct TrustProps {
    pub(super) kind: FailureKind,
    /// What trusting it means.
    #[prop_or(Action::Trust)]
    pub(super) trust: Action,
    /// What the button says.
    #[prop_or("Trust exactly this certificate and open")]
    pub(super) name: &'static str,
    pub(super) act: Act,
}

/// Shows the certificate behind a failure, and offers to trust it; nothing for other failures.
#[component]
pub(super) fn TrustPanel(props: &TrustProps) -> Html {
    let (FailureKind::Certificate { certificate, .. } | FailureKind::CertificateChanged { certificate }) = &props.kind
    else {
        return Html::default();
    };
    html! {
        <section class="trust" aria-label="The server's certificate">
            {facts(certificate)}
            <button type="button" onclick={sends(&props.act, props.trust.clone())}>
                {props.name}
            </button>
        </section>
    }
}
