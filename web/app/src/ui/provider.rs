//! Whose word on a sender is believed: that of the server from which the mail is fetched, or of one beside it.

use std::net::IpAddr;

/// Whether a server that names itself so in a message (the authserv-id of RFC 8601) is of the provider whose mail server is
/// `host`: the same one, or one of the domain that the host is in.
pub fn is_of(by: &str, host: &str) -> bool {
    let (by, host) = (by.trim_end_matches('.').to_ascii_lowercase(), host.trim_end_matches('.').to_ascii_lowercase());
    if by == host {
        return !by.is_empty();
    }
    if host.parse::<IpAddr>().is_ok() {
        return false;
    }
    let Some((_, domain)) = host.split_once('.').filter(|(_, domain)| !is_open(domain)) else { return false };
    by == domain || by.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether anybody may have a name in this domain: `org`, `co.uk`.
fn is_open(domain: &str) -> bool {
    match domain.split('.').collect::<Vec<_>>()[..] {
        [second, top] => top.len() == 2 && second.len() <= 3,
        [] | [_] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_believed_by_its_domain_and_nobody_else_is() {
        for (by, host, is_its) in [
            ("mx.example.org", "pop.example.org", true),
            ("example.org", "pop.example.org", true),
            ("POP.example.org.", "pop.example.org", true),
            ("a.b.example.org", "pop.example.org", true),
            ("notexample.org", "pop.example.org", false),
            ("example.com", "pop.example.org", false),
            ("org", "example.org", false),
            ("other.org", "example.org", false),
            ("other.co.uk", "example.co.uk", false),
            ("mx.example.co.uk", "pop.example.co.uk", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("9.0.2.1", "192.0.2.1", false),
            ("", "", false),
        ] {
            assert_eq!(is_of(by, host), is_its, "{by} of {host}");
        }
    }
}
