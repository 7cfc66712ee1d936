//! The document that an HTML letter is shown in, from the page's side: it is filled, measured and listened to. No script
//! runs in it; what is listened to here runs in the page.
//!
//! Its objects are of another realm, so that `instanceof` (`dyn_into`) knows none of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement, HtmlIFrameElement, HtmlImageElement, KeyboardEvent, ResizeObserver};

use super::page;
use crate::ui::state::Zoom;

/// The attribute of the root by which the host's own frame is known: it has the policy.
const OURS: &str = "data-restante";

/// The width of a letter on paper, in pixels: what A4 and Letter have room for between their margins.
const PAPER: &str = "680px";

/// The least height of a letter, in pixels: room for the mark of a picture that is not shown.
const LEAST: i32 = 48;

/// A letter in its frame. Dropping it ends the listening, and leaves what is shown.
pub struct Letter {
    _listeners: Vec<EventListener>,
    observer: Option<ResizeObserver>,
    _resized: Closure<dyn FnMut()>,
}

impl Letter {
    /// Shows a sanitised document in a frame that has been loaded, and lets the frame be as high as it. `None` where the
    /// frame did not get the host's own document, and so not its policy.
    pub fn show(frame: &HtmlIFrameElement, html: &str) -> Option<Self> {
        let document = frame.content_document()?;
        let root: HtmlElement = document.document_element()?.unchecked_into();
        if !is_ours(&document) {
            return None;
        }
        root.set_inner_html(html);
        let body = document.body()?;
        // A height of its sender's would be that of the frame, which follows the letter.
        for element in [&root, &body] {
            page::style_firmly(element, "height", "auto");
        }
        page::style_firmly(&body, "overflow", "visible");
        fit(frame, &document);
        let fit = {
            let (frame, document) = (frame.clone(), document.clone());
            Rc::new(move || fit(&frame, &document))
        };
        let capture = EventListenerOptions::run_in_capture_phase();
        let listen = |name: &'static str, then: Rc<dyn Fn()>| {
            EventListener::new_with_options(&document, name, capture, move |_| then())
        };
        let forward = {
            let frame = frame.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| pass_on(&frame, event))
        };
        let followed = {
            let frame = frame.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "click", options, move |event| follow(&frame, event))
        };
        let mut listeners = vec![listen("load", fit.clone()), listen("error", fit.clone()), forward, followed];
        // Paper has another width, and so the letter another height. On it a letter is as large as it is written.
        if let Some(window) = web_sys::window() {
            let zoomed = Rc::new(RefCell::new(String::new()));
            listeners.extend([("beforeprint", PAPER, "1"), ("afterprint", "", "")].map(|(name, width, zoom)| {
                let (frame, fit, body, zoomed) = (frame.clone(), fit.clone(), body.clone(), zoomed.clone());
                EventListener::new(&window, name, move |_| {
                    page::style(&frame, "width", width);
                    let before = body.style().get_property_value("zoom").unwrap_or_default();
                    let zoom = if zoom.is_empty() { zoomed.take() } else { zoom.to_owned() };
                    page::style_firmly(&body, "zoom", &zoom);
                    zoomed.replace(before);
                    fit();
                })
            }));
        }
        let size = Cell::new(size_of(&body));
        let observed = body.clone();
        let resized = Closure::<dyn FnMut()>::new(move || {
            if size.get() != size_of(&observed) {
                fit();
                size.set(size_of(&observed));
            }
        });
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(&body);
        }
        Some(Self { _listeners: listeners, observer, _resized: resized })
    }
}

/// Draws what is in a frame this large.
pub fn zoom(frame: &HtmlIFrameElement, zoom: Zoom) {
    let Some(document) = frame.content_document().filter(is_ours) else { return };
    if let Some(body) = document.body() {
        // The body, and not the root: that is measured in pixels of the page.
        page::style_firmly(&body, "zoom", &format!("{}%", zoom.percent()));
        fit(frame, &document);
    }
}

fn is_ours(document: &Document) -> bool {
    document.document_element().is_some_and(|root| root.has_attribute(OURS))
}

