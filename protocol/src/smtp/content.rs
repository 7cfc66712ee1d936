//! What a letter holds: surveyed before it is sent, and written so that no octet of it can be taken for a command.
//!
//! A text letter's lines end in CRLF on the wire, whatever they ended in: a bare LF or CR, which one server takes for a
//! line end and the next does not, is never passed on (RFC 5321, section 2.3.8, and what is known as SMTP smuggling). Its
//! last line ends too. Not here: how a letter is written (RFC 5322, MIME), commands and replies.

use memchr::{memchr, memchr2};

use crate::wire::Outbox;

/// How a letter's octets are to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// Lines of 998 octets at most, which travel with CRLF ends (RFC 5321, section 4.5.3.1.6).
    #[default]
    Text,
    /// Octets that travel as they are (RFC 3030, section 3): for the few servers with BINARYMIME.
    Binary,
}

/// What is wrong with a letter: its writer's fault. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LetterFault {
    /// There is nothing in it.
    #[error("the letter is empty")]
    Empty,
    /// A line of more than 998 octets, line end not counted (RFC 5321, section 4.5.3.1.6; RFC 5322, section 2.1.1).
    #[error("line {line} of the letter is longer than 998 octets")]
    LineTooLong {
        /// Which one.
        line: u64,
    },
    /// NUL in a text (RFC 2045, sections 2.7 and 2.8).
    #[error("line {line} of the letter holds a NUL")]
    Nul {
        /// Which one.
        line: u64,
    },
    /// A header line with octets that are neither ASCII nor UTF-8 (RFC 6532, section 3).
    #[error("line {line} of the letter, in its header, is neither ASCII nor UTF-8")]
    HeaderNotUtf8 {
        /// Which one.
        line: u64,
    },
}

/// What is known of a letter's octets. Only [`Survey`] makes one, so what it says was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Content {
    form: Form,
    given: u64,
    octets: u64,
    eight_bit: bool,
    header_beyond_ascii: bool,
}

impl Content {
    /// Surveys a text letter that is in one piece.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(text: &[u8]) -> Result<Self, LetterFault> {
        let mut survey = Survey::new(Form::Text);
        survey.take(text)?;
        survey.finish()
    }

    /// How it is to be taken.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Octets as they are given.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Octets as they travel: with CRLF for every line end, without doubled dots and without the final one (RFC 1870,
    /// section 3).
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether any octet is beyond ASCII (RFC 6152).
    pub fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Whether the header has letters beyond ASCII, which takes SMTPUTF8 (RFC 6531, section 3.4). Headers of parts further
    /// down are not looked at.
    pub fn needs_utf8(&self) -> bool {
        self.header_beyond_ascii
    }
}

/// Looks a letter through, in pieces of any size, before it is sent.
#[derive(Debug, Clone)]
pub struct Survey {
    scan: Scan,
    count: Count,
}

impl Survey {
    /// Before the first octet.
    pub fn new(form: Form) -> Self {
        Self { scan: Scan::new(form), count: Count { octets: 0 } }
    }

    /// Looks at the next octets.
    ///
    /// # Errors
    /// What is wrong with the letter; there is no sense in going on then.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), LetterFault> {
        self.scan.take(piece, &mut self.count)
    }

    /// The letter has been seen to its end.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn finish(mut self) -> Result<Content, LetterFault> {
        self.scan.finish(&mut self.count)?;
        if self.scan.given == 0 {
            return Err(LetterFault::Empty);
        }
        Ok(Content {
            form: self.scan.form,
            given: self.scan.given,
            octets: self.count.octets,
            eight_bit: self.scan.eight_bit,
            header_beyond_ascii: self.scan.header_beyond_ascii,
        })
    }
}

/// What is given is not what was surveyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Differs;

/// Writes a letter, in pieces of any size.
#[derive(Debug)]
pub(super) struct Encoder {
    content: Content,
    scan: Scan,
    stuffing: bool,
    octets: u64,
    at_line_start: bool,
}

impl Encoder {
    /// Before the first octet. For DATA dots are doubled; for BDAT they are not (RFC 3030, section 2).
    pub(super) fn new(content: Content, stuffing: bool) -> Self {
        Self { content, scan: Scan::new(content.form), stuffing, octets: 0, at_line_start: true }
    }

    /// Octets that are still to be given.
    pub(super) fn left(&self) -> u64 {
        self.content.given.saturating_sub(self.scan.given)
    }

