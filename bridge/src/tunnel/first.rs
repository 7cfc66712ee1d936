//! How a submission begins: with TLS, or with SMTP's first command; and a question for tokens or settings: with TLS. What begins
//! otherwise is none of them, and a bridge that lets its users send mail or sign in is no way to talk to other services.
//!
//! The bytes are looked at as they go out, in whatever pieces they come, up to the end of the beginning and no further.

use restante_protocol::tunnel::{BridgeTls, CloseCode};

use crate::failure::Failure;

/// The port with TLS from the first byte (RFC 8314, section 3.3).
const IMPLICIT: u16 = 465;
/// The port with STARTTLS (RFC 6409, section 3.1).
const STARTTLS: u16 = 587;
/// The longest command line, its end included (RFC 5321, section 4.5.3.1.4).
const MAX_LINE: usize = 512;
/// Up to the handshake's type: a record's header (RFC 8446, section 5.1) and one byte.
const HELLO: usize = 6;

/// What has been seen of the beginning, and what it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    expected: Expected,
    seen: usize,
    /// The first byte.
    begun: u8,
    /// The byte before the next one.
    last: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// A TLS ClientHello.
    Tls,
    /// An EHLO or HELO line.
    Greeting,
    /// Either: the port does not tell.
    Either,
}

/// It begins otherwise than it has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadBeginning {
    #[error("Port 465 takes TLS from the first byte. Choose TLS, or port 587 with STARTTLS.")]
    NoTls,
    #[error("Port 587 takes EHLO and then STARTTLS. Choose STARTTLS, or port 465 with TLS.")]
    NoStarttls,
    #[error("The page began neither TLS nor SMTP: for sending mail this bridge passes nothing else on.")]
    Neither,
    #[error("The page did not begin TLS: to servers other than mail servers this bridge passes on TLS only.")]
    OnlyTls,
}

impl From<BadBeginning> for Failure {
    fn from(fault: BadBeginning) -> Self {
        Self::new(CloseCode::Forbidden, fault.to_string())
    }
}

impl First {
    /// What is expected at this port, where TLS is ended so.
    pub(super) fn at(port: u16, tls: BridgeTls) -> Self {
        let expected = match (tls, port) {
            // The page's bytes are what the bridge encrypts.
            (BridgeTls::Implicit | BridgeTls::Starttls, _) | (BridgeTls::None, STARTTLS) => Expected::Greeting,
            (BridgeTls::None, IMPLICIT) => Expected::Tls,
            (BridgeTls::None, _) => Expected::Either,
        };
        Self { expected, seen: 0, begun: 0, last: 0 }
    }

    /// What is expected at a server that is none for mail.
    pub(super) fn of_tls() -> Self {
        Self { expected: Expected::Tls, seen: 0, begun: 0, last: 0 }
    }

    /// Takes the next bytes. Whether the beginning is complete; what follows it is not looked at.
    ///
    /// # Errors
    /// [`BadBeginning`] at the first byte that cannot belong to it.
    pub(super) fn take(&mut self, bytes: &[u8], port: u16) -> Result<bool, BadBeginning> {
        for &byte in bytes {
            if self.is_complete() {
                break;
            }
            if !self.accepts(byte) {
                return Err(match (self.expected, port) {
                    (Expected::Tls, IMPLICIT) => BadBeginning::NoTls,
                    (Expected::Tls, _) => BadBeginning::OnlyTls,
                    (Expected::Greeting, STARTTLS) => BadBeginning::NoStarttls,
                    _ => BadBeginning::Neither,
                });
            }
            if self.seen == 0 {
                self.begun = byte;
            }
            (self.last, self.seen) = (byte, self.seen + 1);
        }
        Ok(self.is_complete())
    }

    fn is_complete(self) -> bool {
        if self.is_tls() { self.seen == HELLO } else { self.seen > 0 && self.last == b'\n' }
    }

    fn is_tls(self) -> bool {
        self.begun == 0x16
    }

    fn accepts(self, byte: u8) -> bool {
        match (self.seen, self.expected) {
            (0, Expected::Tls) => byte == 0x16,
            (0, Expected::Greeting) => matches!(byte, b'E' | b'e' | b'H' | b'h'),
            (0, Expected::Either) => matches!(byte, 0x16 | b'E' | b'e' | b'H' | b'h'),
            _ if self.is_tls() => self.accepts_hello(byte),
            _ => self.accepts_line(byte),
        }
    }

    /// A record of type handshake, of TLS 1.0 to 1.2 as all versions write it, not empty and not too long, with a ClientHello
    /// (RFC 8446, sections 4 and 5.1).
    fn accepts_hello(self, byte: u8) -> bool {
        match self.seen {
            1 => byte == 3,
            2 => (1..=3).contains(&byte),
            3 => byte <= 0x40,
            4 => match self.last {
                0 => byte >= 4,
                0x40 => byte == 0,
                _ => true,
            },
            _ => byte == 1,
        }
    }

