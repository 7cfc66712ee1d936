//! The words of a preview.

use restante_locales::{advice, headline, say};

use super::super::state::Told;

/// What is told once.
pub fn told(told: &Told) -> String {
    match told {
        Told::News { arrived: 0, gone: 0 } => say::told_no_news().into(),
        Told::News { arrived: 0, gone } => say::told_gone(*gone),
        Told::News { arrived, gone: 0 } => say::told_news(*arrived),
        Told::News { arrived, gone } => format!("{} {}", say::told_news(*arrived), say::told_gone(*gone)),
        Told::Marked(count) => say::told_marked(*count),
        Told::Unmarked(count) => say::told_unmarked(*count),
        Told::Lost(count) => say::told_lost(*count),
        Told::Failed(failure) => format!("{} {}", headline(failure), advice(failure)),
    }
}

/// How many messages a search has looked at.
pub fn searched(known: u32, all: u32) -> String {
    if known >= all { say::search_reach_all(all) } else { say::search_reach(all, known) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_searched_is_told_before_what_there_is() {
        assert!(searched(120, 10_000).starts_with("Searched 120 of 10,000 messages: "));
        assert!(searched(10_000, 10_000).starts_with("Searched 10,000 messages: "));
    }

    #[test]
    fn what_came_and_went_is_told_in_a_sentence_each() {
        let news = |arrived, gone| told(&Told::News { arrived, gone });
        assert_eq!(news(0, 0), "No new mail.");
        assert_eq!(news(1, 0), "1 new message.");
        assert_eq!(news(1200, 1), "1,200 new messages. 1 message is not on the server any more.");
        assert_eq!(news(0, 2), "2 messages are not on the server any more.");
    }
}
