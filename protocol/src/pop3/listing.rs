//! Lines of answers that hold numbers: STAT, LIST, UIDL, LAST.
//!
//! Not here: in which order they come and what is missing between them (`session`).

use super::reply::excerpt;
use super::{Fault, MessageNumber, Uid};

/// A line of a listing, or the one line that answers a question about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item<T> {
    pub(super) number: MessageNumber,
    pub(super) value: T,
    /// More than one space, or a tab, between the words or around them.
    pub(super) extra_spaces: bool,
}

/// Which number an answer is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum About {
    /// The line says it.
    Any,
    /// The one that was asked for; a server may leave it out.
    One(MessageNumber),
}

/// STAT's answer: messages and octets. What follows them is ignored (RFC 1939, section 5).
pub(super) fn stat(text: &[u8]) -> Result<(u32, u64, bool), Fault> {
    let (first, rest) = word(text);
    let (second, _) = word(rest);
    let messages = digits(first).map_err(|bad| bad.fault(text, Fault::BadStat))?;
    let octets = size(second).map_err(|bad| bad.fault(text, Fault::BadStat))?;
    let messages = u32::try_from(messages).map_err(|_| Fault::NumberTooLarge { excerpt: excerpt(text) })?;
    Ok((messages, octets, has_extra_spaces(text)))
}

/// LAST's answer: a message number, or 0 for none.
pub(super) fn last(text: &[u8]) -> Result<Option<MessageNumber>, Fault> {
    let number = digits(word(text).0).map_err(|bad| bad.fault(text, Fault::BadLast))?;
    let number = u32::try_from(number).map_err(|_| Fault::NumberTooLarge { excerpt: excerpt(text) })?;
    Ok(MessageNumber::new(number))
}

/// A line of LIST: number and octets. `Err(None)` where the number was left out.
pub(super) fn list(line: &[u8], about: About) -> Result<(Item<u64>, bool), Fault> {
    let (first, rest) = word(line);
    let (second, _) = word(rest);
    let extra_spaces = has_extra_spaces(line);
    if let (About::One(number), true) =
        (about, second.is_empty() || digits(second).is_err() && !second.starts_with(b"-"))
    {
        let value = size(first).map_err(|bad| bad.listing(line))?;
        return Ok((Item { number, value, extra_spaces }, true));
    }
    let number = number(first, line, about)?;
    let value = size(second).map_err(|bad| bad.listing(line))?;
    Ok((Item { number, value, extra_spaces }, false))
}

/// A line of UIDL: number and unique-id, which may be empty or have spaces in it. The flag says that the number was
/// left out.
pub(super) fn uidl(line: &[u8], about: About) -> Result<(Item<Option<Uid>>, bool), Fault> {
    let extra_spaces = has_extra_spaces(line);
    let (first, rest) = word(line);
    if let About::One(number) = about {
        let is_number =
            digits(first).is_ok() && (!rest.trim_ascii().is_empty() || digits(first) == Ok(number.value().into()));
        if !is_number {
            return Ok((Item { number, value: Uid::new(line.trim_ascii()), extra_spaces }, true));
        }
    }
    let number = number(first, line, about)?;
    Ok((Item { number, value: Uid::new(rest.trim_ascii()), extra_spaces }, false))
}

fn number(first: &[u8], line: &[u8], about: About) -> Result<MessageNumber, Fault> {
    let number = digits(first).map_err(|bad| bad.listing(line))?;
    let number = u32::try_from(number).map_err(|_| Fault::NumberTooLarge { excerpt: excerpt(line) })?;
    let number = MessageNumber::new(number).ok_or_else(|| Bad::NoNumber.listing(line))?;
    match about {
        // An answer about another message: the answers do not belong to the questions any more.
        About::One(asked) if asked != number => Err(Bad::NoNumber.listing(line)),
        _ => Ok(number),
    }
}

/// The first word, and what follows it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    text.split_at(text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len()))
}

fn has_extra_spaces(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_whitespace)
        || line.last().is_some_and(u8::is_ascii_whitespace)
        || line.contains(&b'\t')
        || memchr::memmem::find(line, b"  ").is_some()
}

/// Why some octets are no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bad {
    NoNumber,
    TooLarge,
}

