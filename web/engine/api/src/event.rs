//! Something in a calendar that a message asks or tells its reader about.

use serde::{Deserialize, Serialize};

use super::Address;

/// An event of a calendar (RFC 5545, section 3.6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What is said of it.
    pub method: Method,
    /// What it is called; empty where it has no name.
    pub summary: String,
    /// Where it is; empty where nothing is said of that.
    pub location: String,
    /// When it begins.
    pub start: Option<Moment>,
    /// When it ends: of whole days, the last of them.
    pub end: Option<Moment>,
    /// How often it comes again, where it does.
    pub repeats: Option<Repeat>,
    /// Who asks.
    pub organizer: Option<Address>,
    /// Who is asked, the first hundred.
    pub attendees: Vec<Address>,
    /// How many are asked.
    pub asked: u32,
}

/// What a calendar object is for (RFC 5546, section 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Method {
    /// It tells of the event: PUBLISH, or no method.
    #[default]
    Tells,
    /// It asks the reader to come: REQUEST, ADD.
    Asks,
    /// Somebody who was asked answers: REPLY, COUNTER.
    Answers,
    /// The event will not be: CANCEL.
    Cancels,
}

/// A day, or a time of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// A whole day.
    Day(Day),
    /// A time by the clocks of a place, or of wherever the reader is.
    Local {
        /// The day there.
        day: Day,
        /// Hour, 0 to 23.
        hour: u8,
        /// Minute.
        minute: u8,
        /// The time zone's name as the sender's calendar knows it: often one of IANA's.
        zone: Option<String>,
    },
    /// Seconds since 1970-01-01 UTC.
    Instant(i64),
}

/// A day of the Gregorian calendar that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

/// How often something comes again: every so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// Of what.
    pub unit: Unit,
    /// How many; 1 at least.
    pub interval: u32,
}

/// What repetitions are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Day {
    /// A day from its eight digits (RFC 5545, section 3.3.4). `None` where there is no such day.
    pub fn parse(digits: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u16>().ok();
        let fits = digits.len() == 8 && digits.bytes().all(|c| c.is_ascii_digit());
        let (year, month, day) = (number(0..4)?, u8::try_from(number(4..6)?).ok()?, u8::try_from(number(6..8)?).ok()?);
        let found = Self { year, month, day };
        (fits && year > 0 && Self::since(found.since_1970()) == Some(found)).then_some(found)
    }

    /// Days since 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": `days_from_civil`).
    pub fn since_1970(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day so many days after 1970-01-01 (`civil_from_days`). `None` beyond the years that are told.
    pub fn since(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = u8::try_from(of_year - (153 * month + 2) / 5 + 1).ok()?;
        let month = u8::try_from(if month < 10 { month + 3 } else { month - 9 }).ok()?;
        let year = u16::try_from(year + era * 400 + i64::from(month <= 2)).ok()?;
        (1..=9999).contains(&year).then_some(Self { year, month, day })
    }

    /// The day before; `None` where none is told.
    pub fn before(self) -> Option<Self> {
        Self::since(self.since_1970() - 1)
    }

    /// Whether this day comes after the other.
    pub fn is_after(self, other: Self) -> bool {
        self.since_1970() > other.since_1970()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_the_calendar_and_others_are_none() {
        for (digits, days) in [("19700101", 0), ("20000229", 11_016), ("20261127", 20_784), ("19691231", -1)] {
            let day = Day::parse(digits).unwrap();
            assert_eq!((day.since_1970(), Day::since(days)), (days, Some(day)), "{digits}");
        }
        for none in ["20270229", "20261301", "20260100", "2026112", "202611271", "2026112x", "00000101", ""] {
            assert_eq!(Day::parse(none), None, "{none}");
        }
        assert_eq!(Day::parse("20270101").and_then(Day::before), Day::parse("20261231"));
        assert_eq!(Day::since(i64::MAX), None);
    }
}
