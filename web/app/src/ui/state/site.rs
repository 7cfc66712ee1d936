//! What the host of this page says about itself in `restante.json`.

use restante_api::oauth::Provider;
use restante_api::{OpenMailbox, Security};
use restante_protocol::tunnel::Secret;
use serde::Deserialize;

use super::bridge::{self, Bridge};

/// The name of the document, beside the page.
pub const SITE_DOCUMENT: &str = "restante.json";

/// The host's settings for the page. Everything has a default: a page without the document works.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Site {
    /// The bridge asks for an access token.
    #[serde(default)]
    pub token_required: bool,
    /// An account to fill in.
    #[serde(default)]
    pub preset: Option<Preset>,
    /// Bridges to choose from, as addresses; `self` is the one that serves the page. Empty: that one alone.
    #[serde(default)]
    pub bridges: Vec<String>,
    /// Any other bridge may be typed in.
    #[serde(default)]
    pub any_bridge: bool,
    /// Providers at whose own pages mailboxes are signed in to.
    #[serde(default)]
    pub oauth: Vec<Provider>,
}

/// An account that the host offers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Preset {
    /// Mail server.
    pub host: String,
    /// Port; the default of [`Preset::security`] where it is missing.
    #[serde(default)]
    pub port: Option<u16>,
    /// Security.
    #[serde(default)]
    pub security: Security,
    /// User name.
    #[serde(default)]
    pub user: Option<String>,
    /// Password; only for accounts that are public, such as a demonstration's.
    #[serde(default)]
    pub password: Option<Secret>,
    /// SHA-256 of the server's certificate, where it does not verify by itself.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// What the account is, in a few words.
    #[serde(default)]
    pub label: Option<String>,
    /// By which server it sends, with the same user name and password.
    #[serde(default)]
    pub submission: Option<Submission>,
}

/// A submission server that the host offers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Submission {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Security.
    #[serde(default)]
    pub security: Security,
    /// As [`Preset::fingerprint`].
    #[serde(default)]
    pub fingerprint: Option<String>,
}

impl Preset {
    /// By which server this mailbox sends, where it is the host's.
    pub fn submission_of(&self, open: &OpenMailbox) -> Option<&Submission> {
        let is_this = self.host == open.host && self.user.as_ref().is_none_or(|user| *user == open.user);
        self.submission.as_ref().filter(|_| is_this)
    }
}

impl Site {
    /// Reads the document.
    ///
    /// # Errors
    /// Where it is not JSON of this shape.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The provider whose tokens this mail server takes, where the host of the page has set one up.
    pub fn provider_of(&self, host: &str) -> Option<&Provider> {
        self.oauth.iter().find(|provider| provider.is_for(host))
    }

    /// The bridges to choose from, the one to begin with first; never empty. An address that is no bridge's is left out.
    pub fn offered(&self) -> Vec<Bridge> {
        let listed = self.bridges.iter().filter_map(|bridge| match bridge.as_str() {
            "self" => Some(Bridge::Own),
            other => bridge::address(other).ok().map(Bridge::Listed),
        });
        let mut offered: Vec<Bridge> = listed.collect();
        if offered.is_empty() {
            offered.push(Bridge::Own);
        }
        if self.any_bridge {
            offered.push(Bridge::Typed);
        }
        offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_document_asks_for_nothing() {
        assert_eq!(Site::parse("{}").unwrap(), Site::default());
    }

    #[test]
    fn the_bridges_are_those_that_the_host_names_or_its_own() {
        assert_eq!(Site::default().offered(), [Bridge::Own]);
        let site =
            Site::parse(r#"{"bridges":["wss://b1.example.org/tunnel","self","ftp://x"],"any_bridge":true}"#).unwrap();
        let b1 = Bridge::Listed("wss://b1.example.org/tunnel".into());
        assert_eq!(site.offered(), [b1, Bridge::Own, Bridge::Typed]);
    }

    #[test]
    fn a_preset_needs_a_host_only() {
        let site = Site::parse(r#"{"preset":{"host":"pop.example.org","security":"starttls"}}"#).unwrap();
        let preset = site.preset.unwrap();
        assert_eq!((preset.security, preset.port), (Security::Starttls, None));
        assert!(Site::parse(r#"{"preset":{}}"#).is_err());
    }
}
