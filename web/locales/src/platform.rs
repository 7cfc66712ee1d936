//! What the platform knows of a language: in the page it is `Intl` (ECMA-402), natively a plain rule.

use std::cell::Cell;

use super::language::{Language, language};

/// How a platform writes numbers, and which plural they take.
#[derive(Debug, Clone, Copy)]
pub struct Platform {
    /// A number with so many digits behind its point.
    pub number: fn(Language, f64, usize) -> String,
    /// The category of a count's plural (CLDR): `one`, `other`.
    pub plural: fn(Language, u64) -> String,
}

thread_local! {
    static PLATFORM: Cell<Platform> = const { Cell::new(Platform { number: plain_number, plural: plain_plural }) };
}

/// Asks this platform from now on, in this thread.
pub fn set_platform(platform: Platform) {
    PLATFORM.set(platform);
}

/// A number as people of the language write it, with so many digits behind its point.
pub fn number(value: f64, digits: usize) -> String {
    (PLATFORM.get().number)(language(), value, digits)
}

pub(crate) fn plural(count: u64) -> String {
    (PLATFORM.get().plural)(language(), count)
}

/// English and Spanish group thousands; Spanish does from five digits on (CLDR's minimumGroupingDigits).
fn plain_number(language: Language, value: f64, digits: usize) -> String {
    let (group, point, least) = match language {
        Language::English => (',', '.', 4),
        Language::Spanish => ('.', ',', 5),
    };
    let plain = format!("{value:.digits$}");
    let (whole, behind) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len() >= least && (whole.len() - at).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !behind.is_empty() {
        text.push(point);
        text.push_str(behind);
    }
    text
}

fn plain_plural(language: Language, count: u64) -> String {
    let category = match (language, count) {
        (_, 1) => "one",
        (Language::Spanish, count) if count > 0 && count.is_multiple_of(1_000_000) => "many",
        _ => "other",
    };
    category.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::speak;
    use super::*;

    #[test]
    fn thousands_are_apart_as_each_language_has_it() {
        let shown = || [999.0, 1000.0, 10_312.0, 1_234_567.0].map(|value| number(value, 0));
        assert_eq!(shown(), ["999", "1,000", "10,312", "1,234,567"]);
        assert_eq!(number(1.25, 1), "1.2");
        speak(Language::Spanish);
        assert_eq!(shown(), ["999", "1000", "10.312", "1.234.567"]);
        assert_eq!(number(1.25, 1), "1,2");
    }
}
