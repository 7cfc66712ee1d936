//! How far a keeping has come: messages, octets, the rate of late, and the time that is left at that rate.

use std::collections::VecDeque;
use std::time::Duration;

use super::Progress;

/// Seconds of which the rate is the mean.
const SPAN: i64 = 10;

/// Counts what comes. It is told the time in seconds, and has no clock of its own.
#[derive(Debug, Default)]
pub(super) struct Meter {
    messages: u32,
    of_messages: u32,
    octets: u64,
    of_octets: u64,
    /// Octets by the second, the latest last.
    marks: VecDeque<(i64, u64)>,
}

impl Meter {
    /// So much is to come from now on.
    pub(super) fn expect(&mut self, messages: u32, octets: u64, now: i64) {
        self.of_messages = self.messages + messages;
        self.of_octets = self.octets + octets;
        self.marks.clear();
        self.marks.push_back((now, self.octets));
    }

    /// A message has come.
    pub(super) fn add_message(&mut self) {
        self.messages += 1;
    }

    /// Octets have come. Once a second it says how far that is.
    pub(super) fn add(&mut self, octets: u64, now: i64) -> Option<Progress> {
        self.octets += octets;
        if self.marks.back().is_some_and(|(last, _)| now <= *last) {
            return None;
        }
        self.marks.push_back((now, self.octets));
        while self.marks.get(1).is_some_and(|(second, _)| now - second >= SPAN) {
            self.marks.pop_front();
        }
        let (then, before) = *self.marks.front()?;
        let rate = (now > then).then(|| (self.octets - before) / (now - then).unsigned_abs());
        let rest = self.of_octets.saturating_sub(self.octets);
        Some(Progress {
            messages: self.messages,
            of_messages: self.of_messages,
            octets: self.octets,
            of_octets: self.of_octets.max(self.octets),
            rate,
            left: rate.and_then(|rate| rest.checked_div(rate)).map(Duration::from_secs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_late_and_the_time_left_follows_from_it() {
        let mut meter = Meter::default();
        meter.expect(10, 100_000, 0);
        assert_eq!(meter.add(500, 0), None, "once a second is enough");
        let first = meter.add(1_500, 2).unwrap();
        assert_eq!((first.octets, first.of_octets, first.rate), (2_000, 100_000, Some(1_000)));
        assert_eq!(first.left, Some(Duration::from_secs(98)));
        meter.add_message();
        // It becomes faster, and what was before is forgotten.
        let last = (3..40).filter_map(|now| meter.add(2_000, now)).last().unwrap();
        assert_eq!((last.messages, last.of_messages, last.rate), (1, 10, Some(2_000)));
        assert_eq!(last.left, Some(Duration::from_secs((100_000 - 76_000) / 2_000)));
    }

    #[test]
    fn without_sizes_and_without_movement_no_time_is_told() {
        let mut meter = Meter::default();
        meter.expect(10, 100, 0);
        let still = meter.add(0, 5).unwrap();
        assert_eq!((still.rate, still.left), (Some(0), None));
        meter.expect(10, 0, 0);
        assert_eq!(meter.add(1_000, 1).unwrap().of_octets, 1_000, "never more than all");
    }
}
