//! The way mail takes, and who can read it on the way.

use restante_api::{Security, TlsEnd};
use restante_locales::say;

/// How far the protection of one stretch reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// TLS between this browser and the mail server: the bridge passes on what it cannot read.
    EndToEnd,
    /// TLS on this stretch alone.
    Stretch,
    /// Clear text: anybody on the way can read it.
    Clear,
}

/// The way of one mailbox's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// Between this browser and the bridge.
    pub to_bridge: Leg,
    /// Between the bridge and the mail server.
    pub to_server: Leg,
    /// The bridge could read password and mail.
    pub bridge_reads: bool,
}

impl Path {
    /// The way under these settings. `page_is_secure`: the page came over HTTPS, or from this very machine.
    pub fn new(security: Security, end: TlsEnd, page_is_secure: bool) -> Self {
        let page = if page_is_secure { Leg::Stretch } else { Leg::Clear };
        match (security, end) {
            (Security::None, _) => Self { to_bridge: page, to_server: Leg::Clear, bridge_reads: true },
            (_, TlsEnd::Browser) => Self { to_bridge: Leg::EndToEnd, to_server: Leg::EndToEnd, bridge_reads: false },
            (_, TlsEnd::Bridge) => Self { to_bridge: page, to_server: Leg::Stretch, bridge_reads: true },
        }
    }

    /// What this browser does.
    pub fn browser(&self) -> &'static str {
        match (self.to_bridge, self.to_server) {
            (Leg::EndToEnd, _) => say::way_tls_here(),
            (Leg::Clear, _) => say::way_clear(),
            (Leg::Stretch, Leg::Clear) => say::way_no_tls(),
            (Leg::Stretch, _) => say::way_tls_to_bridge(),
        }
    }

    /// What the bridge sees.
    pub fn bridge(&self) -> &'static str {
        match (self.bridge_reads, self.to_server) {
            (false, _) => say::way_bridge_blind(),
            (true, Leg::Clear) => say::way_bridge_reads(),
            (true, _) => say::way_bridge_ends_tls(),
        }
    }

    /// A sentence that says who can read password and mail. What TLS protects is true once it `is_up`, its certificate
    /// judged.
    pub fn sentence(&self, is_up: bool) -> &'static str {
        match (self.bridge_reads, self.to_bridge, self.to_server) {
            (false, ..) if is_up => say::way_sealed(),
            (false, ..) => say::way_to_be_sealed(),
            (true, Leg::Clear, Leg::Clear) => say::way_all_clear(),
            (true, _, Leg::Clear) => say::way_behind_bridge_clear(),
            (true, Leg::Clear, _) => say::way_to_bridge_clear(),
            (true, ..) => say::way_bridge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_tls_in_the_browser_the_bridge_reads_nothing_however_the_page_came() {
        for secure in [true, false] {
            let path = Path::new(Security::Starttls, TlsEnd::Browser, secure);
            assert!(!path.bridge_reads && path.to_server == Leg::EndToEnd);
        }
    }

    #[test]
    fn nothing_is_said_to_be_protected_before_it_is_and_warnings_do_not_wait() {
        let sealed = Path::new(Security::Tls, TlsEnd::Browser, true);
        assert!(sealed.sentence(false).contains("will be able to") && sealed.sentence(true).contains("can read"));
        for path in [Path::new(Security::None, TlsEnd::Browser, true), Path::new(Security::Tls, TlsEnd::Bridge, true)] {
            assert_eq!(path.sentence(false), path.sentence(true));
        }
    }

    #[test]
    fn tls_that_ends_at_the_bridge_is_told_apart_from_tls_that_ends_here() {
        let path = Path::new(Security::Tls, TlsEnd::Bridge, false);
        assert!(path.bridge_reads && path.to_bridge == Leg::Clear && path.to_server == Leg::Stretch);
    }

    #[test]
    fn without_tls_nobody_is_said_to_end_it() {
        for end in [TlsEnd::Browser, TlsEnd::Bridge] {
            let path = Path::new(Security::None, end, true);
            assert_eq!((path.to_server, path.browser()), (Leg::Clear, "no TLS for mail"));
        }
    }
}
