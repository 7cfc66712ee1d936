//! How many tests passed, failed and were left out: read from what the runners print.

use std::fmt;

/// The counts of one runner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, and runs that failed without a test of theirs doing so.
    pub(crate) failed: u64,
    /// Tests that were left out.
    pub(crate) skipped: u64,
    /// Those among them whose reason does not start with `platform`: what the set-up should have brought.
    pub(crate) left_out: Vec<String>,
}

impl Counts {
    /// What a runner counts for that could not be run.
    pub(crate) fn of_a_runner_that_failed() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// Whether nothing failed, and nothing was left out but for the platform's sake.
    pub(crate) fn succeeded(&self) -> bool {
        self.failed == 0 && self.left_out.is_empty()
    }

    fn leave_out(&mut self, test: &str, reason: &str) {
        if !reason.trim_start().to_ascii_lowercase().starts_with("platform") {
            self.left_out.push(format!(
                "{} ({})",
                test.trim(),
                if reason.is_empty() { "no reason given" } else { reason }
            ));
        }
    }

    /// A runner that failed has at least one failure, so that no closing line hides it.
    fn of_a_run(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Adds up what `cargo test` prints, line by line.
#[derive(Debug, Default)]
pub(crate) struct Libtest {
    counts: Counts,
}

impl Libtest {
    /// Reads a line: `test NAME ... ignored, REASON`, or `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            let result = result.split_once(". ").map_or("", |(_, counts)| counts);
            for part in result.split(';') {
                match part.trim().split_once(' ') {
                    Some((number, "passed")) => self.counts.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => self.counts.failed += number.parse().unwrap_or(0),
                    Some((number, "ignored")) => self.counts.skipped += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some((test, outcome)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... "))
            && let Some(reason) = outcome.strip_prefix("ignored")
        {
            self.counts.leave_out(test, reason.trim_start_matches([',', ' ']));
        }
    }

    /// The counts of a run that ended so.
    pub(crate) fn finish(self, succeeded: bool) -> Counts {
        self.counts.of_a_run(succeeded)
    }
}

/// The counts in what Node's test runner writes as TAP.
pub(crate) fn of_tap(text: &str, succeeded: bool) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines() {
        if let Some((name, number)) = line.strip_prefix("# ").and_then(|line| line.split_once(' '))
            && let Ok(number) = number.parse::<u64>()
        {
            match name {
                "pass" => counts.passed += number,
                "fail" | "cancelled" => counts.failed += number,
                "skipped" | "todo" => counts.skipped += number,
                _ => {}
            }
        }
        for mark in [" # SKIP", " # TODO"] {
            if let Some((test, reason)) = line.split_once(mark) {
                let test = test.split_once(" - ").map_or(test, |(_, name)| name);
                counts.leave_out(test, reason.trim());
            }
        }
    }
    counts.of_a_run(succeeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libtest(text: &str, succeeded: bool) -> Counts {
        let mut libtest = Libtest::default();
        text.lines().for_each(|line| libtest.read(line));
        libtest.finish(succeeded)
    }

    #[test]
    fn the_counts_of_all_packages_are_added() {
        let text = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\n\
                    test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 1.20s\n";
        let counts = libtest(text, false);
        assert_eq!(counts.to_string(), "13 passed, 1 failed");
        assert!(!counts.succeeded());
    }

    #[test]
    fn a_test_may_be_left_out_only_for_the_platform() {
        let text = "test a ... ignored, platform: no such signal\n\
                    test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n";
        let counts = libtest(text, true);
        assert_eq!(counts.to_string(), "1 passed, 0 failed, 1 skipped");
        assert!(counts.succeeded());
        let counts = libtest(&text.replace("platform: no such signal", "needs Dovecot"), true);
        assert_eq!(counts.left_out, ["a (needs Dovecot)"]);
        assert!(!counts.succeeded());
        assert!(!libtest("test a ... ignored", true).succeeded());
    }

    #[test]
    fn a_run_that_fails_without_a_failed_test_counts_as_a_failure() {
        assert_eq!(libtest("error: could not compile", false).to_string(), "0 passed, 1 failed");
        assert_eq!(of_tap("TAP version 13\n", false).to_string(), "0 passed, 1 failed");
    }

    #[test]
    fn node_counts_what_it_cancelled_as_not_passed() {
        let text = "TAP version 13\n# Subtest: opens a mailbox\nok 1 - opens a mailbox\n    ok 1 - inner # SKIP platform: no GPU\n\
                    1..1\n# tests 6\n# suites 1\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 12.5\n";
        let counts = of_tap(text, false);
        assert_eq!(counts.to_string(), "3 passed, 2 failed, 1 skipped");
        assert!(counts.left_out.is_empty());
    }

    #[test]
    fn what_node_left_out_is_named() {
        let text =
            "ok 2 - reads mail # SKIP no Dovecot\nok 3 - later # TODO\n# pass 0\n# fail 0\n# skipped 1\n# todo 1\n";
        let counts = of_tap(text, true);
        assert_eq!(counts.left_out, ["reads mail (no Dovecot)", "later (no reason given)"]);
        assert!(!counts.succeeded());
    }
}
