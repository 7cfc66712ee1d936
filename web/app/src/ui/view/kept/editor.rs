//! The text of a letter with formatting, where it is edited, and the tools above it. What is edited belongs to the browser, so
//! that its own keys, its undo and its spelling work; what it says is read after each change.

use std::cell::RefCell;
use std::rc::Rc;

use restante_api::letter::FileId;
use restante_api::rich::{self, Rich};
use restante_locales::say;
use wasm_bindgen::JsCast;
use web_sys::{Element, FileList, HtmlElement, HtmlInputElement, Range};
use yew::{
    Callback, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, Properties, TargetCast, UseStateHandle, component,
    html, use_effect_with, use_mut_ref, use_node_ref, use_state,
};

use super::super::super::browser::files::Shown;
use super::super::super::browser::rich as edited;
use super::super::{Act, icon, use_language};
use super::composer::{emit, images, picked};
use crate::ui::shared::Shared;
use crate::ui::state::Picture;
use crate::ui::state::kept::Write;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct EditorProps {
    pub(super) rich: Rich,
    /// What the text may show, and its names.
    pub(super) pictures: Vec<(FileId, Shared<Picture>)>,
    /// Pictures to be put in where somebody writes, and what they are called.
    pub(super) inserts: Vec<(FileId, String)>,
    pub(super) act: Act,
}

/// Pictures that the browser holds while they are edited.
type Held = Rc<RefCell<Vec<(FileId, Shown)>>>;

/// What the tools show of what is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    bold: bool,
    italic: bool,
    list: bool,
    numbers: bool,
    quote: bool,
    link: bool,
}

#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    use_language();
    let EditorProps { rich, pictures, inserts, act } = props;
    let editor = use_node_ref();
    let told = use_mut_ref(|| None::<Rich>);
    let held: Held = use_mut_ref(Vec::new);
    let look = use_state(Look::default);
    let linking = use_state(|| None::<Linking>);
    let changed: Callback<()> = {
        let (editor, told, act) = (editor.clone(), Rc::clone(&told), act.clone());
        Callback::from(move |()| {
            if let Some(element) = editor.cast::<Element>() {
                let rich = edited::read(&element);
                *told.borrow_mut() = Some(rich.clone());
                emit(&act, Write::TypeRich(Box::new(rich)));
            }
        })
    };
    {
        let (editor, told, held, changed) = (editor.clone(), Rc::clone(&told), Rc::clone(&held), changed.clone());
        let wanted = (rich.clone(), pictures.clone(), inserts.clone());
        use_effect_with(wanted, move |(rich, pictures, inserts)| {
            let Some(element) = editor.cast::<Element>() else { return };
            hold(&held, pictures);
            let address = |file| {
                held.borrow().iter().find(|(held, _)| *held == file).map(|(_, shown)| shown.address().to_owned())
            };
            if told.borrow().as_ref() != Some(rich) {
                edited::fill(&element, rich, &address);
                *told.borrow_mut() = Some(rich.clone());
            }
            let there = told.borrow().as_ref().map(Rich::pictures).unwrap_or_default();
            for (file, name) in inserts.iter().filter(|(file, _)| !there.contains(file)) {
                if let Some(address) = address(*file) {
                    edited::insert_picture(&element, *file, &address, name);
                    changed.emit(());
                }
            }
        });
    }
    let looked = {
        let (editor, look) = (editor.clone(), look.clone());
        Callback::from(move |()| look.set(editor.cast::<Element>().map(|editor| seen(&editor)).unwrap_or_default()))
    };
    let row = use_node_ref();
    {
        let row = row.clone();
        use_effect_with((), move |()| {
            if let Some(row) = row.cast::<Element>() {
                stop_at(&tools_of(&row), 0);
            }
        });
    }
    let oninput = changed.reform(|_: InputEvent| ());
    let onpaste = pasted(act);
    let onkeydown = keys(&editor, &linking);
    let onclick = {
        let looked = looked.clone();
        Callback::from(move |event: MouseEvent| {
            // A link that is edited leads nowhere.
            event.prevent_default();
            event.stop_propagation();
            looked.emit(());
        })
    };
    let tools = Tools { editor: editor.clone(), look, linking, looked: looked.clone(), changed, act: act.clone() };
    html! {
        <>
            {tools.row(&row)}
            {tools.link()}
            <div id="letter-text" class="rich" ref={editor} contenteditable="true" role="textbox" aria-multiline="true" aria-label={say::write_text()}
                tabindex="0" dir="auto" spellcheck="true" {oninput} {onpaste} {onkeydown} {onclick} onkeyup={looked.reform(|_: KeyboardEvent| ())} />
        </>
    }
}

/// Has the browser hold the pictures that it does not hold yet.
fn hold(held: &Held, pictures: &[(FileId, Shared<Picture>)]) {
    let mut held = held.borrow_mut();
    for (file, picture) in pictures {
        if !held.iter().any(|(held, _)| held == file)
            && let Some(shown) = Shown::new(picture.media_type, &picture.bytes)
        {
            held.push((*file, shown));
        }
    }
}

