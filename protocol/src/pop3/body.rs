//! The decoder of bodies: finds the end of a message and takes the doubled dots out (RFC 1939, section 3).
//!
//! It works in place: the octets of a message are moved left over the dots that were taken out, and not at all where
//! there are none. Octets that cannot be judged yet (a dot at the end of the input, say) stay unread.
//!
//! A message holds what its sender wrote, and only CRLF `.` CRLF cannot be written into it. So while other answers are
//! expected behind a body, nothing else ends it, and where something else may have ended it the decoder gives up. With
//! nothing expected behind, silence may end a body in other ways that real servers have. Not here: limits, events, time.

use memchr::memchr_iter;

/// Reads one body. The session has its own; this one is for whoever has the octets in hand, a benchmark say.
#[derive(Debug, Clone)]
pub struct Decoder {
    at: At,
    octets: u64,
    /// Octets that should come out, where the caller was told.
    expected: Option<u64>,
    /// The server ends its lines by LF alone.
    lf: bool,
    /// The last three octets that came out.
    tail: [u8; 3],
    /// Where a dot stands that had been doubled: the last one.
    doubled: Option<u64>,
    /// A line ended in CRLF.
    crlf: bool,
    /// A terminator that may as well be content: decided already that it is content.
    passed: bool,
    unstuffed: bool,
    ended: Ended,
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
    /// What is known of the body's end.
    pub found: Found,
}

/// What is known of a body's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It has not come.
    More,
    /// The body has ended.
    End,
    /// With [`Behind::Answers`]: a line starts with a dot that was not doubled. Whoever does not double dots ends
    /// messages where their senders want.
    DotNotDoubled,
    /// With [`Behind::Answers`]: what follows is the next answer, or content that looks like one.
    Unsure,
}

