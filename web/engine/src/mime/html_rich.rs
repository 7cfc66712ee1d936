//! HTML as text with formatting, for a letter that is made of one: lines, lists, quotations, bold, italics, links and pictures
//! that came along. All else of its look is left out, and so there is nothing in it that has to be made safe.

use restante_api::letter::FileId;
use restante_api::picture::percent_decoded;
use restante_api::rich::{Inline, MAX_DEPTH, Rich, RichBlock, Run, link};

use super::html_text::{APART, LINES, PARAGRAPHS};
use super::html_tokens::{Tag, Token, characters, tokens};

/// Lines, runs and pictures that a text has at most: it is edited on the page's thread, which reads all of it after each key.
const MAX_PARTS: usize = 10_000;

/// Octets of an address that a link may have.
const MAX_LINK: usize = 8 << 10;

/// Octets of all links together, each counted with each of its words that look different.
const MAX_LINKS: usize = 1 << 20;

/// Elements that hold nothing, so that no end is to be waited for.
const EMPTY: [&str; 6] = ["br", "hr", "img", "input", "wbr", "col"];

/// Elements that end where another one of their name begins.
const SELF_ENDING: [&str; 8] = ["p", "li", "tr", "td", "th", "dd", "dt", "option"];

/// What HTML says, with its formatting, as far as it is shown. `picture` knows the file that has a Content-ID (RFC 2392); of
/// other pictures there are the words for them. `None` where there is more than can be edited.
pub(crate) fn rich(html: &str, picture: impl Fn(&str) -> Option<FileId>) -> Option<Rich> {
    let mut writer = Writer::default();
    let mut hidden = None;
    for token in tokens(html) {
        if let Some(inner) = hidden.take() {
            let (still, is_shown) = Hidden::behind(inner, token);
            hidden = still;
            if !is_shown {
                continue;
            }
        }
        match token {
            Token::Words(words) => characters(words).for_each(|c| writer.push(c)),
            Token::Start(tag) if is_hidden(tag) => hidden = (!tag.is(&EMPTY)).then(|| Hidden::new(tag)),
            Token::Start(tag) if tag.is(&["img"]) => writer.picture(tag, &picture),
            Token::Start(tag) => writer.start(tag),
            Token::End(tag) => writer.end(tag),
        }
        if writer.parts > MAX_PARTS {
            return None;
        }
    }
    writer.close(0);
    Some(Rich { blocks: writer.blocks })
}

/// Whether an element is not shown: what somebody never saw is not what they pass on.
fn is_hidden(tag: Tag<'_>) -> bool {
    let style = tag.value("style").unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let hides = ["display:none", "visibility:hidden", "mso-hide:all"];
    tag.value("hidden").is_some() || hides.iter().any(|hides| style.contains(hides))
}

/// An element that hides what it holds.
#[derive(Debug)]
struct Hidden<'h> {
    tag: Tag<'h>,
    /// Elements of its name that are open in it.
    same: usize,
    /// Other blocks that are open in it, whose ends are theirs.
    blocks: usize,
}

impl<'h> Hidden<'h> {
    fn new(tag: Tag<'h>) -> Self {
        Self { tag, same: 0, blocks: 0 }
    }

