//! What is drawn beyond the form: a part of the program of its own, so that who waits for the form does not wait for it.

use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::{Html, html};

use super::view::commands::{OverlayDialog, OverlayProps};
use super::view::diagnosis::{DiagnosisDialog, DiagnosisProps};
use super::view::kept::{KeptProps, KeptScreen};
use super::view::mailbox::{MailboxProps, MailboxScreen};

/// What draws each of them.
#[derive(Debug)]
pub struct Screens {
    /// A preview.
    pub mailbox: fn(MailboxProps) -> Html,
    /// Mail that is kept.
    pub kept: fn(KeptProps) -> Html,
    /// What is open above everything.
    pub overlay: fn(OverlayProps) -> Html,
    /// The diagnosis.
    pub diagnosis: fn(DiagnosisProps) -> Html,
}

/// They, once they are loaded.
#[derive(Debug, Clone, Copy)]
pub struct Loaded(&'static Screens);

impl PartialEq for Loaded {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Loaded {}

impl std::ops::Deref for Loaded {
    type Target = Screens;

    fn deref(&self) -> &Screens {
        self.0
    }
}

/// Loads them. `None` where the page's host did not send them in time: the loader of the parts ends each request.
pub async fn load() -> Option<Loaded> {
    screens().await.ok().map(Loaded)
}

#[wasm_split(screens, fallible)]
fn screens() -> Result<&'static Screens, SplitLoaderError> {
    Ok(&Screens {
        mailbox: |props| html! { <MailboxScreen ..props /> },
        kept: |props| html! { <KeptScreen ..props /> },
        overlay: |props| html! { <OverlayDialog ..props /> },
        diagnosis: |props| html! { <DiagnosisDialog ..props /> },
    })
}
