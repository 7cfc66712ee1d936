//! What the browser tests run in a worker: the suite that every host's services have to pass, and a writer that is killed.
//!
//! It is told what to run by the fragment of its address, and says what comes of it in messages: `done …`, `batches N`,
//! and `failed …` with the place of a panic.

fn main() {
    #[cfg(target_arch = "wasm32")]
    trial::main();
}

#[cfg(target_arch = "wasm32")]
mod trial {
    use restante_browser::BrowserClock;
    use restante_keeper::secrets::Vault;
    use restante_keeper::storage::Opfs;
    use restante_protocol::tunnel::Secret;
    use restante_services as services;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::spawn_local;
    use web_sys::DedicatedWorkerGlobalScope;

    pub(super) fn main() {
        std::panic::set_hook(Box::new(|panic| say(&format!("failed {panic}"))));
        let fragment = scope().location().hash();
        spawn_local(async move {
            let done = match fragment.trim_start_matches('#') {
                "keeps-what-is-written" => services::keeps_what_is_written(Opfs::default).await,
                "lets-one-in-at-a-time" => services::lets_one_in_at_a_time(Opfs::default, &BrowserClock).await,
                "keeps-secrets" => services::keeps_secrets(|| Vault, &Secret::new("kept: s3cret-0f-th3-tests")).await,
                "writes-batches" => services::write_batches(Opfs::default(), written).await,
                "counts-batches" => {
                    let batches = services::count_batches(Opfs::default()).await;
                    return say(&format!("done {batches}"));
                }
                other => return say(&format!("failed: there is no trial {other}")),
            };
            say(&format!("done {done:?}"));
        });
    }

    async fn written(batches: u64) {
        say(&format!("batches {batches}"));
    }

    fn say(what: &str) {
        // Fails for values that cannot be cloned only, and texts can.
        let _ = scope().post_message(&JsValue::from_str(what));
    }

    fn scope() -> DedicatedWorkerGlobalScope {
        js_sys::global().unchecked_into()
    }
}
