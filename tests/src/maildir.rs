//! Maildirs for the real servers: the sample maildrop, and as many made-up messages as a benchmark needs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Messages of a made-up maildrop: the same for the same numbers, whoever makes them.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// How many.
    pub messages: u32,
    /// The least octets of one.
    pub least: usize,
    /// The most octets of one.
    pub most: usize,
}

impl Crowd {
    /// 10,000 messages of 1 to 60 KB whose sizes lean to the small side: 119 MB.
    pub const FETCH: Self = Self { messages: 10_000, least: 1_000, most: 60_000 };
    /// 10,000 messages of about 1 KB.
    pub const PATH: Self = Self { messages: 10_000, least: 700, most: 1_400 };

    /// The message of this number, from 1.
    pub fn message(self, number: u32) -> Vec<u8> {
        let mut dice = Dice::new(number);
        // A power of a fraction leans to the small side, as mail does.
        let lean = dice.fraction().powf(5.4).mul_add(0.92, dice.fraction() * 0.08);
        let octets = self.least + ((self.most - self.least) as f64 * lean) as usize;
        let first = FIRST[dice.below(FIRST.len())];
        let last = LAST[dice.below(LAST.len())];
        let minutes = u64::from(self.messages - number) * 47;
        let mut message = format!(
            "Return-Path: <{f}@{l}.example>\r\nReceived: from mx.{l}.example by mail.postbox.example; {date}\r\n\
             Message-ID: <{number}.crowd@{l}.example>\r\nDate: {date}\r\nFrom: {first} {last} <{f}@{l}.example>\r\n\
             To: Robin Hale <robin@postbox.example>\r\nSubject: {verb} the {thing}, no. {number}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n",
            f = first.to_lowercase(),
            l = last.to_lowercase(),
            date = date(minutes),
            verb = VERBS[dice.below(VERBS.len())],
            thing = THINGS[dice.below(THINGS.len())],
        )
        .into_bytes();
        while message.len() < octets {
            let mut column = 0;
            while column < 66 && message.len() < octets {
                let word = THINGS[dice.below(THINGS.len())];
                message.extend_from_slice(word.as_bytes());
                message.push(b' ');
                column += word.len() + 1;
            }
            message.extend_from_slice(b"\r\n");
            if dice.below(9) == 0 {
                message.extend_from_slice(b"\r\n.dotted\r\n");
            }
        }
        message
    }
}

/// Writes messages into a new Maildir, in this order, all of them seen.
///
/// # Errors
/// Where the file system refuses.
pub fn write<'a>(maildir: &Path, messages: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(folder)).with_context(|| format!("cannot make {}", maildir.display()))?;
    }
    for (at, message) in messages.into_iter().enumerate() {
        // The time in the name gives the order; S and W are the sizes, so that LIST need not read the files.
        let name = format!("{}.M{at}P1.restante,S={len},W={len}:2,S", 1_000_000_000 + at, len = message.len());
        fs::write(maildir.join("cur").join(name), message)?;
    }
    Ok(())
}

/// The letters that a server has delivered, with CRLF line ends, each from its first line on: what was put before that is cut
/// off. Letters without that line are not told.
pub(crate) fn arrived(maildir: &Path, first_line: &str) -> Result<Vec<Vec<u8>>> {
    let mut letters = Vec::new();
    let Ok(entries) = fs::read_dir(maildir.join("new")) else { return Ok(letters) };
    for entry in entries {
        let mut text = Vec::new();
        for line in fs::read(entry?.path())?.split_inclusive(|byte| *byte == b'\n') {
            text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
            text.extend_from_slice(b"\r\n");
        }
        if let Some(at) = memchr::memmem::find(&text, first_line.as_bytes()) {
            letters.push(text.split_off(at));
        }
    }
    Ok(letters)
}

/// Every file below this folder that holds mail, with its bytes: what must not change when mail is only looked at.
///
/// # Errors
/// Where the file system refuses.
pub fn contents(maildir: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for folder in ["cur", "new"] {
        for entry in fs::read_dir(maildir.join(folder))? {
            let entry = entry?;
            files.push((format!("{folder}/{}", entry.file_name().to_string_lossy()), fs::read(entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}

/// Numbers that look random and are the same each time (a 64-bit linear congruential generator).
struct Dice(u64);

impl Dice {
    fn new(seed: u32) -> Self {
        let mut dice = Self(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn fraction(&mut self) -> f64 {
        self.next() as f64 / f64::from(1u32 << 31)
    }
}

/// So many minutes before the end of November 2026, in the header's form.
fn date(minutes_before: u64) -> String {
    // Days of a 30-day year of months are enough: dates only have to be valid and in order.
    let total = 60_u64 * 24 * 30 * 12 * 26 + 60 * 24 * 30 * 11 - 1 - minutes_before;
    let (days, minute) = (total / 1440, total % 1440);
    let (year, month, day) = (2000 + days / 360, days / 30 % 12, (days % 30 + 1).min(28));
    let month = MONTHS[month as usize];
    format!("{day} {month} {year} {:02}:{:02}:00 +0000", minute / 60, minute % 60)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FIRST: [&str; 8] = ["Ada", "Bruno", "Carla", "Dag", "Edith", "Fadi", "Greta", "Hugo"];
const LAST: [&str; 8] = ["Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum", "Hazel"];
const VERBS: [&str; 6] = ["About", "Mending", "Finding", "Counting", "Selling", "Re: "];
const THINGS: [&str; 16] = [
    "lantern",
    "ferry",
    "kettle",
    "ladder",
    "harbour",
    "pigeonhole",
    "stamp",
    "bench",
    "gull",
    "rope",
    "timetable",
    "stove",
    "glove",
    "letter",
    "tide",
    "bicycle",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crowd_for_fetching_has_the_size_it_is_known_for() {
        let sizes: Vec<usize> = (1..=10_000).map(|n| Crowd::FETCH.message(n).len()).collect();
        let total: usize = sizes.iter().sum();
        assert!((118_000_000..120_000_000).contains(&total), "{total}");
        assert!(sizes.iter().all(|size| (1_000..60_200).contains(size)));
    }

    #[test]
    fn a_crowd_is_the_same_each_time_and_its_lines_end_with_crlf() {
        let message = Crowd::PATH.message(77);
        assert_eq!(message, Crowd::PATH.message(77));
        assert_ne!(message, Crowd::PATH.message(78));
        assert!(message.ends_with(b"\r\n"));
        assert!(!message.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r'));
    }

    #[test]
    fn newer_messages_have_later_dates() {
        assert_eq!(date(0), "28 Nov 2026 23:59:00 +0000");
        assert_eq!(date(60 * 24 * 30), "28 Oct 2026 23:59:00 +0000");
    }
}
