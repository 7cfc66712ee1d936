//! A preview's list that has changed in places: what it has in common with the former one stays known, stays marked, and stays
//! open; so does the place in it. In a preview a message is named by its place, counted from the oldest.

use restante_api::keep::Run;
use restante_api::{ListId, MessageRef, Row};

use super::moves::Moves;
use super::{Effect, Load, Mailbox, Reading};
use crate::ui::shared::Shared;

/// The list is this one from now on.
pub(super) fn follow(mailbox: &mut Mailbox, list: ListId, messages: u32, octets: u64, runs: Vec<Run>) -> Vec<Effect> {
    mailbox.shift.follow(runs.clone());
    let moves = Moves::new(runs);
    let (former, former_list) = (mailbox.len(), mailbox.list);
    let number = |was: u32| messages.checked_sub(moves.to(former.checked_sub(was)?)?);
    let rows = std::mem::replace(&mut mailbox.rows, Shared::new(vec![None; messages as usize]));
    let now = mailbox.rows.edit();
    for (from, row) in (0..).zip(rows.iter()) {
        let place = moves.to(from).and_then(|to| Some((to, now.get_mut(to as usize)?)));
        if let (Some(row), Some((to, place))) = (row, place) {
            *place = Some(moved(row.clone(), to, MessageRef::in_list(list, messages - to)));
        }
    }
    mailbox.known = u32::try_from(now.iter().flatten().count()).unwrap_or(u32::MAX);
    mailbox.cursor = moves.near(mailbox.cursor).unwrap_or(mailbox.cursor).min(messages.saturating_sub(1));
    mailbox.read_later = mailbox.read_later.and_then(|was| moves.to(was));
    mailbox.seen = Shared::new(mailbox.seen.iter().filter_map(|was| number(*was)).collect());
    let chosen = mailbox.selection.numbers.iter().filter_map(|was| number(*was)).collect();
    mailbox.selection.numbers = Shared::new(chosen);
    mailbox.selection.anchor = mailbox.selection.anchor.and_then(|was| moves.to(was));
    (mailbox.list, mailbox.octets, mailbox.asked) = (list, octets, None);
    let Some(reading) = &mut mailbox.reading else { return vec![] };
    reading.position = reading.position.and_then(|was| moves.to(was));
    let mut effects = vec![];
    for opened in Reading::trail_mut(reading).filter(|opened| opened.message.list == former_list) {
        let Some(number) = number(opened.message.number) else { continue };
        let is_renamed = (opened.message.list, opened.message.number) != (list, number);
        (opened.message.list, opened.message.number) = (list, number);
        // What the sanitiser says is about the former name.
        let has_html = opened.view.ready().is_some_and(|view| view.html.is_some());
        if is_renamed && has_html && matches!(opened.html, Load::Waiting) {
            effects.push(super::reduce::sanitise(opened));
        }
    }
    effects
}

/// The row in its new place.
fn moved(mut row: Shared<Row>, position: u32, message: MessageRef) -> Shared<Row> {
    if (row.position, &row.message) != (position, &message) {
        let row = row.edit();
        (row.position, row.message) = (position, message);
    }
    row
}
