//! `pop:` and `pops:` URLs (RFC 2384; `pops` is the same for POP3 over TLS), read and written.
//!
//! A password has no place in such a URL, and one that holds one is refused. Not here: what the URL leads to.

use std::fmt;
use std::str::FromStr;

use crate::url::{self, UrlError, unescape};

/// `pop://user;AUTH=type@host:port` (RFC 2384, section 3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Url {
    /// The scheme.
    pub scheme: Scheme,
    /// Host name or address, lower case, IPv6 without brackets; never empty.
    pub host: String,
    /// The port, where the URL names one.
    pub port: Option<u16>,
    /// The user name, decoded; never empty.
    pub user: Option<String>,
    /// How to sign in, where the URL says so.
    pub auth: Option<UrlAuth>,
}

/// A URL's scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `pop:` – STLS or clear text.
    Pop,
    /// `pops:` – TLS from the first byte.
    Pops,
}

impl Scheme {
    /// The port of the service: 110 (RFC 1939, section 3) or 995 (RFC 8314, section 7.2).
    pub fn default_port(self) -> u16 {
        match self {
            Self::Pop => 110,
            Self::Pops => 995,
        }
    }
}

/// How to sign in (RFC 2384, section 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UrlAuth {
    /// `*`: whatever fits.
    Any,
    /// `+APOP`.
    Apop,
    /// A SASL mechanism by name, upper case.
    Sasl(String),
}

impl Url {
    /// The port to connect to.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("pop") => Scheme::Pop,
            _ if scheme.eq_ignore_ascii_case("pops") => Scheme::Pops,
            _ => return Err(UrlError::Scheme),
        };
        let (login, place) = url::split(rest)?;
        let (user, auth) = login.map_or(Ok((None, None)), read_login)?;
        let (host, port) = url::place(place)?;
        Ok(Self { scheme, host, port, user, auth })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.scheme {
            Scheme::Pop => "pop://",
            Scheme::Pops => "pops://",
        })?;
        if let Some(user) = &self.user {
            escape(user, f)?;
            match &self.auth {
                Some(UrlAuth::Any) => f.write_str(";AUTH=*")?,
                Some(UrlAuth::Apop) => f.write_str(";AUTH=+APOP")?,
                Some(UrlAuth::Sasl(name)) => write!(f, ";AUTH={name}")?,
                None => {}
            }
            f.write_str("@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?
        } else {
            f.write_str(&self.host)?
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn read_login(login: &str) -> Result<(Option<String>, Option<UrlAuth>), UrlError> {
    let (user, auth) = url::user(login)?;
    Ok((Some(user), auth.map(read_auth).transpose()?))
}

fn read_auth(text: &str) -> Result<UrlAuth, UrlError> {
    let (key, value) = text.split_once('=').ok_or(UrlError::Auth)?;
    let value = unescape(value).ok_or(UrlError::Auth)?.to_ascii_uppercase();
    match value.as_str() {
        _ if !key.eq_ignore_ascii_case("auth") => Err(UrlError::Auth),
        "*" => Ok(UrlAuth::Any),
        "+APOP" => Ok(UrlAuth::Apop),
        // RFC 4422, section 3.1: up to 20 letters, digits, hyphens and underscores.
        name if (1..=20).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) =>
        {
            Ok(UrlAuth::Sasl(value))
        }
        _ => Err(UrlError::Auth),
    }
}

/// Encodes what is not allowed in a user name (RFC 2384, section 7: `achar` without `&`, `=` and `~`).
fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!$'()*+,&=~".contains(&byte) {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_are_read_and_written() {
        for (text, user, auth, host, port) in [
            ("pop://rg@mailsrv.qualcomm.com", "rg", None, "mailsrv.qualcomm.com", 110),
            ("pop://rg;AUTH=+APOP@mail.eudora.com:8110", "rg", Some(UrlAuth::Apop), "mail.eudora.com", 8110),
            ("pop://baz;AUTH=SCRAM-MD5@foo.bar", "baz", Some(UrlAuth::Sasl("SCRAM-MD5".into())), "foo.bar", 110),
            ("pops://a%40b%3Ac%20d;AUTH=*@foo.bar", "a@b:c d", Some(UrlAuth::Any), "foo.bar", 995),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((url.user.as_deref(), &url.auth, url.host.as_str()), (Some(user), &auth, host));
            assert_eq!(url.port_or_default(), port);
            assert_eq!(url.to_string(), text);
        }
    }

    #[test]
    fn a_password_is_refused_whatever_it_looks_like() {
        for text in ["pop://me:secret@host", "pop://me:@host", "pops://me;AUTH=*:secret@host", "pop://a:b@c@host"] {
            assert_eq!(text.parse::<Url>(), Err(UrlError::Password), "{text}");
        }
    }

    #[test]
    fn addresses_names_and_ports_are_checked() {
        let url: Url = "POPS://[2001:DB8::1]:1995/".parse().unwrap();
        assert_eq!((url.host.as_str(), url.port, url.user.as_deref()), ("2001:db8::1", Some(1995), None));
        assert_eq!(url.to_string(), "pops://[2001:db8::1]:1995");
        assert_eq!("pop://me@Posteo.Example".parse::<Url>().unwrap().host, "posteo.example");
        assert_eq!("pop://a@b@host".parse::<Url>().unwrap().user.as_deref(), Some("a@b"));
        for (text, fault) in [
            ("imap://host", UrlError::Scheme),
            ("host", UrlError::Scheme),
            ("pop://", UrlError::Host),
            ("pop://user@", UrlError::Host),
            ("pop://[::1", UrlError::Host),
            ("pop://[::1]x", UrlError::Host),
            ("pop://[nonsense]", UrlError::Host),
            ("pop://ho st", UrlError::Host),
            ("pop://host:0", UrlError::Port),
            ("pop://host:65536", UrlError::Port),
            ("pop://host:+110", UrlError::Port),
            ("pop://@host", UrlError::User),
            ("pop://%0d%0a@host", UrlError::User),
            ("pop://%zz@host", UrlError::User),
            ("pop://%ff@host", UrlError::User),
            ("pop://u;AUTH=@host", UrlError::Auth),
            ("pop://u;X=1@host", UrlError::Auth),
            ("pop://host/inbox", UrlError::Rest),
            ("pop://host?x", UrlError::Rest),
        ] {
            assert_eq!(text.parse::<Url>(), Err(fault), "{text}");
        }
    }
}
