//! The languages, and the one that is spoken.

use std::cell::Cell;

/// A language that everything is said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// What those who speak it call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    /// The direction in which it is written, as HTML names it.
    pub fn direction(self) -> &'static str {
        match self {
            Self::English | Self::Spanish => "ltr",
        }
    }

    /// The one of a tag, whatever its region: `es-MX` is Spanish.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The first of somebody's languages, the dearest first, that there is; else English.
    pub fn for_reader<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::of).unwrap_or_default()
    }
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language that is spoken; English until [`speak`] is called.
pub fn language() -> Language {
    SPOKEN.get()
}

/// Speaks a language from now on, in this thread.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_does_not_keep_a_language_from_being_known() {
        assert_eq!(Language::of("es-MX"), Some(Language::Spanish));
        assert_eq!(Language::of("EN"), Some(Language::English));
        assert_eq!(Language::of("est"), None);
        assert_eq!(Language::for_reader(["de-DE", "es", "en"]), Language::Spanish);
        assert_eq!(Language::for_reader(["de-DE"]), Language::English);
    }
}
