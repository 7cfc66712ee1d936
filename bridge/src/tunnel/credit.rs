//! The window that the page grants: a browser's WebSocket has no receive back-pressure of its own.

/// Bytes the bridge may still send to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credit(u64);

impl Credit {
    /// The window of the `open` message.
    pub(crate) fn new(window: u32) -> Self {
        Self(window.into())
    }

    /// Adds what the page has taken. It is a permission, not memory, so an excess harms the page alone.
    pub(crate) fn grant(&mut self, bytes: u32) {
        self.0 = self.0.saturating_add(bytes.into());
    }

    /// How much of `wanted` may be sent now; 0 means: wait for the page.
    pub(crate) fn allowance(self, wanted: usize) -> usize {
        usize::try_from(self.0).map_or(wanted, |left| left.min(wanted))
    }

    /// Takes off what is sent. The caller asked [`Credit::allowance`] first.
    pub(crate) fn spend(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(bytes as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_allowed_than_was_granted() {
        let mut credit = Credit::new(10);
        assert_eq!(credit.allowance(64), 10);
        credit.spend(7);
        assert_eq!(credit.allowance(64), 3);
        credit.spend(3);
        assert_eq!(credit.allowance(64), 0);
        credit.grant(5);
        assert_eq!(credit.allowance(64), 5);
    }

    #[test]
    fn grants_without_end_do_not_overflow() {
        let mut credit = Credit(u64::MAX - 1);
        credit.grant(u32::MAX);
        assert_eq!(credit.allowance(64), 64);
    }
}
