//! Recipients that are offered as one types.

use restante_api::keep::Ask;
use restante_api::{Address, CallId, Request};

use super::{Composer, LetterField, LetterWait, Offers};
use crate::ui::state::Effect;
use crate::ui::state::calls::Calls;
use crate::ui::state::kept::{Kept, Wait};

/// Characters after which it is worth while to ask.
const LEAST: usize = 2;

/// Something was typed into a field: asks who may be meant by what stands last in it.
pub(super) fn typed(kept: &mut Kept, calls: &mut Calls, field: LetterField) -> Vec<Effect> {
    let Some(composer) = &mut kept.composer else { return vec![] };
    composer.offers = None;
    let Some(typed) = composer.addresses(field).map(|typed| last(typed).1.trim().to_owned()) else { return vec![] };
    if typed.chars().count() < LEAST {
        return vec![];
    }
    let (asked, ask) = calls.ask(Request::Keep(Ask::Correspondents(typed)));
    composer.offers = Some(Offers { field, found: vec![], asked });
    let letter = composer.letter;
    kept.waiting.retain(|(_, wait)| !matches!(wait, Wait::Letter(LetterWait::Offers(_))));
    kept.waiting.push((asked, Wait::Letter(LetterWait::Offers(letter))));
    vec![ask]
}

/// Offers those who were found and are not in the field already.
pub(super) fn found(composer: &mut Composer, asked: CallId, found: Vec<Address>) {
    let Some(field) = composer.offers.as_ref().filter(|offers| offers.asked == asked).map(|offers| offers.field) else {
        return;
    };
    let typed = composer.addresses(field).map_or_else(String::new, |typed| typed.to_lowercase());
    let is_there = |address: &Address| {
        let address = address.address.to_lowercase();
        let item = |item: &str| {
            item == address || item.strip_suffix('>').is_some_and(|item| item.ends_with(&format!("<{address}")))
        };
        typed.split([',', ';']).any(|typed| item(typed.trim()))
    };
    if let Some(offers) = &mut composer.offers {
        offers.found = found.into_iter().filter(|address| !is_there(address)).collect();
    }
}

/// Puts a recipient in the place of what was typed last.
pub(super) fn complete(composer: &mut Composer, field: LetterField, address: &Address) {
    composer.offers = None;
    let Some(typed) = composer.addresses(field) else { return };
    let (before, _) = last(typed);
    let gap = if before.is_empty() { "" } else { " " };
    *typed = format!("{}{gap}{}, ", before.trim_end(), written(address));
}

impl Composer {
    /// The addresses in a field; `None` where it takes none.
    fn addresses(&mut self, field: LetterField) -> Option<&mut String> {
        match field {
            LetterField::To => Some(&mut self.draft.to),
            LetterField::Cc => Some(&mut self.draft.cc),
            LetterField::Bcc => Some(&mut self.draft.bcc),
            LetterField::Subject | LetterField::Text => None,
        }
    }
}

/// What stands before the last item of a list, and that item. A comma within quotes ends none.
fn last(typed: &str) -> (&str, &str) {
    let (mut at, mut quoted, mut escaped) = (0, false, false);
    for (index, c) in typed.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | ';' if !quoted => at = index + 1,
            _ => {}
        }
    }
    typed.split_at(at)
}

/// A mailbox as it stands in an address list (RFC 5322, section 3.4).
fn written(address: &Address) -> String {
    let Address { name, address } = address;
    let is_plain = |c: char| c.is_alphanumeric() || c == ' ' || !c.is_ascii();
    match name.as_str() {
        "" => address.clone(),
        name if name.chars().all(is_plain) => format!("{name} <{address}>"),
        name => format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_item_is_what_stands_behind_the_last_comma_that_is_in_no_quotes() {
        for (typed, expected) in [
            ("ber", ("", "ber")),
            ("a@x, ber", ("a@x,", " ber")),
            ("\"Doe, Ja", ("", "\"Doe, Ja")),
            ("\"Doe, \\\"Jane\" <a@x>; ber", ("\"Doe, \\\"Jane\" <a@x>;", " ber")),
        ] {
            assert_eq!(last(typed), expected);
        }
    }

    #[test]
    fn names_are_quoted_where_an_address_list_needs_that() {
        let address = |name: &str| written(&Address { name: name.into(), address: "a@x".into() });
        assert_eq!((address(""), address("Ana Beltrán")), ("a@x".to_owned(), "Ana Beltrán <a@x>".to_owned()));
        assert_eq!(address("Doe, \"J\""), "\"Doe, \\\"J\\\"\" <a@x>");
    }
}
