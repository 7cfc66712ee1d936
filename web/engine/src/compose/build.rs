//! The octets of a letter (RFC 5322, MIME), and its envelope.
//!
//! They tell what somebody wrote and to whom, and nothing else: no program, no machine, no time zone, no hidden recipients.

use std::collections::HashSet;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::{Address, EmailAddress};
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::headers::{Header, HeaderType};
use mail_builder::mime::{BodyPart, MimePart};
use restante_api::letter::{Draft, FileId, Identity, LetterFault, Sending};
use restante_api::rich::Rich;
use restante_api::{Failure, FailureKind};
use restante_protocol::smtp::{self, Mailbox};

use super::addresses::mailbox;
use super::{Addressee, NewFile, addresses, conversation, files, flowed, html, one_line, redirect};
use crate::mime;

/// Characters that a Message-ID and a boundary are made of at most: a boundary has 70 (RFC 2046, section 5.1.1).
const MAX_UNIQUE: usize = 48;

/// What a letter is built of.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What was typed.
    pub draft: &'a Draft,
    /// Its files, in their order.
    pub files: &'a [NewFile],
    /// The pictures that its text may have in it.
    pub pictures: &'a [(FileId, NewFile)],
    /// Who writes: name and address, and whether a copy goes to that address.
    pub sending: &'a Sending,
}

/// A letter that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The letter: header and body, lines ended by CRLF.
    pub octets: Vec<u8>,
    /// Whom it is returned to.
    pub from: Mailbox,
    /// Whom it is for, each mailbox once, as [`Mailbox`] reads it: To, Cc and Bcc, and the sender where a copy is asked for.
    pub recipients: Vec<String>,
    /// What was surveyed of the octets.
    pub content: smtp::Content,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
}

/// Builds the letter. `date` is in seconds since 1970-01-01 UTC. `unique` is what no other letter has, ASCII letters and digits
/// with dots between: its Message-ID and its boundary are made of it.
///
/// # Errors
/// [`FailureKind::UnfitLetter`] where sender or recipients are none.
pub fn build(content: &Content<'_>, date: i64, unique: &str) -> Result<Built, Failure> {
    let Content { draft, files, pictures, sending } = *content;
    let Identity { name, address, .. } = sending.identity(&draft.sender);
    let copy_to_self = sending.copy_to_self;
    let unfit = |fault| Failure::new(FailureKind::UnfitLetter(fault), "");
    let from = mailbox(&address).ok_or_else(|| unfit(LetterFault::BadSender(mime::line(&address))))?;
    let [to, cc, bcc] = [&draft.to, &draft.cc, &draft.bcc].map(|typed| addresses(typed));
    let (to, cc, bcc) = (to.map_err(unfit)?, cc.map_err(unfit)?, bcc.map_err(unfit)?);
    if [&to, &cc, &bcc].into_iter().all(Vec::is_empty) {
        return Err(unfit(LetterFault::NoRecipients));
    }
    let recipients = [&to, &cc, &bcc].into_iter().flatten().map(|addressee| &addressee.mailbox);
    let mut seen = HashSet::new();
    let recipients = recipients.chain(copy_to_self.then_some(&from)).filter(|mailbox| seen.insert(*mailbox));
    let recipients = recipients.map(ToString::to_string).collect();
    let unique: String = unique.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(MAX_UNIQUE).collect();
    let message_id = format!("{unique}@{}", from.domain());
    let sender = Addressee { name: one_line(&name), mailbox: from.clone() };
    let octets = if draft.redirects {
        // Who gets it sees whose message it is, and below whose words it comes.
        let fields = header(Some(&sender), shown(&to, &cc), &Draft::default(), date, &message_id);
        let message = files.first().and_then(|file| redirect::redirected(&file.octets, fields));
        message.ok_or_else(|| unfit(LetterFault::NotRedirectable))?
    } else {
        let headers = header(Some(&sender), shown(&to, &cc), draft, date, &message_id);
        let message = MessageBuilder { headers, ..Default::default() };
        let mut octets = Vec::new();
        message.body(body(draft, files, pictures, &unique, &message_id)).serialize(&mut octets);
        octets
    };
    let content = smtp::Content::of(&octets);
    let content = content.map_err(|fault| match draft.redirects {
        true => unfit(LetterFault::NotRedirectable),
        false => Failure::new(FailureKind::Internal, fault.to_string()),
    })?;
    Ok(Built { octets, from, recipients, content, message_id })
}

