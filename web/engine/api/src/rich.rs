//! Text with formatting, as a letter is written with it: lines, lists and quotations of runs and pictures, and nothing else.
//!
//! It is made of data and not of HTML, so that there is nothing in it to sanitise: what is pasted or typed becomes one of
//! these or is left out, a message's HTML among it, and HTML is written from it.

use serde::{Deserialize, Serialize};

use super::letter::FileId;

/// How deep lists and quotations are within each other at most; what is deeper is on the last level.
pub const MAX_DEPTH: usize = 12;

/// A text with formatting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rich {
    /// Its blocks, from the top.
    pub blocks: Vec<RichBlock>,
}

/// A part of a text that begins on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RichBlock {
    /// A line; it is wrapped where a window ends.
    Line(Vec<Inline>),
    /// A list.
    List {
        /// Its items are numbered, from 1.
        ordered: bool,
        /// What each item holds.
        items: Vec<Vec<RichBlock>>,
    },
    /// What somebody else wrote.
    Quote(Vec<RichBlock>),
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inline {
    /// Words.
    Run(Run),
    /// A picture among the letter's files, and what it shows in words; they may be empty.
    Picture(FileId, String),
}

/// Words of one look. They hold no line break.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Run {
    /// The words.
    pub text: String,
    /// In bold.
    pub bold: bool,
    /// In italics.
    pub italic: bool,
    /// Where a click leads: an absolute URL that [`link`] has made.
    pub link: Option<String>,
}

impl Rich {
    /// A text without formatting. Lines behind angle brackets are quotations (RFC 3676, section 4.5).
    pub fn from_text(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        Self { blocks: blocks_of(&lines, 0) }
    }

    /// The same words as plain text, lines ended by LF: quotations behind angle brackets, list items behind a dash or their
    /// number, the target of a link behind its words.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for line in lines_of(&self.blocks) {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    /// Whether nothing is lost by making it plain text.
    pub fn is_plain(&self) -> bool {
        fn is_plain(block: &RichBlock) -> bool {
            match block {
                RichBlock::Line(line) => line.iter().all(|part| match part {
                    Inline::Run(run) => !run.bold && !run.italic && run.link.is_none(),
                    Inline::Picture(..) => false,
                }),
                RichBlock::List { .. } => false,
                RichBlock::Quote(blocks) => blocks.iter().all(is_plain),
            }
        }
        self.blocks.iter().all(is_plain)
    }

    /// Takes these pictures out.
    pub fn drop_pictures(&mut self, files: &[FileId]) {
        fn drop_from(blocks: &mut [RichBlock], files: &[FileId]) {
            for block in blocks {
                match block {
                    RichBlock::Line(line) => {
                        line.retain(|part| !matches!(part, Inline::Picture(file, _) if files.contains(file)));
                    }
                    RichBlock::List { items, .. } => items.iter_mut().for_each(|item| drop_from(item, files)),
                    RichBlock::Quote(blocks) => drop_from(blocks, files),
                }
            }
        }
        drop_from(&mut self.blocks, files);
    }

