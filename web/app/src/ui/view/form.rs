//! The connect form. Its controls' names are part of the page's interface: other programs drive it by them.

use super::use_language;
use restante_api::{Security, Stage, TlsEnd};
use restante_locales::say;
use restante_protocol::tunnel::Secret;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::{Callback, FocusEvent, Html, InputEvent, Properties, SubmitEvent, TargetCast, component, html};

use super::bridge::BridgeChoice;
use super::discover::{AddressField, needs};
use super::oauth::oauth;
use super::way::WayOfMail;
use super::{Act, sends};
use crate::ui::browser::page;
use crate::ui::state::{Action, Complaint, Field, Form, SigningIn, Site, Whom};
use crate::ui::words;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct FormProps {
    pub(super) form: Form,
    pub(super) site: Site,
    /// Whether to ask for an access token.
    pub(super) wants_token: bool,
    /// How far the opening has come, while the mailbox is being opened.
    pub(super) opening: Option<Stage>,
    pub(super) complaint: Option<Complaint>,
    pub(super) signing_in: Option<SigningIn>,
    pub(super) act: Act,
}

const SECURITIES: [(Security, &str); 3] =
    [(Security::Tls, "tls"), (Security::Starttls, "starttls"), (Security::None, "none")];

#[component]
pub(super) fn ConnectForm(props: &FormProps) -> Html {
    use_language();
    let FormProps { form, act, complaint, .. } = props;
    let onsubmit = {
        let act = act.clone();
        Callback::from(move |event: SubmitEvent| {
            // The page's policy forbids forms that go anywhere; this one never does.
            event.prevent_default();
            act.emit(Action::Submit);
        })
    };
    let onfocusin = {
        let act = act.clone();
        Callback::from(move |event: FocusEvent| {
            let id = event.target_dyn_into::<HtmlElement>().map(|element| element.id());
            // Where the page itself has moved the focus, nobody has asked for anything yet.
            let password = id.as_deref() == Some("password") && page::is_in_use();
            act.emit(Action::AtForm { password });
        })
    };
    let faulty = |which: Complaint| (*complaint == Some(which)).then_some("true");
    let explained = |which: Complaint| (*complaint == Some(which)).then_some("complaint");
    let text = |field: fn(String) -> Field| input(act, field);
    let secret = |field: fn(Secret) -> Field| input(act, move |value| field(Secret::new(value)));
    let busy = props.opening.is_some();
    let by_provider = form.provider(&props.site);
    html! {
        <form class="card" novalidate=true {onsubmit} {onfocusin}>
            <fieldset disabled={busy}>
                <legend class="unseen">{say::form_legend()}</legend>
                <div class="fields">
                    <AddressField form={form.clone()} act={act.clone()} />
                    <label class="wide">{say::form_server()}
                        <input id="server" name="server" value={form.host.clone()} oninput={text(Field::Host)} inputmode="url"
                            autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="pop.example.org"
                            aria-invalid={faulty(Complaint::Host)} aria-describedby={explained(Complaint::Host)} />
                    </label>
                    <label class="port">{say::form_port()}
                        <input name="port" value={form.port.clone()} oninput={text(Field::Port)} inputmode="numeric" autocomplete="off"
                            aria-invalid={faulty(Complaint::Port)} aria-describedby={explained(Complaint::Port)} />
                    </label>
                    <label class="security">{say::form_security()}{securities(form.security, sends_security(act))}</label>
                    <label class="half">{say::form_user()}
                        <input id="user" name="username" value={form.user.clone()} oninput={text(Field::User)} autocomplete="username"
                            autocapitalize="none" spellcheck="false"
                            aria-invalid={faulty(Complaint::User)} aria-describedby={explained(Complaint::User)} />
                    </label>
                    if by_provider.is_none() {
                        <label key="password" class="half">{say::password()}
                            <input id="password" name="password" type="password" value={form.password.expose().to_owned()}
                                oninput={secret(Field::Password)} autocomplete="current-password"
                                aria-invalid={faulty(Complaint::Password)} aria-describedby={explained(Complaint::Password)} />
                        </label>
                    }
                    if props.wants_token {
                        <label class="whole">{say::form_token()}
                            <input name="token" type="password" value={form.token.expose().to_owned()} oninput={secret(Field::Token)}
                                autocomplete="off" aria-invalid={faulty(Complaint::Token)}
                                aria-describedby={explained(Complaint::Token)} />
                        </label>
                    }
                </div>
                if let Some(provider) = by_provider {
                    {oauth(provider, Whom::Form, props.signing_in.as_ref(), form.granted(&props.site).is_some(), act)}
                }
                if let Some(provider) = props.site.provider_of(&form.host) {
                    <p class="oauth-other">
                        <button type="button" class="link" onclick={sends(act, Action::Edit(Field::ByPassword(!form.by_password)))}>
                            if form.by_password { {say::oauth_begin(&provider.name)} } else { {say::oauth_password()} }
                        </button>
                    </p>
                }
                {needs(form, &props.site)}
                if form.security == Security::None {
                    <div class="note warn">
                        <p><b>{say::form_clear()}</b>{" "}{say::form_clear_words()}</p>
                        <label class="tick">
                            <input type="checkbox" checked={form.cleartext_agreed} onchange={tick(act, Field::CleartextAgreed)}
                                aria-invalid={faulty(Complaint::Cleartext)} aria-describedby={explained(Complaint::Cleartext)} />
                            {say::form_clear_agree()}
                        </label>
                    </div>
                }
                <div class="keeping">
                    <label class="tick">
                        <input type="checkbox" checked={form.keep} onchange={tick(act, Field::Keep)} aria-describedby="keep-words" />
                        {say::form_keep()}
                    </label>
                    <small id="keep-words">{say::form_keep_words()}
                        if form.keep { {" "}{say::form_keep_more()} }
                    </small>
                    if form.keep {
                        <label class="tick">
                            <input type="checkbox" checked={form.keep_password} onchange={tick(act, Field::KeepPassword)} />
                            if by_provider.is_some() { {say::oauth_keep()} } else { {say::keep_password()} }
                        </label>
                    }
                </div>
                if let Some(complaint) = complaint {
                    <p class="note bad" id="complaint" role="alert">{words::complaint(*complaint)}</p>
                }
                if !busy {
                    <button id="open" class="primary" type="submit">{say::form_open()}</button>
                }
            </fieldset>
            <div class="progress">
                <p role="status" aria-live="polite">{props.opening.map(words::opening)}</p>
                if busy {
                    <button type="button" onclick={sends(act, Action::Cancel)}>{say::cancel()}</button>
                }
            </div>
            <WayOfMail security={form.security} tls_end={form.tls_end} host={form.host.clone()} port={form.port.clone()}
                bridge={form.other_bridge(&props.site).ok().flatten()} />
            <BridgeChoice form={form.clone()} site={props.site.clone()} {busy} complaint={*complaint} act={act.clone()} />
            if form.security != Security::None {
                <details class="more">
                    <summary>{say::form_tls_end()}</summary>
                    <label class="tick">
                        <input type="checkbox" disabled={busy} checked={form.tls_end == TlsEnd::Bridge}
                            onchange={tick(act, |bridge| Field::TlsEnd(if bridge { TlsEnd::Bridge } else { TlsEnd::Browser }))} />
                        {say::form_tls_at_bridge()}
                    </label>
                    <p>{say::form_tls_at_bridge_words()}</p>
                </details>
            }
        </form>
    }
}

