//! Attached pictures, shown.

use std::collections::HashMap;

use restante_api::{MessageView, PartId};
use yew::{Html, Properties, classes, component, html, use_memo};

use crate::ui::browser::files::Shown;
use crate::ui::cost;
use crate::ui::shared::Shared;
use crate::ui::state::{Picture, pictures};

/// Pictures that have come, by their part.
pub(super) type Pictures = Shared<HashMap<PartId, Shared<Picture>>>;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct PictureProps {
    pub(super) picture: Shared<Picture>,
    /// What it is called; empty where that stands beside it.
    pub(super) name: String,
}

#[component]
pub(super) fn ShownPicture(props: &PictureProps) -> Html {
    let shown = use_memo(props.picture.clone(), |picture| Shown::new(picture.media_type, &picture.bytes));
    html! {
        if let Some(shown) = &*shown {
            <img src={shown.address().to_owned()} alt={props.name.clone()} decoding="async" />
        }
    }
}

/// The pictures of a letter that is nothing but pictures, in the place of its text.
pub(super) fn letter(view: &MessageView, come: &Pictures) -> Html {
    pictures::of(view)
        .into_iter()
        .map(|file| {
            let picture = come.get(&file.part);
            let name = cost::within(&file.name, cost::LINE).into_owned();
            html! {
                <figure key={file.part.0} class={classes!("picture", picture.is_none().then_some("ghost"))}>
                    if let Some(picture) = picture { <ShownPicture picture={picture.clone()} {name} /> }
                </figure>
            }
        })
        .collect()
}
