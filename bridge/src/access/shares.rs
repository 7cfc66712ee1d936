//! How much of something that all want one client has: counted by its address, and by the networks around it, for whoever
//! has one address of a network has all of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use ipnet::IpNet;

/// The IPv6 network that one subscriber has at least, in bits.
const SUBSCRIBER: u8 = 64;
/// The one that a site has (RFC 6177, section 2), and anybody who asks a tunnel broker.
const SITE: u8 = 48;
/// How many times a client's share the clients of one site have together.
const SITE_SHARES: usize = 2;

/// What a client is counted by, each with how many times a client's share it has: an IPv4 address; an IPv6 network of 64
/// bits, and the one of 48 around it. Nothing for clients on this machine: behind a proxy that the bridge was not told
/// of, all clients look like one of those.
pub(crate) fn counted(client: IpAddr) -> impl Iterator<Item = (IpNet, usize)> {
    let client = client.to_canonical();
    let network = |bits| IpNet::new(client, bits).map_or(IpNet::from(client), |network| network.trunc());
    let keys = match client {
        _ if client.is_loopback() => [None, None],
        IpAddr::V4(_) => [Some((client.into(), 1)), None],
        IpAddr::V6(_) => [Some((network(SUBSCRIBER), 1)), Some((network(SITE), SITE_SHARES))],
    };
    keys.into_iter().flatten()
}

/// Counts by client.
#[derive(Debug, Default)]
pub(crate) struct Shares(HashMap<IpNet, usize>);

impl Shares {
    /// Whether a client may have one more, where it may have so many: it and its site.
    pub(crate) fn has_room(&self, client: IpAddr, most: usize) -> bool {
        counted(client).all(|(key, shares)| self.0.get(&key).is_none_or(|count| *count < most.saturating_mul(shares)))
    }

    /// Counts one more of a client.
    pub(crate) fn take(&mut self, client: IpAddr) {
        for (key, _) in counted(client) {
            *self.0.entry(key).or_default() += 1;
        }
    }

    /// Takes off what [`Shares::take`] counted.
    pub(crate) fn give_back(&mut self, client: IpAddr) {
        for (key, _) in counted(client) {
            give_back(&mut self.0, &key);
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Takes one off, and forgets what has come to nothing.
pub(super) fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
            // The map would otherwise keep the room of its busiest hour.
            if counts.len() * 8 < counts.capacity() {
                counts.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use proptest::prelude::*;

    use super::*;

    fn keys(client: &str) -> Vec<String> {
        counted(client.parse().unwrap()).map(|(key, shares)| format!("{key} {shares}")).collect()
    }

    #[test]
    fn a_client_is_counted_by_its_address_or_its_networks_and_this_machine_by_nothing() {
        assert_eq!(keys("192.0.2.1"), ["192.0.2.1/32 1"]);
        assert_eq!(keys("::ffff:192.0.2.1"), ["192.0.2.1/32 1"]);
        assert_eq!(keys("2001:db8:1:2:3::4"), ["2001:db8:1:2::/64 1", "2001:db8:1::/48 2"]);
        for local in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(keys(local), [""; 0], "{local}");
        }
    }

    proptest! {
        /// Whoever has a whole site, and takes any of its addresses in any order.
        #[test]
        fn a_site_has_no_more_than_its_shares_whatever_addresses_it_uses(hosts in proptest::collection::vec(any::<[u16; 5]>(), 1..80)) {
            let mut shares = Shares::default();
            let address = |[a, b, c, d, e]: [u16; 5]| IpAddr::from(Ipv6Addr::from([0x2001, 0xdb8, 1, a % 4, b, c, d, e]));
            let taken: Vec<_> = hosts.into_iter().map(address).filter(|client| {
                let room = shares.has_room(*client, 3);
                if room {
                    shares.take(*client);
                }
                room
            }).collect();
            prop_assert!(taken.len() <= 3 * SITE_SHARES);
            for subscriber in 0..4 {
                let of = taken.iter().filter(|client| matches!(client, IpAddr::V6(v6) if v6.segments()[3] == subscriber)).count();
                prop_assert!(of <= 3);
            }
            prop_assert!(shares.has_room("2001:db8:2::1".parse().unwrap(), 3));
            taken.into_iter().for_each(|client| shares.give_back(client));
            prop_assert!(shares.is_empty());
        }
    }
}
