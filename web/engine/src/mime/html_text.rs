//! The text of HTML, for rows of the list and for messages that have nothing else.
//!
//! Where a browser begins a line, a line begins; where it begins a cell, there is a space: words that stand apart are never
//! glued together. Not for showing HTML: that is the sanitiser's.

use super::html_tokens::{Tag, Token, characters, tokens};

/// Elements that stand on lines of their own.
pub(super) const LINES: [&str; 36] = [
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
pub(super) const PARAGRAPHS: [&str; 9] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"];

/// Elements that only the other words around them are glued to.
pub(super) const APART: [&str; 5] = ["td", "th", "button", "input", "iframe"];

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
        for token in tokens(html) {
            match token {
                Token::Words(words) => self.words(words),
                Token::Start(tag) => self.tag(tag, false),
                Token::End(tag) => self.tag(tag, true),
            }
        }
        self.text
    }

    fn tag(&mut self, tag: Tag<'_>, is_end: bool) {
        if tag.is(&["br"]) {
            self.lines = self.lines.saturating_add(1);
        } else if tag.is(&LINES) {
            self.lines = self.lines.max(1);
        } else if tag.is(&PARAGRAPHS) {
            self.lines = self.lines.max(2);
        } else if tag.is(&APART) {
            self.space = true;
        }
        if tag.is(&["pre"]) {
            self.preformatted =
                if is_end { self.preformatted.saturating_sub(1) } else { self.preformatted.saturating_add(1) };
        }
        if self.pictures && tag.is(&["img"]) && !is_end {
            self.space = true;
            self.words(tag.value("alt").unwrap_or_default());
            self.space = true;
        }
    }

    fn words(&mut self, text: &str) {
        characters(text).for_each(|c| self.push(c));
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
