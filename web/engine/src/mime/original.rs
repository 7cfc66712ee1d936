//! What a letter that is made from a message needs of it: who it is from and to, what it says, and its files.

use mail_parser::Message;
use restante_api::Address;

use super::head::{self, Head};
use super::structure::{Part as Found, Structure};
use super::{Part, bodies, html_text, limits, row, summary, text, view};

/// A message that a letter is made from. Words of its header are decoded, and are lines to show.
#[derive(Debug, Default)]
pub(crate) struct Original {
    /// From, or Sender.
    pub(crate) from: Vec<Address>,
    pub(crate) reply_to: Vec<Address>,
    /// Mail-Followup-To: whom an answer to all is for. No standard's field, and in use on mailing lists.
    pub(crate) followup_to: Vec<Address>,
    pub(crate) to: Vec<Address>,
    pub(crate) cc: Vec<Address>,
    pub(crate) bcc: Vec<Address>,
    pub(crate) subject: String,
    /// Seconds since 1970-01-01 UTC.
    pub(crate) date: Option<i64>,
    /// Message-IDs, without angle brackets.
    pub(crate) message_id: Option<String>,
    pub(crate) in_reply_to: Vec<String>,
    pub(crate) references: Vec<String>,
    /// The text to read, or [`limits::TEXT`] octets of it, lines ended by LF, flowed ones joined, quote marks kept; made from HTML where there is nothing
    /// else.
    pub(crate) text: String,
    /// There is more text than that.
    pub(crate) is_cut: bool,
    /// It was made from HTML.
    pub(crate) is_of_html: bool,
}

/// A file of a message.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) part: Part,
    /// Its Content-ID, without angle brackets.
    pub(crate) content_id: Option<String>,
}

/// Reads a message. What it lacks is empty.
pub(crate) fn original(octets: &[u8]) -> Original {
    let mut original = Original::default();
    let header = Head::of(octets).0.header();
    if let Some(message) = head::parsed(&header) {
        original.from = row::sender(&message);
        original.reply_to = row::addresses(message.reply_to());
        original.followup_to = followup_to(&message);
        original.to = row::addresses(message.to());
        original.cc = row::addresses(message.cc());
        original.bcc = row::addresses(message.bcc());
        original.subject = row::subject(&message);
        original.date = row::date(&message);
        original.message_id = message.message_id().map(str::to_owned);
        original.in_reply_to = summary::ids(message.in_reply_to());
        original.references = summary::ids(message.references());
    }
    let structure = Structure::of(octets);
    (original.text, original.is_cut, original.is_of_html) = words(&structure);
    original
}

impl Original {
    /// The HTML of a message, where that is all that is read in an HTML view, and has [`limits::TEXT`] octets at most.
    pub(crate) fn html(octets: &[u8]) -> Option<String> {
        let structure = Structure::of(octets);
        let [id] = bodies::sort(&structure).html[..] else { return None };
        let part = structure.part(id).filter(|part| part.is_html())?;
        let read = text::of_part(&structure, part, limits::TEXT);
        (!read.is_cut).then_some(read.text)
    }

    /// The files of a message: what is not its text, decoded. Signatures are left out: of another letter they prove nothing.
    pub(crate) fn files(octets: &[u8]) -> Vec<File> {
        let structure = Structure::of(octets);
        let files = bodies::sort(&structure).files;
        let found = files.iter().filter_map(|id| Some((*id, structure.part(*id)?)));
        found
            .filter(|(_, part)| !is_signature(part) && !part.has_parts)
            .map(|(id, part)| File {
                part: Part {
                    name: view::name(&structure, part, id),
                    media_type: part.media_type.clone(),
                    bytes: structure.decoded(part, usize::MAX).octets.into_owned(),
                },
                content_id: part.content_id.clone(),
            })
            .collect()
    }
}

fn is_signature(part: &Found) -> bool {
    matches!(
        part.media_type.as_str(),
        "application/pgp-signature" | "application/pkcs7-signature" | "application/x-pkcs7-signature"
    )
}

/// The parser knows no such field: what stands in it is read as To is.
fn followup_to(message: &Message<'_>) -> Vec<Address> {
    let Some(field) = message.header_raw("Mail-Followup-To") else { return Vec::new() };
    let header = format!("To:{}\r\n\r\n", field.trim_end());
    head::parsed(header.as_bytes()).map(|message| row::addresses(message.to())).unwrap_or_default()
}

/// The text, whether there is more of it, and whether it was made from HTML.
fn words(structure: &Structure<'_>) -> (String, bool, bool) {
    let bodies = bodies::sort(structure);
    let (text, is_cut) = joined(structure, &bodies.text);
    // An empty text beside HTML says less than the HTML.
    let is_empty = text.trim().is_empty();
    let (text, is_cut) = if is_empty { joined(structure, &bodies.html) } else { (text, is_cut) };
    let read = if is_empty { &bodies.html } else { &bodies.text };
    let is_of_html = read.iter().filter_map(|id| structure.part(*id)).any(Found::is_html);
    (text, is_cut, is_of_html)
}

fn joined(structure: &Structure<'_>, ids: &[u32]) -> (String, bool) {
    let (mut all, mut is_cut) = (String::new(), false);
    for part in ids.iter().filter_map(|id| structure.part(*id)) {
        // HTML is longer than what it says.
        let limit = if part.is_html() { limits::HTML } else { limits::TEXT };
        let read = text::of_part(structure, part, limit);
        let text = if part.is_html() { html_text::of_html(&read.text) } else { read.text };
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(&text);
        is_cut |= read.is_cut;
    }
    if all.len() > limits::TEXT {
        all.truncate(all.floor_char_boundary(limits::TEXT));
        is_cut = true;
    }
    (all, is_cut)
}
