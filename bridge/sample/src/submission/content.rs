//! A letter's content, as it comes: by DATA, where a line of a dot ends it, or by BDAT, where octets are counted.
//!
//! Nothing but CRLF is a line end (RFC 5321, section 2.3.8). A letter with a bare CR or LF is read to its true end and refused,
//! for whoever reads it next might see another end in it.

use crate::office::Reservation;

/// Octets of a letter: what SIZE announces (RFC 1870), 35 MB.
pub(super) const MAX_OCTETS: u64 = 35_000_000;

/// Octets of a line, without CRLF (RFC 5321, section 4.5.3.1.6).
const MAX_LINE: usize = 998;

/// Why a letter cannot be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    LongLine,
    BareLineEnd,
    NoRoom,
}

impl Fault {
    /// The reply to the letter.
    pub(super) fn reply(self) -> &'static str {
        match self {
            Self::TooLarge => "552 5.3.4 This letter is larger than 35 MB",
            Self::LongLine => "554 5.6.0 A line of this letter is longer than 998 octets",
            Self::BareLineEnd => "554 5.6.0 Lines of a letter end in CRLF; this one has a CR or an LF alone",
            Self::NoRoom => "452 4.3.1 The sample maildrop is full until it is started again",
        }
    }
}

/// What has come of a letter.
pub(super) struct Content {
    bytes: Vec<u8>,
    /// All octets that came, also those that were not kept.
    octets: u64,
    /// Octets of the line that has not ended, without its CR.
    column: usize,
    behind_cr: bool,
    fault: Option<Fault>,
    reservation: Reservation,
}

impl Content {
    pub(super) fn new(reservation: Reservation) -> Self {
        Self { bytes: Vec::new(), octets: 0, column: 0, behind_cr: false, fault: None, reservation }
    }

    /// The first fault so far. With one, nothing is kept.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Takes more of it, as it is to be delivered.
    pub(super) fn extend(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len() as u64);
        if self.fault.is_some() {
            return;
        }
        if let Err(fault) = self.check(octets) {
            self.fault = Some(fault);
            self.bytes = Vec::new();
            self.reservation.clear();
            return;
        }
        self.bytes.extend_from_slice(octets);
    }

    fn check(&mut self, octets: &[u8]) -> Result<(), Fault> {
        if self.octets > MAX_OCTETS {
            return Err(Fault::TooLarge);
        }
        for &byte in octets {
            if self.behind_cr != (byte == b'\n') {
                return Err(Fault::BareLineEnd);
            }
            self.behind_cr = byte == b'\r';
            match byte {
                b'\n' => self.column = 0,
                b'\r' => {}
                _ => self.column += 1,
            }
            if self.column > MAX_LINE {
                return Err(Fault::LongLine);
            }
        }
        self.reservation.grow(octets.len()).map_err(|_| Fault::NoRoom)
    }

    /// The whole letter, which ends in CRLF whatever it came with.
    pub(super) fn finish(mut self) -> Result<(Vec<u8>, Reservation), Fault> {
        if self.behind_cr && self.fault.is_none() {
            self.fault = Some(Fault::BareLineEnd);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if !self.bytes.is_empty() && !self.bytes.ends_with(b"\r\n") {
            self.bytes.extend_from_slice(b"\r\n");
        }
        Ok((self.bytes, self.reservation))
    }
}

/// Where a reader of DATA stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    Middle,
    Cr,
    /// Behind a dot that begins a line.
    Dot,
    DotCr,
}

/// Reads what follows DATA: takes the doubled dots off, and knows the end (RFC 5321, section 4.5.2).
pub(super) struct Text {
    place: Place,
    pub(super) content: Content,
}

impl Text {
    pub(super) fn new(content: Content) -> Self {
        Self { place: Place::LineStart, content }
    }

