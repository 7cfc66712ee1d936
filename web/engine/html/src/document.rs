//! Puts the sanitised content into a whole document. Its policy is that of the frame that it is shown in.

use super::survey::Survey;
use super::{fit, links, pictures};

/// How mail looks where it says nothing: a light page, since mail is written for one.
const BASE_STYLE: &str = "html{background:#fff;color:#1a1a1a}\
body{margin:0;padding:16px;font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}\
img{max-width:100%}img:not([height]){height:auto}\
blockquote{margin:0 0 0 4px;padding-left:12px;border-left:3px solid #d0d0d0}\
pre{white-space:pre-wrap}";

/// The beginning of the HTML, at most this many bytes of it, and whether something was cut off.
pub(super) fn cut(html: &str, limit: usize) -> (&str, bool) {
    match html.get(..html.floor_char_boundary(limit)) {
        Some(start) => (start, start.len() < html.len()),
        None => (html, false),
    }
}

/// The attributes of the one `<div>` that the sanitiser gave back, with a space before each.
pub(super) fn attributes_of_div(div: &str) -> String {
    div.strip_prefix("<div").and_then(|rest| rest.strip_suffix("></div>")).unwrap_or_default().to_owned()
}

/// HTML that is too deep to parse, as text.
pub(super) fn as_text(html: &str) -> String {
    format!("<pre>{}</pre>", ammonia::clean_text(&mail_parser::decoders::html::html_to_text(html)))
}

/// The whole document. Language and direction of the whole stand with its body, since the frame has an `<html>` already.
pub(super) fn assemble(survey: &Survey, body_attributes: &str, content: &str, cut: Option<&str>) -> String {
    let lang = survey.lang.as_deref().filter(|lang| lang.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
    // What the body says of itself stands before that of the whole.
    let unsaid = |attribute: &str| !body_attributes.contains(attribute);
    let lang = lang.filter(|_| unsaid(" lang=\"")).map(|lang| format!(" lang=\"{lang}\"")).unwrap_or_default();
    let dir = if survey.rtl && unsaid(" dir=\"") { " dir=\"rtl\"" } else { "" };
    let cut = cut.map(|words| format!("<hr><p><em>{}</em></p>", links::escaped(words))).unwrap_or_default();
    format!(
        "<!DOCTYPE html><html><head>\
         <meta charset=\"utf-8\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"color-scheme\" content=\"light\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Message</title>\
         <style>{BASE_STYLE}{}{}</style></head><body{body_attributes}{lang}{dir}>{content}{cut}</body></html>",
        pictures::STYLE,
        fit::STYLE
    )
}