fn seen(editor: &Element) -> Look {
    let within = |selector| edited::around(editor, selector).is_some();
    Look {
        bold: edited::has("bold"),
        italic: edited::has("italic"),
        list: within("ul"),
        numbers: within("ol"),
        quote: within("blockquote"),
        link: within("a"),
    }
}

/// Words are pasted without the look that they had elsewhere; pictures go into the text.
fn pasted(act: &Act) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let clipboard = event.unchecked_ref::<web_sys::ClipboardEvent>().clipboard_data();
        let Some(clipboard) = clipboard else { return };
        let files = images(clipboard.files());
        let text = clipboard.get_data("text/plain").unwrap_or_default();
        if !text.is_empty() {
            event.prevent_default();
            event.stop_propagation();
            edited::command("insertText", &text);
        } else if let Some(files) = files {
            event.prevent_default();
            event.stop_propagation();
            emit(&act, Write::Insert(files));
        } else if clipboard.files().is_none_or(|files| files.length() == 0) {
            // Nothing that a letter could have.
            event.prevent_default();
        }
    })
}

/// The key for links that other editors have, and none for what a letter does not have.
fn keys(editor: &NodeRef, linking: &UseStateHandle<Option<Linking>>) -> Callback<KeyboardEvent> {
    let (editor, linking) = (editor.clone(), linking.clone());
    Callback::from(move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            event.stop_propagation();
            linking.set(editor.cast::<Element>().and_then(|editor| Linking::begin(&editor)));
        } else if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("u") {
            // A letter has no underlining: it would look like a link.
            event.prevent_default();
        }
    })
}

/// A link that is being made or changed: what is selected meanwhile, and where it is to lead.
#[derive(Debug, Clone)]
struct Linking {
    range: Range,
    is_link: bool,
    address: String,
    is_wrong: bool,
}

impl Linking {
    /// Begins with what is selected, and with a link wholly where that is within one.
    fn begin(editor: &Element) -> Option<Self> {
        let link = edited::around(editor, "a");
        if let Some(link) = &link {
            edited::select_all_of(link);
        }
        let range = edited::caret(editor)?;
        let address = link.as_ref().and_then(|link| link.get_attribute("href")).unwrap_or_default();
        Some(Self { range, is_link: link.is_some(), address, is_wrong: false })
    }
}

struct Tools {
    editor: NodeRef,
    look: UseStateHandle<Look>,
    linking: UseStateHandle<Option<Linking>>,
    looked: Callback<()>,
    changed: Callback<()>,
    act: Act,
}

impl Tools {
    fn row(&self, row: &NodeRef) -> Html {
        let look = *self.look;
        let (quote, of) = if look.quote { ("outdent", "") } else { ("formatBlock", "blockquote") };
        html! {
            <div ref={row} class="rich-tools" role="toolbar" aria-label={say::write_format()} onkeydown={walk()}>
                {self.tool(say::write_bold(), icon::bold(), look.bold, "bold", "")}
                {self.tool(say::write_italic(), icon::italic(), look.italic, "italic", "")}
                {self.tool(say::write_list(), icon::list(), look.list, "insertUnorderedList", "")}
                {self.tool(say::write_numbers(), icon::numbers(), look.numbers, "insertOrderedList", "")}
                {self.tool(say::write_quote(), icon::quote(), look.quote, quote, of)}
                <button type="button" class="quiet square" aria-label={say::write_link()} title={say::write_link()} aria-pressed={look.link.to_string()}
                    onmousedown={stay()} onclick={self.begin_link()}>{icon::link()}</button>
                <label class="pick square" title={say::write_insert()}>{icon::picture()}
                    <input type="file" multiple=true accept="image/png,image/jpeg,image/gif,image/webp" aria-label={say::write_insert()} onchange={picked(&self.act, insert)} />
                </label>
            </div>
        }
    }

