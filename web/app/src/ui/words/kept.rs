//! The words of kept mail: folders, what goes on with an account, what was done.

use restante_api::Stage;
use restante_api::keep::{Activity, FolderView, Role, Transfer, UNDO_SECONDS};
use restante_locales::{advice, headline, say};

use super::super::format;
use super::super::state::kept::{FileWork, Knobs, Told};

/// What a folder is called.
pub fn folder(folder: &FolderView) -> String {
    match folder.role {
        Role::Own => folder.name.clone(),
        role => standard(role).to_owned(),
    }
}

/// What a folder that every account has is called.
pub fn standard(role: Role) -> &'static str {
    match role {
        Role::Inbox => say::folder_inbox(),
        Role::Archive => say::folder_archive(),
        Role::Deleted => say::folder_deleted(),
        Role::Sent => say::folder_sent(),
        Role::Own => say::folder_own(),
    }
}

/// What goes on with an account; `None` where nothing does.
pub fn activity(activity: &Activity) -> Option<String> {
    Some(match activity {
        Activity::Idle | Activity::Failed(_) => return None,
        Activity::Waiting { seconds: None } => say::busy_waiting().into(),
        Activity::Waiting { seconds: Some(seconds) } => say::busy_wanted_pause(&time(u64::from(*seconds))),
        Activity::Connecting(stage) => connecting(*stage).into(),
        Activity::Fetching(transfer) => fetching(*transfer),
        Activity::Paused { left } => say::busy_paused(*left),
        Activity::Again { seconds, .. } => say::busy_again(&time(u64::from(*seconds))),
    })
}

fn connecting(stage: Stage) -> &'static str {
    match stage {
        Stage::Connecting => say::busy_connecting(),
        Stage::Securing => say::busy_securing(),
        Stage::Greeting => say::busy_greeting(),
        Stage::SigningIn => say::busy_signing_in(),
        Stage::Headers { .. } | Stage::Message { .. } | Stage::Idle { .. } | Stage::Waiting { .. } => {
            say::busy_opening()
        }
        Stage::Deleting { .. } | Stage::Closing => say::busy_closing(),
    }
}

/// How far fetching has come.
fn fetching(transfer: Transfer) -> String {
    let Transfer { messages, of_messages, octets, of_octets, rate, seconds_left } = transfer;
    let mut words = vec![say::of(messages, of_messages)];
    words.push(match of_octets {
        0 => format::octets(octets),
        of => say::busy_size_of(&format::octets(octets.min(of)), &format::octets(of)),
    });
    words.extend(rate.map(|rate| say::busy_rate(&format::octets(rate))));
    words.extend(seconds_left.map(|seconds| say::busy_left(&time(seconds))));
    words.join(" · ")
}

/// A time to come, as short as it may be.
pub fn time(seconds: u64) -> String {
    match seconds {
        0..=59 => say::time_seconds(seconds),
        60..=3599 => say::time_minutes(seconds.div_ceil(60)),
        _ => say::time_hours(seconds / 3600, seconds % 3600 / 60),
    }
}

/// What is to be told.
pub fn told(told: &Told) -> String {
    match told {
        Told::Moved(count, folder) => say::told_moved(*count, folder),
        Told::Restored(count) => say::told_restored(*count),
        Told::Imported(count) => say::told_imported(*count),
        Told::Exported(count) => say::told_exported(*count),
        Told::Saved => say::told_saved().into(),
        Told::Forgotten => say::told_forgotten().into(),
        Told::Removed => say::told_removed().into(),
        Told::Drafted => say::told_drafted().into(),
        Told::Discarded => say::told_discarded().into(),
        Told::Queued(_) => say::told_queued(&UNDO_SECONDS.to_string()),
        Told::Sent => say::told_sent().into(),
        Told::SentUnreported => format!("{} {}", say::told_sent(), say::write_no_reports()),
        Told::Returned(failure) => say::told_returned(headline(failure)),
        Told::PutOff(failure) => say::told_put_off(headline(failure)),
        Told::InDoubt => say::told_in_doubt().into(),
        Told::Failed(failure) => format!("{} {}", headline(failure), advice(failure)),
    }
}

/// How far a file is.
pub fn file(work: &FileWork) -> String {
    match work {
        FileWork::Export { messages: done, of: Some(of), octets, .. } => {
            say::file_writing_of(*done, *of, &format::octets(*octets))
        }
        FileWork::Export { messages: done, octets, .. } => say::file_writing(*done, &format::octets(*octets)),
        FileWork::Import { before, messages: done, octets, .. } => {
            say::file_taking_in(before + done, &format::octets(*octets))
        }
    }
}

/// What is wrong with a number.
pub fn wrong(knob: Knobs) -> &'static str {
    match knob {
        Knobs::Days => say::settings_wrong_days(),
        Knobs::Megabytes => say::settings_wrong_megabytes(),
        Knobs::Minutes => say::settings_wrong_minutes(),
        Knobs::Port => say::sending_wrong_port(),
        Knobs::Identity(_) => say::sending_wrong_address(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_messages_octets_rate_and_the_time_that_is_left() {
        let transfer = Transfer {
            messages: 3914,
            of_messages: 10_312,
            octets: 41_000_000,
            of_octets: 119_000_000,
            rate: Some(1_200_000),
            seconds_left: Some(65),
        };
        assert_eq!(
            activity(&Activity::Fetching(transfer)).unwrap(),
            "3,914 of 10,312 · 41 MB of 119 MB · 1.2 MB/s · 2 min left"
        );
        let unknown = Transfer { of_octets: 0, rate: None, seconds_left: None, ..transfer };
        assert_eq!(activity(&Activity::Fetching(unknown)).unwrap(), "3,914 of 10,312 · 41 MB");
    }

    #[test]
    fn what_would_be_deleted_is_told_in_words() {
        assert!(say::settings_would_delete(3914_u32).contains("delete 3,914 messages on the server"));
        assert!(say::settings_would_delete(1_u32).contains("delete 1 message on the server"));
        assert!(say::settings_would_delete(0_u32).contains("delete nothing"));
    }
}
