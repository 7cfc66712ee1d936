//! The settings of a mailbox, by its mail address: what is known of its provider, else what its domain says in DNS, else what it
//! publishes.
//!
//! Not here: whether they work, which shows when the mailbox is opened.

pub mod autoconfig;
mod providers;

use std::rc::Rc;

use restante_api::{Discover, Discovery, Place, Security, Settings, SettingsSource};
use restante_protocol::tunnel::{NamedServer, Service, Services};

use crate::platform::{Platform, Question};

/// Finds the settings. Where nothing is found it does not matter why: they are typed then.
pub(crate) async fn find(platform: Rc<dyn Platform>, wanted: Discover) -> Discovery {
    if let Some(known) = providers::known(&wanted) {
        return known;
    }
    let Some(by) = wanted.by.clone() else { return Discovery::Nothing };
    let question = Question { domain: wanted.domain.clone(), bridge: by.bridge.clone(), token: by.token.clone() };
    // A bridge that looks nothing up leads to no document either.
    let Ok(services) = platform.look_up(question).await else { return Discovery::Nothing };
    match of_dns(&wanted, &services) {
        Discovery::Nothing => autoconfig::find(&*platform, &wanted, &by, None).await.unwrap_or(Discovery::Nothing),
        found => found,
    }
}

/// The settings that DNS names. The user name is the whole address at first (RFC 6186, section 4).
fn of_dns(wanted: &Discover, services: &Services) -> Discovery {
    match best(services, Service::Pop3) {
        Some(fetch) => Discovery::Settings(Settings {
            source: SettingsSource::Dns,
            fetch,
            user: wanted.address(),
            submission: best(services, Service::Submission),
        }),
        None if services.barred => Discovery::Barred,
        None => Discovery::Nothing,
    }
}

/// The first server for a service: one with TLS from the first byte, where there is one (RFC 8314, section 5.1). Another one has
/// to offer TLS: clear text is nothing that an unsigned record may choose.
fn best(services: &Services, service: Service) -> Option<Place> {
    let of_tls = |tls| services.servers.iter().find(|server| server.service == service && server.tls == tls);
    let NamedServer { tls, host, port, .. } = of_tls(true).or_else(|| of_tls(false))?;
    let security = if *tls { Security::Tls } else { Security::Starttls };
    Some(Place { host: host.clone(), port: *port, security })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Discover {
        Discover::of("ana@example.org").unwrap()
    }

    fn server(service: Service, tls: bool, host: &str, port: u16) -> NamedServer {
        NamedServer { service, tls, host: host.into(), port }
    }

    #[test]
    fn tls_from_the_first_byte_is_preferred_and_the_first_server_is_the_best() {
        let servers = vec![
            server(Service::Submission, false, "out.example.org", 587),
            server(Service::Pop3, false, "clear.example.org", 110),
            server(Service::Pop3, true, "in1.example.org", 1995),
            server(Service::Pop3, true, "in2.example.org", 995),
        ];
        let Discovery::Settings(found) = of_dns(&wanted(), &Services { servers, barred: true }) else {
            panic!("found")
        };
        assert_eq!(found.fetch, Place { host: "in1.example.org".into(), port: 1995, security: Security::Tls });
        let out = Place { host: "out.example.org".into(), port: 587, security: Security::Starttls };
        assert_eq!((found.submission, &*found.user), (Some(out), "ana@example.org"));
    }

    #[test]
    fn no_record_leads_to_clear_text() {
        let servers = vec![server(Service::Pop3, false, "in.example.org", 110)];
        let found = of_dns(&wanted(), &Services { servers, barred: false });
        assert!(matches!(found, Discovery::Settings(found) if found.fetch.security == Security::Starttls));
    }

    #[test]
    fn a_server_that_may_not_be_reached_is_told_from_none() {
        let out = || vec![server(Service::Submission, true, "out.example.org", 465)];
        assert_eq!(of_dns(&wanted(), &Services { servers: out(), barred: true }), Discovery::Barred);
        assert_eq!(of_dns(&wanted(), &Services { servers: out(), barred: false }), Discovery::Nothing);
    }
}
