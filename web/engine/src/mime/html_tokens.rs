//! The tags and the words of HTML, in the order of the source, as tolerant as a browser is. There is no tree: it serves readers
//! that want the words and a few of the elements around them.

use mail_parser::decoders::html::add_html_token;

/// Elements whose content is not text to read.
const SILENT: [&str; 6] = ["script", "style", "title", "template", "noframes", "noembed"];

/// What HTML is made of. Comments, declarations and the content of elements that say nothing are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'h> {
    /// Words, references in them as they stand.
    Words(&'h str),
    /// An element begins.
    Start(Tag<'h>),
    /// An element ends.
    End(Tag<'h>),
}

/// A tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'h> {
    name: &'h str,
    attributes: &'h str,
}

impl<'h> Tag<'h> {
    /// Whether it is one of these elements, whose names are in lower case.
    pub(super) fn is(self, names: &[&str]) -> bool {
        names.iter().any(|known| known.eq_ignore_ascii_case(self.name))
    }

    /// The element, as it is spelled.
    pub(super) fn name(self) -> &'h str {
        self.name
    }

    /// The value of an attribute, as it stands; empty where it has none.
    pub(super) fn value(self, name: &str) -> Option<&'h str> {
        value(self.attributes, name)
    }
}

/// Reads HTML.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

#[derive(Debug)]
pub(super) struct Tokens<'h> {
    rest: &'h str,
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        while !self.rest.is_empty() {
            let at = memchr::memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
            if at > 0 {
                let (words, rest) = self.rest.split_at(at);
                self.rest = rest;
                return Some(Token::Words(words));
            }
            let (token, rest) = markup(self.rest);
            self.rest = rest;
            if token.is_some() {
                return token;
            }
        }
        None
    }
}

/// What `<` begins, and what follows it.
fn markup(html: &str) -> (Option<Token<'_>>, &str) {
    if let Some(comment) = html.strip_prefix("<!--") {
        // `<!-->` is a whole comment (HTML, section 13.2.5.43).
        return (None, after(comment, "-->").or_else(|| comment.strip_prefix('>')).unwrap_or_default());
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        return (None, after(html, ">").unwrap_or_default());
    }
    let (is_end, inner) = html[1..].strip_prefix('/').map_or((false, &html[1..]), |inner| (true, inner));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (Some(Token::Words("<")), &html[1..]);
    }
    let (name, attributes, rest) = tag(inner);
    let tag = Tag { name, attributes };
    match is_end {
        false if tag.is(&SILENT) => (None, end_of(name, rest)),
        false => (Some(Token::Start(tag)), rest),
        true => (Some(Token::End(tag)), rest),
    }
}

/// The characters of words, references read.
pub(super) fn characters(words: &str) -> impl Iterator<Item = char> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let c = rest.chars().next()?;
        let (read, length) = if c == '&' { reference(rest) } else { (c, c.len_utf8()) };
        rest = &rest[length..];
        Some(read)
    })
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

/// Walks through attributes (HTML, section 13.2.5.32 and the following): each has a name, and may have a value, quoted or not.
fn value<'h>(attributes: &'h str, wanted: &str) -> Option<&'h str> {
    let is_apart = |c: char| c.is_ascii_whitespace() || c == '/';
    let mut rest = attributes.trim_start_matches(is_apart);
    while !rest.is_empty() {
        // A name may begin with anything, an equals sign too.
        let end = rest.char_indices().skip(1).find(|(_, c)| is_apart(*c) || *c == '=');
        let (name, behind) = rest.split_at(end.map_or(rest.len(), |(end, _)| end));
        let spaced = behind.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let (value, behind) = match spaced.strip_prefix('=') {
            None => ("", behind),
            Some(value) => {
                let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                match quote {
                    Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                    None => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
                }
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind.trim_start_matches(is_apart);
    }
    None
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

    fn href(attributes: &str) -> Option<&str> {
        value(attributes, "href")
    }

    #[test]
    fn an_attribute_is_found_where_it_stands_and_not_in_the_value_of_another() {
        for (attributes, found) in [
            (" href=a", Some("a")),
            (" HREF = 'a b' x", Some("a b")),
            ("\n\thref\n=\n\"a\"", Some("a")),
            (" title=\"see href=evil now\" href=\"good\"", Some("good")),
            (" title='\"' href=good", Some("good")),
            (" class=\"x\"href=\"good\"", Some("good")),
            (" disabled href=good href=late", Some("good")),
            ("/href=good", Some("good")),
            (" href", Some("")),
            (" href=\"open", Some("open")),
            (" data-href=x hrefs=y", None),
            (" é=1 =x == href", Some("")),
            ("", None),
            (" = ", None),
        ] {
            assert_eq!(href(attributes), found, "{attributes}");
        }
    }
}
