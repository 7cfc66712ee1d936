//! A message's text as the reader shows it: blocks of bounded size, their links found already.
//!
//! A page lays out a block in no time worth mentioning, whatever is in it; so it draws as many as are in sight, and asks
//! itself in between whether somebody wants something else.

use serde::{Deserialize, Serialize};

/// The text of a message, or its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// The blocks, in order; none where there is no text.
    pub blocks: Vec<Block>,
    /// The text goes on: these blocks are its beginning. The whole is among the attachments then, to be saved as a file.
    pub is_cut: bool,
}

/// A run of lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// It is set in columns, a table or a drawing: its letters have to be of one width, and its lines stay whole.
    pub columns: bool,
    /// It goes on where the block before it ends, in the same line or with the next one: there is no gap between them.
    pub continues: bool,
    /// At most [`Block::MAX_BYTES`] of text in at most [`Block::MAX_SPANS`] stretches, quote marks taken off. Lines end
    /// with `\n`, but for the last.
    pub spans: Vec<Span>,
}

impl Block {
    /// Bytes of text in a block at most.
    pub const MAX_BYTES: usize = 4096;

    /// Stretches in a block at most.
    pub const MAX_SPANS: usize = 64;
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The writer's own words.
    Paragraph,
    /// Quoted this many levels deep, from 1.
    Quote(u8),
    /// What follows `-- ` (RFC 3676, section 4.3).
    Signature,
}

impl Kind {
    /// How many levels deep it is quoted; 0 for the writer's own words.
    pub fn depth(self) -> u8 {
        match self {
            Self::Quote(depth) => depth,
            Self::Paragraph | Self::Signature => 0,
        }
    }
}

/// A stretch of a block. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Text, with line breaks.
    Text(String),
    /// An http or https address, as it is shown and as it leads.
    Link(String),
    /// A mail address, without `mailto:`.
    Mail(String),
}

impl Span {
    /// What is shown.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Link(text) | Self::Mail(text) => text,
        }
    }
}

/// A place near the end of this beginning of a text where it is better cut: behind its last word, or its last sentence in a
/// language that is written without blanks. `None` where there is none in its second half.
pub fn between_words(start: &str) -> Option<usize> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '。' | '，' | '、' | '！' | '？' | '；');
    let gap = start.rfind(is_gap).filter(|gap| *gap >= start.len() / 2)?;
    Some(start.ceil_char_boundary(gap + 1))
}

impl std::fmt::Display for Text {
    /// The text alone: without quote marks, an empty line between blocks.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, block) in self.blocks.iter().enumerate() {
            if at > 0 && !block.continues {
                f.write_str("\n\n")?;
            }
            for span in &block.spans {
                f.write_str(span.text())?;
            }
        }
        Ok(())
    }
}