    /// `EHLO SP (Domain / address-literal) CRLF`, or HELO (RFC 5321, section 4.1.1.1).
    fn accepts_line(self, byte: u8) -> bool {
        let name = if self.begun.eq_ignore_ascii_case(&b'E') { b"EHLO " } else { b"HELO " };
        match (self.seen, self.last) {
            (at @ 0..5, _) => byte.eq_ignore_ascii_case(&name[at]),
            (_, b'\r') => byte == b'\n',
            (5, _) => byte.is_ascii_graphic(),
            // Room for the line's end is kept.
            (at, _) => byte == b'\r' && at < MAX_LINE - 1 || byte.is_ascii_graphic() && at < MAX_LINE - 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Vec<u8> {
        [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC][..], &[0; 500]].concat()
    }

    /// In one piece and byte by byte, which has to be the same.
    fn outcome(port: u16, tls: BridgeTls, bytes: &[u8]) -> Result<bool, BadBeginning> {
        let whole = First::at(port, tls).take(bytes, port);
        let mut first = First::at(port, tls);
        let mut pieces = Ok(false);
        for byte in bytes {
            if pieces == Ok(false) {
                pieces = first.take(&[*byte], port);
            }
        }
        assert_eq!(whole, pieces, "{bytes:?}");
        whole
    }

    #[test]
    fn a_port_takes_what_it_is_for_and_another_one_either() {
        use BridgeTls::{Implicit, None, Starttls};
        let (hello, ehlo) = (hello(), b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n".as_slice());
        for (port, tls, of_hello, of_ehlo) in [
            (465, None, Ok(true), Err(BadBeginning::NoTls)),
            (587, None, Err(BadBeginning::NoStarttls), Ok(true)),
            (2525, None, Ok(true), Ok(true)),
            (465, Implicit, Err(BadBeginning::Neither), Ok(true)),
            (587, Starttls, Err(BadBeginning::NoStarttls), Ok(true)),
        ] {
            assert_eq!(outcome(port, tls, &hello), of_hello, "{port}, {tls:?}");
            assert_eq!(outcome(port, tls, ehlo), of_ehlo, "{port}, {tls:?}");
        }
    }

    #[test]
    fn a_beginning_may_come_in_any_case_and_is_waited_for() {
        for (bytes, complete) in [
            (b"ehlo a\r\n".as_slice(), true),
            (b"HeLo mail.example.org\r\nanything \0 behind it", true),
            (b"", false),
            (b"EHL", false),
            (b"EHLO a\r", false),
            (&hello()[..5], false),
            (&hello()[..6], true),
        ] {
            assert_eq!(outcome(2525, BridgeTls::None, bytes), Ok(complete), "{bytes:?}");
        }
        let longest = [b"EHLO ".as_slice(), &[b'a'; MAX_LINE - 7], b"\r\n"].concat();
        assert_eq!(outcome(587, BridgeTls::None, &longest), Ok(true));
        let longer = [b"EHLO ".as_slice(), &[b'a'; MAX_LINE - 6], b"\r\n"].concat();
        assert!(outcome(587, BridgeTls::None, &longer).is_err());
    }

    #[test]
    fn what_is_neither_is_refused_at_the_first_byte_that_tells() {
        for bytes in [
            b"GET / HTTP/1.1\r\n".as_slice(),
            b"HEAD / HTTP/1.1\r\n",
            b"EHLO \r\n",
            b"EHLO\r\n",
            b"EHLO a b\r\n",
            b"EHLO a\n",
            b"EHLO a\rMAIL",
            b"EHLO a\0\r\n",
            b"EHLO b\xC3\xBCcher\r\n",
            b"LHLO a\r\n",
            b"MAIL FROM:<a@example.org>\r\n",
            b"USER ana\r\n",
            b"\r\nEHLO a\r\n",
            b"SSH-2.0-x\r\n",
            b"*1\r\n$4\r\nPING\r\n",
            // Not a handshake; SSL 3.0; too short; too long; not a ClientHello.
            &[0x17, 3, 3, 0, 40, 1],
            &[0x16, 3, 0, 0, 40, 1],
            &[0x16, 2, 1, 0, 40, 1],
            &[0x16, 3, 1, 0, 3, 1],
            &[0x16, 3, 1, 0x40, 1, 1],
            &[0x16, 3, 1, 0x41, 0, 1],
            &[0x16, 3, 1, 0, 40, 2],
        ] {
            assert_eq!(outcome(2525, BridgeTls::None, bytes), Err(BadBeginning::Neither), "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_every_cut_of_it_means_the_same(
            begun in proptest::sample::select(vec![b"EHLO ".to_vec(), b"helo ".to_vec(), vec![0x16, 3, 1], Vec::new()]),
            rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..20),
        ) {
            let _ = outcome(2525, BridgeTls::None, &[begun, rest].concat());
        }
    }
}
