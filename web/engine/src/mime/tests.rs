use restante_api::{Flaw, MessageRef, PartId};

use super::*;

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

pub(super) fn row(number: u32, position: u32, source: &[u8], octets: Option<u64>) -> restante_api::Row {
    let mut head = Head::default();
    head.push(source);
    super::row(number, position, head, octets).0
}

fn shown(text: &str) -> restante_api::MessageView {
    view(&MessageRef::top(1), &crlf(text)).unwrap()
}

#[test]
fn a_plain_message_is_its_text() {
    let view = shown(
        "From: Ann <ann@a.example>\nTo: b@b.example, C <c@c.example>\nSubject: Hi\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n\nHello\nworld\n",
    );
    assert_eq!(view.text.to_string(), "Hello\nworld");
    assert_eq!((view.subject.as_str(), view.from[0].name.as_str(), view.to.len()), ("Hi", "Ann", 2));
    assert_eq!(view.date, Some(1_795_424_400));
    assert!(view.html.is_none() && view.attachments.is_empty() && view.faults.is_empty(), "{view:?}");
}

#[test]
fn alternatives_inline_images_and_attachments_are_told_apart_and_byte_exact() {
    let source = "From: a@a.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n\
        --m\nContent-Type: multipart/alternative; boundary=a\n\n\
        --a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe=\n!\n\
        --a\nContent-Type: multipart/related; boundary=r\n\n\
        --r\nContent-Type: text/html\n\n<p>Hi<img src=\"cid:Logo@x\"></p>\n\
        --r\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw==\n--r--\n--a--\n\
        --m\nContent-Type: text/csv; charset=iso-8859-1; name=\"d.csv\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: quoted-printable\n\na;=E9\nb;=\nc\n\
        --m\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n\
        --m\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename*0=\"../../e\"; filename*1=\"vil.exe\"\nContent-Transfer-Encoding: base64\n\nAAEC/w==\n--m--\n";
    let view = shown(source);
    assert_eq!(view.text.to_string(), "Grüße!");
    assert_eq!(view.html.as_deref().map(str::trim), Some("<p>Hi<img src=\"cid:Logo@x\"></p>"));
    assert_eq!(view.inline_images.len(), 1);
    assert_eq!(view.inline_images[0].bytes, b"\x89PNG");
    let names: Vec<_> = view.attachments.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.octets)).collect();
    assert_eq!(
        names,
        [
            ("d.csv", "text/csv", 8),
            ("invitation.ics", "text/calendar", 15),
            ("evil.exe", "application/octet-stream", 4)
        ]
    );
    let bytes: Vec<_> =
        view.attachments.iter().map(|a| part(&view.message, a.part, &crlf(source)).unwrap().bytes).collect();
    assert_eq!(bytes, [b"a;\xe9\r\nb;c".to_vec(), b"BEGIN:VCALENDAR".to_vec(), vec![0, 1, 2, 255]]);
    assert!(view.faults.is_empty(), "{:?}", view.faults);
}

#[test]
fn nested_messages_can_be_read_and_saved_at_every_depth_and_encoding() {
    let inner = "From: c@c.example\nSubject: Inner\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nDeep\n--i\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--i--\n";
    let encoded = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(crlf(inner))
    };
    for (encoding, body) in [("7bit", inner.to_owned()), ("base64", format!("{encoded}\n"))] {
        let source = format!(
            "From: a@a.example\nSubject: Outer\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nSee\n\
             --o\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--o--\n"
        );
        let raw = crlf(&source);
        let outer = shown(&source);
        let nested = &outer.attachments[0];
        assert_eq!((nested.name.as_str(), nested.is_message), ("Inner.eml", true), "{encoding}");
        let reference = outer.message.nested(nested.part);
        let view = view(&reference, &raw).unwrap();
        assert_eq!((view.subject.as_str(), view.text.to_string().as_str()), ("Inner", "Deep"), "{encoding}");
        let pdf = part(&reference, view.attachments[0].part, &raw).unwrap();
        assert_eq!(pdf.bytes, b"%PDF");
        let (name, bytes) = super::source(&reference, &raw).unwrap();
        assert_eq!(name, "Inner.eml");
        assert_eq!(String::from_utf8(bytes).unwrap().trim_end(), String::from_utf8(crlf(inner)).unwrap().trim_end());
    }
    assert!(view(&MessageRef::top(1).nested(PartId(7)), b"From: a\r\n\r\nx").is_none());
}

