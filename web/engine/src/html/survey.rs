//! A look at HTML as tokens before it is parsed: what `<html>` and `<body>` say of the whole, and how deep it nests.
//!
//! A sanitiser of fragments drops `<body>`, and with it the background a newsletter stands on.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// What the tokens tell.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Attributes of the first `<body>`, as written.
    body: Vec<(String, String)>,
    /// `lang` of `<html>`.
    pub(super) lang: Option<String>,
    /// Whether `<html>` or `<body>` is written from right to left.
    pub(super) rtl: bool,
    /// Elements that are open at the same time, at most.
    pub(super) depth: usize,
    open: usize,
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
            Token::TagToken(_) => {
                let mut survey = self.0.borrow_mut();
                survey.open = survey.open.saturating_sub(1);
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
        if !is_void(&tag.name) && !tag.self_closing {
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

/// Elements that are not closed, or rarely are though the parser closes them (HTML, section 13.1.2).
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "dd"
            | "dt"
            | "embed"
            | "hr"
            | "html"
            | "body"
            | "img"
            | "input"
            | "li"
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
