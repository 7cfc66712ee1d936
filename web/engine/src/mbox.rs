//! mboxrd, written and read: one file, a `From ` line before each message, and `>` before each line of a message that
//! looks like one, however many `>` it has. Taking one `>` away again gives every message back octet for octet, line ends
//! included; one that does not end with a line end is given one.
//!
//! No I/O: pieces in, pieces out, wherever they end.

use std::io::{self, Write};

const SEPARATOR: &[u8] = b"From ";

/// Octets of a line that are held at most before its end is seen.
const MAX_HELD: usize = 64 << 10;

/// Writes the line that goes before a message. `at`: when it came, seconds since 1970-01-01 UTC.
///
/// # Errors
/// Those of `out`.
pub fn begin(at: u64, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "From MAILER-DAEMON {}", asctime(at))
}

/// Writes a whole message: the line before it, its lines quoted, and its end. `date`: when it came, seconds since
/// 1970-01-01 UTC. `read` hands out its octets, piece by piece.
///
/// # Errors
/// Those of `read`; within, those of `out`.
pub fn write<E>(
    date: i64,
    out: &mut impl Write,
    read: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), E>,
) -> Result<io::Result<()>, E> {
    let (mut quoting, mut written) = (Quoting::default(), begin(date.max(0).unsigned_abs(), out));
    read(&mut |octets| {
        if written.is_ok() {
            written = quoting.write(octets, out);
        }
    })?;
    Ok(written.and_then(|()| quoting.end(out)))
}

/// Quotes the lines of one message.
#[derive(Debug)]
pub struct Quoting {
    /// At the start of a line: `>` seen, and octets of `From ` seen behind them. `None` further on in a line.
    prefix: Option<(u64, usize)>,
    /// The last octet was a line feed.
    ended: bool,
}

impl Default for Quoting {
    fn default() -> Self {
        Self { prefix: Some((0, 0)), ended: true }
    }
}

impl Quoting {
    /// Writes the next octets of the message.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, mut octets: &[u8], out: &mut impl Write) -> io::Result<()> {
        while let [first, rest @ ..] = octets {
            match self.prefix {
                Some((marks, 0)) if *first == b'>' => {
                    self.prefix = Some((marks + 1, 0));
                    octets = rest;
                }
                Some((marks, seen)) if *first == SEPARATOR[seen] => {
                    octets = rest;
                    self.prefix = Some((marks, seen + 1));
                    if seen + 1 == SEPARATOR.len() {
                        self.release(marks + 1, seen + 1, out)?;
                    }
                }
                Some((marks, seen)) => self.release(marks, seen, out)?,
                None => {
                    let end = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
                    out.write_all(&octets[..end])?;
                    self.ended = octets[..end].ends_with(b"\n");
                    if self.ended {
                        self.prefix = Some((0, 0));
                    }
                    octets = &octets[end..];
                }
            }
        }
        Ok(())
    }

    /// The line start is known: it goes out with so many `>`.
    fn release(&mut self, marks: u64, seen: usize, out: &mut impl Write) -> io::Result<()> {
        io::copy(&mut io::Read::take(io::repeat(b'>'), marks), out)?;
        out.write_all(&SEPARATOR[..seen])?;
        self.ended &= marks == 0 && seen == 0;
        self.prefix = None;
        Ok(())
    }

    /// Writes the end of the message, and the empty line behind it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if let Some((marks, seen)) = self.prefix {
            self.release(marks, seen, out)?;
        }
        out.write_all(if self.ended { b"\n" } else { b"\n\n" })
    }
}

/// What comes out of a file that is read.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The next octets of the message.
    Octets(&'a [u8]),
    /// The message has come to its end.
    End,
}

/// A file that is no mbox: something stands before its first `From ` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no mbox file: it does not begin with a line `From …`")]
pub struct NotMbox;

/// Takes a file apart into messages.
#[derive(Debug, Default)]
pub struct Reader {
    /// A line whose end has not come.
    held: Vec<u8>,
    /// The line that goes on began earlier, and is passed on as it comes.
    is_within_line: bool,
    /// An empty line that ends the message if a separator follows, and belongs to it otherwise.
    empty: Option<&'static [u8]>,
    is_in_message: bool,
}

impl Reader {
    /// Reads the next octets of the file.
    ///
    /// # Errors
    /// [`NotMbox`] where the file begins otherwise.
    pub fn read(&mut self, octets: &[u8], take: &mut dyn FnMut(Piece<'_>)) -> Result<(), NotMbox> {
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            let is_ended = line.ends_with(b"\n");
            if self.is_within_line {
                take(Piece::Octets(line));
                self.is_within_line = !is_ended;
                continue;
            }
            self.held.extend_from_slice(line);
            if is_ended || self.held.len() > MAX_HELD {
                let held = std::mem::take(&mut self.held);
                self.line(&held, take)?;
                self.is_within_line = !is_ended;
                self.held = held;
                self.held.clear();
            }
        }
        Ok(())
    }

