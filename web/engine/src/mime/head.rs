//! A message's header in bounded memory: the fields that are read, wherever they stand and however long they are.
//!
//! The parser of fields is never given a message, only what is kept here. So neither a header without end nor fields by
//! the million cost more than [`MAX_FIELD`] for each name of [`KEPT`].

use mail_parser::{Message, MessageParser};

use super::charset;

/// Octets of one field that are kept at most: about a thousand addresses.
const MAX_FIELD: usize = 64 << 10;

/// Octets of the body that a row is made of at most.
const MAX_BODY: usize = 64 << 10;

/// The fields that are read. Where one stands several times, the last counts, but for [`AUTHENTICATION_RESULTS`].
const KEPT: [&[u8]; 18] = [
    b"From",
    b"Sender",
    b"To",
    b"Cc",
    b"Reply-To",
    b"Subject",
    b"Date",
    b"Received",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"Content-Disposition",
    b"Content-ID",
    b"Bcc",
    b"Message-ID",
    b"References",
    b"In-Reply-To",
    b"Mail-Followup-To",
    AUTHENTICATION_RESULTS,
];

/// The one field of which the first counts: whoever received the message last has written it.
const AUTHENTICATION_RESULTS: &[u8] = b"Authentication-Results";

/// What a row needs of a message, gathered while it comes in: fields, and the beginning of the body.
#[derive(Debug, Default)]
pub struct Head {
    fields: [Vec<u8>; KEPT.len()],
    /// The field that is coming in, with its folded lines.
    field: Vec<u8>,
    is_too_long: bool,
    in_line: bool,
    /// Where the line began in [`Self::field`].
    line: usize,
    has_fields: bool,
    body: Option<Vec<u8>>,
}

impl Head {
    /// The header at the beginning of these octets, and where the body begins.
    pub(super) fn of(octets: &[u8]) -> (Self, usize) {
        let mut head = Self::default();
        let consumed = head.take_header(octets);
        head.end_field();
        (head, consumed)
    }

    /// Takes in what comes next.
    pub fn push(&mut self, octets: &[u8]) {
        let consumed = if self.body.is_none() { self.take_header(octets) } else { 0 };
        if let Some(body) = &mut self.body {
            let rest = &octets[consumed..];
            body.extend_from_slice(&rest[..rest.len().min(MAX_BODY.saturating_sub(body.len()))]);
        }
    }

    /// Whether there is any field, be it one that is not kept.
    pub(super) fn has_fields(&self) -> bool {
        self.has_fields
    }

    /// A small message with the kept fields and the beginning of the body; `None` where there is no field at all.
    pub(super) fn into_message(mut self) -> Option<Vec<u8>> {
        self.end_field();
        if !self.has_fields {
            return None;
        }
        let mut message = self.header();
        message.extend_from_slice(&self.body.unwrap_or_default());
        Some(message)
    }

    /// The kept fields, in UTF-8 whatever they came in, and the empty line.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut header = self.fields.concat();
        header.extend_from_slice(b"\r\n");
        charset::header(&header).into_owned()
    }

    /// The body of the first Authentication-Results field; empty where there is none.
    pub(super) fn authentication_results(&self) -> &[u8] {
        let field = KEPT.iter().zip(&self.fields).find(|(name, _)| **name == AUTHENTICATION_RESULTS);
        field.and_then(|(name, field)| field.get(name.len() + 1..)).unwrap_or_default()
    }

    /// Takes in lines up to the empty one. How many octets that were.
    fn take_header(&mut self, octets: &[u8]) -> usize {
        let mut at = 0;
        while let Some(first) = octets.get(at) {
            if !self.in_line {
                // RFC 5322, section 2.2.3: a line that begins with white space goes on with the field.
                if !matches!(first, b' ' | b'\t') {
                    self.end_field();
                }
                self.line = self.field.len();
                self.in_line = true;
            }
            let end = memchr::memchr(b'\n', &octets[at..]).map(|length| at + length);
            self.keep(&octets[at..end.unwrap_or(octets.len())]);
            let Some(end) = end else { return octets.len() };
            at = end + 1;
            self.in_line = false;
            if self.line == 0 && matches!(self.field.as_slice(), b"" | b"\r") {
                self.field.clear();
                self.body = Some(Vec::new());
                return at;
            }
            self.keep(b"\n");
        }
        at
    }

    fn keep(&mut self, octets: &[u8]) {
        let room = MAX_FIELD.saturating_sub(self.field.len());
        self.is_too_long |= octets.len() > room;
        self.field.extend_from_slice(&octets[..octets.len().min(room)]);
    }

    fn end_field(&mut self) {
        if let Some(colon) = memchr::memchr(b':', &self.field) {
            self.has_fields = true;
            let name = self.field[..colon].trim_ascii();
            let kept = KEPT.iter().position(|kept| kept.eq_ignore_ascii_case(name));
            if let Some(kept) = kept.filter(|at| KEPT[*at] != AUTHENTICATION_RESULTS || self.fields[*at].is_empty()) {
                if self.is_too_long {
                    // Not in the middle of an encoded-word.
                    let words = self.field.iter().rposition(|c| matches!(c, b' ' | b'\t' | b',' | b';'));
                    self.field.truncate(words.filter(|at| *at > MAX_FIELD / 2).unwrap_or(self.field.len()));
                }
                let value = self.field[colon..].trim_ascii_end();
                self.fields[kept] = [KEPT[kept], value, b"\r\n"].concat();
            }
        }
        self.field.clear();
        self.is_too_long = false;
    }
}

/// Whether these octets begin with a header, of one field at least.
#[cfg(feature = "keep")]
pub(crate) fn has_header(octets: &[u8]) -> bool {
    Head::of(octets).0.has_fields()
}

/// Reads fields. `header` is what [`Head::header`] gave. `None` where it holds none.
pub(super) fn parsed(header: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(header).filter(|message| !message.parts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_the_same_however_it_is_cut_and_ends_at_the_empty_line() {
        let source =
            b"X: y\r\nSubject : Hi\r\n  there\r\nContent-type:text/plain\nSUBJECT: Ho\n\r\nSubject: no\r\nbody";
        let (whole, body) = Head::of(source);
        assert_eq!(whole.header(), b"Subject: Ho\r\nContent-Type:text/plain\r\n\r\n");
        assert_eq!(&source[body..], b"Subject: no\r\nbody");
        for size in 1..source.len() {
            let mut head = Head::default();
            source.chunks(size).for_each(|chunk| head.push(chunk));
            assert_eq!(
                head.into_message(),
                Some([whole.header(), source[body..].to_vec()].concat()),
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn fields_without_end_cost_no_more_than_their_bound() {
        let mut head = Head::default();
        for _ in 0..1000 {
            head.push(&b"Subject: ".repeat(1000));
            head.push(b"\r\n ");
            head.push(&b"X-Other: y\r\n".repeat(1000));
        }
        head.push(b"\r\n");
        head.push(&[b'x'; 1 << 20]);
        assert!(head.into_message().unwrap().len() <= MAX_FIELD + MAX_BODY + 16);
    }

    #[test]
    fn white_space_alone_goes_on_with_a_field_and_lines_without_a_colon_are_none() {
        let (head, body) = Head::of(b"From me on Monday\nFrom: a\n \n b\n\nx");
        assert_eq!((head.header().as_slice(), body), (b"From: a\n \n b\r\n\r\n".as_slice(), 32));
        assert!(head.has_fields() && !Head::of(b"none at all\r\n\r\n:").0.has_fields());
    }
}
