//! The parts of one message, as a flat list, found without any recursion.
//!
//! One level at a time: a message within the message is a part like a picture, and is taken apart only when it is opened.
//! So no nesting, however deep, costs more stack than a single part; [`MAX_OPEN`] and [`MAX_PARTS`] bound time and memory.
//! A line is a delimiter where it is the whole line (RFC 2046, section 5.1.1), so that one boundary may begin like another.

use std::ops::Range;

use mail_parser::{ContentType, MimeHeaders};

use super::decode::{self, Decoded, Encoding};
use super::head::{self, Head};

/// Multiparts that are open at the same time at most; what is nested deeper stays a closed attachment.
const MAX_OPEN: usize = 64;

/// Parts that are told apart at most; what follows stays with the last.
const MAX_PARTS: usize = 10_000;

/// The parts of a message.
pub(super) struct Structure<'x> {
    octets: &'x [u8],
    /// In the order of the source, the whole message being 0.
    pub(super) parts: Vec<Part>,
    /// Some of it is nested too deeply, or in too many parts.
    pub(super) is_bounded: bool,
}

/// A part: what its header says, and where its body is.
#[derive(Debug)]
pub(super) struct Part {
    /// Media type, lower case, without parameters; what RFC 2045, section 5.2 assumes where there is none.
    pub(super) media_type: String,
    pub(super) charset: Option<String>,
    pub(super) is_flowed: bool,
    pub(super) deletes_space: bool,
    pub(super) is_attachment: bool,
    /// The header's word for it as a file.
    pub(super) name: Option<String>,
    /// Content-Type gives it a name: it is rather a file than a text to read.
    pub(super) is_file: bool,
    pub(super) content_id: Option<String>,
    pub(super) encoding: Encoding,
    /// The name of an encoding that is not known.
    pub(super) unknown_encoding: Option<String>,
    /// What an S/MIME part holds (RFC 8551, section 3.2.2), lower case.
    pub(super) smime_type: Option<String>,
    /// The multipart that it stands in.
    pub(super) parent: Option<u32>,
    /// Whether it is the first one there.
    pub(super) is_first: bool,
    /// Whether it is a multipart with parts in it.
    pub(super) has_parts: bool,
    /// A multipart that lacks its last delimiter.
    pub(super) is_open_ended: bool,
    boundary: Option<Vec<u8>>,
    header: usize,
    body: Range<usize>,
}

impl Part {
    /// Whether it is a message that can be read in its own right.
    pub(super) fn is_message(&self) -> bool {
        matches!(self.media_type.as_str(), "message/rfc822" | "message/global")
    }

    pub(super) fn is_html(&self) -> bool {
        self.media_type == "text/html"
    }

    /// Where its header is in the message's octets, with the empty line behind it.
    #[cfg(feature = "keep")]
    pub(super) fn header(&self) -> Range<usize> {
        self.header..self.body.start
    }

    /// Where its body is in the message's octets, not decoded.
    pub(super) fn body(&self) -> Range<usize> {
        self.body.clone()
    }

    fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }
}

impl<'x> Structure<'x> {
    /// The part of this index.
    pub(super) fn part(&self, id: u32) -> Option<&Part> {
        self.parts.get(id as usize)
    }

    /// The part's octets as they stand in the source.
    pub(super) fn encoded(&self, part: &Part) -> &'x [u8] {
        self.octets.get(part.body.clone()).unwrap_or_default()
    }

    /// The part's octets, at most `limit` of them.
    pub(super) fn decoded(&self, part: &Part, limit: usize) -> Decoded<'x> {
        decode::decode(self.encoded(part), part.encoding, limit)
    }

    /// Takes the message apart.
    pub(super) fn of(octets: &'x [u8]) -> Self {
        let mut walk = Walk { octets, parts: Vec::new(), open: Vec::new(), leaf: None, is_bounded: false };
        let mut at = walk.begin(0);
        while let Some((line, delimiter)) = walk.next_delimiter(at) {
            if !delimiter.ends && walk.parts.len() == MAX_PARTS {
                walk.is_bounded = true;
                break;
            }
            walk.close(delimiter.level, walk.end_before(line));
            at = delimiter.behind;
            if delimiter.ends {
                let level = &mut walk.open[delimiter.level];
                level.has_ended = true;
                walk.parts[level.part].is_open_ended = false;
            } else {
                at = walk.begin(at);
            }
        }
        Self { octets, parts: walk.parts, is_bounded: walk.is_bounded }
    }
}

/// A multipart whose parts are being found.
struct Level {
    part: usize,
    boundary: Vec<u8>,
    has_ended: bool,
}

struct Delimiter {
    /// The index in `Walk::open`.
    level: usize,
    /// Whether it is the last one of its multipart.
    ends: bool,
    /// Where the next line begins.
    behind: usize,
}

struct Walk<'x> {
    octets: &'x [u8],
    parts: Vec<Part>,
    open: Vec<Level>,
    /// The part whose body is going on.
    leaf: Option<usize>,
    is_bounded: bool,
}