impl Drop for Letter {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

fn size_of(element: &HtmlElement) -> (i32, i32) {
    (element.client_width(), element.client_height())
}

/// Makes the frame as high as what it shows. Meanwhile the element around it keeps its height, so that nothing that scrolls
/// is moved.
fn fit(frame: &HtmlIFrameElement, document: &Document) {
    let Some(root) = document.document_element() else { return };
    replace_failed(document);
    let pixels = |height: i32| format!("{height}px");
    let holder = frame.parent_element().map(JsCast::unchecked_into::<HtmlElement>);
    if let Some(holder) = &holder {
        page::style(holder, "min-height", &pixels(frame.offset_height()));
    }
    let root: HtmlElement = root.unchecked_into();
    page::style_firmly(&root, "overflow", "auto hidden");
    page::style(frame, "height", "0");
    let mut height = root.scroll_height().max(LEAST);
    page::style(frame, "height", &pixels(height));
    // The bar of a letter that is too wide takes a part of it.
    height += frame.client_height() - root.client_height();
    page::style(frame, "height", &pixels(height));
    if root.scroll_height() > root.client_height() {
        // A letter whose height depends on that of its window: no height is enough, so it scrolls in this one.
        page::style_firmly(&root, "overflow", "auto");
    }
    if let Some(holder) = &holder {
        page::style(holder, "min-height", &pixels(height));
    }
}

/// Puts the sender's words in the place of pictures that could not be fetched, as the sanitiser does where none is to be
/// fetched: a browser would draw its mark of a broken picture.
fn replace_failed(document: &Document) {
    let Ok(images) = document.query_selector_all("img") else { return };
    for image in (0..images.length()).filter_map(|at| images.get(at)) {
        let image: HtmlImageElement = image.unchecked_into();
        if image.complete()
            && image.natural_width() == 0
            && let Some(stand_in) = stand_in(document, &image)
        {
            // It stands in the document, where it was just found.
            let _ = image.replace_with_with_node_1(&stand_in);
        }
    }
}

fn stand_in(document: &Document, image: &HtmlImageElement) -> Option<Element> {
    let side = |name: &str| image.get_attribute(name).and_then(|side| side.trim_end_matches("px").parse::<u16>().ok());
    let (width, height) = (side("width"), side("height"));
    let (words, own) = (image.alt(), image.get_attribute("style").unwrap_or_default());
    let element = document.create_element("span").ok()?;
    let mut kind = "restante-picture".to_owned();
    if words.trim().is_empty() {
        kind.push_str(" wordless");
        element.set_attribute("aria-hidden", "true").ok()?;
    } else {
        element.set_attribute("role", "img").ok()?;
        element.set_attribute("aria-label", &words).ok()?;
        element.set_text_content(Some(&words));
    }
    // What counts readers or keeps a distance shows nothing.
    let is_small = [width, height].into_iter().flatten().any(|side| side <= 4);
    let kind = if is_small { "restante-space" } else { &kind };
    element.set_class_name(&format!("{kind} {}", image.class_name()));
    // As the sanitiser writes it, so that it follows a narrow window.
    let size = match (width, height) {
        (Some(width), Some(height)) => format!("--w:{width}px;width:var(--w);aspect-ratio:{width}/{height};"),
        (Some(width), None) => format!("--w:{width}px;width:var(--w);"),
        (None, Some(height)) => format!("height:{height}px;"),
        (None, None) => String::new(),
    };
    element.set_attribute("style", &format!("{size}{own}")).ok()?;
    Some(element)
}

/// A link in the letter that writes to somebody is followed as one in the page is.
fn follow(frame: &HtmlIFrameElement, event: &web_sys::Event) {
    let Some(link) = page::mail_link(event) else { return };
    event.prevent_default();
    let anchor = frame.owner_document().and_then(|document| document.create_element("a").ok());
    let Some(anchor) = anchor.map(JsCast::unchecked_into::<HtmlElement>) else { return };
    // Both fail for elements that are no elements only.
    let _ = anchor.set_attribute("href", &link);
    if let Some(holder) = frame.parent_element()
        && holder.append_child(&anchor).is_ok()
    {
        anchor.click();
        anchor.remove();
    }
}

/// A key in the letter is one in the page: the letter has no use for it but what the browser does.
fn pass_on(frame: &HtmlIFrameElement, event: &web_sys::Event) {
    page::note_focus(frame);
    // An event has all that one is made of.
    let Ok(copy) = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", event.unchecked_ref()) else { return };
    // Fails for events that are being dispatched only, and this one is new.
    if frame.dispatch_event(&copy) == Ok(false) {
        event.prevent_default();
    }
}
