//! Status lines: `+OK`, `-ERR`, SASL's `+`, and the response codes behind them.
//!
//! Not here: which of them a command expects (`session`).

use memchr::memchr;

pub(super) use crate::text::{excerpt, readable};

/// A response code: a machine-readable reason at the start of a status line's text (RFC 2449, section 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseCode {
    /// `[IN-USE]`: another session holds the maildrop (RFC 2449, section 8.1.2).
    InUse,
    /// `[LOGIN-DELAY]`: too soon after the last login (RFC 2449, section 8.1.1); seconds where the server tells them.
    LoginDelay(Option<u32>),
    /// `[SYS]` without a kind that is known: a fault of the server's, not of the user's (RFC 3206, section 4).
    Sys,
    /// `[SYS/TEMP]`: a fault that will pass (RFC 3206, section 4).
    SysTemp,
    /// `[SYS/PERM]`: a fault that somebody must mend (RFC 3206, section 4).
    SysPerm,
    /// `[AUTH]`: user name or password are wrong (RFC 3206, section 4).
    Auth,
    /// `[UTF8]`: the message or mailbox needs UTF-8 mode (RFC 6856, section 5).
    Utf8,
    /// Any other, upper case, without the brackets.
    Other(String),
}

impl ResponseCode {
    fn read(inner: &str) -> Self {
        let upper = inner.trim().to_ascii_uppercase();
        let (word, rest) = upper.split_once([' ', '\t']).unwrap_or((&upper, ""));
        // RFC 2449, section 8: levels of detail are parted by "/", and a client ignores those that it does not know.
        let mut levels = word.split('/');
        match (levels.next().unwrap_or_default(), levels.next()) {
            ("IN-USE", _) => Self::InUse,
            ("LOGIN-DELAY", _) => Self::LoginDelay(rest.split_ascii_whitespace().next().and_then(|n| n.parse().ok())),
            ("SYS", Some("TEMP")) => Self::SysTemp,
            ("SYS", Some("PERM")) => Self::SysPerm,
            ("SYS", _) => Self::Sys,
            ("AUTH", _) => Self::Auth,
            ("UTF8", _) => Self::Utf8,
            _ => Self::Other(upper),
        }
    }
}

/// A line as a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status<'a> {
    /// `+OK`, and what follows the space.
    Ok(&'a [u8]),
    /// `-ERR`, and what follows the space.
    Err(&'a [u8]),
    /// SASL's `+`, and what follows the space (RFC 5034, section 4).
    Continue(&'a [u8]),
}

impl<'a> Status<'a> {
    /// Reads a line without its line end; `None` where it is no status. The words may be in any case, as
    /// servers write them so; the flag says whether they were not upper case.
    pub(super) fn read(line: &'a [u8]) -> Option<(Self, bool)> {
        let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        let rest = rest.get(1..).unwrap_or_default();
        if word == b"+" {
            Some((Self::Continue(rest), false))
        } else if word.eq_ignore_ascii_case(b"+OK") {
            Some((Self::Ok(rest), word != b"+OK"))
        } else if word.eq_ignore_ascii_case(b"-ERR") {
            Some((Self::Err(rest), word != b"-ERR"))
        } else {
            None
        }
    }
}

/// A status line's text, and the response code it starts with. Codes are read whether or not CAPA announces
/// RESP-CODES: servers use them unannounced, and a text in brackets that is no known code stays in the text.
pub(super) fn text(rest: &[u8]) -> (Option<ResponseCode>, String) {
    let rest = rest.trim_ascii();
    if let (Some(b'['), Some(end)) = (rest.first(), memchr(b']', rest)) {
        let inner = &rest[1..end];
        // RFC 2449, section 3: a code is printable ASCII without brackets.
        if !inner.is_empty() && inner.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'[') {
            return (Some(ResponseCode::read(&readable(inner))), readable(rest[end + 1..].trim_ascii()));
        }
    }
    (None, readable(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_word_ends_at_a_space_and_has_any_case() {
        assert_eq!(Status::read(b"+OK"), Some((Status::Ok(b""), false)));
        assert_eq!(Status::read(b"+OK  two"), Some((Status::Ok(b" two"), false)));
        assert_eq!(Status::read(b"+ok x"), Some((Status::Ok(b"x"), true)));
        assert_eq!(Status::read(b"-ERR\tno"), Some((Status::Err(b"no"), false)));
        assert_eq!(Status::read(b"+ AAAA"), Some((Status::Continue(b"AAAA"), false)));
        assert_eq!(Status::read(b"+"), Some((Status::Continue(b""), false)));
        for line in [&b"OK"[..], b"", b"+OKAY", b"* OK IMAP", b"220 smtp"] {
            assert_eq!(Status::read(line), None);
        }
    }

    #[test]
    fn response_codes_are_read_and_cut_off_the_text() {
        let read = |line: &str| text(line.as_bytes());
        assert_eq!(read("[IN-USE] busy"), (Some(ResponseCode::InUse), "busy".into()));
        assert_eq!(read("[in-use]"), (Some(ResponseCode::InUse), String::new()));
        assert_eq!(read("[LOGIN-DELAY 30] x"), (Some(ResponseCode::LoginDelay(Some(30))), "x".into()));
        assert_eq!(read("[LOGIN-DELAY] x"), (Some(ResponseCode::LoginDelay(None)), "x".into()));
        assert_eq!(read("[SYS/TEMP] x").0, Some(ResponseCode::SysTemp));
        assert_eq!(read("[SYS/PERM] x").0, Some(ResponseCode::SysPerm));
        assert_eq!(read("[AUTH] x").0, Some(ResponseCode::Auth));
        // A level is known by its whole word, and what stands below a known one changes nothing.
        for (code, known) in [
            ("IN-USE", ResponseCode::InUse),
            ("LOGIN-DELAY", ResponseCode::LoginDelay(None)),
            ("SYS/TEMP", ResponseCode::SysTemp),
            ("SYS/PERM", ResponseCode::SysPerm),
            ("SYS", ResponseCode::Sys),
            ("AUTH", ResponseCode::Auth),
            ("UTF8", ResponseCode::Utf8),
        ] {
            for below in ["", "/x", "/", "/x/TEMP", "/auth"] {
                assert_eq!(read(&format!("[{code}{below}] x")).0.as_ref(), Some(&known), "{code}{below}");
            }
            for other in [format!("{code}X"), format!("X{code}"), format!("X/{code}"), format!("/{code}")] {
                let is_unknown = matches!(read(&format!("[{other}] x")).0, Some(ResponseCode::Other(_)));
                assert!(is_unknown || other.starts_with("SYS/"), "{other}");
            }
        }
        assert_eq!(read("[SYS/TEMPORARY] x").0, Some(ResponseCode::Sys));
        assert_eq!(read("[login-delay/user 30] x").0, Some(ResponseCode::LoginDelay(Some(30))));
        assert_eq!(read("[x-foo/bar] x").0, Some(ResponseCode::Other("X-FOO/BAR".into())));
        assert_eq!(read("[unclosed"), (None, "[unclosed".into()));
        assert_eq!(read("[] x"), (None, "[] x".into()));
    }
}
