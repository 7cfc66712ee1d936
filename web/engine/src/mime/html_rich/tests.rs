use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const SEA: FileId = FileId(3);

fn read(html: &str) -> Rich {
    rich(html, |id| (id == "sea@x").then_some(SEA)).unwrap()
}

/// The text as [`Rich::to_text`] has it, bold between asterisks and italics between underscores.
fn told(html: &str) -> String {
    fn mark(blocks: &mut [RichBlock]) {
        for block in blocks {
            match block {
                RichBlock::Line(line) => line.iter_mut().for_each(|part| {
                    if let Inline::Run(run) = part {
                        let bold = if run.bold { "*" } else { "" };
                        let italic = if run.italic { "_" } else { "" };
                        run.text = format!("{bold}{italic}{}{italic}{bold}", run.text);
                    }
                }),
                RichBlock::List { items, .. } => items.iter_mut().for_each(|item| mark(item)),
                RichBlock::Quote(inner) => mark(inner),
            }
        }
    }
    let mut rich = read(html);
    mark(&mut rich.blocks);
    rich.to_text()
}

#[test]
fn lines_are_where_a_browser_begins_them() {
    for (html, text) in [
        ("a<br>b<br><br>c", "a\nb\n\nc\n"),
        ("<div>a</div><div><br></div><div>b<br></div>c", "a\n\nb\nc\n"),
        ("<p>a</p>\n<p>b</p><div>c</div>", "a\n\nb\n\nc\n"),
        ("<p class=MsoNormal>a</p><p style='MARGIN:0'>b</p><p style=\"margin: 0 0 0 0\">c</p>", "a\nb\nc\n"),
        ("<pre>\na\n\tb\n  c</pre>d", "a\n\tb\n  c\n\nd\n"),
        ("<p style='margin: 0 0 1em 0'>a</p><p style='margin:0.5em'>b</p>", "a\n\nb\n"),
        ("<p style='margin-top:0pt;margin-bottom:0pt'>a</p><p style='margin-top:0;margin-bottom:0px'>b</p>", "a\nb\n"),
        ("<table><tr><td>one</td><td>two</td></tr><tr><td>three", "one two\nthree\n"),
        ("  a \n b&nbsp; c  <b> d</b>", "a b  c *d*\n"),
        ("<style>p{}</style><!-- x --><title>t</title>a", "a\n"),
        ("", ""),
        ("<div></div><p> </p>", ""),
    ] {
        assert_eq!(told(html), text, "{html}");
    }
}

#[test]
fn words_keep_their_look() {
    for (html, text) in [
        ("<b>a</b> <strong>b</strong><i>c</i> <em>d <b>e</b></em>", "*a b*_c d _*_e_*\n"),
        ("<h2>Head</h2>text", "*Head*\n\ntext\n"),
        ("<b><b>a</b>b</b>c</b>d", "*ab*cd\n"),
        ("<a href='https://x.example/?a=1&amp;b'>here</a>!", "here <https://x.example/?a=1&b>!\n"),
        ("<a href='javascript:alert(1)'>here</a>", "here\n"),
        ("<a href='readme.md'>a</a> <a href='/b'>b</a> <a href='//c.example'>c</a>", "a b c\n"),
        ("<a href=' HTTPS://x.example/a\n b '>here</a>", "here <https://x.example/a%20b>\n"),
        ("<a href='mailto:ana@x.example'>Ana</a>", "Ana <mailto:ana@x.example>\n"),
        ("<a href='https://x.example/'>a</a> <a name=b>b</a>", "a <https://x.example/> b\n"),
        ("<img src='cid:SEA@x' alt=no><img src=cid:sea%40x alt='the  sea'>", "no [the sea]\n"),
        ("x<img src=https://x.example/p.gif>y<img src=z alt=Logo>z", "xy Logo z\n"),
    ] {
        assert_eq!(told(html), text, "{html}");
    }
    assert_eq!(read("<img src=cid:sea%40x>").pictures(), [SEA]);
}

