//! The table of sizes that a build ends with.

use super::bundle::Bundled;
use super::compress::{Copy, Format};

/// A line a file, in bytes: as it is, and in Brotli; the largest first, and the sum of all.
pub(crate) fn table(files: &[Bundled], copies: &[Copy]) -> String {
    let mut rows: Vec<(&str, usize, usize)> = files
        .iter()
        .map(|file| {
            let copy = copies.iter().find(|copy| copy.path == file.path && copy.format == Format::Brotli);
            (file.path.as_str(), file.bytes.len(), copy.map_or(file.bytes.len(), |copy| copy.bytes.len()))
        })
        .collect();
    rows.sort_by_key(|(_, raw, _)| std::cmp::Reverse(*raw));
    let sum = rows.iter().fold(("sum", 0, 0), |sum, row| (sum.0, sum.1 + row.1, sum.2 + row.2));
    rows.push(sum);
    let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let mut table = format!("  {:width$} {:>10} {:>10}\n", "", "raw", "brotli");
    for (name, raw, brotli) in rows {
        table.push_str(&format!("  {name:width$} {:>10} {:>10}\n", grouped(raw), grouped(brotli)));
    }
    table
}

/// A number with a comma before every third digit from the right.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_counts_what_is_sent() {
        let file = |path: &str, length| Bundled { path: path.to_owned(), bytes: vec![0; length] };
        let files = [file("a.png", 1_000), file("b.js", 1_234_567)];
        let copies = [Copy { path: "b.js".to_owned(), format: Format::Brotli, bytes: vec![0; 10] }];
        let table = table(&files, &copies);
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["b.js", "1,234,567", "10"]);
        assert_eq!(lines[3], ["sum", "1,235,567", "1,010"]);
    }
}
