//! An account that an operator gives the page to start with, and `/restante.json`, by which the page learns of it.

use std::path::{Path, PathBuf};

use restante_protocol::tunnel::Secret;
use serde::{Deserialize, Serialize};

use super::bridges::Bridge;
use super::oauth::Provider;
use crate::reach::host::Host;

/// An account to fill the form in with. A password in it reaches everyone who can open the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Host name or address literal of the mail server.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name.
    pub user: String,
    /// Password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// SHA-256 of the certificate that is trusted though it does not verify: 64 hexadecimal digits, colons between
    /// pairs allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What the page calls the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where the account's mail is sent from, with the same user name and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
}

/// A submission server (RFC 6409).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Host name or address literal.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// As [`Preset::fingerprint`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// How the connection to the mail server is protected. TLS ends in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte (RFC 8314, sections 3.2 and 3.3).
    Tls,
    /// STLS (RFC 2595, section 4), or STARTTLS for submission (RFC 3207).
    Starttls,
    /// Clear text.
    None,
}

/// The answer to `GET /restante.json`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct PageConfig<'a> {
    pub(crate) preset: Option<&'a Preset>,
    /// Whether a tunnel needs an access token.
    pub(crate) token_required: bool,
    /// The bridges that the page offers; with none, the one at its own origin.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) bridges: &'a [Bridge],
    /// Whether the user may name another one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) any_bridge: bool,
    /// The providers whose sign-in pages the page may use.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) oauth: &'a [Provider],
}

/// Why a file is no preset.
#[derive(Debug, thiserror::Error)]
pub enum BadPreset {
    /// The file cannot be read.
    #[error("cannot read the preset {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The content is not a preset's JSON.
    #[error("{0} is no preset: {1}")]
    Malformed(PathBuf, serde_json::Error),
    /// A value that no server can have.
    #[error("{0} is no preset: {1}")]
    Value(PathBuf, &'static str),
}

impl Preset {
    /// Reads a preset from a JSON file.
    ///
    /// # Errors
    /// [`BadPreset`], which names the file and the place in it.
    pub fn read(path: &Path) -> Result<Self, BadPreset> {
        let text = std::fs::read_to_string(path).map_err(|e| BadPreset::Unreadable(path.into(), e))?;
        let preset: Self = serde_json::from_str(&text).map_err(|e| BadPreset::Malformed(path.into(), e))?;
        let submission = preset.submission.as_ref();
        let servers = [
            Some((&preset.host, preset.port, &preset.fingerprint, POP3_FAULTS)),
            submission.map(|server| (&server.host, server.port, &server.fingerprint, SUBMISSION_FAULTS)),
        ];
        for (host, port, fingerprint, [bad_host, bad_port, bad_fingerprint]) in servers.into_iter().flatten() {
            let fault = if host.parse::<Host>().is_err() {
                bad_host
            } else if port == 0 {
                bad_port
            } else if fingerprint.as_deref().is_some_and(|text| !is_fingerprint(text)) {
                bad_fingerprint
            } else {
                continue;
            };
            return Err(BadPreset::Value(path.into(), fault));
        }
        Ok(preset)
    }
}

/// What can be wrong with a server's host, port and fingerprint.
const POP3_FAULTS: [&str; 3] = [
    "host is neither a name nor an address",
    "port is 0",
    "fingerprint is not a SHA-256 fingerprint of 64 hexadecimal digits",
];
const SUBMISSION_FAULTS: [&str; 3] = [
    "submission.host is neither a name nor an address",
    "submission.port is 0",
    "submission.fingerprint is not a SHA-256 fingerprint of 64 hexadecimal digits",
];

/// Writes a fingerprint as browsers and openssl show it.
pub fn show_fingerprint(fingerprint: &[u8; 32]) -> String {
    fingerprint.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

pub(super) fn is_fingerprint(text: &str) -> bool {
    let digits = text.bytes().filter(|b| *b != b':');
    digits.clone().count() == 64 && digits.clone().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Preset, BadPreset> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), json).unwrap();
        Preset::read(file.path())
    }

    #[test]
    fn a_preset_needs_no_password_and_no_fingerprint() {
        let preset = read(r#"{"host":"pop.example.org","port":995,"security":"tls","user":"ada"}"#).unwrap();
        assert_eq!(preset.security, Security::Tls);
        let config = PageConfig { preset: Some(&preset), ..PageConfig::default() };
        assert_eq!(
            serde_json::to_string(&config).unwrap(),
            r#"{"preset":{"host":"pop.example.org","port":995,"security":"tls","user":"ada"},"token_required":false}"#
        );
    }

    #[test]
    fn the_page_learns_which_bridges_it_may_use() {
        let bridges = ["wss://b1.example.org/tunnel", "self"].map(|text| text.parse().unwrap());
        let config = PageConfig { bridges: &bridges, any_bridge: true, ..PageConfig::default() };
        assert_eq!(
            serde_json::to_string(&config).unwrap(),
            r#"{"preset":null,"token_required":false,"bridges":["wss://b1.example.org/tunnel","self"],"any_bridge":true}"#
        );
    }

    #[test]
    fn a_preset_may_say_where_mail_is_sent_from() {
        let json = r#"{"host":"pop.example.org","port":995,"security":"tls","user":"ada","submission":{"host":"mail.example.org","port":587,"security":"starttls"}}"#;
        let preset = read(json).unwrap();
        let expected =
            Submission { host: "mail.example.org".into(), port: 587, security: Security::Starttls, fingerprint: None };
        assert_eq!(preset.submission, Some(expected));
        assert_eq!(serde_json::to_string(&preset).unwrap(), json);
    }

    #[test]
    fn what_no_submission_server_can_have_is_refused_by_its_name() {
        for (submission, words) in [
            (r#"{"host":"127.1","port":465,"security":"tls"}"#, "submission.host is"),
            (r#"{"host":"mail.example.org","port":0,"security":"tls"}"#, "submission.port is 0"),
            (
                r#"{"host":"mail.example.org","port":465,"security":"tls","fingerprint":"AA"}"#,
                "submission.fingerprint is",
            ),
            (r#"{"host":"mail.example.org","port":465,"security":"ssl"}"#, "`ssl`"),
            (r#"{"host":"mail.example.org","port":465,"security":"tls","user":"ada"}"#, "`user`"),
            (r#"{"host":"mail.example.org","security":"tls"}"#, "`port`"),
        ] {
            let json = format!(
                r#"{{"host":"pop.example.org","port":995,"security":"tls","user":"ada","submission":{submission}}}"#
            );
            let error = read(&json).unwrap_err().to_string();
            assert!(error.contains(words), "{submission}: {error}");
        }
    }

    #[test]
    fn what_no_server_can_have_is_refused() {
        for json in [
            r#"{"host":"127.1","port":995,"security":"tls","user":"ada"}"#,
            r#"{"host":"pop.example.org","port":0,"security":"tls","user":"ada"}"#,
            r#"{"host":"pop.example.org","port":995,"security":"ssl","user":"ada"}"#,
            r#"{"host":"pop.example.org","port":995,"security":"tls","user":"ada","fingerprint":"AA:BB"}"#,
            r#"{"host":"pop.example.org","port":995,"security":"tls","user":"ada","pasword":"x"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_shown_fingerprint_is_read_again() {
        assert!(is_fingerprint(&show_fingerprint(&[0xA5; 32])));
    }
}
