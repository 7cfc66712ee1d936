//! Whom an answer goes to.

use std::collections::HashSet;

use restante_api::Address;

use super::addresses::mailbox;
use crate::mime::Original;

/// To, and Cc.
type Recipients = (Vec<Address>, Vec<Address>);

/// An answer to whoever wrote the message; to an own letter, to those whom it went to.
pub(super) fn of_reply(original: &Original, own: &[String]) -> Recipients {
    (distinct(&answered(original, own), &mut HashSet::new()), Vec::new())
}

/// An answer to all. Who answers is left out, unless nobody else is left.
pub(super) fn of_reply_to_all(original: &Original, own: &[String]) -> Recipients {
    let answered = answered(original, own);
    let (to, cc) = if names_somebody(&original.followup_to) {
        (original.followup_to.clone(), &[][..])
    } else {
        ([&answered[..], &original.to].concat(), &original.cc[..])
    };
    let mut seen = own.iter().map(|own| key(own)).collect();
    let (to, cc) = (distinct(&to, &mut seen), distinct(cc, &mut seen));
    match (to.is_empty(), cc.is_empty()) {
        (true, true) => of_reply(original, own),
        // A letter has somebody that it is to.
        (true, false) => (cc, to),
        _ => (to, cc),
    }
}

/// The own address that a message reached, or was written from; `None` where that is the first of them, or none is named.
pub(super) fn reached(original: &Original, own: &[String]) -> Option<String> {
    let named = [&original.to, &original.cc, &original.from].into_iter().flatten();
    let named: HashSet<String> = named.map(|person| key(&person.address)).collect();
    let at = own.iter().position(|own| named.contains(&key(own)))?;
    own.get(at).filter(|_| at > 0).cloned()
}

/// RFC 5322, section 3.6.3: Reply-To where there is one, else From.
fn answered(original: &Original, own: &[String]) -> Vec<Address> {
    let own: HashSet<String> = own.iter().map(|own| key(own)).collect();
    let is_own = !original.from.is_empty() && original.from.iter().all(|from| own.contains(&key(&from.address)));
    let sender = if names_somebody(&original.reply_to) { &original.reply_to } else { &original.from };
    if is_own && !original.to.is_empty() { original.to.clone() } else { sender.clone() }
}

/// Some programs write a field with nothing in it that could be answered to.
fn names_somebody(field: &[Address]) -> bool {
    field.iter().any(|person| mailbox(&person.address).is_some())
}

/// Those that were not seen yet.
fn distinct(people: &[Address], seen: &mut HashSet<String>) -> Vec<Address> {
    people.iter().filter(|person| person.address.is_empty() || seen.insert(key(&person.address))).cloned().collect()
}

/// What is the same for one mailbox however it is spelled. By RFC 5321, section 2.4, the case of its local part might matter;
/// nobody gets a second letter for that.
fn key(address: &str) -> String {
    mailbox(address).map_or_else(|| address.to_owned(), |mailbox| mailbox.to_string()).to_lowercase()
}