    /// The pictures in it, from the top.
    pub fn pictures(&self) -> Vec<FileId> {
        fn collect(blocks: &[RichBlock], found: &mut Vec<FileId>) {
            for block in blocks {
                match block {
                    RichBlock::Line(line) => found.extend(line.iter().filter_map(|part| match part {
                        Inline::Picture(file, _) => Some(*file),
                        Inline::Run(_) => None,
                    })),
                    RichBlock::List { items, .. } => items.iter().for_each(|item| collect(item, found)),
                    RichBlock::Quote(blocks) => collect(blocks, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.blocks, &mut found);
        found
    }
}

impl RichBlock {
    /// A line of words without formatting.
    pub fn line(text: &str) -> Self {
        Self::Line(if text.is_empty() {
            vec![]
        } else {
            vec![Inline::Run(Run { text: text.into(), ..Run::default() })]
        })
    }
}

/// The absolute URL that somebody means who types a link: of the schemes http, https, mailto and tel, and no other. An
/// address becomes a mailto, and a host name https.
pub fn link(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.is_empty() || typed.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let rest = |scheme: &str| {
        let start = typed.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme));
        start.map(|_| &typed[scheme.len()..])
    };
    for (scheme, written) in
        [("http://", "http://"), ("https://", "https://"), ("mailto:", "mailto:"), ("tel:", "tel:")]
    {
        if let Some(rest) = rest(scheme) {
            return (!rest.is_empty()).then(|| format!("{written}{rest}"));
        }
    }
    let host = typed.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |port: &str| port.bytes().all(|c| c.is_ascii_digit());
    match (host.split_once('@'), host.split_once(':')) {
        (Some((user, domain)), _) if !user.is_empty() && !user.contains(':') && domain.contains('.') => {
            Some(format!("mailto:{typed}"))
        }
        (None, Some((name, port))) if name.contains('.') && is_port(port) => Some(format!("https://{typed}")),
        (None, None) if host.contains('.') && !host.starts_with('.') && !host.ends_with('.') => {
            Some(format!("https://{typed}"))
        }
        _ => None,
    }
}

fn blocks_of(lines: &[&str], depth: usize) -> Vec<RichBlock> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let quoted = lines[at..].iter().take_while(|line| line.starts_with('>')).count();
        if quoted == 0 || depth == MAX_DEPTH {
            blocks.push(RichBlock::line(lines[at]));
            at += 1;
        } else {
            let inner: Vec<&str> = lines[at..at + quoted].iter().map(|line| unquoted(line)).collect();
            blocks.push(RichBlock::Quote(blocks_of(&inner, depth + 1)));
            at += quoted;
        }
    }
    blocks
}

fn unquoted(line: &str) -> &str {
    let rest = line.strip_prefix('>').unwrap_or(line);
    rest.strip_prefix(' ').unwrap_or(rest)
}

fn lines_of(blocks: &[RichBlock]) -> Vec<String> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            RichBlock::Line(line) => lines.push(words_of(line)),
            RichBlock::Quote(blocks) => {
                lines.extend(lines_of(blocks).into_iter().map(|line| match line.chars().next() {
                    None => ">".to_owned(),
                    Some('>') => format!(">{line}"),
                    Some(_) => format!("> {line}"),
                }))
            }
            RichBlock::List { ordered, items } => {
                for (number, item) in (1..).zip(items) {
                    let mark = if *ordered { format!("{number}. ") } else { "- ".to_owned() };
                    let inner = lines_of(item);
                    let first = inner.first().map_or("", String::as_str);
                    lines.push(format!("{mark}{first}").trim_end().to_owned());
                    let indented = |line: &String| format!("{:width$}{line}", "", width = mark.len());
                    lines.extend(inner.iter().skip(1).map(|line| indented(line).trim_end().to_owned()));
                }
            }
        }
    }
    lines
}

fn words_of(line: &[Inline]) -> String {
    let mut out = String::new();
    for (at, part) in line.iter().enumerate() {
        match part {
            Inline::Run(run) => {
                out.push_str(&run.text);
                // Once for all runs of a link.
                let goes_on = matches!(line.get(at + 1), Some(Inline::Run(next)) if next.link == run.link);
                if let Some(link) = run.link.as_deref().filter(|link| !goes_on && !says(&out, link)) {
                    out.push_str(&format!(" <{link}>"));
                }
            }
            Inline::Picture(_, words) if words.is_empty() => {}
            Inline::Picture(_, words) => out.push_str(&format!("[{words}]")),
        }
    }
    out
}

/// Whether words end with where a link leads.
fn says(words: &str, link: &str) -> bool {
    let bare = ["https://", "http://", "mailto:", "tel:"].into_iter().find_map(|scheme| link.strip_prefix(scheme));
    words.ends_with(link)
        || bare.is_some_and(|bare| words.ends_with(bare) || words.ends_with(bare.trim_end_matches('/')))
}

#[cfg(test)]
mod tests;
