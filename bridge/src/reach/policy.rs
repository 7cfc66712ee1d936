//! Where the bridge connects to: the allow-list, and the vetting of addresses after a name has been resolved.
//!
//! Two questions, both answered before a connection is made. May the page ask for this host and port, as it is
//! written ([`Policy::admit`])? And may this address be dialled for it ([`Policy::vet`])? A name opens no way to a
//! special address: that has to be listed as an address itself. Each service has a list of its own, and one that is not
//! listed for sending mail is never sent to. Documents of mail servers need no list: the host's name says what it is for.
//!
//! Not here: resolving and dialling (`dial`).

mod entry;
mod range;
mod submission;

use std::net::IpAddr;

pub use entry::{BadEntry, Entry, POP3_PORTS};
pub use range::{BadRange, Range, special};
pub use submission::{BadSubmissionEntry, RELAY_PORT, SUBMISSION_PORTS, SubmissionEntry};

use restante_protocol::tunnel::Service;

use super::host::Host;

/// The destinations a bridge serves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `None`: any public destination on the POP3 ports.
    entries: Option<Vec<Entry>>,
    /// Where mail may be sent: nowhere where it is empty.
    submission: Vec<Entry>,
    /// Where providers hand out tokens.
    sign_in: Vec<Entry>,
    /// Where documents of mail servers are fetched besides port 443 of public addresses.
    autoconfig: Vec<Entry>,
}

/// What the name of a host begins with that publishes the document of a domain's mail servers.
const AUTOCONFIG: &str = "autoconfig.";
/// Where it publishes it (RFC 9110, section 4.2.2).
const HTTPS: u16 = 443;

/// Why a destination is refused. They are the policy's answer to the page, so none says what the list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither the name nor the address is on the list, or not with this port.
    #[error("This bridge does not connect to that server and port. Its operator decides which ones it serves.")]
    NotListed,
    /// It is not on the list for sending, or not with this port.
    #[error(
        "This bridge does not send mail through that server and port. Its operator decides which ones may be used."
    )]
    NotForSending,
    /// Mail is never sent there.
    #[error("No bridge sends mail through port 25, which is for mail servers among themselves. Use port 465 or 587.")]
    RelayPort,
    /// No provider that the operator has set up hands out tokens there.
    #[error(
        "This bridge does not connect to that server for signing in. Its operator decides which providers it serves."
    )]
    NotForSignIn,
    /// It is not where a domain publishes the document of its mail servers.
    #[error("A domain's mail servers are asked for at autoconfig.DOMAIN, port 443, and nowhere else.")]
    NotForAutoconfig,
    /// The address is special and not listed.
    #[error("This bridge does not connect to that server: its address is not a public one ({0}).")]
    Special(&'static str),
}

impl Policy {
    /// Any public destination, on ports 110 and 995 only.
    pub fn public() -> Self {
        Self::default()
    }

    /// The listed destinations and no others.
    pub fn listed(entries: Vec<Entry>) -> Self {
        Self { entries: Some(entries), ..Self::default() }
    }

    /// Mail may be sent through these servers as well.
    pub fn with_submission(self, entries: Vec<SubmissionEntry>) -> Self {
        Self { submission: entries.into_iter().map(Entry::from).collect(), ..self }
    }

    /// Providers hand out tokens at these hosts.
    pub fn with_sign_in(self, entries: Vec<Entry>) -> Self {
        Self { sign_in: entries, ..self }
    }

    /// Documents of mail servers may be fetched at these entries as well, from hosts that are named as such hosts are: at other
    /// ports, and at special addresses. For programs that embed the bridge, and for tests: no setting of the binary leads here.
    pub fn with_autoconfig(self, entries: Vec<Entry>) -> Self {
        Self { autoconfig: entries, ..self }
    }

    /// Whether mail may be sent through any server.
    pub fn has_submission(&self) -> bool {
        !self.submission.is_empty()
    }

