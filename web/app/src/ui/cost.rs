//! What laying a text out costs the page's thread, and how much of one it can bear at once.
//!
//! The unit is a letter of plain words, about a microsecond. What a browser needs longer for is counted as often as it
//! was measured to: marks that are heaped upon each other, turns of direction, changes between scripts, and above all the first character of
//! a script that needs a font of its own. A message may hold nothing else.

use std::borrow::Cow;

use restante_api::between_words;

/// What is laid out of a line in the list.
pub const LINE: u32 = 400;

/// What is laid out of a heading, or shown over one.
pub const HEADING: u32 = 1_200;

/// What is laid out in one step of a long text: more than a screenful of words.
pub const STEP: u32 = 6_000;

/// What an element costs, apart from what is in it.
pub const ELEMENT: u32 = 150;

/// Marks upon one character that cost no more than letters: no script heaps more.
const HEAP: u32 = 3;

/// What each further one costs.
const MARK: u32 = 12;

/// What a character costs that turns the direction of writing.
const TURN: u32 = 24;

/// What it costs to go from one script to another.
const CHANGE: u32 = 10;

/// What it costs to find the font of a script, and to open it.
const FONT: u32 = 1_500;

/// Scripts in a line of which the fonts are not counted: a line has to be read, whatever its language.
const LANGUAGES: usize = 3;

/// What laying a text out costs.
pub fn of(text: &str) -> u32 {
    let mut meter = Meter::default();
    meter.take(text, u32::MAX);
    meter.spent
}

/// The text, or the beginning of it that costs no more than this.
pub fn within(text: &str, budget: u32) -> Cow<'_, str> {
    match (Meter { languages: LANGUAGES, ..Meter::default() }).take(text, budget) {
        (_, "") => Cow::Borrowed(text),
        (start, _) => Cow::Owned(format!("{start}…")),
    }
}

/// Counts what is laid out together.
#[derive(Debug, Default)]
pub struct Meter {
    spent: u32,
    /// Marks upon the character that they are put on.
    heap: u32,
    script: Option<Script>,
    /// Scripts that were there already.
    scripts: Vec<u32>,
    /// So many need not be counted.
    languages: usize,
}

impl Meter {
    /// What everything cost so far.
    pub fn spent(&self) -> u32 {
        self.spent
    }

    /// Begins to count anew. A font that was opened before is open.
    pub fn begin(&mut self) {
        (self.spent, self.heap, self.script) = (0, 0, None);
    }

    /// Counts something that is no text.
    pub fn add(&mut self, cost: u32) {
        self.spent = self.spent.saturating_add(cost);
    }

    /// Counts a text as far as it stays within the budget: that beginning, and the rest. It is cut between words or between
    /// what is drawn as one character, where there is such a place.
    pub fn take<'a>(&mut self, text: &'a str, budget: u32) -> (&'a str, &'a str) {
        let (mut whole, mut joins) = (0, false);
        for (at, c) in text.char_indices() {
            let is_mark = is_mark(c);
            if !is_mark && !joins {
                whole = at;
            }
            joins = c == '\u{200d}';
            let known = self.scripts.len();
            let cost = self.char(c, is_mark);
            if self.spent.saturating_add(cost) > budget {
                self.scripts.truncate(known);
                let start = &text[..if whole > 0 { whole } else { at }];
                return text.split_at(between_words(start).unwrap_or(start.len()));
            }
            self.spent += cost;
        }
        (text, "")
    }

    fn char(&mut self, c: char, is_mark: bool) -> u32 {
        self.heap = if is_mark { self.heap + 1 } else { 0 };
        if is_mark {
            return if self.heap > HEAP { MARK } else { 3 };
        }
        let Some(script) = Script::of(c) else {
            return match c {
                '\0'..='\x7f' => 1,
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => TURN,
                _ => 3,
            };
        };
        let mut cost = script.letter();
        if self.script.is_some_and(|last| last != script) {
            cost += CHANGE;
        }
        self.script = Some(script);
        if let Script::Rare(number) = script
            && !self.scripts.contains(&number)
        {
            self.scripts.push(number);
            cost += if self.scripts.len() > self.languages { FONT } else { 0 };
        }
        cost
    }
}

/// What characters have in common for a browser: a font, and a way of shaping them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    EastAsian,
    Symbols,
    Pictures,
    /// Others, by a number: it needs a font that hardly any other message needs.
    Rare(u32),
}

