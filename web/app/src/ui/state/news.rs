//! A preview's list that has changed in places: what it has in common with the former one stays known, chosen, marked and
//! open. In a preview a message is named by its place, counted from the oldest, so it may have another name by now.

use std::collections::BTreeSet;

use restante_api::runs::Run;
use restante_api::{ListId, MessageRef};

use super::{Effect, Load, Mailbox, Reading, Told, runs};
use crate::ui::shared::Shared;

/// The list is this one from now on; messages that were not there before are at these positions.
pub(super) fn follow(
    mailbox: &mut Mailbox,
    (list, messages, octets): (ListId, u32, u64),
    common: Vec<Run>,
    arrived: &[(u32, u32)],
) -> Vec<Effect> {
    let (former, former_list) = (mailbox.len(), mailbox.list);
    let places = common.clone();
    let number = |was: u32| messages.checked_sub(runs::place(&places, former.checked_sub(was)?)?);
    let moved = |numbers: &BTreeSet<u32>| numbers.iter().filter_map(|was| number(*was)).collect::<BTreeSet<_>>();
    let chosen = moved(&mailbox.selection.numbers);
    mailbox.seen = Shared::new(moved(&mailbox.seen));
    mailbox.preview.renumber(moved);
    mailbox.preview.arrived.edit().extend(arrived.iter().flat_map(|(first, count)| {
        (*first..first.saturating_add(*count)).filter_map(|position| messages.checked_sub(position))
    }));
    let same: u32 = common.iter().map(|run| run.rows).sum();
    let (new, gone) = (arrived.iter().map(|(_, count)| count).sum(), former.saturating_sub(same));
    if (new, gone) != (0, 0) {
        mailbox.preview.told = Some(Told::News { arrived: new, gone });
    }
    mailbox.changed(messages, common);
    mailbox.selection.numbers = Shared::new(chosen);
    (mailbox.list, mailbox.octets) = (list, octets);
    for (position, row) in (0..).zip(mailbox.rows.edit()) {
        let message = MessageRef::in_list(list, messages.saturating_sub(position));
        if let Some(row) = row.as_mut().filter(|row| (row.position, &row.message) != (position, &message)) {
            let row = row.edit();
            (row.position, row.message) = (position, message);
        }
    }
    let mut effects = vec![];
    let trail = mailbox.reading.iter_mut().flat_map(Reading::trail_mut);
    for opened in trail.filter(|opened| opened.message.list == former_list) {
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
