//! How a letter begins that is made from a message.

use std::collections::{HashMap, HashSet};

use restante_api::letter::{Beginning, Draft, FileId, FileView, InlinePicture, LetterContent, LetterId, Manner, Quote};
use restante_api::picture::shown_type;
use restante_api::rich::Rich;
use restante_store::without_reply_prefixes;

use super::{conversation, recipients, redirect, typed};
use crate::mime::{self, Original};

/// What stands before the subject of what was forwarded already, in lower case.
const FORWARDED: [&str; 2] = ["fwd:", "fw:"];

/// Numbers of letters and files are below this: JavaScript's numbers are exact up to there.
const NUMBERS: u64 = 1 << 53;

/// Begins a letter from a message's octets, and gives the octets of its files, in their order. `own` are the addresses of
/// whoever writes, the account's own first; the one that the message reached writes it. What the message lacks is left empty:
/// there is a beginning for any octets. The files have the numbers that follow the letter's.
pub fn beginning(octets: &[u8], manner: Manner, own: &[String], letter: LetterId) -> (Beginning, Vec<Vec<u8>>) {
    let mut original = mime::original(octets);
    let sender = recipients::reached(&original, own).unwrap_or_default();
    let files = match manner {
        Manner::Reply | Manner::ReplyAll => Vec::new(),
        Manner::ForwardAsAttachment | Manner::Redirect => vec![whole(octets, &original)],
        Manner::Forward | Manner::EditAsNew => files(octets, &original),
    };
    let numbers = (1..).map(|at| FileId((letter.0 + at) % NUMBERS));
    let mut files: Vec<_> = files.into_iter().zip(numbers).collect();
    let rich = match manner {
        Manner::Forward | Manner::EditAsNew => formatted(octets, &mut original, &mut files),
        _ => None,
    };
    let (mut draft, quote) = begun(original, rich, manner, own);
    draft.sender = sender;
    let inline = files.iter().filter(|(file, _)| file.is_inline);
    let pictures = inline.map(|(file, id)| InlinePicture { file: *id, octets: file.part.bytes.clone() }).collect();
    let (files, octets) = files.into_iter().map(|(file, id)| file.into_view(id)).unzip();
    (Beginning { letter: LetterContent { draft, files, pictures }, quote }, octets)
}

fn begun(original: Original, rich: Option<Rich>, manner: Manner, own: &[String]) -> (Draft, Option<Quote>) {
    match manner {
        Manner::Reply | Manner::ReplyAll => reply(original, manner, own),
        Manner::Forward => {
            let draft = Draft { subject: forwarded(&original.subject), ..Draft::default() };
            (draft, Some(quote(original, rich)))
        }
        Manner::ForwardAsAttachment => (Draft { subject: forwarded(&original.subject), ..Draft::default() }, None),
        Manner::Redirect => (Draft { subject: original.subject, redirects: true, ..Draft::default() }, None),
        Manner::EditAsNew => {
            let draft = Draft {
                to: typed(&original.to),
                cc: typed(&original.cc),
                bcc: typed(&original.bcc),
                in_reply_to: original.in_reply_to.into_iter().find(|id| conversation::is_message_id(id)),
                references: conversation::shortened(&original.references),
                subject: original.subject,
                text: rich.as_ref().map_or(original.text, Rich::to_text),
                rich,
                ..Draft::default()
            };
            (draft, None)
        }
    }
}

/// The text with its formatting, where it has any. The pictures that it shows become those of the letter.
fn formatted(octets: &[u8], original: &mut Original, files: &mut [(File, FileId)]) -> Option<Rich> {
    let mut room = mime::PICTURES;
    let pictures: HashMap<String, FileId> = files
        .iter()
        .rev()
        .filter(|(file, _)| shown_type(&file.part.media_type).is_some())
        .filter(|(file, _)| {
            let left = room.checked_sub(file.part.bytes.len());
            room = left.unwrap_or(room);
            left.is_some()
        })
        .filter_map(|(file, id)| Some((file.content_id.as_ref()?.to_ascii_lowercase(), *id)))
        .collect();
    let rich = mime::rich(&Original::html(octets)?, |id| pictures.get(&id.to_ascii_lowercase()).copied())?;
    if rich.is_plain() {
        if original.is_of_html {
            // It says what is quoted.
            original.text = rich.to_text();
        }
        return None;
    }
    let shown: HashSet<FileId> = rich.pictures().into_iter().collect();
    files.iter_mut().for_each(|(file, id)| file.is_inline = shown.contains(id));
    Some(rich)
}

fn reply(original: Original, manner: Manner, own: &[String]) -> (Draft, Option<Quote>) {
    let (to, cc) = if manner == Manner::ReplyAll {
        recipients::of_reply_to_all(&original, own)
    } else {
        recipients::of_reply(&original, own)
    };
    let (in_reply_to, references) = conversation::answered(&original);
    let draft = Draft {
        to: typed(&to),
        cc: typed(&cc),
        subject: format!("Re: {}", without_reply_prefixes(&original.subject)).trim_end().to_owned(),
        in_reply_to,
        references,
        ..Draft::default()
    };
    (draft, Some(quote(original, None)))
}

fn forwarded(subject: &str) -> String {
    let begins = |prefix: &str| subject.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if FORWARDED.into_iter().any(begins) { subject.to_owned() } else { format!("Fwd: {subject}").trim_end().to_owned() }
}

fn quote(original: Original, rich: Option<Rich>) -> Quote {
    let text = without_signature(&original.text);
    let text = text.trim_end().trim_start_matches(['\n', '\r']).to_owned();
    Quote { from: original.from, to: original.to, subject: original.subject, date: original.date, text, rich }
}

/// The text up to the line `-- ` (RFC 3676, section 4.3).
fn without_signature(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if matches!(line.trim_end_matches(['\n', '\r']), "-- " | "--\u{a0}") {
            return &text[..at];
        }
        at += line.len();
    }
    text
}

/// A file of the message that goes along.
struct File {
    part: mime::Part,
    content_id: Option<String>,
    is_inline: bool,
}

impl File {
    fn into_view(self, id: FileId) -> (FileView, Vec<u8>) {
        let mime::Part { name, media_type, bytes } = self.part;
        (FileView { id, name, media_type, octets: bytes.len() as u64, is_inline: self.is_inline }, bytes)
    }
}

fn files(octets: &[u8], original: &Original) -> Vec<File> {
    let files = Original::files(octets).into_iter();
    let mut files: Vec<_> =
        files.map(|mime::File { part, content_id }| File { part, content_id, is_inline: false }).collect();
    if original.is_cut {
        // What the letter's text lacks goes along whole.
        files.push(whole(octets, original));
    }
    files
}

fn whole(octets: &[u8], original: &Original) -> File {
    let part = mime::Part {
        name: mime::message_name(&original.subject),
        media_type: "message/rfc822".to_owned(),
        bytes: redirect::without_hidden(octets).into_owned(),
    };
    File { part, content_id: None, is_inline: false }
}

#[cfg(test)]
mod tests;
