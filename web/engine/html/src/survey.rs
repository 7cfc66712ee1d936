//! A look at HTML as tokens before it is parsed: what `<html>` and `<body>` say of the whole, and how deep it nests.
//!
//! A sanitiser of fragments drops `<body>`, and with it the background a newsletter stands on.

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::{LocalName, local_name};

/// What the tokens tell.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Attributes of the first `<body>`, as written.
    body: Vec<(String, String)>,
    /// `lang` of `<html>`.
    pub(super) lang: Option<String>,
    /// Whether `<html>` or `<body>` is written from right to left.
    pub(super) rtl: bool,
    /// Elements that are open at the same time, at most. Rather more than there are than less: an end tag counts only where
    /// an element of its name is open, and for one element.
    pub(super) depth: usize,
    open: usize,
    of_name: HashMap<LocalName, usize>,
    /// The item of a list that began last. Items of one kind end each other, those of two kinds nest.
    item: Option<LocalName>,
}

impl Survey {
    /// A `<div>` with the body's attributes, unsanitised; the sanitiser keeps what is harmless of them.
    pub(super) fn body_as_div(&self) -> String {
        let mut div = "<div".to_owned();
        for (name, value) in &self.body {
            if name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
                let value = value.replace('&', "&amp;").replace('"', "&quot;");
                div.push_str(&format!(" {name}=\"{value}\""));
            }
        }
        div.push_str("></div>");
        div
    }
}

/// Reads all tokens of the HTML.
pub(super) fn survey(html: &str) -> Survey {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<Survey>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.0.borrow_mut().start(&tag),
            Token::TagToken(tag) => {
                self.0.borrow_mut().end(&tag);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Survey {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let attribute = |name: &str| tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| a.value.to_string());
        match &*tag.name {
            "html" => self.lang = self.lang.take().or(attribute("lang")),
            "body" if self.body.is_empty() => {
                self.body = tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            }
            _ => {}
        }
        if matches!(&*tag.name, "html" | "body") {
            self.rtl |= attribute("dir").is_some_and(|dir| dir.eq_ignore_ascii_case("rtl"));
        }
        // A slash closes nothing in HTML (section 13.1.2.1).
        let counts = match &*tag.name {
            "li" | "dd" | "dt" => {
                let kind = if &*tag.name == "li" { local_name!("li") } else { local_name!("dd") };
                self.item.replace(kind.clone()).is_some_and(|last| last != kind)
            }
            name => !is_void(name),
        };
        if counts {
            *self.of_name.entry(tag.name.clone()).or_default() += 1;
            self.open += 1;
            self.depth = self.depth.max(self.open);
        }
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Survey {
    fn end(&mut self, tag: &Tag) {
        let Some(count) = self.of_name.get_mut(&tag.name).filter(|count| **count > 0) else { return };
        *count -= 1;
        self.open -= 1;
    }
}

/// Elements that are not closed, or rarely are though the parser closes them (HTML, section 13.1.2). Of those that are not
/// void, a handful are open at once for each element that is counted: a paragraph, and the parts of a table.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "html"
            | "body"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "option"
            | "p"
            | "param"
            | "source"
            | "tbody"
            | "td"
            | "th"
            | "tr"
            | "track"
            | "wbr"
    )
}