    fn tool(&self, name: &'static str, icon: Html, is_on: bool, command: &'static str, value: &'static str) -> Html {
        let (editor, looked, changed) = (self.editor.clone(), self.looked.clone(), self.changed.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(editor) = editor.cast::<HtmlElement>() {
                // From the keyboard, the focus is on the tool.
                let _ = editor.focus();
            }
            edited::command(command, value);
            changed.emit(());
            looked.emit(());
        });
        html! {
            <button type="button" class="quiet square" aria-label={name} title={name} aria-pressed={is_on.to_string()} onmousedown={stay()} {onclick}>{icon}</button>
        }
    }

    fn begin_link(&self) -> Callback<MouseEvent> {
        let (editor, linking) = (self.editor.clone(), self.linking.clone());
        Callback::from(move |_| linking.set(editor.cast::<Element>().and_then(|editor| Linking::begin(&editor))))
    }

    /// Where a link is to lead.
    fn link(&self) -> Html {
        let Some(linking) = &*self.linking else { return Html::default() };
        let (state, current) = (self.linking.clone(), linking.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let address = event.target_unchecked_into::<HtmlInputElement>().value();
            state.set(Some(Linking { address, is_wrong: false, ..current.clone() }));
        });
        let set = self.set_link(linking);
        let onkeydown = {
            let (set, away) = (set.clone(), self.end_link(linking));
            Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
                "Enter" => {
                    event.prevent_default();
                    event.stop_propagation();
                    set.emit(());
                }
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    away.emit("");
                }
                _ => {}
            })
        };
        html! {
            <div class="line link-line">
                <label for="letter-link">{say::write_link_address()}</label>
                <LinkField address={linking.address.clone()} is_wrong={linking.is_wrong} {oninput} {onkeydown} />
                <button type="button" onclick={set.reform(|_: MouseEvent| ())}>{say::write_link_set()}</button>
                if linking.is_link {
                    <button type="button" class="quiet" onclick={self.end_link(linking).reform(|_: MouseEvent| "unlink")}>{say::write_unlink()}</button>
                }
            </div>
        }
    }

    /// Ends the making of a link by this command; an empty one leaves all as it is.
    fn end_link(&self, linking: &Linking) -> Callback<&'static str> {
        let (state, range) = (self.linking.clone(), linking.range.clone());
        let (editor, changed, looked) = (self.editor.clone(), self.changed.clone(), self.looked.clone());
        Callback::from(move |command: &'static str| {
            back(&editor, &range);
            if !command.is_empty() {
                edited::command(command, "");
                changed.emit(());
            }
            looked.emit(());
            state.set(None);
        })
    }

    fn set_link(&self, linking: &Linking) -> Callback<()> {
        let (state, linking) = (self.linking.clone(), linking.clone());
        let (editor, changed, looked) = (self.editor.clone(), self.changed.clone(), self.looked.clone());
        Callback::from(move |()| {
            let Some(link) = rich::link(&linking.address) else {
                return state.set(Some(Linking { is_wrong: true, ..linking.clone() }));
            };
            back(&editor, &linking.range);
            if linking.range.collapsed() {
                // Where nothing is selected, what was typed is the words of the link as well.
                edited::command("insertText", linking.address.trim());
                let back = u32::try_from(linking.address.trim().encode_utf16().count()).unwrap_or_default();
                edited::select_back(back);
            }
            edited::command("createLink", &link);
            changed.emit(());
            looked.emit(());
            state.set(None);
        })
    }
}

fn insert(act: &Act, files: Option<FileList>) {
    if let Some(files) = images(files) {
        emit(act, Write::Insert(files));
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct LinkFieldProps {
    address: String,
    is_wrong: bool,
    oninput: Callback<InputEvent>,
    onkeydown: Callback<KeyboardEvent>,
}

/// The field has the keyboard as soon as it is there.
#[component]
fn LinkField(props: &LinkFieldProps) -> Html {
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                let _ = field.focus();
                field.select();
            }
        });
    }
    html! {
        <>
        <input id="letter-link" ref={field} value={props.address.clone()} oninput={props.oninput.clone()} onkeydown={props.onkeydown.clone()} inputmode="url"
            autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="https://" aria-invalid={props.is_wrong.then_some("true")}
            aria-describedby={props.is_wrong.then_some("letter-link-wrong")} />
        if props.is_wrong { <span id="letter-link-wrong" class="wrong" role="alert">{say::write_link_wrong()}</span> }
        </>
    }
}

/// The keyboard is where somebody wrote.
fn back(editor: &NodeRef, range: &Range) {
    if let Some(editor) = editor.cast::<HtmlElement>() {
        let _ = editor.focus();
    }
    edited::select(range);
}

/// A press on a tool leaves what is selected as it is.
fn stay() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| event.prevent_default())
}

/// Arrows, Home and End walk through the tools, which are one stop of the Tab key (WAI-ARIA's toolbar).
fn walk() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let target = event.target_unchecked_into::<HtmlElement>();
        let Some(tools) = target.closest(".rich-tools").ok().flatten().map(|row| tools_of(&row)) else { return };
        let at = tools.iter().position(|tool| *tool == target).unwrap_or_default();
        let last = tools.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowRight" if at == last => 0,
            "ArrowRight" => at + 1,
            "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        if let Some(tool) = tools.get(next) {
            event.prevent_default();
            stop_at(&tools, next);
            let _ = tool.focus();
        }
    })
}

fn tools_of(row: &Element) -> Vec<HtmlElement> {
    let Ok(tools) = row.query_selector_all("button, input") else { return vec![] };
    (0..tools.length()).filter_map(|at| tools.get(at)?.dyn_into().ok()).collect()
}

/// The Tab key stops at this tool, and at none of the others.
fn stop_at(tools: &[HtmlElement], at: usize) {
    for (other, tool) in tools.iter().enumerate() {
        tool.set_tab_index(if other == at { 0 } else { -1 });
    }
}
