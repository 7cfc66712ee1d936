//! The providers at which a page signs its user in by OAuth 2.0, as an operator sets them up.
//!
//! Nothing of a sign-in passes through here but ciphertext: the provider's page opens in a window of its own, and what asks for
//! tokens is the page. The client's id is the operator's, for providers know no other way to tell programs apart.

use std::path::{Path, PathBuf};

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use super::preset::is_fingerprint;
use crate::reach::host::Host;
use crate::reach::policy::Entry;

/// HTTPS' port (RFC 9110, section 4.2.2).
const HTTPS: u16 = 443;

/// A provider, as the page learns of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Listed")]
pub struct Provider {
    /// What it is called.
    pub name: String,
    /// Host names of the mail servers that take its tokens.
    pub servers: Vec<String>,
    /// Its authorization endpoint (RFC 6749, section 3.1): the address of the page at which somebody signs in.
    pub authorize: String,
    /// The host of its token endpoint (RFC 6749, section 3.2), which is reached by HTTPS.
    #[serde(serialize_with = "as_text")]
    pub token_host: Host,
    /// The port there.
    pub token_port: u16,
    /// The path there.
    pub token_path: String,
    /// What is asked for (RFC 6749, section 3.3).
    pub scope: String,
    /// By what the provider knows this page (RFC 6749, section 2.2).
    pub client_id: String,
    /// Where a provider insists on it. Everyone who opens the page learns it, so it proves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// SHA-256 of the token endpoint's certificate, where it does not verify by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// A provider, as the operator writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Listed {
    provider: Option<Known>,
    name: Option<String>,
    servers: Option<Vec<String>>,
    authorize: Option<String>,
    token: Option<String>,
    scope: Option<String>,
    client_id: String,
    client_secret: Option<String>,
    fingerprint: Option<String>,
}

/// One of which everything but the client is known.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Known {
    Google,
    Microsoft,
}

