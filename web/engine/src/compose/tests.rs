use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use restante_api::letter::{Draft, FileId, Identity, LetterFault, Sending};
use restante_api::rich::{Inline, Rich, RichBlock, Run};
use restante_api::{FailureKind, Security};

use super::*;
use crate::mime::{self, Original};

pub(super) fn sending(name: &str, address: &str) -> Sending {
    Sending {
        host: "mail.example.org".into(),
        port: 465,
        security: Security::Tls,
        name: name.into(),
        address: address.into(),
        signature: String::new(),
        copy_to_self: false,
        identities: Vec::new(),
    }
}

pub(super) fn built(draft: &Draft, files: &[NewFile]) -> Built {
    let sending = sending("Ana Beltrán", "ana@example.org");
    build(&Content { draft, files, pictures: &[], sending: &sending }, 1_795_424_400, "0f.1e").unwrap()
}

pub(super) fn parsed(built: &Built) -> Message<'_> {
    MessageParser::default().parse(&built.octets).unwrap()
}

fn draft(subject: &str, text: &str) -> Draft {
    Draft { to: "bo@example.org".into(), subject: subject.into(), text: text.into(), ..Draft::default() }
}

pub(super) fn file(name: &str, media_type: &str, octets: &[u8]) -> NewFile {
    NewFile { name: name.into(), media_type: media_type.into(), octets: octets.to_vec() }
}

/// The text that a reader of the letter sees.
fn read(built: &Built) -> String {
    mime::original(&built.octets).text
}

/// Words in ten scripts.
const SCRIPTS: [&str; 10] = [
    "Grüße aus Zürich, naïve façade",
    "Привет из Москвы",
    "Καλημέρα κόσμε",
    "שלום עולם",
    "مرحبا بالعالم",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "你好，世界",
    "こんにちは世界",
    "안녕하세요 세계",
];

#[test]
fn a_letter_has_these_octets_and_no_others() {
    let draft = Draft {
        to: "Bo <bo@example.org>, cy@example.net".into(),
        cc: "\"Dee, Eve\" <dee@example.com>".into(),
        bcc: "hidden@example.org".into(),
        subject: "The map".into(),
        text: "Hello,\nthis is it.\n-- \nAna\n".into(),
        in_reply_to: Some("2@x".into()),
        references: vec!["1@x".into(), "2@x".into()],
        ..Draft::default()
    };
    let built = built(&draft, &[]);
    let expected = "Date: Mon, 23 Nov 2026 09:00:00 +0000\n\
        From: =?utf-8?B?QW5hIEJlbHRyw6Fu?= <ana@example.org>\n\
        To: \"Bo\" <bo@example.org>, <cy@example.net>\n\
        Cc: \"Dee, Eve\" <dee@example.com>\n\
        Subject: The map\n\
        Message-ID: <0f.1e@example.org>\n\
        In-Reply-To: <2@x>\n\
        References: <1@x> <2@x>\n\
        MIME-Version: 1.0\n\
        Content-Type: text/plain; charset=\"utf-8\"; format=\"flowed\"\n\
        Content-Transfer-Encoding: 7bit\n\
        \n\
        Hello,\nthis is it.\n-- \nAna\n";
    assert_eq!(String::from_utf8(built.octets).unwrap(), expected.replace('\n', "\r\n"));
    assert_eq!(built.from.to_string(), "ana@example.org");
    assert_eq!(built.recipients, ["bo@example.org", "cy@example.net", "dee@example.com", "hidden@example.org"]);
    assert_eq!(built.message_id, "0f.1e@example.org");
    assert!(!built.content.is_eight_bit() && !built.content.needs_utf8());
}

#[test]
fn a_message_that_is_redirected_goes_on_octet_for_octet_below_who_passed_it_on() {
    let message =
        "Received: by x\r\nFrom: Cy <cy@example.net>\r\nTo: ana@example.org\r\nSubject: The map\r\n\r\n.\r\nHere.\r\n";
    let draft = Draft { bcc: "dee@x".into(), redirects: true, ..draft("not this", "nor this") };
    let original =
        file("The map.eml", "message/rfc822", format!("Return-Path: <cy@example.net>\r\n{message}").as_bytes());
    let letter = built(&draft, &[original]);
    let expected = "Resent-Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\
        Resent-From: =?utf-8?B?QW5hIEJlbHRyw6Fu?= <ana@example.org>\r\n\
        Resent-To: <bo@example.org>\r\n\
        Resent-Message-ID: <0f.1e@example.org>\r\n";
    assert_eq!(String::from_utf8(letter.octets).unwrap(), format!("{expected}{message}"));
    assert_eq!(letter.recipients, ["bo@example.org", "dee@x"]);
    let sending = sending("", "ana@example.org");
    let failure = build(&Content { draft: &draft, files: &[], pictures: &[], sending: &sending }, 0, "a").unwrap_err();
    assert_eq!(failure.kind, FailureKind::UnfitLetter(LetterFault::NotRedirectable));
}

