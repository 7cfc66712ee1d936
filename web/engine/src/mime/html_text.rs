//! The text of HTML, for rows of the list and for messages that have nothing else.
//!
//! Where a browser begins a line, a line begins; where it begins a cell, there is a space: words that stand apart are never
//! glued together. Not for showing HTML: that is the sanitiser's.

use mail_parser::decoders::html::add_html_token;

/// Elements that stand on lines of their own.
const LINES: [&str; 36] = [
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "select",
];

/// Elements with an empty line around them.
const PARAGRAPHS: [&str; 9] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"];

/// Elements whose content is not text to read.
const SILENT: [&str; 6] = ["script", "style", "title", "template", "noframes", "noembed"];

/// Elements that only the other words around them are glued to.
const APART: [&str; 5] = ["td", "th", "button", "input", "iframe"];

/// The text of HTML. Of a page without any words, what it says its pictures show.
pub(super) fn of_html(html: &str) -> String {
    let text = Writer::default().read(html);
    if text.is_empty() { Writer { pictures: true, ..Writer::default() }.read(html) } else { text }
}

#[derive(Default)]
struct Writer {
    text: String,
    /// What stands between the last word and the next one.
    space: bool,
    lines: u8,
    /// `pre` elements that are open.
    preformatted: usize,
    /// Words for pictures count.
    pictures: bool,
}

impl Writer {
    fn read(mut self, html: &str) -> String {
        let mut rest = html;
        while !rest.is_empty() {
            let Some(at) = memchr::memchr(b'<', rest.as_bytes()) else {
                self.words(rest);
                break;
            };
            self.words(&rest[..at]);
            rest = self.markup(&rest[at..]);
        }
        self.text
    }

    /// Reads from `<` on. What follows it.
    fn markup<'h>(&mut self, html: &'h str) -> &'h str {
        if let Some(comment) = html.strip_prefix("<!--") {
            // `<!-->` is a whole comment (HTML, section 13.2.5.43).
            return after(comment, "-->").or_else(|| comment.strip_prefix('>')).unwrap_or_default();
        }
        if html.starts_with("<!") || html.starts_with("<?") {
            return after(html, ">").unwrap_or_default();
        }
        let (is_end, inner) = html[1..].strip_prefix('/').map_or((false, &html[1..]), |inner| (true, inner));
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.words("<");
            return &html[1..];
        }
        let (name, attributes, rest) = tag(inner);
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is(&SILENT) && !is_end {
            return end_of(name, rest);
        }
        if is(&["br"]) {
            self.lines = self.lines.saturating_add(1);
        } else if is(&LINES) {
            self.lines = self.lines.max(1);
        } else if is(&PARAGRAPHS) {
            self.lines = self.lines.max(2);
        } else if is(&APART) {
            self.space = true;
        }
        if is(&["pre"]) {
            self.preformatted =
                if is_end { self.preformatted.saturating_sub(1) } else { self.preformatted.saturating_add(1) };
        }
        if self.pictures && is(&["img"]) && !is_end {
            self.space = true;
            self.words(value(attributes, "alt").unwrap_or_default());
            self.space = true;
        }
        rest
    }

    fn words(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let (read, length) = if c == '&' { reference(rest) } else { (c, c.len_utf8()) };
            rest = &rest[length..];
            self.push(read);
        }
    }

    fn push(&mut self, c: char) {
        let is_space = c.is_ascii_whitespace() || c == '\u{a0}';
        if is_space && self.preformatted == 0 {
            self.space = true;
            return;
        }
        if c == '\n' {
            self.lines = self.lines.saturating_add(1);
            return;
        }
        if self.lines > 0 && !self.text.is_empty() {
            self.text.extend(std::iter::repeat_n('\n', usize::from(self.lines.min(2))));
        } else if self.space && !self.text.is_empty() {
            self.text.push(' ');
        }
        (self.lines, self.space) = (0, false);
        self.text.push(c);
    }
}

/// A tag's name, its attributes, and what follows it. A `>` within quotes does not end it.
fn tag(inner: &str) -> (&str, &str, &str) {
    let length = inner.bytes().take_while(|c| !c.is_ascii_whitespace() && !matches!(c, b'/' | b'>')).count();
    let mut quote = None;
    let mut is_value = false;
    for (at, c) in inner.bytes().enumerate().skip(length) {
        match (quote, c) {
            (None, b'>') => return (&inner[..length], &inner[length..at], &inner[at + 1..]),
            // A quote begins a value, and nothing else (HTML, section 13.2.5.35).
            (None, b'"' | b'\'') if is_value => quote = Some(c),
            (Some(begun), _) if begun == c => quote = None,
            _ => {}
        }
        is_value = c == b'=' || is_value && c.is_ascii_whitespace();
    }
    (&inner[..length], "", "")
}

