//! How many tunnels there may be: in all, of one client, with one token; and how fast they may be opened.
//!
//! Counts live as long as the bridge and are given back by [`Permit`]s; the limits come with each question, so that a
//! reload changes them. Not here: who may use the bridge at all ([`crate::access::token`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::clock::DefaultClock;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use restante_protocol::tunnel::CloseCode;

use super::shares::{Shares, counted, give_back};
use crate::failure::Failure;
use crate::limits::Limits;

/// Clients whose openings are remembered before those that have been quiet are forgotten.
const MANY_CLIENTS: usize = 10_000;

/// Why there may not be one more tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMany {
    #[error("The bridge has as many open connections as it takes. Try again later.")]
    InAll,
    #[error("There are too many open connections from your network. Close another mailbox first.")]
    OfClient,
    #[error("Too many connections were opened from your network in the last minute. Wait a little.")]
    Openings,
    #[error("There are too many open connections under your name. Close another mailbox first.")]
    OfHolder,
}

impl From<TooMany> for Failure {
    fn from(error: TooMany) -> Self {
        Self::new(CloseCode::TooMany, error.to_string())
    }
}

/// Open tunnels, counted.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    clients: Shares,
    holders: HashMap<Holder, usize>,
}

/// Under whose name a tunnel is counted. A user and a token may have the same name, and are not the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// The user that a listed proxy has signed in.
    User(String),
    /// The token of this name.
    Token(String),
}

/// A tunnel that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    client: IpAddr,
    holder: Option<Holder>,
}

impl Admission {
    /// Counts one more tunnel of a client.
    ///
    /// # Errors
    /// [`TooMany`]
    pub(crate) fn admit(self: &Arc<Self>, client: IpAddr, limits: &Limits) -> Result<Permit, TooMany> {
        let mut counts = self.lock();
        if counts.total >= limits.max_tunnels {
            return Err(TooMany::InAll);
        }
        if !counts.clients.has_room(client, limits.max_tunnels_per_client) {
            return Err(TooMany::OfClient);
        }
        counts.clients.take(client);
        counts.total += 1;
        drop(counts);
        Ok(Permit { admission: Arc::clone(self), client, holder: None })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Nothing panics while it holds the lock, and counts are whole between any two lines.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Counts the tunnel by its holder as well.
    ///
    /// # Errors
    /// [`TooMany::OfHolder`]
    pub(crate) fn count_holder(&mut self, holder: Holder, limit: usize) -> Result<(), TooMany> {
        up_to(&mut self.admission.lock().holders, holder.clone(), limit).map_err(|()| TooMany::OfHolder)?;
        self.holder = Some(holder);
        Ok(())
    }

    /// Under whose name it is counted, where there is one.
    pub(crate) fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    /// The holder's name, where there is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self.holder.as_ref()? {
            Holder::User(name) | Holder::Token(name) => Some(name),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.admission.lock();
        counts.total = counts.total.saturating_sub(1);
        counts.clients.give_back(self.client);
        if let Some(holder) = &self.holder {
            give_back(&mut counts.holders, holder);
        }
    }
}

fn up_to<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K, limit: usize) -> Result<(), ()> {
    let count = counts.entry(key).or_default();
    if *count >= limit {
        return Err(());
    }
    *count += 1;
    Ok(())
}

/// How fast each client may open tunnels, by how many shares it has of that.
#[derive(Debug)]
pub(crate) struct Openings(Option<[RateLimiter<IpNet, HashMapStateStore<IpNet>, DefaultClock>; 2]>);

impl Openings {
    /// So many a minute for each client; 0 for any number.
    pub(crate) fn new(per_minute: u32) -> Self {
        let limiter = |n| RateLimiter::hashmap(Quota::per_minute(n));
        Self(NonZeroU32::new(per_minute).map(|n| [limiter(n), limiter(n.saturating_add(n.get()))]))
    }

    /// Takes note of one more.
    ///
    /// # Errors
    /// [`TooMany::Openings`]
    pub(crate) fn note(&self, client: IpAddr) -> Result<(), TooMany> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        // The client's own comes first: what it is refused is not taken off its site's.
        for (limiter, (key, _)) in limiters.iter().zip(counted(client)) {
            if limiter.len() > MANY_CLIENTS {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
            limiter.check_key(&key).map_err(|_| TooMany::Openings)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn limits() -> Limits {
        Limits { max_tunnels: 3, max_tunnels_per_client: 2, ..Limits::default() }
    }

    #[test]
    fn tunnels_are_limited_in_all_and_by_client_and_given_back() {
        let admission = Arc::new(Admission::default());
        let first = admission.admit(address(1), &limits()).unwrap();
        let _second = admission.admit(address(1), &limits()).unwrap();
        assert_eq!(admission.admit(address(1), &limits()).unwrap_err(), TooMany::OfClient);
        let _third = admission.admit(address(2), &limits()).unwrap();
        assert_eq!(admission.admit(address(3), &limits()).unwrap_err(), TooMany::InAll);
        drop(first);
        let _fourth = admission.admit(address(1), &limits()).unwrap();
    }

    #[test]
    fn an_ipv6_network_counts_as_one_client_its_site_as_two_and_this_machine_as_none() {
        let admission = Arc::new(Admission::default());
        let limits = Limits { max_tunnels: 100, max_tunnels_per_client: 1, ..Limits::default() };
        let admit = |client: &str| admission.admit(client.parse().unwrap(), &limits);
        let _first = admit("2001:db8::1").unwrap();
        assert_eq!(admit("2001:db8::2").unwrap_err(), TooMany::OfClient);
        let _second = admit("2001:db8:0:1::1").unwrap();
        assert_eq!(admit("2001:db8:0:2::1").unwrap_err(), TooMany::OfClient);
        let _other = admit("2001:db8:1::1").unwrap();
        let local: Vec<_> = ["127.0.0.1", "::1"].repeat(3).into_iter().map(admit).collect();
        assert!(local.iter().all(Result::is_ok));
    }

    #[test]
    fn a_token_has_a_limit_of_its_own_and_shares_no_count_with_a_user_of_its_name() {
        let admission = Arc::new(Admission::default());
        let mut first = admission.admit(address(1), &limits()).unwrap();
        let mut second = admission.admit(address(2), &limits()).unwrap();
        let team = || Holder::Token("team".to_owned());
        first.count_holder(team(), 1).unwrap();
        assert_eq!(second.count_holder(team(), 1), Err(TooMany::OfHolder));
        let mut user = admission.admit(address(3), &limits()).unwrap();
        user.count_holder(Holder::User("team".to_owned()), 1).unwrap();
        assert_eq!(user.name(), first.name());
        drop((first, user));
        second.count_holder(team(), 1).unwrap();
        drop(second);
        let counts = admission.lock();
        assert!(counts.total == 0 && counts.clients.is_empty() && counts.holders.is_empty());
    }

    #[test]
    fn openings_in_a_minute_are_limited_by_client() {
        let openings = Openings::new(2);
        assert_eq!(
            [1, 1, 1, 2].map(|last| openings.note(address(last))),
            [Ok(()), Ok(()), Err(TooMany::Openings), Ok(())]
        );
        let of_site = |subscriber: u16| openings.note(IpAddr::from([0x2001, 0xdb8, 1, subscriber, 0, 0, 0, 1]));
        assert_eq!([1, 1, 1, 2, 3, 4].map(of_site).map(|noted| noted.is_ok()), [true, true, false, true, true, false]);
        assert!((0..1000).all(|_| Openings::new(0).note(address(1)).is_ok()));
    }
}
