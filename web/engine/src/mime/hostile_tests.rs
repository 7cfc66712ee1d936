//! Messages that are made to bring the reader down.

use restante_api::{MessageRef, MessageView, PartId};

use super::structure::Structure;
use super::tests::row;
use super::*;

/// A worker of a browser has 1 MiB of stack; a thread of less runs this.
fn with_little_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 10).spawn(work).unwrap().join().unwrap();
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// A header that may make a parser nest, in some spelling.
    fn level(&mut self) -> String {
        let name = self.of(&["Content-Type:", "content-type :", "CONTENT-TYPE:\r\n ", "Content-Type:\t"]);
        let space = self.of(&["", "", " ", "\r\n\t", "(a (b) c)", " (\r\n x)"]);
        let end = self.of(&["", ";", " ; charset=x", "; boundary=\"b\"", "\r\n ;boundary=b", " boundary=b"]);
        let kind = self.of(&[
            "message/rfc822",
            "message/ rfc822",
            "MESSAGE/RFC822",
            "message / rfc822",
            "Message/Global",
            "multipart/digest; boundary=b",
            "multipart/mixed; boundary=\"b\"",
            "multipart/related; boundary=b-",
            "multipart/x; boundary*0=b; boundary*1=b",
        ]);
        let encoding =
            self.of(&["", "", "", "Content-Transfer-Encoding: 8bit\r\n", "Content-Transfer-Encoding: base64\r\n"]);
        let delimiter = self.of(&["", "--b\r\n", "--b\r\n\r\n", "--b-\r\n", "--bb\n", "--b\r\n--b\r\n"]);
        format!("{encoding}{name}{space}{kind}{end}\r\n\r\n{delimiter}")
    }
}

fn read_all(source: &[u8]) -> MessageView {
    row(1, 0, source, None);
    let mut reference = MessageRef::top(1);
    let mut shown = view(&reference, source).expect("a message can always be shown");
    let first = shown.clone();
    // Into the messages within, a few levels: each is opened like a message of its own.
    for _ in 0..3 {
        let Some(nested) = shown.attachments.iter().find(|attachment| attachment.is_message) else { break };
        let octets = part(&reference, nested.part, source).unwrap().bytes.len();
        assert_eq!(octets as u64, nested.octets);
        reference = reference.nested(nested.part);
        assert_eq!(super::source(&reference, source).unwrap().1.len(), octets);
        shown = view(&reference, source).expect("a message that is listed can be opened");
    }
    first
}

#[test]
fn no_nesting_in_any_spelling_needs_more_stack() {
    with_little_stack(|| {
        let mut random = Random(3);
        for _ in 0..24 {
            let kinds: Vec<String> = (0..=random.below(3)).map(|_| random.level()).collect();
            let source = kinds.concat().repeat(2_000);
            read_all(source.as_bytes());
            // All of it once more as a message that is encoded: what is decoded nests as well.
            let encoded = {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.encode(&source)
            };
            let outer = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n";
            read_all(format!("{outer}{encoded}").as_bytes());
        }
        // Levels of different spellings, each by chance.
        for _ in 0..8 {
            let source: String = (0..2_000).map(|_| random.level()).collect();
            read_all(source.as_bytes());
        }
    });
}

#[test]
fn messages_nested_fifty_thousand_deep_are_opened_one_by_one() {
    with_little_stack(|| {
        let level = "Content-Type: message/ rfc822\r\n\r\n";
        let source = level.repeat(50_000);
        let first = read_all(source.as_bytes());
        assert_eq!((first.attachments.len(), first.attachments[0].is_message), (1, true));
        assert_eq!(first.attachments[0].octets as usize, level.len() * 49_999);
        let reference = MessageRef { path: vec![PartId(0); 1000], ..MessageRef::top(1) };
        assert_eq!(view(&reference, source.as_bytes()).unwrap().octets as usize, level.len() * 49_000);
    });
}

