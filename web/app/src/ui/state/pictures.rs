//! Attached pictures: they are asked for as soon as the message is there, so that one sees what is attached.

use restante_api::{Attachment, CallId, MessageView, PartId, Request, picture};

use super::reading::{Opened, Picture};
use super::{Calls, Effect};
use crate::ui::shared::Shared;

/// Pictures of a message that are shown at most.
const MOST: usize = 24;

/// Octets of one at most, and of all together.
const LARGEST: u64 = 12 << 20;
const ALL: u64 = 32 << 20;

/// The type of an attached picture that is shown, as it is written in an address. A drawing is a document that a browser
/// would open as one of this page's, so it stays a file.
pub fn shown_type(file: &Attachment) -> Option<&'static str> {
    picture::shown_type(&file.media_type).filter(|shown| *shown != "image/svg+xml" && file.octets > 0)
}

/// The pictures of a message that are shown, in their order.
pub fn of(view: &MessageView) -> Vec<&Attachment> {
    let mut room = ALL;
    let shown = view.attachments.iter().filter(|file| shown_type(file).is_some() && file.octets <= LARGEST);
    let fits = |file: &&Attachment| {
        let left = room.checked_sub(file.octets);
        room = left.unwrap_or(room);
        left.is_some()
    };
    shown.filter(fits).take(MOST).collect()
}

/// Asks for the pictures of a message that has come.
pub(super) fn ask(opened: &mut Opened, calls: &mut Calls) -> Vec<Effect> {
    let Some(view) = opened.view.ready().cloned() else { return vec![] };
    let ask = |file: &Attachment| {
        let (asked, ask) = calls.ask(Request::Fetch { message: opened.message.clone(), part: file.part });
        opened.pictures_asked.insert(file.part, asked);
        ask
    };
    of(&view).into_iter().map(ask).collect()
}

/// Takes in a picture. Gives it back where it was asked for as a file.
pub(super) fn take(opened: &mut Opened, to: CallId, part: PartId, bytes: Vec<u8>) -> Option<Vec<u8>> {
    if opened.pictures_asked.get(&part) != Some(&to) {
        return Some(bytes);
    }
    opened.pictures_asked.remove(&part);
    let view = opened.view.ready();
    let file = view.and_then(|view| view.attachments.iter().find(|file| file.part == part));
    if let Some(media_type) = file.and_then(shown_type) {
        opened.pictures.edit().insert(part, Shared::new(Picture { media_type, bytes }));
    }
    None
}
