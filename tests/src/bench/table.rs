//! Tables for a terminal, which are Markdown as well.

use std::time::Duration;

/// A table under way.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this head. The first column is aligned left, all others right.
    pub fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Self { rows: vec![head.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row; missing cells are empty.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = cells.into_iter().map(Into::into).collect();
        row.resize(self.rows[0].len(), String::new());
        self.rows.push(row);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (at, row) in self.rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 {
                    write!(f, "| {cell:<width$} ")?;
                } else {
                    write!(f, "| {cell:>width$} ")?;
                }
            }
            writeln!(f, "|")?;
            if at == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let dashes = "-".repeat(width + 1);
                    write!(f, "{}", if column == 0 { format!("|{dashes}-") } else { format!("|{dashes}:") })?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

/// The middle one, of an even number the lower of the two in the middle; zero where there is none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_columns_and_is_markdown() {
        let mut table = Table::new(["peer", "seconds"]);
        table.row(["ours", "1.5"]);
        table.row(["a longer one"]);
        assert_eq!(
            table.to_string(),
            "| peer         | seconds |\n|--------------|--------:|\n| ours         |     1.5 |\n| a longer one |         |\n"
        );
    }

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        let seconds = |list: &[u64]| median(list.iter().copied().map(Duration::from_secs).collect());
        assert_eq!(seconds(&[9, 1, 4]), Duration::from_secs(4));
        assert_eq!(seconds(&[9, 1]), Duration::from_secs(1));
        assert_eq!(seconds(&[]), Duration::ZERO);
    }
}