impl Bad {
    fn fault(self, line: &[u8], otherwise: Fault) -> Fault {
        match self {
            Self::NoNumber => otherwise,
            Self::TooLarge => Fault::NumberTooLarge { excerpt: excerpt(line) },
        }
    }

    fn listing(self, line: &[u8]) -> Fault {
        self.fault(line, Fault::BadListing { excerpt: excerpt(line) })
    }
}

/// A size in octets. Servers that keep it in 32 bits with a sign show sizes from 2 GiB as negative.
fn size(word: &[u8]) -> Result<u64, Bad> {
    match word {
        [b'-', rest @ ..] => match digits(rest)? {
            below @ 1..=0x8000_0000 => Ok((1 << 32) - below),
            _ => Err(Bad::TooLarge),
        },
        _ => digits(word),
    }
}

fn digits(word: &[u8]) -> Result<u64, Bad> {
    if word.is_empty() || !word.iter().all(u8::is_ascii_digit) {
        return Err(Bad::NoNumber);
    }
    word.iter()
        .try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .ok_or(Bad::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: u32) -> MessageNumber {
        MessageNumber::new(number).unwrap()
    }

    #[test]
    fn stat_takes_two_numbers_and_ignores_the_rest() {
        assert_eq!(stat(b"2 320").unwrap(), (2, 320, false));
        assert_eq!(stat(b" 2\t320 messages").unwrap(), (2, 320, true));
        assert_eq!(stat(b"2"), Err(Fault::BadStat));
        assert_eq!(stat(b"two 320"), Err(Fault::BadStat));
        assert_eq!(stat(b"2 -2").unwrap().1, 4_294_967_294);
        for huge in [&b"4294967296 1"[..], b"1 99999999999999999999"] {
            assert!(matches!(stat(huge), Err(Fault::NumberTooLarge { .. })));
        }
    }

    #[test]
    fn a_line_of_list_has_a_number_and_a_size() {
        let item = |extra_spaces, value| Item { number: at(7), value, extra_spaces };
        assert_eq!(list(b"7 120", About::Any).unwrap(), (item(false, 120), false));
        assert_eq!(list(b"7  120 x", About::Any).unwrap(), (item(true, 120), false));
        assert_eq!(list(b"120", About::One(at(7))).unwrap(), (item(false, 120), true));
        assert_eq!(list(b"120 octets", About::One(at(7))).unwrap(), (item(false, 120), true));
        for bad in [&b""[..], b"7", b"x 1", b"0 5", b"7 x", b"-1 5"] {
            assert!(matches!(list(bad, About::Any), Err(Fault::BadListing { .. })), "{bad:?}");
        }
        assert!(list(b"8 120", About::One(at(7))).is_err());
    }

    #[test]
    fn a_unique_id_is_kept_byte_for_byte() {
        let read = |line: &[u8]| uidl(line, About::Any).unwrap().0.value;
        assert_eq!(read(b"7 abc"), Uid::new(b"abc"));
        assert_eq!(read(b"7 a b  c"), Uid::new(b"a b  c"));
        assert_eq!(read(b"7 \xff\x80"), Uid::new(b"\xff\x80"));
        assert_eq!(read(b"7"), None);
        assert_eq!(read(b"7  "), None);
        assert_eq!(read(&[b"7 ".as_slice(), &[b'x'; 500]].concat()), Uid::new(&[b'x'; 500]));
    }

    #[test]
    fn the_answer_about_one_message_may_lack_its_number() {
        let read = |line: &[u8]| uidl(line, About::One(at(7))).map(|(item, missing)| (item.value.unwrap(), missing));
        assert_eq!(read(b"7 abc"), Ok((Uid::new(b"abc").unwrap(), false)));
        assert_eq!(read(b"abc"), Ok((Uid::new(b"abc").unwrap(), true)));
        assert_eq!(read(b"abc def"), Ok((Uid::new(b"abc def").unwrap(), true)));
        assert_eq!(read(b"1234"), Ok((Uid::new(b"1234").unwrap(), true)));
        assert!(read(b"8 abc").is_err());
        assert_eq!(uidl(b"7", About::One(at(7))).unwrap().0.value, None);
    }
}