#[test]
fn a_letter_without_a_sender_or_recipients_is_none() {
    let fault = |draft: &Draft, address: &str| {
        let sending = sending("", address);
        match build(&Content { draft, files: &[], pictures: &[], sending: &sending }, 0, "a")
            .map_err(|failure| failure.kind)
        {
            Err(FailureKind::UnfitLetter(fault)) => Some(fault),
            _ => None,
        }
    };
    let to = |to: &str| Draft { to: to.into(), ..Draft::default() };
    assert_eq!(fault(&to("bo@x"), "ana"), Some(LetterFault::BadSender("ana".into())));
    assert_eq!(fault(&to("bo@x"), "ana@x\r\nBcc: b@y"), Some(LetterFault::BadSender("ana@x Bcc: b@y".into())));
    assert_eq!(fault(&to(" ;(nobody)"), "ana@x"), Some(LetterFault::NoRecipients));
    assert_eq!(fault(&to("bo@x, cy"), "ana@x"), Some(LetterFault::BadAddress("cy".into())));
    assert_eq!(fault(&Draft { bcc: "dee".into(), ..to("bo@x") }, "ana@x"), Some(LetterFault::BadAddress("dee".into())));
    assert_eq!(fault(&to("bo@x"), " ana @ x"), None);
}

#[test]
fn everybody_gets_a_letter_once_and_hidden_recipients_stand_nowhere() {
    let draft =
        Draft { cc: "Bo <bo@X>, cy@x".into(), bcc: "cy@x, dee@x".into(), to: "bo@x, bo@x".into(), ..Draft::default() };
    let letter = built(&draft, &[]);
    assert_eq!(letter.recipients, ["bo@x", "cy@x", "dee@x"]);
    assert!(!String::from_utf8(letter.octets).unwrap().contains("dee"));

    let sending = Sending { copy_to_self: true, ..sending("", "ana@bücher.example") };
    let draft = Draft { bcc: "dee@x".into(), ..Draft::default() };
    let letter = build(&Content { draft: &draft, files: &[], pictures: &[], sending: &sending }, 0, "a").unwrap();
    assert_eq!(letter.recipients, ["dee@x", "ana@xn--bcher-kva.example"]);
    let octets = String::from_utf8(letter.octets).unwrap();
    assert!(octets.contains("\r\nTo: undisclosed-recipients:;\r\n") && !octets.contains("dee"), "{octets}");
    assert!(octets.contains("From: <ana@xn--bcher-kva.example>") && !octets.contains("Subject"), "{octets}");
    let cc_alone = built(&Draft { cc: "bo@x".into(), ..Draft::default() }, &[]);
    assert!(!String::from_utf8(cc_alone.octets).unwrap().contains("To:"));
}

#[test]
fn words_of_every_script_come_back_from_subject_names_and_files() {
    for words in SCRIPTS {
        for words in [words.to_owned(), [words; 9].join(" "), words.replace(' ', "").repeat(12)] {
            let person = restante_api::Address { name: words.clone(), address: "bo@example.org".into() };
            let draft = Draft { to: typed([&person]), ..draft(&words, &words) };
            let name = format!("{words}.pdf");
            let letter = built(&draft, &[file(&name, "application/pdf", b"x")]);
            assert!(letter.octets.is_ascii(), "{words}");
            let message = parsed(&letter);
            assert_eq!(message.subject(), Some(words.as_str()));
            assert_eq!(message.to().and_then(|to| to.first()?.name()), Some(words.as_str()));
            assert_eq!(message.attachment(0).and_then(MimeHeaders::attachment_name), Some(name.as_str()));
            assert_eq!(mime::original(&letter.octets).text.trim_end(), words);
            assert!(letter.octets.split(|c| *c == b'\n').all(|line| line.len() <= 79), "{words}");
        }
    }
}

#[test]
fn words_that_look_like_encoded_ones_stay_what_they_are() {
    for words in ["=?utf-8?Q?=41?=", "a =?utf-8?B?QUI=?= b", "=?x", "what=?"] {
        let person = restante_api::Address { name: words.into(), address: "bo@example.org".into() };
        let letter = built(&Draft { to: typed([&person]), ..draft(words, "") }, &[]);
        let message = parsed(&letter);
        assert_eq!(message.subject().map(str::trim), Some(words));
        assert_eq!(message.to().and_then(|to| to.first()?.name()).map(str::trim), Some(words));
    }
}

