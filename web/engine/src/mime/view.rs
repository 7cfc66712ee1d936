//! A message as the reader shows it, and the parts it can hand out.

use mail_parser::decoders::html::text_to_html;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{limits, names, parts, row, text};
use crate::api::{Attachment, InlineImage, MessageRef, MessageView, PartId};

/// Parts that are listed at most; the rest is named as a fault.
const MAX_ATTACHMENTS: usize = 1000;

/// A part's decoded octets with a name to save them under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// File name, free of path separators and control characters.
    pub name: String,
    /// Media type, lower case.
    pub media_type: String,
    /// The decoded octets.
    pub bytes: Vec<u8>,
}

/// Takes a message apart, or the message nested in it that the reference leads to. `None` where there is none.
pub fn view(reference: &MessageRef, raw: &[u8]) -> Option<MessageView> {
    let (raw, renamed) = limits::bounded(raw);
    let Some(outer) = parts::parse(&raw).filter(|_| row::headers(&raw).contains(&b':')) else {
        return reference.path.is_empty().then(|| without_header(reference, &raw));
    };
    let message = parts::descend(&outer, &reference.path)?;
    let octets = match reference.path.split_last() {
        None => raw.len(),
        Some((last, parents)) => {
            let parent = parts::descend(&outer, parents)?;
            parts::octets(parent, parent.parts.get(last.0 as usize)?).len()
        }
    };
    let mut view = addressed(reference, message, octets as u64);
    if renamed {
        view.faults.push("Too many messages are nested in each other here; the innermost stay closed.".into());
    }
    let (text, html) = text::bodies(message);
    let mut reading = Reading { message, faults: Vec::new() };
    view.html = reading.html(&html);
    view.text = reading.text(&text, view.html.as_deref());
    reading.inspect();
    view.faults.append(&mut reading.faults);
    let attachments = message.attachments.iter().copied().filter(|id| !text.contains(id) && !html.contains(id));
    sort_parts(message, attachments, &mut view);
    Some(view)
}

/// A part of a message, decoded. `None` where there is no such part.
pub fn part(reference: &MessageRef, part: PartId, raw: &[u8]) -> Option<Part> {
    let (raw, _) = limits::bounded(raw);
    let outer = parts::parse(&raw)?;
    let message = parts::descend(&outer, &reference.path)?;
    let found = message.parts.get(part.0 as usize)?;
    Some(Part {
        name: name(found, part.0),
        media_type: parts::media_type(found),
        bytes: parts::octets(message, found).into_owned(),
    })
}

/// A file name for a message, or for a message nested in it, and its octets as they came. `None` where the path leads
/// nowhere.
pub fn source(reference: &MessageRef, raw: &[u8]) -> Option<(String, Vec<u8>)> {
    let headers = |octets: &[u8]| {
        let head = row::headers(octets);
        MessageParser::default().parse_headers(head.as_ref()).map(|m| row::subject(&m)).unwrap_or_default()
    };
    let Some((last, parents)) = reference.path.split_last() else {
        return Some((names::message_name(&headers(raw)), raw.to_vec()));
    };
    let (raw, _) = limits::bounded(raw);
    let outer = parts::parse(&raw)?;
    let parent = parts::descend(&outer, parents)?;
    let bytes = parts::octets(parent, parent.parts.get(last.0 as usize)?).into_owned();
    Some((names::message_name(&headers(&bytes)), bytes))
}

/// The view of a message's header, its body left empty.
fn addressed(reference: &MessageRef, message: &Message<'_>, octets: u64) -> MessageView {
    // Read again from the octets: raw Latin-1 in a header is not what the parser expects.
    let start = message.root_part().offset_header as usize;
    let head = row::headers(message.raw_message.get(start..).unwrap_or_default());
    let parsed = MessageParser::default().parse_headers(head.as_ref());
    let header = parsed.as_ref().unwrap_or(message);
    let mut view = empty(reference, octets);
    view.subject = row::subject(header);
    view.from = row::sender(header);
    view.to = row::addresses(header.to());
    view.cc = row::addresses(header.cc());
    view.reply_to = row::addresses(header.reply_to());
    view.date = row::date(header);
    view
}

fn empty(reference: &MessageRef, octets: u64) -> MessageView {
    MessageView {
        message: reference.clone(),
        subject: String::new(),
        from: Vec::new(),
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        date: None,
        octets,
        text: String::new(),
        html: None,
        inline_images: Vec::new(),
        attachments: Vec::new(),
        faults: Vec::new(),
    }
}

fn without_header(reference: &MessageRef, raw: &[u8]) -> MessageView {
    let mut view = empty(reference, raw.len() as u64);
    view.text = super::charset::decode(raw, None).text.replace("\r\n", "\n");
    view.faults.push(if raw.is_empty() { "This message is empty." } else { "This message has no header." }.into());
    view
}

/// Reads the texts of a message, and notes what is wrong.
struct Reading<'a, 'x> {
    message: &'a Message<'x>,
    faults: Vec<String>,
}

