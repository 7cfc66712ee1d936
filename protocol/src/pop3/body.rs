//! The decoder of bodies: finds the end of a message and takes the doubled dots out (RFC 1939, section 3).
//!
//! It works in place: the octets of a message are moved left over the dots that were taken out, and not at all where
//! there are none. Octets that cannot be judged yet (a dot at the end of the input, say) stay unread.
//!
//! Real servers end bodies in more ways than one. Only CRLF `.` CRLF ends one beyond doubt; the others are held against
//! what is known: how the body's lines end, and how many octets LIST told. Not here: limits, events.

use memchr::{memchr, memmem};

/// Reads one body. The session has its own; this one is for whoever has the octets in hand, a benchmark say.
#[derive(Debug, Clone)]
pub struct Decoder {
    at: At,
    octets: u64,
    /// Octets that should come out, where the caller was told.
    expected: Option<u64>,
    /// The last two octets that came out.
    tail: [u8; 2],
    /// Whether the body's first line ends in CRLF; `None` until it ended.
    crlf: Option<bool>,
    /// A terminator that may as well be content: decided already that it is content.
    passed: bool,
    unstuffed: bool,
    ended: Ended,
    finder: memmem::Finder<'static>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Middle,
}

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By CRLF `.` CRLF, or not yet.
    Properly,
    /// With LF for CRLF.
    BareLf,
    /// By a `.` right behind a last line without its line end.
    Glued,
}

/// What a call of [`Decoder::decode`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    /// Octets of the input that are done with; the rest has to come again, with more behind it.
    pub consumed: usize,
    /// Octets of the body, now at the start of the input.
    pub produced: usize,
    /// The body has ended.
    pub end: bool,
}

/// What stands behind the input of [`Decoder::decode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// More of this body; behind the body, nothing that was asked for.
    Body,
    /// More of this body; behind the body, answers to other commands.
    Answers,
    /// Nothing, now or ever: what is in doubt has to be decided as an end.
    Nothing,
}

/// What follows a dot.
enum Dot {
    /// The end, with CRLF or LF; octets including the dot.
    End(usize, bool),
    /// A doubled dot.
    Doubled,
    /// Anything else.
    Content,
    /// Not known yet.
    Unknown,
}

impl Decoder {
    /// A decoder at the start of a body, of so many octets where LIST told.
    pub fn new(expected: Option<u64>) -> Self {
        Self {
            at: At::LineStart,
            octets: 0,
            expected,
            tail: *b"\r\n",
            crlf: None,
            passed: false,
            unstuffed: false,
            ended: Ended::Properly,
            finder: memmem::Finder::new(b"\n."),
        }
    }

    /// Octets that came out so far.
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether the body turned out to have another size than LIST told.
    pub fn has_wrong_size(&self) -> bool {
        self.expected.is_some_and(|expected| expected != self.octets)
    }

    /// Whether a line started with a dot that was not doubled.
    pub fn has_unstuffed_dots(&self) -> bool {
        self.unstuffed
    }

    /// How the body ended.
    pub fn ended(&self) -> Ended {
        self.ended
    }

    /// Reads on. The body's octets end up at the start of `input`.
    pub fn decode(&mut self, input: &mut [u8], behind: Behind) -> Decoded {
        // input[..out] is decoded, input[out..from] is garbage, input[from..] is yet to be read.
        let (mut out, mut from) = (0, 0);
        let mut end = false;
        while from < input.len() {
            let skip = match self.at {
                At::LineStart if input[from] == b'.' => match self.at_dot(&input[from..], behind) {
                    Verdict::End(octets) => {
                        from += octets;
                        end = true;
                        break;
                    }
                    Verdict::Wait => break,
                    Verdict::Drop => 1,
                    Verdict::Keep => 0,
                },
                At::Middle if self.is_complete() && !self.passed => match self.glued(&input[from..], behind) {
                    Verdict::End(octets) => {
                        from += octets;
                        end = true;
                        break;
                    }
                    Verdict::Wait => break,
                    Verdict::Keep | Verdict::Drop => {
                        self.passed = true;
                        0
                    }
                },
                _ => 0,
            };
            from += skip;
            let run = self.run(&input[from..]);
            if out != from {
                input.copy_within(from..from + run, out);
            }
            self.take(&input[out..out + run]);
            out += run;
            from += run;
        }
        Decoded { consumed: from, produced: out, end }
    }

