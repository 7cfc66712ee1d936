//! Connections that carry requests, until a tunnel takes them over: how many there may be, of all and of one client, and
//! which of them goes where there is no room for another one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::admission::TooMany;
use super::shares::Shares;
use crate::limits::Limits;
use crate::watched::Progress;

/// For which nobody has to go: who comes in a crowd gets as far as its request, and the crowd waits in the system's queue.
const GRACE: Duration = Duration::from_secs(1);

/// All places that are taken.
#[derive(Debug, Default)]
pub(crate) struct Visitors {
    taken: Mutex<Taken>,
    /// Somebody left.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    places: HashMap<u64, Arc<Seat>>,
    shares: Shares,
}

/// What the others see of a place.
#[derive(Debug)]
struct Seat {
    progress: Arc<Progress>,
    wanted: CancellationToken,
}

/// A connection's place, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    visitors: Arc<Visitors>,
    number: u64,
    seat: Arc<Seat>,
    /// Whose share it is taken off, once that is known.
    client: OnceLock<IpAddr>,
}

impl Visitors {
    /// A place for one more connection; the client is `None` where a proxy has yet to name it. Where all are taken, the
    /// connection that has been idle for longest has to go, but not before it has been so for [`GRACE`].
    ///
    /// # Errors
    /// [`TooMany::OfClient`], and nobody has to go.
    pub(crate) async fn enter(self: &Arc<Self>, client: Option<IpAddr>, limits: &Limits) -> Result<Place, TooMany> {
        loop {
            let until = match self.try_enter(client, limits)? {
                Ok(place) => return Ok(place),
                Err(until) => until,
            };
            // Whether a place became free or the time is over is seen when it is tried again.
            let _ = timeout_at(until, self.freed.notified()).await;
        }
    }

    /// A place, or when there may be one.
    fn try_enter(self: &Arc<Self>, client: Option<IpAddr>, limits: &Limits) -> Result<Result<Place, Instant>, TooMany> {
        let mut taken = self.lock();
        let share = limits.connections_per_client();
        if client.is_some_and(|client| !taken.shares.has_room(client, share)) {
            return Err(TooMany::OfClient);
        }
        while taken.places.len() >= limits.max_connections {
            let Some((number, last)) =
                taken.places.iter().map(|(number, seat)| (*number, seat.progress.last())).min_by_key(|(_, last)| *last)
            else {
                break;
            };
            if last + GRACE > Instant::now() {
                return Ok(Err(last + GRACE));
            }
            if let Some(seat) = taken.places.remove(&number) {
                seat.wanted.cancel();
            }
        }
        if let Some(client) = client {
            taken.shares.take(client);
        }
        let number = taken.next;
        taken.next += 1;
        let seat = Arc::new(Seat { progress: Arc::default(), wanted: CancellationToken::new() });
        taken.places.insert(number, Arc::clone(&seat));
        drop(taken);
        let client = client.map(OnceLock::from).unwrap_or_default();
        Ok(Ok(Place { visitors: Arc::clone(self), number, seat, client }))
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        // Nothing panics while it holds the lock, and counts are whole between any two lines.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Takes the place off a client's share, where it is nobody's yet.
    ///
    /// # Errors
    /// [`TooMany::OfClient`]
    pub(crate) fn count(&self, client: IpAddr, limits: &Limits) -> Result<(), TooMany> {
        let mut taken = self.visitors.lock();
        if self.client.get().is_some() {
            return Ok(());
        }
        if !taken.shares.has_room(client, limits.connections_per_client()) {
            return Err(TooMany::OfClient);
        }
        taken.shares.take(client);
        // Set under the lock only.
        let _ = self.client.set(client);
        Ok(())
    }

    /// How the connection gets on.
    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.seat.progress)
    }

    /// Resolves when somebody else needs the place.
    pub(crate) async fn wanted(&self) {
        self.seat.wanted.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.visitors.lock();
        taken.places.remove(&self.number);
        if let Some(client) = self.client.get() {
            taken.shares.give_back(*client);
        }
        drop(taken);
        self.visitors.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn limits() -> Limits {
        Limits { max_connections: 20, ..Limits::default() }
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn is_wanted(place: &Place) -> bool {
        place.wanted().now_or_never().is_some()
    }

    async fn enter(visitors: &Arc<Visitors>, client: Option<IpAddr>) -> Place {
        visitors.enter(client, &limits()).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_idle_connection_makes_room_for_a_new_one() {
        let visitors = Arc::new(Visitors::default());
        let mut places = Vec::new();
        for last in 0..20 {
            places.push(enter(&visitors, Some(address(last))).await);
            tokio::time::advance(GRACE).await;
        }
        places[0].progress().note_request();
        let _new = enter(&visitors, Some(address(99))).await;
        let gone: Vec<usize> = (0..20).filter(|index| is_wanted(&places[*index])).collect();
        assert_eq!(gone, [1], "the first one has asked for something since");
        places.remove(1);
        let _another = enter(&visitors, None).await;
        assert!(is_wanted(&places[1]) && !is_wanted(&places[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_waits_until_somebody_leaves_or_has_been_idle_for_a_moment() {
        let visitors = Arc::new(Visitors::default());
        let mut places = Vec::new();
        for last in 0..20 {
            places.push(enter(&visitors, Some(address(last))).await);
        }
        let began = Instant::now();
        drop(places.pop());
        places.push(enter(&visitors, None).await);
        assert_eq!(began.elapsed(), Duration::ZERO);
        let _late = enter(&visitors, None).await;
        assert!(began.elapsed() >= GRACE && places.iter().filter(|place| is_wanted(place)).count() == 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_its_share_costs_nobody_a_place_and_nothing_is_left_behind() {
        let visitors = Arc::new(Visitors::default());
        let share = limits().connections_per_client();
        let mut places = Vec::new();
        for number in 0..20 {
            places.push(enter(&visitors, (number < share).then_some(address(1))).await);
        }
        tokio::time::advance(2 * GRACE).await;
        assert_eq!(visitors.enter(Some(address(1)), &limits()).await.unwrap_err(), TooMany::OfClient);
        assert_eq!(places[share].count(address(1), &limits()), Err(TooMany::OfClient));
        assert_eq!(places[0].count(address(2), &limits()), Ok(()), "it is the first client's and stays so");
        assert!(!places.iter().any(is_wanted));
        places[share].count(address(2), &limits()).unwrap();
        drop(places);
        let taken = visitors.lock();
        assert!(taken.places.is_empty() && taken.shares.is_empty());
    }
}
