//! Takes out of style sheets what would fetch something. Everything else stays byte for byte.
//!
//! `url()` and its relatives are resolved like a picture's address; `@import`, `@font-face` and other rules that can only
//! be there to fetch are dropped. Text is read with a CSS tokenizer, so that escapes (`\75rl(`) and comments hide nothing.

use cssparser::{Parser, ToCss as _, Token};

use super::url::Resolver;

/// Blocks within blocks at most; what is nested deeper is dropped.
const MAX_NESTING: u32 = 32;

/// Functions whose strings are addresses, beside `url()` (CSS Images 4).
const FETCHING: [&str; 8] =
    ["src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "-webkit-canvas", "paint"];

/// At-rules that fetch, or change how names are read.
const DROPPED_RULES: [&str; 4] = ["import", "font-face", "namespace", "charset"];

/// Properties whose remote pictures are fetched. For others (`mask-image`, `clip-path`) a browser asks the other host for its consent
/// (CORS), and tells it with that where the page is from; so may whatever takes its value from a custom property.
const PICTURED: [&str; 9] = [
    "background",
    "background-image",
    "border-image",
    "border-image-source",
    "-webkit-border-image",
    "list-style",
    "list-style-image",
    "content",
    "cursor",
];

/// Rewrites the value of a `style` attribute.
pub(super) fn rewrite_declarations(css: &str, resolver: &Resolver) -> String {
    rewrite(css, resolver)
}

/// Rewrites the content of a `<style>` element.
pub(super) fn rewrite_style_element(css: &str, resolver: &Resolver) -> String {
    rewrite(css, resolver).replace("</", "<\\/")
}

/// A span of the source and what stands in its place.
struct Edit {
    start: usize,
    end: usize,
    replacement: String,
}

fn rewrite(css: &str, resolver: &Resolver) -> String {
    // Nothing that fetches can be written without one of these: a letter may be escaped, and neither of them.
    if !css.contains(['(', '@']) {
        return css.to_owned();
    }
    let mut walk = Walk { resolver, edits: Vec::new() };
    walk.block(&mut Parser::new(css), 0, Value { is_declared: true, ..Value::default() });
    let mut out = String::with_capacity(css.len());
    let mut at = 0;
    for edit in walk.edits {
        out.push_str(&css[at..edit.start]);
        out.push_str(&edit.replacement);
        at = edit.end;
    }
    out.push_str(&css[at..]);
    out
}

/// What is known of the value that is being walked.
#[derive(Debug, Clone, Copy, Default)]
struct Value {
    /// Strings in it are addresses.
    has_addresses: bool,
    /// It is that of a property of [`PICTURED`].
    is_pictured: bool,
    /// Declarations stand here, and not what is within a value.
    is_declared: bool,
}

struct Walk<'a> {
    resolver: &'a Resolver,
    edits: Vec<Edit>,
}

