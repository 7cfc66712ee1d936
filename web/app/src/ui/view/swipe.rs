//! A row that a finger draws aside: let go far enough to the left its message is deleted, to the right it counts as read, or as
//! unread again.

use web_sys::HtmlElement;
use yew::{Callback, NodeRef, PointerEvent, hook, use_mut_ref};

use super::Act;
use crate::ui::browser::page;
use crate::ui::state::kept::Deed;
use crate::ui::state::{Action, KeptAction};

/// How far a finger moves before it is clear where to, in pixels.
const SLOP: i32 = 12;

/// How far a row is drawn aside before letting go does something, in pixels.
const FAR: i32 = 96;

/// A finger upon a row.
#[derive(Debug, Clone, Copy)]
struct Finger {
    id: i32,
    x: i32,
    y: i32,
    /// It draws the row aside, and does not scroll.
    is_aside: bool,
}

/// What a row listens to.
pub(super) struct Swipe {
    pub(super) down: Callback<PointerEvent>,
    pub(super) moves: Callback<PointerEvent>,
    pub(super) up: Callback<PointerEvent>,
    pub(super) cancel: Callback<PointerEvent>,
}

/// Lets a finger draw the row at this position aside; to the left only where its message can be deleted.
#[hook]
pub(super) fn use_swipe(row: &NodeRef, position: u32, can_delete: bool, act: &Act) -> Swipe {
    let finger = use_mut_ref(|| None::<Finger>);
    let down = {
        let finger = finger.clone();
        Callback::from(move |event: PointerEvent| {
            // A second finger changes nothing of what the first one does.
            if event.pointer_type() == "touch" && event.is_primary() {
                let (id, x, y) = (event.pointer_id(), event.client_x(), event.client_y());
                *finger.borrow_mut() = Some(Finger { id, x, y, is_aside: false });
            }
        })
    };
    let moves = {
        let (finger, row) = (finger.clone(), row.clone());
        Callback::from(move |event: PointerEvent| {
            let mut finger = finger.borrow_mut();
            let Some(of) = finger.as_mut().filter(|finger| finger.id == event.pointer_id()) else { return };
            let (aside, along) = (event.client_x() - of.x, event.client_y() - of.y);
            if !of.is_aside && along.abs() > SLOP && along.abs() >= aside.abs() {
                *finger = None;
            } else if of.is_aside || aside.abs() > SLOP {
                of.is_aside = true;
                draw(&row, reached(aside, can_delete));
            }
        })
    };
    let ends = |does: Option<Act>| {
        let (finger, row) = (finger.clone(), row.clone());
        Callback::from(move |event: PointerEvent| {
            let ended = finger.borrow_mut().take_if(|finger| finger.id == event.pointer_id());
            let Some(of) = ended.filter(|finger| finger.is_aside) else { return };
            draw(&row, 0);
            let aside = reached(event.client_x() - of.x, can_delete);
            if let Some((act, deed)) = does.as_ref().zip(deed(aside)) {
                act.emit(Action::Keep(KeptAction::Swipe(position, deed)));
            }
        })
    };
    Swipe { down, moves, up: ends(Some(act.clone())), cancel: ends(None) }
}

/// How far aside a row is that a finger draws so far.
fn reached(aside: i32, can_delete: bool) -> i32 {
    if can_delete { aside } else { aside.max(0) }
}

/// What a row that is let go here is to be done with.
fn deed(aside: i32) -> Option<Deed> {
    match aside {
        _ if aside.abs() < FAR => None,
        ..0 => Some(Deed::Delete),
        _ => Some(Deed::Unread),
    }
}

/// Draws the row this many pixels aside; the style sheet says how.
fn draw(row: &NodeRef, aside: i32) {
    let Some(row) = row.cast::<HtmlElement>() else { return };
    page::style(&row, "--aside", &format!("{aside}px"));
    let side = match aside {
        0 => None,
        ..0 => Some("left"),
        _ => Some("right"),
    };
    // Attributes of these names can be set and removed.
    let _ = match side {
        Some(side) => row.set_attribute("data-aside", side),
        None => row.remove_attribute("data-aside"),
    };
    let _ = match deed(aside) {
        Some(_) => row.set_attribute("data-far", ""),
        None => row.remove_attribute("data-far"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_let_go_too_soon_stays_as_it_is() {
        for (aside, expected) in
            [(0, None), (95, None), (-95, None), (96, Some(Deed::Unread)), (-400, Some(Deed::Delete))]
        {
            assert_eq!(deed(reached(aside, true)), expected, "{aside}");
        }
        assert_eq!(deed(reached(-400, false)), None, "what is deleted already is not deleted");
    }
}
