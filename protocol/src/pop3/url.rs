//! `pop:` and `pops:` URLs (RFC 2384; `pops` is the same for POP3 over TLS), read and written.
//!
//! A password has no place in such a URL, and one that holds one is refused. Not here: what the URL leads to.

use std::fmt;
use std::str::FromStr;

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

/// Why a text is no URL of a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Another scheme, or none.
    #[error("the address starts neither with pop:// nor with pops://")]
    Scheme,
    /// A password: it would stand in the history, in logs and on screens.
    #[error("the address holds a password; leave it out and type it in where it is asked for")]
    Password,
    /// No host, or one that cannot be.
    #[error("the address has no valid host")]
    Host,
    /// A port that is no number from 1 to 65535.
    #[error("the address has no valid port")]
    Port,
    /// An empty user name, a bad escape, or one that is no UTF-8 or holds a control character.
    #[error("the address has no valid user name")]
    User,
    /// An `AUTH=` that is none of RFC 2384's.
    #[error("the address has no valid AUTH")]
    Auth,
    /// A path, query or fragment, none of which such a URL has.
    #[error("the address has more than a host behind it")]
    Rest,
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
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if !matches!(tail, "" | "/") {
            return Err(UrlError::Rest);
        }
        // The last @: whoever writes a@b@host means the user a@b, whatever the standard says of escaping it.
        let (login, place) =
            authority.rsplit_once('@').map_or((None, authority), |(login, place)| (Some(login), place));
        let (user, auth) = login.map_or(Ok((None, None)), read_login)?;
        let (host, port) = read_place(place)?;
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
    let (user, auth) = login.split_once(';').map_or((login, None), |(user, auth)| (user, Some(auth)));
    if login.contains(':') {
        return Err(UrlError::Password);
    }
    let user = unescape(user).filter(|user| !user.is_empty() && !user.chars().any(char::is_control));
    let auth = auth.map(read_auth).transpose()?;
    Ok((Some(user.ok_or(UrlError::User)?), auth))
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

fn read_place(place: &str) -> Result<(String, Option<u16>), UrlError> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(UrlError::Host)?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| UrlError::Host)?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(UrlError::Host),
        }
    } else {
        let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
        // Letters beyond ASCII are for whoever resolves the name; what would end or change the address is not.
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || host.len() > 253 || !host.chars().all(fits) {
            return Err(UrlError::Host);
        }
        (host, port)
    };
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse::<u16>().ok().filter(|port| *port != 0).ok_or(UrlError::Port)?)
        }
        Some(_) => return Err(UrlError::Port),
    };
    Ok((host.to_lowercase(), port))
}

/// Decodes `%xx`; `None` where an escape is malformed or the octets are no UTF-8.
fn unescape(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            octets.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        octets.push(digit()? << 4 | digit()?);
    }
    String::from_utf8(octets).ok()
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
