//! The language that is spoken, from the browser's side: which its reader prefers, how the browser writes numbers and counts
//! in it (ECMA-402), and what the document says of it.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, Function, Intl, Object, Reflect};
use restante_locales::{Language, Platform, set_platform};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::window;

use super::choices;

/// The language to begin with: the one that was chosen before, where mail is kept, else the first of the reader's that
/// there is.
pub fn first(keeps: bool) -> Language {
    let chosen = choices::remembered(choices::LANGUAGE).filter(|_| keeps);
    chosen.and_then(|tag| Language::of(&tag)).unwrap_or_else(preferred)
}

/// Speaks a language from now on, and says so to the browser.
pub fn speak(language: Language) {
    set_platform(Platform { number, plural });
    restante_locales::speak(language);
    if let Some(root) = window().and_then(|window| window.document()?.document_element()) {
        // Attributes of these names can be set.
        let _ = root.set_attribute("lang", language.tag());
        let _ = root.set_attribute("dir", language.direction());
    }
}

/// Remembers a choice, which is none where the browser would lead to the same.
pub fn remember(language: Language) {
    choices::remember(choices::LANGUAGE, if language == preferred() { "" } else { language.tag() });
}

/// The tags that a formatter of `Intl` is made for: with the region, where the reader's browser names one.
pub(super) fn locales(language: Language) -> Array {
    let own = languages().into_iter().find(|tag| Language::of(tag) == Some(language));
    Array::of1(&JsValue::from_str(&own.unwrap_or_else(|| language.tag().to_owned())))
}

/// Options of a formatter.
pub(super) fn options(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object
}

fn preferred() -> Language {
    Language::for_reader(languages().iter().map(String::as_str))
}

/// The reader's languages, the dearest first.
fn languages() -> Vec<String> {
    let languages = window().map(|window| window.navigator().languages()).unwrap_or_default();
    languages.iter().filter_map(|tag| tag.as_string()).collect()
}

thread_local! {
    static NUMBERS: RefCell<HashMap<(Language, usize), Function>> = RefCell::default();
    static PLURALS: RefCell<HashMap<Language, Intl::PluralRules>> = RefCell::default();
}

fn number(language: Language, value: f64, digits: usize) -> String {
    NUMBERS.with_borrow_mut(|known| {
        let format = known.entry((language, digits)).or_insert_with(|| {
            let digits = JsValue::from_f64(u32::try_from(digits).unwrap_or_default().into());
            let options = options(&[("minimumFractionDigits", digits.clone()), ("maximumFractionDigits", digits)]);
            Intl::NumberFormat::new(&locales(language), &options).format()
        });
        let text = format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(value)).ok();
        text.and_then(|text| text.as_string()).unwrap_or_default()
    })
}

#[expect(clippy::cast_precision_loss, reason = "no plural depends on the last digits of so great a count")]
fn plural(language: Language, count: u64) -> String {
    PLURALS.with_borrow_mut(|known| {
        let rules = known
            .entry(language)
            .or_insert_with(|| Intl::PluralRules::new(&locales(language), &Object::new().unchecked_into()));
        rules.select(count as f64).into()
    })
}
