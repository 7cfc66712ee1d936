//! What SASL's PLAIN sends: the same for POP3 and for submission.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Why a response signs nobody in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadPlain {
    /// It is not base64, not UTF-8, or has not three fields.
    Malformed,
    /// It asks to act for somebody else than who signs in.
    Delegated,
}

/// User name and password of a response: authorization identity, user and password, with NULs between (RFC 4616,
/// section 2).
pub(crate) fn plain(response: &str) -> Result<(String, String), BadPlain> {
    let text = text(response).ok_or(BadPlain::Malformed)?;
    let fields: Vec<&str> = text.split('\0').collect();
    match fields[..] {
        [identity, user, password] if identity.is_empty() || identity == user => Ok((user.into(), password.into())),
        [_, _, _] => Err(BadPlain::Delegated),
        _ => Err(BadPlain::Malformed),
    }
}

/// The text in base64.
pub(crate) fn text(response: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(response).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_has_three_fields_and_the_first_is_the_user_or_nobody() {
        let of = |text: &str| plain(&BASE64.encode(text));
        assert_eq!(of("\0u\0p"), Ok(("u".into(), "p".into())));
        assert_eq!(of("u\0u\0 p "), Ok(("u".into(), " p ".into())));
        assert_eq!(of("v\0u\0p"), Err(BadPlain::Delegated));
        for text in ["", "u\0p", "\0u\0p\0"] {
            assert_eq!(of(text), Err(BadPlain::Malformed), "{text:?}");
        }
        assert_eq!(plain("!!!"), Err(BadPlain::Malformed));
    }
}
