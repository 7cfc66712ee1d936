use super::*;

fn run(text: &str) -> Inline {
    Inline::Run(Run { text: text.into(), ..Run::default() })
}

fn linked(text: &str, url: &str) -> Inline {
    Inline::Run(Run { text: text.into(), link: link(url), ..Run::default() })
}

#[test]
fn plain_text_comes_back_as_it_was() {
    for text in ["", "One.\n", "One.\n\nTwo.\n", "Hi,\n\nBo wrote:\n> one\n>\n> two\n>> three\nMine.\n-- \nAna\n"] {
        let rich = Rich::from_text(text);
        assert_eq!(rich.to_text(), text);
        assert!(rich.is_plain());
        assert_eq!(Rich::from_text(&rich.to_text()), rich);
    }
    let quoted = Rich::from_text("> one\n> > two\n");
    assert_eq!(
        quoted.blocks,
        [RichBlock::Quote(vec![RichBlock::line("one"), RichBlock::Quote(vec![RichBlock::line("two")])])]
    );
    assert_eq!(quoted.to_text(), "> one\n>> two\n");
}

#[test]
fn quotations_end_at_a_depth_and_no_word_is_lost() {
    let text = format!("{}deep\n", ">".repeat(200));
    let rich = Rich::from_text(&text);
    assert_eq!(rich.to_text(), text);
}

#[test]
fn lists_links_and_pictures_have_words() {
    let item = |text: &str| vec![RichBlock::line(text)];
    let nested = RichBlock::List { ordered: false, items: vec![item("hull"), vec![]] };
    let rich = Rich {
        blocks: vec![
            RichBlock::Line(vec![
                run("See "),
                linked("the ", "https://example.org/a"),
                linked("map", "https://example.org/a"),
                run("."),
            ]),
            RichBlock::Line(vec![
                linked("example.org", "https://example.org/"),
                run(" "),
                linked("bo@x.org", "bo@x.org"),
            ]),
            RichBlock::List { ordered: true, items: vec![item("oars"), vec![RichBlock::line("paint"), nested]] },
            RichBlock::Quote(vec![RichBlock::Line(vec![Inline::Picture(FileId(7), "a boat".into())])]),
        ],
    };
    let expected =
        "See the map <https://example.org/a>.\nexample.org bo@x.org\n1. oars\n2. paint\n   - hull\n   -\n> [a boat]\n";
    assert_eq!(rich.to_text(), expected);
    assert_eq!(rich.pictures(), [FileId(7)]);
    let mut without = rich.clone();
    without.drop_pictures(&[FileId(8)]);
    assert_eq!(without, rich);
    without.drop_pictures(&[FileId(7)]);
    assert_eq!((without.pictures(), without.to_text()), (vec![], expected.replace("[a boat]", "").replace("> ", ">")));
    assert!(!rich.is_plain());
    let bold = Inline::Run(Run { text: "now".into(), bold: true, ..Run::default() });
    assert!(!Rich { blocks: vec![RichBlock::Quote(vec![RichBlock::Line(vec![bold])])] }.is_plain());
}

#[test]
fn a_link_is_of_a_known_scheme_or_none() {
    for (typed, expected) in [
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        (" HTTP://example.org ", "http://example.org"),
        ("example.org", "https://example.org"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("ana@example.org", "mailto:ana@example.org"),
        ("mailto:ana@example.org?subject=x", "mailto:ana@example.org?subject=x"),
        ("tel:+49301234", "tel:+49301234"),
        ("bücher.example/ä", "https://bücher.example/ä"),
    ] {
        assert_eq!(link(typed).as_deref(), Some(expected), "{typed}");
        assert_eq!(link(expected).as_deref(), Some(expected), "{typed}");
    }
    for typed in [
        "",
        " ",
        "https://",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x.y",
        "vbscript:x.y",
        "file:///etc/passwd",
        "words",
        "two words.org",
        ".",
        "blob:https://example.org/x",
        "cid:1@example.org",
        "javascript:x@y.z",
    ] {
        assert_eq!(link(typed), None, "{typed}");
    }
}
