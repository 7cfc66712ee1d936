//! A message as the reader shows it, and the parts it can hand out.

use std::borrow::Cow;
use std::collections::HashSet;

use mail_parser::decoders::html::text_to_html;
use restante_api::{Attachment, Contact, Event, Flaw, InlineImage, MessageRef, MessageView, PartId, Text};

use super::decode::{self, Encoding};
use super::head::{self, Head};
use super::structure::{Part as Found, Structure};
use super::{
    authentication, blocks, bodies, calendar, charset, contact, fields, html_text, limits, names, protection,
    references, row, text,
};

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
    let octets = opened(raw, &reference.path)?;
    let (head, _) = Head::of(&octets);
    if !head.has_fields() {
        return Some(without_header(reference, &octets));
    }
    let mut view = addressed(reference, &head, octets.len() as u64);
    view.fields = fields::of(&octets);
    let structure = Structure::of(&octets);
    let bodies = bodies::sort(&structure);
    let mut reading =
        Reading { structure: &structure, faults: Vec::new(), rest: Vec::new(), damaged: false, is_wrapped: true };
    if structure.is_bounded {
        reading.fault(Flaw::Nested);
    }
    view.html = reading.html(&bodies.html).filter(|html| shows_something(html));
    view.text = reading.text(&bodies.text, view.html.as_deref());
    let mut files = bodies.files;
    let root = &structure.parts[0];
    if root.media_type.starts_with("multipart/") && !root.has_parts {
        // A multipart without parts: whatever is in it is all there is to read.
        view.text = reading.text(&[0], None);
        files.retain(|id| *id != 0);
    }
    files.append(&mut reading.rest);
    files.sort_unstable();
    files.dedup();
    reading.files(&files, &mut view);
    view.event = reading.event(&files);
    view.contacts = reading.contacts(&files);
    view.protection = protection::of(&structure, &bodies.text);
    reading.inspect(&view);
    view.faults = reading.faults;
    Some(view)
}

/// A part of a message, decoded. `None` where there is no such part.
pub fn part(reference: &MessageRef, part: PartId, raw: &[u8]) -> Option<Part> {
    let octets = opened(raw, &reference.path)?;
    let structure = Structure::of(&octets);
    let found = structure.part(part.0)?;
    Some(Part {
        name: name(&structure, found, part.0),
        media_type: found.media_type.clone(),
        bytes: structure.decoded(found, usize::MAX).octets.into_owned(),
    })
}

/// A file name for a message, or for a message nested in it, and its octets as they came. `None` where the path leads
/// nowhere.
pub fn source(reference: &MessageRef, raw: &[u8]) -> Option<(String, Vec<u8>)> {
    let octets = opened(raw, &reference.path)?;
    Some((names::message_name(&subject(&octets)), octets.into_owned()))
}

/// The octets of the message that the path leads to, through message/rfc822 parts. At most one level is held in decoded
/// form, beside the one it is decoded from.
pub(super) fn opened<'a>(raw: &'a [u8], path: &[PartId]) -> Option<Cow<'a, [u8]>> {
    path.iter().try_fold(Cow::Borrowed(raw), |octets, id| {
        let structure = Structure::of(&octets);
        let part = structure.part(id.0).filter(|part| part.is_message())?;
        let (body, encoding) = (part.body(), part.encoding);
        Some(match (octets, encoding) {
            (Cow::Borrowed(octets), Encoding::Identity) => Cow::Borrowed(octets.get(body)?),
            (Cow::Owned(mut octets), Encoding::Identity) => {
                octets.truncate(body.end);
                drop(octets.drain(..body.start.min(octets.len())));
                Cow::Owned(octets)
            }
            (octets, _) => Cow::Owned(decode::decode(octets.get(body)?, encoding, usize::MAX).octets.into_owned()),
        })
    })
}

fn subject(octets: &[u8]) -> String {
    let header = Head::of(octets).0.header();
    head::parsed(&header).map(|message| row::subject(&message)).unwrap_or_default()
}

