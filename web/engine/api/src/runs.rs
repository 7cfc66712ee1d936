//! What a list that has changed has in common with what it was before: runs of rows that follow each other in both.

use serde::{Deserialize, Serialize};

/// A run of rows that a changed list has in common with the former one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The position of its first row before.
    pub from: u32,
    /// The position of its first row now.
    pub to: u32,
    /// How many rows it has.
    pub rows: u32,
}

/// Adds the row that was at `from` and is at `to`: to the last run where it follows that in both lists. Rows are added in
/// the order of the changed list.
pub fn add_row(runs: &mut Vec<Run>, from: u32, to: u32) {
    match runs.last_mut() {
        Some(run) if (run.from + run.rows, run.to + run.rows) == (from, to) => run.rows += 1,
        _ => runs.push(Run { from, to, rows: 1 }),
    }
}

/// The place of a row in the changed list; `None` where it is no longer in it.
pub fn place(runs: &[Run], before: u32) -> Option<u32> {
    let run = runs.iter().find(|run| before >= run.from && before - run.from < run.rows)?;
    Some(run.to + (before - run.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_again_where_the_list_has_grown_and_shrunk() {
        // Two came at the top, the row at 3 went.
        let mut runs = Vec::new();
        for from in (0..10).filter(|from| *from != 3) {
            add_row(&mut runs, from, if from < 3 { from + 2 } else { from + 1 });
        }
        assert_eq!(runs, [Run { from: 0, to: 2, rows: 3 }, Run { from: 4, to: 5, rows: 6 }]);
        assert_eq!([0, 2, 3, 4, 9].map(|at| place(&runs, at)), [Some(2), Some(4), None, Some(5), Some(10)]);
    }
}
