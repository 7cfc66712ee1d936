//! The two buffers between a session and the wire. What was sent may have held a password, and is overwritten.
//!
//! Not here: what the bytes mean.

#[cfg(feature = "pop3")]
use std::ops::Range;

use memchr::memchr;
use zeroize::Zeroize;

/// Bytes that arrived and are not read yet.
#[derive(Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    start: usize,
    /// Up to here there is no line feed: so that a line that arrives octet by octet is not searched again and again.
    searched: usize,
}

/// A line longer than allowed.
pub(crate) struct TooLong;

impl Inbox {
    /// Takes bytes in, behind those there are.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            // What is left is a part of a line: little to move.
            self.bytes.drain(..self.start);
            self.searched = self.searched.saturating_sub(self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether everything has been read.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    /// What is not read yet.
    #[cfg(feature = "pop3")]
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The same, to be decoded in place.
    #[cfg(feature = "pop3")]
    pub(crate) fn rest(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..]
    }

    /// Bytes of the last chunk that was found, by their place in [`Inbox::rest`] before [`Inbox::consume`].
    #[cfg(feature = "pop3")]
    pub(crate) fn consumed(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Counts so many bytes as read. Returns the place of the first of them.
    #[cfg(feature = "pop3")]
    pub(crate) fn consume(&mut self, octets: usize) -> usize {
        let place = self.start;
        self.start += octets;
        self.searched = self.searched.max(self.start);
        place
    }

    /// Moves the next line, its line feed included, to `line`. Whether there was one.
    pub(crate) fn take_line(&mut self, limit: usize, line: &mut Vec<u8>) -> Result<bool, TooLong> {
        let from = self.searched.max(self.start);
        let Some(at) = memchr(b'\n', &self.bytes[from..]) else {
            self.searched = self.bytes.len();
            return if self.bytes.len() - self.start >= limit { Err(TooLong) } else { Ok(false) };
        };
        let end = from + at + 1;
        if end - self.start > limit {
            return Err(TooLong);
        }
        line.clear();
        line.extend_from_slice(&self.bytes[self.start..end]);
        self.start = end;
        self.searched = end;
        Ok(true)
    }

    /// Moves all that is left to `line`, as the last line of a stream that ended without a line feed.
    #[cfg(feature = "pop3")]
    pub(crate) fn take_rest(&mut self, line: &mut Vec<u8>) {
        line.clear();
        line.extend_from_slice(&self.bytes[self.start..]);
        self.start = self.bytes.len();
    }
}

/// What is odd about a line.
pub(crate) struct Oddities {
    /// It ends in LF alone.
    pub(crate) bare_lf: bool,
    /// There were NULs in it.
    pub(crate) nul: bool,
}

/// Takes a line's end off, and the NULs in it.
pub(crate) fn trim(line: &mut Vec<u8>) -> Oddities {
    let ended = line.pop_if(|octet| *octet == b'\n').is_some();
    let bare_lf = ended && line.pop_if(|octet| *octet == b'\r').is_none();
    let nul = memchr(0, line).is_some();
    if nul {
        line.retain(|octet| *octet != 0);
    }
    Oddities { bare_lf, nul }
}

/// Bytes to send.
#[derive(Default)]
pub(crate) struct Outbox {
    /// Zero from `end` on: what is overwritten stays in its place, where a test can look at it.
    bytes: Vec<u8>,
    end: usize,
    sent: bool,
}

impl Outbox {
    /// Appends a line; CRLF is added. A buffer that must grow is overwritten before it is given up.
    pub(crate) fn line(&mut self, parts: &[&[u8]]) {
        self.make_room(parts.iter().map(|part| part.len()).sum::<usize>() + 2);
        for part in parts.iter().copied().chain([&b"\r\n"[..]]) {
            self.bytes[self.end..][..part.len()].copy_from_slice(part);
            self.end += part.len();
        }
    }

    /// Appends octets as they are.
    #[cfg(feature = "smtp")]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.make_room(octets.len());
        self.bytes[self.end..][..octets.len()].copy_from_slice(octets);
        self.end += octets.len();
    }

    fn make_room(&mut self, octets: usize) {
        let needed = self.end + octets;
        if self.bytes.len() < needed {
            let mut grown = vec![0; needed.next_power_of_two().max(1024)];
            move_bytes(&mut self.bytes, &mut grown);
            self.bytes = grown;
        }
    }

    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        self.sent || self.end == 0
    }

    /// Everything there is to send; it counts as sent.
    pub(crate) fn take(&mut self) -> &[u8] {
        self.sent = true;
        &self.bytes[..self.end]
    }

    /// Takes everything back that was not taken: it is overwritten, and never sent.
    #[cfg(feature = "smtp")]
    pub(crate) fn discard(&mut self) {
        self.sent = true;
        self.wipe();
    }

    /// Overwrites what was sent.
    pub(crate) fn wipe(&mut self) {
        if self.sent {
            self.bytes[..self.end].zeroize();
            self.end = 0;
            self.sent = false;
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// Moves bytes to a larger buffer: none are left where they were.
fn move_bytes(from: &mut [u8], to: &mut [u8]) {
    to[..from.len()].copy_from_slice(from);
    from.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_however_it_arrives() {
        let mut inbox = Inbox::default();
        let mut line = Vec::new();
        for byte in b"+OK one\r" {
            inbox.push(&[*byte]);
            assert!(matches!(inbox.take_line(100, &mut line), Ok(false)));
        }
        inbox.push(b"\nnext\nrest");
        assert!(matches!(inbox.take_line(100, &mut line), Ok(true)));
        assert_eq!(line, b"+OK one\r\n");
        assert!(matches!(inbox.take_line(100, &mut line), Ok(true)));
        assert_eq!(line, b"next\n");
        assert!(matches!(inbox.take_line(100, &mut line), Ok(false)));
        assert_eq!(inbox.rest(), b"rest");
    }

    #[test]
    fn the_limit_holds_at_the_same_octet_whether_the_line_ends_or_not() {
        let mut line = Vec::new();
        for (text, fits) in
            [(&b"1234567\n"[..], true), (b"12345678\n", false), (b"1234567", true), (b"12345678", false)]
        {
            let mut inbox = Inbox::default();
            inbox.push(text);
            assert_eq!(inbox.take_line(8, &mut line).is_ok(), fits, "{text:?}");
        }
    }

    #[test]
    fn what_was_sent_is_overwritten_in_its_place() {
        let mut outbox = Outbox::default();
        outbox.line(&[b"PASS ", b"secret"]);
        assert_eq!(outbox.take(), b"PASS secret\r\n");
        let size = outbox.bytes.len();
        outbox.wipe();
        assert!(outbox.is_empty());
        assert_eq!(outbox.bytes, vec![0; size]);
        assert!(size >= 13, "the password stood there");
    }

    #[test]
    fn a_buffer_that_is_given_up_for_a_larger_one_is_overwritten_before() {
        let (mut small, mut large) = (*b"secret", [0; 8]);
        move_bytes(&mut small, &mut large);
        assert_eq!((small, large), ([0; 6], *b"secret\0\0"));
    }

    #[test]
    fn lines_that_outgrow_the_buffer_come_out_whole() {
        let mut outbox = Outbox::default();
        let text = [b'x'; 700];
        outbox.line(&[b"PASS ", b"secret"]);
        outbox.line(&[&text]);
        outbox.line(&[&text]);
        let all = [b"PASS secret\r\n", &text[..], b"\r\n", &text[..], b"\r\n"].concat();
        assert_eq!(outbox.take(), all);
    }
}