/// The view of a message's header, its body left empty.
fn addressed(reference: &MessageRef, head: &Head, octets: u64) -> MessageView {
    let mut view = empty(reference, octets);
    let header = head.header();
    if let Some(header) = head::parsed(&header) {
        view.subject = row::subject(&header);
        view.from = row::sender(&header);
        view.to = row::addresses(header.to());
        view.cc = row::addresses(header.cc());
        view.reply_to = row::addresses(header.reply_to());
        view.date = row::date(&header);
        if reference.path.is_empty() {
            // Within a message whoever sent it writes what he likes.
            view.authentication = authentication::of(head.authentication_results(), &view.from);
        }
    }
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
        text: Text::default(),
        html: None,
        inline_images: Vec::new(),
        event: None,
        contacts: Vec::new(),
        protection: None,
        authentication: None,
        attachments: Vec::new(),
        faults: Vec::new(),
        fields: Vec::new(),
    }
}

fn without_header(reference: &MessageRef, octets: &[u8]) -> MessageView {
    let mut view = empty(reference, octets.len() as u64);
    let start = &octets[..octets.len().min(limits::TEXT)];
    let text = charset::decode(start, None).text.replace("\r\n", "\n");
    view.text = blocks::blocks(&text, start.len() < octets.len(), true);
    view.faults.push(if octets.is_empty() { Flaw::Empty } else { Flaw::NoHeader });
    view
}

/// Whether there is anything to see in HTML: a letter of pictures alone often has a page without a word around them.
fn shows_something(html: &str) -> bool {
    /// Longer pages without words are left for the browser to judge.
    const LOOKED_AT: usize = 64 << 10;
    let has = |sign: &str| html.as_bytes().windows(sign.len()).any(|at| at.eq_ignore_ascii_case(sign.as_bytes()));
    html.len() > LOOKED_AT
        || ["<img", "url(", "background", "<hr"].into_iter().any(has)
        || !html_text::of_html(html).is_empty()
}

/// Reads the parts of a message, and notes what is wrong.
struct Reading<'a, 'x> {
    structure: &'a Structure<'x>,
    faults: Vec<Flaw>,
    /// Texts that are not shown to their end: they are offered as files.
    rest: Vec<u32>,
    damaged: bool,
    /// Lines of the text may have been broken for want of room.
    is_wrapped: bool,
}

