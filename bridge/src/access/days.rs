//! What a holder may send in a day: the tunnels it opens for it, and the bytes that it uploads.
//!
//! A day is 24 hours, from the holder's first opening on. Counts live as long as the bridge, and each bridge has its own.
//! Not here: tunnels at once, and openings in a minute ([`crate::access::admission`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use restante_protocol::tunnel::CloseCode;
use tokio::time::Instant;

use super::admission::Holder;
use crate::failure::Failure;
use crate::limits::Limits;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Holders that are remembered before those whose day is over are forgotten.
const MANY_HOLDERS: usize = 10_000;

/// The days of all holders; those without a name have one together.
#[derive(Debug, Default)]
pub(crate) struct Days(Mutex<HashMap<Option<Holder>, Day>>);

#[derive(Debug, Clone, Copy)]
struct Day {
    began: Instant,
    openings: u32,
    bytes: u64,
}

/// What a holder may still send, for one tunnel to draw on.
#[derive(Debug)]
pub(crate) struct Allowance {
    days: Arc<Days>,
    holder: Option<Holder>,
    /// Bytes in a day; 0 for any number.
    bytes: u64,
}

/// A day's share is used up. A close frame holds the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Spent {
    /// Of openings.
    #[error("You have connected {most} times to send mail, as often as one may in a day here. Try again in {}.", in_words(*.left))]
    Openings {
        /// In a day.
        most: u32,
        /// Until the day is over.
        left: Duration,
    },
    /// Of bytes.
    #[error("You have sent {}, as much as one may in a day here. Try again in {}.", size(*.most), in_words(*.left))]
    Bytes {
        /// In a day.
        most: u64,
        /// Until the day is over.
        left: Duration,
    },
}

impl From<Spent> for Failure {
    fn from(spent: Spent) -> Self {
        Self::new(CloseCode::TooMany, spent.to_string())
    }
}

impl Days {
    /// Counts one more tunnel for sending.
    ///
    /// # Errors
    /// [`Spent`], and nothing is counted.
    pub(crate) fn open(self: &Arc<Self>, holder: Option<&Holder>, limits: &Limits) -> Result<Allowance, Spent> {
        let now = Instant::now();
        let mut days = self.lock();
        if days.len() > MANY_HOLDERS {
            days.retain(|_, day| !day.is_over(now));
        }
        let day = days.entry(holder.cloned()).or_insert_with(|| Day::new(now));
        day.begin_anew_if_over(now);
        let (openings, bytes) = (limits.submission_openings_per_day, limits.submission_bytes_per_day);
        if openings > 0 && day.openings >= openings {
            return Err(Spent::Openings { most: openings, left: day.left(now) });
        }
        if bytes > 0 && day.bytes >= bytes {
            return Err(Spent::Bytes { most: bytes, left: day.left(now) });
        }
        day.openings = day.openings.saturating_add(1);
        drop(days);
        Ok(Allowance { days: Arc::clone(self), holder: holder.cloned(), bytes })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<Holder>, Day>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allowance {
    /// Takes so many bytes off the day's share, or as many as are left.
    ///
    /// # Errors
    /// [`Spent::Bytes`] where none are.
    pub(crate) fn take(&self, wanted: usize) -> Result<usize, Spent> {
        let now = Instant::now();
        let mut days = self.days.lock();
        let day = days.entry(self.holder.clone()).or_insert_with(|| Day::new(now));
        day.begin_anew_if_over(now);
        let left = if self.bytes > 0 { self.bytes.saturating_sub(day.bytes) } else { u64::MAX };
        if left == 0 {
            return Err(Spent::Bytes { most: self.bytes, left: day.left(now) });
        }
        let taken = usize::try_from(left).map_or(wanted, |left| left.min(wanted));
        day.bytes = day.bytes.saturating_add(taken as u64);
        Ok(taken)
    }

    /// Puts back what was taken and not sent.
    pub(crate) fn give_back(&self, bytes: usize) {
        if let Some(day) = self.days.lock().get_mut(&self.holder) {
            day.bytes = day.bytes.saturating_sub(bytes as u64);
        }
    }
}

impl Day {
    fn new(began: Instant) -> Self {
        Self { began, openings: 0, bytes: 0 }
    }

    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.began) >= DAY
    }

    fn begin_anew_if_over(&mut self, now: Instant) {
        if self.is_over(now) {
            *self = Self::new(now);
        }
    }

    fn left(&self, now: Instant) -> Duration {
        DAY.saturating_sub(now.duration_since(self.began))
    }
}

/// Hours and minutes, rounded up.
fn in_words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60).max(1);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn limits(openings: u32, bytes: u64) -> Limits {
        Limits { submission_openings_per_day: openings, submission_bytes_per_day: bytes, ..Limits::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn openings_are_counted_by_holder_and_begin_anew_after_a_day() {
        let days = Arc::new(Days::default());
        let (ana, team) = (Holder::User("ana".to_owned()), Holder::Token("ana".to_owned()));
        let open = |holder| days.open(holder, &limits(2, 0)).map(drop);
        assert_eq!((open(Some(&ana)), open(Some(&ana))), (Ok(()), Ok(())));
        advance(Duration::from_secs(3600)).await;
        let left = Duration::from_secs(23 * 3600);
        assert_eq!(open(Some(&ana)), Err(Spent::Openings { most: 2, left }));
        assert_eq!((open(Some(&team)), open(None), open(None)), (Ok(()), Ok(()), Ok(())));
        assert!(open(None).is_err());
        advance(left - Duration::from_secs(1)).await;
        let words = open(Some(&ana)).unwrap_err().to_string();
        assert!(words.contains("2 times") && words.ends_with("Try again in 1 min."), "{words}");
        advance(Duration::from_secs(1)).await;
        assert_eq!(open(Some(&ana)), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_are_counted_over_all_tunnels_of_a_holder_and_what_was_not_sent_comes_back() {
        let days = Arc::new(Days::default());
        let limits = limits(0, 100);
        let (first, second) = (days.open(None, &limits).unwrap(), days.open(None, &limits).unwrap());
        assert_eq!((first.take(60), second.take(60)), (Ok(60), Ok(40)));
        let spent = Spent::Bytes { most: 100, left: DAY };
        assert_eq!((first.take(1), days.open(None, &limits).map(drop)), (Err(spent), Err(spent)));
        second.give_back(15);
        assert_eq!((first.take(60), first.take(1)), (Ok(15), Err(spent)));
        advance(DAY).await;
        assert_eq!(first.take(1000), Ok(100));
        let unlimited =
            days.open(Some(&Holder::User("ana".to_owned())), &Limits { submission_bytes_per_day: 0, ..limits });
        assert_eq!(unlimited.unwrap().take(usize::MAX), Ok(usize::MAX));
    }

    #[test]
    fn the_words_fit_into_a_close_frame_whatever_the_numbers() {
        for spent in [
            Spent::Openings { most: u32::MAX, left: DAY - Duration::from_secs(60) },
            Spent::Bytes { most: u64::MAX, left: DAY - Duration::from_secs(60) },
            Spent::Bytes { most: (1 << 20) - 1, left: Duration::ZERO },
        ] {
            let words = spent.to_string();
            assert!(words.len() <= 123, "{} bytes: {words}", words.len());
        }
        assert_eq!(in_words(Duration::from_secs(12_001)), "3 h 21 min");
        assert_eq!((size(1 << 30), size(1000)), ("1024 MiB".to_owned(), "1000 bytes".to_owned()));
    }
}