fn sends_security(act: &Act) -> Callback<Security> {
    let act = act.clone();
    Callback::from(move |security| act.emit(Action::Edit(Field::Security(security))))
}

/// A choice of how a connection is protected.
pub(super) fn securities(chosen: Security, choose: Callback<Security>) -> Html {
    let onchange = Callback::from(move |event: yew::Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some((security, _)) = SECURITIES.iter().find(|(_, name)| *name == value) {
            choose.emit(*security);
        }
    });
    let options = SECURITIES.iter().map(|(security, name)| {
        html! { <option value={*name} selected={*security == chosen}>{security_name(*security)}</option> }
    });
    html! { <select name="security" {onchange}>{for options}</select> }
}

/// What it is called.
pub(super) fn security_name(security: Security) -> &'static str {
    match security {
        Security::Tls => "TLS",
        Security::Starttls => "STARTTLS",
        Security::None => say::form_security_none(),
    }
}

/// Sends what is typed into a control.
pub(super) fn input(act: &Act, field: impl Fn(String) -> Field + 'static) -> Callback<InputEvent> {
    let act = act.clone();
    Callback::from(move |event: InputEvent| {
        act.emit(Action::Edit(field(event.target_unchecked_into::<HtmlInputElement>().value())));
    })
}

fn tick(act: &Act, field: fn(bool) -> Field) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        act.emit(Action::Edit(field(event.target_unchecked_into::<HtmlInputElement>().checked())));
    })
}
