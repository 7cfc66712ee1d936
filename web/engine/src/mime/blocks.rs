//! Plain text as blocks of bounded size: paragraphs, quotes, the signature, and links in them. Line breaks that a program
//! made for want of room are undone ([`super::lines`]); all others stay.
//!
//! Every step looks at each character a bounded number of times, whatever the text.

use restante_api::{Block, Kind, Span, Text, between_words};

use super::lines::{self, Widths};
use super::marks;

/// Bytes that are shown at most: more than anybody reads on end.
const MAX_BYTES: usize = 256 << 10;

/// Stretches that are shown at most, blocks counted by what is in them.
const MAX_SPANS: usize = 20_000;

/// Bytes of a link at most; longer ones are text.
const MAX_LINK: usize = 2000;

/// Bytes of a word that is kept whole where a block ends.
const MAX_WORD: usize = 256;

/// Octets of the local part of a mail address at most (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Takes a text apart. `is_cut`: it is a beginning already. `is_wrapped`: its lines may have been broken for want of room.
pub(super) fn blocks(text: &str, is_cut: bool, is_wrapped: bool) -> Text {
    let text = text.trim_end();
    let mut builder = Builder { is_cut, ..Builder::default() };
    if is_wrapped {
        for (kind, line) in sorted(text) {
            builder.widths.add(kind.depth(), line);
        }
    }
    let mut paragraph: Vec<&str> = Vec::new();
    let mut last = Kind::Paragraph;
    let mut goes_on = true;
    for (kind, line) in sorted(text) {
        let is_gap = kind != Kind::Signature && line.trim().is_empty();
        if is_gap || kind != last {
            goes_on = builder.paragraph(last, &paragraph);
            paragraph.clear();
        }
        if !goes_on {
            break;
        }
        last = kind;
        if !is_gap {
            paragraph.push(line);
        }
    }
    if goes_on {
        builder.paragraph(last, &paragraph);
    }
    // A paragraph may be nothing that can be shown.
    builder.blocks.retain(|block| !block.spans.is_empty());
    Text { blocks: builder.blocks, is_cut: builder.is_cut }
}

/// The lines of a text with what each is, quote marks taken off.
fn sorted(text: &str) -> impl Iterator<Item = (Kind, &str)> {
    text.lines().scan(false, |signature, line| {
        let (depth, rest) = unquote(line);
        *signature |= depth == 0 && matches!(line, "-- " | "--\u{a0}");
        Some(match depth {
            _ if *signature => (Kind::Signature, line),
            0 => (Kind::Paragraph, rest),
            depth => (Kind::Quote(depth), rest),
        })
    })
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    /// Bytes in the last block, and in all.
    block: usize,
    bytes: usize,
    spans: usize,
    is_cut: bool,
    widths: Widths,
}

impl Builder {
    /// Adds the lines of a paragraph. `false` where there is no room for more.
    fn paragraph(&mut self, kind: Kind, lines: &[&str]) -> bool {
        let columns = lines::is_columns(lines);
        let mut before: Option<&str> = None;
        for line in lines {
            let join = before.filter(|_| !columns && kind != Kind::Signature);
            let join = join.and_then(|before| self.widths.joins(kind.depth(), before, line));
            if before.is_none() {
                self.begin(kind, columns, false);
            } else {
                if !join.is_some_and(str::is_empty) {
                    self.span(Span::Text(join.unwrap_or("\n").to_owned()));
                }
                if self.block + line.len() > Block::MAX_BYTES {
                    self.begin(kind, columns, true);
                }
            }
            before = Some(line);
            let line = if join.is_some() { line.trim_start() } else { line };
            if !spans(line, |span| self.span(span)) {
                return false;
            }
        }
        true
    }

    fn begin(&mut self, kind: Kind, columns: bool, continues: bool) {
        self.blocks.push(Block { kind, columns, continues, spans: Vec::new() });
        self.block = 0;
    }

    fn is_full(&mut self) -> bool {
        let is_full = self.bytes >= MAX_BYTES || self.spans >= MAX_SPANS;
        self.is_cut |= is_full;
        is_full
    }

