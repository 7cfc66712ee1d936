//! A message that goes on to others as it came (RFC 5322, section 3.6.6): above it stands who passed it on, and to whom.

use std::borrow::Cow;

use mail_builder::headers::{Header, HeaderType};

use crate::mime;

/// The message below these fields, with CRLF at its lines' ends. `None` where it cannot be sent: it has no header, or lines that
/// are too long for any server.
pub(super) fn redirected<'a>(
    message: &[u8],
    fields: impl IntoIterator<Item = (Cow<'a, str>, HeaderType<'a>)>,
) -> Option<Vec<u8>> {
    let message = &without_hidden(without_delivery(message));
    let message = match mime::seven_bit(message) {
        Some(message) => message,
        None if mime::fits(message, false) && mime::has_header(message) => mime::with_line_ends(message),
        None => return None,
    };
    let mut octets = Vec::with_capacity(message.len() + 512);
    for (name, value) in fields {
        let field = format!("Resent-{name}: ");
        octets.extend_from_slice(field.as_bytes());
        value.write_header(&mut octets, field.len());
    }
    octets.extend_from_slice(&message);
    Some(octets)
}

/// Without the fields of hidden recipients, which a copy of one's own has (RFC 5322, section 3.6.3).
pub(super) fn without_hidden(message: &[u8]) -> Cow<'_, [u8]> {
    let mut kept: Option<Vec<u8>> = None;
    let (mut at, mut is_hidden) = (0, false);
    while at < message.len() {
        let rest = &message[at..];
        let line = &rest[..rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |end| end + 1)];
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
        let begins = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        is_hidden = if goes_on { is_hidden } else { begins(b"bcc:") || begins(b"resent-bcc:") };
        match &mut kept {
            Some(_) if is_hidden => {}
            Some(kept) => kept.extend_from_slice(line),
            None if is_hidden => kept = Some(message[..at].to_vec()),
            None => {}
        }
        at += line.len();
    }
    match kept {
        Some(kept) => Cow::Owned([&kept, &message[at..]].concat()),
        None => Cow::Borrowed(message),
    }
}

/// Without what the last delivery put above it: an mbox's line, and whom it was to be returned to (RFC 5321, section 4.4: no
/// message is sent with that).
fn without_delivery(message: &[u8]) -> &[u8] {
    let mut rest = message;
    loop {
        let line = rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |end| end + 1);
        let is_delivery = rest.starts_with(b"From ")
            || rest.get(..12).is_some_and(|start| start.eq_ignore_ascii_case(b"return-path:"));
        if !is_delivery || line == rest.len() {
            return rest;
        }
        rest = &rest[line..];
        while matches!(rest.first(), Some(b' ' | b'\t')) {
            let line = rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |end| end + 1);
            rest = &rest[line..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_delivery_put_on_top_goes_and_nothing_else() {
        let message = b"From ana Mon\nReturn-Path:\n <ana@example.org>\nReceived: by x\n\nFrom here\n";
        assert_eq!(without_delivery(message), b"Received: by x\n\nFrom here\n");
        assert_eq!(without_delivery(b"Subject: a\nReturn-Path: <b>\n\n"), b"Subject: a\nReturn-Path: <b>\n\n");
        assert_eq!(without_delivery(b"From "), b"From ");
        assert_eq!(without_delivery(b""), b"");
    }

    #[test]
    fn nobody_hears_of_hidden_recipients() {
        for (message, shown) in [
            ("To: a\r\nBCC: b,\r\n c\r\nSubject: d\r\n\r\nBcc: e\r\n", "To: a\r\nSubject: d\r\n\r\nBcc: e\r\n"),
            ("Resent-Bcc: b\nBcc:\nTo: a\n\n", "To: a\n\n"),
            ("Bcc: b", ""),
            ("Bcc-Not: b\n\n", "Bcc-Not: b\n\n"),
            ("", ""),
        ] {
            assert_eq!(without_hidden(message.as_bytes()), shown.as_bytes());
        }
        let octets = redirected(b"Subject: a\r\nBcc: b@example.org\r\n\r\nc\r\n", []).unwrap();
        assert_eq!(octets, b"Subject: a\r\n\r\nc\r\n");
    }

    #[test]
    fn what_no_server_takes_is_not_sent() {
        assert_eq!(redirected(b"no header", []), None);
        let long = [b"Subject: a\r\n\r\n".as_slice(), &[b'a'; 2000], b"\r\n"].concat();
        // It is encoded, as a relay would.
        assert!(redirected(&long, []).is_some_and(|octets| mime::fits(&octets, true)));
    }
}
