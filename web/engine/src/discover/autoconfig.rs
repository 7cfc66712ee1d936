//! The document in which a domain publishes its mail servers, fetched from where Thunderbird looks for it first:
//! `https://autoconfig.DOMAIN/mail/config-v1.1.xml`
//! (<https://wiki.mozilla.org/Thunderbird:Autoconfiguration>).
//!
//! Thunderbird adds the mail address to that, and looks in other places as well. Here nobody is told the address, for what is
//! behind the name may be anybody's; and bridges lead to no other place.

mod document;

use std::time::Duration;

use restante_api::{By, Discover, Discovery, Fingerprint};
use restante_protocol::tunnel::Service;
use rustls_pki_types::DnsName;

use crate::http::{self, Answer, Endpoint};
use crate::platform::Platform;

/// For how long the document is waited for: whoever typed the address waits as well.
const PATIENCE: Duration = Duration::from_secs(5);
/// The HTTPS port (RFC 9110, section 4.2.2).
const HTTPS: u16 = 443;
const PATH: &str = "/mail/config-v1.1.xml";

/// What a domain publishes; `None` where there is no document, or none that can be read. `trusted`: the one certificate that is
/// accepted; where there is none, whichever verifies.
pub async fn find(
    platform: &dyn Platform,
    wanted: &Discover,
    by: &By,
    trusted: Option<Fingerprint>,
) -> Option<Discovery> {
    let host = format!("autoconfig.{}", wanted.domain);
    if !is_name(&host) {
        return None;
    }
    let to = Endpoint {
        service: Service::Autoconfig,
        host: &host,
        port: HTTPS,
        path: PATH,
        trusted,
        by,
        patience: PATIENCE,
    };
    match http::get(platform, to).await {
        Ok(Answer { status: 200, body }) => document::read(&body, wanted),
        _ => None,
    }
}

/// Whether this names a host: not an address, and with a dot within.
fn is_name(host: &str) -> bool {
    host.contains('.') && !host.ends_with('.') && DnsName::try_from(host).is_ok()
}