/// The field of a draft's hidden recipients, for a copy that its writer takes along; empty where it has none.
pub fn hidden(draft: &Draft) -> Vec<u8> {
    let mut field = Vec::new();
    let people = addresses(&draft.bcc).unwrap_or_default();
    if !people.is_empty() {
        field.extend_from_slice(b"Bcc: ");
        list(&people).write_header(&mut field, 5);
    }
    field
}

/// A draft as a message, for a copy that its writer takes along: it has the hidden recipients, and what was typed and is no
/// address stands as it was typed. One that redirects a message has that attached. `date` and `unique` are as [`build`] has
/// them.
pub fn unsent(content: &Content<'_>, date: i64, unique: &str) -> Vec<u8> {
    let Content { draft, files, pictures, sending } = *content;
    let Identity { name, address, .. } = sending.identity(&draft.sender);
    let sender = mailbox(&address).map(|mailbox| Addressee { name: one_line(&name), mailbox });
    let typed = [("To", &draft.to), ("Cc", &draft.cc), ("Bcc", &draft.bcc)];
    let read = typed.map(|(_, typed)| addresses(typed));
    let recipients = typed.iter().zip(&read).filter(|((_, typed), _)| !typed.trim().is_empty());
    let recipients = recipients.map(|((name, typed), read)| {
        let value = match read {
            Ok(people) => list(people),
            Err(_) => Text::new(literal(one_line(typed))).into(),
        };
        ((*name).into(), value)
    });
    let domain = sender.as_ref().map_or("localhost", |sender| sender.mailbox.domain());
    let message_id = format!("{unique}@{domain}");
    let headers = header(sender.as_ref(), recipients.collect(), draft, date, &message_id);
    let message = MessageBuilder { headers, ..Default::default() };
    let mut octets = Vec::new();
    message.body(body(draft, files, pictures, unique, &message_id)).serialize(&mut octets);
    octets
}

type Fields<'a> = Vec<(std::borrow::Cow<'a, str>, HeaderType<'a>)>;

/// Whom all may see.
fn shown<'a>(to: &'a [Addressee], cc: &'a [Addressee]) -> Fields<'a> {
    let mut fields: Fields<'a> = Vec::new();
    match (to.is_empty(), cc.is_empty()) {
        // RFC 5322, section 3.4: a group without members, where all are hidden.
        (true, true) => fields.push(("To".into(), Raw::new("undisclosed-recipients:;").into())),
        (true, false) => {}
        (false, _) => fields.push(("To".into(), list(to))),
    }
    if !cc.is_empty() {
        fields.push(("Cc".into(), list(cc)));
    }
    fields
}

fn header<'a>(
    from: Option<&'a Addressee>,
    recipients: Fields<'a>,
    draft: &Draft,
    date: i64,
    message_id: &'a str,
) -> Fields<'a> {
    let mut fields: Fields<'a> = vec![("Date".into(), Date::new(date).into())];
    fields.extend(from.map(|from| ("From".into(), list(std::slice::from_ref(from)))));
    fields.extend(recipients);
    let mut add = |name: &'static str, value: HeaderType<'a>| fields.push((name.into(), value));
    let subject = one_line(&draft.subject);
    if !subject.is_empty() {
        add("Subject", Text::new(literal(subject)).into());
    }
    add("Message-ID", MessageId::new(message_id).into());
    if let Some(id) = draft.in_reply_to.as_ref().filter(|id| conversation::is_message_id(id)) {
        add("In-Reply-To", MessageId::new(id.clone()).into());
    }
    let references = conversation::shortened(&draft.references);
    if !references.is_empty() {
        add("References", MessageId::new_list(references.into_iter()).into());
    }
    fields
}

fn list<'a>(people: &'a [Addressee]) -> HeaderType<'a> {
    let people = people.iter().map(|Addressee { name, mailbox }| {
        let name = Some(name.clone()).filter(|name| !name.is_empty()).map(|name| literal(name).into());
        Address::Address(EmailAddress { name, email: mailbox.to_string().into() })
    });
    Address::new_list(people.collect()).into()
}

