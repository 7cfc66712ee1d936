//! Account settings: who writes, and by which server.

use restante_api::letter::Identity;
use restante_locales::say;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::{Callback, Html, InputEvent, TargetCast, html};

use super::super::Act;
use super::super::form::securities;
use super::keeps;
use super::settings::tick;
use crate::ui::state::kept::{Draft, Knob, Knobs, SendingField, Step};
use crate::ui::state::{Action, KeptAction};

pub(super) fn sending(draft: &Draft, act: &Act) -> Html {
    let sending = &draft.sending;
    let wrong = draft.step == Step::Wrong(Knobs::Port);
    let choose = {
        let act = act.clone();
        Callback::from(move |security| turn(&act, Knob::Security(security)))
    };
    let onsignature = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            turn(&act, Knob::Sending(SendingField::Signature, typed));
        })
    };
    html! {
        <fieldset role="group" aria-labelledby="sending-title">
            <h3 id="sending-title">{say::sending()}</h3>
            <p class="words">{say::sending_words()}</p>
            <div class="fields">
                <label class="half">{say::sending_name()}{text(&sending.name, SendingField::Name, "name", "text", act)}</label>
                <label class="half">{say::sending_address()}{text(&sending.address, SendingField::Address, "email", "email", act)}</label>
                <label class="wide">{say::sending_server()}{text(&sending.host, SendingField::Host, "off", "url", act)}</label>
                <label class="port">{say::sending_port()}
                    <input value={draft.port.clone()} oninput={typed(act, SendingField::Port)} inputmode="numeric" autocomplete="off"
                        aria-invalid={wrong.then_some("true")} aria-describedby={wrong.then_some("wrong")} />
                </label>
                <label class="security">{say::sending_security()}
                    {securities(sending.security, choose)}
                </label>
                <label class="whole">{say::sending_signature()}
                    <textarea rows="3" value={sending.signature.clone()} oninput={onsignature} dir="auto" />
                </label>
            </div>
            {others(draft, act)}
            <label class="tick"><input type="checkbox" checked={sending.copy_to_self} onchange={tick(act, Knob::CopyToSelf)} />{say::sending_copy()}</label>
            <p class="buttons"><button type="button" onclick={keeps(act, KeptAction::TakeMailLinks)}>{say::sending_links()}</button></p>
        </fieldset>
    }
}

/// Who else writes from the account.
fn others(draft: &Draft, act: &Act) -> Html {
    let on = |at: usize, field: SendingField| {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let target = event.target_unchecked_into::<web_sys::Element>();
            let typed = match target.dyn_ref::<HtmlTextAreaElement>() {
                Some(area) => area.value(),
                None => target.unchecked_into::<HtmlInputElement>().value(),
            };
            turn(&act, Knob::Identity(at, field, typed));
        })
    };
    let press = |knob: Knob| keeps(act, KeptAction::Turn(knob));
    let item = |(at, identity): (usize, &Identity)| {
        let wrong = draft.step == Step::Wrong(Knobs::Identity(at));
        html! {
            <li key={at} class="fields">
                <label class="half">{say::sending_name()}
                    <input value={identity.name.clone()} oninput={on(at, SendingField::Name)} autocomplete="off" dir="auto" spellcheck="false" /></label>
                <label class="half">{say::sending_address()}
                    <input value={identity.address.clone()} oninput={on(at, SendingField::Address)}
                        aria-invalid={wrong.then_some("true")} aria-describedby={wrong.then_some("wrong")} autocomplete="off" inputmode="email" dir="auto" spellcheck="false" autocapitalize="none" /></label>
                <label class="whole">{say::sending_signature()}
                    <textarea rows="2" value={identity.signature.clone()} oninput={on(at, SendingField::Signature)} dir="auto" /></label>
                <button type="button" class="quiet" onclick={press(Knob::RemoveIdentity(at))}>{say::sending_remove(&identity.address)}</button>
            </li>
        }
    };
    html! {
        <>
            <h4>{say::sending_others()}</h4>
            <p class="words">{say::sending_others_words()}</p>
            <ul class="identities">{for draft.sending.identities.iter().enumerate().map(item)}</ul>
            <p class="buttons"><button type="button" onclick={press(Knob::AddIdentity)}>{say::sending_add()}</button></p>
        </>
    }
}

fn text(value: &str, field: SendingField, autocomplete: &'static str, inputmode: &'static str, act: &Act) -> Html {
    html! {
        <input value={value.to_owned()} oninput={typed(act, field)} {autocomplete} {inputmode} dir="auto" spellcheck="false"
            autocapitalize={if field == SendingField::Name { "words" } else { "none" }} />
    }
}

fn typed(act: &Act, field: SendingField) -> Callback<InputEvent> {
    let act = act.clone();
    Callback::from(move |event: InputEvent| {
        turn(&act, Knob::Sending(field, event.target_unchecked_into::<HtmlInputElement>().value()));
    })
}

fn turn(act: &Act, knob: Knob) {
    act.emit(Action::Keep(KeptAction::Turn(knob)));
}