impl Walk<'_> {
    fn edit(&mut self, start: usize, end: usize, replacement: String) {
        self.edits.push(Edit { start, end, replacement });
    }

    /// Walks one block.
    fn block(&mut self, parser: &mut Parser<'_>, depth: u32, mut value: Value) {
        // What may be the name of a property, until a colon follows or something else.
        let mut name: Option<bool> = None;
        let mut begins = value.is_declared;
        loop {
            let start = parser.position().byte_index();
            let Ok(token) = parser.next_including_whitespace_and_comments().cloned() else { return };
            let end = parser.position().byte_index();
            let named = match &token {
                Token::Ident(ident) if begins => {
                    Some(PICTURED.iter().any(|property| property.eq_ignore_ascii_case(ident)))
                }
                Token::WhiteSpace(_) | Token::Comment(_) => name,
                _ => None,
            };
            match &token {
                Token::Colon if name.is_some() => value.is_pictured = name == Some(true),
                Token::Semicolon => value.is_pictured = false,
                _ => {}
            }
            begins = match &token {
                Token::WhiteSpace(_) | Token::Comment(_) => begins,
                token => value.is_declared && matches!(token, Token::Semicolon | Token::CurlyBracketBlock),
            };
            name = named;
            match token {
                Token::UnquotedUrl(address) => {
                    let resolved = self.resolved(&address, value);
                    self.edit(start, end, resolved);
                }
                Token::QuotedString(address) if value.has_addresses => {
                    let resolved = self.resolved(&address, value);
                    self.edit(start, end, resolved);
                }
                Token::BadUrl(_) | Token::BadString(_) => self.edit(start, end, "none".to_owned()),
                Token::AtKeyword(name) if DROPPED_RULES.iter().any(|rule| rule.eq_ignore_ascii_case(&name)) => {
                    let end = end_of_rule(parser);
                    self.edit(start, end, String::new());
                }
                Token::Function(name) => self.function(&name, parser, start, depth, value),
                Token::ParenthesisBlock | Token::SquareBracketBlock => {
                    self.nested(parser, start, depth, Value { is_declared: false, ..value });
                }
                Token::CurlyBracketBlock => {
                    // A rule: its declarations begin anew.
                    self.nested(parser, start, depth, Value { is_pictured: false, is_declared: true, ..value });
                    value.is_pictured = false;
                }
                _ => {}
            }
        }
    }

    fn function(&mut self, name: &str, parser: &mut Parser<'_>, start: usize, depth: u32, value: Value) {
        if name.eq_ignore_ascii_case("url") {
            let address = nested_string(parser);
            let resolved = address.map_or_else(|| "none".to_owned(), |address| self.resolved(&address, value));
            self.edit(start, parser.position().byte_index(), resolved);
        } else if name.eq_ignore_ascii_case("expression") || value.has_addresses && is_substitution(name) {
            skip_block(parser);
            self.edit(start, parser.position().byte_index(), "none".to_owned());
        } else {
            let fetching = FETCHING.iter().any(|function| function.eq_ignore_ascii_case(name));
            self.nested(
                parser,
                start,
                depth,
                Value { has_addresses: value.has_addresses || fetching, is_declared: false, ..value },
            );
        }
    }

    fn nested(&mut self, parser: &mut Parser<'_>, start: usize, depth: u32, value: Value) {
        if depth >= MAX_NESTING {
            skip_block(parser);
            self.edit(start, parser.position().byte_index(), String::new());
            return;
        }
        let _: Result<(), cssparser::ParseError<()>> = parser.parse_nested_block(|inner| {
            self.block(inner, depth + 1, value);
            Ok(())
        });
    }

    /// `url("…")` of what the address resolves to; `none` where it is not to be loaded.
    fn resolved(&self, address: &str, value: Value) -> String {
        let mut css = "none".to_owned();
        let address =
            if value.is_pictured { self.resolver.picture(address) } else { self.resolver.own_picture(address) };
        if let Some(address) = address {
            css = "url(".to_owned();
            // Writing to a String does not fail.
            let _ = Token::QuotedString(address.as_str().into()).to_css(&mut css);
            css.push_str(self.resolver.modifier(&address));
            css.push(')');
        }
        css
    }
}

/// `var()` and its kin could bring a string that was written elsewhere.
fn is_substitution(name: &str) -> bool {
    ["var", "env", "attr", "if"].iter().any(|function| function.eq_ignore_ascii_case(name))
}

fn nested_string(parser: &mut Parser<'_>) -> Option<String> {
    let found: Result<String, cssparser::ParseError<()>> = parser.parse_nested_block(|inner| {
        let string = inner.expect_string()?.as_ref().to_owned();
        Ok(string)
    });
    found.ok()
}

fn skip_block(parser: &mut Parser<'_>) {
    let _: Result<(), cssparser::ParseError<()>> = parser.parse_nested_block(|inner| {
        while inner.next().is_ok() {}
        Ok(())
    });
}

/// Skips to the end of an at-rule, and gives the place behind it.
fn end_of_rule(parser: &mut Parser<'_>) -> usize {
    loop {
        match parser.next() {
            Ok(Token::Semicolon) | Err(_) => return parser.position().byte_index(),
            Ok(Token::CurlyBracketBlock) => {
                skip_block(parser);
                return parser.position().byte_index();
            }
            Ok(_) => {}
        }
    }
}