    /// Octets that can be taken as they are: up to the next line that starts with a dot, or up to the octet where LIST
    /// said that the body ends.
    fn run(&self, input: &[u8]) -> usize {
        let whole = self.finder.find(input).map_or(input.len(), |at| at + 1);
        let left = self.expected.map_or(u64::MAX, |expected| expected.saturating_sub(self.octets));
        if left == 0 { whole } else { usize::try_from(left).map_or(whole, |left| whole.min(left)) }
    }

    /// Notes octets that came out.
    fn take(&mut self, run: &[u8]) {
        if self.crlf.is_none()
            && let Some(at) = memchr(b'\n', run)
        {
            let before = if at == 0 { self.tail[1] } else { run[at - 1] };
            self.crlf = Some(before == b'\r');
        }
        match *run {
            [] => return,
            [one] => self.tail = [self.tail[1], one],
            [.., before, last] => self.tail = [before, last],
        }
        self.octets += run.len() as u64;
        self.at = if self.tail[1] == b'\n' { At::LineStart } else { At::Middle };
    }

    fn is_complete(&self) -> bool {
        self.expected == Some(self.octets)
    }

    /// Judges a dot at the start of a line.
    fn at_dot(&mut self, input: &[u8], behind: Behind) -> Verdict {
        let last = behind == Behind::Nothing;
        let (octets, crlf) = match dot(input) {
            Dot::Doubled => return Verdict::Drop,
            // A server that does not double its dots: the dot belongs to the message.
            Dot::Content => {
                self.unstuffed = true;
                return Verdict::Keep;
            }
            Dot::Unknown if last && input == b"." => (1, false),
            Dot::Unknown if last && input == b".\r" => (2, false),
            Dot::Unknown => return Verdict::Wait,
            Dot::End(octets, crlf) => (octets, crlf),
        };
        if crlf && self.tail == *b"\r\n" {
            return Verdict::End(octets);
        }
        // LF somewhere. Where all lines end so, or as many octets came as LIST told, it is the end. Otherwise a message
        // that holds such a line would end here, and whoever wrote it could forge the answers that follow: so it is
        // content, unless nothing follows.
        let end = self.crlf != Some(true) || self.expected.is_none_or(|expected| self.octets >= expected) || last;
        if end {
            self.ended = Ended::BareLf;
            Verdict::End(octets)
        } else if input.len() > octets {
            Verdict::Keep
        } else {
            Verdict::Wait
        }
    }

    /// Judges what stands in the middle of a line where LIST said that the body ends.
    fn glued(&mut self, input: &[u8], behind: Behind) -> Verdict {
        let (last, followed) = (behind == Behind::Nothing, behind == Behind::Answers);
        let octets = match dot(input) {
            _ if input[0] != b'.' => return Verdict::Keep,
            Dot::End(octets, true) => octets,
            Dot::Unknown if !last => return Verdict::Wait,
            _ => return Verdict::Keep,
        };
        let rest = &input[octets..];
        let status = [&b"+OK"[..], b"-ERR"];
        let is_end = followed && status.iter().any(|word| rest.starts_with(word));
        if is_end || (last && rest.is_empty()) {
            self.ended = Ended::Glued;
            Verdict::End(octets)
        } else if rest.is_empty() || (followed && status.iter().any(|word| word.starts_with(rest))) {
            Verdict::Wait
        } else {
            Verdict::Keep
        }
    }
}

/// What to do at a dot.
enum Verdict {
    /// The body ends; so many octets belong to the terminator.
    End(usize),
    /// The octet is left out.
    Drop,
    /// The octet is content.
    Keep,
    /// More input decides.
    Wait,
}

