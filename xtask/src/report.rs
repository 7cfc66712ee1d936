//! What the user sees of the work: a line a step, with how long it took. Everything goes to standard error, so that
//! standard output carries only what a command is asked for.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Runs a step that is silent itself: one line while it runs, the same line with its time when it is done.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let terminal = std::io::stderr().is_terminal();
    if terminal {
        eprint!("… {name}");
        // A terminal that cannot be flushed costs the progress, not the work.
        let _ = std::io::stderr().flush();
    } else {
        eprintln!("… {name}");
    }
    let started = Instant::now();
    let result = work();
    if terminal {
        eprint!("\r");
    }
    finish(name, started, result)
}

/// Runs a step that shows its own progress, between a line that announces it and one with its time.
pub(crate) fn section<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("… {name}");
    let started = Instant::now();
    finish(name, started, work())
}

/// Says that something was there already.
pub(crate) fn present(name: &str) {
    eprintln!("✓ {name}: there");
}

/// Says what goes on without something that would be better to have.
pub(crate) fn warn(text: &str) {
    eprintln!("! {text}");
}

/// A duration in the unit that fits: `0.4 s`, `28 s`, `3 min 5 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..100 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn finish<T>(name: &str, started: Instant, result: Result<T>) -> Result<T> {
    let took = duration(started.elapsed());
    match &result {
        Ok(_) => eprintln!("✓ {name} {took}"),
        Err(_) => eprintln!("✗ {name} {took}"),
    }
    result.with_context(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_in_the_unit_that_fits() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(28)), "28 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn a_failed_step_is_named_in_its_error() {
        let error = step("the step", || -> Result<()> { anyhow::bail!("why") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "the step: why");
    }
}
