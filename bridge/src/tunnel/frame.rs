//! WebSocket frames (RFC 6455, section 5) without I/O: a decoder of the page's frames, and the headers of ours.
//!
//! The decoder unmasks in place and hands payload on as it arrives, so a frame is never gathered whole and never
//! copied: that, and buffers that idle tunnels do not hold, is why the bridge frames for itself. Payloads of several
//! small frames that arrive together are joined, so that they leave in one write.
//!
//! Not here: sockets, and what the messages mean ([`crate::tunnel::page`]). Extensions are never negotiated.

use std::ops::Range;

use restante_protocol::tunnel::{MAX_CONTROL_BYTES, MAX_DATA_BYTES};

/// The longest header: two octets, eight of length, four of mask (section 5.2).
const MAX_HEADER: usize = 14;
/// The longest payload of a control frame (section 5.5).
const MAX_CONTROL_PAYLOAD: usize = 125;

/// Opcodes (section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

/// What a decoder comes upon besides payload bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A whole text message.
    Text(String),
    /// A ping: its payload goes back in a pong (section 5.5.2).
    Ping(Vec<u8>),
    /// The peer closes, with its code if it gave one (section 5.5.1).
    Close(Option<u16>),
}

/// A breach of RFC 6455, or of the tunnel's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame uses reserved bits, though no extension was agreed (RFC 6455, section 5.2)")]
    ReservedBits,
    #[error("a frame has an unknown opcode (RFC 6455, section 5.2)")]
    Opcode,
    #[error("a frame of the client is not masked (RFC 6455, section 5.1)")]
    Unmasked,
    #[error("a control frame is fragmented or longer than 125 bytes (RFC 6455, section 5.5)")]
    BadControl,
    #[error("a message is continued that was not begun, or begun before the last one ended (RFC 6455, section 5.4)")]
    Fragments,
    #[error("a length is not written in the fewest bytes (RFC 6455, section 5.2)")]
    Length,
    #[error("a close frame has a code that must not be sent (RFC 6455, section 7.4)")]
    CloseCode,
    #[error("a text is not UTF-8 (RFC 6455, section 8.1)")]
    Utf8,
    #[error("a message is too long: at most {MAX_DATA_BYTES} bytes of data, {MAX_CONTROL_BYTES} of text")]
    TooLong,
}

impl FrameError {
    /// The close code that says so (section 7.4.1).
    pub(crate) fn close_code(self) -> u16 {
        match self {
            Self::Utf8 => 1007,
            Self::TooLong => 1009,
            _ => 1002,
        }
    }
}

/// Decodes the frames of a client, wherever the bytes are cut.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    header: [u8; MAX_HEADER],
    header_len: usize,
    frame: Option<Frame>,
    /// The fragmented message under way, and the bytes it has so far.
    message: Option<(Opcode, usize)>,
    text: Vec<u8>,
    control: Vec<u8>,
}

/// The frame whose payload is being read.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Never `Continuation`: that has been resolved.
    opcode: Opcode,
    last: bool,
    mask: [u8; 4],
    left: usize,
}

