//! Files: handed to the user byte by byte as they came, written piece by piece, and read piece by piece.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};

/// How long the bytes stay at the browser's disposal; a download that waits for the user's choice may start late.
const KEEP_MS: u32 = 60_000;

/// How much of a file is read at once.
const PIECE: f64 = 262_144.0;

/// The type of every file. Never the sender's media type: a blob of HTML would be a page of ours.
const FILE: &str = "application/octet-stream";

/// Offers bytes for download under a name.
///
/// # Errors
/// What the browser says where it cannot.
pub fn save(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    offer(name, &blob(&Array::of1(&Uint8Array::from(bytes)), FILE)?)
}

/// A picture that the browser holds to be shown, for as long as this is held.
#[derive(Debug)]
pub struct Shown(String);

impl Shown {
    /// Has the browser hold a picture. `None` where it cannot. The type has to be one that is shown and no document.
    pub fn new(media_type: &'static str, bytes: &[u8]) -> Option<Self> {
        let blob = blob(&Array::of1(&Uint8Array::from(bytes)), media_type).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(Self)
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.0
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // Revoking after the page is gone is harmless.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// A file that is written piece by piece. The browser holds what was written, outside of this program's memory.
#[derive(Debug, Default)]
pub struct Gathered(Array);

impl Gathered {
    /// Adds a piece.
    ///
    /// # Errors
    /// What the browser says where it cannot hold it.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), JsValue> {
        let piece: JsValue = blob(&Array::of1(&Uint8Array::from(piece)), FILE)?.into();
        self.0.push(&piece);
        Ok(())
    }

    /// Offers the whole for download.
    ///
    /// # Errors
    /// What the browser says where it cannot.
    pub fn save(self, name: &str) -> Result<(), JsValue> {
        offer(name, &blob(&self.0, FILE)?)
    }
}

/// Reads a file, or a piece of one. `None` where the browser cannot.
pub fn read(blob: &Blob) -> impl Future<Output = Option<Vec<u8>>> + 'static + use<> {
    let buffer = blob.array_buffer();
    async move {
        let octets = JsFuture::from(buffer).await.ok()?;
        Some(Uint8Array::new(&octets).to_vec())
    }
}

/// Files that are read one after the other, piece by piece.
#[derive(Debug, Default)]
pub struct Feed {
    files: Vec<File>,
    at: usize,
    read: f64,
}

impl Feed {
    /// Files to read.
    pub fn new(files: Vec<File>) -> Self {
        Self { files, at: 0, read: 0.0 }
    }

    /// Goes on with the next file; false where there is none.
    pub fn advance(&mut self) -> bool {
        (self.at, self.read) = (self.at + 1, 0.0);
        self.at < self.files.len()
    }

    /// The next piece of the file: what reads it. It is empty at the end.
    pub fn piece(&mut self) -> impl Future<Output = Option<Vec<u8>>> + 'static {
        let from = self.read;
        let piece = self.files.get(self.at).and_then(|file| file.slice_with_f64_and_f64(from, from + PIECE).ok());
        self.read += PIECE;
        let reading = piece.map(|piece| read(&piece));
        async move { reading?.await }
    }
}

fn blob(parts: &Array, media_type: &'static str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_blob_sequence_and_options(parts, &options)
}

fn offer(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(KEEP_MS, move || {
        // Revoking twice, or after the page is gone, is harmless.
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}
