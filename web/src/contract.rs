//! The contracts between the page's three programs: what crosses to the workers and back, and what the workers run.

use futures::StreamExt;
use restante_engine::api::{Call, InlineImage, Reply};
use restante_engine::html::{RemoteContent, sanitise};
use serde::{Deserialize, Serialize};

use crate::link::{Crossing, worker};

impl Crossing for Call {}

impl Crossing for Reply {
    fn take_block(&mut self) -> Option<Vec<u8>> {
        Self::take_block(self)
    }

    fn put_block(&mut self, block: Vec<u8>) {
        Self::put_block(self, block);
    }
}

/// HTML to make safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsafe {
    /// The HTML as it came.
    pub html: String,
    /// The images it refers to by Content-ID.
    pub images: Vec<InlineImage>,
    /// Whether remote pictures stay in.
    pub remote: bool,
}

/// HTML that was made safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safe {
    /// A whole document.
    pub document: String,
    /// Remote pictures that were left out.
    pub blocked: u32,
}

impl Crossing for Unsafe {}

impl Crossing for Safe {}

/// Runs the engine in this worker. When the page lets go of it, it says QUIT and ends.
pub fn run_engine() {
    worker::serve(crate::platform::engine::run);
}

/// Runs the sanitiser in this worker: one document in, one out, in the order they come.
pub fn run_sanitiser() {
    worker::serve(|mut messages, answer: fn(Safe)| async move {
        while let Some(Unsafe { html, images, remote }) = messages.next().await {
            let remote = if remote { RemoteContent::Allowed } else { RemoteContent::Blocked };
            let document = sanitise(&html, &images, remote);
            answer(Safe { document: document.html, blocked: document.blocked });
        }
    });
}
