//! The page's program: puts the user interface in place of what `index.html` shows until then.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use restante_app::ui::app::{App, AppProps};
use restante_app::ui::browser::{language, page};
use restante_app::ui::screens;
use wasm_bindgen_futures::spawn_local;

/// How long whoever keeps mail looks at what `index.html` shows, in milliseconds, before they are told what is waited for.
const PATIENCE_MS: u32 = 1000;

fn main() {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("app"));
    let Some(root) = root else { return };
    spawn_local(async move {
        // A moment, in which what `index.html` shows stays: whoever keeps mail does not see the form first.
        let keeps = page::keeps_mail().await;
        let screens = if keeps { first(screens::load()).await } else { None };
        let language = language::first(keeps);
        language::speak(language);
        yew::Renderer::<App>::with_root_and_props(root, AppProps { keeps, language, screens }).render();
    });
}

/// What comes within [`PATIENCE_MS`].
async fn first<T>(coming: impl Future<Output = Option<T>>) -> Option<T> {
    let (coming, patience) = (std::pin::pin!(coming), TimeoutFuture::new(PATIENCE_MS));
    match select(coming, patience).await {
        Either::Left((came, _)) => came,
        Either::Right(_) => None,
    }
}
