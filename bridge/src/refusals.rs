//! How much the log says of what is refused: each one as long as they are few, and one line a second with their number
//! where there is a flood of them, so that strangers do not write the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::info;

/// Lines at once before it is a flood.
const FEW: u32 = 10;
/// In which one more line may follow.
const PAUSE: Duration = Duration::from_secs(1);

/// What has been said so far.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    lines: u32,
    /// When the lines were last counted down.
    since: Option<Instant>,
    unsaid: u64,
}

impl Refusals {
    /// Says one, or counts it. Must be called in a Tokio runtime.
    pub(crate) fn note(self: &Arc<Self>, say: impl FnOnce()) {
        match self.lock().count(Instant::now()) {
            0 => say(),
            1 => {
                let refusals = Arc::clone(self);
                tokio::spawn(async move {
                    sleep(PAUSE).await;
                    let count = refusals.lock().take(Instant::now());
                    info!(count, "more tunnels were refused");
                });
            }
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Said {
    /// How many are unsaid now: none where there is a line for this one.
    fn count(&mut self, now: Instant) -> u64 {
        let pauses = now.duration_since(self.since.unwrap_or(now)).as_secs() / PAUSE.as_secs();
        if self.unsaid == 0 && pauses > 0 || self.since.is_none() {
            self.lines = self.lines.saturating_sub(u32::try_from(pauses).unwrap_or(u32::MAX));
            self.since = Some(now);
        }
        if self.unsaid == 0 && self.lines < FEW {
            self.lines += 1;
        } else {
            self.unsaid += 1;
        }
        self.unsaid
    }

    /// Takes the number that is to be said now.
    fn take(&mut self, now: Instant) -> u64 {
        self.since = Some(now);
        std::mem::take(&mut self.unsaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_said_one_by_one_and_a_flood_once_a_second_with_its_number() {
        let mut said = Said::default();
        let began = Instant::now();
        let at = |milliseconds| began + Duration::from_millis(milliseconds);
        assert!((0..10).all(|_| said.count(at(0)) == 0));
        // From here on a line is the number that is taken a second after the first one that it counts.
        assert_eq!((said.count(at(1)), said.count(at(2)), said.count(at(3))), (1, 2, 3));
        assert_eq!(said.take(at(1001)), 3);
        assert_eq!((said.count(at(1002)), said.count(at(1900))), (1, 2));
        assert_eq!(said.take(at(2002)), 2);
        // A second of quiet is a line, and ten are all of them.
        assert_eq!((said.count(at(3003)), said.count(at(3004))), (0, 1));
        said.take(at(4004));
        assert!((0..10).all(|_| said.count(at(15_000)) == 0));
        assert_eq!(said.count(at(15_000)), 1);
    }
}
