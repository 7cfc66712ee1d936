//! What somebody has chosen of the page, remembered where mail is kept on this device. A preview writes nothing.

use web_sys::{Storage, window};

/// The language.
pub const LANGUAGE: &str = "restante-language";

/// How the page looks.
pub const LOOKS: &str = "restante-looks";

/// The keys.
pub const KEYS: &str = "restante-keys";

/// What was chosen.
pub fn remembered(choice: &str) -> Option<String> {
    storage()?.get_item(choice).ok()?
}

/// Remembers what was chosen; an empty text is no choice.
pub fn remember(choice: &str, chosen: &str) {
    let Some(storage) = storage() else { return };
    // A browser that refuses begins without it the next time.
    let _ = if chosen.is_empty() { storage.remove_item(choice) } else { storage.set_item(choice, chosen) };
}

/// Remembers no choice any more.
pub fn forget() {
    [LANGUAGE, LOOKS, KEYS].into_iter().for_each(|choice| remember(choice, ""));
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}
