//! A text with formatting as HTML, for those who read it so. All elements and attributes are written here: of HTML of somebody
//! else there are words and the targets of links.

use std::fmt::Write as _;

use restante_api::letter::FileId;
use restante_api::rich::{self, Inline, Rich, RichBlock, Run};

/// What stands beside a quotation: mail readers have no style for it.
const QUOTE: &str = "margin:0 0 0 .8ex;border-left:2px solid #bbb;padding-left:1ex";

/// A whole document. `content_id` knows the Content-ID of a picture's part, without angle brackets (RFC 2392); a picture that
/// it does not know is left out.
pub(super) fn html(text: &Rich, content_id: impl Fn(FileId) -> Option<String>) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n");
    blocks(&text.blocks, &content_id, &mut out);
    out.push_str("</body></html>\n");
    out
}

fn blocks(blocks: &[RichBlock], content_id: &impl Fn(FileId) -> Option<String>, out: &mut String) {
    for block in blocks {
        match block {
            RichBlock::Line(parts) => {
                out.push_str("<div>");
                line(parts, content_id, out);
                out.push_str("</div>\n");
            }
            RichBlock::List { ordered, items } => {
                let element = if *ordered { "ol" } else { "ul" };
                let _ = writeln!(out, "<{element}>");
                for item in items {
                    out.push_str("<li>");
                    // One line alone needs no block of its own within its item.
                    match &item[..] {
                        [RichBlock::Line(parts)] => line(parts, content_id, out),
                        item => self::blocks(item, content_id, out),
                    }
                    out.push_str("</li>\n");
                }
                let _ = writeln!(out, "</{element}>");
            }
            RichBlock::Quote(inner) => {
                let _ = writeln!(out, "<blockquote type=\"cite\" style=\"{QUOTE}\">");
                self::blocks(inner, content_id, out);
                out.push_str("</blockquote>\n");
            }
        }
    }
}

fn line(parts: &[Inline], content_id: &impl Fn(FileId) -> Option<String>, out: &mut String) {
    let start = out.len();
    // HTML folds spaces, and drops those that a line begins with.
    let mut is_folded = true;
    for part in parts {
        match part {
            Inline::Run(words) => run(words, &mut is_folded, out),
            Inline::Picture(file, words) => {
                if let Some(id) = content_id(*file) {
                    is_folded = false;
                    out.push_str("<img src=\"cid:");
                    escape(&id, out);
                    out.push_str("\" alt=\"");
                    escape(words, out);
                    out.push_str("\" style=\"max-width:100%\">");
                }
            }
        }
    }
    // Nor does it show a space that a line ends with.
    let shown = ["</a>", "</b>", "</i>"].iter().fold(&out[..], |out, end| out.strip_suffix(end).unwrap_or(out));
    if shown.ends_with(' ') {
        let at = shown.len() - 1;
        out.replace_range(at..=at, "&nbsp;");
    }
    // An empty block has no height.
    if out.len() == start {
        out.push_str("<br>");
    }
}

fn run(run: &Run, is_folded: &mut bool, out: &mut String) {
    let mut ends = Vec::new();
    if let Some(link) = run.link.as_deref().and_then(rich::link) {
        out.push_str("<a href=\"");
        escape(&link, out);
        out.push_str("\">");
        ends.push("</a>");
    }
    for (is_on, start, end) in [(run.bold, "<b>", "</b>"), (run.italic, "<i>", "</i>")] {
        if is_on {
            out.push_str(start);
            ends.push(end);
        }
    }
    for c in run.text.replace('\t', "    ").chars() {
        let c = if c.is_control() { ' ' } else { c };
        match c {
            ' ' if *is_folded => out.push_str("&nbsp;"),
            c => escape(c.encode_utf8(&mut [0; 4]), out),
        }
        *is_folded = c == ' ' && !*is_folded;
    }
    out.extend(ends.into_iter().rev());
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}
