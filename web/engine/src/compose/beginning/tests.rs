use restante_api::Address;
use restante_api::rich::{Inline, RichBlock, Run};

use super::*;

const LETTER: LetterId = LetterId(7);

fn own() -> Vec<String> {
    vec!["me@home.example".into(), "me@work.example".into()]
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn beginning_of(octets: &[u8], manner: Manner, own: &[String]) -> Beginning {
    beginning(octets, manner, own, LETTER).0
}

fn begun(source: &str, manner: Manner) -> Draft {
    beginning_of(&crlf(&format!("{source}\n\ntext\n")), manner, &own()).letter.draft
}

/// Names, types and octets of the files of a letter that is made from a message.
fn files_of(octets: &[u8], manner: Manner) -> Vec<(String, String, Vec<u8>)> {
    let (begun, octets) = beginning(octets, manner, &own(), LETTER);
    begun.letter.files.into_iter().zip(octets).map(|(file, octets)| (file.name, file.media_type, octets)).collect()
}

/// What the letter quotes of a message with this text.
fn quoted(source: &str) -> String {
    beginning_of(&crlf(source), Manner::Reply, &own()).quote.unwrap().text
}

#[test]
fn an_answer_goes_to_whom_the_message_asks_for() {
    use Manner::{Reply, ReplyAll};
    for (source, manner, to, cc) in [
        ("From: Ana <ana@x>\nTo: me@home.example", Reply, "Ana <ana@x>", ""),
        ("From: ana@x\nReply-To: list@x\nTo: me@home.example", Reply, "list@x", ""),
        ("From: ana@x\nReply-To: a@x, b@x, A@X", Reply, "a@x, b@x", ""),
        ("From: ana@x\nMail-Followup-To: list@x\nTo: list@x", Reply, "ana@x", ""),
        ("From: ana@x\nReply-To: none\nTo: me@home.example", Reply, "ana@x", ""),
        ("From: ana@x\nMail-Followup-To: none\nTo: bo@x", ReplyAll, "ana@x, bo@x", ""),
        ("From: ana@x, bo@x\nTo: me@home.example", Reply, "ana@x, bo@x", ""),
        ("Sender: ana@x", Reply, "ana@x", ""),
        ("From: Me <ME@home.example>\nTo: ana@x, bo@x\nCc: cy@x", Reply, "ana@x, bo@x", ""),
        ("From: me@home.example\nReply-To: me@work.example\nTo: ana@x", Reply, "ana@x", ""),
        ("From: me@home.example\nBcc: ana@x", Reply, "me@home.example", ""),
        ("From: MAILER-DAEMON\nTo: me@home.example", Reply, "MAILER-DAEMON", ""),
        ("To: me@home.example", Reply, "", ""),
        ("From: \"Doe, Jane\" <j@x>", Reply, "\"Doe, Jane\" <j@x>", ""),
        ("From: =?utf-8?Q?J=C3=B6rg=2C_a=40x?= <j@x>", Reply, "\"Jörg, a@x\" <j@x>", ""),
        ("From: ana@x\nTo: me@home.example", ReplyAll, "ana@x", ""),
        (
            "From: ana@x\nTo: me@home.example, Bo <bo@x>\nCc: cy@x, me@work.example",
            ReplyAll,
            "ana@x, Bo <bo@x>",
            "cy@x",
        ),
        ("From: ana@x\nTo: ANA@x, bo@x\nCc: bo@X, cy@x, cy@x", ReplyAll, "ana@x, bo@x", "cy@x"),
        ("From: ana@x\nReply-To: list@x\nTo: list@x\nCc: bo@x", ReplyAll, "list@x", "bo@x"),
        (
            "From: ana@x\nReply-To: r@x\nMail-Followup-To: List <list@x>,\n bo@x, me@home.example\nTo: list@x\nCc: cy@x",
            ReplyAll,
            "List <list@x>, bo@x",
            "",
        ),
        ("From: me@home.example\nTo: ana@x\nCc: bo@x", ReplyAll, "ana@x", "bo@x"),
        ("From: me@home.example\nTo: me@work.example\nCc: bo@x", ReplyAll, "bo@x", ""),
        ("From: me@home.example\nTo: me@work.example", ReplyAll, "me@work.example", ""),
        ("From: ana@x\nTo: team: bo@x, cy@x;, dee@x", ReplyAll, "ana@x, bo@x, cy@x, dee@x", ""),
        ("From: ana@x\nTo: undisclosed-recipients:;", ReplyAll, "ana@x", ""),
        ("From: ana@bücher.example\nTo: ana@xn--bcher-kva.example", ReplyAll, "ana@bücher.example", ""),
        ("From: ana@x\nTo: bo@x\nBcc: me@home.example", ReplyAll, "ana@x, bo@x", ""),
    ] {
        let draft = begun(source, manner);
        assert_eq!((draft.to.as_str(), draft.cc.as_str(), draft.bcc.as_str()), (to, cc, ""), "{source}");
    }
}

#[test]
fn whoever_the_message_reached_answers() {
    let own = ["me@home.example", "me@work.example"].map(str::to_owned);
    for (source, sender) in [
        ("From: ana@x\nTo: me@work.example", "me@work.example"),
        ("From: ana@x\nTo: bo@x\nCc: Me <ME@WORK.example>", "me@work.example"),
        ("From: ana@x\nTo: me@work.example, me@home.example", ""),
        ("From: me@work.example\nTo: ana@x", "me@work.example"),
        ("From: ana@x\nTo: me@home.example", ""),
        ("From: ana@x\nTo: list@x", ""),
    ] {
        for manner in [Manner::Reply, Manner::ReplyAll, Manner::Forward, Manner::EditAsNew] {
            assert_eq!(beginning_of(source.as_bytes(), manner, &own).letter.draft.sender, sender, "{source}");
        }
    }
}

#[test]
fn subjects_are_marked_once() {
    for (subject, reply, forward) in [
        ("The map", "Re: The map", "Fwd: The map"),
        ("Re: The map", "Re: The map", "Fwd: Re: The map"),
        ("RE: AW: Re[2]: The map", "Re: The map", "Fwd: RE: AW: Re[2]: The map"),
        ("Sv: 返信：map", "Re: map", "Fwd: Sv: 返信：map"),
        ("FWD: The map", "Re: FWD: The map", "FWD: The map"),
        ("Fw: The map", "Re: Fw: The map", "Fw: The map"),
        ("Report: a map", "Re: Report: a map", "Fwd: Report: a map"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe=0D=0ABcc:_x?=", "Re: Grüße Bcc: x", "Fwd: Grüße Bcc: x"),
        ("", "Re:", "Fwd:"),
    ] {
        let source = format!("From: a@x\nSubject: {subject}");
        for manner in [Manner::Reply, Manner::ReplyAll] {
            assert_eq!(begun(&source, manner).subject, reply, "{subject}");
        }
        for manner in [Manner::Forward, Manner::ForwardAsAttachment] {
            assert_eq!(begun(&source, manner).subject, forward, "{subject}");
        }
    }
}

#[test]
fn answers_stand_in_the_conversation_and_what_is_forwarded_does_not() {
    let many: Vec<_> = (0..100).map(|number| format!("<{number}@x>")).collect();
    let source = format!("From: a@x\nMessage-ID: <new@x>\nReferences: {}", many.join("\n "));
    let draft = begun(&source, Manner::Reply);
    assert_eq!(draft.in_reply_to.as_deref(), Some("new@x"));
    assert_eq!(draft.references.len(), 40);
    assert_eq!(draft.references[..2], ["0@x", "62@x"]);
    assert_eq!(draft.references[38..], ["99@x", "new@x"]);
    for manner in [Manner::Forward, Manner::ForwardAsAttachment] {
        let draft = begun(&source, manner);
        assert_eq!((draft.in_reply_to, draft.references), (None, Vec::new()));
    }
}

#[test]
fn a_quotation_is_what_the_message_says_without_its_signature() {
    for (source, text) in [
        ("A: b\n\nHello\n\n> you\n>> there\n\nBye\n-- \nAna\n+49", "Hello\n\n> you\n>> there\n\nBye"),
        ("A: b\n\n\n\n  Hello  \n\n", "  Hello"),
        ("A: b\n\n-- \nAna", ""),
        ("A: b\n\n> -- \n> Ana\nyes\n--\nno", "> -- \n> Ana\nyes\n--\nno"),
        ("Content-Type: text/plain; format=flowed\n\nOne \ntwo\n> three \n> four\n-- \nAna", "One two\n> three four"),
        ("Content-Type: text/html\n\n<p>One<br>two</p><p>th&eacute;", "One\ntwo\n\nthé"),
        (
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>html\n--b--",
            "plain",
        ),
        (
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>html\n--b--",
            "html",
        ),
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe=\n!",
            "Grüße!",
        ),
    ] {
        assert_eq!(quoted(source), text, "{source}");
    }
    let source = "From: Ana <ana@x>\nTo: me@home.example\nSubject: Map\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n\nx";
    let person = |name: &str, address: &str| vec![Address { name: name.into(), address: address.into() }];
    for manner in [Manner::Reply, Manner::ReplyAll, Manner::Forward] {
        let expected = Quote {
            from: person("Ana", "ana@x"),
            to: person("", "me@home.example"),
            subject: "Map".into(),
            date: Some(1_795_424_400),
            text: "x".into(),
            rich: None,
        };
        let begun = beginning_of(&crlf(source), manner, &own());
        assert_eq!((begun.quote, begun.letter.draft.text), (Some(expected), String::new()));
    }
}

const WITH_FILES: &str = "From: ana@x\nTo: Bo <bo@x>, cy@x\nCc: dee@x\nBcc: me@work.example\nSubject: Re: Map\n\
    Message-ID: <1@x>\nIn-Reply-To: <0@x>\nReferences: <a@x> <0@x>\n\
    Content-Type: multipart/signed; boundary=s\n\n\
    --s\nContent-Type: multipart/mixed; boundary=b\n\n\
    --b\n\nHello\n-- \nAna\n\
    --b\nContent-Type: application/pdf; name=m.pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nAAEC\n\
    --b\nContent-Type: message/rfc822\n\nSubject: Inner\n\ninner\n\
    --b--\n--s\nContent-Type: application/pgp-signature; name=signature.asc\n\nxx\n--s--\n";

#[test]
fn files_go_along_with_what_is_forwarded_and_not_with_answers() {
    let source = crlf(WITH_FILES);
    for manner in [Manner::Forward, Manner::EditAsNew] {
        let pdf = ("m.pdf".to_owned(), "application/pdf".to_owned(), vec![0, 1, 2]);
        let inner = ("Inner.eml".to_owned(), "message/rfc822".to_owned(), b"Subject: Inner\r\n\r\ninner".to_vec());
        assert_eq!(files_of(&source, manner), [pdf, inner]);
    }
    for manner in [Manner::Reply, Manner::ReplyAll] {
        assert_eq!(files_of(&source, manner), []);
    }
    let begun = beginning_of(&source, Manner::ForwardAsAttachment, &own());
    assert_eq!((begun.quote, begun.letter.draft.text.as_str()), (None, ""));
    // But for those of whom the others were not to hear.
    let shown = crlf(&WITH_FILES.replace("Bcc: me@work.example\n", ""));
    let whole = ("Re_ Map.eml".to_owned(), "message/rfc822".to_owned(), shown);
    assert_eq!(files_of(&source, Manner::ForwardAsAttachment), [whole]);
}

#[test]
fn a_letter_that_is_edited_anew_is_as_it_was() {
    let begun = beginning_of(&crlf(WITH_FILES), Manner::EditAsNew, &own());
    let expected = Draft {
        to: "Bo <bo@x>, cy@x".into(),
        cc: "dee@x".into(),
        bcc: "me@work.example".into(),
        subject: "Re: Map".into(),
        text: "Hello\n-- \nAna".into(),
        in_reply_to: Some("0@x".into()),
        references: vec!["a@x".into(), "0@x".into()],
        ..Draft::default()
    };
    assert_eq!((begun.letter.draft, begun.quote), (expected, None));
}

#[test]
fn a_message_that_is_redirected_goes_along_whole_and_to_nobody_yet() {
    let source = crlf(WITH_FILES);
    let begun = beginning_of(&source, Manner::Redirect, &own());
    let expected = Draft { subject: "Re: Map".into(), redirects: true, ..Draft::default() };
    assert_eq!((begun.letter.draft, begun.quote), (expected, None));
    let files = files_of(&source, Manner::Redirect);
    assert_eq!((files.len(), &files[0].2), (1, &crlf(&WITH_FILES.replace("Bcc: me@work.example\n", ""))));
}

#[test]
fn of_a_text_without_end_the_rest_goes_along_as_a_file() {
    let source = format!("Subject: long\n\n{}", "word\n".repeat(300_000));
    assert!(beginning_of(source.as_bytes(), Manner::Forward, &[]).quote.unwrap().text.len() <= 1 << 20);
    let files = files_of(source.as_bytes(), Manner::Forward);
    assert_eq!((files.len(), files[0].0.as_str(), files[0].2.len()), (1, "long.eml", source.len()));
    assert_eq!(files_of(source.as_bytes(), Manner::Reply), []);
}

const FORMATTED: &str = "From: me@home.example\nTo: ana@x\nSubject: Map\n\
    Content-Type: multipart/mixed; boundary=m\n\n\
    --m\nContent-Type: multipart/alternative; boundary=a\n\n\
    --a\n\nplain\n\
    --a\nContent-Type: multipart/related; boundary=r\n\n\
    --r\nContent-Type: text/html\n\n<p>See <b>this</b><br><img src='cid:Sea%40x' alt='the sea'></p>\n\
    --r\nContent-Type: image/png; name=sea.png\nContent-ID: <sea@x>\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\nAAEC\n\
    --r--\n--a--\n\
    --m\nContent-Type: image/png; name=other.png\nContent-Transfer-Encoding: base64\n\nAwQ=\n--m--\n";

#[test]
fn a_letter_with_formatting_keeps_it_where_it_is_edited_anew_or_passed_on() {
    let source = crlf(FORMATTED);
    let run = |text: &str, bold: bool| Inline::Run(Run { text: text.into(), bold, ..Run::default() });
    let sea = FileId(LETTER.0 + 1);
    let expected = Rich {
        blocks: vec![
            RichBlock::Line(vec![run("See ", false), run("this", true)]),
            RichBlock::Line(vec![Inline::Picture(sea, "the sea".into())]),
        ],
    };
    let LetterContent { draft, files, pictures } = beginning_of(&source, Manner::EditAsNew, &own()).letter;
    assert_eq!((draft.rich.as_ref(), draft.text.as_str()), (Some(&expected), "See this\n[the sea]\n"));
    let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.is_inline)).collect();
    assert_eq!(files, [("sea.png", true), ("other.png", false)]);
    assert_eq!(pictures, [InlinePicture { file: sea, octets: vec![0, 1, 2] }]);
    let forward = beginning_of(&source, Manner::Forward, &own());
    assert_eq!((forward.letter.draft.rich, forward.quote.unwrap().rich), (None, Some(expected)));
    assert_eq!(forward.letter.pictures, pictures);
    // An answer has formatting only where somebody asks for it.
    assert_eq!(beginning_of(&source, Manner::Reply, &own()).quote.unwrap().rich, None);
}

