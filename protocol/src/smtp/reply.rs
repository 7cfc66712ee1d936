//! Replies: a code of three digits, perhaps an enhanced status code, and text, in one line or several (RFC 5321, section
//! 4.2; RFC 2034; RFC 3463).
//!
//! Not here: which of them a command expects (`session`).

use std::fmt;

use crate::text::readable;

/// A reply's code: three digits, of which the first is its class (RFC 5321, section 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// What a code's first digit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 2: done.
    Done,
    /// 3: go on.
    GoOn,
    /// 4: not now; the same may work later.
    Transient,
    /// 5: not this way, now or later.
    Permanent,
}

impl Code {
    /// The number, 200 to 599.
    pub fn value(self) -> u16 {
        self.0
    }

    /// What its first digit means.
    pub fn class(self) -> Class {
        match self.0 / 100 {
            2 => Class::Done,
            3 => Class::GoOn,
            4 => Class::Transient,
            _ => Class::Permanent,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An enhanced status code, such as 5.1.1 (RFC 3463, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u8,
    /// What it is about: 1 addresses, 2 mailboxes, 3 the mail system, 4 the network, 5 the protocol, 6 the content, 7 policy.
    pub subject: u16,
    /// Which of them.
    pub detail: u16,
}

impl Enhanced {
    /// Subject and detail, which mean the same with 4 and 5 in front.
    pub fn topic(self) -> (u16, u16) {
        (self.subject, self.detail)
    }

    /// A code at the start of a text, and what is behind it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let end = text.find([' ', '\t']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let mut numbers = word.split('.');
        // RFC 3463, section 2: up to three digits each.
        let mut number = || -> Option<u16> {
            let digits = numbers.next()?;
            let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { digits.parse().ok() } else { None }
        };
        let (class, subject, detail) = (number()?, number()?, number()?);
        if numbers.next().is_some() || !matches!(class, 2 | 4 | 5) {
            return None;
        }
        Some((Self { class: u8::try_from(class).ok()?, subject, detail }, rest.trim_ascii_start()))
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    /// Its code.
    pub code: Code,
    /// Its enhanced status code. It is read whether or not ENHANCEDSTATUSCODES is announced, for servers use it
    /// unannounced; only one of the reply's own class counts.
    pub enhanced: Option<Enhanced>,
    /// Its text, lines parted by line feeds, without the codes; may be empty, and hold any character.
    pub text: String,
}

impl Reply {
    /// The reply of these lines' texts.
    pub(super) fn new(code: Code, lines: &[Vec<u8>]) -> Self {
        let class = u8::try_from(code.0 / 100).unwrap_or_default();
        let mut enhanced = None;
        let mut text = String::new();
        for line in lines {
            let line = readable(line.trim_ascii());
            // RFC 2034, section 4: the same code stands in each line.
            let rest = match Enhanced::read(&line) {
                Some((found, rest)) if found.class == class => {
                    enhanced.get_or_insert(found);
                    rest
                }
                _ => &line,
            };
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(rest);
        }
        Self { code, enhanced, text }
    }
}

/// A line of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) code: Code,
    /// More lines follow.
    pub(super) goes_on: bool,
    /// What is behind the separator.
    pub(super) text: &'a [u8],
    /// Something else than a space or a hyphen stood behind the code.
    pub(super) odd_separator: bool,
}

impl<'a> Line<'a> {
    /// Reads a line without its line end; `None` where it is none of a reply.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let (digits, rest) = line.split_at_checked(3)?;
        // RFC 5321, section 4.2.
        if !matches!(digits, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
            return None;
        }
        let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        let (goes_on, text, odd_separator) = match rest.split_first() {
            // RFC 5321, section 4.2: a client has to take a code without a text.
            None => (false, rest, false),
            Some((b'-', text)) => (true, text, false),
            Some((b' ', text)) => (false, text, false),
            Some((b'\t', text)) => (false, text, true),
            Some(_) => return None,
        };
        Some(Self { code: Code(code), goes_on, text, odd_separator })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_code_a_separator_and_a_text() {
        let read = |line: &'static str| {
            Line::read(line.as_bytes()).map(|line| (line.code.value(), line.goes_on, line.text, line.odd_separator))
        };
        assert_eq!(read("250 ok"), Some((250, false, &b"ok"[..], false)));
        assert_eq!(read("250-SIZE"), Some((250, true, &b"SIZE"[..], false)));
        assert_eq!(read("250"), Some((250, false, &b""[..], false)));
        assert_eq!(read("250-"), Some((250, true, &b""[..], false)));
        assert_eq!(read("250\tok"), Some((250, false, &b"ok"[..], true)));
        for line in
            ["", "25", "25x ok", "150 ok", "650 ok", "2500 ok", "250_ok", "+OK ready", "HTTP/1.1 400", " 250 ok"]
        {
            assert_eq!(Line::read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn enhanced_codes_are_read_and_cut_off_where_they_belong_to_the_reply() {
        let read = |code: u16, lines: &[&str]| {
            let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
            let reply = Reply::new(Code(code), &lines);
            (reply.enhanced.map(|code| code.to_string()), reply.text)
        };
        let some = |code: &str, text: &str| (Some(code.to_owned()), text.to_owned());
        assert_eq!(read(550, &["5.1.1 no such user"]), some("5.1.1", "no such user"));
        assert_eq!(read(550, &["5.1.1"]), some("5.1.1", ""));
        assert_eq!(read(550, &["5.7.509 a", "5.7.509 b", "c"]), some("5.7.509", "a\nb\nc"));
        for text in
            ["4.1.1 x", "2.0.0 x", "5.1 x", "5.1.1.1 x", "5.1.1234 x", "5..1 x", "5.1.x x", "5.1.1: x", "no 5.1.1"]
        {
            assert_eq!(read(550, &[text]), (None, text.to_owned()));
        }
    }
}