impl Walk<'_> {
    /// Begins a part whose header begins here. Where its body begins.
    fn begin(&mut self, at: usize) -> usize {
        let end = self.end_of_header(at);
        let (head, _) = Head::of(&self.octets[at..end]);
        let parent = self.open.last().map(|level| level.part);
        let in_digest = parent.is_some_and(|parent| self.parts[parent].media_type == "multipart/digest");
        let mut part = part(&head, in_digest);
        part.header = at;
        part.body = end..self.octets.len();
        if let Some(parent) = parent {
            part.parent = u32::try_from(parent).ok();
            part.is_first = !std::mem::replace(&mut self.parts[parent].has_parts, true);
        }
        let id = self.parts.len();
        let boundary = part.boundary.take().filter(|_| part.is_multipart());
        self.leaf = Some(id);
        part.is_open_ended = part.is_multipart();
        self.parts.push(part);
        if let Some(boundary) = boundary {
            if self.open.len() < MAX_OPEN {
                self.open.push(Level { part: id, boundary, has_ended: false });
                self.leaf = None;
            } else {
                self.is_bounded = true;
            }
        }
        end
    }

    /// Behind the empty line, or before a delimiter that comes first.
    fn end_of_header(&self, start: usize) -> usize {
        let mut at = start;
        while at < self.octets.len() {
            let end = end_of_line(self.octets, at);
            match &self.octets[at..end] {
                b"\n" | b"\r\n" => return end,
                line if line.starts_with(b"--") && self.delimiter(at).is_some() => return at,
                _ => at = end,
            }
        }
        at
    }

    /// The next delimiter of an open multipart: where its line begins, and what it is.
    fn next_delimiter(&self, from: usize) -> Option<(usize, Delimiter)> {
        if self.open.is_empty() {
            return None;
        }
        memchr::memmem::find_iter(&self.octets[from..], b"--")
            .map(|at| from + at)
            .filter(|at| *at == from || self.octets[at - 1] == b'\n')
            .find_map(|at| Some((at, self.delimiter(at)?)))
    }

    /// The delimiter that this line is. The innermost multipart goes first, and one that has ended last: where boundaries
    /// are used twice, nothing is lost.
    fn delimiter(&self, at: usize) -> Option<Delimiter> {
        let found = |has_ended: bool| {
            let mut levels = self.open.iter().enumerate().rev().filter(|(_, level)| level.has_ended == has_ended);
            levels.find_map(|(index, level)| {
                let rest = self.octets[at..].strip_prefix(b"--")?.strip_prefix(level.boundary.as_slice())?;
                let begin = self.octets.len() - rest.len();
                let behind = end_of_line(self.octets, begin);
                let rest = self.octets[begin..behind].trim_ascii();
                (rest.is_empty() || rest == b"--").then_some(Delimiter { level: index, ends: !rest.is_empty(), behind })
            })
        };
        found(false).or_else(|| found(true))
    }

    /// The line end before a delimiter belongs to it (RFC 2046, section 5.1.1).
    fn end_before(&self, line: usize) -> usize {
        let before = &self.octets[..line];
        let before = before.strip_suffix(b"\n").map_or(before, |line| line.strip_suffix(b"\r").unwrap_or(line));
        before.len()
    }

    /// Ends the part that is going on, and the multiparts within this level.
    fn close(&mut self, level: usize, end: usize) {
        let inner = self.open.drain(level + 1..).map(|level| level.part);
        for part in inner.chain(self.leaf.take()) {
            let body = &mut self.parts[part].body;
            body.end = end.max(body.start);
        }
    }
}

fn end_of_line(octets: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &octets[from..]).map_or(octets.len(), |length| from + length + 1)
}

/// A part as its header describes it.
fn part(head: &Head, in_digest: bool) -> Part {
    let header = head.header();
    let message = head::parsed(&header);
    let fields = message.as_ref().map(|message| &message.parts[0]);
    let content_type = fields.and_then(|fields| fields.content_type());
    let attribute = |name: &str| content_type.and_then(|found| found.attribute(name));
    let is = |name: &str, value: &str| attribute(name).is_some_and(|found| found.eq_ignore_ascii_case(value));
    let encoding = fields.and_then(|fields| fields.content_transfer_encoding()).unwrap_or_default();
    let encoding = encoding.trim().to_ascii_lowercase();
    let media_type = match content_type {
        Some(content_type) => media_type(content_type),
        None if in_digest => "message/rfc822".into(),
        None => "text/plain".into(),
    };
    Part {
        charset: attribute("charset").map(str::to_owned),
        is_flowed: is("format", "flowed") && media_type == "text/plain",
        deletes_space: is("delsp", "yes"),
        is_attachment: fields
            .and_then(|fields| fields.content_disposition())
            .is_some_and(|disposition| disposition.ctype().trim().eq_ignore_ascii_case("attachment")),
        name: fields.and_then(|fields| fields.attachment_name()).map(str::to_owned),
        is_file: attribute("name").is_some(),
        content_id: fields.and_then(|fields| fields.content_id()).map(str::to_owned),
        encoding: match encoding.as_str() {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Identity,
        },
        unknown_encoding: Some(encoding).filter(|name| !is_known_encoding(name)),
        smime_type: attribute("smime-type").map(str::to_ascii_lowercase),
        parent: None,
        is_first: true,
        has_parts: false,
        is_open_ended: false,
        boundary: attribute("boundary").filter(|boundary| !boundary.is_empty()).map(|found| found.as_bytes().to_vec()),
        header: 0,
        body: 0..0,
        media_type,
    }
}

fn media_type(content_type: &ContentType<'_>) -> String {
    let kind = content_type.ctype().trim();
    let default = if kind.eq_ignore_ascii_case("text") { "plain" } else { "octet-stream" };
    format!("{kind}/{}", content_type.subtype().unwrap_or(default).trim()).to_ascii_lowercase()
}

fn is_known_encoding(name: &str) -> bool {
    matches!(name, "" | "7bit" | "8bit" | "binary" | "base64" | "quoted-printable" | "7-bit" | "8-bit")
}

#[cfg(test)]
mod tests;
