//! The pause that a server wants between two logins (LOGIN-DELAY: RFC 2449, section 6.5).

/// Seconds until a server that wants so many between two logins may be signed in to again, where there are any. `last` and
/// `now`: seconds since 1970-01-01 UTC. A clock that was set back costs no more than the delay.
pub(crate) fn left(delay: u32, last: u64, now: u64) -> Option<u32> {
    // Times are in whole seconds, so one more is sure.
    let delay = u64::from(Some(delay).filter(|delay| *delay > 0)?) + 1;
    delay.checked_sub(now.saturating_sub(last)).and_then(|left| u32::try_from(left).ok()).filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn a_pause_is_over_one_second_after_the_servers_and_never_longer_than_that() {
        assert_eq!([100, 103, 105, 106, 999].map(|now| left(5, 100, now)), [Some(6), Some(3), Some(1), None, None]);
        assert_eq!(left(5, 100, 40), Some(6), "a clock that was set back");
        assert_eq!((left(0, 100, 100), left(u32::MAX, 7, 7)), (None, None));
    }
}