impl Script {
    /// The script of a letter; `None` where it belongs to every script.
    fn of(c: char) -> Option<Self> {
        Some(match u32::from(c) {
            0x41..=0x5A | 0x61..=0x7A | 0xAA..=0x24F | 0x1E00..=0x1EFF => Self::Latin,
            0..=0xA9 | 0x2000..=0x206F | 0x3000 => return None,
            0x370..=0x3FF | 0x1F00..=0x1FFF => Self::Greek,
            0x400..=0x52F => Self::Cyrillic,
            0x590..=0x5FF => Self::Hebrew,
            0x600..=0x6FF | 0x750..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Self::Arabic,
            0x2070..=0x2BFF => Self::Symbols,
            0x1100..=0x11FF | 0x2E80..=0x9FFF | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF => Self::EastAsian,
            0x2_0000..=0x3_FFFF => Self::EastAsian,
            0x1_F000..=0x1_FAFF => Self::Pictures,
            // Large scripts that are one.
            0x1200..=0x139F => Self::Rare(1),
            0x1400..=0x167F => Self::Rare(2),
            0xA000..=0xA4CF => Self::Rare(3),
            other => Self::Rare(other >> 7 << 7),
        })
    }

    /// What a letter costs.
    fn letter(self) -> u32 {
        match self {
            Self::Latin => 1,
            Self::Greek | Self::Cyrillic | Self::Hebrew => 2,
            Self::Arabic => 4,
            Self::EastAsian => 7,
            Self::Symbols | Self::Pictures => 10,
            // From India to Myanmar.
            Self::Rare(0x900..=0x1080) => 5,
            Self::Rare(_) => 8,
        }
    }
}

/// Marks that are put upon the character before them, and what joins characters without being seen.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x65F | 0x6D6..=0x6ED | 0x730..=0x74A
        | 0x900..=0x903 | 0x93A..=0x94F | 0xE31..=0xE3A | 0xE47..=0xE4E | 0xF71..=0xF87 | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x200B..=0x200F | 0x2060..=0x2064 | 0x20D0..=0x20FF | 0x302A..=0x302F
        | 0x3099..=0x309A | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0x1F3FB..=0x1F3FF | 0xE0000..=0xE01EF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script_stay_whole_and_heaps_of_marks_are_cut() {
        let words = ["Grüße aus Zürich", "Cafe\u{301}", "שָׁלוֹם", "नमस्ते दुनिया, hello 🎉", "ที่นี่", "👩‍👩‍👧‍👦", "ሰላም ለዓለም", "ᓄᓇᕗᑦ"];
        for words in words {
            assert_eq!(within(words, LINE), words);
        }
        let heap = format!("e{}", "\u{301}".repeat(30_000));
        let shown = within(&heap, LINE);
        assert!(shown.ends_with('…') && shown.chars().count() < 60, "{shown}");
        assert_eq!(within("", 0), "");
        assert!(of(&heap) > 50 * STEP);
    }

    #[test]
    fn what_a_browser_is_slow_at_is_dearer_than_words() {
        let every_script: String = (0x900..0x2000).step_by(7).filter_map(char::from_u32).collect();
        let dear = ["\u{202e}\u{2066}\u{2067}", "a\u{627}", "\u{1820}\u{180b}", "👨‍👩‍👧‍👦", &every_script];
        for text in dear {
            let (text, letters) = (text.repeat(500), text.chars().count() * 500);
            assert!(of(&text) as usize >= 5 * letters, "{}", of(&text) as usize / letters);
        }
        assert_eq!(of(&"word ".repeat(500)), 2500);
        // A font is opened once.
        assert!(of(&"ก".repeat(100)) < 2 * FONT);
        // Where whole languages are heaped up in a line, it is cut as well.
        assert!(within(&every_script, LINE).chars().count() < 60);
    }

    #[test]
    fn a_text_is_split_where_the_budget_ends_and_nothing_is_lost() {
        let split = |text, budget| Meter::default().take(text, budget);
        assert_eq!(split("abcdef", 4), ("abcd", "ef"));
        assert_eq!(split("яяя", 4), ("яя", "я"));
        assert_eq!(split("ab", 9), ("ab", ""));
        assert_eq!(split("one two three", 11), ("one two ", "three"), "between words");
        assert_eq!(split("aae\u{301}\u{302}", 6), ("aa", "e\u{301}\u{302}"), "with its marks");
        let mut meter = Meter::default();
        meter.take("ก", 9_999);
        meter.begin();
        assert_eq!(meter.take("กก", 10), ("กก", ""), "the font is open");
        meter.begin();
        meter.take("abc", 9);
        meter.add(ELEMENT);
        assert_eq!(meter.spent(), 3 + ELEMENT);
        assert_eq!(meter.take("defg", 5 + ELEMENT), ("de", "fg"), "what came before counts");
    }
}
