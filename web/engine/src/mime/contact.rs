//! What a vCard says (RFC 6350, and 3.0 and 2.1 before it): who it is, and how to reach them. Pictures, keys and the rest stay
//! in the file.

use restante_api::Contact;

use super::content_lines::{Line, unescaped, unfolded};
use super::decode::{self, Encoding};
use super::names;

/// Octets of a vCard that are read at most; pictures may be in it.
pub(super) const MAX_OCTETS: usize = 512 << 10;

/// Cards of one file that are told at most.
const MAX_CARDS: usize = 5;

/// Addresses, and telephone numbers, of one card at most.
const MAX_WAYS: usize = 8;

/// The cards of a file that name somebody.
pub(super) fn contacts(octets: &[u8]) -> Vec<Contact> {
    let text = unfolded(&octets[..octets.len().min(MAX_OCTETS)]);
    let mut found = Vec::new();
    let mut card: Option<Contact> = None;
    for line in text.lines().filter_map(Line::of) {
        match (line.name.as_str(), line.value) {
            ("BEGIN", value) if value.eq_ignore_ascii_case("VCARD") => card = Some(Contact::default()),
            ("END", value) if value.eq_ignore_ascii_case("VCARD") => {
                found.extend(card.take().filter(names_somebody));
                if found.len() == MAX_CARDS {
                    break;
                }
            }
            _ => {
                if let Some(card) = &mut card {
                    take(card, &line);
                }
            }
        }
    }
    found
}

fn names_somebody(card: &Contact) -> bool {
    !(card.name.is_empty() && card.organization.is_empty() && card.emails.is_empty() && card.phones.is_empty())
}

fn take(card: &mut Contact, line: &Line<'_>) {
    let value = value(line);
    let text = || names::line(&unescaped(&value));
    match line.name.as_str() {
        "FN" => card.name = text(),
        // Family and given names; cards of before 3.0 may have no other.
        "N" if card.name.is_empty() => {
            let mut parts = value.split(';').map(|part| names::line(&unescaped(part)));
            let (family, given) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            card.name = format!("{given} {family}").trim().to_owned();
        }
        "ORG" => card.organization = names::line(&unescaped(value.split(';').next().unwrap_or_default())),
        "TITLE" => card.title = text(),
        "EMAIL" => add(&mut card.emails, text(), "mailto:"),
        "TEL" => add(&mut card.phones, text(), "tel:"),
        _ => {}
    }
}

/// The value, decoded where vCard 2.1 has it quoted-printable.
fn value(line: &Line<'_>) -> String {
    let is_quoted = ["ENCODING", ""]
        .into_iter()
        .any(|name| line.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case("QUOTED-PRINTABLE")));
    if !is_quoted {
        return line.value.to_owned();
    }
    let decoded = decode::decode(line.value.as_bytes(), Encoding::QuotedPrintable, line.value.len());
    String::from_utf8_lossy(&decoded.octets).into_owned()
}

/// Adds a way to reach somebody, without the scheme that version 4 writes it with.
fn add(ways: &mut Vec<String>, way: String, scheme: &str) {
    let bare = way.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| &way[scheme.len()..]);
    let way = bare.unwrap_or(&way).to_owned();
    if !way.is_empty() && ways.len() < MAX_WAYS && !ways.contains(&way) {
        ways.push(way);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &str) -> Vec<Contact> {
        contacts(format!("BEGIN:VCARD\n{lines}\nEND:VCARD\n").replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn cards_of_all_versions_say_who_it_is_and_how_to_reach_them() {
        let four = "VERSION:4.0\nFN:Ines Marlow\nORG:Harbour\\, east;Office\nTITLE:Pilot\nitem1.EMAIL;PREF=1:ines@\n harbour.example\n\
                    TEL;VALUE=uri;TYPE=\"voice,home\":tel:+44-20-7946-0000\nPHOTO:data:image/png;base64,AAAA\nEMAIL:ines@harbour.example";
        let expected = Contact {
            name: "Ines Marlow".into(),
            organization: "Harbour, east".into(),
            title: "Pilot".into(),
            emails: vec!["ines@harbour.example".into()],
            phones: vec!["+44-20-7946-0000".into()],
        };
        assert_eq!(of(four), [expected]);
        let old = "VERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BCn;Anna\nTEL;HOME:030 1234\nEMAIL;INTERNET:anna@x.example";
        let card = &of(old)[0];
        assert_eq!((card.name.as_str(), &card.phones[..]), ("Anna Grün", &["030 1234".to_owned()][..]));
        assert_eq!(of("VERSION:2.1\nN;QUOTED-PRINTABLE:=41;=42")[0].name, "B A");
    }

    #[test]
    fn what_names_nobody_is_no_card_and_nothing_deceives() {
        assert_eq!(of("VERSION:4.0\nNOTE:nobody"), []);
        assert_eq!(contacts(b"no card"), []);
        assert_eq!(contacts(b"BEGIN:VCARD\nFN:open"), []);
        let card = &of("FN:Ana\\n\u{202e}gnp.exe\nEMAIL:")[0];
        assert_eq!((card.name.as_str(), card.emails.len()), ("Ana gnp.exe", 0));
        let many = of("TEL:1\nTEL:2\nTEL:3\nTEL:4\nTEL:5\nTEL:6\nTEL:7\nTEL:8\nTEL:9");
        assert_eq!(many[0].phones.len(), MAX_WAYS);
        let cards = "BEGIN:VCARD\nFN:A\nEND:VCARD\n".repeat(20);
        assert_eq!(contacts(cards.as_bytes()).len(), MAX_CARDS);
    }
}
