//! Text made fit for the index: scripts that are written without spaces get a token a character, so that any part of a
//! Japanese, Chinese or Thai sentence is found as a phrase of its characters.

use unicode_normalization::UnicodeNormalization as _;

/// Octets of one message's text that are indexed at most.
const MAX_TEXT: usize = 4 << 20;

/// The text as the index takes it: compatibility forms folded, characters of scripts without spaces apart.
pub fn for_index(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // The index would take NUL for the end.
    let text = text[..end].replace('\0', " ");
    if text.is_ascii() {
        return text;
    }
    let mut out = String::with_capacity(end + end / 8);
    let mut after_solid = false;
    // NFKC folds full-width letters and half-width katakana, which are written side by side with the usual ones.
    for c in text.nfkc() {
        let solid = is_solid(c);
        if solid || after_solid && c.is_alphanumeric() && !is_mark(c) {
            out.push(' ');
        }
        after_solid = solid || after_solid && is_mark(c);
        out.push(c);
    }
    out
}

/// The words of a text as somebody searches for it: letters and digits in runs, folded as the index folds them, and where
/// each lies in the text.
pub fn tokens(text: &str) -> Vec<String> {
    for_index(text)
        .split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A word as it is compared: without its accents, as the index takes it.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    // Of other scripts, marks tell letters apart.
    word.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')).nfc().collect()
}

/// Whether a script is written without spaces, so that the character is a token of its own.
fn is_solid(c: char) -> bool {
    matches!(u32::from(c),
        0x0E01..=0x0E30 | 0x0E32..=0x0E33 | 0x0E40..=0x0E46 // Thai, without its marks
        | 0x0E81..=0x0EB0 | 0x0EB2..=0x0EB3 | 0x0EBD..=0x0EC6 // Lao
        | 0x1000..=0x102A | 0x103F | 0x1050..=0x1055 // Myanmar
        | 0x1780..=0x17B3 // Khmer
        | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF // kana
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF // Han
        | 0xAC00..=0xD7A3 // Hangul syllables: words carry their particles
    )
}

/// A combining mark of these scripts: it stays with the character before.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0900..=0x0903 | 0x093A..=0x094F | 0x0E31 | 0x0E34..=0x0E3A | 0x0E47..=0x0E4E
        | 0x0EB1 | 0x0EB4..=0x0EBC | 0x0EC8..=0x0ECE | 0x102B..=0x103E | 0x1056..=0x1059 | 0x17B4..=0x17D3
        | 0x3099..=0x309A)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_scripts_without_spaces_are_tokens() {
        assert_eq!(tokens("東京タワーへ"), ["東", "京", "タ", "ワ", "ー", "へ"]);
        assert_eq!(tokens("2026年の mail"), ["2026", "年", "の", "mail"]);
        assert_eq!(tokens("สวัสดี"), ["ส", "วั", "ส", "ดี"]);
        assert_eq!(tokens("Ｒｅｓｔａｎｔｅ ﾒｰﾙ"), ["restante", "メ", "ー", "ル"]);
    }

    #[test]
    fn accents_are_folded_and_letters_of_other_scripts_stay() {
        assert_eq!(["été", "ångström", "がくせい", "й"].map(fold), ["ete", "angstrom", "がくせい", "и"]);
    }

    #[test]
    fn other_words_stay_whole() {
        assert_eq!(tokens("Poste-restante, l'été"), ["poste", "restante", "l", "été"]);
    }
}