/// What the dot at the start of `input` is.
fn dot(input: &[u8]) -> Dot {
    match input.get(1..) {
        Some([b'.', ..]) => Dot::Doubled,
        Some([b'\n', ..]) => Dot::End(2, false),
        Some([b'\r', b'\n', ..]) => Dot::End(3, true),
        None | Some([] | [b'\r']) => Dot::Unknown,
        Some(_) => Dot::Content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes in pieces of this size; whole where 0.
    fn decode(wire: &[u8], size: usize, expected: Option<u64>) -> (Vec<u8>, usize, Option<Ended>) {
        let mut decoder = Decoder::new(expected);
        let (mut held, mut body, mut consumed) = (Vec::new(), Vec::new(), 0);
        for piece in wire.chunks(if size == 0 { wire.len().max(1) } else { size }) {
            held.extend_from_slice(piece);
            let decoded = decoder.decode(&mut held, Behind::Body);
            body.extend_from_slice(&held[..decoded.produced]);
            consumed += decoded.consumed;
            held.drain(..decoded.consumed);
            if decoded.end {
                assert_eq!(decoder.octets(), body.len() as u64);
                return (body, consumed, Some(decoder.ended()));
            }
        }
        (body, consumed, None)
    }

    #[test]
    fn a_body_comes_out_the_same_in_pieces_of_any_size() {
        for (wire, body) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (b"..\r\n.\r\n", b".\r\n"),
            (b"...\r\n..a\r\n\r\n.\r\n", b"..\r\n.a\r\n\r\n"),
            (b"a.b\r\n. x\r\n.\r\n", b"a.b\r\n. x\r\n"),
            (b"\r\r\n.\r\n", b"\r\r\n"),
            (b".\r\r\n.\r\n", b".\r\r\n"),
        ] {
            for size in 0..=wire.len() {
                assert_eq!(
                    decode(wire, size, None),
                    (body.into(), wire.len(), Some(Ended::Properly)),
                    "{size}: {wire:?}"
                );
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_left_alone() {
        let wire = b"text\r\n.\r\n+OK next\r\n";
        assert_eq!(decode(wire, 0, None), (b"text\r\n".into(), 9, Some(Ended::Properly)));
    }

    #[test]
    fn a_doubtful_end_within_a_proper_message_is_content() {
        let wire = b"one\r\ntwo\n.\r\nthree\r\n.\r\n";
        for size in 0..wire.len() {
            let body = b"one\r\ntwo\n.\r\nthree\r\n";
            assert_eq!(decode(wire, size, Some(21)), (body.into(), wire.len(), Some(Ended::Properly)));
        }
    }

    #[test]
    fn a_doubtful_end_where_the_message_is_complete_is_the_end() {
        let wire = b"one\r\ntwo\n.\r\n";
        for size in 0..wire.len() {
            assert_eq!(decode(wire, size, Some(9)), (b"one\r\ntwo\n".into(), wire.len(), Some(Ended::BareLf)));
        }
    }

    #[test]
    fn a_glued_end_is_believed_only_when_an_answer_or_nothing_follows() {
        let mut wire = *b"text.\r\n+OK";
        let mut decoder = Decoder::new(Some(4));
        let decoded = decoder.decode(&mut wire, Behind::Answers);
        assert_eq!(decoded, Decoded { consumed: 7, produced: 4, end: true });
        assert_eq!(decoder.ended(), Ended::Glued);
        let mut wire = *b"text.\r\nmore";
        let decoded = Decoder::new(Some(4)).decode(&mut wire, Behind::Answers);
        assert_eq!(decoded, Decoded { consumed: 11, produced: 11, end: false });
        let mut wire = *b"text.\r\n";
        let decoded = Decoder::new(Some(4)).decode(&mut wire, Behind::Nothing);
        assert_eq!(decoded, Decoded { consumed: 7, produced: 4, end: true });
    }
}
