//! The text of a text part: decoded, its character set applied, `format=flowed` undone.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessagePart, MessagePartId, MimeHeaders, PartType};

use super::{charset, parts};

/// The text of a part, and what is wrong with it, in words.
pub(super) fn of_part(message: &Message<'_>, part: &MessagePart<'_>) -> (String, Option<String>) {
    let label = part.content_type().and_then(|content_type| content_type.attribute("charset"));
    let octets = parts::octets(message, part);
    let decoded = charset::decode(&octets, label);
    let fault = if decoded.unknown {
        Some(format!(
            "The text is in a character set that is not known ({}); some letters may be wrong.",
            label.unwrap_or_default()
        ))
    } else {
        None
    };
    let text = decoded.text.strip_prefix('\u{feff}').unwrap_or(&decoded.text).replace("\r\n", "\n");
    (if is_flowed(part) { unflowed(&text, deletes_space(part)) } else { text }, fault)
}

/// The text of HTML, for rows and for messages that have nothing else.
pub(super) fn of_html(html: &str) -> String {
    html_to_text(html).trim().to_owned()
}

/// The parts that make up what is read: those for a text view, and those for an HTML view.
pub(super) fn bodies(message: &Message<'_>) -> (Vec<MessagePartId>, Vec<MessagePartId>) {
    let texts = |ids: &[MessagePartId]| -> Vec<MessagePartId> {
        ids.iter().copied().filter(|id| message.parts.get(*id as usize).is_some_and(is_text)).collect()
    };
    let (text, html) = (texts(&message.text_body), texts(&message.html_body));
    if !(text.is_empty() && html.is_empty()) {
        return (text, html);
    }
    // A text that is cut off counts as damaged, and the parser puts it among the attachments.
    let damaged = message.parts.iter().zip(0..).find(|(part, _)| {
        part.is_encoding_problem
            && is_text(part)
            && matches!(parts::media_type(part).as_str(), "text/plain" | "text/html")
            && part.content_disposition().is_none_or(|disposition| !disposition.is_attachment())
    });
    let damaged: Vec<_> = damaged.into_iter().map(|(_, id)| id).collect();
    (damaged.clone(), damaged)
}

/// Whether a part is text to read, as opposed to a picture shown in between.
fn is_text(part: &MessagePart<'_>) -> bool {
    matches!(part.body, PartType::Text(_) | PartType::Html(_))
}

fn is_flowed(part: &MessagePart<'_>) -> bool {
    attribute_is(part, "format", "flowed") && !matches!(part.body, PartType::Html(_))
}

fn deletes_space(part: &MessagePart<'_>) -> bool {
    attribute_is(part, "delsp", "yes")
}

fn attribute_is(part: &MessagePart<'_>, name: &str, value: &str) -> bool {
    part.content_type().and_then(|ct| ct.attribute(name)).is_some_and(|found| found.eq_ignore_ascii_case(value))
}

/// Joins the lines that the sender's program broke (RFC 3676, section 4).
fn unflowed(text: &str, deletes_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None; // The quote depth of a line that goes on.
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|c| *c == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        if open != Some(depth) || signature {
            if open.is_some() || !out.is_empty() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                out.push(' ');
            }
        }
        let goes_on = content.ends_with(' ') && !signature;
        out.push_str(if goes_on && deletes_space { &content[..content.len() - 1] } else { content });
        // `Some(usize::MAX)` matches no depth: the next line starts anew, even after an empty first one.
        open = Some(if goes_on { depth } else { usize::MAX });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_lines_are_joined_at_each_depth_of_quoting_and_signatures_are_not() {
        assert_eq!(unflowed("One \ntwo\n\nthree", false), "One two\n\nthree");
        assert_eq!(unflowed("> a \n> b\n>> c \n> d", false), "> a b\n>> c \n> d");
        assert_eq!(unflowed("hi \n-- \nme", false), "hi \n-- \nme");
        assert_eq!(unflowed("ab \ncd", true), "abcd");
        assert_eq!(unflowed(" From there", false), "From there");
        assert_eq!(unflowed("\nx", false), "\nx");
    }
}