    /// The entries for a service.
    fn listed_for(&self, service: Service) -> &[Entry] {
        match service {
            Service::Pop3 => self.entries.as_deref().unwrap_or_default(),
            Service::Submission => &self.submission,
            Service::SignIn => &self.sign_in,
            Service::Autoconfig => &self.autoconfig,
        }
    }

    /// Whether there is an allow-list.
    pub fn is_listed(&self) -> bool {
        self.entries.is_some()
    }

    /// Whether a page may ask for this host and port, to speak this service there.
    ///
    /// # Errors
    /// [`Forbidden`]
    pub fn admit(&self, service: Service, host: &Host, port: u16) -> Result<(), Forbidden> {
        let listed = || self.listed_for(service).iter().any(|entry| entry.has_port(port) && entry.matches(host));
        let (admitted, otherwise) = match (service, &self.entries) {
            (Service::Pop3, None) => (POP3_PORTS.contains(&port), Forbidden::NotListed),
            (Service::Pop3, Some(_)) => (listed(), Forbidden::NotListed),
            (Service::Submission, _) if port == RELAY_PORT => (false, Forbidden::RelayPort),
            (Service::Submission, _) => (listed(), Forbidden::NotForSending),
            (Service::SignIn, _) => (listed(), Forbidden::NotForSignIn),
            (Service::Autoconfig, _) => {
                (publishes_servers(host) && (port == HTTPS || listed()), Forbidden::NotForAutoconfig)
            }
        };
        if admitted { Ok(()) } else { Err(otherwise) }
    }

    /// Whether an address that an admitted host has may be dialled.
    ///
    /// # Errors
    /// [`Forbidden::Special`] where it is special and not listed.
    pub fn vet(&self, service: Service, host: &Host, port: u16, address: IpAddr) -> Result<(), Forbidden> {
        let Some(what) = special(address) else { return Ok(()) };
        // `localhost` names nothing but loopback (RFC 6761, section 6.3), so who lists it means that.
        let local = matches!(host, Host::Name(name) if name == "localhost") && address.is_loopback();
        let listed = self
            .listed_for(service)
            .iter()
            .any(|e| e.has_port(port) && (e.matches_address(address) || (local && e.matches_exactly("localhost"))));
        if listed { Ok(()) } else { Err(Forbidden::Special(what)) }
    }
}