/// What stands behind the input of [`Decoder::decode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// More of this body; behind the body, nothing that was asked for.
    Body,
    /// More of this body; behind the body, answers to other commands.
    Answers,
    /// Nothing, now or ever, and nothing was asked for: what is in doubt has to be decided as an end.
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
            lf: false,
            tail: *b"\n\r\n",
            doubled: None,
            crlf: false,
            passed: false,
            unstuffed: false,
            ended: Ended::Properly,
        }
    }

    /// For a server that ends its own lines by LF alone: a body's lines end so too, and its dots are doubled there.
    pub fn with_bare_lf(self) -> Self {
        Self { lf: true, ..self }
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

    /// Whether a line of the body ended in CRLF.
    pub fn has_crlf(&self) -> bool {
        self.crlf
    }

    /// How the body ended.
    pub fn ended(&self) -> Ended {
        self.ended
    }

    /// Reads on. The body's octets end up at the start of `input`.
    pub fn decode(&mut self, input: &mut [u8], behind: Behind) -> Decoded {
        // input[..out] is decoded, input[out..from] is garbage, input[from..] is yet to be read.
        let (mut out, mut from) = (0, 0);
        let mut found = Found::More;
        while from < input.len() {
            match self.judge(&input[from..], behind) {
                Verdict::Keep => {}
                Verdict::Drop => {
                    self.doubled = Some(self.octets);
                    from += 1;
                }
                Verdict::Wait => break,
                Verdict::End(octets) => {
                    from += octets;
                    found = Found::End;
                    break;
                }
                Verdict::GiveUp(why) => {
                    found = why;
                    break;
                }
            }
            let run = self.run(&input[from..], behind);
            if out != from {
                input.copy_within(from..from + run, out);
            }
            self.take(&input[out..out + run]);
            out += run;
            from += run;
        }
        Decoded { consumed: from, produced: out, found }
    }

    /// What the first octet of `input` is.
    fn judge(&mut self, input: &[u8], behind: Behind) -> Verdict {
        match self.at {
            At::LineStart if input[0] == b'.' => self.at_dot(input, behind),
            At::LineStart if behind == Behind::Answers && self.may_follow_a_terminator() => at_status(input),
            At::Middle if self.is_complete() && !self.passed => {
                let verdict = self.glued(input, behind);
                self.passed = matches!(verdict, Verdict::Keep);
                verdict
            }
            _ => Verdict::Keep,
        }
    }

    /// Octets that can be taken as they are: up to the next line that has to be judged, or up to the octet where LIST
    /// said that the body ends.
    fn run(&mut self, input: &[u8], behind: Behind) -> usize {
        let left = self.expected.map_or(u64::MAX, |expected| expected.saturating_sub(self.octets));
        let left = if left == 0 { usize::MAX } else { usize::try_from(left).unwrap_or(usize::MAX) };
        let end = input.len().min(left);
        for at in memchr_iter(b'\n', &input[..end]) {
            let before = if at == 0 { self.tail[2] } else { input[at - 1] };
            self.crlf |= before == b'\r';
            match input[..end].get(at + 1) {
                Some(b'.') => return at + 1,
                Some(b'+' | b'-') if behind == Behind::Answers => return at + 1,
                _ => {}
            }
        }
        end
    }

    /// Notes octets that came out.
    fn take(&mut self, run: &[u8]) {
        let [_, second, third] = self.tail;
        self.tail = match *run {
            [] => return,
            [one] => [second, third, one],
            [one, two] => [third, one, two],
            [.., one, two, three] => [one, two, three],
        };
        self.octets += run.len() as u64;
        self.at = if self.tail[2] == b'\n' { At::LineStart } else { At::Middle };
    }

    fn is_complete(&self) -> bool {
        self.expected == Some(self.octets)
    }

    fn is_behind_crlf(&self) -> bool {
        self.tail[1..] == *b"\r\n"
    }

    /// Whether the last octets look like a terminator that is none of the standard's: a dot at the end of a line. One that
    /// was doubled is content.
    fn may_follow_a_terminator(&self) -> bool {
        let back = match self.tail {
            [b'.', b'\r', b'\n'] => 3,
            [_, b'.', b'\n'] => 2,
            _ => return false,
        };
        self.octets.checked_sub(back).is_some_and(|dot| self.doubled != Some(dot))
    }

    /// Judges a dot at the start of a line.
    fn at_dot(&mut self, input: &[u8], behind: Behind) -> Verdict {
        let is_crlf = self.is_behind_crlf();
        if !is_crlf && !self.lf {
            // To the standard this is no start of a line (RFC 1939, section 3): no dot was added here.
            return self.perhaps_the_end(input, behind);
        }
        match dot(input) {
            Dot::Doubled => Verdict::Drop,
            Dot::End(octets, true) if is_crlf => Verdict::End(octets),
            Dot::End(octets, _) if self.lf => {
                self.ended = Ended::BareLf;
                Verdict::End(octets)
            }
            Dot::Unknown if behind != Behind::Nothing || !self.is_complete() => Verdict::Wait,
            _ if behind == Behind::Answers => Verdict::GiveUp(Found::DotNotDoubled),
            // A server that does not double its dots, or ends messages in its own way.
            Dot::End(..) | Dot::Unknown => {
                let verdict = self.perhaps_the_end(input, behind);
                self.unstuffed |= matches!(verdict, Verdict::Keep);
                verdict
            }
            Dot::Content => {
                self.unstuffed = true;
                Verdict::Keep
            }
        }
    }

    /// Judges a dot that ends the body if nothing follows.
    fn perhaps_the_end(&mut self, input: &[u8], behind: Behind) -> Verdict {
        let is_last = behind == Behind::Nothing;
        match dot(input) {
            Dot::Doubled | Dot::Content => Verdict::Keep,
            Dot::End(octets, _) if input.len() > octets => Verdict::Keep,
            Dot::End(..) if is_last => {
                self.ended = Ended::BareLf;
                Verdict::End(input.len())
            }
            Dot::Unknown if is_last && self.is_complete() => {
                self.ended = Ended::BareLf;
                Verdict::End(input.len())
            }
            Dot::End(..) | Dot::Unknown => Verdict::Wait,
        }
    }

    /// Judges what stands in the middle of a line where LIST said that the body ends.
    fn glued(&mut self, input: &[u8], behind: Behind) -> Verdict {
        if input[0] != b'.' {
            return Verdict::Keep;
        }
        match dot(input) {
            Dot::End(octets, true) if input.len() == octets && behind == Behind::Nothing => {
                self.ended = Ended::Glued;
                Verdict::End(octets)
            }
            Dot::End(octets, true) if input.len() == octets => Verdict::Wait,
            Dot::Unknown if behind != Behind::Nothing => Verdict::Wait,
            _ => Verdict::Keep,
        }
    }
}

