//! The mail address at the top of the form, and what is found by it.

use restante_api::{Discover, Need, Provider, Settings, SettingsSource};
use restante_locales::say;
use web_sys::FocusEvent;
use yew::{Callback, Html, Properties, component, html};

use super::form::{input, security_name};
use super::{Act, sends, use_language};
use crate::ui::browser::page;
use crate::ui::state::{Action, Field, FindAction, Finding, Form, Site};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct AddressProps {
    pub(super) form: Form,
    pub(super) act: Act,
}

/// The field, and below it what was found. There is room for that from the beginning, so that no field moves.
#[component]
pub(super) fn AddressField(props: &AddressProps) -> Html {
    use_language();
    let AddressProps { form, act } = props;
    let onfocusout = {
        let act = act.clone();
        Callback::from(move |_: FocusEvent| act.emit(Action::Find(FindAction::Due)))
    };
    html! {
        <div class="whole find">
            <label>{say::form_address()}
                <input id="address" name="email" value={form.address.clone()} oninput={input(act, Field::Address)} {onfocusout}
                    inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false" placeholder="name@example.org"
                    aria-describedby="find-words" />
            </label>
            <p id="find-words" role="status" class={matches!(form.finding, Finding::NoPop3(_)).then_some("bad")}>{told(form, act)}</p>
        </div>
    }
}

/// What the provider wants before anybody gets in, where it wants something.
pub(super) fn needs(form: &Form, site: &Site) -> Html {
    let Finding::Found(found) = &form.finding else { return html! {} };
    let SettingsSource::Known(provider) = &found.source else { return html! {} };
    // Where the provider signs in on a page of its own, no password is asked for.
    let is_met = |need: Need| match need {
        Need::OAuth => site.provider_of(&form.host).is_some(),
        Need::AppPassword => form.provider(site).is_some(),
        Need::SwitchOn | Need::Paid => false,
    };
    let needs: Vec<Need> = provider.needs.iter().copied().filter(|need| !is_met(*need)).collect();
    if needs.is_empty() || form.differs_from_finding() {
        return html! {};
    }
    html! {
        <div class="note warn">
            {for needs.into_iter().map(|need| html! { <p>{of_need(need)}</p> })}
            if provider.help.is_some() { <p>{help(provider)}</p> }
        </div>
    }
}

fn told(form: &Form, act: &Act) -> Html {
    let domain = Discover::of(&form.address).map(|wanted| wanted.domain).unwrap_or_default();
    match &form.finding {
        Finding::Idle => html! { {say::find_hint()} },
        Finding::Waiting(_) => html! { {say::find_waiting(&domain)} },
        Finding::Found(found) => html! {
            <>
                {source(found, &domain)}
                if is_elsewhere(found, &domain) { {" "}{say::find_elsewhere()} }
                if let Some(submission) = &found.submission { {" "}{say::find_sends(&submission.host)} }
                if form.differs_from_finding() {
                    {" "}{say::find_differs(&found.fetch.host, &found.fetch.port.to_string(), security_name(found.fetch.security))}{" "}
                    <button type="button" class="link" onclick={sends(act, Action::Find(FindAction::Use))}>{say::find_use()}</button>
                }
            </>
        },
        Finding::NoPop3(provider) => html! { <>{say::find_no_pop3(&provider.name)}{" "}{help(provider)}</> },
        Finding::Barred => html! { {say::find_barred(&domain)} },
        Finding::Unlisted => html! { {say::find_unlisted(&domain)} },
        Finding::Nothing => html! { {say::find_nothing(&domain)} },
        Finding::Late => html! { {say::find_late()} },
    }
}

fn source(found: &Settings, domain: &str) -> String {
    match &found.source {
        SettingsSource::Known(provider) => say::find_known(&provider.name),
        SettingsSource::Dns => say::find_dns(domain),
        SettingsSource::Autoconfig => say::find_autoconfig(domain),
    }
}

/// Whether records that nobody has signed lead to a server that is not the domain's own: somebody has to judge that (RFC 6186,
/// section 6).
fn is_elsewhere(found: &Settings, domain: &str) -> bool {
    // Records name hosts as the network knows them.
    let ascii = page::ascii_host(domain);
    let domain = ascii.as_deref().unwrap_or(domain);
    let is_own = |host: &str| host == domain || host.strip_suffix(domain).is_some_and(|below| below.ends_with('.'));
    let places = std::iter::once(&found.fetch).chain(&found.submission);
    found.source == SettingsSource::Dns && !places.into_iter().all(|place| is_own(&place.host))
}

fn of_need(need: Need) -> &'static str {
    match need {
        Need::SwitchOn => say::need_switch_on(),
        Need::AppPassword => say::need_app_password(),
        Need::OAuth => say::need_oauth(),
        Need::Paid => say::need_paid(),
    }
}

/// Where the provider explains it: in a tab of its own, that learns nothing of this one.
fn help(provider: &Provider) -> Html {
    let Some(address) = provider.help.clone() else { return html! {} };
    html! { <a href={address} target="_blank" rel="noopener noreferrer">{say::find_help(&provider.name)}</a> }
}