impl Reading<'_, '_> {
    fn part_text(&mut self, part: &MessagePart<'_>) -> String {
        let (text, fault) = text::of_part(self.message, part);
        if let Some(fault) = fault.filter(|fault| !self.faults.contains(fault)) {
            self.faults.push(fault);
        }
        text
    }

    /// The HTML to read, where there is any; text between pieces of HTML is made HTML.
    fn html(&mut self, ids: &[u32]) -> Option<String> {
        let message = self.message;
        let parts = || ids.iter().filter_map(|id| message.parts.get(*id as usize));
        if !parts().any(is_html) {
            return None;
        }
        let pieces: Vec<String> = parts()
            .map(|part| {
                let text = self.part_text(part);
                if is_html(part) { text } else { text_to_html(&text) }
            })
            .collect();
        Some(pieces.join("\n<hr>\n"))
    }

    fn text(&mut self, ids: &[u32], html: Option<&str>) -> String {
        let message = self.message;
        let pieces: Vec<String> = ids
            .iter()
            .filter_map(|id| message.parts.get(*id as usize))
            .filter(|part| !is_html(part))
            .map(|part| self.part_text(part))
            .collect();
        match html {
            Some(html) if pieces.iter().all(|piece| piece.trim().is_empty()) => text::of_html(html),
            _ => pieces.join("\n"),
        }
    }

    /// Looks for damage that the reader should know of.
    fn inspect(&mut self) {
        if self.message.parts.iter().any(|part| part.is_encoding_problem) {
            self.faults.push("A part of this message is damaged; it is shown as far as it can be read.".into());
        }
        if self.message.parts.iter().any(|part| is_open_ended(self.message, part)) {
            self.faults.push("This message ends too early; something at its end is missing.".into());
        }
        let header =
            |part: &MessagePart<'_>| part.content_transfer_encoding().map(|name| name.trim().to_ascii_lowercase());
        if let Some(name) = self.message.parts.iter().filter_map(header).find(|name| !is_known_encoding(name)) {
            self.faults
                .push(format!("A part of this message is in an encoding that is not known ({}).", names::line(&name)));
        }
        if row::sender(self.message).is_empty() && self.message.from().is_none() {
            self.faults.push("This message names no sender.".into());
        }
    }
}

fn is_html(part: &MessagePart<'_>) -> bool {
    matches!(part.body, PartType::Html(_))
        || matches!(part.body, PartType::Text(_)) && parts::media_type(part) == "text/html"
}

fn is_known_encoding(name: &str) -> bool {
    matches!(name, "" | "7bit" | "8bit" | "binary" | "base64" | "quoted-printable" | "7-bit" | "8-bit")
}

/// Whether a multipart lacks its last boundary (RFC 2046, section 5.1.1).
fn is_open_ended(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let boundary = part
        .content_type()
        .filter(|ct| ct.ctype().eq_ignore_ascii_case("multipart"))
        .map(|ct| ct.attribute("boundary"));
    match boundary {
        None => false,
        Some(None) => true,
        Some(Some(boundary)) => {
            let body = message.raw_message.get(part.offset_body as usize..).unwrap_or_default();
            memchr::memmem::rfind(body, format!("--{boundary}--").as_bytes()).is_none()
        }
    }
}

/// Sorts what is not text into inline images and attachments.
fn sort_parts(message: &Message<'_>, ids: impl Iterator<Item = u32>, view: &mut MessageView) {
    let html = view.html.as_deref().map(str::to_ascii_lowercase);
    for id in ids {
        let Some(part) = message.parts.get(id as usize) else { continue };
        let media_type = parts::media_type(part);
        if let Some(content_id) = part.content_id()
            && media_type.starts_with("image/")
            && html.as_deref().is_some_and(|html| refers_to(html, content_id))
        {
            let bytes = parts::octets(message, part).into_owned();
            view.inline_images.push(InlineImage { content_id: content_id.to_owned(), media_type, bytes });
            continue;
        }
        if view.attachments.len() == MAX_ATTACHMENTS {
            view.faults.push("This message has more attachments than are listed.".into());
            break;
        }
        view.attachments.push(Attachment {
            part: PartId(id),
            name: name(part, id),
            media_type,
            octets: parts::octets(message, part).len() as u64,
            is_message: matches!(part.body, PartType::Message(_)),
        });
    }
}

/// Whether the HTML, in lower case, has a `cid:` address of this Content-ID (RFC 2392, section 2).
fn refers_to(html: &str, content_id: &str) -> bool {
    let id = content_id.to_ascii_lowercase();
    [id.clone(), id.replace('@', "%40"), id.replace('%', "%25").replace('@', "%40")]
        .iter()
        .any(|id| html.contains(&format!("cid:{id}")))
}

fn name(part: &MessagePart<'_>, id: u32) -> String {
    let media_type = parts::media_type(part);
    if let (None, PartType::Message(nested)) = (part.attachment_name(), &part.body) {
        return names::message_name(&row::subject(nested));
    }
    names::file_name(part.attachment_name(), &media_type, id)
}