    /// Writes the next octets, and with the last of them the letter's end. Whether it is complete. Where an error comes back,
    /// nothing that was written by this call may go out.
    pub(super) fn write(&mut self, piece: &[u8], to: &mut Outbox) -> Result<bool, Differs> {
        let mut writer = Writer { to, octets: self.octets, stuffing: self.stuffing, at_line_start: self.at_line_start };
        let is_too_much = piece.len() as u64 > self.content.given.saturating_sub(self.scan.given);
        if is_too_much || self.scan.take(piece, &mut writer).is_err() {
            return Err(Differs);
        }
        let is_complete = self.scan.given == self.content.given;
        if is_complete && self.scan.finish(&mut writer).is_err() {
            return Err(Differs);
        }
        (self.octets, self.at_line_start) = (writer.octets, writer.at_line_start);
        let fits = if is_complete { self.octets == self.content.octets } else { self.octets <= self.content.octets };
        if !fits || self.scan.eight_bit && !self.content.eight_bit {
            return Err(Differs);
        }
        if self.scan.header_beyond_ascii && !self.content.header_beyond_ascii {
            return Err(Differs);
        }
        if is_complete && self.stuffing {
            // RFC 5321, section 4.1.1.4: CRLF "." CRLF, of which the first CRLF is the last line's.
            to.octets(b".\r\n");
        }
        Ok(is_complete)
    }
}

/// Octets of a line at most, without its end.
const LINE: usize = 998;

/// Reads lines, whatever they end in.
#[derive(Debug, Clone)]
struct Scan {
    form: Form,
    given: u64,
    /// Octets of the line so far.
    length: usize,
    line: u64,
    /// The last octet was CR: a line end, whatever follows.
    cr: bool,
    in_header: bool,
    /// The header line so far, to see whether it is UTF-8.
    header: Vec<u8>,
    eight_bit: bool,
    header_beyond_ascii: bool,
}

/// Where a letter goes as it is read.
trait Sink {
    /// Octets as they travel, without a line end among them where the letter is a text.
    fn octets(&mut self, octets: &[u8]);
    /// The end of a line of a text.
    fn line_end(&mut self);
}

impl Scan {
    fn new(form: Form) -> Self {
        Self {
            form,
            given: 0,
            length: 0,
            line: 1,
            cr: false,
            in_header: true,
            header: Vec::new(),
            eight_bit: false,
            header_beyond_ascii: false,
        }
    }

    fn take(&mut self, piece: &[u8], sink: &mut impl Sink) -> Result<(), LetterFault> {
        self.given += piece.len() as u64;
        if self.form == Form::Binary {
            sink.octets(piece);
            self.eight_bit |= !piece.is_ascii();
            if !self.in_header {
                return Ok(());
            }
        }
        let mut rest = piece;
        while let Some(first) = rest.first() {
            match (first, self.cr) {
                (b'\n', _) => {
                    self.cr = false;
                    rest = &rest[1..];
                    self.end_line(sink)?;
                }
                (_, true) => {
                    self.cr = false;
                    self.end_line(sink)?;
                }
                (b'\r', false) => {
                    self.cr = true;
                    rest = &rest[1..];
                }
                _ => {
                    let run;
                    (run, rest) = rest.split_at(memchr2(b'\r', b'\n', rest).unwrap_or(rest.len()));
                    self.run(run, sink)?;
                }
            }
        }
        Ok(())
    }

    /// Octets of one line.
    fn run(&mut self, run: &[u8], sink: &mut impl Sink) -> Result<(), LetterFault> {
        self.length += run.len();
        let is_text = self.form == Form::Text;
        // A header is text in a binary letter too, but there is no limit behind it.
        if self.length > LINE && (is_text || self.in_header) {
            return Err(LetterFault::LineTooLong { line: self.line });
        }
        if memchr(0, run).is_some() && (is_text || self.in_header) {
            return Err(LetterFault::Nul { line: self.line });
        }
        if self.in_header {
            self.header.extend_from_slice(run);
        }
        if is_text {
            self.eight_bit |= !run.is_ascii();
            sink.octets(run);
        }
        Ok(())
    }

    fn end_line(&mut self, sink: &mut impl Sink) -> Result<(), LetterFault> {
        if self.in_header {
            if !self.header.is_ascii() {
                self.header_beyond_ascii = true;
                if std::str::from_utf8(&self.header).is_err() {
                    return Err(LetterFault::HeaderNotUtf8 { line: self.line });
                }
            }
            self.header.clear();
            // RFC 5322, section 2.1: the body follows the first empty line.
            self.in_header = self.length > 0;
        }
        self.length = 0;
        self.line += 1;
        if self.form == Form::Text {
            sink.line_end();
        }
        Ok(())
    }

    fn finish(&mut self, sink: &mut impl Sink) -> Result<(), LetterFault> {
        if std::mem::take(&mut self.cr) || self.length > 0 { self.end_line(sink) } else { Ok(()) }
    }
}

/// Counts octets as they travel.
#[derive(Debug, Clone)]
struct Count {
    octets: u64,
}

impl Sink for Count {
    fn octets(&mut self, octets: &[u8]) {
        self.octets += octets.len() as u64;
    }

    fn line_end(&mut self) {
        self.octets += 2;
    }
}

/// Writes octets as they travel, dots doubled where that is asked for.
struct Writer<'a> {
    to: &'a mut Outbox,
    /// Without the dots that were added.
    octets: u64,
    stuffing: bool,
    at_line_start: bool,
}

