//! The head of a message: subject, who wrote to whom, when, and what is wrong with it.

use super::places::{self, PLACES};
use super::use_language;
use restante_api::{Address, Authentication, MessageView, Protection, Row, Scheme};
use restante_locales::{flaw, say};
use web_sys::Element;
use yew::{Callback, Event, Html, Properties, TargetCast, component, html, use_state_eq};

use super::avatar::avatar;
use super::icon;
use crate::ui::browser::dates;
use crate::ui::shared::Shared;
use crate::ui::{cost, format, provider};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct LetterheadProps {
    pub(super) view: Shared<MessageView>,
    /// The mail server it was fetched from.
    pub(super) provider: String,
}

#[component]
pub(super) fn Letterhead(props: &LetterheadProps) -> Html {
    use_language();
    let view = &props.view;
    let flaws = view.faults.iter().map(flaw).collect::<Vec<_>>().join(" ");
    let answers_elsewhere = !view.reply_to.is_empty() && view.reply_to != view.from;
    let to = html! {
        <>
            {line(say::letter_to, &view.to)}
            {line(say::letter_cc, &view.cc)}
            if answers_elsewhere { {line(say::letter_reply_to, &view.reply_to)} }
        </>
    };
    html! {
        <>
            {head(&view.subject, view.from.first(), to, view.date, Some(view.octets))}
            if let Some((claimed, true_one)) = view.from.first().and_then(|from| Some((format::posing(from)?, &from.address))) {
                <div class="note warn">
                    <p><b>{say::letter_posing()}</b>{" "}{places::with(&say::letter_posing_words(PLACES[0], PLACES[1]), [
                        html! { <bdi>{cost::within(claimed, cost::LINE).into_owned()}</bdi> },
                        html! { <bdi>{cost::within(true_one, cost::LINE).into_owned()}</bdi> },
                    ])}</p>
                </div>
            }
            if let Some(authentication) = view.authentication.as_ref().filter(|it| provider::is_of(&it.by, &props.provider)) {
                {confirmed(authentication)}
            }
            if let Some(protection) = view.protection { {protected(protection)} }
            if !view.faults.is_empty() {
                <div class="note warn">
                    <p><b>{say::letter_damaged()}</b>{" "}{cost::within(&flaws, cost::HEADING).into_owned()}</p>
                </div>
            }
            if !view.fields.is_empty() { <Fields view={view.clone()} /> }
        </>
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct FieldsProps {
    view: Shared<MessageView>,
}

/// All fields of the header, once somebody wants to see them.
#[component]
fn Fields(props: &FieldsProps) -> Html {
    use_language();
    let is_open = use_state_eq(|| false);
    let ontoggle = {
        let is_open = is_open.clone();
        Callback::from(move |event: Event| is_open.set(event.target_unchecked_into::<Element>().has_attribute("open")))
    };
    html! {
        <details class="header-fields" {ontoggle}>
            <summary>{say::letter_fields()}</summary>
            if *is_open {
                <dl class="facts">
                    { for props.view.fields.iter().map(|field| html! {
                        <div><dt>{cost::within(&field.name, cost::LINE).into_owned()}</dt><dd dir="auto">{cost::within(&field.value, cost::HEADING).into_owned()}</dd></div>
                    }) }
                </dl>
            }
        </details>
    }
}

/// What the user's own provider says of the sender.
fn confirmed(authentication: &Authentication) -> Html {
    let Authentication { by, domain, is_confirmed } = authentication;
    let (by, domain) =
        (html! { <bdi>{by}</bdi> }, html! { <bdi>{cost::within(domain, cost::LINE).into_owned()}</bdi> });
    if *is_confirmed {
        html! { <p class="confirmed">{icon::tick()}<span>{places::with(&say::letter_confirmed(PLACES[0], PLACES[1]), [by, domain])}</span></p> }
    } else {
        html! {
            <div class="note warn">
                <p><b>{say::letter_refuted()}</b>{" "}{places::with(&say::letter_refuted_words(PLACES[0], PLACES[1]), [by, domain])}</p>
            </div>
        }
    }
}

/// What is said of a message that is encrypted or signed: what its reader can do about it, and what is not known.
fn protected(protection: Protection) -> Html {
    let name = |scheme| match scheme {
        Scheme::OpenPgp => "OpenPGP",
        Scheme::SMime => "S/MIME",
    };
    let (title, words) = match protection {
        Protection::Encrypted(scheme) => (say::letter_encrypted(name(scheme)), say::letter_encrypted_words()),
        Protection::Signed(scheme) => (say::letter_signed(name(scheme)), say::letter_signed_words()),
        Protection::SignedWithin(scheme) => (say::letter_signed(name(scheme)), say::letter_signed_within()),
    };
    html! { <div class="note protection"><p><b>{title}</b>{" "}{words}</p></div> }
}

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ListedProps {
    pub(super) row: Shared<Row>,
}

/// The same, as far as the list knows it, until the message has come.
#[component]
pub(super) fn ListedHead(props: &ListedProps) -> Html {
    use_language();
    let row = &props.row;
    head(&row.subject, row.from.as_ref(), Html::default(), row.date, row.octets)
}

fn head(subject: &str, from: Option<&Address>, to: Html, date: Option<i64>, octets: Option<u64>) -> Html {
    let subject = cost::within(subject, cost::HEADING);
    html! {
        <>
            <h2 class="subject" dir="auto" title={subject.to_string()}>{if subject.trim().is_empty() { say::no_subject() } else { &*subject }}</h2>
            <div class="who">
                {avatar(from)}
                <div>
                    <p class="from" title={from.map(|from| cost::within(&format::mailbox(from), cost::HEADING).into_owned())}><b dir="auto">{cost::within(format::name(from), cost::LINE).into_owned()}</b>
                        if let Some(from) = from.filter(|from| !from.address.is_empty() && from.address != format::name(Some(from))) {
                            {" "}<span>{format!("<{}>", cost::within(&from.address, cost::LINE))}</span>
                        }
                    </p>
                    <p class="to">
                        {to}
                        if let Some(date) = date {
                            <span><time datetime={dates::machine(date)}>{dates::full(date)}</time></span>
                        }
                        if let Some(octets) = octets { <span class="size">{format::octets(octets)}</span> }
                    </p>
                </div>
            </div>
        </>
    }
}

/// Addressees after a word; the first few of many.
fn line(words: fn(&str) -> String, addresses: &[Address]) -> Html {
    const SHOWN: usize = 6;
    if addresses.is_empty() {
        return Html::default();
    }
    let all = format::mailboxes(addresses);
    let all = cost::within(&all, cost::HEADING).into_owned();
    let shown = addresses.iter().take(SHOWN).map(|address| format::name(Some(address))).collect::<Vec<_>>().join(", ");
    let shown = cost::within(&shown, cost::HEADING).into_owned();
    let more = addresses.len().saturating_sub(SHOWN);
    html! {
        <span title={all}>{places::with(&words(PLACES[0]), [html! { <bdi>{shown}</bdi> }])}
            if more > 0 { {" "}{say::letter_more_names(more as u64)} }
        </span>
    }
}
