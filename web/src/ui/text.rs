//! Plain-text mail as blocks: paragraphs, quotes, the signature, and links in them. Line breaks stay as they are.

/// The text that is taken apart at most, in bytes; a page cannot lay out more in good time.
pub const MAX_TEXT_BYTES: usize = 512 << 10;

/// A run of lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its lines, quote marks taken off.
    pub lines: Vec<Vec<Span<'a>>>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The writer's own words.
    Paragraph,
    /// Quoted this many levels deep, from 1.
    Quote(u8),
    /// What follows `-- ` (RFC 3676, section 4.3).
    Signature,
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span<'a> {
    /// Text.
    Text(&'a str),
    /// A link: an http or https address, or a mail address.
    Link {
        /// What is shown.
        text: &'a str,
        /// Whether it is a mail address.
        mail: bool,
    },
}

/// The beginning of a text, at most [`MAX_TEXT_BYTES`] of it, and whether there is more.
pub fn beginning(text: &str) -> (&str, bool) {
    let start = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
    (start, start.len() < text.len())
}

/// Takes a text apart.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut signature = false;
    for line in text.trim_end().lines() {
        let (depth, rest) = unquote(line);
        signature |= depth == 0 && matches!(line, "-- " | "--\u{a0}");
        let kind = match depth {
            _ if signature => Kind::Signature,
            0 => Kind::Paragraph,
            depth => Kind::Quote(depth),
        };
        let spans = spans(if kind == Kind::Signature { line } else { rest });
        if kind == Kind::Paragraph && rest.trim().is_empty() {
            // An empty line ends a paragraph; several of them are one gap.
            if blocks.last().is_none_or(|last| !last.lines.is_empty()) {
                blocks.push(Block { kind, lines: vec![] });
            }
            continue;
        }
        match blocks.last_mut() {
            Some(last) if last.kind == kind => last.lines.push(spans),
            Some(last) if last.lines.is_empty() => *last = Block { kind, lines: vec![spans] },
            _ => blocks.push(Block { kind, lines: vec![spans] }),
        }
    }
    blocks.retain(|block| !block.lines.is_empty());
    blocks
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

/// Finds the links of a line.
fn spans(line: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some((at, len, mail)) = next_link(rest) {
        if at > 0 {
            spans.push(Span::Text(&rest[..at]));
        }
        spans.push(Span::Link { text: &rest[at..at + len], mail });
        rest = &rest[at + len..];
    }
    if !rest.is_empty() {
        spans.push(Span::Text(rest));
    }
    spans
}

/// The first link: where, how long, and whether it is a mail address.
fn next_link(text: &str) -> Option<(usize, usize, bool)> {
    let mut offset = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let bare = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
        let scheme = ["https://", "http://"].into_iter().filter_map(|scheme| bare.find(scheme)).min();
        if let Some(at) = scheme {
            let url = trim_url(&bare[at..]);
            if url.split_once("//").is_some_and(|(_, host)| host.starts_with(char::is_alphanumeric)) {
                return Some((offset + at, url.len(), false));
            }
        } else if let Some((at, len)) = mail_address(bare) {
            return Some((offset + at, len, true));
        }
        offset += word.len();
    }
    None
}

/// Takes off the punctuation that belongs to the sentence around an address.
fn trim_url(url: &str) -> &str {
    let mut url = url;
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '»', '”', '’', ']', '}']);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if inner.matches('(').count() <= inner.matches(')').count() => inner,
            _ => trimmed,
        };
        if trimmed.len() == url.len() {
            return url;
        }
        url = trimmed;
    }
}

fn mail_address(word: &str) -> Option<(usize, usize)> {
    let at = word.find('@')?;
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let start = at - word[..at].chars().rev().take_while(|c| local(*c)).map(char::len_utf8).sum::<usize>();
    let domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let end = at + 1 + word[at + 1..].chars().take_while(|c| domain(*c)).count();
    let host = word[at + 1..end].trim_end_matches(['.', '-']);
    let whole = start < at && host.contains('.') && !host.starts_with('.');
    whole.then_some((start, at + 1 + host.len() - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(line: &str) -> Vec<&str> {
        let found = spans(line);
        let whole: String = found
            .iter()
            .map(|span| match span {
                Span::Text(text) | Span::Link { text, .. } => *text,
            })
            .collect();
        assert_eq!(whole, line, "nothing is lost");
        found.iter().filter_map(|span| if let Span::Link { text, .. } = span { Some(*text) } else { None }).collect()
    }

    #[test]
    fn paragraphs_quotes_and_signature_are_told_apart() {
        let kinds: Vec<_> = blocks("Hello\nyou\n\n\n> said\n>> before\n> > deep\n\nBye\n-- \nAna\n> not a quote\n")
            .into_iter()
            .map(|block| (block.kind, block.lines.len()))
            .collect();
        let expected = [
            (Kind::Paragraph, 2),
            (Kind::Quote(1), 1),
            (Kind::Quote(2), 2),
            (Kind::Paragraph, 1),
            (Kind::Signature, 3),
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn indentation_and_empty_quoted_lines_stay() {
        let blocks = blocks("  indented\n\n> a\n>\n> b");
        assert_eq!(blocks[0].lines[0], [Span::Text("  indented")]);
        assert_eq!(blocks[1].lines.len(), 3);
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        assert_eq!(
            links("See https://example.org/a_(b), or <http://example.net>."),
            ["https://example.org/a_(b)", "http://example.net"]
        );
        assert_eq!(links("(https://example.org/x)!"), ["https://example.org/x"]);
        assert_eq!(links("write to ana.b+c@mail.example.org. Thanks"), ["ana.b+c@mail.example.org"]);
        assert_eq!(links("https:// @ a@b javascript://x 5@. http://"), Vec::<&str>::new());
        assert_eq!(links("見て https://例え.jp/道。"), ["https://例え.jp/道。"]);
    }

    #[test]
    fn an_empty_text_has_no_blocks() {
        assert!(blocks(" \n\n").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = "é".repeat(MAX_TEXT_BYTES);
        let (start, more) = beginning(&text);
        assert!(more && start.len() <= MAX_TEXT_BYTES);
    }
}