    /// The file has come to its end.
    ///
    /// # Errors
    /// [`NotMbox`] where it was too short to be one.
    pub fn end(mut self, take: &mut dyn FnMut(Piece<'_>)) -> Result<(), NotMbox> {
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            self.line(&held, take)?;
        }
        if self.is_in_message {
            take(Piece::End);
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], take: &mut dyn FnMut(Piece<'_>)) -> Result<(), NotMbox> {
        if line.starts_with(SEPARATOR) && (self.empty.is_some() || !self.is_in_message) {
            if self.is_in_message {
                take(Piece::End);
            }
            (self.is_in_message, self.empty) = (true, None);
            return Ok(());
        }
        let empty = match line {
            b"\n" => Some(&b"\n"[..]),
            b"\r\n" => Some(&b"\r\n"[..]),
            _ => None,
        };
        if !self.is_in_message {
            return if empty.is_some() { Ok(()) } else { Err(NotMbox) };
        }
        if let Some(before) = self.empty.take() {
            take(Piece::Octets(before));
        }
        self.empty = empty;
        if empty.is_none() {
            let marks = line.iter().take_while(|octet| **octet == b'>').count();
            let is_quoted = marks > 0 && line[marks..].starts_with(SEPARATOR);
            take(Piece::Octets(&line[usize::from(is_quoted)..]));
        }
        Ok(())
    }
}

/// `Mon Nov 23 10:00:00 2026`, in UTC.
fn asctime(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [(&str, u64); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let week_day = DAYS[usize::try_from(days % 7).unwrap_or_default()];
    let (mut year, mut day) = (1970, days);
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = "Dec";
    for (name, length) in MONTHS {
        let length = length + u64::from(name == "Feb" && is_leap(year));
        if day < length {
            month = name;
            break;
        }
        day -= length;
    }
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{week_day} {month} {:>2} {hour:02}:{minute:02}:{second:02} {year}", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(pieces: &[&[u8]]) -> Vec<u8> {
        let (mut quoting, mut out) = (Quoting::default(), Vec::new());
        for piece in pieces {
            quoting.write(piece, &mut out).unwrap();
        }
        quoting.end(&mut out).unwrap();
        out
    }

    fn read(file: &[u8], step: usize) -> Result<Vec<Vec<u8>>, NotMbox> {
        let (mut reader, mut messages, mut message) = (Reader::default(), Vec::new(), Vec::new());
        let mut take = |piece: Piece<'_>| match piece {
            Piece::Octets(octets) => message.extend_from_slice(octets),
            Piece::End => messages.push(std::mem::take(&mut message)),
        };
        for piece in file.chunks(step) {
            reader.read(piece, &mut take)?;
        }
        reader.end(&mut take)?;
        Ok(messages)
    }

    const NASTY: &[u8] =
        b"From me\r\n>From you\r\n>>Fro\nFrom\n From x\r\n\r\n>>>From \r\n\n\nFrom a\r\n\r\nend >From x\nFrom";

    #[test]
    fn lines_that_look_like_separators_are_quoted_wherever_pieces_end() {
        let message: &[u8] = b"From me\r\n>From you\r\n>>Fro\nFrom\n From x\r\n\r\n>>>From \r\nend >From x\nFrom";
        let expected: &[u8] =
            b">From me\r\n>>From you\r\n>>Fro\nFrom\n From x\r\n\r\n>>>>From \r\nend >From x\nFrom\n\n";
        assert_eq!(quoted(&[message]), expected);
        for at in 0..message.len() {
            assert_eq!(quoted(&[&message[..at], &message[at..]]), expected, "split at {at}");
        }
        let single: Vec<&[u8]> = message.chunks(1).collect();
        assert_eq!(quoted(&single), expected);
        assert_eq!(quoted(&[b"x\r\n"]), b"x\r\n\n");
        assert_eq!(quoted(&[]), b"\n");
        assert_eq!(quoted(&[b">>"]), b">>\n\n");
    }

    #[test]
    fn what_was_written_is_read_back_octet_for_octet_wherever_pieces_end() {
        let long = [b">From ".repeat(30_000), b"x\r\n".to_vec()].concat();
        let messages = [NASTY, b"", b"\n", b"a\r\n", b"\r\n\r\n", b"no end", &long];
        let mut file = Vec::new();
        for message in messages {
            begin(0, &mut file).unwrap();
            file.extend(quoted(&[message]));
        }
        let ended = |message: &[u8]| match message {
            [.., b'\n'] | [] => message.to_vec(),
            _ => [message, b"\n"].concat(),
        };
        let expected: Vec<_> = messages.into_iter().map(ended).collect();
        for step in [1, 2, 3, 7, 1000, file.len()] {
            assert!(read(&file, step).unwrap() == expected, "in steps of {step}");
        }
    }

    #[test]
    fn a_file_of_another_kind_is_told() {
        assert_eq!(read(b"Subject: x\r\n\r\n", 4), Err(NotMbox));
        assert_eq!(read(b"", 1), Ok(Vec::new()));
        assert_eq!(read(b"\n\nFrom a\nx\n", 2), Ok(vec![b"x\n".to_vec()]));
    }

    #[test]
    fn the_separators_date_is_asctimes() {
        assert_eq!(asctime(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(asctime(951_782_400), "Tue Feb 29 00:00:00 2000");
        assert_eq!(asctime(1_795_428_000), "Mon Nov 23 10:00:00 2026");
    }
}