#[test]
fn character_sets_are_read_as_they_are_meant() {
    for (label, octets, expected) in [
        ("iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B".as_slice(), "こんにちは"),
        ("windows-1256", b"\xe3\xd1\xcd\xc8\xc7", "مرحبا"),
        ("iso-8859-1", b"Ma\xf1ana \x80", "Mañana €"),
        ("iso-8859-15", b"\xa4", "€"),
        ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        ("gb2312", b"\xc4\xe3\xba\xc3", "你好"),
        ("euc-kr", b"\xbe\xc8\xb3\xe7", "안녕"),
        ("utf-8", "Grüße 🎉".as_bytes(), "Grüße 🎉"),
        ("us-ascii", "Grüße".as_bytes(), "Grüße"),
        ("iso-8859-1", "Grüße".as_bytes(), "Grüße"),
        ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
        ("", b"Gr\xfc\xdfe", "Grüße"),
        ("", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
    ] {
        let mut source = format!(
            "From: a@a.example\r\nContent-Type: text/plain{}\r\n\r\n",
            if label.is_empty() { String::new() } else { format!("; charset={label}") }
        )
        .into_bytes();
        source.extend_from_slice(octets);
        let view = view(&MessageRef::top(1), &source).unwrap();
        assert_eq!(view.text.to_string(), expected, "{label}");
        assert!(view.faults.is_empty(), "{label}: {:?}", view.faults);
    }
    let strange = shown("From: a@a.example\nContent-Type: text/plain; charset=x-klingon\n\nqapla'");
    assert!(strange.faults[0] == Flaw::Charset("x-klingon".into()), "{:?}", strange.faults);
}

#[test]
fn one_octet_that_is_none_does_not_make_utf_8_another_character_set() {
    let text = "Grüße aus Köln, wie früher schön über Nacht. ".repeat(10);
    for label in ["; charset=utf-8", "", "; charset=us-ascii"] {
        for at in [0, 100, 200, 300] {
            let mut octets = text.clone().into_bytes();
            octets.insert(text.ceil_char_boundary(at), 0xe9);
            let mut source = format!("From: a@a.example\r\nContent-Type: text/plain{label}\r\n\r\n").into_bytes();
            source.extend_from_slice(&octets);
            let shown = view(&MessageRef::top(1), &source).unwrap().text.to_string();
            assert_eq!(shown.matches('\u{fffd}').count(), 1, "{label} at {at}: {shown}");
            assert_eq!(shown.replace('\u{fffd}', ""), text.trim_end(), "{label} at {at}");
        }
    }
    // Latin-1 stays Latin-1, though two of its letters may look like one of UTF-8.
    let latin: Vec<u8> = b"Gr\xfc\xdfe \xc3\xa9 \xe4\xf6\xfc".to_vec();
    let source = [b"From: a@a.example\r\n\r\n".as_slice(), &latin].concat();
    assert_eq!(view(&MessageRef::top(1), &source).unwrap().text.to_string(), "Grüße Ã© äöü");
}

#[test]
fn a_page_may_name_its_own_character_set_where_the_message_names_none() {
    for (label, meta, octets, expected) in [
        ("", "<meta charset=koi8-r>", b"\xf0\xd2\xc9".as_slice(), "При"),
        (
            "; charset=us-ascii",
            "<META http-equiv=Content-Type content='text/html; charset = \"koi8-r\"'>",
            b"\xf0\xd2\xc9",
            "При",
        ),
        ("", "<meta\r\n name=x content=y><meta charset='GB2312'/>", b"\xc4\xe3", "你"),
        ("; charset=koi8-r", "<meta charset=utf-8>", b"\xf0\xd2\xc9", "При"),
        ("", "<meta charset=utf-16>", "é".as_bytes(), "é"),
        ("", "<meta charset=x-none>", "é".as_bytes(), "é"),
        ("", "<meta charset=iso-8859-1>", b"\xe9", "é"),
    ] {
        let mut source =
            format!("From: a@a.example\r\nContent-Type: text/html{label}\r\n\r\n<html>{meta}<p>").into_bytes();
        source.extend_from_slice(octets);
        let view = view(&MessageRef::top(1), &source).unwrap();
        assert!(view.html.as_ref().unwrap().ends_with(&format!("<p>{expected}")), "{label} {meta}: {:?}", view.html);
        assert!(view.faults.is_empty(), "{:?}", view.faults);
        assert!(row(1, 0, &source, None).snippet.ends_with(expected), "{label} {meta}");
    }
}

#[test]
fn pictures_that_are_not_shown_inside_the_html_are_attachments() {
    let part = |kind: &str, id: &str| {
        format!("--r\nContent-Type: {kind}\nContent-ID: <{id}>\nContent-Transfer-Encoding: base64\n\niVBORw==\n")
    };
    let source = format!(
        "From: a@a.example\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n\
         <img src=cid:png@x><img src='CID:a%40x'><img src=\"cid:heic@x\"><img src=cid:tiff@x><img src=cid:twice@x><img src=cid:pdf@x>\n{}{}{}{}{}{}{}{}--r--\n",
        part("image/png", "png@x"),
        part("image/jpg", "A@x"),
        part("image/heic", "heic@x"),
        part("image/tiff", "tiff@x"),
        part("image/gif", "twice@x"),
        part("image/gif", "twice@x"),
        part("image/png", "png@x2"),
        part("application/pdf", "pdf@x"),
    );
    let view = shown(&source);
    let inline: Vec<_> = view.inline_images.iter().map(|image| image.content_id.as_str()).collect();
    let attached: Vec<_> = view.attachments.iter().map(|a| (a.part.0, a.media_type.as_str())).collect();
    assert_eq!(inline, ["png@x", "A@x", "twice@x"]);
    assert_eq!(
        attached,
        [(4, "image/heic"), (5, "image/tiff"), (7, "image/gif"), (8, "image/png"), (9, "application/pdf")]
    );
}

#[test]
fn a_row_is_found_behind_any_header_and_a_subject_may_be_longer_than_is_shown() {
    let filler = format!("X-Filler: {}\r\n", "x".repeat(990)).repeat(400);
    for (subject, expected) in [("Hello", "Hello".to_owned()), (&"word ".repeat(80_000), "word word".to_owned())] {
        let source = format!("{filler}Subject: {subject}\r\n{filler}From: Ann <a@a.example>\r\n{filler}\r\nText");
        let row = row(1, 0, source.as_bytes(), None);
        assert_eq!(row.from.as_ref().unwrap().name, "Ann");
        assert!(row.subject.starts_with(&expected) && row.subject.len() < 2100, "{}", row.subject.len());
        assert_eq!((row.snippet.as_str(), row.fault), ("Text", None));
        let view = view(&MessageRef::top(1), source.as_bytes()).unwrap();
        assert_eq!((view.subject, view.text.to_string()), (row.subject, "Text".to_owned()));
    }
    let encoded = format!("Subject: {}\r\nFrom: a@a.example\r\n\r\n", "=?utf-8?B?R3LDvMOfZQ==?=\r\n ".repeat(20_000));
    let row = row(1, 0, encoded.as_bytes(), None);
    assert!(row.subject.starts_with("GrüßeGrüße") && !row.subject.contains("=?"), "{}", row.subject);
}

#[test]
fn headers_are_decoded_whatever_they_came_in() {
    for (subject, expected) in [
        ("=?utf-8?B?8J+OiQ==?= =?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "🎉Grüße"),
        ("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("Gr\u{fc}\u{df}e", "Grüße"),
        ("evil\u{202e}txt.exe", "eviltxt.exe"),
    ] {
        for octets in
            [subject.as_bytes().to_vec(), subject.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()]
        {
            let mut source = b"From: =?iso-8859-1?Q?J=F6rg?= <j@a.example>\r\nSubject: ".to_vec();
            source.extend_from_slice(&octets);
            source.extend_from_slice(b"\r\n\r\nx");
            let (view, row) = (view(&MessageRef::top(1), &source).unwrap(), row(1, 0, &source, None));
            assert_eq!(view.from[0].name, "Jörg");
            if !octets.contains(&b'?') || subject.contains("=?") {
                assert_eq!((&view.subject, &row.subject), (&expected.to_owned(), &expected.to_owned()));
            }
        }
    }
}

#[test]
fn a_row_is_made_from_top_whatever_the_structure() {
    let top = crlf(
        "From: \"A, B\" <a@a.example>\nSubject: Re:\n  folded\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nContent-Type: multipart/mixed; boundary=b\n\n\
                    --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZSB2b24gaGllcg0K\nUG9zdGUgcmVz\n",
    );
    let first = row(7, 3, &top, Some(99));
    assert_eq!((first.message.number, first.position, first.octets), (7, 3, Some(99)));
    assert_eq!((first.subject.as_str(), first.from.unwrap().name.as_str()), ("Re: folded", "A, B"));
    assert_eq!((first.snippet.as_str(), first.attachments), ("Grüße von hier Poste res", true));

    let html =
        crlf("From: a@a.example\nContent-Type: text/html\n\n<style>p{color:red}</style><p>Big <b>sale</b></p><p>now");
    assert_eq!(row(1, 0, &html, None).snippet, "Big sale now");
    let entities = crlf(
        "From: a@a.example\nContent-Type: text/html\n\n<table><tr><td><b>Lamp &amp; Ladder</b><br>Order &#50;0&nbsp;&euro;</td></tr></table>",
    );
    assert_eq!(row(1, 0, &entities, None).snippet, "Lamp & Ladder Order 20 €");
    let quoted = crlf("From: a@a.example\n\n> you said\nI say");
    assert_eq!(row(1, 0, &quoted, None).snippet, "I say");
    assert!(row(1, 0, b"", None).fault.is_some());
    assert!(row(1, 0, b"X-Only: this\r\n", None).fault.is_none());
    let received = crlf("Received: from x by y; Mon, 23 Nov 2026 10:00:00 +0000\nFrom: a@a.example\n\n");
    assert_eq!(row(1, 0, &received, None).date, Some(1_795_428_000));
}

#[test]
fn file_names_are_harmless() {
    for (given, expected) in [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.doc", "a.doc"),
        ("..", "part-3.pdf"),
        (".bashrc", "bashrc"),
        ("a\u{202e}fdp.exe", "afdp.exe"),
        ("a\0b\r\nc.txt", "a b c.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("a:b?.txt", "a_b_.txt"),
        ("Müller 報告.pdf", "Müller 報告.pdf"),
        ("x. . .", "x"),
    ] {
        assert_eq!(names::file_name(Some(given), "application/pdf", 3), expected, "{given:?}");
    }
    let long = names::file_name(Some(&format!("{}.pdf", "ü".repeat(300))), "application/pdf", 1);
    assert!(long.len() <= 180 && long.ends_with("ü.pdf"), "{long}");
}

#[test]
fn broken_messages_are_shown_with_their_faults() {
    let cut = shown(
        "From: a@a.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHalf a mess",
    );
    assert_eq!(cut.text.to_string(), "Half a mess");
    assert!(cut.faults.contains(&Flaw::EarlyEnd), "{:?}", cut.faults);
    let damaged =
        shown("From: a@a.example\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8g!!d29ybGQ=\n");
    assert!(damaged.text.to_string().starts_with("Hello world"), "{:?}", damaged.text);
    assert!(damaged.faults.contains(&Flaw::Part), "{:?}", damaged.faults);
    let none = shown("no header at all");
    assert!(none.text.to_string().contains("no header at all") && !none.faults.is_empty(), "{none:?}");
    assert_eq!(view(&MessageRef::top(1), b"").unwrap().faults, [Flaw::Empty]);
    let odd = shown("From: a@a.example\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n");
    assert!(odd.faults.contains(&Flaw::Encoding("x-uuencode".into())), "{:?}", odd.faults);
}

#[test]
fn hostile_shapes_are_read_within_their_bounds() {
    for (what, source) in [
        ("digests", "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(20_000)),
        ("no such boundary", "Content-Type: multipart/mixed; boundary=zz\r\n\r\n".repeat(20_000)),
        ("dashes", format!("Content-Type: multipart/mixed; boundary=-\r\n\r\n{}", "-".repeat(1_000_000))),
        ("lines of dashes", format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--\r\n".repeat(200_000))),
        ("parameters", format!("Content-Type: text/plain{}\r\n\r\nx", ";a=b".repeat(200_000))),
        ("encoded words", format!("Subject: {}\r\n\r\n", "=?utf-8?q?a?= ".repeat(100_000))),
        ("references", format!("Content-Type: text/html\r\n\r\n{}", "cid:".repeat(500_000))),
    ] {
        let shown = view(&MessageRef::top(1), source.as_bytes()).unwrap();
        assert!(shown.subject.len() < 2100 && shown.attachments.len() <= limits::ATTACHMENTS, "{what}");
        let _ = row(1, 0, source.as_bytes(), None);
    }
}

/// Messages made of pieces that mean something to a parser, in any order: none may bring it down.
#[test]
fn no_message_however_put_together_brings_the_reader_down() {
    const PIECES: [&[u8]; 24] = [
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"--",
        b"--b",
        b"--b--",
        b"\r\n--b\r\n",
        b"\r\n--b--\r\n",
        b"From: a <a@b.example>\r\n",
        b"Subject: =?utf-8?B?4pyT?= =?x?q?=e9",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: multipart/alternative; boundary=\"b\"\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: multipart/digest; boundary=b\r\n",
        b"Content-Type: text/html; charset=utf-16\r\n",
        b"Content-Type: image/png; name*0*=utf-8''%e2%; name*1=x\r\nContent-ID: <x>\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"JVBERg==",
        b"=E9=\r\n=",
        b"<img src=cid:x>",
        b"Date: 99 Foo 0 25:61:61 +9999\r\n",
        b"\xff\xfe\x00\x1b$B",
        b"text ",
    ];
    let mut state: u64 = 1;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..20_000 {
        let mut source = Vec::new();
        for _ in 0..random(24) {
            source.extend_from_slice(PIECES[random(PIECES.len())]);
        }
        let top = MessageRef::top(1);
        let shown = view(&top, &source).expect("a message can always be shown");
        for attachment in &shown.attachments {
            let found = part(&top, attachment.part, &source).expect("a listed part can be had");
            assert_eq!(found.bytes.len() as u64, attachment.octets);
            if attachment.is_message {
                let nested = top.nested(attachment.part);
                assert!(view(&nested, &source).is_some() && super::source(&nested, &source).is_some());
            }
        }
        row(1, 0, &source, None);
    }
}

#[test]
fn a_message_of_files_alone_has_no_text_and_a_multipart_without_parts_is_all_text() {
    let source = "From: a@a.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\n";
    let view = shown(source);
    assert!(view.text.blocks.is_empty(), "{:?}", view.text);
    assert_eq!(view.attachments.iter().map(|file| &*file.name).collect::<Vec<_>>(), ["a.pdf"]);
    let without = shown(&source.replace("--b", "--c"));
    assert!(without.text.to_string().contains("AAEC") && without.attachments.is_empty(), "{without:?}");
}
