//! The words of kept mail: folders, what goes on with an account, what was done.

use restante_api::keep::{Activity, FolderView, Role, Transfer};

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
        Role::Inbox => "Inbox",
        Role::Archive => "Archive",
        Role::Deleted => "Deleted",
        Role::Own => "Folders",
    }
}

/// What goes on with an account; `None` where nothing does.
pub fn activity(activity: &Activity) -> Option<String> {
    Some(match activity {
        Activity::Idle | Activity::Failed(_) => return None,
        Activity::Waiting { seconds: None } => "waiting".into(),
        Activity::Waiting { seconds: Some(seconds) } => {
            format!("the server wants a pause, going on in {}", time(u64::from(*seconds)))
        }
        Activity::Connecting(stage) => super::opening(*stage).trim_end_matches('…').to_lowercase(),
        Activity::Fetching(transfer) => fetching(*transfer),
        Activity::Paused { left } => format!("paused, {} missing", messages(*left)),
        Activity::Again { seconds, .. } => format!("connection lost, trying again in {}", time(u64::from(*seconds))),
    })
}

/// How far fetching has come.
fn fetching(transfer: Transfer) -> String {
    let Transfer { messages, of_messages, octets, of_octets, rate, seconds_left } = transfer;
    let mut words = vec![format!("{} of {}", format::count(messages), format::count(of_messages))];
    words.push(match of_octets {
        0 => format::octets(octets),
        of => format!("{} of {}", format::octets(octets.min(of)), format::octets(of)),
    });
    words.extend(rate.map(|rate| format!("{}/s", format::octets(rate))));
    words.extend(seconds_left.map(|seconds| format!("{} left", time(seconds))));
    words.join(" · ")
}

/// What the server does with mail by itself (EXPIRE, RFC 2449, section 6.7).
pub fn expires(days: u32) -> String {
    match days {
        0 => "The server removes mail by itself once it has been fetched.".into(),
        1 => "The server removes mail by itself after a day.".into(),
        _ => format!("The server removes mail by itself after {days} days."),
    }
}

/// A time to come, as short as it may be.
pub fn time(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// So many messages.
pub fn messages(count: u32) -> String {
    if count == 1 { "1 message".into() } else { format!("{} messages", format::count(count)) }
}

/// What is to be told.
pub fn told(told: &Told) -> String {
    match told {
        Told::Moved(count, folder) => format!("{} moved to {folder}.", messages(*count)),
        Told::Restored(count) => format!("{} moved back.", messages(*count)),
        Told::Imported(count) => format!("{} taken into Archive.", messages(*count)),
        Told::Exported(count) => format!("{} written to a file.", messages(*count)),
        Told::Saved => "Settings saved.".into(),
        Told::Forgotten => "The password is forgotten.".into(),
        Told::Removed => "The account was removed from this device. Nothing was changed on the server.".into(),
        Told::Failed(failure) => format!("{} {}", failure.headline(), failure.advice()),
    }
}

/// How far a file is.
pub fn file(work: &FileWork) -> String {
    match work {
        FileWork::Export { messages: done, of: Some(of), octets, .. } => {
            format!(
                "Writing the file: {} of {} messages, {}",
                format::count(*done),
                format::count(*of),
                format::octets(*octets)
            )
        }
        FileWork::Export { messages: done, octets, .. } => {
            format!("Writing the file: {}, {}", messages(*done), format::octets(*octets))
        }
        FileWork::Import { before, messages: done, octets, .. } => {
            format!("Taking in: {}, {}", messages(before + done), format::octets(*octets))
        }
    }
}

/// What is wrong with a number.
pub fn wrong(knob: Knobs) -> &'static str {
    match knob {
        Knobs::Days => "Type a number of days, such as 30.",
        Knobs::Megabytes => "Type a number of megabytes, such as 10.",
        Knobs::Minutes => "Type a number of minutes, such as 15.",
    }
}

/// What a policy would delete on the server now.
pub fn would_delete(count: u32) -> String {
    match count {
        0 => "Now it would delete nothing on the server; later it deletes what falls under it.".into(),
        1 => "Now it would delete 1 message on the server, with the next check for new mail. It is kept here.".into(),
        count => format!(
            "Now it would delete {} messages on the server, with the next check for new mail. They are kept here.",
            format::count(count)
        ),
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
        assert!(would_delete(3914).contains("delete 3,914 messages on the server"));
        assert!(would_delete(1).contains("delete 1 message on the server"));
        assert!(would_delete(0).contains("delete nothing"));
    }
}
