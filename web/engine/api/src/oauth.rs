//! Signing in at a provider instead of with a password (OAuth 2.0, RFC 6749): the authorization code with PKCE (RFC 7636), in a
//! window of the provider's own.

use restante_protocol::tunnel::Secret;
use serde::{Deserialize, Serialize};

use super::{By, Fingerprint};

/// A provider, as the host of the page has set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// What it is called.
    pub name: String,
    /// Host names of the mail servers that take its tokens.
    pub servers: Vec<String>,
    /// Its authorization endpoint (RFC 6749, section 3.1): the address of the page at which somebody signs in.
    pub authorize: String,
    /// The host of its token endpoint (RFC 6749, section 3.2), which is reached by HTTPS through the bridge.
    pub token_host: String,
    /// The port there.
    pub token_port: u16,
    /// The path there.
    pub token_path: String,
    /// What is asked for (RFC 6749, section 3.3).
    pub scope: String,
    /// By what it knows this page (RFC 6749, section 2.2).
    pub client_id: String,
    /// Where it insists on one.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// SHA-256 of the certificate of its token endpoint, where that does not verify by itself: 64 hexadecimal digits, perhaps
    /// with colons.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

impl Provider {
    /// Whether the mail server of this name takes its tokens.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim().trim_end_matches('.');
        self.servers.iter().any(|server| server.eq_ignore_ascii_case(host))
    }

    /// See [`Provider::fingerprint`].
    pub fn trusted(&self) -> Option<Fingerprint> {
        self.fingerprint.as_deref().and_then(|text| text.parse().ok())
    }
}

/// What is needed to send somebody to a provider's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorize {
    /// The provider.
    pub provider: Provider,
    /// The address that it leads back to (RFC 6749, section 3.1.2).
    pub redirect: String,
    /// The user name, where it is known: the provider may fill it in.
    pub user: String,
    /// By which bridge the provider is asked for tokens.
    pub by: By,
}

/// What a provider grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Tells it from others, however often its tokens are renewed.
    pub id: String,
    /// Who grants it.
    pub provider: Provider,
    /// The origin of the page that it was granted to.
    pub origin: String,
    /// What a mail server takes in place of a password (RFC 6749, section 1.4).
    pub access_token: Secret,
    /// Until when, seconds since 1970-01-01 UTC.
    pub expires_at: u64,
    /// By what it is renewed (RFC 6749, section 1.5); without one somebody has to sign in anew.
    pub refresh_token: Option<Secret>,
}

/// What proves who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credential {
    /// A password.
    Password(Secret),
    /// What a provider has granted.
    Grant(Box<Grant>),
}

impl Credential {
    /// A password.
    pub fn password(text: impl Into<String>) -> Self {
        Self::Password(Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        serde_json::from_str(
            r#"{"name":"Mail","servers":["pop.example.org"],"authorize":"https://id.example.org/a","token_host":"id.example.org",
                "token_port":443,"token_path":"/t","scope":"mail","client_id":"abc"}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_provider_is_for_its_servers_however_they_are_written() {
        assert!(provider().is_for(" POP.example.org.") && !provider().is_for("pop.example.org.evil.example"));
        assert_eq!(provider().trusted(), None);
    }

    #[test]
    fn no_token_shows_in_debug() {
        let (access_token, refresh_token) = (Secret::new("open"), Some(Secret::new("sesame")));
        let (id, origin) = ("1".into(), "https://mail.example.org".into());
        let grant = Grant { id, provider: provider(), origin, access_token, expires_at: 0, refresh_token };
        let shown = format!("{:?}", Credential::Grant(Box::new(grant)));
        assert!(!shown.contains("open\"") && !shown.contains("sesame"), "{shown}");
    }
}
