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
    walk.block(&mut Parser::new(css), 0, false);
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

struct Walk<'a> {
    resolver: &'a Resolver,
    edits: Vec<Edit>,
}

impl Walk<'_> {
    fn edit(&mut self, start: usize, end: usize, replacement: String) {
        self.edits.push(Edit { start, end, replacement });
    }

    /// Walks one block. `addresses`: strings in here are addresses.
    fn block(&mut self, parser: &mut Parser<'_>, depth: u32, addresses: bool) {
        loop {
            let start = parser.position().byte_index();
            let Ok(token) = parser.next_including_whitespace_and_comments().cloned() else { return };
            let end = parser.position().byte_index();
            match token {
                Token::UnquotedUrl(address) => {
                    let resolved = self.resolved(&address);
                    self.edit(start, end, resolved);
                }
                Token::QuotedString(address) if addresses => {
                    let resolved = self.resolved(&address);
                    self.edit(start, end, resolved);
                }
                Token::BadUrl(_) | Token::BadString(_) => self.edit(start, end, "none".to_owned()),
                Token::AtKeyword(name) if DROPPED_RULES.iter().any(|rule| rule.eq_ignore_ascii_case(&name)) => {
                    let end = end_of_rule(parser);
                    self.edit(start, end, String::new());
                }
                Token::Function(name) => self.function(&name, parser, start, depth, addresses),
                Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                    self.nested(parser, start, depth, addresses);
                }
                _ => {}
            }
        }
    }

    fn function(&mut self, name: &str, parser: &mut Parser<'_>, start: usize, depth: u32, addresses: bool) {
        if name.eq_ignore_ascii_case("url") {
            let address = nested_string(parser);
            let resolved = address.map_or_else(|| "none".to_owned(), |address| self.resolved(&address));
            self.edit(start, parser.position().byte_index(), resolved);
        } else if name.eq_ignore_ascii_case("expression") || addresses && is_substitution(name) {
            skip_block(parser);
            self.edit(start, parser.position().byte_index(), "none".to_owned());
        } else {
            let fetching = FETCHING.iter().any(|function| function.eq_ignore_ascii_case(name));
            self.nested(parser, start, depth, addresses || fetching);
        }
    }

    fn nested(&mut self, parser: &mut Parser<'_>, start: usize, depth: u32, addresses: bool) {
        if depth >= MAX_NESTING {
            skip_block(parser);
            self.edit(start, parser.position().byte_index(), String::new());
            return;
        }
        let _: Result<(), cssparser::ParseError<()>> = parser.parse_nested_block(|inner| {
            self.block(inner, depth + 1, addresses);
            Ok(())
        });
    }

    /// `url("…")` of what the address resolves to; `none` where it is not to be loaded.
    fn resolved(&self, address: &str) -> String {
        let mut css = "none".to_owned();
        if let Some(address) = self.resolver.picture(address) {
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
