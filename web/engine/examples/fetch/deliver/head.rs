//! The beginning of a message, as TOP gives it (RFC 1939, section 7): cut here where the server has no TOP.

/// Lets a message's header, the empty line and some lines of its body through.
#[derive(Debug)]
pub(crate) struct Head {
    /// Lines of the body that are still to come.
    lines: u32,
    in_header: bool,
    /// Whether the line under way has held anything but a CR.
    is_empty: bool,
    is_over: bool,
    /// Octets that were let through.
    pub(crate) kept: u64,
}

impl Head {
    pub(crate) fn new(lines: u32) -> Self {
        Self { lines, in_header: true, is_empty: true, is_over: false, kept: 0 }
    }

    /// What of the next octets is let through: their beginning, all, or nothing.
    pub(crate) fn take<'o>(&mut self, octets: &'o [u8]) -> &'o [u8] {
        let mut kept = if self.is_over { 0 } else { octets.len() };
        for (at, octet) in octets.iter().enumerate().take(kept) {
            match octet {
                b'\n' => {
                    if self.in_header {
                        self.in_header = !self.is_empty;
                    } else {
                        self.lines = self.lines.saturating_sub(1);
                    }
                    self.is_empty = true;
                    self.is_over = !self.in_header && self.lines == 0;
                }
                b'\r' => {}
                _ => self.is_empty = false,
            }
            if self.is_over {
                kept = at + 1;
                break;
            }
        }
        self.kept += kept as u64;
        &octets[..kept]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"A: 1\r\nB: 2\r\n\tmore\r\n\r\none\r\n\r\nthree\r\nfour";

    #[test]
    fn header_and_lines_are_cut_alike_however_they_come() {
        for (lines, end) in [(0, 21), (1, 26), (2, 28), (3, 35), (4, 39), (9, 39)] {
            for size in 1..=MESSAGE.len() {
                let mut head = Head::new(lines);
                let kept: Vec<u8> = MESSAGE.chunks(size).flat_map(|chunk| head.take(chunk).to_vec()).collect();
                assert_eq!(kept, MESSAGE[..end], "{lines} lines, in pieces of {size}");
                assert_eq!(head.kept, end as u64);
            }
        }
    }

    #[test]
    fn a_message_without_a_body_is_its_header_and_lone_lfs_end_lines_too() {
        for (message, kept) in [("A: 1\r\n", "A: 1\r\n"), ("", ""), ("\r\nx\r\n", "\r\n"), ("A: 1\n\nx\n", "A: 1\n\n")]
        {
            assert_eq!(Head::new(0).take(message.as_bytes()), kept.as_bytes());
        }
    }
}
