//! What is quoted, level within level: each is one thing with one bar, and folded where it is in the way.
//!
//! Whoever answers between the lines is read with the lines answered; what hangs below an answer is history.

use restante_api::{Kind, Span};

use super::plain::Piece;
use crate::ui::cost;
use crate::ui::shared::Shared;

/// Levels that are told apart; what is quoted more often stands with the last.
const LEVELS: u8 = 4;

/// Lines that are quoted in front of an answer and not folded.
const BEFORE: u32 = 12;

/// Lines that are quoted behind everything else, or by those who are quoted, and not folded.
const BEHIND: u32 = 3;

/// Letters in a line, to count lines that are as long as their window is wide.
const LINE: usize = 72;

/// What stands beside other things of its level.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Piece(Piece),
    Quote(Quote),
}

/// What is quoted one level deeper.
#[derive(Debug, PartialEq)]
pub(super) struct Quote {
    pub(super) nodes: Shared<Vec<Node>>,
    /// Lines in it, those of deeper levels too.
    pub(super) lines: u32,
    pub(super) is_folded: bool,
    cost: u32,
}

impl Node {
    /// What drawing it costs. Of a quote, a step is drawn.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Piece(piece) => piece.cost,
            Self::Quote(quote) => quote.cost.min(cost::STEP) + 3 * cost::ELEMENT,
        }
    }

    fn lines(&self) -> u32 {
        match self {
            Self::Piece(piece) => lines(piece),
            Self::Quote(quote) => quote.lines,
        }
    }

    fn is_own(&self) -> bool {
        matches!(self, Self::Piece(piece) if piece.kind == Kind::Paragraph)
    }
}

/// Puts what is quoted into quotes.
pub(super) fn nodes(pieces: Vec<Piece>) -> Vec<Node> {
    let mut nodes = level(&mut pieces.into_iter().peekable(), 0);
    let Some(last_own) = nodes.iter().rposition(Node::is_own) else { return nodes };
    for (at, node) in nodes.iter_mut().enumerate() {
        if let Node::Quote(quote) = node {
            quote.is_folded = quote.lines > if at > last_own { BEHIND } else { BEFORE };
        }
    }
    nodes
}

/// As deep as levels are told apart.
fn level(pieces: &mut std::iter::Peekable<std::vec::IntoIter<Piece>>, depth: u8) -> Vec<Node> {
    let mut found = Vec::new();
    while let Some(next) = pieces.peek().map(|piece| piece.kind.depth().min(LEVELS)) {
        if next < depth {
            break;
        }
        if next > depth {
            let nodes = level(pieces, depth + 1);
            let lines = nodes.iter().map(Node::lines).fold(0, u32::saturating_add);
            let cost = nodes.iter().map(Node::cost).fold(0, u32::saturating_add);
            let is_folded = depth > 0 && lines > BEHIND;
            found.push(Node::Quote(Quote { nodes: Shared::new(nodes), lines, is_folded, cost }));
        } else if let Some(piece) = pieces.next() {
            found.push(Node::Piece(piece));
        }
    }
    found
}

fn lines(piece: &Piece) -> u32 {
    let text: String = piece.spans.iter().map(Span::text).collect();
    let lines: usize = text.trim_end().split('\n').map(|line| line.chars().count().div_ceil(LINE).max(1)).sum();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use restante_api::Block;

    use super::*;

    /// One line for each depth; the node tree written with braces, and `…` before what is folded.
    fn shape(depths: &[(u8, usize)]) -> String {
        fn write(nodes: &[Node], out: &mut String) {
            for node in nodes {
                match node {
                    Node::Piece(piece) => out.push_str(if piece.kind == Kind::Signature { "s" } else { "p" }),
                    Node::Quote(quote) => {
                        out.push_str(if quote.is_folded { "…{" } else { "{" });
                        write(&quote.nodes, out);
                        out.push('}');
                    }
                }
            }
        }
        let blocks: Vec<_> = depths
            .iter()
            .map(|(depth, lines)| Block {
                kind: match depth {
                    0 => Kind::Paragraph,
                    255 => Kind::Signature,
                    depth => Kind::Quote(*depth),
                },
                columns: false,
                continues: false,
                spans: vec![Span::Text(vec!["line"; *lines].join("\n"))],
            })
            .collect();
        let mut out = String::new();
        write(&nodes(super::super::plain::pieces(&blocks)), &mut out);
        out
    }

    #[test]
    fn levels_lie_within_levels_each_once() {
        assert_eq!(shape(&[(0, 1), (1, 1), (2, 1), (1, 1), (0, 1)]), "p{p{p}p}p");
        assert_eq!(shape(&[(2, 1), (1, 1), (0, 1), (9, 1)]), "{{p}p}p{{{{p}}}}");
        assert_eq!(shape(&[]), "");
    }

    #[test]
    fn what_hangs_below_an_answer_is_folded_and_what_is_answered_is_not() {
        assert_eq!(shape(&[(1, 8), (0, 1), (1, 12), (0, 1), (1, 4), (255, 2)]), "{p}p{p}p…{p}s");
        assert_eq!(shape(&[(0, 1), (1, 3)]), "p{p}");
        assert_eq!(shape(&[(1, 13), (0, 1)]), "…{p}p");
        assert_eq!(shape(&[(0, 1), (1, 2), (2, 4), (1, 1), (0, 1)]), "p{p…{p}p}p", "by level");
        assert_eq!(shape(&[(1, 40)]), "{p}", "there is nothing else to read");
    }
}