/// The value of an attribute, as it stands.
fn value<'h>(attributes: &'h str, name: &str) -> Option<&'h str> {
    let at = attributes.as_bytes().windows(name.len() + 2).position(|window| {
        let (before, named) = (window[0], &window[1..=name.len()]);
        before.is_ascii_whitespace()
            && named.eq_ignore_ascii_case(name.as_bytes())
            && matches!(window[name.len() + 1], b'=' | b' ')
    })?;
    let value = attributes[at + 1 + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split(|c: char| c.is_ascii_whitespace()).next(),
    }
}

/// The character of a reference (HTML, section 13.5) at the beginning of the text, and how long the reference is. A `&` that
/// begins none is one itself.
fn reference(text: &str) -> (char, usize) {
    /// Longer names stand for nothing.
    const LONGEST: usize = 33;
    let name = text[1..].bytes().take(LONGEST).take_while(|c| c.is_ascii_alphanumeric() || *c == b'#').count();
    let is_closed = text.as_bytes().get(1 + name) == Some(&b';');
    let closed = format!("{};", &text[..=name]);
    let mut read = String::new();
    add_html_token(&mut read, closed.as_bytes(), false);
    let mut characters = read.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if is_closed => (c, name + 2),
        // The oldest names need no semicolon.
        (Some(c), None) if ["nbsp", "amp", "lt", "gt", "quot"].contains(&&text[1..=name]) => (c, name + 1),
        _ => ('&', 1),
    }
}

fn after<'h>(html: &'h str, end: &str) -> Option<&'h str> {
    memchr::memmem::find(html.as_bytes(), end.as_bytes()).map(|at| &html[at + end.len()..])
}

/// What follows the end of this element, or nothing where it has none.
fn end_of<'h>(name: &str, html: &'h str) -> &'h str {
    memchr::memmem::find_iter(html.as_bytes(), b"</")
        .map(|at| &html[at + 2..])
        .find(|end| end.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)))
        .and_then(|end| after(end, ">"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_lines_of_a_table_stay_apart() {
        assert_eq!(
            of_html("<table><tr><td>seven</td><td>Row F</td></tr><tr><TH>large</TH><td>418.00</table>"),
            "seven Row F\nlarge 418.00"
        );
        assert_eq!(
            of_html("<table><tr><td>seven<td>Row F<tr><td>large<td align='right'>418.00"),
            "seven Row F\nlarge 418.00"
        );
        assert_eq!(of_html("<div>a</div><div>b</div><ul><li>c</li><li>d</ul>e"), "a\nb\nc\nd\ne");
    }

    /// Every element that a browser begins a line or a cell with.
    #[test]
    fn no_element_that_stands_apart_glues_words_together() {
        for name in LINES.iter().chain(&PARAGRAPHS).chain(&APART) {
            for html in [format!("a<{name}>b</{name}>c"), format!("a<{name} class=x>b"), format!("a</{name}>b")] {
                let text = of_html(&html.to_uppercase());
                assert!(!text.contains("AB") && !text.contains("BC"), "{html}: {text}");
            }
        }
    }

    #[test]
    fn words_within_a_line_stay_together_and_paragraphs_stay_apart() {
        assert_eq!(of_html("<p>one <b>two</b>!</p><p>th<i>ree"), "one two!\n\nthree");
        assert_eq!(of_html("a<br>b<br><br>c<br><br><br>d<div><br></div>e"), "a\nb\n\nc\n\nd\n\ne");
        assert_eq!(of_html(" a\r\n  b&nbsp; c "), "a b c");
        assert_eq!(of_html("<pre>a  b\n    c\n</pre>d"), "a  b\n    c\n\nd");
    }

    #[test]
    fn what_is_not_text_is_left_out_however_it_is_spelled() {
        for html in [
            "<head><TITLE>t</title><style>p > b { }</STYLE></head>x",
            "<!-- a > b -->x<!-- open",
            "<!--[if mso]><td>y</td><![endif]-->x",
            "<!DOCTYPE html><?xml version='1.0'?>x",
            "<img alt='a > b' title=\"c > d\">x",
            "<p title=it's>x</p>",
            "<script>if (a < b) { '</p>' }</script >x<style>",
            "<a href=\"/?a='1\">x</a>",
        ] {
            assert_eq!(of_html(html), "x", "{html}");
        }
        assert_eq!(of_html("1 < 2 <3 </ 4"), "1 < 2 <3 </ 4");
    }

    #[test]
    fn references_are_read() {
        assert_eq!(
            of_html("&lt;b&gt; &eacute;&#233;&#xE9; &amp;amp; AT&T &unknown; & &nbsp&quot"),
            "<b> ééé &amp; AT&T &unknown; & \""
        );
    }

    #[test]
    fn a_page_of_pictures_says_what_they_show() {
        assert_eq!(
            of_html("<img src=x alt=\"Winter &amp; sale\"><img ALT = '50 % off' src=y>"),
            "Winter & sale 50 % off"
        );
        assert_eq!(of_html("<img alt=Logo>Hello"), "Hello");
        assert_eq!(of_html("<img data-alt=x>"), "");
    }
}