impl<'a> Reading<'a, '_> {
    fn fault(&mut self, fault: Flaw) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn parts(&self, ids: &[u32]) -> Vec<(u32, &'a Found)> {
        ids.iter().filter_map(|id| Some((*id, self.structure.part(*id)?))).collect()
    }

    fn part_text(&mut self, id: u32, part: &Found, limit: usize) -> String {
        let read = text::of_part(self.structure, part, limit);
        self.damaged |= read.is_damaged;
        self.is_wrapped &= !read.is_flowed;
        if read.is_cut {
            self.rest.push(id);
        }
        if let Some(fault) = read.fault {
            self.fault(fault);
        }
        read.text
    }

    /// The HTML to read, where there is any; text between pieces of HTML is made HTML.
    fn html(&mut self, ids: &[u32]) -> Option<String> {
        let parts = self.parts(ids);
        if !parts.iter().any(|(_, part)| part.is_html()) {
            return None;
        }
        let mut html = String::new();
        for (id, part) in parts {
            let room = limits::HTML.saturating_sub(html.len());
            if !html.is_empty() {
                html.push_str("\n<hr>\n");
            }
            let text = self.part_text(id, part, room);
            if part.is_html() { html.push_str(&text) } else { html.push_str(&text_to_html(&text)) }
        }
        if html.len() > limits::HTML {
            // Other character sets become longer in UTF-8.
            html.truncate(html.floor_char_boundary(limits::HTML));
            self.rest.extend_from_slice(ids);
        }
        Some(html)
    }

    fn text(&mut self, ids: &[u32], html: Option<&str>) -> Text {
        let parts: Vec<_> = self.parts(ids).into_iter().filter(|(_, part)| !part.is_html()).collect();
        let mut text = String::new();
        let rest = self.rest.len();
        for (at, (id, part)) in parts.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            let room = limits::TEXT.saturating_sub(text.len());
            let piece = self.part_text(*id, part, room);
            text.push_str(&piece);
        }
        let is_cut = self.rest.len() > rest;
        match html {
            Some(html) if text.trim().is_empty() => {
                let start = &html[..html.floor_char_boundary(limits::TEXT)];
                let text = blocks::blocks(&html_text::of_html(start), start.len() < html.len(), false);
                if text.is_cut {
                    self.rest
                        .extend(self.structure.parts.iter().zip(0..).filter(|(p, _)| p.is_html()).map(|(_, id)| id));
                }
                text
            }
            _ => {
                let text = blocks::blocks(&text, is_cut, self.is_wrapped);
                if text.is_cut {
                    self.rest.extend(parts.iter().map(|(id, _)| *id));
                }
                text
            }
        }
    }

    /// Sorts what is not text into inline images and attachments. Nothing is left out: a picture that is not shown inside
    /// the HTML is an attachment.
    fn files(&mut self, ids: &[u32], view: &mut MessageView) {
        let referred = view.html.as_deref().map(references::of).unwrap_or_default();
        let mut shown = HashSet::new();
        let mut room = limits::PICTURES;
        for (id, part) in self.parts(ids) {
            let (octets, is_damaged) = decode::measure(self.structure.encoded(part), part.encoding);
            self.damaged |= is_damaged;
            let content_id = part.content_id.as_deref().map(str::to_ascii_lowercase).unwrap_or_default();
            let fits = usize::try_from(octets).is_ok_and(|octets| octets <= room);
            if fits
                && restante_api::picture::shown_type(&part.media_type).is_some()
                && referred.contains(&content_id)
                && shown.insert(content_id)
            {
                let bytes = self.structure.decoded(part, usize::MAX).octets.into_owned();
                room -= bytes.len();
                let content_id = part.content_id.clone().unwrap_or_default();
                view.inline_images.push(InlineImage { content_id, media_type: part.media_type.clone(), bytes });
                continue;
            }
            if view.attachments.len() == limits::ATTACHMENTS {
                self.fault(Flaw::ManyFiles);
                break;
            }
            view.attachments.push(Attachment {
                part: PartId(id),
                name: name(self.structure, part, id),
                media_type: part.media_type.clone(),
                octets,
                is_message: part.is_message(),
            });
        }
    }

    /// What the first calendar among the files says.
    fn event(&self, ids: &[u32]) -> Option<Event> {
        let is_calendar = |part: &Found| matches!(part.media_type.as_str(), "text/calendar" | "application/ics");
        let (_, part) = self.parts(ids).into_iter().find(|(_, part)| is_calendar(part))?;
        calendar::event(&self.structure.decoded(part, calendar::MAX_OCTETS).octets)
    }

    /// Whom the first vCard among the files is about.
    fn contacts(&self, ids: &[u32]) -> Vec<Contact> {
        let is_card =
            |part: &Found| matches!(part.media_type.as_str(), "text/vcard" | "text/x-vcard" | "text/directory");
        let card = self.parts(ids).into_iter().find(|(_, part)| is_card(part));
        card.map(|(_, part)| contact::contacts(&self.structure.decoded(part, contact::MAX_OCTETS).octets))
            .unwrap_or_default()
    }

    /// Looks for damage that the reader should know of.
    fn inspect(&mut self, view: &MessageView) {
        if self.damaged {
            self.fault(Flaw::Part);
        }
        if self.structure.parts.iter().any(|part| part.is_open_ended) {
            self.fault(Flaw::EarlyEnd);
        }
        if let Some(name) = self.structure.parts.iter().find_map(|part| part.unknown_encoding.as_deref()) {
            self.fault(Flaw::Encoding(names::line(name)));
        }
        if view.from.is_empty() {
            self.fault(Flaw::NoSender);
        }
    }
}

/// The name to offer for a part as a file.
pub(super) fn name(structure: &Structure<'_>, part: &Found, id: u32) -> String {
    if part.name.is_none() && part.is_message() {
        return names::message_name(&subject(&structure.decoded(part, limits::SUBJECT).octets));
    }
    names::file_name(part.name.as_deref(), &part.media_type, id)
}
