//! The letters of the sample maildrop: who writes what, and when. How they are written down is `mime`'s matter.
//!
//! People, places and firms are invented; every domain ends in `.example` (RFC 2606), so nothing here can be reached.

mod attached;
mod everyday;
mod languages;
mod lists;
mod newsletters;
mod odd;
mod structured;
mod threads;

use time::OffsetDateTime;

use crate::mime::{Clock, Letter};

/// Every letter, in no particular order.
pub(crate) fn letters(now: OffsetDateTime) -> Vec<Letter> {
    let clock = Clock(now);
    [
        everyday::letters,
        threads::letters,
        newsletters::letters,
        attached::letters,
        structured::letters,
        languages::letters,
        lists::letters,
        odd::letters,
    ]
    .into_iter()
    .flat_map(|letters: fn(Clock) -> Vec<Letter>| letters(clock))
    .collect()
}
