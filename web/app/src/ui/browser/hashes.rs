//! Compares the page's files, as this browser got them, with the list of hashes beside the page.

use futures::future::join_all;
use js_sys::Uint8Array;
use restante_locales::say;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response, window};

use super::page;
use crate::ui::state::{About, Checked, Verdict, listed};

/// The list, beside the page.
const LIST: &str = "SHA256SUMS";

/// Compares them.
///
/// # Errors
/// Why nothing can be compared, in words for a person.
pub async fn compare() -> Result<About, String> {
    if !page::is_secure() {
        return Err(say::about_no_https().into());
    }
    let list = fetched(LIST, RequestCache::NoCache).await.ok_or_else(|| say::about_no_list(LIST))?;
    let no_list = || say::about_bad_list(LIST);
    let text = String::from_utf8(list.to_vec()).map_err(|_| no_list())?;
    let lines = listed(&text).ok_or_else(no_list)?;
    let fingerprint = sha256(&list).await.ok_or(say::about_no_hashes())?;
    let files = join_all(lines.iter().map(async |(hash, name)| {
        // The document has been fetched under the address of the folder.
        let address = if *name == "index.html" { "./" } else { name };
        let verdict = match fetched(address, RequestCache::ForceCache).await {
            None => Verdict::Missing,
            Some(bytes) if sha256(&bytes).await.as_ref() == Some(hash) => Verdict::Same,
            Some(_) => Verdict::Different,
        };
        Checked { name: (*name).to_owned(), verdict }
    }))
    .await;
    Ok(About { fingerprint, files })
}

/// The bytes of a file of the page; from the browser's cache where it has them, as far as `cache` says so.
async fn fetched(address: &str, cache: RequestCache) -> Option<Uint8Array> {
    let options = RequestInit::new();
    options.set_cache(cache);
    let response = JsFuture::from(window()?.fetch_with_str_and_init(address, &options)).await.ok()?;
    let response: Response = response.dyn_into().ok().filter(Response::ok)?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer))
}

async fn sha256(bytes: &Uint8Array) -> Option<String> {
    let subtle = window()?.crypto().ok()?.subtle();
    let digest = JsFuture::from(subtle.digest_with_str_and_buffer_source("SHA-256", bytes).ok()?).await.ok()?;
    Some(Uint8Array::new(&digest).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}
