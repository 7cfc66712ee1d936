//! Walks over HTML that ammonia wrote, tag by tag.
//!
//! Such HTML is well-formed: attribute values stand in double quotes, and `<` in text is escaped. So a `<` outside of a
//! tag begins a tag, and a `style` element's content ends at the next `</style`. Not for HTML as it came.

/// A piece of the HTML. All of them together are the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, or an end tag.
    Other(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// What stands between `<style>` and `</style>`.
    Style(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// From `<` to `>`.
    pub(super) source: &'a str,
}

impl<'a> Tag<'a> {
    /// The element's name, lower case.
    pub(super) fn name(&self) -> &'a str {
        let name = self.source.trim_start_matches('<');
        &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())]
    }

    /// The value of an attribute, escaped as it stands.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'a str> {
        let mut rest = self.source.get(1 + self.name().len()..)?;
        loop {
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            if name.trim() == wanted {
                return Some(value);
            }
            rest = after;
        }
    }

    /// A size in CSS pixels: of the `style` attribute, or else of the attribute of this name.
    pub(super) fn pixels(&self, property: &str) -> Option<f32> {
        let declared = self.declared(property).and_then(|value| value.strip_suffix("px")?.trim().parse().ok());
        declared.or_else(|| self.attribute(property)?.trim().trim_end_matches("px").parse().ok())
    }

    /// The value of a property in the `style` attribute, without `!important`.
    pub(super) fn declared(&self, property: &str) -> Option<&'a str> {
        let mut declarations =
            self.attribute("style")?.split(';').filter_map(|declaration| declaration.split_once(':'));
        let found = declarations.rfind(|(name, _)| name.trim().eq_ignore_ascii_case(property))?.1;
        Some(found.split('!').next().unwrap_or_default().trim())
    }
}

/// The pieces of HTML.
pub(super) fn pieces(html: &str) -> Pieces<'_> {
    Pieces { rest: html, in_style: false }
}

/// See [`pieces`].
pub(super) struct Pieces<'a> {
    rest: &'a str,
    in_style: bool,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if std::mem::take(&mut self.in_style) {
            let end = find_ignoring_case(self.rest, "</style").unwrap_or(self.rest.len());
            return Some(Piece::Style(self.take(end)));
        }
        if self.rest.is_empty() {
            return None;
        }
        let Some(after) = self.rest.strip_prefix('<') else {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            return Some(Piece::Other(self.take(end)));
        };
        let starts = after.starts_with(|c: char| c.is_ascii_alphabetic());
        let source = self.take(end_of_tag(self.rest));
        if !starts {
            return Some(Piece::Other(source));
        }
        let tag = Tag { source };
        self.in_style = tag.name() == "style";
        Some(Piece::Start(tag))
    }
}

impl<'a> Pieces<'a> {
    fn take(&mut self, end: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

fn find_ignoring_case(text: &str, ascii: &str) -> Option<usize> {
    text.as_bytes().windows(ascii.len()).position(|window| window.eq_ignore_ascii_case(ascii.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_whole_and_a_style_is_one_of_them() {
        let html = "é<p title=\"a>b\">x</p><style>a>b{}</style><img src=\"x\" alt=\"\">";
        let found: Vec<_> = pieces(html).collect();
        let whole: String = found
            .iter()
            .map(|piece| match piece {
                Piece::Other(text) | Piece::Style(text) | Piece::Start(Tag { source: text }) => *text,
            })
            .collect();
        assert_eq!(whole, html);
        assert!(found.contains(&Piece::Style("a>b{}")), "{found:?}");
        assert_eq!(pieces("<style>").last(), Some(Piece::Style("")));
    }

    #[test]
    fn attributes_and_sizes_are_read() {
        let tag =
            Tag { source: "<td width=\"600\" title=\" style=x\" style=\"max-width: 9px;WIDTH:20px !important\">" };
        assert_eq!((tag.name(), tag.attribute("title"), tag.attribute("alt")), ("td", Some(" style=x"), None));
        assert_eq!((tag.pixels("width"), tag.pixels("max-width"), tag.pixels("height")), (Some(20.0), Some(9.0), None));
        assert_eq!(Tag { source: "<td width=\"50%\">" }.pixels("width"), None);
        assert_eq!(Tag { source: "<br>" }.attribute("class"), None);
    }
}