#[test]
fn nothing_typed_begins_a_line_of_the_header() {
    let evil = "a\r\nBcc: hidden@x\r\n\r\nb\n\u{0}\u{1b}";
    let draft =
        Draft { in_reply_to: Some(evil.into()), references: vec![evil.into(), "1@x".into()], ..draft(evil, "text") };
    let sending = sending(evil, "ana@example.org");
    let files = [file(evil, evil, b""), file(evil, "text/plain\r\nX: y", b"")];
    let letter = build(&Content { draft: &draft, files: &files, pictures: &[], sending: &sending }, 0, evil).unwrap();
    let message = parsed(&letter);
    assert_eq!(message.subject(), Some("a Bcc: hidden@x b"));
    assert_eq!(message.from().and_then(|from| from.first()?.name()), Some("a Bcc: hidden@x b"));
    assert_eq!(message.bcc(), None);
    assert_eq!(message.in_reply_to().as_text(), None);
    assert_eq!(message.references().as_text(), Some("1@x"));
    assert_eq!(message.attachment_count(), 2);
    for attached in message.attachments() {
        assert_eq!(attached.attachment_name(), Some("a Bcc: hidden@x b"));
        let kind = attached.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("application", Some("octet-stream")));
    }
    assert_eq!(letter.message_id, "aBcchiddenxb@example.org");
}

#[test]
fn text_is_read_as_it_was_typed() {
    let long = "word ".repeat(60);
    for (text, expected) in [
        ("", ""),
        ("Hello\n\n\n  indented\n\tand tabbed\n", "Hello\n\n\n  indented\n\tand tabbed"),
        (long.as_str(), long.trim_end()),
        ("From me\n>quoted\n> > deeper\n From there", "From me\n> quoted\n>> deeper\n From there"),
        (".\n..\n.x\n", ".\n..\n.x"),
        ("hi \n-- \nAna ", "hi\n-- \nAna"),
        ("=20\n=\n=C3=A9", "=20\n=\n=C3=A9"),
        ("é\u{a0}\n\u{3000}x", "é\u{a0}\n\u{3000}x"),
        ("a\u{0}b\u{7f}\r\nc\rd", "ab\nc\nd"),
    ] {
        assert_eq!(read(&built(&draft("", text), &[])).trim_end_matches('\n'), expected, "{text:?}");
        let with_file = built(&draft("", text), &[file("a", "image/png", b"x")]);
        assert_eq!(read(&with_file).trim_end_matches('\n'), expected, "{text:?}");
        assert!(with_file.octets.is_ascii());
    }
    for word in ["x".repeat(5000), "é".repeat(5000), format!("> {}", "x ".repeat(2000))] {
        let letter = built(&draft("", &word), &[]);
        assert_eq!(read(&letter).trim_end(), word.trim_end());
        assert!(letter.octets.split(|c| *c == b'\n').all(|line| line.len() <= 79));
    }
}

#[test]
fn files_come_back_octet_for_octet() {
    let every: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let contents: [&[u8]; 9] = [
        b"",
        b"\0",
        b"a\rb\nc\r\nd ",
        b"From x\n.\n",
        b"--=_0f.1e\r\n",
        "é".as_bytes(),
        &every,
        &[b'x'; 2000],
        b"\r\n",
    ];
    for kind in
        ["text/plain", "text/html", "application/pdf", "image/png", "message/delivery-status", "multipart/mixed"]
    {
        let files: Vec<_> = contents.iter().map(|octets| file("a b.bin", kind, octets)).collect();
        let letter = built(&draft("", "text"), &files);
        let found = Original::files(&letter.octets);
        assert_eq!(found.len(), files.len(), "{kind}");
        for (found, file) in found.iter().zip(&files) {
            assert_eq!((&found.part.bytes, found.part.name.as_str()), (&file.octets, "a b.bin"), "{kind}");
        }
    }
    for (given, expected) in [
        ("IMAGE/PNG; name=x", "image/png"),
        ("", "application/octet-stream"),
        ("a/b/c", "application/octet-stream"),
        ("a b/c", "application/octet-stream"),
        ("message/partial", "text/plain"),
        ("multipart/mixed", "application/octet-stream"),
    ] {
        let letter = built(&draft("", ""), &[file("x", given, b"y")]);
        assert_eq!(Original::files(&letter.octets)[0].part.media_type, expected, "{given}");
    }
}

