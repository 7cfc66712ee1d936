//! How a message goes onto the wire: dot-stuffing, the terminator, and TOP's cut. No sockets.

/// Bytes of a chunk that [`Stuffer::fill`] aims at; one long line may exceed it.
pub(crate) const CHUNK: usize = 64 * 1024;

/// Writes a message as a multi-line response's body, chunk by chunk (RFC 1939, section 3).
pub(crate) struct Stuffer<'a> {
    rest: &'a [u8],
    terminated: bool,
}

impl<'a> Stuffer<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message, terminated: false }
    }

    /// Replaces `chunk`'s content by the next bytes to send; returns whether there were any.
    pub(crate) fn fill(&mut self, chunk: &mut Vec<u8>) -> bool {
        chunk.clear();
        while chunk.len() < CHUNK && !self.rest.is_empty() {
            let end = self.rest.iter().position(|&b| b == b'\n').map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at(end);
            if line.first() == Some(&b'.') {
                chunk.push(b'.');
            }
            chunk.extend_from_slice(line);
            if rest.is_empty() && !line.ends_with(b"\r\n") {
                chunk.extend_from_slice(b"\r\n");
            }
            self.rest = rest;
        }
        if self.rest.is_empty() && !self.terminated {
            chunk.extend_from_slice(b".\r\n");
            self.terminated = true;
        }
        !chunk.is_empty()
    }
}

/// The part of a message that `TOP n lines` returns: the header, the blank line, and that many lines (RFC 1939, section 7).
pub(crate) fn top(message: &[u8], lines: u32) -> &[u8] {
    let mut ends = message.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
    let mut start = 0;
    for end in ends.by_ref() {
        let blank = matches!(&message[start..end], b"\r\n" | b"\n");
        start = end;
        if blank {
            break;
        }
    }
    // Without a blank line the loop has used up every line end: the message is its header.
    let end = (0..lines).map_while(|_| ends.next()).last();
    match end {
        Some(end) => &message[..end],
        None if lines == 0 => &message[..start],
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuffed(message: &[u8]) -> Vec<u8> {
        let (mut stuffer, mut chunk, mut all) = (Stuffer::new(message), Vec::new(), Vec::new());
        while stuffer.fill(&mut chunk) {
            all.extend_from_slice(&chunk);
        }
        all
    }

    #[test]
    fn a_leading_dot_is_doubled_and_no_other() {
        assert_eq!(stuffed(b".\r\n..a\r\nb.\r\n"), b"..\r\n...a\r\nb.\r\n.\r\n");
    }

    #[test]
    fn an_empty_message_is_its_terminator() {
        assert_eq!(stuffed(b""), b".\r\n");
    }

    #[test]
    fn a_last_line_without_an_end_gets_one() {
        assert_eq!(stuffed(b"a"), b"a\r\n.\r\n");
    }

    #[test]
    fn a_long_message_comes_in_bounded_chunks_and_whole() {
        let message = b".abc\r\n".repeat(100_000);
        let (mut stuffer, mut chunk, mut octets) = (Stuffer::new(&message), Vec::new(), 0);
        while stuffer.fill(&mut chunk) {
            assert!(chunk.len() <= CHUNK + 16);
            octets += chunk.len();
        }
        assert_eq!(octets, 700_000 + 3);
    }

    #[test]
    fn top_cuts_after_the_lines_asked_for() {
        let message = b"A: 1\r\nB: 2\r\n\r\none\r\ntwo\r\nthree\r\n";
        assert_eq!(top(message, 0), b"A: 1\r\nB: 2\r\n\r\n");
        assert_eq!(top(message, 2), b"A: 1\r\nB: 2\r\n\r\none\r\ntwo\r\n");
        assert_eq!(top(message, 3), message);
        assert_eq!(top(message, u32::MAX), message);
    }

    #[test]
    fn top_of_a_header_without_a_body_is_the_header() {
        assert_eq!(top(b"A: 1\r\n", 5), b"A: 1\r\n");
        assert_eq!(top(b"A: 1\r\n", 0), b"A: 1\r\n");
        assert_eq!(top(b"A: 1\r\n\r\n", 5), b"A: 1\r\n\r\n");
    }
}
