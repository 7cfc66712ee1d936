//! The document around the interface: address bar, history, focus, the host's settings.

use std::cell::{Cell, RefCell};

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, Document, Element, HtmlElement, MessageEvent, Response, Url, Window};
use yew::Callback;

use restante_api::letter::LetterId;

use crate::ui::state::kept::LetterField;
use crate::ui::state::{Focus, Form, SITE_DOCUMENT, Site};

/// The widest screen that shows either the list or the message, as in the style sheet.
const PHONE: &str = "(max-width: 640px)";

/// The fragment of the address, without the `#`.
pub fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Whether the browser knows `referrer-policy()` in the addresses of style sheets (CSS Values 5).
pub fn knows_modifiers() -> bool {
    web_sys::css::supports_with_value("background-image", "url(\"a\" referrer-policy(no-referrer))").unwrap_or(false)
}

/// Opens the browser's dialog for printing, once the page is drawn without what it was asked by.
pub fn print() {
    let Some(window) = window() else { return };
    gloo_timers::callback::Timeout::new(0, move || {
        // A browser without printers has no dialog.
        let _ = window.print();
    })
    .forget();
}

/// Puts a text where it can be pasted from. Whether the browser let it: it does on a page of HTTPS, or of this machine.
pub async fn copy(text: &str) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    // Elsewhere there is no such thing, and the binding does not say so.
    let has_clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|it| it.is_object());
    has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Takes the fragment out of the address bar and of this entry of the history.
pub fn clear_fragment() {
    let Some(window) = window() else { return };
    let location = window.location();
    let address = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if let Ok(history) = window.history() {
        // Refused only in documents that have no address, and those have no fragment.
        let _ = history.replace_state_with_url(&history.state().unwrap_or(JsValue::NULL), "", Some(&address));
    }
}

/// Notes in the history that the reader is this deep.
pub fn deepen(depth: usize) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let depth = JsValue::from_f64(u32::try_from(depth).unwrap_or(u32::MAX).into());
        // A browser that refuses (too many entries at once) only loses its Back button here.
        let _ = history.push_state_with_url(&depth, "", None);
    }
}

/// Goes back in the history.
pub fn rise(steps: usize) {
    if let (Some(history), Ok(steps)) = (window().and_then(|window| window.history().ok()), i32::try_from(steps)) {
        let _ = history.go_with_delta(-steps);
    }
}

/// How deep the reader was at this entry of the history.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float is saturated, and written above")]
pub fn depth(state: &JsValue) -> usize {
    state.as_f64().unwrap_or(0.0) as usize
}

/// Whether the page came over HTTPS or from this very machine.
pub fn is_secure() -> bool {
    window().is_some_and(|window| window.is_secure_context())
}

/// The address of the page, without its fragment.
pub fn address() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The address of a file beside the page.
pub fn beside(name: &str) -> String {
    let base = document().and_then(|document| document.base_uri().ok().flatten()).unwrap_or_default();
    Url::new_with_base(name, &base).map(|url| url.href()).unwrap_or_default()
}

/// Opens an address in a window of its own. False where the browser does not.
pub fn open_window(address: &str) -> bool {
    const SMALL: &str = "popup,width=560,height=720";
    window().is_some_and(|window| {
        matches!(window.open_with_url_and_target_and_features(address, "_blank", SMALL), Ok(Some(_)))
    })
}

/// Tells what providers say that lead back to this page, in whichever window of this origin.
pub fn watch_providers(heard: Callback<String>) -> Option<EventListener> {
    let channel = BroadcastChannel::new("restante-oauth").ok()?;
    Some(EventListener::new(&channel, "message", move |event| {
        let said = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
        said.into_iter().for_each(|said| heard.emit(said));
    }))
}

/// The content of a `<meta>` element.
pub fn meta(name: &str) -> Option<String> {
    document()?.query_selector(&format!("meta[name={name}]")).ok()??.get_attribute("content")
}

/// The form in which the network knows a host name with letters beyond ASCII (IDNA); `None` where it has none.
pub fn ascii_host(host: &str) -> Option<String> {
    if host.is_ascii() {
        return None;
    }
    Url::new(&format!("http://{host}/")).ok().map(|url| url.hostname()).filter(|ascii| ascii.is_ascii())
}

/// The host that a web address leads to, as the network knows it; `None` where it leads nowhere.
pub fn host(address: &str) -> Option<String> {
    Url::new(address).ok().map(|url| url.hostname()).filter(|host| !host.is_empty())
}

