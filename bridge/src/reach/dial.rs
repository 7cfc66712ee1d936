//! From a host to a connection: resolve once, vet every address, dial the vetted ones.
//!
//! The name is never resolved a second time, so what was vetted is what is dialled: a name that changes its answer in
//! between (DNS rebinding) gains nothing. Addresses are tried as RFC 8305 has it: families in turn, the next one a
//! quarter of a second after the last. Not here: what is allowed ([`crate::reach::policy`]).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use restante_protocol::tunnel::{CloseCode, Service};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::host::Host;
use super::policy::{Forbidden, Policy};
use super::resolve::Resolve;
use crate::failure::Failure;

/// Between the starts of two attempts (RFC 8305, section 5: "Connection Attempt Delay").
const STAGGER: Duration = Duration::from_millis(250);
/// Addresses of one name that are tried at most.
const MAX_ADDRESSES: usize = 8;

/// Connects to an admitted host.
///
/// # Errors
/// [`Failure`] with the code that tells apart: no such name, all addresses forbidden, refused, timed out, unreachable.
pub(crate) async fn dial(
    policy: &Policy,
    resolver: &dyn Resolve,
    service: Service,
    host: &Host,
    port: u16,
    limit: Duration,
) -> Result<(TcpStream, IpAddr), Failure> {
    let deadline = Instant::now() + limit;
    let addresses = match host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => timeout_at(deadline, resolver.resolve(name))
            .await
            .map_err(|_| unknown_host("it took too long to look up"))?
            .map_err(|_| unknown_host("it does not resolve"))?,
    };
    if addresses.is_empty() {
        return Err(unknown_host("it has no address"));
    }
    let vetted =
        vet(policy, service, host, port, addresses).map_err(|e| Failure::new(CloseCode::Forbidden, e.to_string()))?;
    timeout_at(deadline, race(in_turn(vetted), port))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused => Failure::new(
                CloseCode::ConnectRefused,
                "The mail server refused the connection: nothing listens on that port.",
            ),
            io::ErrorKind::TimedOut => {
                Failure::new(CloseCode::ConnectTimeout, "The mail server did not answer in time.")
            }
            _ => Failure::new(CloseCode::Unreachable, "There is no way to the mail server from this bridge."),
        })
}

fn unknown_host(why: &str) -> Failure {
    Failure::new(CloseCode::UnknownHost, format!("The mail server's name is not known: {why}."))
}

/// The addresses that may be dialled; an error where there is none, with the first one's reason.
pub(super) fn vet(
    policy: &Policy,
    service: Service,
    host: &Host,
    port: u16,
    addresses: Vec<IpAddr>,
) -> Result<Vec<IpAddr>, Forbidden> {
    let mut refused = None;
    let mut vetted = Vec::new();
    for address in addresses {
        match policy.vet(service, host, port, address) {
            Ok(()) if !vetted.contains(&address) => vetted.push(address),
            Ok(()) => {}
            Err(forbidden) => refused = refused.or(Some(forbidden)),
        }
    }
    match refused {
        Some(forbidden) if vetted.is_empty() => Err(forbidden),
        _ => Ok(vetted),
    }
}

/// The families in turn, the resolver's first one first (RFC 8305, section 4).
fn in_turn(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let first_is_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|a| a.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut ordered = Vec::new();
    loop {
        let before = ordered.len();
        ordered.extend(first.next());
        ordered.extend(second.next());
        if ordered.len() == before {
            ordered.truncate(MAX_ADDRESSES);
            return ordered;
        }
    }
}

/// Dials the addresses one after the other, the next one early where the last one is slow; the first to answer wins.
async fn race(addresses: Vec<IpAddr>, port: u16) -> io::Result<(TcpStream, IpAddr)> {
    let mut waiting = addresses.into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut worst: Option<io::Error> = None;
    let mut start = Instant::now();
    loop {
        tokio::select! {
            biased;
            Some((result, address)) = attempts.next() => match result {
                Ok(stream) => return Ok((stream, address)),
                Err(error) => {
                    if worst.as_ref().is_none_or(|worst| tells_more(&error, worst)) {
                        worst = Some(error);
                    }
                    start = Instant::now();
                }
            },
            () = sleep_until(start), if waiting.len() > 0 => {
                if let Some(address) = waiting.next() {
                    attempts.push(async move { (connect(address, port).await, address) });
                    start = Instant::now() + STAGGER;
                }
            }
            else => return Err(worst.unwrap_or_else(|| io::ErrorKind::NotFound.into())),
        }
    }
}

async fn connect(address: IpAddr, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(SocketAddr::new(address, port)).await?;
    // Commands are short and wait for an answer: Nagle's algorithm would hold them back.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A refusal comes from the host itself, a time-out may; anything else comes from the way there.
fn tells_more(error: &io::Error, than: &io::Error) -> bool {
    let rank = |e: &io::Error| match e.kind() {
        io::ErrorKind::ConnectionRefused => 2,
        io::ErrorKind::TimedOut => 1,
        _ => 0,
    };
    rank(error) > rank(than)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns_and_the_resolvers_first_choice_leads() {
        let mixed = addresses(&["2a00::1", "2a00::2", "1.1.1.1", "2a00::3"]);
        assert_eq!(in_turn(mixed), addresses(&["2a00::1", "1.1.1.1", "2a00::2", "2a00::3"]));
        assert_eq!(in_turn(addresses(&["1.1.1.1", "2a00::1"])), addresses(&["1.1.1.1", "2a00::1"]));
        assert_eq!(in_turn(vec![[1, 1, 1, 1].into(); 20]).len(), MAX_ADDRESSES);
    }

    #[test]
    fn of_a_names_addresses_only_the_vetted_ones_remain() {
        let host: Host = "pop.example.org".parse().unwrap();
        let policy = Policy::public();
        let mixed = addresses(&["10.0.0.1", "1.1.1.1", "::1", "1.1.1.1"]);
        assert_eq!(vet(&policy, Service::Pop3, &host, 995, mixed), Ok(addresses(&["1.1.1.1"])));
        let hidden = addresses(&["10.0.0.1", "::1"]);
        assert_eq!(vet(&policy, Service::Pop3, &host, 995, hidden), Err(Forbidden::Special("private")));
    }

    #[test]
    fn of_several_failures_the_one_that_came_from_the_host_is_told() {
        use io::ErrorKind::{ConnectionRefused, NetworkUnreachable, TimedOut};
        for (worse, better) in
            [(NetworkUnreachable, TimedOut), (NetworkUnreachable, ConnectionRefused), (TimedOut, ConnectionRefused)]
        {
            assert!(tells_more(&better.into(), &worse.into()) && !tells_more(&worse.into(), &better.into()));
            assert!(!tells_more(&better.into(), &better.into()));
        }
    }

    #[tokio::test]
    async fn a_second_address_is_tried_when_the_first_refuses() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (_, address) = race(addresses(&["127.0.0.9", "127.0.0.1"]), port).await.unwrap();
        assert_eq!(address.to_string(), "127.0.0.1");
    }
}