    /// Adds a stretch, and begins another block wherever this one is full. `false` where there is no room for more.
    fn span(&mut self, span: Span) -> bool {
        let Some((kind, columns)) = self.blocks.last().map(|block| (block.kind, block.columns)) else { return true };
        // A link stays what it is: it would lead elsewhere.
        let is_text = matches!(span, Span::Text(_));
        let shown = if is_text { marks::thinned(span.text()) } else { span.text().into() };
        let mut rest = &*shown;
        while !rest.is_empty() {
            if self.is_full() {
                return false;
            }
            let room = Block::MAX_BYTES - self.block;
            let length = if is_text { beginning(rest, room).len() } else { rest.len() };
            let spans = self.blocks.last().map_or(0, |block| block.spans.len());
            let joins = is_text && matches!(self.blocks.last().and_then(|b| b.spans.last()), Some(Span::Text(_)));
            // A word goes to the next block rather than being torn.
            let tears = is_text && length < rest.len() && rest.len() <= MAX_WORD && self.block > 0;
            if tears || length == 0 || length > room || spans == Block::MAX_SPANS && !joins {
                self.begin(kind, columns, true);
                continue;
            }
            let (taken, left) = rest.split_at(length);
            rest = left;
            self.block += length;
            self.bytes += length;
            let Some(last) = self.blocks.last_mut() else { return true };
            match (&span, last.spans.last_mut()) {
                (Span::Text(_), Some(Span::Text(text))) => text.push_str(taken),
                (Span::Text(_), _) => last.spans.push(Span::Text(taken.to_owned())),
                (link, _) => last.spans.push((*link).clone()),
            }
            self.spans += usize::from(!joins);
        }
        true
    }
}

/// As much of a text as has room: to the end of a word where there is one near, and of a character in any case.
fn beginning(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let start = &text[..text.floor_char_boundary(room)];
    between_words(start).map_or(start, |at| &start[..at])
}

/// Counts and takes off the quote marks of a line: `> > text` is two deep.
fn unquote(line: &str) -> (u8, &str) {
    let (mut depth, mut rest) = (0_u8, line);
    while let Some(inner) = rest.strip_prefix('>') {
        depth = depth.saturating_add(1);
        rest = inner.strip_prefix(' ').filter(|after| after.starts_with('>')).unwrap_or(inner);
    }
    if depth > 0 { (depth, rest.strip_prefix(' ').unwrap_or(rest)) } else { (0, line) }
}

/// Finds the links of a line. `false` as soon as `add` says so.
fn spans(line: &str, mut add: impl FnMut(Span) -> bool) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
    for word in line.split_inclusive(ends) {
        let bare = word.trim_end_matches(ends);
        let mut shown = 0;
        let goes_on = links(bare, |at, link| {
            let text = &word[shown..at];
            shown = at + link.text().len();
            (text.is_empty() || add(Span::Text(text.to_owned()))) && add(link)
        });
        let text = &word[shown..];
        if !(goes_on && (text.is_empty() || add(Span::Text(text.to_owned())))) {
            return false;
        }
    }
    true
}

/// Finds the links of a word: one web address, which goes on to the word's end, or any number of mail addresses.
fn links(word: &str, mut add: impl FnMut(usize, Span) -> bool) -> bool {
    if let Some(at) = memchr::memmem::find_iter(word.as_bytes(), b"http").find(|at| is_web(&word[*at..])) {
        let url = trim_url(&word[at..]);
        let host = url.split_once("//").is_some_and(|(_, host)| host.starts_with(char::is_alphanumeric));
        return !(host && url.len() <= MAX_LINK) || add(at, Span::Link(url.to_owned()));
    }
    let mut from = 0;
    for sign in memchr::memchr_iter(b'@', word.as_bytes()) {
        if let Some((start, end)) = mail_address(word, from, sign) {
            if !add(start, Span::Mail(word[start..end].to_owned())) {
                return false;
            }
            from = end;
        }
    }
    true
}

fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Takes off the punctuation that belongs to the sentence around an address.
fn trim_url(url: &str) -> &str {
    let count = |c: u8| memchr::memchr_iter(c, url.as_bytes()).count();
    let (open, mut closed) = (count(b'('), count(b')'));
    let mut url = url;
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '»', '”', '’', ']', '}']);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if open < closed => {
                closed -= 1;
                inner
            }
            _ => trimmed,
        };
        if trimmed.len() == url.len() {
            return url;
        }
        url = trimmed;
    }
}

/// The mail address around the `@` at `sign`, beginning at `from` or behind it.
fn mail_address(word: &str, from: usize, sign: usize) -> Option<(usize, usize)> {
    let local = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'%' | b'+' | b'-');
    let before = word.as_bytes().get(from..sign)?;
    let length = before.iter().rev().take(MAX_LOCAL).take_while(|c| local(c)).count();
    let domain = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-');
    let after = &word[sign + 1..];
    // A domain has 255 octets at most.
    let end = after.bytes().take(255).take_while(domain).count();
    let host = after[..end].trim_end_matches(['.', '-']);
    let whole = length > 0 && host.contains('.') && !host.starts_with('.');
    whole.then_some((sign - length, sign + 1 + host.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(line: &str) -> Vec<String> {
        let text = blocks(line, false, true);
        let spans = text.blocks.iter().flat_map(|block| &block.spans);
        assert_eq!(spans.clone().map(Span::text).collect::<String>(), line, "nothing is lost");
        spans.filter(|span| !matches!(span, Span::Text(_))).map(|span| span.text().to_owned()).collect()
    }

    #[test]
    fn paragraphs_quotes_and_signature_are_told_apart() {
        let text = "Hello\nyou\n\n\n> said\n>> before\n> > deep\n\nBye\n-- \nAna\n> not a quote\n";
        let kinds: Vec<_> = blocks(text, false, true)
            .blocks
            .iter()
            .map(|block| (block.kind, block.spans.iter().map(Span::text).collect::<String>()))
            .collect();
        let expected = [
            (Kind::Paragraph, "Hello\nyou"),
            (Kind::Quote(1), "said"),
            (Kind::Quote(2), "before\ndeep"),
            (Kind::Paragraph, "Bye"),
            (Kind::Signature, "-- \nAna\n> not a quote"),
        ];
        assert_eq!(kinds, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn indentation_stays_and_empty_lines_part_blocks_at_every_level() {
        let text = blocks("  indented\n\n> a\n>\n> b", false, true);
        assert_eq!(text.blocks[0].spans, [Span::Text("  indented".into())]);
        assert_eq!(text.blocks[1].spans, [Span::Text("a".into())]);
        assert_eq!((text.blocks[2].kind, &text.blocks[2].spans[..]), (Kind::Quote(1), &[Span::Text("b".into())][..]));
        assert_eq!(text.to_string(), "  indented\n\na\n\nb");
        assert!(blocks(" \n\n", false, true).blocks.is_empty());
    }

    #[test]
    fn a_quote_begins_and_ends_with_words() {
        let text = blocks("Hello\n>\n> \n> a\n> >\n> > b\n>\n\nBye", false, true);
        let expected =
            [(Kind::Paragraph, "Hello"), (Kind::Quote(1), "a"), (Kind::Quote(2), "b"), (Kind::Paragraph, "Bye")];
        let found: Vec<_> = text.blocks.iter().map(|block| (block.kind, block.spans[0].text())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn columns_keep_their_lines_and_wrapped_words_do_not() {
        let wrapped = "Thank you for the scans. They came out better than I had hoped, and the\nplan of 1911 (see \
            https://a.example/plan) is by far the largest one of\nall of them.";
        let quoted = format!("> {}", wrapped.replace('\n', "\n> "));
        let table = "Sheet      Year   Scale\nHarbour    1911   1:500\nQuay       1911   1:200";
        let shown =
            blocks(&format!("{wrapped}\n\n{table}\n\n{quoted}\n>\n> {}", table.replace('\n', "\n> ")), false, true);
        let text = |at: usize| shown.blocks[at].spans.iter().map(Span::text).collect::<String>();
        assert_eq!(
            [text(0), text(1), text(2), text(3)],
            [&wrapped.replace('\n', " "), table, &wrapped.replace('\n', " "), table]
        );
        assert_eq!(shown.blocks.iter().map(|block| block.columns).collect::<Vec<_>>(), [false, true, false, true]);
        assert!(shown.blocks[0].spans.contains(&Span::Link("https://a.example/plan".into())));
        let flowed = blocks(wrapped, false, false);
        assert_eq!(flowed.to_string(), wrapped);
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        assert_eq!(
            links("See https://example.org/a_(b), or <http://example.net>."),
            ["https://example.org/a_(b)", "http://example.net"]
        );
        assert_eq!(links("(https://example.org/x)!"), ["https://example.org/x"]);
        assert_eq!(links("write to ana.b+c@mail.example.org. Thanks"), ["ana.b+c@mail.example.org"]);
        assert_eq!(links("a@b.example,c@d.example;x@y"), ["a@b.example", "c@d.example"]);
        assert_eq!(links("https:// @ a@b javascript://x 5@. http://"), Vec::<String>::new());
        assert_eq!(links("見て https://例え.jp/道。"), ["https://例え.jp/道。"]);
        assert_eq!(links(&format!("http://a.example/{}", "x".repeat(MAX_LINK))), Vec::<String>::new());
    }

    /// Texts of one shape each, longer than is shown. What is counted is work, not time: the bounds of what comes out.
    #[test]
    fn no_text_makes_a_block_that_is_too_large_nor_too_much_of_it() {
        for text in [
            "e\u{301}".to_owned() + &"\u{301}".repeat(1_000_000),
            "http://a.example/,".repeat(60_000),
            "http://a.example/ ".repeat(60_000),
            "a@b.example,".repeat(60_000),
            "https://x))))".to_owned() + &")".repeat(600_000),
            "@".repeat(600_000),
            "\n>".repeat(300_000),
            ">".repeat(600_000),
            "a\n\n".repeat(300_000),
            "x y\n".repeat(300_000),
            "é".repeat(300_000),
            "\n".repeat(600_000) + "x",
            "-- \n".repeat(200_000),
        ] {
            let shown = blocks(&text, false, true);
            for block in &shown.blocks {
                let bytes: usize = block.spans.iter().map(|span| span.text().len()).sum();
                assert!((1..=Block::MAX_BYTES).contains(&bytes), "{bytes} bytes");
                assert!(
                    block.spans.len() <= Block::MAX_SPANS && block.spans.iter().all(|span| !span.text().is_empty())
                );
            }
            let spans: usize = shown.blocks.iter().map(|block| block.spans.len()).sum();
            assert!(spans <= MAX_SPANS + 1 && shown.to_string().len() <= 2 * MAX_BYTES, "{spans} spans");
        }
    }

    #[test]
    fn marks_are_thinned_in_words_and_not_in_links() {
        let heap = "\u{301}".repeat(100);
        let link = format!("https://a.example/{heap}");
        let shown = blocks(&format!("e{heap} {link}"), false, true);
        let spans = &shown.blocks[0].spans;
        assert!(spans[0].text().contains("[70 more marks") && spans[0].text().chars().count() < 100, "{spans:?}");
        assert_eq!(spans[1], Span::Link(link));
    }

    #[test]
    fn a_cut_text_says_so_and_shows_its_beginning() {
        let text = "Word after word. ".repeat(40_000);
        let shown = blocks(&text, false, true);
        assert!(shown.is_cut && shown.to_string().len() > MAX_BYTES / 2 && text.starts_with(&shown.to_string()));
        assert!(shown.blocks[1..].iter().all(|block| block.continues));
        let ends = shown.blocks.iter().rev().skip(1).map(|block| block.spans.last().unwrap().text());
        assert!(ends.clone().count() > 60 && ends.into_iter().all(|text| text.ends_with(' ')), "blocks end with words");
        let chinese = blocks(&"今天天气很好，我们去公园。".repeat(500), false, true);
        assert!(chinese.blocks.iter().all(|block| block.spans.last().unwrap().text().ends_with(['，', '。'])));
        assert!(!blocks("short", false, true).is_cut && blocks("short", true, true).is_cut);
    }
}
