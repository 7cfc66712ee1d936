//! Has the document look as was chosen.

use web_sys::window;

use crate::ui::state::{Looks, Theme};

/// The colour of the paper, for what the browser draws around the page; as in the style sheet.
const PAPER: [(&str, &str); 2] = [("light", "#fbfaf7"), ("dark", "#14161b")];

/// From now on the page looks so.
pub fn show(looks: Looks) {
    let Some(document) = window().and_then(|window| window.document()) else { return };
    if let Some(root) = document.document_element() {
        // Attributes of these names can be set.
        let _ = root.set_attribute("data-theme", looks.theme.id());
        let _ = root.set_attribute("data-density", looks.density.id());
        let _ = root.set_attribute("data-contrast", looks.contrast.id());
        let _ = root.set_attribute("data-zoom", looks.zoom.id());
    }
    // The browser takes the one whose media fits the device.
    for (media, of_media) in PAPER {
        let selector = format!("meta[name=theme-color][media*={media}]");
        let Some(meta) = document.query_selector(&selector).ok().flatten() else { continue };
        let chosen = PAPER.iter().find(|(name, _)| looks.theme != Theme::System && *name == looks.theme.id());
        let _ = meta.set_attribute("content", chosen.map_or(of_media, |(_, colour)| colour));
    }
}
