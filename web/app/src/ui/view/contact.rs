//! Whom a vCard is about, as a card: name, where they work, and how to reach them.

use restante_api::Contact;
use restante_api::rich::link;
use restante_locales::say;
use yew::{Html, html};

use super::avatar;
use crate::ui::cost;

pub(super) fn contact(contact: &Contact) -> Html {
    let shown = |text: &str| cost::within(text, cost::LINE).into_owned();
    let name = if contact.name.is_empty() { &contact.organization } else { &contact.name };
    let work = [&contact.title, &contact.organization].into_iter().filter(|part| !part.is_empty() && *part != name);
    let work = work.map(|part| shown(part)).collect::<Vec<_>>().join(" · ");
    // A number is called by its digits.
    let digits = |phone: &String| phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();
    // What stands behind an address in a link would fill in more than the address.
    let is_bare = |text: &str| !text.contains(['?', '&', '#', '%']);
    let way = |text: &String, target: String| match link(&target).filter(|_| is_bare(text)) {
        Some(target) => html! { <li><a href={target} dir="ltr" rel="noopener noreferrer">{shown(text)}</a></li> },
        None => html! { <li dir="auto">{shown(text)}</li> },
    };
    html! {
        <section class="event contact" aria-label={say::contact()}>
            {avatar::of(name, contact.emails.first().unwrap_or(name))}
            <div>
                <p class="kind">{say::contact()}</p>
                <h3 dir="auto">{shown(name)}</h3>
                if !work.is_empty() { <p dir="auto">{work}</p> }
                <ul>
                    {for contact.emails.iter().map(|email| way(email, format!("mailto:{email}")))}
                    {for contact.phones.iter().map(|phone| way(phone, format!("tel:{}", digits(phone))))}
                </ul>
            </div>
        </section>
    }
}