/// Whether a host is named as one that publishes the mail servers of a domain, and that domain has a dot in it.
///
/// The other place for such a document, below the domain's own name (RFC 8615), would admit every host on the HTTPS port.
fn publishes_servers(host: &Host) -> bool {
    matches!(host, Host::Name(name) if name.strip_prefix(AUTOCONFIG).is_some_and(|domain| domain.contains('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(entries: &[&str]) -> Policy {
        Policy::listed(entries.iter().map(|e| e.parse().unwrap()).collect())
    }

    /// Both questions, as a connection asks them, with a resolver that answers `resolved`.
    fn ask(policy: &Policy, host: &str, port: u16, resolved: &str) -> Result<(), Forbidden> {
        ask_for(Service::Pop3, policy, host, port, resolved)
    }

    fn ask_for(service: Service, policy: &Policy, host: &str, port: u16, resolved: &str) -> Result<(), Forbidden> {
        let host: Host = host.parse().unwrap();
        policy.admit(service, &host, port)?;
        policy.vet(service, &host, port, resolved.parse().unwrap())
    }

    #[test]
    fn without_a_list_public_addresses_are_served_on_the_pop3_ports_only() {
        let policy = Policy::public();
        assert_eq!(ask(&policy, "pop.example.org", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&policy, "1.1.1.1", 110, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&policy, "pop.example.org", 25, "1.1.1.1"), Err(Forbidden::NotListed));
        assert_eq!(ask(&policy, "localhost", 110, "127.0.0.1"), Err(Forbidden::Special("loopback")));
    }

    #[test]
    fn a_listed_name_does_not_open_the_way_to_a_private_address() {
        let names = policy(&["pop.example.org"]);
        assert_eq!(ask(&names, "pop.example.org", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&names, "pop.example.org", 995, "10.0.0.5"), Err(Forbidden::Special("private")));
        let both = policy(&["pop.example.org", "10.0.0.5:995"]);
        assert_eq!(ask(&both, "pop.example.org", 995, "10.0.0.5"), Ok(()));
        assert_eq!(ask(&both, "pop.example.org", 110, "10.0.0.5"), Err(Forbidden::Special("private")));
        assert_eq!(ask(&both, "pop.example.org", 995, "10.0.0.6"), Err(Forbidden::Special("private")));
    }

    #[test]
    fn a_listed_address_does_not_admit_names_that_are_not_listed() {
        let policy = policy(&["192.0.2.0/24"]);
        assert_eq!(ask(&policy, "192.0.2.9", 995, "192.0.2.9"), Ok(()));
        assert_eq!(ask(&policy, "pop.example.org", 995, "192.0.2.9"), Err(Forbidden::NotListed));
    }

    #[test]
    fn a_listed_address_is_served_on_its_own_ports_only() {
        let policy = policy(&["1.1.1.1:995"]);
        assert_eq!(ask(&policy, "1.1.1.1", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&policy, "1.1.1.1", 110, "1.1.1.1"), Err(Forbidden::NotListed));
    }

    #[test]
    fn listing_localhost_means_loopback_for_that_name_alone() {
        let policy = policy(&["localhost:1110", "rebound.example:1110"]);
        assert_eq!(ask(&policy, "localhost", 1110, "127.0.0.1"), Ok(()));
        assert_eq!(ask(&policy, "LOCALHOST", 1110, "::1"), Ok(()));
        assert_eq!(ask(&policy, "localhost", 1110, "10.0.0.1"), Err(Forbidden::Special("private")));
        assert_eq!(ask(&policy, "rebound.example", 1110, "127.0.0.1"), Err(Forbidden::Special("loopback")));
        assert_eq!(ask(&policy, "127.0.0.1", 1110, "127.0.0.1"), Err(Forbidden::NotListed));
    }

    #[test]
    fn an_ipv4_entry_does_not_admit_the_mapped_form() {
        let policy = policy(&["127.0.0.1:110"]);
        assert_eq!(ask(&policy, "127.0.0.1", 110, "127.0.0.1"), Ok(()));
        assert_eq!(ask(&policy, "::ffff:127.0.0.1", 110, "::ffff:127.0.0.1"), Err(Forbidden::NotListed));
    }

    #[test]
    fn mail_is_sent_through_servers_that_are_listed_for_it_and_the_lists_stay_apart() {
        let send = |policy: &Policy, host, port, resolved| ask_for(Service::Submission, policy, host, port, resolved);
        let listed = |entries: &[&str]| entries.iter().map(|entry| entry.parse().unwrap()).collect::<Vec<_>>();
        for off in [Policy::public(), policy(&["*", "mail.example.org", "1.1.1.1", "*:2525"])] {
            assert!(!off.has_submission());
            for port in [110, 465, 587, 995, 2525] {
                assert_eq!(send(&off, "mail.example.org", port, "1.1.1.1"), Err(Forbidden::NotForSending), "{port}");
            }
            assert_eq!(send(&off, "mail.example.org", 25, "1.1.1.1"), Err(Forbidden::RelayPort));
        }
        let on = Policy::public().with_submission(listed(&["smtp.example.org", "10.0.0.5:587"]));
        assert_eq!(send(&on, "SMTP.example.org", 465, "1.1.1.1"), Ok(()));
        assert_eq!(send(&on, "smtp.example.org", 587, "10.0.0.5"), Ok(()));
        assert_eq!(send(&on, "smtp.example.org", 465, "10.0.0.5"), Err(Forbidden::Special("private")));
        assert_eq!(send(&on, "smtp.example.org", 25, "1.1.1.1"), Err(Forbidden::RelayPort));
        assert_eq!(send(&on, "smtp.example.org", 995, "1.1.1.1"), Err(Forbidden::NotForSending));
        assert_eq!(send(&on, "a.smtp.example.org", 465, "1.1.1.1"), Err(Forbidden::NotForSending));
        assert_eq!(ask(&on, "smtp.example.org", 465, "1.1.1.1"), Err(Forbidden::NotListed));
        // An address that may be fetched from is none that may be sent to.
        let apart = policy(&["10.0.0.0/8"]).with_submission(listed(&["smtp.example.org"]));
        assert_eq!(send(&apart, "smtp.example.org", 465, "10.0.0.5"), Err(Forbidden::Special("private")));
    }

    #[test]
    fn documents_of_mail_servers_are_fetched_from_hosts_that_are_named_so_on_one_port_and_at_public_addresses() {
        let fetch =
            |policy: &Policy, host: &str, port, resolved| ask_for(Service::Autoconfig, policy, host, port, resolved);
        // What may be fetched, sent or signed in to says nothing of it.
        let entries = || vec!["*:8443".parse().unwrap(), "10.0.0.5:443".parse().unwrap()];
        for policy in [Policy::public(), Policy::listed(entries()).with_sign_in(entries())] {
            assert_eq!(fetch(&policy, "autoconfig.example.org", 443, "1.1.1.1"), Ok(()));
            assert_eq!(fetch(&policy, "AutoConfig.mail.example.org", 443, "1.1.1.1"), Ok(()));
            for host in [
                "example.org",
                "www.example.org",
                "autoconfig",
                "autoconfig.example",
                "xautoconfig.example.org",
                "autoconfig-example.org",
                "www.autoconfig.example.org",
                "1.1.1.1",
                "2001:4860:4860::8888",
            ] {
                assert_eq!(fetch(&policy, host, 443, "1.1.1.1"), Err(Forbidden::NotForAutoconfig), "{host}");
            }
            for port in [0, 25, 80, 110, 465, 587, 995, 8443] {
                let refused = fetch(&policy, "autoconfig.example.org", port, "1.1.1.1");
                assert_eq!(refused, Err(Forbidden::NotForAutoconfig), "{port}");
            }
            for special in ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.5", "fd00::1"] {
                let refused = fetch(&policy, "autoconfig.example.org", 443, special);
                assert!(matches!(refused, Err(Forbidden::Special(_))), "{special}");
            }
            assert!(ask(&policy, "autoconfig.example.org", 443, "1.1.1.1").is_err(), "it is for nothing else");
        }
        for spelling in [
            "autoconfig.example.org.",
            "autoconfig..org",
            "autoconfig.127.1",
            "autoconfig.a b.org",
            "autoconfig.a/b.org",
        ] {
            assert!(spelling.parse::<Host>().is_err(), "{spelling}");
        }
        let inside = Policy::public().with_autoconfig(entries());
        assert_eq!(fetch(&inside, "autoconfig.example.org", 8443, "1.1.1.1"), Ok(()));
        assert_eq!(fetch(&inside, "autoconfig.example.org", 443, "10.0.0.5"), Ok(()));
        assert_eq!(fetch(&inside, "www.example.org", 8443, "1.1.1.1"), Err(Forbidden::NotForAutoconfig));
    }

    #[test]
    fn wildcards_admit_names_below_and_public_addresses_only() {
        let below = policy(&["*.example.org"]);
        assert_eq!(ask(&below, "pop.example.org", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&below, "a.b.example.org", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&below, "example.org", 995, "1.1.1.1"), Err(Forbidden::NotListed));
        assert_eq!(ask(&below, "notexample.org", 995, "1.1.1.1"), Err(Forbidden::NotListed));
        assert!(ask(&below, "pop.example.org", 995, "169.254.169.254").is_err());
        let any = policy(&["*:995"]);
        assert_eq!(ask(&any, "anything.example", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&any, "1.1.1.1", 995, "1.1.1.1"), Ok(()));
        assert_eq!(ask(&any, "anything.example", 110, "1.1.1.1"), Err(Forbidden::NotListed));
        assert_eq!(ask(&any, "10.0.0.1", 995, "10.0.0.1"), Err(Forbidden::Special("private")));
    }
}
