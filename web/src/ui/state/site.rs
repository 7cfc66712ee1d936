//! What the host of this page says about itself in `restante.json`.

use restante_engine::api::Security;
use restante_protocol::tunnel::Secret;
use serde::Deserialize;

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
}

impl Site {
    /// Reads the document.
    ///
    /// # Errors
    /// Where it is not JSON of this shape.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
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
    fn a_preset_needs_a_host_only() {
        let site = Site::parse(r#"{"preset":{"host":"pop.example.org","security":"starttls"}}"#).unwrap();
        let preset = site.preset.unwrap();
        assert_eq!((preset.security, preset.port), (Security::Starttls, None));
        assert!(Site::parse(r#"{"preset":{}}"#).is_err());
    }
}
