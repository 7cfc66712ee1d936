//! Makes a message's HTML safe to show: one standalone document for a sandboxed frame.
//!
//! ```text
//! html ──► survey (tokens: body attributes, depth) ──► ammonia (elements, attributes) ──► finish ──► document
//!                                                          └── url, css (each attribute)  └── css (<style>), pictures, links, fit
//! ```
//!
//! Layout survives: tables, `style` attributes, `<style>` elements. Everything that runs, submits, embeds or redirects is
//! dropped, and nothing is fetched from outside until the user says so. The frame that the page shows it in holds that as
//! well, without this module: by its Content-Security-Policy, and against scripts by its sandbox.
//!
//! Not here: which HTML part of a message to show (that is `mime`), and the frame.

mod bound;
mod css;
mod document;
mod fit;
mod links;
mod marks;
mod pictures;
mod survey;
mod tags;
mod url;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::OnceLock;

use restante_api::{InlineImage, Wording};
use tags::Piece;
use url::Resolver;

/// Whether pictures may come from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RemoteContent {
    /// Nothing is fetched.
    #[default]
    Blocked,
    /// Pictures are fetched over http and https. Style sheets and fonts are not, ever.
    Allowed,
    /// The same, and each address in a style sheet says that nobody is to learn where it stands (`referrer-policy()`, CSS
    /// Values 5): Chromium 156 takes no notice of the document's policy there. Browsers that do not know it drop the picture.
    AllowedWithModifiers,
}

/// A message's HTML, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// A whole HTML document, for a frame that has a Content-Security-Policy of its own.
    pub html: String,
    /// How many remote pictures it refers to; [`RemoteContent::Allowed`] shows them.
    pub remote: u32,
}

/// The HTML that is sanitised at most, in bytes; what follows is cut off. Pictures may be in it; what is laid out has a bound
/// of its own.
pub const MAX_HTML_BYTES: usize = 8 << 20;

/// The elements that are open at the same time at most; deeper HTML is shown as text. Browsers stop nesting at 512.
pub const MAX_DEPTH: usize = 1024;

/// Makes a standalone, harmless document of a message's HTML. What it says itself it says by `wording`.
pub fn sanitise(html: &str, images: &[InlineImage], remote: RemoteContent, wording: &Wording) -> Document {
    let (html, cut) = document::cut(html, MAX_HTML_BYTES);
    let survey = survey::survey(html);
    let resolver = Rc::new(Resolver::new(images, remote));
    let mut budget = bound::Budget::new(bound::MAX_COST);
    let (body_attributes, content) = if survey.depth > MAX_DEPTH {
        (String::new(), finish(&document::as_text(html), &resolver, &mut budget, wording))
    } else {
        let body = clean(&survey.body_as_div(), &resolver);
        (document::attributes_of_div(&body), finish(&clean(html, &resolver), &resolver, &mut budget, wording))
    };
    let cut = (cut || budget.is_spent).then_some(wording.cut.as_str());
    Document { html: document::assemble(&survey, &body_attributes, &content, cut), remote: resolver.remote() }
}

/// Elements that are dropped together with what they hold.
const DROPPED_WITH_CONTENT: [&str; 19] = [
    "applet", "audio", "canvas", "datalist", "embed", "frameset", "iframe", "math", "noembed", "noframes", "noscript",
    "object", "script", "select", "svg", "template", "textarea", "title", "video",
];

/// Elements that stay. What is in neither list is dropped and its content stays (`form`, `button`, `link`, `meta`).
const ELEMENTS: [&str; 87] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "map",
    "mark",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
    "picture",
    "nobr",
];

/// Attributes that stay on any element. `id` and `name` are not among them: nothing refers to them.
const ATTRIBUTES: [&str; 33] = [
    "align",
    "alt",
    "background",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "cite",
    "class",
    "clear",
    "color",
    "cols",
    "colspan",
    "coords",
    "datetime",
    "dir",
    "face",
    "height",
    "hspace",
    "lang",
    "noshade",
    "nowrap",
    "rowspan",
    "rules",
    "shape",
    "size",
    "span",
    "start",
    "style",
    "title",
    "type",
    "valign",
    "vspace",
];

/// Attributes that stay on one element only.
const OWN_ATTRIBUTES: [(&str, &[&str]); 11] = [
    ("a", &["href"]),
    ("area", &["href"]),
    ("col", &["width"]),
    ("details", &["open"]),
    ("img", &["src", "usemap", "width"]),
    ("map", &["name"]),
    ("style", &["media"]),
    ("table", &["width", "summary"]),
    ("td", &["width", "headers"]),
    ("th", &["width", "headers"]),
    ("li", &["value"]),
];

fn clean(html: &str, resolver: &Rc<Resolver>) -> String {
    thread_local! {
        // ammonia's builder takes a filter that is Send and Sync; what this call resolves against stands here meanwhile.
        static CURRENT: RefCell<Option<Rc<Resolver>>> = const { RefCell::new(None) };
    }
    static BUILDER: OnceLock<ammonia::Builder<'static>> = OnceLock::new();
    let builder = BUILDER.get_or_init(|| {
        let mut builder = rules();
        builder.attribute_filter(|element, attribute, value| {
            let resolver = CURRENT.with_borrow(Clone::clone)?;
            match (element, attribute) {
                (_, "style") => Some(css::rewrite_declarations(value, &resolver).into()),
                ("a" | "area", "href") => url::link(value).map(Into::into),
                (_, "src" | "background") => resolver.picture(value).map(Into::into),
                (_, "cite") => None,
                _ => Some(value.into()),
            }
        });
        builder
    });
    CURRENT.set(Some(Rc::clone(resolver)));
    let cleaned = builder.clean(html).to_string();
    CURRENT.set(None);
    cleaned
}

/// What is left to do on clean HTML: style sheets, pictures that are not shown, links that deceive, what is too wide for a
/// telephone, and an end to what is too long.
fn finish(html: &str, resolver: &Resolver, budget: &mut bound::Budget, wording: &Wording) -> String {
    let mut out = String::with_capacity(html.len());
    let mut links = links::Links::new(wording);
    for piece in tags::pieces(html).filter_map(|piece| budget.take(piece)) {
        match piece {
            Piece::Other(text) => {
                marks::bound(text, &mut out);
                links.other(text, &mut out);
            }
            Piece::Style(css) => out.push_str(&css::rewrite_style_element(css, resolver)),
            Piece::Start(tag) => {
                let at = out.len();
                let is_wide = fit::is_wide(&tag);
                if tag.name() == "img" && tag.attribute("src").is_none() {
                    out.push_str(&pictures::frame(&tag, is_wide));
                } else if is_wide {
                    out.push_str(&fit::marked(&tag));
                } else {
                    out.push_str(tag.source);
                }
                links.start(tag, at..out.len());
            }
        }
    }
    out
}

fn rules() -> ammonia::Builder<'static> {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .clean_content_tags(HashSet::from(DROPPED_WITH_CONTENT))
        .generic_attributes(HashSet::from(ATTRIBUTES))
        .tag_attributes(OWN_ATTRIBUTES.iter().map(|(tag, own)| (*tag, own.iter().copied().collect())).collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid", "data"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_values(HashMap::from([
            ("a", HashMap::from([("target", "_blank")])),
            ("area", HashMap::from([("target", "_blank"), ("rel", "noopener noreferrer")])),
            ("img", HashMap::from([("referrerpolicy", "no-referrer"), ("loading", "lazy")])),
        ]))
        .strip_comments(true);
    builder
}

#[cfg(test)]
mod spelling_tests;
#[cfg(test)]
mod tests;