    /// What is hidden after one more token, and whether that token is not. An element may end without a tag of its own: with
    /// what it stands in, or where another one begins.
    fn behind(mut self, token: Token<'h>) -> (Option<Self>, bool) {
        let (tag, is_end) = match token {
            Token::Words(_) => return (Some(self), false),
            Token::Start(tag) => (tag, false),
            Token::End(tag) => (tag, true),
        };
        let is_same = tag.name().eq_ignore_ascii_case(self.tag.name());
        let is_block = (tag.is(&LINES) || tag.is(&PARAGRAPHS)) && !tag.is(&EMPTY);
        let is_counted = is_block && !tag.is(&SELF_ENDING);
        match (is_end, is_same) {
            (false, _) if is_block && self.tag.is(&["p"]) => return (None, true),
            (false, true) if self.blocks == 0 && tag.is(&SELF_ENDING) => return (None, true),
            (false, true) => self.same += 1,
            (false, false) if is_counted => self.blocks += 1,
            (true, true) if self.same == 0 => return (None, false),
            (true, true) => self.same -= 1,
            (true, false) if is_counted && self.blocks == 0 => return (None, true),
            (true, false) if is_counted => self.blocks -= 1,
            _ => {}
        }
        (Some(self), false)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quote,
    List { ordered: bool },
    Item,
}

/// What blocks are in.
#[derive(Debug)]
struct Container {
    kind: Kind,
    /// What stands before it, where it is.
    before: Vec<RichBlock>,
    /// Of a list, the items that have ended.
    items: Vec<Vec<RichBlock>>,
}

#[derive(Debug, Default)]
struct Writer {
    /// The blocks of the innermost container.
    blocks: Vec<RichBlock>,
    containers: Vec<Container>,
    line: Vec<Inline>,
    /// Lines, runs and pictures so far.
    parts: usize,
    /// A space stands before the next word: whether it is bold, in italics, and within a link.
    space: Option<[bool; 3]>,
    /// What comes next may not look like the words before it.
    is_new_look: bool,
    /// An empty line stands before the next word.
    margin: bool,
    /// No empty line stands around the paragraph that began last.
    is_tight: bool,
    bold: usize,
    italic: usize,
    link: Option<String>,
    /// Octets of links so far.
    links: usize,
    preformatted: usize,
    /// A line break that comes next does not count: `pre` begins with it.
    is_pre_begun: bool,
    /// Quotations and lists that have begun as deep as blocks may be: what they hold stands where they would have stood.
    skipped: [usize; 2],
}

impl Writer {
    fn push(&mut self, c: char) {
        let is_pre_begun = std::mem::take(&mut self.is_pre_begun);
        match c {
            '\n' if is_pre_begun => {}
            '\n' if self.preformatted > 0 => self.end_line(),
            '\t' if self.preformatted > 0 => self.word(c),
            _ if c.is_ascii_whitespace() && self.preformatted == 0 => self.part_words(),
            // A space that is not folded.
            '\u{a0}' => self.word(' '),
            _ if c.is_control() => {}
            _ => self.word(c),
        }
    }

    /// What follows does not stick to what stands in the line.
    fn part_words(&mut self) {
        if !self.line.is_empty() && self.space.is_none() {
            self.space = Some(self.look());
        }
    }

    fn word(&mut self, c: char) {
        self.begin();
        match self.line.last_mut() {
            Some(Inline::Run(last))
                if !self.is_new_look
                    || (last.bold, last.italic, &last.link) == (self.bold > 0, self.italic > 0, &self.link) =>
            {
                last.text.push(c);
            }
            _ => {
                self.links += self.link.as_ref().map_or(0, String::len);
                self.link = self.link.take().filter(|_| self.links <= MAX_LINKS);
                let link = self.link.clone();
                let run = Run { text: c.into(), bold: self.bold > 0, italic: self.italic > 0, link };
                self.line.push(Inline::Run(run));
                self.parts += 1;
            }
        }
        self.is_new_look = false;
    }

    /// Something comes into the line.
    fn begin(&mut self) {
        self.item();
        if std::mem::take(&mut self.margin) && !self.blocks.is_empty() {
            self.push_line(vec![]);
        }
        let Some(look) = self.space.take() else { return };
        match self.line.last_mut() {
            Some(Inline::Run(last)) if [last.bold, last.italic, last.link.is_some()] == look => last.text.push(' '),
            // What underlines a link ends with its last word, and begins with its first.
            _ if look[2] == self.link.is_some() => self.word(' '),
            _ => self.line.push(Inline::Run(Run { text: " ".into(), ..Run::default() })),
        }
        self.is_new_look = true;
    }