impl Decoder {
    /// Decodes `buffer[raw]`: payload of binary messages is unmasked and joined to `data`, which lies before `raw`.
    /// Stops at an event, or with `None` when `raw` is used up.
    ///
    /// # Errors
    /// [`FrameError`]; the connection is then of no more use.
    pub(crate) fn decode(
        &mut self,
        buffer: &mut [u8],
        raw: &mut Range<usize>,
        data: &mut Range<usize>,
    ) -> Result<Option<Event>, FrameError> {
        loop {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.read_header(buffer, raw)? {
                    Some(frame) => frame,
                    None => return Ok(None),
                },
            };
            let taken = frame.left.min(raw.len());
            let piece = raw.start..raw.start + taken;
            unmask(&mut buffer[piece.clone()], frame.mask);
            frame.mask.rotate_left(taken % 4);
            frame.left -= taken;
            raw.start += taken;
            match frame.opcode {
                Opcode::Binary => join(buffer, data, piece),
                Opcode::Text => self.text.extend_from_slice(&buffer[piece]),
                _ => self.control.extend_from_slice(&buffer[piece]),
            }
            if frame.left > 0 {
                self.frame = Some(frame);
                return Ok(None);
            }
            if let Some(event) = self.finish(frame)? {
                return Ok(Some(event));
            }
        }
    }

    /// Takes header bytes from `raw` until the header is whole.
    fn read_header(&mut self, buffer: &[u8], raw: &mut Range<usize>) -> Result<Option<Frame>, FrameError> {
        loop {
            let needed = self.header_needed();
            let taken = (needed - self.header_len).min(raw.len());
            self.header[self.header_len..self.header_len + taken]
                .copy_from_slice(&buffer[raw.start..raw.start + taken]);
            self.header_len += taken;
            raw.start += taken;
            if self.header_len < needed {
                return Ok(None);
            }
            if self.header_needed() == needed {
                self.header_len = 0;
                return self.parse_header().map(Some);
            }
        }
    }

    /// How long the header is, as far as its first two bytes tell.
    fn header_needed(&self) -> usize {
        if self.header_len < 2 {
            return 2;
        }
        let mask = if self.header[1] & 0x80 == 0 { 0 } else { 4 };
        mask + match self.header[1] & 0x7F {
            126 => 4,
            127 => 10,
            _ => 2,
        }
    }

    fn parse_header(&mut self) -> Result<Frame, FrameError> {
        let [first, second, rest @ ..] = self.header;
        let last = first & 0x80 != 0;
        if first & 0x70 != 0 {
            return Err(FrameError::ReservedBits);
        }
        if second & 0x80 == 0 {
            return Err(FrameError::Unmasked);
        }
        let (length, mask_at) = match second & 0x7F {
            126 => (u64::from(u16::from_be_bytes([rest[0], rest[1]])), 2),
            127 => (u64::from_be_bytes([rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]]), 8),
            short => (u64::from(short), 0),
        };
        if (mask_at == 2 && length < 126) || (mask_at == 8 && (length <= 0xFFFF || length >> 63 != 0)) {
            return Err(FrameError::Length);
        }
        let mask = [rest[mask_at], rest[mask_at + 1], rest[mask_at + 2], rest[mask_at + 3]];
        let left = usize::try_from(length).map_err(|_| FrameError::TooLong)?;
        let opcode = self.admit(first & 0x0F, last, left)?;
        Ok(Frame { opcode, last, mask, left })
    }

    /// Checks a frame against those before it, and resolves a continuation to what it continues.
    fn admit(&mut self, opcode: u8, last: bool, length: usize) -> Result<Opcode, FrameError> {
        let opcode = match opcode {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xA => Opcode::Pong,
            _ => return Err(FrameError::Opcode),
        };
        let (opcode, before) = match (opcode, self.message) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => {
                return if last && length <= MAX_CONTROL_PAYLOAD { Ok(opcode) } else { Err(FrameError::BadControl) };
            }
            (Opcode::Continuation, Some(message)) => message,
            (Opcode::Continuation, None) | (_, Some(_)) => return Err(FrameError::Fragments),
            (opcode, None) => (opcode, 0),
        };
        let limit = if opcode == Opcode::Text { MAX_CONTROL_BYTES } else { MAX_DATA_BYTES };
        let total = before.checked_add(length).filter(|total| *total <= limit).ok_or(FrameError::TooLong)?;
        self.message = (!last).then_some((opcode, total));
        Ok(opcode)
    }

    /// What a frame that is read to its end amounts to.
    fn finish(&mut self, frame: Frame) -> Result<Option<Event>, FrameError> {
        match frame.opcode {
            Opcode::Text if frame.last => {
                let text = std::mem::take(&mut self.text);
                String::from_utf8(text).map(|text| Some(Event::Text(text))).map_err(|_| FrameError::Utf8)
            }
            Opcode::Ping => Ok(Some(Event::Ping(std::mem::take(&mut self.control)))),
            Opcode::Pong => {
                self.control = Vec::new();
                Ok(None)
            }
            Opcode::Close => match std::mem::take(&mut self.control).as_slice() {
                [] => Ok(Some(Event::Close(None))),
                [_] => Err(FrameError::BadControl),
                [high, low, reason @ ..] => {
                    let code = u16::from_be_bytes([*high, *low]);
                    if !may_be_sent(code) {
                        return Err(FrameError::CloseCode);
                    }
                    std::str::from_utf8(reason).map_err(|_| FrameError::Utf8)?;
                    Ok(Some(Event::Close(Some(code))))
                }
            },
            _ => Ok(None),
        }
    }
}

/// Whether a close frame may have this code: those of RFC 6455, section 7.4, with those registered since, but for the ones
/// that only stand for what no frame said.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Decodes what a client sent, in pieces of so many octets: the payload, the events and the close code of a breach. For the
/// fuzz target, which has no other way in.
pub fn replay_frames(wire: &[u8], piece: usize) -> (Vec<u8>, Vec<String>, Option<u16>) {
    let (mut decoder, mut payload, mut events) = (Decoder::default(), Vec::new(), Vec::new());
    for piece in wire.chunks(piece.max(1)) {
        let mut buffer = piece.to_vec();
        let (mut raw, mut data) = (0..buffer.len(), 0..0);
        let breach = loop {
            match decoder.decode(&mut buffer, &mut raw, &mut data) {
                Ok(Some(event)) => events.push(format!("{event:?}")),
                Ok(None) => break None,
                Err(breach) => break Some(breach.close_code()),
            }
        };
        payload.extend_from_slice(&buffer[data]);
        if breach.is_some() {
            return (payload, events, breach);
        }
    }
    (payload, events, None)
}

/// Writes the header of an unmasked, whole frame into the bytes that end at `payload_at`; says where it begins.
pub(crate) fn write_header(buffer: &mut [u8], payload_at: usize, opcode: Opcode, length: usize) -> usize {
    let first = 0x80 | opcode as u8;
    let mut header = [0; 10];
    let header = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => {
            header[..2].copy_from_slice(&[first, short]);
            &header[..2]
        }
        (_, Ok(medium)) => {
            header[..2].copy_from_slice(&[first, 126]);
            header[2..4].copy_from_slice(&medium.to_be_bytes());
            &header[..4]
        }
        _ => {
            header[..2].copy_from_slice(&[first, 127]);
            header[2..].copy_from_slice(&(length as u64).to_be_bytes());
            &header[..]
        }
    };
    let start = payload_at - header.len();
    buffer[start..payload_at].copy_from_slice(header);
    start
}

/// Appends a whole, unmasked frame.
pub(crate) fn push_frame(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    let mut header = [0; 10];
    let start = write_header(&mut header, 10, opcode, payload.len());
    out.extend_from_slice(&header[start..]);
    out.extend_from_slice(payload);
}

/// XORs with the mask (section 5.3), eight bytes at a time.
fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, tail) = bytes.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, key) in tail.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Joins `piece` to `data`: in place where it follows directly or `data` is empty.
fn join(buffer: &mut [u8], data: &mut Range<usize>, piece: Range<usize>) {
    if data.start == data.end {
        *data = piece;
        return;
    }
    let length = piece.len();
    if data.end != piece.start {
        buffer.copy_within(piece, data.end);
    }
    data.end += length;
}

#[cfg(test)]
mod tests;
