//! Transfer encodings (RFC 2045, section 6), read as far as they can be read and no further than is asked for.

use std::borrow::Cow;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
}

/// Decoded octets.
pub(super) struct Decoded<'a> {
    pub(super) octets: Cow<'a, [u8]>,
    /// Something in it belongs to no encoding.
    pub(super) is_damaged: bool,
    /// There is more than was asked for.
    pub(super) is_cut: bool,
}

/// The octets, at most `limit` of them.
pub(super) fn decode(encoded: &[u8], encoding: Encoding, limit: usize) -> Decoded<'_> {
    if encoding == Encoding::Identity {
        let end = encoded.len().min(limit);
        return Decoded { octets: Cow::Borrowed(&encoded[..end]), is_damaged: false, is_cut: end < encoded.len() };
    }
    let mut out = Octets { octets: Vec::with_capacity(encoded.len().min(limit)), limit, is_cut: false };
    let is_damaged = match encoding {
        Encoding::Base64 => base64(encoded, &mut out),
        _ => quoted_printable(encoded, &mut out),
    };
    Decoded { octets: Cow::Owned(out.octets), is_damaged, is_cut: out.is_cut }
}

/// How many octets there are once decoded, and whether something in them is damaged. Takes no memory.
pub(super) fn measure(encoded: &[u8], encoding: Encoding) -> (u64, bool) {
    let mut length = Length(0);
    let is_damaged = match encoding {
        Encoding::Identity => return (encoded.len() as u64, false),
        Encoding::Base64 => base64(encoded, &mut length),
        Encoding::QuotedPrintable => quoted_printable(encoded, &mut length),
    };
    (length.0, is_damaged)
}

/// Where decoded octets go.
trait Sink {
    /// Takes octets. `false` where it wants no more.
    fn put(&mut self, octets: &[u8]) -> bool;
}

struct Octets {
    octets: Vec<u8>,
    limit: usize,
    is_cut: bool,
}

impl Sink for Octets {
    fn put(&mut self, octets: &[u8]) -> bool {
        let room = self.limit - self.octets.len();
        self.is_cut |= octets.len() > room;
        self.octets.extend_from_slice(&octets[..octets.len().min(room)]);
        !self.is_cut
    }
}

struct Length(u64);

impl Sink for Length {
    fn put(&mut self, octets: &[u8]) -> bool {
        self.0 += octets.len() as u64;
        true
    }
}

/// RFC 2045, section 6.8: what is not of the alphabet is ignored. Padding ends a group, and another may follow it.
/// Whether anything was ignored but white space.
fn base64(encoded: &[u8], out: &mut impl Sink) -> bool {
    let (mut group, mut digits, mut is_damaged) = (0_u32, 0, false);
    // Of 1, 2 or 3 digits, so many whole octets.
    let flush = |group: u32, digits: u32, out: &mut dyn FnMut(&[u8]) -> bool| match digits {
        2 => out(&(group << 20).to_be_bytes()[..1]),
        3 => out(&(group << 14).to_be_bytes()[..2]),
        _ => true,
    };
    for octet in encoded {
        let digit = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                is_damaged |= digits == 1;
                if !flush(group, digits, &mut |octets| out.put(octets)) {
                    return is_damaged;
                }
                (group, digits) = (0, 0);
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => {
                is_damaged = true;
                continue;
            }
        };
        group = group << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            if !out.put(&group.to_be_bytes()[1..]) {
                return is_damaged;
            }
            (group, digits) = (0, 0);
        }
    }
    flush(group, digits, &mut |octets| out.put(octets));
    is_damaged || digits == 1
}

/// RFC 2045, section 6.7; a `=` that begins no valid sequence stays as it is. Whether there was one.
fn quoted_printable(encoded: &[u8], out: &mut impl Sink) -> bool {
    let mut is_damaged = false;
    for line in encoded.split_inclusive(|c| *c == b'\n') {
        let (line, ending) = line.split_at(line.trim_ascii_end().len());
        // White space at the end of a line was added on the way; the line end itself stays.
        let ending = ending.iter().position(|c| matches!(c, b'\r' | b'\n')).map_or(&[][..], |at| &ending[at..]);
        let (line, ending) = match line.strip_suffix(b"=") {
            Some(line) => (line, &[][..]),
            None => (line, ending),
        };
        let mut rest = line;
        while let Some(at) = memchr::memchr(b'=', rest) {
            let hex = |at: usize| rest.get(at).and_then(|c| char::from(*c).to_digit(16));
            let (octet, length) = match (hex(at + 1), hex(at + 2)) {
                // Two hexadecimal digits fit an octet.
                (Some(high), Some(low)) => (u8::try_from(high << 4 | low).unwrap_or_default(), 3),
                _ => {
                    is_damaged = true;
                    (b'=', 1)
                }
            };
            if !(out.put(&rest[..at]) && out.put(&[octet])) {
                return is_damaged;
            }
            rest = &rest[at + length..];
        }
        if !(out.put(rest) && out.put(ending)) {
            return is_damaged;
        }
    }
    is_damaged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sound_is_exact_and_what_is_not_is_read_as_far_as_it_goes() {
        for (encoding, encoded, octets, damaged) in [
            (Encoding::Base64, b"AAEC/w==".as_slice(), b"\x00\x01\x02\xff".as_slice(), false),
            (Encoding::Base64, b"SGVs\r\n bG8=\r\n", b"Hello", false),
            (Encoding::Base64, b"SGVsbG8g!!d29ybGQ=", b"Hello world", true),
            (Encoding::Base64, b"SGk=SGk", b"HiHi", false),
            (Encoding::Base64, b"SGkhS", b"Hi!", true),
            (Encoding::Base64, b"S=SGkh", b"Hi!", true),
            (Encoding::QuotedPrintable, b"a;=E9=\r\nb \t\r\nc=", b"a;\xe9b\r\nc", false),
            (Encoding::QuotedPrintable, b"1=2=3Dx=4", b"1=2=x=4", true),
            (Encoding::Identity, b"=E9", b"=E9", false),
        ] {
            let decoded = decode(encoded, encoding, usize::MAX);
            assert_eq!((&*decoded.octets, decoded.is_damaged, decoded.is_cut), (octets, damaged, false), "{encoded:?}");
            assert_eq!(measure(encoded, encoding), (octets.len() as u64, damaged), "{encoded:?}");
            for limit in 0..octets.len() {
                let cut = decode(encoded, encoding, limit);
                assert_eq!((&*cut.octets, cut.is_cut), (&octets[..limit], true), "{encoded:?} to {limit}");
            }
        }
    }
}
