//! The round mark of a sender: letters on a colour of its own.

use restante_api::Address;
use yew::{Html, classes, html};

use super::icon;
use crate::ui::format;

pub(super) fn avatar(address: Option<&Address>) -> Html {
    let name = format::name(address);
    let key = address.map_or("", |address| address.address.as_str());
    of(name, if key.is_empty() { name } else { key })
}

/// The mark of somebody called `name`, in the colour of `key`.
pub(super) fn of(name: &str, key: &str) -> Html {
    let hue = format!("hue-{}", format::hue(key));
    html! {
        <span class={classes!("avatar", hue)} aria-hidden="true">
            if let Some(letters) = format::initials(name) { {letters} } else { {icon::person()} }
        </span>
    }
}