/// Words as they were typed, where they look like encoded-words (RFC 2047): mail-builder writes those as they are, and they
/// would be decoded. What ends with a space it encodes.
fn literal(words: String) -> String {
    if words.contains("=?") { words + " " } else { words }
}

fn body<'a>(
    draft: &Draft,
    files: &'a [NewFile],
    pictures: &'a [(FileId, NewFile)],
    unique: &str,
    message_id: &str,
) -> MimePart<'a> {
    let text = text_part(&draft.text);
    let text = match &draft.rich {
        // RFC 2046, section 5.1.4: what is nearest to what was written comes last.
        Some(rich) => {
            multipart("alternative", "a.", unique, vec![text, rich_part(rich, pictures, unique, message_id)], "7bit")
        }
        None => text,
    };
    if files.is_empty() {
        return text;
    }
    let (attached, is_eight_bit): (Vec<_>, Vec<_>) = files.iter().map(files::part).unzip();
    let parts: Vec<_> = std::iter::once(text).chain(attached).collect();
    // RFC 2045, section 6.4: a multipart is what the widest of its parts is.
    let encoding = if is_eight_bit.contains(&true) { "8bit" } else { "7bit" };
    multipart("mixed", "", unique, parts, encoding)
}

/// The HTML, together with the pictures in it (RFC 2387).
fn rich_part<'a>(rich: &Rich, pictures: &'a [(FileId, NewFile)], unique: &str, message_id: &str) -> MimePart<'a> {
    let shown = rich.pictures();
    let shown: Vec<_> = pictures.iter().filter(|(file, _)| shown.contains(file)).collect();
    let content_id =
        |file| shown.iter().position(|(shown, _)| *shown == file).map(|at| format!("{}.{message_id}", at + 1));
    let page = html::html(rich, content_id);
    let lines = page.replace('\n', "\r\n");
    let is_seven_bit = mime::fits(lines.as_bytes(), true);
    let page = if is_seven_bit { lines } else { page };
    let page = MimePart::new(ContentType::new("text/html").attribute("charset", "utf-8"), BodyPart::from(page));
    let page = if is_seven_bit { page.transfer_encoding("7bit") } else { page };
    if shown.is_empty() {
        return page;
    }
    let parts = shown.iter().filter_map(|(file, picture)| Some(files::picture(picture, content_id(*file)?)));
    multipart("related", "r.", unique, std::iter::once(page).chain(parts).collect(), "7bit")
}

/// Parts together. `mark` tells the boundary from those of multiparts around it. Nothing that is encoded holds `=_`, but the
/// letter that this one was made from may go along, and may be one of ours.
fn multipart<'a>(
    subtype: &str,
    mark: &str,
    unique: &str,
    parts: Vec<MimePart<'a>>,
    encoding: &'static str,
) -> MimePart<'a> {
    let mut boundary = format!("=_{mark}{unique}");
    while parts.iter().any(|part| holds(part, &boundary)) {
        boundary.push('_');
    }
    let kind = ContentType::new(format!("multipart/{subtype}")).attribute("boundary", boundary);
    let kind = if subtype == "related" { kind.attribute("type", "text/html") } else { kind };
    MimePart::new(kind, BodyPart::Multipart(parts)).transfer_encoding(encoding)
}

fn holds(part: &MimePart<'_>, boundary: &str) -> bool {
    let octets = match &part.contents {
        BodyPart::Text(text) => text.as_bytes(),
        BodyPart::Binary(octets) => octets,
        BodyPart::Multipart(parts) => return parts.iter().any(|part| holds(part, boundary)),
    };
    memchr::memmem::find(octets, boundary.as_bytes()).is_some()
}

/// The text, as 7bit where it is: mail-builder would encode the spaces that flowed lines end with. Else it chooses between
/// quoted-printable and Base64, whichever is shorter.
fn text_part(text: &str) -> MimePart<'static> {
    let text = flowed::flowed(text);
    let is_seven_bit = mime::fits(text.as_bytes(), true);
    let kind = ContentType::new("text/plain").attribute("charset", "utf-8").attribute("format", "flowed");
    let part = MimePart::new(kind, BodyPart::from(text));
    if is_seven_bit { part.transfer_encoding("7bit") } else { part }
}
