//! What a sender's octets may not do: bring the reader down, nest it, or leave in HTML what acts or fetches.

use restante_api::{Block, InlineImage, MessageRef, Wording};
use restante_engine::mime;
use restante_html::{MAX_DEPTH, RemoteContent, sanitise};

/// Times a message is repeated to nest: what nests once nests as deep as that. Half of it is reached by itself within.
const REPEATED: usize = 2000;

/// A message, or the beginning of one: its row, its view, its parts and the messages within.
pub fn mime(data: &[u8]) {
    read(data);
    // Pieces that nest: the same once more, as deep as there is room for.
    let bounded = &data[..data.len().min(64)];
    read(&bounded.repeat(REPEATED));
}

fn read(data: &[u8]) {
    row_however_cut(data);
    let mut reference = MessageRef::top(1);
    for _ in 0..3 {
        let Some(view) = mime::view(&reference, data) else { panic!("a message that is listed can always be shown") };
        for block in &view.text.blocks {
            let bytes: usize = block.spans.iter().map(|span| span.text().len()).sum();
            assert!((1..=Block::MAX_BYTES).contains(&bytes) && block.spans.len() <= Block::MAX_SPANS);
        }
        for listed in view.attachments.iter().take(20) {
            let Some(part) = mime::part(&reference, listed.part, data) else { panic!("a listed part can be had") };
            assert_eq!((part.bytes.len() as u64, &part.name), (listed.octets, &listed.name));
            assert!(!part.name.is_empty() && !part.name.contains(['/', '\\', '\0', '\n']));
        }
        let Some((_, source)) = mime::source(&reference, data) else { panic!("a message that is shown can be saved") };
        assert_eq!(source.len() as u64, view.octets);
        let Some(nested) = view.attachments.iter().find(|attachment| attachment.is_message) else { return };
        reference = reference.nested(nested.part);
    }
}

fn row_however_cut(data: &[u8]) {
    let row = |size: usize| {
        let mut head = mime::Head::default();
        data.chunks(size).for_each(|chunk| head.push(chunk));
        mime::row(1, 0, head, None).0
    };
    let whole = row(usize::MAX);
    assert!(whole.subject.len() < 3000 && whole.snippet.chars().count() <= 160);
    if data.len() <= 1 << 16 {
        assert_eq!(row(1), whole);
    }
    assert_eq!(row(7), whole);
}

/// HTML of a message: what is left of it fetches nothing, runs nothing, and is left alone when it is made safe again.
pub fn html(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let picture = InlineImage { content_id: "x".into(), media_type: "image/png".into(), bytes: vec![1, 2, 3] };
    let wording = Wording::default();
    for remote in [RemoteContent::Blocked, RemoteContent::Allowed, RemoteContent::AllowedWithModifiers] {
        let document = sanitise(&text, std::slice::from_ref(&picture), remote, &wording);
        harmless(&document.html, remote);
        harmless(&sanitise(&document.html, &[], remote, &wording).html, remote);
    }
    let deep = sanitise(&text[..text.floor_char_boundary(64)].repeat(REPEATED), &[], RemoteContent::Blocked, &wording);
    assert!(depth(&deep.html) <= 6 * MAX_DEPTH + 64);
}

/// What no document may hold in a tag. Its text may hold anything.
fn harmless(document: &str, remote: RemoteContent) {
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..];
        let tag = &tag[..tag.find('>').map_or(tag.len(), |end| end + 1)].to_ascii_lowercase();
        for word in ["<script", "<iframe", "<object", "<embed", "<form", "<link", "<base", "<svg", "<math", "<input"] {
            assert!(!tag.starts_with(word), "{tag}");
        }
        for word in ["javascript:", " onerror=", " onload=", " srcdoc=", " srcset="] {
            let values = ["title=\"", "alt=\"", "aria-label=\"", "class=\"", "style=\""];
            assert!(!tag.contains(word) || values.iter().any(|value| tag.contains(value)), "{tag}");
        }
        if remote == RemoteContent::Blocked {
            assert!(!tag.contains(" src=\"http") && !tag.contains(" background=\"http"), "{tag}");
        }
        // What is in a style sheet is no tag.
        let style = tag.starts_with("<style").then(|| rest[at..].find("</style").unwrap_or(rest.len() - at));
        rest = &rest[at + style.unwrap_or(1)..];
    }
}

/// Elements that are open at the same time, at most.
fn depth(document: &str) -> usize {
    let (mut open, mut depth) = (0_usize, 0);
    // What is in a style sheet is no tag.
    let mut sheet = 0;
    for at in document.match_indices('<').map(|(at, _)| at + 1) {
        let name = &document[at..];
        if at < sheet {
            continue;
        } else if name.starts_with("style") {
            sheet = at + name.find("</style").unwrap_or(name.len());
        } else if name.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !["br", "hr", "img", "wbr", "col", "area", "!", "meta"].iter().any(|void| name.starts_with(void)) {
            open += 1;
        }
        depth = depth.max(open);
    }
    depth
}
