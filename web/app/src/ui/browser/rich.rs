//! The text of a letter with formatting, where it is edited: the elements of an editable element, and what they say.
//!
//! Elements are only ever made one by one here, and read as what a letter may have in it; HTML is neither written nor parsed.

use restante_api::letter::FileId;
use restante_api::rich::{self, Inline, MAX_DEPTH, Rich, RichBlock, Run};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlDocument, Node, Range};

/// The attribute by which a picture's file is known.
const FILE: &str = "data-file";

/// Puts a text into an editable element, in the place of what is there. `address` knows where the browser has a picture.
pub fn fill(editor: &Element, text: &Rich, address: &dyn Fn(FileId) -> Option<String>) {
    let Some(document) = editor.owner_document() else { return };
    editor.set_text_content(None);
    let writer = Writer { document, address };
    writer.blocks(editor, &text.blocks);
    // There is a line to write in.
    if text.blocks.is_empty() {
        writer.block(editor, &RichBlock::Line(vec![]));
    }
}

/// What an editable element says.
pub fn read(editor: &Element) -> Rich {
    Rich { blocks: blocks_within(editor, &Run::default(), 0) }
}

/// Puts a picture where somebody writes, or at the end where that is elsewhere. The caret is behind it.
pub fn insert_picture(editor: &Element, file: FileId, address: &str, name: &str) {
    let Some(document) = editor.owner_document() else { return };
    let Some(picture) = picture(&document, file, address, name) else { return };
    // What was selected while the file was read stays: nobody wanted to replace it.
    let caret = caret(editor).inspect(|range| range.collapse_with_to_start(false));
    if caret.is_none_or(|range| range.insert_node(&picture).is_err()) {
        let line = document.create_element("div");
        // Refused only where the element is no part of a document any more.
        let _ = line.map(|line| line.append_child(&picture).and_then(|_| editor.append_child(&line)));
    }
    if let Ok(behind) = document.create_range()
        && behind.set_start_after(&picture).is_ok()
    {
        select(&behind);
    }
}

/// Has the browser change what is selected, so that it can be undone as typing can.
pub fn command(name: &str, value: &str) {
    if let Some(document) = document() {
        // What cannot be done changes nothing.
        let _ = document.exec_command_with_show_ui_and_value(name, false, value);
    }
}

/// Whether what is selected has this formatting.
pub fn has(name: &str) -> bool {
    document().is_some_and(|document| document.query_command_state(name).unwrap_or(false))
}

/// What is selected within an editable element.
pub fn caret(editor: &Element) -> Option<Range> {
    let range = selection()?.get_range_at(0).ok()?;
    let is_within = range.common_ancestor_container().is_ok_and(|at| editor.contains(Some(&at)));
    is_within.then_some(range)
}

/// Selects this.
pub fn select(range: &Range) {
    if let Some(selection) = selection() {
        let _ = selection.remove_all_ranges();
        let _ = selection.add_range(range);
    }
}

/// The closest element around what is selected that fits, within the editable element.
pub fn around(editor: &Element, selector: &str) -> Option<Element> {
    let at = caret(editor)?.common_ancestor_container().ok()?;
    let at = at.dyn_ref::<Element>().cloned().or_else(|| at.parent_element())?;
    at.closest(selector).ok().flatten().filter(|found| *found != *editor && editor.contains(Some(found)))
}

/// Selects all that is in an element.
pub fn select_all_of(element: &Element) {
    if let Some(selection) = selection() {
        let _ = selection.select_all_children(element);
    }
}

fn selection() -> Option<web_sys::Selection> {
    web_sys::window()?.get_selection().ok().flatten()
}

fn document() -> Option<HtmlDocument> {
    super::page::document()?.dyn_into().ok()
}

struct Writer<'a> {
    document: Document,
    address: &'a dyn Fn(FileId) -> Option<String>,
}

impl Writer<'_> {
    fn blocks(&self, into: &Element, blocks: &[RichBlock]) {
        blocks.iter().for_each(|block| self.block(into, block));
    }

    fn block(&self, into: &Element, block: &RichBlock) {
        match block {
            RichBlock::Line(line) => {
                let Some(element) = self.element(into, "div") else { return };
                self.line(&element, line);
            }
            RichBlock::Quote(blocks) => {
                let Some(element) = self.element(into, "blockquote") else { return };
                self.blocks(&element, blocks);
            }
            RichBlock::List { ordered, items } => {
                let Some(list) = self.element(into, if *ordered { "ol" } else { "ul" }) else { return };
                for item in items {
                    let Some(element) = self.element(&list, "li") else { return };
                    match &item[..] {
                        [] => self.line(&element, &[]),
                        [RichBlock::Line(line)] => self.line(&element, line),
                        item => self.blocks(&element, item),
                    }
                }
            }
        }
    }

    fn line(&self, into: &Element, line: &[Inline]) {
        for part in line {
            match part {
                Inline::Run(run) => self.run(into, run),
                Inline::Picture(file, name) => {
                    let address = (self.address)(*file);
                    if let Some(picture) = address.and_then(|address| picture(&self.document, *file, &address, name)) {
                        let _ = into.append_child(&picture);
                    }
                }
            }
        }
        if !into.has_child_nodes() {
            // An empty line has a height by this.
            let _ = self.element(into, "br");
        }
    }

    fn run(&self, into: &Element, run: &Run) {
        let mut at = into.clone();
        if let Some(link) = run.link.as_deref().and_then(rich::link) {
            let Some(element) = self.element(&at, "a") else { return };
            let _ = element.set_attribute("href", &link);
            at = element;
        }
        for (is_on, name) in [(run.bold, "b"), (run.italic, "i")] {
            if is_on {
                let Some(element) = self.element(&at, name) else { return };
                at = element;
            }
        }
        let _ = at.append_child(&self.document.create_text_node(&run.text));
    }

    fn element(&self, into: &Element, name: &str) -> Option<Element> {
        let element = self.document.create_element(name).ok()?;
        into.append_child(&element).ok()?;
        Some(element)
    }
}