    fn look(&self) -> [bool; 3] {
        [self.bold > 0, self.italic > 0, self.link.is_some()]
    }

    fn push_line(&mut self, line: Vec<Inline>) {
        self.blocks.push(RichBlock::Line(line));
        self.parts += 1;
        self.is_new_look = true;
    }

    fn picture(&mut self, tag: Tag<'_>, picture: &impl Fn(&str) -> Option<FileId>) {
        let words: String = tag.value("alt").map(|words| characters(words).collect()).unwrap_or_default();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let address: String = tag.value("src").map(|address| characters(address).collect()).unwrap_or_default();
        let id = address.trim().split_at_checked(4).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("cid:"));
        if let Some(file) = id.and_then(|(_, id)| picture(&percent_decoded(id))) {
            self.begin();
            self.line.push(Inline::Picture(file, words));
            self.parts += 1;
        } else if !words.is_empty() {
            self.part_words();
            words.chars().for_each(|c| self.word(c));
            self.part_words();
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if tag.is(&["br"]) {
            return self.end_line();
        }
        self.around(tag, false);
        if tag.is(&["blockquote"]) {
            self.item();
            self.open(Kind::Quote);
        } else if tag.is(&["ul", "ol"]) {
            if self.is_in_list() && !self.reopen() {
                self.open(Kind::Item);
            }
            self.open(Kind::List { ordered: tag.is(&["ol"]) });
        } else if tag.is(&["li"]) {
            // An item ends where the next one begins.
            if let Some(at) = self.innermost(|kind| matches!(kind, Kind::Item | Kind::List { .. }))
                && self.containers[at].kind == Kind::Item
            {
                self.close(at);
            }
            if self.is_in_list() {
                self.open(Kind::Item);
            }
        } else if tag.is(&["a"]) {
            self.set_link(tag.value("href").and_then(target));
        }
    }

    fn end(&mut self, tag: Tag<'_>) {
        self.around(tag, true);
        if tag.is(&["blockquote"]) {
            self.end_of(0, |kind| kind == Kind::Quote);
        } else if tag.is(&["ul", "ol"]) {
            self.end_of(1, |kind| matches!(kind, Kind::List { .. }));
        } else if tag.is(&["li"]) {
            if let Some(at) = self.innermost(|kind| kind == Kind::Item) {
                self.close(at);
            }
        } else if tag.is(&["a"]) {
            self.set_link(None);
        }
    }

    fn set_link(&mut self, link: Option<String>) {
        self.is_new_look |= self.link != link;
        self.link = link;
    }

    fn end_of(&mut self, skipped: usize, kind: fn(Kind) -> bool) {
        if let Some(left) = self.skipped[skipped].checked_sub(1) {
            self.skipped[skipped] = left;
        } else if let Some(at) = self.innermost(kind) {
            self.close(at);
        }
    }

    /// What a tag does to the lines and the words around it.
    fn around(&mut self, tag: Tag<'_>, is_end: bool) {
        if tag.is(&PARAGRAPHS) || tag.is(&LINES) {
            self.flush();
            if tag.is(&PARAGRAPHS) && !tag.is(&["blockquote"]) {
                // Its end says nothing of its margins.
                self.is_tight = if is_end { self.is_tight } else { is_tight(tag) };
                self.margin |= !self.is_tight;
            }
        } else if tag.is(&APART) {
            self.part_words();
        }
        let depth = match () {
            () if tag.is(&["b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"]) => &mut self.bold,
            () if tag.is(&["i", "em"]) => &mut self.italic,
            () if tag.is(&["pre"]) => &mut self.preformatted,
            () => return,
        };
        *depth = if is_end { depth.saturating_sub(1) } else { depth.saturating_add(1) };
        self.is_new_look = true;
        self.is_pre_begun = !is_end && tag.is(&["pre"]);
    }

