//! The words that are put around what a letter quotes.

use restante_api::letter::{Manner, Quote};
use restante_locales::say;

use super::super::format::mailboxes;
use super::super::state::kept::quoted;

/// What is quoted, with what its reader is told by: who wrote it and when (`date`, in words), or the head of a message that is
/// passed on. Of a quotation with formatting it is only what stands above it.
pub fn quotation(manner: Manner, quote: &Quote, date: Option<String>) -> String {
    if manner == Manner::Forward {
        let mut lines = vec![say::write_forwarded().to_owned(), say::write_forwarded_from(&mailboxes(&quote.from))];
        lines.extend(date.map(|date| say::write_forwarded_date(&date)));
        lines.push(say::write_forwarded_subject(&quote.subject));
        if !quote.to.is_empty() {
            lines.push(say::write_forwarded_to(&mailboxes(&quote.to)));
        }
        let head = lines.join("\n");
        return match quote.rich {
            Some(_) => format!("{head}\n\n"),
            None => format!("{head}\n\n{}\n", quote.text.trim_end()),
        };
    }
    let name = quote.from.first().map(|from| if from.name.is_empty() { &from.address } else { &from.name });
    let name = name.map_or("", String::as_str);
    let attribution = match date {
        Some(date) => say::write_attribution(&date, name),
        None => say::write_attribution_no_date(name),
    };
    quoted(quote, &attribution)
}

#[cfg(test)]
mod tests {
    use restante_api::Address;
    use restante_api::rich::Rich;

    use super::*;

    fn quote() -> Quote {
        Quote {
            from: vec![Address { name: "Ana".into(), address: "ana@example.org".into() }],
            to: vec![Address { name: String::new(), address: "bert@example.org".into() }],
            subject: "Boats".into(),
            date: Some(0),
            text: "One\n\n> Two\n".into(),
            rich: None,
        }
    }

    #[test]
    fn an_answer_quotes_each_line_one_level_deeper_below_who_wrote_it() {
        let words = quotation(Manner::Reply, &quote(), Some("1 January".into()));
        assert_eq!(words, "On 1 January, Ana wrote:\n> One\n>\n>> Two\n");
        assert!(quotation(Manner::Reply, &quote(), None).starts_with("Ana wrote:\n"));
    }

    #[test]
    fn what_is_passed_on_stands_below_its_head_as_it_was() {
        let words = quotation(Manner::Forward, &quote(), Some("1 January".into()));
        let head = "---------- Forwarded message ----------\nFrom: Ana <ana@example.org>\nDate: 1 January\nSubject: Boats\nTo: bert@example.org\n";
        assert_eq!(words, format!("{head}\nOne\n\n> Two\n"));
        let formatted = Quote { rich: Some(Rich::default()), ..quote() };
        assert_eq!(quotation(Manner::Forward, &formatted, Some("1 January".into())), format!("{head}\n"));
    }
}