/// A size in rem, in CSS pixels.
pub fn rem(size: f64) -> f64 {
    let root = document().and_then(|document| document.document_element());
    let style = root.and_then(|root| window()?.get_computed_style(&root).ok()?);
    let font = style.and_then(|style| style.get_property_value("font-size").ok());
    size * font.and_then(|font| font.trim_end_matches("px").parse::<f64>().ok()).unwrap_or(16.0)
}

thread_local! {
    /// Links that write to somebody are followed by the page.
    static TAKES_MAIL_LINKS: Cell<bool> = const { Cell::new(false) };
}

/// Says whether links that write to somebody are followed by the page from now on, and not by the browser.
pub fn take_mail_links(takes: bool) {
    TAKES_MAIL_LINKS.set(takes);
}

/// The link that a click is on which writes to somebody, where the page follows such links.
pub fn mail_link(event: &web_sys::Event) -> Option<String> {
    // A letter's elements are of another realm, where no type is known.
    let at: Element = event.target()?.unchecked_into();
    let link = at.closest("a[href^='mailto:' i]").ok().flatten()?;
    link.get_attribute("href").filter(|_| TAKES_MAIL_LINKS.get())
}

/// Sends links of the page that write to somebody, once they are clicked, where the page follows such links.
pub fn watch_mail_links(follow: Callback<String>) -> EventListener {
    let follow = move |event: &web_sys::Event| {
        if let Some(link) = mail_link(event) {
            event.prevent_default();
            follow.emit(link);
        }
    };
    let target: web_sys::EventTarget = match window() {
        Some(window) => window.into(),
        None => js_sys::global().unchecked_into(),
    };
    EventListener::new_with_options(&target, "click", EventListenerOptions::enable_prevent_default(), follow)
}

/// Asks the browser to open links that write to somebody with this page. It asks its user; one that cannot does nothing.
pub fn register_mail_links() {
    let Some(window) = window() else { return };
    let Some(page) = address().split(['#', '?']).next().map(str::to_owned) else { return };
    // Refused where the page came without HTTPS.
    let _ = window.navigator().register_protocol_handler("mailto", &format!("{page}#%s"), "Restante");
}

/// A number for a letter, or for a file of one: below 2^53, and none that was drawn before.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^53")]
pub fn letter_number() -> LetterId {
    LetterId((js_sys::Math::random() * 9_007_199_254_740_992.0) as u64)
}