#[test]
fn messages_go_along_without_an_encoding_of_their_own() {
    let part = |octets: &[u8]| {
        let letter = built(&draft("", "text"), &[file("m.eml", "message/rfc822", octets)]);
        let message = parsed(&letter);
        let attached = message.attachment(0).unwrap();
        let encoding = attached.content_transfer_encoding().unwrap().to_owned();
        let inner = match &attached.body {
            PartType::Message(inner) => inner.body_text(0).map(|text| text.into_owned()),
            _ => None,
        };
        let outer = message.parts[0].content_transfer_encoding().unwrap().to_owned();
        (encoding, inner, letter.content.is_eight_bit(), outer)
    };
    let seven = "7bit".to_owned();
    let plain = b"Subject: s\r\n\r\nhello\r\n";
    assert_eq!(part(plain), (seven.clone(), Some("hello\r\n".into()), false, seven.clone()));
    let eight =
        "Subject: s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n";
    assert_eq!(part(eight.as_bytes()), (seven.clone(), Some("Grüße\r\n".into()), false, seven.clone()));
    let long = format!("Subject: s\n\n{}\n", "x".repeat(3000));
    assert_eq!(part(long.as_bytes()), (seven.clone(), Some(format!("{}\r\n", "x".repeat(3000))), false, seven.clone()));
    let header = "Subject: Grüße\r\n\r\nhello\r\n";
    let carried = part(header.as_bytes());
    assert_eq!(carried, ("8bit".into(), Some("hello\r\n".into()), true, "8bit".into()));
    for no_message in ["", "no header", "\r\nSubject: x", &format!("Subject: {}\r\n\r\n", "x".repeat(1000))] {
        assert_eq!(part(no_message.as_bytes()), ("base64".into(), None, false, seven.clone()), "{no_message}");
    }
}

#[test]
fn a_letter_of_ours_within_another_ends_neither() {
    let inner = built(&draft("inner", "text"), &[file("x", "image/png", b"y")]);
    let outer = built(&draft("outer", "text"), &[file("m.eml", "message/rfc822", &inner.octets)]);
    let files = Original::files(&outer.octets);
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].part.bytes, inner.octets);
    assert_eq!(Original::files(&files[0].part.bytes)[0].part.bytes, b"y");
}

#[test]
fn names_beyond_ascii_in_addresses_are_all_that_needs_smtputf8() {
    let to = |to: &str| built(&Draft { to: to.into(), ..draft("Grüße", "Grüße") }, &[]).content;
    assert!(!to("José <jose@bücher.example>").needs_utf8());
    let content = to("José <josé@bücher.example>");
    assert!(content.needs_utf8());
    let letter = built(&Draft { to: "José <josé@x>".into(), ..draft("Grüße", "") }, &[]);
    assert_eq!(parsed(&letter).to().and_then(|to| to.first()?.address()), Some("josé@x"));
    let hidden = built(&Draft { bcc: "josé@x".into(), ..draft("", "") }, &[]);
    assert!(!hidden.content.needs_utf8() && hidden.octets.is_ascii());
}

fn run(text: &str) -> Run {
    Run { text: text.into(), ..Run::default() }
}

fn line(runs: Vec<Run>) -> RichBlock {
    RichBlock::Line(runs.into_iter().map(Inline::Run).collect())
}

