//! Finding the settings of a mailbox by its mail address: what is asked, and what is found.

use restante_protocol::tunnel::Secret;
use serde::{Deserialize, Serialize};

use super::Security;

/// Whose settings are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discover {
    /// What stands before the `@`.
    pub local: String,
    /// The domain behind it, as the network writes it (IDNA).
    pub domain: String,
    /// The bridge that looks the domain up in DNS, where this engine does not know it; `None`: nobody is asked.
    pub by: Option<By>,
}

/// A bridge that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Its address (`wss://…`), where it is not the one that served the page.
    pub bridge: Option<String>,
    /// Its access token, where it asks for one.
    pub token: Option<Secret>,
}

impl Discover {
    /// The parts of a whole mail address; `None` where it is not whole yet, or is none.
    pub fn of(address: &str) -> Option<Self> {
        let (local, domain) = address.trim().rsplit_once('@')?;
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "@/?#[]\\:,;<>()\"".contains(c);
        let (_, top) = domain.rsplit_once('.')?;
        let is_whole = !local.is_empty() && domain.split('.').all(|label| !label.is_empty()) && top.len() > 1;
        let is_name = !local.contains(is_odd) && !domain.contains(is_odd) && top.parse::<u8>().is_err();
        (is_whole && is_name).then(|| Self { local: local.to_owned(), domain: domain.to_lowercase(), by: None })
    }

    /// The whole address.
    pub fn address(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }
}

/// What is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Discovery {
    /// Settings.
    Settings(Settings),
    /// The provider offers no POP3.
    NoPop3(Provider),
    /// A server that the bridge does not connect to, as its operator decides.
    Barred,
    /// The domain publishes its mail servers, and none of them speaks POP3 under TLS.
    Unlisted,
    /// Nothing.
    Nothing,
}

/// How a mailbox is reached. None of it is secret, and none of it has been tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Who says so.
    pub source: SettingsSource,
    /// Where mail is fetched.
    pub fetch: Place,
    /// User name.
    pub user: String,
    /// Where mail is sent, where that is known.
    pub submission: Option<Place>,
}

/// Who says how a mailbox is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SettingsSource {
    /// The page itself, which knows large providers.
    Known(Provider),
    /// The domain's own records in DNS, which nobody has signed.
    Dns,
    /// A document that the domain publishes, over TLS.
    Autoconfig,
}

/// A server of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// A provider of mailboxes, and what it wants of mail programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// What has to be done before a mail program gets in, in the order in which it is said.
    pub needs: Vec<Need>,
    /// The address of the page on which the provider explains it.
    pub help: Option<String>,
}

/// What a provider wants before a mail program gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Need {
    /// POP3 has to be switched on in the mailbox's settings.
    SwitchOn,
    /// A password of its own for mail programs; the mailbox's is refused.
    AppPassword,
    /// To be signed in to on the provider's own page (OAuth), which works where the page's host has set the provider up; every
    /// password is refused.
    OAuth,
    /// A mailbox that is paid for.
    Paid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_once_its_domain_is_a_name_with_a_dot() {
        for (typed, parts) in [
            ("ana@example.org", Some(("ana", "example.org"))),
            (" ana+x@Mail.Example.ORG ", Some(("ana+x", "mail.example.org"))),
            ("ana@münchen.example", Some(("ana", "münchen.example"))),
            ("ana", None),
            ("ana@", None),
            ("ana@example", None),
            ("ana@example.", None),
            ("ana@example.o", None),
            ("ana@.example.org", None),
            ("@example.org", None),
            ("an a@example.org", None),
            ("ana@bo@example.org", None),
            ("ana@192.0.2.1", None),
            ("ana@[2001:db8::1]", None),
            ("ana@example.org/x.org", None),
            ("Ana <ana@example.org>", None),
        ] {
            let found = Discover::of(typed);
            assert_eq!(found.as_ref().map(|found| (&*found.local, &*found.domain)), parts, "{typed}");
        }
    }
}