fn picture(document: &Document, file: FileId, address: &str, name: &str) -> Option<Element> {
    let picture = document.create_element("img").ok()?;
    for (attribute, value) in [(FILE, file.0.to_string().as_str()), ("src", address), ("alt", name)] {
        picture.set_attribute(attribute, value).ok()?;
    }
    Some(picture)
}

/// Lines that are read one after the other.
#[derive(Default)]
struct Reader {
    blocks: Vec<RichBlock>,
    line: Vec<Inline>,
    /// Something stands in the line, or it was begun by a line break before its end.
    is_begun: bool,
}

impl Reader {
    fn push(&mut self, text: &str, style: &Run) {
        if text.is_empty() {
            return;
        }
        self.is_begun = true;
        if let Some(Inline::Run(last)) = self.line.last_mut()
            && (last.bold, last.italic, &last.link) == (style.bold, style.italic, &style.link)
        {
            last.text.push_str(text);
        } else {
            self.line.push(Inline::Run(Run { text: text.to_owned(), ..style.clone() }));
        }
    }

    fn end_line(&mut self) {
        self.blocks.push(RichBlock::Line(std::mem::take(&mut self.line)));
        self.is_begun = false;
    }

    /// Another block begins, or this one ends.
    fn flush(&mut self) {
        if self.is_begun {
            self.end_line();
        }
    }

    fn node(&mut self, node: &Node, style: &Run, depth: usize) {
        if node.node_type() == Node::TEXT_NODE {
            let text = node.node_value().unwrap_or_default().replace('\u{a0}', " ");
            let mut lines = text.split('\n');
            self.push(lines.next().unwrap_or_default(), style);
            for line in lines {
                self.end_line();
                self.push(line, style);
            }
            return;
        }
        let Some(element) = node.dyn_ref::<Element>() else { return };
        let mut style = style.clone();
        match element.local_name().as_str() {
            "br" => return self.end_line(),
            "img" => {
                let file = element.get_attribute(FILE).and_then(|number| number.parse().ok());
                if let Some(file) = file {
                    self.is_begun = true;
                    self.line.push(Inline::Picture(FileId(file), element.get_attribute("alt").unwrap_or_default()));
                }
                return;
            }
            "ul" | "ol" if depth < MAX_DEPTH => {
                self.flush();
                return self.list(element, &style, depth);
            }
            "blockquote" if depth < MAX_DEPTH => {
                self.flush();
                let inner = blocks_within(element, &style, depth + 1);
                // The browser may part what was one quotation.
                if let Some(RichBlock::Quote(before)) = self.blocks.last_mut() {
                    before.extend(inner);
                } else {
                    self.blocks.push(RichBlock::Quote(inner));
                }
                return;
            }
            "b" | "strong" => style.bold = true,
            "i" | "em" => style.italic = true,
            "a" => style.link = element.get_attribute("href").as_deref().and_then(rich::link).or(style.link),
            "div" | "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "li" | "blockquote" | "pre" => {
                self.flush();
                let before = self.blocks.len();
                self.children(element, &style, depth);
                if self.blocks.len() == before && !self.is_begun {
                    self.is_begun = true;
                }
                return self.flush();
            }
            "script" | "style" => return,
            _ => {}
        }
        self.children(element, &style, depth);
    }

    fn children(&mut self, element: &Element, style: &Run, depth: usize) {
        let mut child = element.first_child();
        while let Some(node) = child {
            self.node(&node, style, depth);
            child = node.next_sibling();
        }
    }

    fn list(&mut self, list: &Element, style: &Run, depth: usize) {
        let mut items: Vec<Vec<RichBlock>> = Vec::new();
        let mut child = list.first_element_child();
        while let Some(element) = child {
            let is_list = matches!(element.local_name().as_str(), "ul" | "ol");
            match items.last_mut() {
                // Browsers put a list within a list beside the item that it belongs to.
                Some(last) if is_list => last.extend(blocks_of(&element, style, depth + 1)),
                _ if element.local_name() == "li" => items.push(blocks_within(&element, style, depth + 1)),
                _ => items.push(blocks_of(&element, style, depth + 1)),
            }
            child = element.next_element_sibling();
        }
        if !items.is_empty() {
            self.blocks.push(RichBlock::List { ordered: list.local_name() == "ol", items });
        }
    }
}

/// What an element says, with what it is itself.
fn blocks_of(element: &Element, style: &Run, depth: usize) -> Vec<RichBlock> {
    let mut reader = Reader::default();
    reader.node(element, style, depth);
    reader.flush();
    reader.blocks
}

/// What stands in an element.
fn blocks_within(element: &Element, style: &Run, depth: usize) -> Vec<RichBlock> {
    let mut reader = Reader::default();
    reader.children(element, style, depth);
    reader.flush();
    reader.blocks
}

/// Selects so many characters (UTF-16) before the caret.
pub fn select_back(count: u32) {
    if let Some(selection) = selection() {
        for _ in 0..count {
            let _ = selection.modify("extend", "backward", "character");
        }
    }
}
