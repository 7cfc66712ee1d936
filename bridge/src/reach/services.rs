//! Which mail servers a domain names in DNS: SRV records, of the kinds that are for mailboxes and of no other (RFC 6186,
//! section 3; RFC 8314, section 5.1), and only those servers that the policy would connect to.
//!
//! Not here: who may ask, and how often (`tunnel`).

use std::cmp::Reverse;
use std::time::Duration;

use futures::future::join_all;
use restante_protocol::tunnel::{NamedServer, Service, Services};
use tokio::time::{Instant, timeout_at};

use super::dial::vet;
use super::host::Host;
use super::policy::Policy;
use super::resolve::{Resolve, Srv};

/// What is asked for: the prefix of the name, the service, and whether TLS begins with the first byte.
const KINDS: [(&str, Service, bool); 4] = [
    ("_pop3s._tcp", Service::Pop3, true),
    ("_pop3._tcp", Service::Pop3, false),
    ("_submissions._tcp", Service::Submission, true),
    ("_submission._tcp", Service::Submission, false),
];

/// How many look-ups of names that makes at once.
pub(crate) const LOOK_UPS: usize = KINDS.len();

/// So many servers of a kind are looked at: the others are for when these are down.
const MAX_OF_KIND: usize = 2;

/// Asks for the servers of a domain. `policy` says of each service where it may lead.
pub(crate) async fn look_up<'p>(
    policy: impl Fn(Service) -> &'p Policy,
    resolver: &dyn Resolve,
    domain: &str,
    limit: Duration,
) -> Services {
    let deadline = Instant::now() + limit;
    let kinds = KINDS.map(|(prefix, service, tls)| {
        let policy = policy(service);
        async move {
            let name = format!("{prefix}.{domain}");
            let asked = timeout_at(deadline, resolver.servers(&name));
            let records = asked.await.ok().and_then(Result::ok).unwrap_or_default();
            let mut servers = Vec::new();
            for (host, port) in in_order(records) {
                let may = timeout_at(deadline, may_reach(policy, resolver, service, &host, port));
                servers.extend(
                    may.await
                        .ok()
                        .flatten()
                        .map(|may| (may, NamedServer { service, tls, host: host.to_string(), port })),
                );
            }
            servers
        }
    });
    let mut services = Services::default();
    for (may, server) in join_all(kinds).await.into_iter().flatten() {
        if may {
            services.servers.push(server);
        } else {
            services.barred |= server.service == Service::Pop3;
        }
    }
    services
}

/// The servers to try, the best first (RFC 2782). A target that is the root means that there is none; an address is no target.
fn in_order(mut records: Vec<Srv>) -> impl Iterator<Item = (Host, u16)> {
    records.sort_by_key(|record| (record.priority, Reverse(record.weight)));
    let named = records.into_iter().filter(|record| record.port != 0);
    let named = named.filter_map(|record| Some((record.target.trim_end_matches('.').parse().ok()?, record.port)));
    named.filter(|(host, _)| matches!(host, Host::Name(_))).take(MAX_OF_KIND)
}

/// Whether a connection there would be made; `None` where there is nothing to connect to.
async fn may_reach(policy: &Policy, resolver: &dyn Resolve, service: Service, host: &Host, port: u16) -> Option<bool> {
    if policy.admit(service, host, port).is_err() {
        return Some(false);
    }
    let Host::Name(name) = host else { return None };
    let addresses = resolver.resolve(name).await.ok().filter(|addresses| !addresses.is_empty())?;
    Some(vet(policy, service, host, port, addresses).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(priority: u16, weight: u16, port: u16, target: &str) -> Srv {
        Srv { priority, weight, port, target: target.into() }
    }

    #[test]
    fn servers_come_in_the_order_of_their_records_and_what_is_no_name_is_none() {
        let records = vec![
            record(20, 0, 995, "later.example."),
            record(10, 1, 995, "light.example."),
            record(10, 9, 1995, "Heavy.example."),
            record(0, 0, 0, "portless.example."),
            record(0, 0, 995, "."),
            record(0, 0, 995, "10.0.0.1"),
            record(0, 0, 995, "not a name"),
        ];
        let named: Vec<_> = in_order(records).map(|(host, port)| (host.to_string(), port)).collect();
        assert_eq!(named, [("heavy.example".into(), 1995), ("light.example".into(), 995)]);
    }
}