impl Sink for Writer<'_> {
    fn octets(&mut self, octets: &[u8]) {
        // RFC 5321, section 4.5.2.
        if self.stuffing && self.at_line_start && octets.first() == Some(&b'.') {
            self.to.octets(b".");
        }
        self.at_line_start &= octets.is_empty();
        self.octets += octets.len() as u64;
        self.to.octets(octets);
    }

    fn line_end(&mut self) {
        self.to.octets(b"\r\n");
        self.octets += 2;
        self.at_line_start = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(form: Form, text: &[u8], size: usize) -> Result<Content, LetterFault> {
        let mut survey = Survey::new(form);
        for piece in text.chunks(size) {
            survey.take(piece)?;
        }
        survey.finish()
    }

    fn written(content: Content, stuffing: bool, text: &[u8], size: usize) -> Result<Vec<u8>, Differs> {
        let (mut encoder, mut outbox, mut wire) = (Encoder::new(content, stuffing), Outbox::default(), Vec::new());
        let mut is_complete = false;
        for piece in text.chunks(size) {
            is_complete = encoder.write(piece, &mut outbox)?;
            wire.extend_from_slice(outbox.take());
            outbox.wipe();
        }
        if is_complete { Ok(wire) } else { Err(Differs) }
    }

    #[test]
    fn every_line_end_becomes_crlf_and_every_leading_dot_two() {
        for (text, wire) in [
            (&b"a\r\n.b\r\n"[..], &b"a\r\n..b\r\n.\r\n"[..]),
            (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a\r.\rb\r", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a\r\r\n\n\rb", b"a\r\n\r\n\r\n\r\nb\r\n.\r\n"),
            (b".", b"..\r\n.\r\n"),
            (b"..\r\n", b"...\r\n.\r\n"),
            (b"\n", b"\r\n.\r\n"),
            (b"a\r\n.\r\nMAIL FROM:<x@y>\r\n", b"a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"),
            (b"a\n.\r\nMAIL FROM:<x@y>\n", b"a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"),
            (b"a\r.\r\nMAIL FROM:<x@y>\n", b"a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"),
            (b"a.b.\r\n", b"a.b.\r\n.\r\n"),
        ] {
            for size in 1..=text.len() {
                let content = survey(Form::Text, text, size).unwrap();
                assert_eq!(written(content, true, text, size).as_deref(), Ok(wire), "{}", text.escape_ascii());
                let plain = written(content, false, text, size).unwrap();
                assert_eq!(plain.len() as u64, content.octets());
            }
        }
    }

    #[test]
    fn a_letter_that_cannot_be_sent_is_told_by_its_line() {
        let long = [b"a\r\n", &[b'x'; 998][..], b"\r\n", &[b'x'; 999], b"\n"].concat();
        for (text, fault) in [
            (&b""[..], LetterFault::Empty),
            (b"a\n\0", LetterFault::Nul { line: 2 }),
            (&long, LetterFault::LineTooLong { line: 3 }),
            (b"a\r\nSubject: \xE9\r\n\r\n", LetterFault::HeaderNotUtf8 { line: 2 }),
            (b"a\r\nSubject: \xC3", LetterFault::HeaderNotUtf8 { line: 2 }),
        ] {
            for size in [1, 2, 1000, usize::MAX] {
                assert_eq!(survey(Form::Text, text, size), Err(fault));
            }
        }
        let mut fits = Survey::new(Form::Text);
        fits.take(&[b'x'; 998]).unwrap();
        assert_eq!(fits.finish().unwrap().octets(), 1000);
    }

    #[test]
    fn what_a_letter_needs_of_the_server_is_seen() {
        let of = |text: &[u8]| Content::of(text).map(|content| (content.is_eight_bit(), content.needs_utf8())).unwrap();
        assert_eq!(of(b"a: b\r\n\r\ntext"), (false, false));
        assert_eq!(of("a: b\r\n\r\nté".as_bytes()), (true, false));
        assert_eq!(of(b"a: b\n\nt\xE9"), (true, false));
        assert_eq!(of("a: é\r\n\r\ntext".as_bytes()), (true, true));
        assert_eq!(of("a: é".as_bytes()), (true, true));
    }

    #[test]
    fn a_binary_letter_travels_as_it_is() {
        let text = [&b"a: b\r\n\r\n"[..], &[0, 13, 10, 46, 10, 255], &[7; 2000]].concat();
        let content = survey(Form::Binary, &text, 5).unwrap();
        assert_eq!((content.octets(), content.is_eight_bit()), (text.len() as u64, true));
        assert_eq!(written(content, false, &text, 7), Ok(text));
    }

    #[test]
    fn a_letter_that_is_not_the_one_that_was_surveyed_is_never_completed() {
        let content = Content::of(b"a: b\r\n\r\ntext\r\n").unwrap();
        for other in [
            &b"a: b\r\n\r\ntext"[..],
            b"a: b\r\n\r\ntext\r\nmore",
            b"a: b\r\n\r\nt\n\nxt\r\n",
            "a: b\r\n\r\nt\u{e9}t\r\n".as_bytes(),
            b"a: b\r\n\r\nt\0xt\r\n",
        ] {
            for size in [1, 4, usize::MAX] {
                assert_eq!(written(content, true, other, size), Err(Differs), "{}", other.escape_ascii());
            }
        }
    }
}
