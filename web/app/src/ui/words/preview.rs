//! The words of a preview.

use super::super::format;
use super::super::state::Told;
use super::kept::messages;

/// What is told once.
pub fn told(told: &Told) -> String {
    match told {
        Told::News { arrived: 0, gone: 0 } => "No new mail.".into(),
        Told::News { arrived: 0, gone } => gone_words(*gone),
        Told::News { arrived, gone } => {
            let new = if *arrived == 1 {
                "1 new message.".into()
            } else {
                format!("{} new messages.", format::count(*arrived))
            };
            if *gone == 0 { new } else { format!("{new} {}", gone_words(*gone)) }
        }
        Told::Marked(count) => format!("{} to be deleted when you close the mailbox.", messages(*count)),
        Told::Unmarked(1) => "1 message stays on the server.".into(),
        Told::Unmarked(count) => format!("{} stay on the server.", messages(*count)),
        Told::Lost(count) => format!(
            "{} not to be deleted any more: nothing tells for certain which {} marked.",
            if *count == 1 { "1 message is".into() } else { format!("{} are", messages(*count)) },
            if *count == 1 { "one was" } else { "ones were" },
        ),
        Told::Failed(failure) => format!("{} {}", failure.headline(), failure.advice()),
    }
}

/// How many messages were found.
pub fn found(count: u32) -> String {
    format!("{} found · newest first", format::count(count))
}

/// How many messages a search has looked at.
pub fn searched(known: u32, all: u32) -> String {
    let of = if known >= all { messages(all) } else { format!("{} of {}", format::count(known), messages(all)) };
    format!("Searched {of}: senders, recipients, subjects and the beginnings of texts.")
}

/// What fetches the headers that are missing.
pub fn fetch_headers(missing: u32) -> String {
    match missing {
        1 => "Fetch the missing header".into(),
        _ => format!("Fetch the other {} headers", format::count(missing)),
    }
}

fn gone_words(gone: u32) -> String {
    let be = if gone == 1 { "is" } else { "are" };
    format!("{} {be} not on the server any more.", messages(gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_is_told_in_a_sentence_each() {
        let news = |arrived, gone| told(&Told::News { arrived, gone });
        assert_eq!(news(0, 0), "No new mail.");
        assert_eq!(news(1, 0), "1 new message.");
        assert_eq!(news(1200, 1), "1,200 new messages. 1 message is not on the server any more.");
        assert_eq!(news(0, 2), "2 messages are not on the server any more.");
    }
}
