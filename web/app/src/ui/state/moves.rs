//! Where the rows of a list are once it has changed.

use restante_api::keep::Run;

/// What a list has in common with the former one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Moves(Vec<Run>);

impl Moves {
    /// From the runs that both lists have.
    pub(super) fn new(mut runs: Vec<Run>) -> Self {
        runs.sort_unstable_by_key(|run| run.from);
        Self(runs)
    }

    /// The position of the row that was at this one; `None` where it is not in the list any more.
    pub(super) fn to(&self, was: u32) -> Option<u32> {
        let at = self.0.partition_point(|run| run.from <= was).checked_sub(1)?;
        let run = self.0[at];
        let within = was - run.from;
        (within < run.rows).then(|| run.to + within)
    }

    /// The position of the row that was at this one, or of the one nearest to it that is still there.
    pub(super) fn near(&self, was: u32) -> Option<u32> {
        let next = self.0.partition_point(|run| run.from <= was);
        self.to(was).or_else(|| {
            let above = next
                .checked_sub(1)
                .map(|at| self.0[at])
                .map(|run| (was - (run.from + run.rows - 1), run.to + run.rows - 1));
            let below = self.0.get(next).map(|run| (run.from - was, run.to));
            // What comes next takes the place of what is gone.
            above
                .into_iter()
                .chain(below)
                .min_by_key(|(distance, to)| (*distance, std::cmp::Reverse(*to)))
                .map(|(_, to)| to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_where_they_are_and_what_is_gone_has_a_neighbour() {
        // Former: 0 1 2 3 4 5; now two new ones, 0, then 3 4, and 1 at the end.
        let run = |from, to, rows| Run { from, to, rows };
        let moves = Moves::new(vec![run(0, 2, 1), run(3, 3, 2), run(1, 5, 1)]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|was| moves.to(was)), [Some(2), Some(5), None, Some(3), Some(4), None]);
        assert_eq!([2, 5, 9].map(|was| moves.near(was)), [Some(5), Some(4), Some(4)]);
        assert_eq!(Moves::default().near(3), None);
    }
}
