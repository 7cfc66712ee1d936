//! How many names are looked up at once for one client: each look-up has sockets of its own, and may take its whole time.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use restante_protocol::tunnel::CloseCode;

use crate::access::shares::Shares;
use crate::failure::Failure;

/// More than a household opens at once; answers come within milliseconds.
const OF_ONE_CLIENT: usize = 32;

/// Too many look-ups of one client are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Too many names are being looked up for your network. Wait a little.")]
pub(crate) struct TooManyLookups;

impl From<TooManyLookups> for Failure {
    fn from(error: TooManyLookups) -> Self {
        Self::new(CloseCode::TooMany, error.to_string())
    }
}

/// Look-ups under way, by client.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Mutex<Shares>);

/// A look-up that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    lookups: Arc<Lookups>,
    client: IpAddr,
}

impl Lookups {
    /// Counts one more for a client, unless it is on this machine.
    ///
    /// # Errors
    /// [`TooManyLookups`]
    pub(crate) fn begin(self: &Arc<Self>, client: IpAddr) -> Result<Turn, TooManyLookups> {
        let mut shares = self.lock();
        if !shares.has_room(client, OF_ONE_CLIENT) {
            return Err(TooManyLookups);
        }
        shares.take(client);
        drop(shares);
        Ok(Turn { lookups: Arc::clone(self), client })
    }

    fn lock(&self) -> MutexGuard<'_, Shares> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.lookups.lock().give_back(self.client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_looks_up_so_many_names_at_once_and_hinders_no_other() {
        let lookups = Arc::new(Lookups::default());
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let mut turns: Vec<_> = (0..OF_ONE_CLIENT).map(|_| lookups.begin(one).unwrap()).collect();
        assert_eq!(lookups.begin(one).unwrap_err(), TooManyLookups);
        assert!(lookups.begin(other).is_ok());
        assert!((0..1000).all(|_| lookups.begin(IpAddr::from([127, 0, 0, 1])).is_ok()));
        turns.pop();
        turns.push(lookups.begin(one).unwrap());
        assert!(lookups.begin(one).is_err());
        turns.clear();
        assert!(lookups.lock().is_empty(), "nobody is counted any more");
    }
}