/// What to do at an octet.
enum Verdict {
    /// The body ends; so many octets belong to the terminator.
    End(usize),
    /// The octet is left out.
    Drop,
    /// The octet is content.
    Keep,
    /// More input decides.
    Wait,
    /// Nothing decides.
    GiveUp(Found),
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

/// Judges a line behind what may have been the end: it may be the next answer.
fn at_status(input: &[u8]) -> Verdict {
    let words = [&b"+OK"[..], b"-ERR"];
    if words.iter().any(|word| input.starts_with(word)) {
        Verdict::GiveUp(Found::Unsure)
    } else if words.iter().any(|word| word.starts_with(input)) {
        Verdict::Wait
    } else {
        Verdict::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct All {
        body: Vec<u8>,
        consumed: usize,
        found: Found,
        ended: Ended,
    }

    /// Decodes in pieces of this size; whole where 0.
    fn decode(mut decoder: Decoder, wire: &[u8], size: usize, behind: Behind) -> All {
        let mut all = All { body: Vec::new(), consumed: 0, found: Found::More, ended: Ended::Properly };
        let mut held = Vec::new();
        for piece in wire.chunks(if size == 0 { wire.len().max(1) } else { size }) {
            held.extend_from_slice(piece);
            let decoded = decoder.decode(&mut held, behind);
            all.body.extend_from_slice(&held[..decoded.produced]);
            all.consumed += decoded.consumed;
            held.drain(..decoded.consumed);
            all.found = decoded.found;
            if decoded.found != Found::More {
                break;
            }
        }
        assert_eq!(decoder.octets(), all.body.len() as u64);
        all.ended = decoder.ended();
        all
    }

    #[test]
    fn a_body_comes_out_the_same_in_pieces_of_any_size() {
        for (wire, body) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (b"..\r\n.\r\n", b".\r\n"),
            (b"...\r\n..a\r\n\r\n.\r\n", b"..\r\n.a\r\n\r\n"),
            (b"\r\r\n.\r\n", b"\r\r\n"),
            // Behind a bare LF, no line starts: the dot is the message's own, and so is what looks like an end.
            (b"a\n.x\n..y\r\n.\r\n", b"a\n.x\n..y\r\n"),
            (b"a\n.\r\nb\n.\nc\r\n.\r\n", b"a\n.\r\nb\n.\nc\r\n"),
            // A dot that was doubled is content, whatever follows it.
            (b"a\r\n..\r\n+OK\r\n.\r\n", b"a\r\n.\r\n+OK\r\n"),
        ] {
            for behind in [Behind::Body, Behind::Answers] {
                for size in 0..=wire.len() {
                    let all = decode(Decoder::new(None), wire, size, behind);
                    let all = (all.body, all.consumed, all.found, all.ended);
                    assert_eq!(all, (body.into(), wire.len(), Found::End, Ended::Properly), "{size}: {wire:?}");
                }
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_left_alone() {
        let all = decode(Decoder::new(None), b"text\r\n.\r\n+OK next\r\n", 0, Behind::Answers);
        assert_eq!((all.body, all.consumed), (b"text\r\n".into(), 9));
    }

    #[test]
    fn with_answers_behind_a_doubtful_end_is_none_and_what_may_be_an_answer_gives_up() {
        for (wire, body, found) in [
            (&b"x\n.\r\nmore\r\n"[..], &b"x\n.\r\nmore\r\n"[..], Found::More),
            (b"x\n.\r\n", b"x\n", Found::More),
            (b"x\n.\r\n+OK 1\r\n", b"x\n.\r\n", Found::Unsure),
            (b"x\n.\n-ERR\r\n", b"x\n.\n", Found::Unsure),
            (b"text.\r\n+OK", b"text.\r\n", Found::Unsure),
            (b"text.\r\n+O, no", b"text.\r\n+O, no", Found::More),
            (b"x\r\n.\n", b"x\r\n", Found::DotNotDoubled),
            (b"x\r\n.y", b"x\r\n", Found::DotNotDoubled),
        ] {
            for (expected, size) in [None, Some(1), Some(2), Some(4), Some(9)].into_iter().zip(0..) {
                let all = decode(Decoder::new(expected), wire, size, Behind::Answers);
                assert_eq!((all.body, all.found), (body.into(), found), "{size}: {wire:?}");
            }
        }
    }

    #[test]
    fn with_nothing_behind_only_silence_ends_a_body_in_another_way() {
        for (wire, body, ended, expected) in [
            (&b"one\r\ntwo\n.\r\n"[..], &b"one\r\ntwo\n"[..], Ended::BareLf, None),
            (b"one\ntwo\n.\n", b"one\ntwo\n", Ended::BareLf, None),
            (b"one\r\n.\n", b"one\r\n", Ended::BareLf, None),
            (b"text.\r\n", b"text", Ended::Glued, Some(4)),
        ] {
            for size in 0..wire.len() {
                let mut decoder = Decoder::new(expected);
                let mut held = Vec::new();
                let mut came = Vec::new();
                for piece in wire.chunks(if size == 0 { wire.len() } else { size }) {
                    held.extend_from_slice(piece);
                    let decoded = decoder.decode(&mut held, Behind::Body);
                    assert_eq!(decoded.found, Found::More);
                    came.extend_from_slice(&held[..decoded.produced]);
                    held.drain(..decoded.consumed);
                }
                let (mut goes_on, mut more) = (decoder.clone(), [&held[..], b"more\r\n.\r\n"].concat());
                assert_eq!(goes_on.decode(&mut more, Behind::Body).found, Found::End);
                assert_eq!(goes_on.octets(), wire.len() as u64 + 6);
                assert_eq!(decoder.decode(&mut held, Behind::Nothing).found, Found::End);
                assert_eq!((&came[..], decoder.ended()), (body, ended), "{size}: {wire:?}");
            }
        }
    }

    #[test]
    fn a_server_whose_own_lines_end_in_lf_doubles_dots_and_ends_bodies_there() {
        let wire = b"a\n..b\n.\n";
        for size in 0..wire.len() {
            let all = decode(Decoder::new(None).with_bare_lf(), wire, size, Behind::Body);
            assert_eq!((all.body, all.found, all.ended), (b"a\n.b\n".into(), Found::End, Ended::BareLf));
        }
    }
}