#[test]
fn what_is_not_shown_is_not_passed_on() {
    for (html, text) in [
        ("<div style='Display : none'>a<div>b</div>c</div>d", "d\n"),
        ("<p hidden>a<p>b", "b\n"),
        ("<span style=mso-hide:all>a<b>b</span>c", "c\n"),
        ("<ul><li style='visibility:hidden'>a<li>b</ul>", "- b\n"),
        ("<img src='cid:sea@x' hidden>a<br hidden>b", "ab\n"),
        ("<div hidden>a", ""),
        // What has no end of its own ends with what it stands in.
        ("<div><p hidden>a</div>b", "b\n"),
        ("<p hidden>a<div>b</div>", "b\n"),
        ("<div><span hidden>a<div>b</div></div>c", "c\n"),
        ("<p>a</p><p hidden>b<p>c", "a\n\nc\n"),
        ("<table><tr><td hidden>a<table><tr><td>b</table><td>c</table>", "c\n"),
        ("<tr hidden><td>a<td>b</tr><tr><td>c", "c\n"),
    ] {
        assert_eq!(told(html), text, "{html}");
    }
}

#[test]
fn lists_and_quotations_hold_what_stands_in_them() {
    for (html, text) in [
        ("a<ul><li>b<li>c</ul>d", "a\n- b\n- c\nd\n"),
        ("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>", "1. a\n\n   b\n2. c\n"),
        ("<ul><li>a<ul><li>b</ul></li><li>c</ul>", "- a\n  - b\n- c\n"),
        ("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c\n"),
        ("<ul>a<li>b</ul>", "- a\n- b\n"),
        ("<ul></ul>a", "a\n"),
        ("<li>a</li>b", "a\nb\n"),
        ("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e", "a\n> b\n>> c\n> d\ne\n"),
        ("<blockquote><ul><li>a</blockquote>b", "> - a\nb\n"),
        ("a</blockquote></ul></li>b", "a\nb\n"),
        ("a<blockquote>b", "a\n> b\n"),
    ] {
        assert_eq!(told(html), text, "{html}");
    }
}

#[test]
fn what_nests_without_end_stays_within_bounds() {
    for element in ["ul", "blockquote"] {
        let html = format!("{}a{}b", format!("<{element}>").repeat(50_000), format!("</{element}>").repeat(50_000));
        let text = read(&html).to_text();
        assert!(text.lines().count() == 2 && text.ends_with("\nb\n"), "{text}");
    }
    // A link stands with each word that looks different, and not without end.
    let href = format!("https://x.example/{}", "a".repeat(MAX_LINK - 18));
    let text = read(&format!("<a href='{href}'>{}", "a<b>b</b> ".repeat(4_000)));
    let links =
        |line: &[Inline]| line.iter().filter(|part| matches!(part, Inline::Run(run) if run.link.is_some())).count();
    assert!(matches!(&text.blocks[..], [RichBlock::Line(line)] if links(line) == MAX_LINKS / MAX_LINK));
    for html in ["<br>", "a<b>b</b>", "<div>a</div>", "<img src='cid:sea@x'>", "<li>a", "<blockquote>a</blockquote>"] {
        assert_eq!(rich(&html.repeat(2 * MAX_PARTS), |_| Some(SEA)), None, "{html}");
    }
    let depth = read(&"<blockquote>a".repeat(MAX_DEPTH + 5)).to_text();
    assert!(depth.lines().all(|line| line.matches('>').count() <= MAX_DEPTH), "{depth}");
    assert_eq!(depth.matches('a').count(), MAX_DEPTH + 5);
}

proptest! {
    /// Whatever nests in whatever, nothing is lost but what is hidden.
    #[test]
    fn every_word_that_is_shown_is_there_once(pieces in vec(select(&PIECES[..]), 0..60)) {
        let html: String = pieces.iter().enumerate().map(|(at, piece)| piece.replace("WORD", &format!("w{at}w"))).collect();
        let text = read(&html).to_text();
        for (at, _) in pieces.iter().enumerate().filter(|(_, piece)| piece.contains("WORD")) {
            prop_assert_eq!(text.matches(&format!("w{at}w")).count(), 1, "{} in {}: {}", at, html, text);
        }
    }
}

const PIECES: [&str; 38] = [
    "WORD",
    "WORD ",
    " ",
    "\n",
    "&nbsp;",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<p>",
    "</p>",
    "<p class=MsoNormal>",
    "<div>",
    "</div>",
    "<br>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<h1>",
    "</h1>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<a href=https://x.example/>",
    "</a>",
    "<img src=cid:sea@x>",
    "<img alt=WORD>",
    "<hr>",
    "<span style=color:red>",
];