/// What is known of a provider: name, servers, authorization endpoint, token endpoint, scope.
type Facts = (&'static str, &'static [&'static str], &'static str, &'static str, &'static str);

impl Known {
    /// From developers.google.com/identity/protocols/oauth2/web-server and
    /// developers.google.com/workspace/gmail/imap/xoauth2-protocol; from learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
    /// and learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.
    fn facts(self) -> Facts {
        match self {
            Self::Google => (
                "Google",
                &["pop.gmail.com", "smtp.gmail.com"],
                "https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&prompt=consent",
                "https://oauth2.googleapis.com/token",
                "https://mail.google.com/",
            ),
            Self::Microsoft => (
                "Microsoft",
                &["outlook.office365.com", "pop-mail.outlook.com", "smtp.office365.com", "smtp-mail.outlook.com"],
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                "https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
            ),
        }
    }
}

/// Why a file lists no providers.
#[derive(Debug, thiserror::Error)]
pub enum BadProviders {
    /// The file cannot be read.
    #[error("cannot read the providers in {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The content is no list of them.
    #[error("{0} is no list of providers: {1}")]
    Malformed(PathBuf, serde_json::Error),
}

/// Reads a list of providers from a JSON file.
///
/// # Errors
/// [`BadProviders`], which names the file and the place in it.
pub fn read(path: &Path) -> Result<Vec<Provider>, BadProviders> {
    let text = std::fs::read_to_string(path).map_err(|e| BadProviders::Unreadable(path.into(), e))?;
    serde_json::from_str(&text).map_err(|e| BadProviders::Malformed(path.into(), e))
}

impl Provider {
    /// Where the page asks for tokens, for the policy to admit.
    pub(crate) fn token_entry(&self) -> Entry {
        Entry::exactly(&self.token_host, self.token_port)
    }
}

impl TryFrom<Listed> for Provider {
    type Error = String;

    fn try_from(listed: Listed) -> Result<Self, String> {
        let facts = listed.provider.map(Known::facts);
        let known = |of: fn(&Facts) -> &str| facts.as_ref().map(|facts| of(facts).to_owned());
        let need = |field: &str, given: Option<String>| {
            given.ok_or_else(|| format!("a provider needs {field}, or is one that is known: google or microsoft"))
        };
        let token = need("token", listed.token.or_else(|| known(|facts| facts.3)))?;
        let (token_host, token_port, token_path) = token_endpoint(&token)
            .ok_or_else(|| format!("token is {token:?}, which is no address that begins with https://"))?;
        let authorize = need("authorize", listed.authorize.or_else(|| known(|facts| facts.2)))?;
        if !is_page(&authorize) {
            return Err(format!("authorize is {authorize:?}, which is no address that begins with https://"));
        }
        let servers = listed.servers.or_else(|| facts.map(|facts| facts.1.iter().map(ToString::to_string).collect()));
        let servers = servers.ok_or("a provider needs servers: the names of the mail servers that take its tokens")?;
        if let Some(server) = servers.iter().find(|server| server.parse::<Host>().is_err()) {
            return Err(format!("servers has {server:?}, which is neither a name nor an address"));
        }
        if listed.client_id.is_empty() {
            return Err("client-id is empty: the provider gives one to who registers a program there".into());
        }
        if listed.fingerprint.as_deref().is_some_and(|text| !is_fingerprint(text)) {
            return Err("fingerprint is not a SHA-256 fingerprint of 64 hexadecimal digits".into());
        }
        Ok(Self {
            name: need("name", listed.name.or_else(|| known(|facts| facts.0)))?,
            servers,
            authorize,
            token_host,
            token_port,
            token_path,
            scope: need("scope", listed.scope.or_else(|| known(|facts| facts.4)))?,
            client_id: listed.client_id,
            client_secret: listed.client_secret,
            fingerprint: listed.fingerprint,
        })
    }
}

fn as_text<S: serde::Serializer>(host: &Host, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(host)
}

/// Host, port and path of an endpoint that is reached by TLS.
fn token_endpoint(url: &str) -> Option<(Host, u16, String)> {
    let uri: Uri = url.parse().ok().filter(|uri: &Uri| uri.scheme_str() == Some("https"))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let host: Host = authority.host().trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Some((host, authority.port_u16().unwrap_or(HTTPS), path.to_owned()))
}

/// Whether a page may open there: by HTTPS, or on this machine.
fn is_page(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_here = |host: &str| matches!(host, "localhost" | "127.0.0.1");
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_here(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<Provider>, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn of_a_known_provider_the_client_is_enough() {
        let providers = read(
            r#"[{"provider":"microsoft","client-id":"abc"},{"provider":"google","client-id":"d","client-secret":"e"}]"#,
        );
        let [microsoft, google] = <[Provider; 2]>::try_from(providers.unwrap()).unwrap();
        assert_eq!((microsoft.token_host.to_string(), microsoft.token_port), ("login.microsoftonline.com".into(), 443));
        assert_eq!(microsoft.token_path, "/common/oauth2/v2.0/token");
        assert!(microsoft.scope.contains("POP.AccessAsUser.All") && microsoft.client_secret.is_none());
        assert_eq!((&*google.name, google.client_secret.as_deref()), ("Google", Some("e")));
    }

    #[test]
    fn another_provider_is_described_and_what_is_wrong_with_it_is_named() {
        let whole = r#"[{"name":"Mail","servers":["pop.example.org"],"authorize":"https://id.example.org/a","token":"https://id.example.org:8443/t?x=1","scope":"mail","client-id":"abc"}]"#;
        let [provider] = <[Provider; 1]>::try_from(read(whole).unwrap()).unwrap();
        assert_eq!((provider.token_host.to_string(), provider.token_port), ("id.example.org".into(), 8443));
        assert_eq!(provider.token_path, "/t?x=1");
        for (part, other, fault) in [
            ("https://id.example.org:8443/t?x=1", "http://id.example.org/t", "token is"),
            ("https://id.example.org:8443/t?x=1", "https://a@id.example.org/t", "token is"),
            ("https://id.example.org/a", "http://id.example.org/a", "authorize is"),
            ("https://id.example.org/a", "javascript:alert(1)", "authorize is"),
            ("pop.example.org", "127.1", "servers has"),
            (r#""client-id":"abc""#, r#""client-id":"""#, "client-id is empty"),
            (r#""scope":"mail","#, "", "needs scope"),
            (r#""name":"Mail","#, "", "needs name"),
            (r#""name":"Mail","#, r#""name":"Mail","colour":"red","#, "colour"),
        ] {
            let fault_found = read(&whole.replace(part, other)).unwrap_err();
            assert!(fault_found.contains(fault), "{fault}: {fault_found}");
        }
    }
}