    /// The line ends, if there is anything in it.
    fn flush(&mut self) {
        self.space = None;
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.push_line(line);
        }
    }

    /// The line ends, though it may be empty.
    fn end_line(&mut self) {
        self.begin();
        self.space = None;
        let line = std::mem::take(&mut self.line);
        self.push_line(line);
    }

    fn innermost(&self, fits: fn(Kind) -> bool) -> Option<usize> {
        self.containers.iter().rposition(|container| fits(container.kind))
    }

    /// What comes next would stand in a list and in no item of it.
    fn is_in_list(&self) -> bool {
        self.containers.last().is_some_and(|last| matches!(last.kind, Kind::List { .. }))
    }

    /// What stands in a list and in no item of it becomes an item.
    fn item(&mut self) {
        if self.is_in_list() {
            self.open(Kind::Item);
        }
    }

    /// The last item of a list goes on: browsers put a list within a list beside the item that it belongs to.
    fn reopen(&mut self) -> bool {
        let Some(item) = self.containers.last_mut().and_then(|list| list.items.pop()) else { return false };
        self.open(Kind::Item);
        self.blocks = item;
        true
    }

    fn open(&mut self, kind: Kind) {
        self.flush();
        // The margin of what comes next is that of what it stands in.
        self.margin = false;
        let is_deep = self.containers.iter().filter(|container| container.kind != Kind::Item).count() == MAX_DEPTH;
        if is_deep && kind != Kind::Item {
            self.skipped[usize::from(kind != Kind::Quote)] += 1;
            return;
        }
        let before = std::mem::take(&mut self.blocks);
        self.containers.push(Container { kind, before, items: Vec::new() });
    }

    /// Closes the containers from this one on.
    fn close(&mut self, from: usize) {
        self.flush();
        (self.margin, self.skipped) = (false, [0; 2]);
        while self.containers.len() > from
            && let Some(Container { kind, before, items }) = self.containers.pop()
        {
            let inner = std::mem::replace(&mut self.blocks, before);
            match (kind, self.containers.last_mut()) {
                (Kind::Quote, _) => self.blocks.push(RichBlock::Quote(inner)),
                (Kind::Item, Some(list)) => list.items.push(inner),
                (Kind::List { ordered }, _) if !items.is_empty() => {
                    self.blocks.push(RichBlock::List { ordered, items });
                }
                (Kind::List { .. } | Kind::Item, _) => {}
            }
        }
    }
}

/// Where a link leads that has a scheme of its own: an address that is relative has nothing here to be relative to.
fn target(href: &str) -> Option<String> {
    let href: String = characters(href).filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect();
    let href = href.trim().replace(' ', "%20");
    if href.len() > MAX_LINK {
        return None;
    }
    let is_whole = href.split_once(':').is_some_and(|(scheme, _)| {
        ["http", "https", "mailto", "tel"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
    });
    is_whole.then(|| link(&href)).flatten()
}

/// A paragraph that says itself that no empty line stands around it, or whose program means none.
fn is_tight(tag: Tag<'_>) -> bool {
    if tag.value("class").is_some_and(|class| class.contains("MsoNormal")) {
        return true;
    }
    let style = tag.value("style").unwrap_or_default().to_ascii_lowercase();
    let (mut above, mut below) = (None, None);
    for (property, value) in style.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let mut values = value.split_ascii_whitespace();
        let first = values.next();
        match property.trim() {
            // Above, to the right, below, to the left; what is not said is as its opposite.
            "margin" => (above, below) = (first, values.nth(1).or(first)),
            "margin-top" => above = first,
            "margin-bottom" => below = first,
            _ => {}
        }
    }
    let is_none = |margin: Option<&str>| {
        margin.is_some_and(|margin| margin.trim_end_matches(|c: char| c.is_ascii_alphabetic()) == "0")
    };
    is_none(above) && is_none(below)
}

#[cfg(test)]
mod tests;
