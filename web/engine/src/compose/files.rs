//! A letter's files as parts of it (RFC 2045, RFC 2183).

use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::{BodyPart, MimePart};

use super::{NewFile, one_line};
use crate::mime;

/// What is said of octets of which nothing else is known (RFC 2046, section 4.5.1).
const OCTETS: &str = "application/octet-stream";

/// The part, and whether it is 8bit.
///
/// Encoded here and not by mail-builder: that leaves a text of short lines as it is, with a NUL or a CR in it, and a file has
/// to come back octet for octet.
pub(super) fn part(file: &NewFile) -> (MimePart<'_>, bool) {
    let media_type = media_type(&file.media_type);
    if media_type == "message/rfc822" {
        return message(file);
    }
    // RFC 2045, section 6.4: neither of them may be Base64. RFC 6532, section 3.7: that one may.
    let media_type = match media_type.split_once('/') {
        Some(("message", subtype)) if subtype != "global" => "text/plain".to_owned(),
        Some(("multipart", _)) => OCTETS.to_owned(),
        _ => media_type,
    };
    (attached(media_type, BodyPart::from(mime::base64(&file.octets)), "base64", &file.name), false)
}

/// A picture within a text, which has this Content-ID.
pub(super) fn picture(file: &NewFile, content_id: String) -> MimePart<'_> {
    let encoded = BodyPart::from(mime::base64(&file.octets));
    named("inline", media_type(&file.media_type), encoded, "base64", &file.name).cid(content_id)
}

/// A message is a part that is never encoded itself (RFC 2046, section 5.2.1). It is 7bit wherever it can be, for servers
/// without 8BITMIME; what can be neither that nor 8bit is no message, and stays what it is as a file.
fn message(file: &NewFile) -> (MimePart<'_>, bool) {
    let kind = || "message/rfc822".to_owned();
    if let Some(message) = mime::seven_bit(&file.octets) {
        (attached(kind(), BodyPart::from(message), "7bit", &file.name), false)
    } else if mime::fits(&file.octets, false) && mime::has_header(&file.octets) {
        (attached(kind(), BodyPart::from(&file.octets[..]), "8bit", &file.name), true)
    } else {
        let encoded = BodyPart::from(mime::base64(&file.octets));
        (attached(OCTETS.to_owned(), encoded, "base64", &file.name), false)
    }
}

fn attached<'a>(media_type: String, body: BodyPart<'a>, encoding: &'static str, name: &str) -> MimePart<'a> {
    named("attachment", media_type, body, encoding, name)
}

fn named<'a>(
    disposition: &'static str,
    media_type: String,
    body: BodyPart<'a>,
    encoding: &'static str,
    name: &str,
) -> MimePart<'a> {
    // What looks like an encoded-word is decoded by many, though RFC 2047, section 5, forbids it in a parameter.
    let name = one_line(name).replace("=?", "=_");
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let mut part = MimePart::new(ContentType::new(media_type), BodyPart::Binary(Vec::new().into()));
    part.contents = body;
    let disposition = ContentType::new(disposition).attribute("filename", name);
    part.header("Content-Disposition", disposition).transfer_encoding(encoding)
}

/// RFC 2045, section 5.1: type and subtype, tokens both, in lower case. Anything else is unknown octets.
fn media_type(given: &str) -> String {
    let is_token = |text: &str| {
        let fits = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&c);
        (1..=127).contains(&text.len()) && text.bytes().all(fits)
    };
    let kind = given.split(';').next().unwrap_or_default().trim();
    let is_fit = kind.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if is_fit { kind.to_ascii_lowercase() } else { OCTETS.to_owned() }
}