#[test]
fn what_html_quotes_is_quoted_in_plain_text() {
    let source = crlf("Content-Type: text/html\n\nYes.<blockquote>Shall we sell?</blockquote>\n");
    let LetterContent { draft, .. } = beginning_of(&source, Manner::EditAsNew, &own()).letter;
    assert_eq!((draft.rich, draft.text.as_str()), (None, "Yes.\n> Shall we sell?\n"));
}

#[test]
fn html_without_formatting_is_plain_text() {
    let source = crlf("Content-Type: text/html\n\n<div>One</div><div>two &lt;three&gt;</div>\n");
    let LetterContent { draft, .. } = beginning_of(&source, Manner::EditAsNew, &own()).letter;
    assert_eq!((draft.rich, draft.text.as_str()), (None, "One\ntwo <three>\n"));
}

#[test]
fn a_text_with_formatting_that_was_written_here_comes_back_as_it_was() {
    let run = |text: &str, bold: bool, italic: bool, link: Option<&str>| {
        Inline::Run(Run { text: text.into(), bold, italic, link: link.map(str::to_owned) })
    };
    let text = Rich {
        blocks: vec![
            RichBlock::line("One  two   three & <four>"),
            RichBlock::Line(vec![]),
            RichBlock::Line(vec![run("a space behind ", true, true, Some("https://x.example"))]),
            RichBlock::Line(vec![
                run("bold", true, false, None),
                run(" and ", false, false, None),
                run("both", true, true, Some("https://x.example/?a=1&b=2")),
            ]),
            RichBlock::List {
                ordered: true,
                items: vec![
                    vec![RichBlock::line("first")],
                    vec![
                        RichBlock::line("second"),
                        RichBlock::List { ordered: false, items: vec![vec![RichBlock::line("within")]] },
                    ],
                ],
            },
            RichBlock::Quote(vec![
                RichBlock::line("quoted"),
                RichBlock::Line(vec![]),
                RichBlock::Quote(vec![RichBlock::Line(vec![Inline::Picture(FileId(3), "sea \"x\"".into())])]),
            ]),
            RichBlock::line("-- "),
            RichBlock::line("Ana"),
        ],
    };
    let html = super::super::html::html(&text, |_| Some("sea@x".to_owned()));
    assert_eq!(mime::rich(&html, |id| (id == "sea@x").then_some(FileId(3))), Some(text));
}
