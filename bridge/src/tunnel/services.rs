//! A page that asks which servers a domain names, in the place of opening a tunnel; and who may ask.
//!
//! Counted, limited and let in like an opening. Not here: what is asked of DNS ([`crate::reach::services`]).

use std::net::IpAddr;

use restante_protocol::tunnel::{CloseCode, Service, Services};

use crate::failure::Failure;
use crate::reach::host::Host;
use crate::reach::policy::Policy;
use crate::reach::services::{self, LOOK_UPS};
use crate::shared::{Rules, Shared};

/// What a page is told where no domain's servers are looked up.
const OFF: &str = "This bridge does not look up which servers a domain names. Its operator decides that.";

/// Whether somebody may find servers by their domain; `fetching` is where they may fetch mail.
///
/// # Errors
/// [`Failure`] where the operator does not let that be done.
pub(super) fn check_discovery(rules: &Rules, fetching: &Policy) -> Result<(), Failure> {
    // Who may go everywhere has names looked up anyway.
    let is_on = rules.discovery || !fetching.is_listed();
    is_on.then_some(()).ok_or_else(|| Failure::new(CloseCode::Forbidden, OFF))
}

/// Looks the servers of a domain up, for somebody who may go where `policy` says of each service.
///
/// # Errors
/// [`Failure`] where the operator does not let that be done, or not so often, or it is no domain.
pub(super) async fn answer<'p>(
    domain: &str,
    policy: impl Fn(Service) -> &'p Policy,
    rules: &Rules,
    shared: &Shared,
    client: IpAddr,
) -> Result<Services, Failure> {
    check_discovery(rules, policy(Service::Pop3))?;
    let domain = match domain.parse() {
        Ok(Host::Name(name)) if name.contains('.') => name,
        _ => return Err(Failure::bad_message("That is no domain.")),
    };
    let mut turns = Vec::with_capacity(LOOK_UPS);
    for _ in 0..LOOK_UPS {
        turns.push(shared.lookups.begin(client)?);
    }
    Ok(services::look_up(policy, &*rules.resolver, &domain, rules.limits.connect_timeout).await)
}
