//! Which messages of a maildrop are which in a later state of it: told by their unique-ids (RFC 1939, section 7).

use std::collections::{HashMap, HashSet};

use restante_api::runs::{self, Run};
use restante_protocol::pop3::Uid;

/// What a maildrop and a later state of it have in common. A unique-id that several messages have tells none of them.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// By the number that a message had: the one it has.
    numbers: HashMap<u32, u32>,
    /// Runs of rows that are in both, in the order of the later state.
    pub(crate) runs: Vec<Run>,
    /// Positions of messages that are new: the first, and how many.
    pub(crate) arrived: Vec<(u32, u32)>,
    /// How many are not there any more.
    pub(crate) gone: u32,
    /// Every number stands for the message that it stood for.
    pub(crate) keeps_numbers: bool,
}

impl Changes {
    /// Compares two states: how many messages each has, and the unique-ids by number.
    pub(super) fn between(former: (u32, &HashMap<u32, Uid>), now: (u32, &HashMap<u32, Uid>)) -> Self {
        let (known, certain, certain_now) =
            (former.1.values().collect::<HashSet<_>>(), numbers(former.1), numbers(now.1));
        let mut changes = Self::default();
        for position in 0..now.0 {
            let number = now.0 - position;
            let uid = now.1.get(&number);
            let was = uid.filter(|uid| certain_now.contains_key(uid)).and_then(|uid| certain.get(uid));
            if let Some(was) = was {
                changes.numbers.insert(*was, number);
                runs::add_row(&mut changes.runs, former.0 - *was, position);
            } else if former.0 == 0 || uid.is_some_and(|uid| !known.contains(uid)) {
                changes.add_arrival(position);
            }
        }
        let still: HashSet<_> = now.1.values().collect();
        let gone = former.1.values().filter(|uid| !still.contains(uid)).count();
        changes.gone = u32::try_from(gone).unwrap_or(u32::MAX);
        changes.keeps_numbers =
            changes.numbers.len() == former.0 as usize && changes.numbers.iter().all(|(was, number)| was == number);
        changes
    }

    /// The number of the message that had this one.
    pub(crate) fn number(&self, was: u32) -> Option<u32> {
        self.numbers.get(&was).copied()
    }

    /// The position of the row that was in this one.
    pub(crate) fn position(&self, was: u32) -> Option<u32> {
        runs::place(&self.runs, was)
    }

    /// How many messages are new.
    pub(crate) fn arrivals(&self) -> u32 {
        self.arrived.iter().map(|(_, count)| count).sum()
    }

    fn add_arrival(&mut self, position: u32) {
        match self.arrived.last_mut() {
            Some((first, count)) if *first + *count == position => *count += 1,
            _ => self.arrived.push((position, 1)),
        }
    }
}

/// Messages by their unique-ids; without those that several messages have.
pub(super) fn numbers(uids: &HashMap<u32, Uid>) -> HashMap<&Uid, u32> {
    let mut numbers: HashMap<&Uid, Option<u32>> = HashMap::with_capacity(uids.len());
    for (number, uid) in uids {
        numbers.entry(uid).and_modify(|known| *known = None).or_insert(Some(*number));
    }
    numbers.into_iter().filter_map(|(uid, number)| Some((uid, number?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maildrop(uids: &[&str]) -> (u32, HashMap<u32, Uid>) {
        let by_number = (1..).zip(uids).filter_map(|(number, uid)| Some((number, Uid::new(uid.as_bytes())?))).collect();
        (u32::try_from(uids.len()).unwrap(), by_number)
    }

    fn changes(former: &[&str], now: &[&str]) -> Changes {
        let (former, now) = (maildrop(former), maildrop(now));
        Changes::between((former.0, &former.1), (now.0, &now.1))
    }

    #[test]
    fn what_came_stands_at_the_top_and_numbers_mean_what_they_meant() {
        let changes = changes(&["a", "b"], &["a", "b", "c", "d"]);
        assert_eq!(changes.runs, [Run { from: 0, to: 2, rows: 2 }]);
        assert_eq!((&changes.arrived[..], changes.gone, changes.keeps_numbers), (&[(0, 2)][..], 0, true));
        assert_eq!((changes.position(0), changes.position(1), changes.position(2)), (Some(2), Some(3), None));
    }

    #[test]
    fn what_another_session_deleted_moves_the_numbers_of_the_others() {
        let changes = changes(&["a", "b", "c", "d"], &["a", "c", "d", "e"]);
        assert_eq!(changes.runs, [Run { from: 0, to: 1, rows: 2 }, Run { from: 3, to: 3, rows: 1 }]);
        assert_eq!((changes.arrivals(), changes.gone, changes.keeps_numbers), (1, 1, false));
        assert_eq!([1, 2, 3, 4].map(|was| changes.number(was)), [Some(1), None, Some(2), Some(3)]);
        assert!(!self::changes(&["a", "b"], &["a"]).keeps_numbers, "a later message may get the number 2");
    }

    #[test]
    fn a_unique_id_that_stands_twice_or_nowhere_tells_no_message_and_makes_no_arrival() {
        let changes = changes(&["a", "x", "x", ""], &["a", "x", "x", "", "b"]);
        assert_eq!(changes.runs, [Run { from: 3, to: 4, rows: 1 }]);
        assert_eq!((&changes.arrived[..], changes.gone, changes.keeps_numbers), (&[(0, 1)][..], 0, false));
    }

    #[test]
    fn in_an_empty_maildrop_everything_is_new_and_an_emptied_one_has_lost_everything() {
        assert_eq!(changes(&[], &["", ""]).arrived, [(0, 2)]);
        let emptied = changes(&["a", "b"], &[]);
        assert_eq!((emptied.runs.len(), emptied.arrivals(), emptied.gone), (0, 0, 2));
    }

    #[test]
    fn another_order_is_told_row_by_row() {
        let changes = changes(&["a", "b", "c"], &["c", "b", "a"]);
        assert_eq!(changes.runs.len(), 3);
        assert_eq!([0, 1, 2].map(|was| changes.position(was)), [Some(2), Some(1), Some(0)]);
    }
}