#[test]
fn a_letter_with_formatting_has_both_forms_its_pictures_and_its_files() {
    let link = Run { link: Some("https://example.org/?a=1&b=2".into()), bold: true, ..run("map") };
    let item = |text: &str| vec![RichBlock::line(text)];
    let rich = Rich {
        blocks: vec![
            line(vec![run("  Two  <b>"), Run { italic: true, ..run("\"words\"") }, run(" & a "), link]),
            line(vec![]),
            RichBlock::List { ordered: true, items: vec![item("oars"), item("paint")] },
            RichBlock::Quote(vec![line(vec![run("Grüße")])]),
            RichBlock::Line(vec![
                Inline::Picture(FileId(2), "a \"boat\"".into()),
                Inline::Picture(FileId(9), "gone".into()),
            ]),
        ],
    };
    let draft = Draft { rich: Some(rich.clone()), ..draft("The map", &rich.to_text()) };
    let pictures = [
        (FileId(1), file("unused.png", "image/png", b"unused")),
        (FileId(2), file("boat.png", "image/png", b"\x89PNG")),
    ];
    let sending = sending("", "ana@example.org");
    let files = [file("a.bin", "a/b", b"attached")];
    let content = Content { draft: &draft, files: &files, pictures: &pictures, sending: &sending };
    let letter = build(&content, 0, "0f.1e").unwrap();
    let expected = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n\
        <div>&nbsp; Two &nbsp;&lt;b&gt;<i>&quot;words&quot;</i> &amp; a \
        <a href=\"https://example.org/?a=1&amp;b=2\"><b>map</b></a></div>\n\
        <div><br></div>\n\
        <ol>\n<li>oars</li>\n<li>paint</li>\n</ol>\n\
        <blockquote type=\"cite\" style=\"margin:0 0 0 .8ex;border-left:2px solid #bbb;padding-left:1ex\">\n<div>Grüße</div>\n</blockquote>\n\
        <div><img src=\"cid:1.0f.1e@example.org\" alt=\"a &quot;boat&quot;\" style=\"max-width:100%\"></div>\n\
        </body></html>\n";
    let message = parsed(&letter);
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n"), expected);
    assert_eq!(read(&letter), rich.to_text().lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n");
    let kinds: Vec<_> =
        message.parts.iter().map(|part| part.content_type().map(|kind| kind.subtype().unwrap_or_default())).collect();
    assert_eq!(
        kinds.into_iter().flatten().collect::<Vec<_>>(),
        ["mixed", "alternative", "plain", "related", "html", "png", "b"]
    );
    let picture = message.parts.iter().find(|part| part.content_id().is_some()).unwrap();
    assert_eq!((picture.content_id(), picture.contents()), (Some("1.0f.1e@example.org"), &b"\x89PNG"[..]));
    let found: Vec<_> = Original::files(&letter.octets).into_iter().map(|file| file.part.name).collect();
    assert!(found.contains(&"a.bin".to_owned()) && !found.contains(&"unused.png".to_owned()), "{found:?}");
    assert!(!letter.content.is_eight_bit());
    assert!(letter.octets.split(|c| *c == b'\n').all(|line| line.len() <= 999));
}

#[test]
fn nothing_that_is_typed_with_formatting_becomes_an_element_or_an_attribute_of_its_own() {
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\r\n--=_a.0f.1e\r\n'";
    let link = Run { link: Some("javascript:alert(1)".into()), ..run(evil) };
    let quoted = Run { link: Some("https://x.example/\"onclick=\"alert(1)".into()), ..run(evil) };
    let blocks = vec![line(vec![link, quoted]), RichBlock::Line(vec![Inline::Picture(FileId(1), evil.into())])];
    let rich = Rich { blocks };
    let draft = Draft { rich: Some(rich.clone()), ..draft("", &rich.to_text()) };
    let pictures = [(FileId(1), file(evil, "image/png\r\nX: y", b"x"))];
    let sending = sending("", "ana@example.org");
    let letter =
        build(&Content { draft: &draft, files: &[], pictures: &pictures, sending: &sending }, 0, "0f.1e").unwrap();
    let page = parsed(&letter).body_html(0).unwrap().into_owned();
    let elements: Vec<_> = page.split('<').skip(1).map(|tag| tag.split([' ', '>']).next().unwrap()).collect();
    let known = [
        "!DOCTYPE", "html", "head", "meta", "/head", "body", "div", "a", "/a", "/div", "div", "img", "/div", "/body",
        "/html",
    ];
    assert_eq!(elements, known);
    assert!(!page.contains("javascript:alert(1)\"") && !page.contains("\"onclick"), "{page}");
}

#[test]
fn whoever_of_an_account_writes_a_letter_is_its_sender() {
    let other = Identity { name: "Ana, at work".into(), address: "work@example.com".into(), signature: String::new() };
    let sending = Sending { identities: vec![other], copy_to_self: true, ..sending("Ana", "ana@example.org") };
    let from = |sender: &str| {
        let draft = Draft { sender: sender.into(), ..draft("", "") };
        build(&Content { draft: &draft, files: &[], pictures: &[], sending: &sending }, 0, "a").unwrap()
    };
    let letter = from("Work@example.com");
    assert_eq!((letter.from.to_string().as_str(), letter.message_id.as_str()), ("work@example.com", "a@example.com"));
    assert_eq!(letter.recipients, ["bo@example.org", "work@example.com"]);
    assert!(String::from_utf8(letter.octets).unwrap().contains("\r\nFrom: \"Ana, at work\" <work@example.com>\r\n"));
    for unknown in ["", "ana@example.org", "gone@example.org"] {
        assert_eq!(from(unknown).from.to_string(), "ana@example.org");
    }
}
