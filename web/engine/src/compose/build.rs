//! The octets of a letter (RFC 5322, MIME), and its envelope.
//!
//! They tell what somebody wrote and to whom, and nothing else: no program, no machine, no time zone, no hidden recipients.

use std::collections::HashSet;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::{Address, EmailAddress};
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use restante_api::letter::{Draft, LetterFault};
use restante_api::{Failure, FailureKind};
use restante_protocol::smtp::{self, BadLetter, Letter, Mailbox};

use super::addresses::mailbox;
use super::{Addressee, NewFile, addresses, conversation, files, flowed, one_line};
use crate::mime;

/// What a letter is built of.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What was typed.
    pub draft: &'a Draft,
    /// Its files, in their order.
    pub files: &'a [NewFile],
    /// The name in From; may be empty.
    pub name: &'a str,
    /// The address in From.
    pub address: &'a str,
}

/// A letter that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The letter: header and body, lines ended by CRLF.
    pub octets: Vec<u8>,
    /// Whom it is returned to.
    pub from: Mailbox,
    /// Whom it is for: To, Cc and Bcc, each mailbox once.
    pub recipients: Vec<Mailbox>,
    /// What was surveyed of the octets.
    pub content: smtp::Content,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
}

impl Built {
    /// The envelope, to be sent with the octets.
    ///
    /// # Errors
    /// None: there are recipients.
    pub fn letter(&self) -> Result<Letter, BadLetter> {
        Letter::new(self.from.clone(), self.recipients.iter().cloned(), self.content)
    }
}

/// Builds the letter. `date` is in seconds since 1970-01-01 UTC. `random` is drawn anew for each letter, and the same when one
/// is built again: its Message-ID and its boundary are made of it.
///
/// # Errors
/// [`FailureKind::UnfitLetter`] where sender or recipients are none.
pub fn build(content: &Content<'_>, date: i64, random: [u8; 16]) -> Result<Built, Failure> {
    let Content { draft, files, name, address } = *content;
    let unfit = |fault| Failure::new(FailureKind::UnfitLetter(fault), "");
    let from = mailbox(address).ok_or_else(|| unfit(LetterFault::BadSender(mime::line(address))))?;
    let [to, cc, bcc] = [&draft.to, &draft.cc, &draft.bcc].map(|typed| addresses(typed));
    let (to, cc, bcc) = (to.map_err(unfit)?, cc.map_err(unfit)?, bcc.map_err(unfit)?);
    let mut seen = HashSet::new();
    let recipients = [&to, &cc, &bcc].into_iter().flatten().map(|addressee| addressee.mailbox.clone());
    let recipients: Vec<Mailbox> = recipients.filter(|mailbox| seen.insert(mailbox.clone())).collect();
    if recipients.is_empty() {
        return Err(unfit(LetterFault::NoRecipients));
    }
    let random = format!("{:032x}", u128::from_be_bytes(random));
    let message_id = format!("{random}@{}", from.domain());
    let sender = Addressee { name: one_line(name), mailbox: from.clone() };
    let message = MessageBuilder { headers: header(&sender, &to, &cc, draft, date, &message_id), ..Default::default() };
    let mut octets = Vec::new();
    message.body(body(&draft.text, files, &random)).serialize(&mut octets);
    let content = smtp::Content::of(&octets);
    let content = content.map_err(|fault| Failure::new(FailureKind::Internal, fault.to_string()))?;
    Ok(Built { octets, from, recipients, content, message_id })
}

type Fields<'a> = Vec<(std::borrow::Cow<'a, str>, HeaderType<'a>)>;

fn header<'a>(
    from: &'a Addressee,
    to: &'a [Addressee],
    cc: &'a [Addressee],
    draft: &Draft,
    date: i64,
    message_id: &'a str,
) -> Fields<'a> {
    let mut fields: Fields<'a> = Vec::new();
    let mut add = |name: &'static str, value: HeaderType<'a>| fields.push((name.into(), value));
    add("Date", Date::new(date).into());
    add("From", list(std::slice::from_ref(from)));
    match (to.is_empty(), cc.is_empty()) {
        // RFC 5322, section 3.4: a group without members, where all are hidden.
        (true, true) => add("To", Raw::new("undisclosed-recipients:;").into()),
        (true, false) => {}
        (false, _) => add("To", list(to)),
    }
    if !cc.is_empty() {
        add("Cc", list(cc));
    }
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

fn body<'a>(text: &str, files: &'a [NewFile], random: &str) -> MimePart<'a> {
    let text = text_part(text);
    if files.is_empty() {
        return text;
    }
    let (attached, is_eight_bit): (Vec<_>, Vec<_>) = files.iter().map(files::part).unzip();
    let parts: Vec<_> = std::iter::once(text).chain(attached).collect();
    // A letter that goes along may be one of ours, and this one is built again: the same random number may be in it.
    let mut boundary = format!("=_{random}");
    while parts.iter().any(|part| holds(part, &boundary)) {
        boundary.push('_');
    }
    let kind = ContentType::new("multipart/mixed").attribute("boundary", boundary);
    // RFC 2045, section 6.4: a multipart is what the widest of its parts is.
    let encoding = if is_eight_bit.contains(&true) { "8bit" } else { "7bit" };
    MimePart::new(kind, BodyPart::Multipart(parts)).transfer_encoding(encoding)
}

fn holds(part: &MimePart<'_>, boundary: &str) -> bool {
    let octets = match &part.contents {
        BodyPart::Text(text) => text.as_bytes(),
        BodyPart::Binary(octets) => octets,
        BodyPart::Multipart(_) => &[],
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
