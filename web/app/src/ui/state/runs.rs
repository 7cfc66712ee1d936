//! Where the rows of a changed list were before, and where they are now.

pub use restante_api::runs::place;

use restante_api::runs::Run;

/// The place in the changed list of the first row, from this one on, that is still in it: where one goes on reading. The
/// last place where there is none.
pub fn nearest(runs: &[Run], before: u32, messages: u32) -> u32 {
    let next = runs.iter().filter_map(|run| {
        let at = run.from.max(before);
        (run.rows > 0 && at - run.from < run.rows).then(|| (at, run.to + (at - run.from)))
    });
    next.min().map_or(messages.saturating_sub(1), |(_, now)| now)
}

/// Runs of places whose rows are new, but where nothing came or went: what is known of them is out of date, and good
/// enough to be seen until the new rows have come.
pub fn outdated(runs: &[Run], before: u32, now: u32) -> Vec<Run> {
    let end = Run { from: before, to: now, rows: 0 };
    let (mut from, mut to) = (0, 0);
    let mut found = vec![];
    for run in runs.iter().chain([&end]) {
        if run.from > from && run.to >= to && run.from - from == run.to - to {
            found.push(Run { from, to, rows: run.from - from });
        }
        (from, to) = (run.from + run.rows, run.to + run.rows);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(from: u32, to: u32, rows: u32) -> Run {
        Run { from, to, rows }
    }

    #[test]
    fn where_a_row_is_gone_the_next_takes_its_place_and_at_the_end_the_last() {
        let runs = [run(0, 0, 3), run(4, 3, 2)];
        assert_eq!([2, 3, 4].map(|at| nearest(&runs, at, 5)), [2, 3, 3]);
        assert_eq!(nearest(&[run(0, 0, 3)], 3, 3), 2);
        assert_eq!(nearest(&[], 7, 0), 0);
        // In another order: the next row of the former list, wherever it is now.
        assert_eq!(nearest(&[run(5, 0, 1), run(0, 1, 2), run(3, 3, 2)], 2, 5), 3);
    }

    #[test]
    fn a_row_that_changed_in_its_place_stays_in_sight_and_one_that_came_or_went_does_not() {
        assert_eq!(outdated(&[run(0, 0, 3), run(4, 4, 6)], 10, 10), [run(3, 3, 1)]);
        assert_eq!(outdated(&[run(0, 2, 3), run(4, 6, 6)], 10, 12), [run(3, 5, 1)]);
        assert!(outdated(&[run(0, 0, 3), run(4, 3, 6)], 10, 9).is_empty());
        assert!(outdated(&[run(0, 1, 10)], 10, 11).is_empty());
        assert_eq!(outdated(&[], 2, 2), [run(0, 0, 2)]);
        assert!(outdated(&[run(5, 0, 2), run(0, 2, 2)], 7, 7).is_empty(), "an order that has changed tells nothing");
    }
}
