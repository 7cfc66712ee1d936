//! Puts the sanitised content into a whole document with its own policy.

use super::RemoteContent;
use super::survey::Survey;
use super::{fit, pictures};

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

/// The whole document.
pub(super) fn assemble(
    survey: &Survey,
    body_attributes: &str,
    content: &str,
    remote: RemoteContent,
    cut: bool,
) -> String {
    let pictures = match remote {
        RemoteContent::Blocked => "data:",
        RemoteContent::Allowed => "data: https: http:",
    };
    let lang = survey.lang.as_deref().filter(|lang| lang.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
    let lang = lang.map(|lang| format!(" lang=\"{lang}\"")).unwrap_or_default();
    let dir = if survey.rtl { " dir=\"rtl\"" } else { "" };
    let cut = if cut { "<hr><p><em>This message is very long; the rest is not shown.</em></p>" } else { "" };
    format!(
        "<!DOCTYPE html><html{lang}{dir}><head>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         img-src {pictures}; font-src 'none'; script-src 'none'; base-uri 'none'; form-action 'none'\">\
         <meta charset=\"utf-8\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"x-dns-prefetch-control\" content=\"off\">\
         <meta name=\"color-scheme\" content=\"light\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Message</title>\
         <style>{BASE_STYLE}{}{}</style></head><body{body_attributes}>{content}{cut}</body></html>",
        pictures::STYLE,
        fit::STYLE
    )
}
