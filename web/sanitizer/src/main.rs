//! The program of the sanitiser's Web Worker, loaded with the first HTML message: one document in, one out, in the order they
//! come.

use futures::StreamExt;
use restante_html::{RemoteContent, sanitise};
use restante_link::contract::{Safe, Unsafe};

fn main() {
    restante_link::worker::serve(|mut messages, answer: fn(Safe)| async move {
        while let Some(Unsafe { html, images, remote, modifiers, wording }) = messages.next().await {
            let remote = match (remote, modifiers) {
                (false, _) => RemoteContent::Blocked,
                (true, false) => RemoteContent::Allowed,
                (true, true) => RemoteContent::AllowedWithModifiers,
            };
            let document = sanitise(&html, &images, remote, &wording);
            answer(Safe { document: document.html, remote: document.remote });
        }
    });
}
