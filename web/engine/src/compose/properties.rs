//! A property: whatever is typed, a letter says that and nothing else. No header line comes of it, and nobody hears of hidden
//! recipients.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use restante_api::Address;
use restante_api::letter::{Beginning, Draft, LetterId};

use super::tests::{built, file, parsed};
use super::*;
use crate::mime::{self, Original};

/// The files of a letter that begins so.
fn new_files(begun: &Beginning, octets: Vec<Vec<u8>>) -> Vec<NewFile> {
    let files = begun.letter.files.iter().zip(octets);
    files.map(|(view, octets)| file(&view.name, &view.media_type, &octets)).collect()
}

/// Words of which dangerous ones are made.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("\r\n"),
        3 => Just("\n"),
        2 => Just("\r"),
        6 => Just(" "),
        1 => Just("\t"),
        1 => Just("\0"),
        4 => Just("word"),
        2 => Just("Bcc: x@y"),
        2 => Just("\r\nX-Header: x\r\n\r\n"),
        2 => Just("> "),
        2 => Just("From "),
        2 => Just("."),
        2 => Just("-- "),
        2 => Just("=?utf-8?Q?=41?="),
        1 => Just("--=_0f.1e--"),
        3 => Just("=20"),
        2 => Just("\""),
        2 => Just("\\"),
        2 => Just("(,;:<@[%*'"),
        3 => Just("é"),
        2 => Just("山"),
        2 => Just("👩\u{200d}🚀"),
        1 => Just("a_word_that_is_longer_than_a_line_has_room_for_and_that_has_no_place_where_it_could_be_broken"),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("bo@example.org"),
        4 => Just("Cy.Dee+tag@example.net"),
        1 => Just("a.very.long.name.that.leaves.no.room.in.a.line@a.very.long.domain.that.leaves.none.either.example.org"),
        1 => Just("josé@example.org"),
        1 => Just("bo@bücher.example"),
        1 => Just("bo@[192.0.2.1]"),
    ]
    .prop_map(str::to_owned)
}

