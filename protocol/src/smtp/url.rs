//! `smtp:` and `smtps:` addresses of submission servers. No standard has them; every mail program's command line does.
//!
//! A password has no place in one, and one that holds one is refused. Not here: what the address leads to.

use std::str::FromStr;

use crate::url::{self, UrlError};

/// `smtps://user@host:port`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Url {
    /// `smtps:`, TLS from the first byte (RFC 8314, section 3.3); else STARTTLS or clear text.
    pub is_secure: bool,
    /// Host name or address, lower case, IPv6 without brackets; never empty.
    pub host: String,
    /// The port, where the URL names one.
    pub port: Option<u16>,
    /// The user name, decoded; never empty.
    pub user: Option<String>,
}

/// Why a text is no address of a submission server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BadUrl {
    /// Another scheme, or none.
    #[error("the address starts neither with smtps:// nor with smtp://")]
    Scheme,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] UrlError),
}

impl Url {
    /// The port to connect to: 465 or 587 (RFC 8314, section 7.3; RFC 6409, section 3.1).
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.is_secure { 465 } else { 587 })
    }
}

impl FromStr for Url {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(BadUrl::Scheme)?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(BadUrl::Scheme),
        };
        let (login, place) = url::split(rest)?;
        let user = match login.map(url::user).transpose()? {
            Some((_, Some(_))) => return Err(UrlError::Auth.into()),
            Some((user, None)) => Some(user),
            None => None,
        };
        let (host, port) = url::place(place)?;
        Ok(Self { is_secure, host, port, user })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_submission_servers_are_read_and_a_password_in_one_is_refused() {
        let url: Url = "smtps://ana%40example.org@Mail.example.org/".parse().unwrap();
        assert_eq!(
            (url.user.as_deref(), url.host.as_str(), url.port_or_default()),
            (Some("ana@example.org"), "mail.example.org", 465)
        );
        let url: Url = "smtp://[::1]:2587".parse().unwrap();
        assert_eq!((url.user, url.host.as_str(), url.port, url.is_secure), (None, "::1", Some(2587), false));
        assert_eq!("smtp://host".parse::<Url>().unwrap().port_or_default(), 587);
        for (text, fault) in [
            ("pops://host", BadUrl::Scheme),
            ("host", BadUrl::Scheme),
            ("smtp://ana:pencil@host", UrlError::Password.into()),
            ("smtp://ana;AUTH=PLAIN@host", UrlError::Auth.into()),
            ("smtp://", UrlError::Host.into()),
            ("smtp://host:0", UrlError::Port.into()),
            ("smtp://host/path", UrlError::Rest.into()),
        ] {
            assert_eq!(text.parse::<Url>(), Err(fault), "{text}");
        }
    }
}
