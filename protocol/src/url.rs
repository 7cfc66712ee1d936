//! What the URLs of mail servers have in common: a user, a host, a port, and no password.
//!
//! Not here: schemes, and what they mean.

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

/// What is behind the scheme: who signs in, where, and nothing else.
pub(crate) fn split(rest: &str) -> Result<(Option<&str>, &str), UrlError> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if !matches!(tail, "" | "/") {
        return Err(UrlError::Rest);
    }
    // The last @: whoever writes a@b@host means the user a@b, whatever the standard says of escaping it.
    Ok(authority.rsplit_once('@').map_or((None, authority), |(login, place)| (Some(login), place)))
}

/// The user's name, decoded, and what is behind a semicolon. A password has no place there.
pub(crate) fn user(login: &str) -> Result<(String, Option<&str>), UrlError> {
    let (user, auth) = login.split_once(';').map_or((login, None), |(user, auth)| (user, Some(auth)));
    if login.contains(':') {
        return Err(UrlError::Password);
    }
    let user = unescape(user).filter(|user| !user.is_empty() && !user.chars().any(char::is_control));
    Ok((user.ok_or(UrlError::User)?, auth))
}

/// Host and port.
pub(crate) fn place(place: &str) -> Result<(String, Option<u16>), UrlError> {
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
pub(crate) fn unescape(text: &str) -> Option<String> {
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