    /// Takes octets up to the end of the letter; returns how many, and whether it has ended.
    pub(super) fn take(&mut self, octets: &[u8]) -> (usize, bool) {
        let mut from = 0;
        for (at, &byte) in octets.iter().enumerate() {
            self.place = match (self.place, byte) {
                (Place::DotCr, b'\n') => return (at + 1, true),
                // The dot was doubled, or stood for nothing.
                (Place::LineStart, b'.') => {
                    self.content.extend(&octets[from..at]);
                    from = at + 1;
                    Place::Dot
                }
                // Held back: it may belong to the end.
                (Place::Dot, b'\r') => {
                    from = at + 1;
                    Place::DotCr
                }
                (Place::DotCr, _) => {
                    self.content.extend(b"\r");
                    if byte == b'\r' { Place::Cr } else { Place::Middle }
                }
                (Place::Cr, b'\n') => Place::LineStart,
                (_, b'\r') => Place::Cr,
                _ => Place::Middle,
            };
        }
        self.content.extend(&octets[from..]);
        (octets.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::office::{Office, Room};

    fn content() -> Content {
        Content::new(Arc::new(Office::new("robin", "s", Vec::new(), Room::default())).reserve())
    }

    fn finished(content: Content) -> Result<Vec<u8>, Fault> {
        content.finish().map(|(bytes, _)| bytes)
    }

    /// What is read of this text in pieces of so many octets, and what is left behind its end.
    fn read(text: &[u8], size: usize) -> (Result<Vec<u8>, Fault>, Vec<u8>) {
        let mut reader = Text::new(content());
        let mut used = 0;
        for piece in text.chunks(size) {
            let (taken, ended) = reader.take(piece);
            used += taken;
            if ended {
                return (finished(reader.content), text[used..].to_vec());
            }
        }
        panic!("no end in {:?}", String::from_utf8_lossy(text));
    }

    #[test]
    fn dots_are_taken_off_and_the_end_is_found_however_the_text_is_cut() {
        for (text, letter) in [
            (&b".\r\nRSET\r\n"[..], &b""[..]),
            (b"a\r\n.\r\nRSET\r\n", b"a\r\n"),
            (b"a\r\n..\r\n...\r\n..b\r\nc.\r\n.\r\nRSET\r\n", b"a\r\n.\r\n..\r\n.b\r\nc.\r\n"),
            (b"\r\n\r\n.\r\nRSET\r\n", b"\r\n\r\n"),
            (b".a\r\n.\r\nRSET\r\n", b"a\r\n"),
        ] {
            for size in 1..=text.len() {
                assert_eq!(read(text, size), (Ok(letter.to_vec()), b"RSET\r\n".to_vec()), "{size}");
            }
        }
    }

    #[test]
    fn nothing_else_ends_a_letter_and_one_with_such_an_end_is_refused() {
        for end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\n.\r", "\r\n.\r\r\n", "\r\n.\n\r\n"]
        {
            let text = format!("a{end}MAIL FROM:<x@y>\r\nb\r\n.\r\nRSET\r\n");
            for size in 1..=text.len() {
                let expected = (Err(Fault::BareLineEnd), b"RSET\r\n".to_vec());
                assert_eq!(read(text.as_bytes(), size), expected, "{end:?} by {size}");
            }
        }
    }

    #[test]
    fn a_line_has_998_octets_at_most_its_doubled_dot_not_counted() {
        let line = |octets: usize| format!("{}\r\n", "x".repeat(octets));
        assert!(read(format!("{}.\r\n", line(998)).as_bytes(), 7).0.is_ok());
        assert!(read(format!("..{}.\r\n", line(997)).as_bytes(), 7).0.is_ok());
        assert_eq!(read(format!("{}.\r\n", line(999)).as_bytes(), 7).0, Err(Fault::LongLine));
    }

    #[test]
    fn a_letter_has_35_mb_at_most_and_what_is_refused_takes_no_room() {
        let office = Arc::new(Office::new("robin", "s", Vec::new(), Room::default()));
        let mut content = Content::new(office.reserve());
        let lines = b"0123456789abcdefghijklmnopqrstuvwxyz\r\n".repeat(1000);
        while content.octets + (lines.len() as u64) <= MAX_OCTETS {
            content.extend(&lines);
        }
        assert!(content.fault().is_none() && !office.has_room(180_000_000));
        content.extend(&lines);
        assert_eq!(content.fault(), Some(Fault::TooLarge));
        assert!(office.has_room(200_000_000));
        assert_eq!(finished(content), Err(Fault::TooLarge));
    }

    #[test]
    fn a_letter_for_which_there_is_no_room_is_read_to_its_end() {
        let office = Arc::new(Office::new("robin", "s", Vec::new(), Room { messages: 1, octets: 3 }));
        let mut reader = Text::new(Content::new(office.reserve()));
        assert_eq!(reader.take(b"ab\r\n.\r\nQ"), (7, true));
        assert_eq!(finished(reader.content), Err(Fault::NoRoom));
    }

    #[test]
    fn counted_octets_end_in_a_line_end_and_not_in_half_a_one() {
        for (octets, letter) in [
            (&b"a"[..], Ok(b"a\r\n".to_vec())),
            (b"a\r\n", Ok(b"a\r\n".to_vec())),
            (b"", Ok(Vec::new())),
            (b"a\r", Err(Fault::BareLineEnd)),
            (b"a\n", Err(Fault::BareLineEnd)),
            (b"\n", Err(Fault::BareLineEnd)),
        ] {
            let mut content = content();
            octets.chunks(1).for_each(|octet| content.extend(octet));
            assert_eq!(finished(content), letter);
        }
    }
}
