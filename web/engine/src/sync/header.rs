//! What of a message's header tells it from others, however a server gives it out.

use restante_store::{Digest, HeaderHash};
use sha2::{Digest as _, Sha256};

/// Fields that servers add, count or change between two sessions.
const VOLATILE: [&str; 8] =
    ["status", "x-status", "x-uidl", "x-uid", "x-keywords", "x-imap", "x-imapbase", "content-length"];

/// Fields of which one at least makes two messages differ: without any, a header tells nothing.
const TELLING: [&str; 3] = ["message-id", "date", "received"];

/// A header's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// SHA-256 of its lines, without the fields that change and without the form of line ends.
    pub(super) hash: HeaderHash,
    /// Whether it has a field that other messages do not share.
    pub(super) is_telling: bool,
}

impl Header {
    /// What tells a message from others once its octets are known: they do where its header does not.
    pub(super) fn or_octets(self, digest: Digest) -> Self {
        if self.is_telling { self } else { Self { hash: HeaderHash(digest.0), is_telling: true } }
    }
}

/// The hash of the header with which a message, or what TOP gave of it, begins.
pub(super) fn header(source: &[u8]) -> Header {
    let mut hash = Sha256::new();
    let (mut is_skipped, mut is_telling) = (false, false);
    for line in source.split(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if !matches!(line[0], b' ' | b'\t') {
            let name = line.split(|octet| *octet == b':').next().unwrap_or_default().trim_ascii();
            is_skipped = VOLATILE.iter().any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
            is_telling |= TELLING.iter().any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
        }
        if !is_skipped {
            hash.update(line.trim_ascii_end());
            hash.update(b"\n");
        }
    }
    Header { hash: HeaderHash(hash.finalize().into()), is_telling }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_header_has_one_hash_however_it_is_given_out() {
        let plain = header(b"Message-ID: <1@x>\r\nSubject: a\r\n b\r\n\r\nbody\r\n");
        for other in [
            &b"Message-ID: <1@x>\nSubject: a\n b\n\nother body"[..],
            b"Status: RO\r\nMessage-ID: <1@x>\r\nX-UIDL: abc\r\n folded\r\nSubject: a\r\n b\r\n\r\n",
            b"Message-ID: <1@x>\r\nSubject: a  \r\n b\r\n",
        ] {
            assert_eq!(header(other), plain, "{}", String::from_utf8_lossy(other));
        }
        assert_ne!(header(b"Message-ID: <2@x>\r\nSubject: a\r\n b\r\n\r\n").hash, plain.hash);
    }

    #[test]
    fn a_header_that_many_messages_may_share_tells_nothing() {
        assert!(!header(b"Subject: hello\r\n\r\n").is_telling);
        assert!(!header(b"").is_telling);
        assert!(header(b"date: today\r\n\r\n").is_telling);
        assert!(!header(b"Subject: x\r\n\r\nDate: in the body\r\n").is_telling);
    }
}
