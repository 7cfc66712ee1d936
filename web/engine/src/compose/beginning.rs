//! How a letter begins that is made from a message.

use restante_api::letter::{Beginning, Draft, Manner, Quote};
use restante_store::without_reply_prefixes;

use super::{NewFile, conversation, recipients, typed};
use crate::mime::{self, Original};

/// What stands before the subject of what was forwarded already, in lower case.
const FORWARDED: [&str; 2] = ["fwd:", "fw:"];

/// Begins a letter from a message's octets, and gives the files that go along. `own` are the addresses of whoever writes, the
/// account's own first; the one that the message reached writes it. What the message lacks is left empty: there is a
/// beginning for any octets.
pub fn beginning(octets: &[u8], manner: Manner, own: &[String]) -> (Beginning, Vec<NewFile>) {
    let original = mime::original(octets);
    let sender = recipients::reached(&original, own).unwrap_or_default();
    let (mut beginning, files) = begun(octets, original, manner, own);
    beginning.draft.sender = sender;
    (beginning, files)
}

fn begun(octets: &[u8], original: Original, manner: Manner, own: &[String]) -> (Beginning, Vec<NewFile>) {
    match manner {
        Manner::Reply | Manner::ReplyAll => (reply(original, manner, own), Vec::new()),
        Manner::Forward => {
            let draft = Draft { subject: forwarded(&original.subject), ..Draft::default() };
            let files = files(octets, &original);
            (Beginning { draft, quote: Some(quote(original)) }, files)
        }
        Manner::ForwardAsAttachment => {
            let draft = Draft { subject: forwarded(&original.subject), ..Draft::default() };
            (Beginning { draft, quote: None }, vec![whole(octets, &original)])
        }
        Manner::Redirect => {
            let draft = Draft { subject: original.subject.clone(), redirects: true, ..Draft::default() };
            (Beginning { draft, quote: None }, vec![whole(octets, &original)])
        }
        Manner::EditAsNew => {
            let files = files(octets, &original);
            let draft = Draft {
                to: typed(&original.to),
                cc: typed(&original.cc),
                bcc: typed(&original.bcc),
                in_reply_to: original.in_reply_to.into_iter().find(|id| conversation::is_message_id(id)),
                references: conversation::shortened(&original.references),
                subject: original.subject,
                text: original.text,
                ..Draft::default()
            };
            (Beginning { draft, quote: None }, files)
        }
    }
}

fn reply(original: Original, manner: Manner, own: &[String]) -> Beginning {
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
    Beginning { draft, quote: Some(quote(original)) }
}

fn forwarded(subject: &str) -> String {
    let begins = |prefix: &str| subject.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if FORWARDED.into_iter().any(begins) { subject.to_owned() } else { format!("Fwd: {subject}").trim_end().to_owned() }
}

fn quote(original: Original) -> Quote {
    let text = without_signature(&original.text);
    let text = text.trim_end().trim_start_matches(['\n', '\r']).to_owned();
    Quote { from: original.from, to: original.to, subject: original.subject, date: original.date, text }
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

fn files(octets: &[u8], original: &Original) -> Vec<NewFile> {
    let mut files: Vec<_> = Original::files(octets).into_iter().map(NewFile::from).collect();
    if original.is_cut {
        // What the letter's text lacks goes along whole.
        files.push(whole(octets, original));
    }
    files
}

fn whole(octets: &[u8], original: &Original) -> NewFile {
    NewFile {
        name: mime::message_name(&original.subject),
        media_type: "message/rfc822".to_owned(),
        octets: octets.to_vec(),
    }
}

impl From<mime::Part> for NewFile {
    fn from(mime::Part { name, media_type, bytes }: mime::Part) -> Self {
        Self { name, media_type, octets: bytes }
    }
}

#[cfg(test)]
mod tests;