fn people(range: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Address>> {
    vec((words(), address()).prop_map(|(name, address)| Address { name, address }), range)
}

fn files() -> impl Strategy<Value = Vec<NewFile>> {
    let kind = prop_oneof![Just("text/plain"), Just("image/png"), Just("a\r\nb/c")];
    let octets = prop_oneof![vec(any::<u8>(), 0..200), words().prop_map(String::into_bytes)];
    vec((words(), kind, octets).prop_map(|(name, kind, octets)| file(&name, kind, &octets)), 0..3)
}

/// What a reader sees of a text.
fn seen(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    let lines = text.lines().map(|line| {
        if !line.starts_with('>') {
            return if line == "-- " { line.to_owned() } else { line.trim_end_matches([' ', '\t']).to_owned() };
        }
        let (mut depth, mut rest) = (0, line);
        while let Some(inner) = rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >").filter(|_| depth > 0)) {
            (depth, rest) = (depth + 1, inner);
        }
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let rest = if rest == "-- " { rest } else { rest.trim_end_matches([' ', '\t']) };
        format!("{} {rest}", ">".repeat(depth))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The names of the header's fields.
fn fields(octets: &[u8]) -> Vec<String> {
    let end = memchr::memmem::find(octets, b"\r\n\r\n").unwrap();
    let header = String::from_utf8(octets[..end].to_vec()).unwrap();
    let lines = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(": ").map_or(line, |(name, _)| name).to_owned()).collect()
}

const FIELDS: [&str; 11] = [
    "Date",
    "From",
    "To",
    "Cc",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn names_and_addresses(found: Option<&mail_parser::Address<'_>>) -> Vec<(String, String)> {
    let found = found.into_iter().flat_map(mail_parser::Address::iter);
    let text = |text: Option<&str>| text.unwrap_or_default().trim().to_owned();
    found.map(|person| (text(person.name()), text(person.address()))).collect()
}

/// More than usual: what goes wrong takes two pieces that meet.
const CASES: u32 = 500;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_letter_says_what_was_typed_and_nothing_else(
        to in people(1..4),
        cc in people(0..3),
        subject in words(),
        text in words(),
        files in files(),
        ids in vec(prop_oneof![words(), Just("1@x".to_owned())], 0..4),
    ) {
        let draft = Draft {
            to: typed(&to),
            cc: typed(&cc),
            bcc: "Secret One <hidden@secret.example>, hidden@example.org".into(),
            subject: subject.clone(),
            text: text.clone(),
            in_reply_to: ids.first().cloned(),
            references: ids,
            ..Draft::default()
        };
        let letter = built(&draft, &files);

        let names = fields(&letter.octets);
        prop_assert!(names.iter().all(|name| FIELDS.contains(&name.as_str())), "{names:?}");
        prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        prop_assert!(memchr::memmem::find(&letter.octets, b"hidden").is_none());
        prop_assert!(memchr::memmem::find(&letter.octets, b"ecret").is_none());
        prop_assert!(letter.recipients.iter().filter(|to| to.starts_with("hidden@")).count() == 2);
        prop_assert!(letter.octets.split(|c| *c == b'\n').all(|line| line.len() <= 999 && line.last().is_none_or(|c| *c == b'\r')));
        let is_utf8 = [&to, &cc].into_iter().flatten().any(|person| person.address.starts_with("josé"));
        prop_assert_eq!(letter.content.needs_utf8(), is_utf8);
        prop_assert_eq!(letter.content.is_eight_bit(), is_utf8);

        let message = parsed(&letter);
        prop_assert_eq!(message.subject().unwrap_or_default().trim(), one_line(&subject));
        for (found, typed) in [(message.to(), &draft.to), (message.cc(), &draft.cc)] {
            let expected = addresses(typed).unwrap();
            let expected: Vec<_> = expected.into_iter().map(|one| (one.name, one.mailbox.to_string())).collect();
            prop_assert_eq!(names_and_addresses(found), expected);
        }
        let read = mime::original(&letter.octets);
        let expected = seen(&text);
        prop_assert_eq!(read.text.trim_end_matches('\n'), expected.trim_end_matches('\n'));
        let found = Original::files(&letter.octets);
        prop_assert_eq!(found.len(), files.len());
        for (at, (found, file)) in found.iter().zip(&files).enumerate() {
            prop_assert_eq!(&found.part.bytes, &file.octets);
            let name = message.attachment(at as u32).and_then(mail_parser::MimeHeaders::attachment_name);
            let expected = Some(one_line(&file.name).replace("=?", "=_")).filter(|name| !name.is_empty()).unwrap_or("file".into());
            // mail-parser keeps the line break of a quoted name that was folded; whoever shows it takes that out.
            prop_assert_eq!(name.map(one_line), Some(expected));
        }
    }

    #[test]
    fn whatever_is_typed_as_addresses_makes_clean_mailboxes_or_a_fault(typed in words(), address in address()) {
        for typed in [typed.clone(), format!("{typed}<{address}>"), format!("{address},{typed}")] {
            if let Ok(found) = addresses(&typed) {
                for person in found {
                    prop_assert!(!person.name.contains(char::is_control));
                    let text = person.mailbox.to_string();
                    prop_assert!(!text.contains(char::is_control));
                    prop_assert_eq!(text.parse(), Ok(person.mailbox));
                }
            }
        }
    }

    #[test]
    fn a_letter_can_be_made_from_any_octets(octets in prop_oneof![vec(any::<u8>(), 0..200), words().prop_map(String::into_bytes)]) {
        use restante_api::letter::Manner;
        for manner in [Manner::Reply, Manner::ReplyAll, Manner::Forward, Manner::ForwardAsAttachment, Manner::EditAsNew] {
            let (begun, octets) = beginning(&octets, manner, &["bo@example.org".to_owned()], LetterId(1));
            let draft = Draft { to: "bo@example.org".into(), cc: String::new(), bcc: String::new(), ..begun.letter.draft.clone() };
            let letter = built(&draft, &new_files(&begun, octets));
            prop_assert!(letter.recipients == ["bo@example.org"]);
        }
        let (begun, octets) = beginning(&octets, Manner::Redirect, &[], LetterId(1));
        let draft = Draft { to: "bo@example.org".into(), ..begun.letter.draft.clone() };
        let files = new_files(&begun, octets);
        let sending = super::tests::sending("", "ana@example.org");
        match build(&Content { draft: &draft, files: &files, pictures: &[], sending: &sending }, 0, "a") {
            Ok(letter) => prop_assert!(letter.octets.starts_with(b"Resent-Date: ") && letter.recipients == ["bo@example.org"]),
            Err(failure) => prop_assert!(matches!(failure.kind, restante_api::FailureKind::UnfitLetter(restante_api::letter::LetterFault::NotRedirectable)), "{:?}", failure),
        }
    }
}
