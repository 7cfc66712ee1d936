//! A certificate as a person judges it, and the panel that asks whether to trust exactly this one.

use super::use_language;
use restante_api::{CertificateView, FailureKind};
use restante_locales::say;
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
            <div><dt>{say::certificate_for()}</dt><dd dir="auto">{
                if certificate.names.is_empty() { certificate.subject.clone() } else { certificate.names.join(", ") }
            }</dd></div>
            <div><dt>{say::certificate_holder()}</dt><dd dir="auto">{&certificate.subject}</dd></div>
            <div><dt>{say::certificate_issuer()}</dt><dd dir="auto">{
                if certificate.issuer == certificate.subject { say::certificate_itself().to_owned() } else { certificate.issuer.clone() }
            }</dd></div>
            <div><dt>{say::certificate_valid()}</dt><dd>{say::certificate_valid_span(&dates::day(certificate.not_before), &dates::day(certificate.not_after))}</dd></div>
            <div><dt>{say::certificate_fingerprint()}</dt><dd class="print">{first}<wbr />{second}</dd></div>
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
    #[prop_or(say::certificate_trust_open())]
    pub(super) name: &'static str,
    pub(super) act: Act,
}

/// Shows the certificate behind a failure, and offers to trust it; nothing for other failures.
#[component]
pub(super) fn TrustPanel(props: &TrustProps) -> Html {
    use_language();
    let (FailureKind::Certificate { certificate, .. } | FailureKind::CertificateChanged { certificate }) = &props.kind
    else {
        return Html::default();
    };
    html! {
        <section class="trust" aria-label={say::certificate()}>
            {facts(certificate)}
            <button type="button" onclick={sends(&props.act, props.trust.clone())}>
                {props.name}
            </button>
        </section>
    }
}