#[test]
fn an_attachment_a_hundred_messages_deep_is_the_same_to_the_octet() {
    let innermost = "From: a@a.example\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--i\r\nContent-Type: text/x-log; name=l\r\n\r\n\
                     Content-Type: message/rfc822\r\nmultipart/digest message/global\r\n--i--\r\n";
    let mut source = innermost.to_owned();
    for _ in 0..100 {
        source = format!("Content-Type: message/rfc822\r\n\r\n{source}");
    }
    let reference = MessageRef { path: vec![PartId(0); 100], ..MessageRef::top(1) };
    assert_eq!(super::source(&reference, source.as_bytes()).unwrap().1, innermost.as_bytes());
    let log = part(&reference, PartId(2), source.as_bytes()).unwrap();
    assert_eq!(log.bytes, b"Content-Type: message/rfc822\r\nmultipart/digest message/global");
}

/// What a view costs beside the message itself does not grow with the message.
#[test]
fn a_view_copies_no_more_than_its_bounds_whatever_the_message() {
    let size = 20 << 20;
    let picture = "iVBOR".repeat((40 << 20) / 20 / 5);
    let pictures: String = (0..20)
        .map(|n| {
            format!("--b\r\nContent-Type: image/png\r\nContent-ID: <p{n}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n")
        })
        .collect();
    let references: String = (0..20).map(|n| format!("<img src=cid:p{n}>")).collect();
    for (what, source) in [
        ("text", format!("From: a@a.example\r\n\r\n{}", "word ".repeat(size / 5))),
        ("html", format!("From: a@a.example\r\nContent-Type: text/html\r\n\r\n{}", "<p>word".repeat(size / 7))),
        ("header", format!("From: a@a.example\r\nSubject: {}\r\n\r\n", "word ".repeat(size / 5))),
        ("fields", format!("From: a@a.example\r\n{}\r\n", "X: y\r\n".repeat(size / 6))),
        ("recipients", format!("From: a@a.example\r\nTo: {}\r\n\r\n", "a@b,".repeat(size / 4))),
        ("no header", "word ".repeat(size / 5)),
        ("encoding", format!("From: a@a.example\r\nContent-Transfer-Encoding: {}\r\n\r\nx", "x".repeat(size))),
        (
            "pictures",
            format!(
                "From: a@a.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n{references}\r\n{pictures}--b--"
            ),
        ),
        (
            "parts",
            format!(
                "From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--b\r\n\r\nx\r\n".repeat(size / 10)
            ),
        ),
    ] {
        let shown = view(&MessageRef::top(1), source.as_bytes()).unwrap();
        let pictures: usize = shown.inline_images.iter().map(|image| image.bytes.len()).sum();
        assert!(pictures <= limits::PICTURES, "{what}: {pictures} octets of pictures");
        assert!(shown.html.as_ref().map_or(0, String::len) <= limits::HTML, "{what}");
        assert!(shown.text.to_string().len() <= 300 << 10, "{what}");
        assert!(shown.attachments.len() <= limits::ATTACHMENTS && shown.to.len() <= 1000, "{what}");
        let words = shown.subject.len() + format!("{:?}", shown.faults).len();
        assert!(words < 10_000, "{what}: {words} octets of words");
        if what == "pictures" {
            assert!(shown.inline_images.len() > 5 && shown.inline_images.len() + shown.attachments.len() == 20);
        }
        if matches!(what, "text" | "html") {
            assert_eq!(shown.attachments.len(), 1, "{what}: what is not shown can be saved");
            let all = part(&shown.message, shown.attachments[0].part, source.as_bytes()).unwrap();
            assert!(all.bytes.len() > size - 10, "{what}");
        }
        let row = row(1, 0, source.as_bytes(), None);
        assert!(row.subject.len() + row.snippet.len() < 3000, "{what}");
        assert!(Structure::of(source.as_bytes()).parts.len() <= 10_000, "{what}");
    }
}
