//! SASLprep: the form in which user names and passwords are compared (RFC 4013, a profile of stringprep, RFC 3454).
//!
//! The tables are the crate stringprep's. Its own function has the rule for stored strings only; both are here.

use std::fmt;

use stringprep::tables;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// What becomes of characters that Unicode 3.2 had not assigned (RFC 3454, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A string that is looked up: they may be in it.
    Query,
    /// A string that is kept, or from which keys are made that are kept: they may not.
    Stored,
}

/// Which of the two strings is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The user name.
    User,
    /// The password.
    Password,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "the user name",
            Self::Password => "the password",
        })
    }
}

/// Why a string cannot be prepared. The character is not named: it may be a password's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Forbidden {
    /// Control characters, private use, and others that have no place in a name (RFC 4013, section 2.3).
    #[error("holds a character that cannot be used to sign in, such as a control character (RFC 4013, section 2.3)")]
    Character,
    /// Left-to-right letters together with right-to-left ones, or a right-to-left text that does not start and end with
    /// such a letter (RFC 4013, section 2.4).
    #[error("mixes writing directions in a way that cannot be used to sign in (RFC 4013, section 2.4)")]
    Directions,
    /// A character that is newer than Unicode 3.2, in a stored string (RFC 4013, section 2.5).
    #[error("holds a character that is too new for this way to sign in, such as an emoji (RFC 4013, section 2.5)")]
    Unassigned,
    /// Nothing is left of it.
    #[error("has nothing but invisible characters (RFC 4013, section 2.1)")]
    Nothing,
}

/// The prepared form of a string. Preparing it again changes nothing.
///
/// # Errors
/// [`Forbidden`] where it has none.
pub fn prepare(text: &str, rule: Rule) -> Result<Zeroizing<String>, Forbidden> {
    // RFC 4013, section 2.1, in its order: U+200B is in both tables.
    let mapped = text.chars().map(|c| if tables::non_ascii_space_character(c) { ' ' } else { c });
    let mapped = mapped.filter(|c| !tables::commonly_mapped_to_nothing(*c));
    // RFC 4013, section 2.2: form KC. Room for all, so that no part of a password is left behind by growing.
    let mut prepared = Zeroizing::new(String::with_capacity(text.len() * MOST_GROWTH));
    prepared.extend(mapped.nfkc());
    if prepared.is_empty() {
        return Err(Forbidden::Nothing);
    }
    if prepared.contains(is_prohibited) {
        return Err(Forbidden::Character);
    }
    if has_mixed_directions(&prepared) {
        return Err(Forbidden::Directions);
    }
    if rule == Rule::Stored && prepared.contains(tables::unassigned_code_point) {
        return Err(Forbidden::Unassigned);
    }
    Ok(prepared)
}

/// Normalisation form KC makes of UTF-8 at most so many octets for one (Unicode Standard Annex 15, section 9).
const MOST_GROWTH: usize = 11;

/// RFC 4013, section 2.3, by the tables of RFC 3454, appendix C.
fn is_prohibited(c: char) -> bool {
    tables::non_ascii_space_character(c)
        || tables::ascii_control_character(c)
        || tables::non_ascii_control_character(c)
        || tables::private_use(c)
        || tables::non_character_code_point(c)
        || tables::inappropriate_for_plain_text(c)
        || tables::inappropriate_for_canonical_representation(c)
        || tables::change_display_properties_or_deprecated(c)
        || tables::tagging_character(c)
}

/// RFC 3454, section 6.
fn has_mixed_directions(text: &str) -> bool {
    let is_right = tables::bidi_r_or_al;
    text.contains(is_right)
        && !(text.starts_with(is_right) && text.ends_with(is_right) && !text.contains(tables::bidi_l))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Result<String, Forbidden> {
        prepare(text, Rule::Stored).map(|text| text.to_string())
    }

    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        // RFC 4013, section 3.
        assert_eq!(stored("I\u{AD}X").as_deref(), Ok("IX"));
        assert_eq!(stored("user").as_deref(), Ok("user"));
        assert_eq!(stored("USER").as_deref(), Ok("USER"));
        assert_eq!(stored("\u{AA}").as_deref(), Ok("a"));
        assert_eq!(stored("\u{2168}").as_deref(), Ok("IX"));
        assert_eq!(stored("\u{7}"), Err(Forbidden::Character));
        assert_eq!(stored("\u{627}\u{31}"), Err(Forbidden::Directions));
    }

    #[test]
    fn characters_newer_than_the_standard_may_be_looked_up_and_not_stored() {
        assert_eq!(stored("pass🔑"), Err(Forbidden::Unassigned));
        assert_eq!(prepare("pass🔑", Rule::Query).unwrap().as_str(), "pass🔑");
        assert_eq!(prepare("\u{7}🔑", Rule::Query), Err(Forbidden::Character));
    }

    #[test]
    fn nothing_is_left_of_invisible_characters() {
        for text in ["", "\u{AD}", "\u{FEFF}\u{200D}"] {
            assert_eq!(stored(text), Err(Forbidden::Nothing));
        }
    }

    #[test]
    fn both_rules_agree_with_the_librarys_own_function_and_preparing_twice_changes_nothing() {
        // Each character behind a letter and between right-to-left ones, all planes that hold any.
        for c in (0..0x3_1000).filter_map(char::from_u32) {
            for text in [format!("a{c}"), format!("\u{5D0}{c}\u{5D0}")] {
                let ours = stored(&text);
                match stringprep::saslprep(&text) {
                    Ok(theirs) if theirs.is_empty() => assert_eq!(ours, Err(Forbidden::Nothing), "{c:?}"),
                    Ok(theirs) => assert_eq!(ours.as_deref(), Ok(&*theirs), "{c:?}"),
                    Err(_) => assert!(ours.is_err(), "{c:?}"),
                }
                if let Ok(once) = prepare(&text, Rule::Query) {
                    assert!(once.len() <= text.len() * MOST_GROWTH);
                    assert_eq!(prepare(&once, Rule::Query).as_ref(), Ok(&once), "{c:?}");
                }
            }
        }
    }
}
