//! The choice of a bridge, where the host of the page leaves one, and what a bridge can see.

use super::use_language;
use restante_locales::say;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Html, InputEvent, Properties, TargetCast, component, html};

use super::Act;
use super::places::{self, PLACES};
use crate::ui::state::bridge::{self, Bridge};
use crate::ui::state::{Action, Complaint, Field, Form, Site};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct BridgeProps {
    pub(super) form: Form,
    pub(super) site: Site,
    /// The mailbox is being opened.
    pub(super) busy: bool,
    pub(super) complaint: Option<Complaint>,
    pub(super) act: Act,
}

#[component]
pub(super) fn BridgeChoice(props: &BridgeProps) -> Html {
    use_language();
    let BridgeProps { form, site, busy, complaint, act } = props;
    let offered = site.offered();
    if offered.len() < 2 {
        return Html::default();
    }
    let chosen = form.bridge(site);
    let is_faulty = matches!(complaint, Some(Complaint::Bridge(_)));
    let onchange = {
        let (act, offered) = (act.clone(), offered.clone());
        Callback::from(move |event: yew::Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            if let Some(bridge) = value.parse().ok().and_then(|at: usize| offered.get(at)) {
                act.emit(Action::Edit(Field::Bridge(bridge.clone())));
            }
        })
    };
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            act.emit(Action::Edit(Field::BridgeAddress(event.target_unchecked_into::<HtmlInputElement>().value())));
        })
    };
    let options = offered.iter().enumerate().map(|(at, bridge)| {
        html! { <option value={at.to_string()} selected={*bridge == chosen}>{called(bridge)}</option> }
    });
    html! {
        <details class="more" open={chosen == Bridge::Typed}>
            <summary>{places::with(&say::bridge_chosen(PLACES[0]), [html! { <bdi>{called(&chosen)}</bdi> }])}</summary>
            <div class="fields">
                <label class="whole">{say::bridge()}
                    <select name="bridge" disabled={*busy} {onchange}>{for options}</select>
                </label>
                if chosen == Bridge::Typed {
                    <label class="whole">{say::bridge_address()}
                        <input name="bridge-address" value={form.bridge_address.clone()} disabled={*busy} {oninput} inputmode="url"
                            autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="wss://bridge.example.org/tunnel"
                            aria-invalid={is_faulty.then_some("true")} aria-describedby={is_faulty.then_some("complaint")} />
                    </label>
                }
            </div>
            <p>{say::bridge_words()}</p>
        </details>
    }
}

fn called(bridge: &Bridge) -> String {
    match bridge {
        Bridge::Own => say::bridge_own().to_owned(),
        Bridge::Listed(address) => bridge::name(address).to_owned(),
        Bridge::Typed => say::bridge_typed().to_owned(),
    }
}
