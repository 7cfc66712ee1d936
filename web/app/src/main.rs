//! The page's program: puts the user interface in place of what `index.html` shows until then.

use restante_app::ui::app::{App, AppProps};
use restante_app::ui::browser::{language, page};
use restante_app::ui::screens;
use wasm_bindgen_futures::spawn_local;

fn main() {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("app"));
    let Some(root) = root else { return };
    spawn_local(async move {
        // A moment, in which what `index.html` shows stays: whoever keeps mail does not see the form first.
        let keeps = page::keeps_mail().await;
        if keeps {
            screens::load().await;
        }
        let language = language::first(keeps);
        language::speak(language);
        yew::Renderer::<App>::with_root_and_props(root, AppProps { keeps, language }).render();
    });
}