/// Moves the keyboard's focus.
pub fn focus(place: Focus, form: &Form) {
    let Some(document) = document() else { return };
    let selector = match place {
        Focus::Complaint => "[aria-invalid=true]",
        Focus::SignIn => ".oauth button",
        Focus::Failure => "[role=alert]",
        Focus::Password => "#password, #oauth",
        Focus::List => "#messages",
        Focus::Search => "#search",
        Focus::Copies | Focus::Recipients(LetterField::Cc) => "#letter-cc",
        Focus::Recipients(LetterField::Bcc) => "#letter-bcc",
        Focus::To | Focus::Recipients(_) => "#letter-to",
        Focus::Text => "#letter-text",
        Focus::Doubt => ".doubt button",
        Focus::LetterFailure => ".composer [role=alert]",
        Focus::Message => {
            if keeps_focus(&document) {
                return;
            }
            "#message"
        }
        Focus::Form if form.host.is_empty() && form.address.is_empty() => "#address",
        Focus::Form if form.host.is_empty() => "#server",
        Focus::Form if form.user.is_empty() => "#user",
        Focus::Form if form.password.expose().is_empty() => "#password, #oauth",
        Focus::Form => "#open",
    };
    let element = document.query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Lets the browser ask before the page goes, for as long as the listener is there.
pub fn guard() -> Option<EventListener> {
    let options = EventListenerOptions::enable_prevent_default();
    Some(EventListener::new_with_options(&window()?.into(), "beforeunload", options, |event| {
        event.prevent_default();
        // Browsers of before 2024 want this as well.
        let _ = Reflect::set(event, &JsValue::from_str("returnValue"), &JsValue::TRUE);
    }))
}

/// Whether a person has done something in this page, as far as the browser tells.
pub fn is_in_use() -> bool {
    let path = ["navigator", "userActivation", "hasBeenActive"];
    let active = path.iter().try_fold(js_sys::global().into(), |at: JsValue, name| {
        Reflect::get(&at, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
    });
    active.and_then(|active| active.as_bool()).unwrap_or(false)
}

/// Whether the device is on no network, as far as the browser knows.
pub fn is_offline() -> bool {
    window().is_some_and(|window| !window.navigator().on_line())
}

/// Whether mail is kept in this browser for this host. Looks and writes nothing.
pub async fn keeps_mail() -> bool {
    async fn look() -> Option<JsValue> {
        let root = JsFuture::from(storage()?.get_directory()).await.ok()?;
        let root: web_sys::FileSystemDirectoryHandle = root.dyn_into().ok()?;
        JsFuture::from(root.get_directory_handle(restante_api::keep::DIRECTORY)).await.ok()
    }
    look().await.is_some()
}

/// Asks the browser to keep what is kept for as long as its owner wants. Whether it promised.
pub async fn persist() -> bool {
    let Some(asked) = storage().and_then(|storage| storage.persist().ok()) else { return false };
    JsFuture::from(asked).await.is_ok_and(|promised| promised.is_truthy())
}

/// The browser's storage; none where it has no files for pages, or the page came without HTTPS.
fn storage() -> Option<web_sys::StorageManager> {
    let navigator = window()?.navigator();
    let storage = Reflect::get(&navigator, &JsValue::from_str("storage")).ok().filter(|storage| storage.is_object())?;
    let has_files = Reflect::has(&storage, &JsValue::from_str("getDirectory")).unwrap_or(false);
    has_files.then(|| storage.unchecked_into())
}

/// The host's settings; none where it has none, or they cannot be read.
pub async fn site() -> Option<Site> {
    let response = JsFuture::from(window()?.fetch_with_str(SITE_DOCUMENT)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    Site::parse(&text).ok()
}

/// Sets a property of an element's own style through the object model, which the page's policy allows; a `style`
/// attribute it does not.
pub fn style(element: &HtmlElement, property: &str, value: &str) {
    // Fails for read-only declarations only.
    let _ = element.style().set_property(property, value);
}

/// The same, before whatever style sheets say.
pub fn style_firmly(element: &HtmlElement, property: &str, value: &str) {
    let _ = element.style().set_property_with_priority(property, value, "important");
}

/// Whether the keyboard stays where it is when a message is opened: at the tools of the message before, or in the list, where
/// that is beside the message.
fn keeps_focus(document: &Document) -> bool {
    let phone = window().and_then(|window| window.match_media(PHONE).ok()?).is_some_and(|query| query.matches());
    let within = if phone { "article > .tools *" } else { "#messages, article > .tools *" };
    document.active_element().is_some_and(|element| element.matches(within).unwrap_or(false))
}

thread_local! {
    /// What had the keyboard's focus last.
    static FOCUSED: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// Where the focus goes when what had it is gone, the first that is there.
const REFUGES: [&str; 6] =
    ["dialog[open] button", ".progress button", ".wait button", "#message", "#messages", "#open"];

/// Notes what has the focus.
pub fn note_focus(element: &Element) {
    FOCUSED.set(Some(element.clone()));
}

/// Notes from now on what has the focus.
pub fn watch_focus() -> Option<EventListener> {
    Some(EventListener::new(&document()?.into(), "focusin", |event| {
        if let Some(element) = event.target().and_then(|target| target.dyn_into().ok()) {
            note_focus(&element);
        }
    }))
}

/// After something was drawn: a focus whose control is gone, or cannot be used any more, goes to what is left, for from the
/// body the keyboard would have to begin at the top of the page.
pub fn catch_focus() {
    let Some(document) = document() else { return };
    let lost = FOCUSED.with_borrow(|last| {
        last.as_ref().is_some_and(|last| !last.is_connected() || last.matches(":disabled").unwrap_or(false))
    });
    let active = document.active_element().filter(|active| active.tag_name() != "BODY");
    let is_elsewhere = active.is_some_and(|active| FOCUSED.with_borrow(|last| last.as_ref() != Some(&active)));
    if !lost || is_elsewhere {
        return;
    }
    FOCUSED.set(None);
    let refuges = REFUGES.iter().filter_map(|selector| document.query_selector(selector).ok().flatten());
    for refuge in refuges.filter_map(|refuge| refuge.dyn_into::<HtmlElement>().ok()) {
        let _ = refuge.focus();
        if document.active_element().as_ref() == Some(&refuge) {
            return;
        }
    }
}

fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// The `state` of a `popstate` event.
pub fn state_of(event: &web_sys::Event) -> JsValue {
    Reflect::get(event, &JsValue::from_str("state")).unwrap_or(JsValue::NULL)
}
