//! mboxrd: one file, a `From ` line before each message, and `>` before each line of a message that looks like one,
//! however many `>` it has. Taking one `>` away again gives every message back octet for octet, line ends included.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Deliver;

const SEPARATOR: &[u8] = b"From ";

pub(crate) struct Mbox {
    file: BufWriter<File>,
    /// Where the message under way begins in the file.
    start: Option<u64>,
    quoting: Quoting,
}

impl Mbox {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: BufWriter::with_capacity(256 << 10, file), start: None, quoting: Quoting::default() })
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.start.is_none() {
            self.start = Some(self.file.stream_position()?);
            self.quoting = Quoting::default();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            writeln!(self.file, "From MAILER-DAEMON {}", asctime(now))?;
        }
        Ok(())
    }
}

impl Deliver for Mbox {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.begin()?;
        self.quoting.write(octets, &mut self.file)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.start = None;
        self.quoting.end(&mut self.file)
    }

    fn abandon(&mut self) -> io::Result<()> {
        let Some(start) = self.start.take() else { return Ok(()) };
        self.file.flush()?;
        self.file.get_ref().set_len(start)?;
        self.file.seek(SeekFrom::Start(start)).map(|_| ())
    }

    fn commit(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }
}

impl Drop for Mbox {
    fn drop(&mut self) {
        let _ = self.abandon();
    }
}

/// Quotes the lines of one message. Pieces may end anywhere.
#[derive(Debug)]
struct Quoting {
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
    fn write(&mut self, mut octets: &[u8], out: &mut impl Write) -> io::Result<()> {
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

    /// The end of the message, and the empty line behind it.
    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if let Some((marks, seen)) = self.prefix {
            self.release(marks, seen, out)?;
        }
        out.write_all(if self.ended { b"\n" } else { b"\n\n" })
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
    fn the_separators_date_is_asctimes() {
        assert_eq!(asctime(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(asctime(951_782_400), "Tue Feb 29 00:00:00 2000");
        assert_eq!(asctime(1_795_428_000), "Mon Nov 23 10:00:00 2026");
    }
}
