//! What the lines of a plain text are: wrapped words, or lines that mean to be lines; and which are set in columns.
//!
//! Old programs break lines at some 72 characters, and where the window is narrower each is broken once more: a long line, a
//! short one. A break is taken for such a one only where the next word would not have fitted, so that verses, addresses and
//! lists stay as they are.

/// The narrowest and the widest lines that programs break at.
const WIDTHS: std::ops::RangeInclusive<usize> = 50..=100;

/// Levels of quoting that are told apart: each may have been broken by another program.
const LEVELS: usize = 8;

/// Lines of a paragraph that are looked at to see whether it is set in columns.
const LOOKED_AT: usize = 200;

/// The width at which lines were broken, for each level of quoting; 0 where they were not.
#[derive(Debug, Default)]
pub(super) struct Widths([usize; LEVELS]);

impl Widths {
    /// Counts a line.
    pub(super) fn add(&mut self, depth: u8, line: &str) {
        let Some(width) = self.0.get_mut(usize::from(depth)) else { return };
        // A word alone, such as an address, is as long as it is; in East Asia lines are broken without blanks.
        if (line.trim().contains(' ') || line.contains(is_wide)) && !is_drawn(line) {
            *width = (*width).max(self::width(line.trim_end()));
        }
    }

    /// Whether the break between two lines was made for want of room; what stands in its place then.
    pub(super) fn joins(&self, depth: u8, line: &str, next: &str) -> Option<&'static str> {
        let width = *self.0.get(usize::from(depth))?;
        let (line, indent) = (line.trim_end(), indent(line));
        let hangs = begins_item(line) && self::indent(next) > indent
            || self::indent(next) == indent
            || indent > 0 && self::indent(next) == 0;
        let is_prose = WIDTHS.contains(&width) && hangs && indent <= 3 + 5 * usize::from(begins_item(line));
        if !is_prose || line.is_empty() || is_rule(line) || next.trim().is_empty() || begins_item(next.trim_start()) {
            return None;
        }
        let first = next.trim_start().chars().next()?;
        let glued = is_wide(first) && line.ends_with(is_wide);
        let word = if is_wide(first) { 2 } else { self::width(next.split_whitespace().next()?) };
        let fits = self::width(line) + usize::from(!glued) + word <= width;
        (!fits).then_some(if glued { "" } else { " " })
    }
}

/// Whether a paragraph has to be set in letters of one width: a table, a drawing, a program.
pub(super) fn is_columns(lines: &[&str]) -> bool {
    let lines = &lines[..lines.len().min(LOOKED_AT)];
    let count = |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
    let (drawn, gaps) = (count(is_drawn), count(has_gap));
    drawn > 1 && drawn * 2 > lines.len()
        || gaps > 0 && (gaps + drawn) * 3 >= lines.len()
        || lines.iter().any(|line| line.chars().any(is_box))
        || is_program(lines)
}

/// The width of a text in columns of a terminal.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Characters of East Asia that take two columns (UAX 11, roughly).
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}')
}

/// Characters that tables and shades are drawn with.
fn is_box(c: char) -> bool {
    ('\u{2500}'..='\u{259f}').contains(&c)
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|c| *c == ' ').count()
}

/// Whether the line begins an item of a list, or is a rule.
fn begins_item(line: &str) -> bool {
    let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
    let number = mark.strip_suffix(['.', ')']).is_some_and(|number| {
        !number.is_empty() && number.len() < 4 && (number.len() == 1 || number.bytes().all(|c| c.is_ascii_digit()))
    });
    let bullet = matches!(mark, "-" | "*" | "+" | "•" | "–" | "—" | "o" | "·" | "#") && !rest.is_empty();
    number || bullet || is_rule(line)
}

fn is_rule(line: &str) -> bool {
    !line.contains(char::is_alphanumeric)
}

/// Whether there is a gap between words that only columns leave: a tab, three blanks, or two that do not follow a sentence.
fn has_gap(line: &str) -> bool {
    let line = line.trim();
    let wide = line.contains('\t') || line.contains("   ");
    wide || line
        .match_indices("  ")
        .any(|(at, _)| !line[..at].ends_with(['.', '!', '?', ':', '"', '”', ')', '-', '*', '•']))
}

/// Whether the line is more drawn than written: `+----+`, `| a | b |`, `/\_/\`.
fn is_drawn(line: &str) -> bool {
    let line = line.trim();
    let (mut strokes, mut all, mut kinds) = (0, 0, [false; 128]);
    for c in line.bytes().filter(|c| !c.is_ascii_whitespace()).take(LOOKED_AT) {
        all += 1;
        if matches!(
            c,
            b'/' | b'\\'
                | b'|'
                | b'_'
                | b'-'
                | b'+'
                | b'='
                | b'*'
                | b'^'
                | b'~'
                | b'#'
                | b'<'
                | b'>'
                | b'`'
                | b'\''
                | b'.'
                | b'('
                | b')'
        ) {
            strokes += 1;
            kinds[usize::from(c)] = true;
        }
    }
    let ruled = line.len() > 2 && line.starts_with(['|', '+']) && line.ends_with(['|', '+']);
    // A rule, a row of stars, is one kind of stroke.
    ruled || strokes * 2 > all && strokes > 2 && kinds.iter().filter(|kind| **kind).count() > 1
}

/// Whether the lines are a program, or a change of one.
fn is_program(lines: &[&str]) -> bool {
    let is_change = |line: &&str| {
        line.starts_with("diff --git ")
            || line.starts_with("@@ -")
            || line.starts_with("+++ ")
            || line.starts_with("--- a/")
    };
    let ends = |line: &str| line.trim_end().ends_with(['{', '}', ';', '(', '[']);
    let ended = lines.iter().filter(|line| ends(line)).count();
    let goes_in = lines.windows(2).any(|pair| {
        pair[0].trim_end().ends_with(['{', '(', '[', ':', ';'])
            && indent(pair[1]) >= indent(pair[0]) + 2
            && !begins_item(pair[1].trim_start())
    });
    lines.iter().any(is_change) || goes_in || ended > 1 && ended * 2 > lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        let mut widths = Widths::default();
        let lines: Vec<_> = text.lines().collect();
        lines.iter().for_each(|line| widths.add(0, line));
        let mut out = String::new();
        for (at, line) in lines.iter().enumerate() {
            let join = at.checked_sub(1).and_then(|before| widths.joins(0, lines[before], line));
            out.push_str(if at == 0 { "" } else { join.unwrap_or("\n") });
            out.push_str(if join.is_some() { line.trim_start() } else { line });
        }
        out
    }

    const PROSE: &str = "Thank you for the scans. They came out better than I had hoped, and the\n\
        plan of 1911 is the largest of them: two sheets, glued, and in the third\n\
        corner a note in pencil that nobody here can read.";

    #[test]
    fn lines_that_were_broken_for_want_of_room_are_joined() {
        assert_eq!(joined(PROSE), PROSE.replace('\n', " "));
        let listed = format!(
            "{PROSE}\n\n* one thing that is long enough to be broken by whatever program it was\n  written in\n* another\n1. a third"
        );
        let expected =
            "* one thing that is long enough to be broken by whatever program it was written in\n* another\n1. a third";
        assert!(joined(&listed).ends_with(expected), "{}", joined(&listed));
        let japanese = "先日はお忙しい中、資料をお送りいただきまして、誠にありがとうございま\nした。図面のほうも拝見いたしました。 それでは。";
        assert_eq!(joined(japanese), japanese.replace('\n', ""));
    }

    #[test]
    fn lines_that_mean_to_be_lines_stay() {
        for text in [
            "Ana Beltrán\nCalle Mayor 5\n28013 Madrid",
            "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\nRough winds do shake the darling buds of May,",
            "Dear Ana,\nthank you.",
            "short\nhttps://a.example/a/very/long/address/that/nobody/broke/at/any/width/at/all?x=1\nshort again",
            "one line that is much longer than any program would have broken it at, because its writer's program did not break lines, as most do not any more\nand another",
        ] {
            assert_eq!(joined(text), text);
        }
        let addressed = format!(
            "{PROSE}\n\nAna\nCalle Mayor 5\n----------------------------------------------------------------------\nend"
        );
        assert!(joined(&addressed).ends_with(
            "Ana\nCalle Mayor 5\n----------------------------------------------------------------------\nend"
        ));
    }

    #[test]
    fn tables_drawings_and_programs_are_told_from_prose() {
        for columns in [
            "seven     Row F\nlarge     418.00",
            "Item\tPrice\nLamp\t20",
            "Name  Qty  Price\nLamp    2  20.00",
            "+------+-----+\n| a    | b   |\n+------+-----+",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "┌─┐\n│x│\n└─┘",
            " /\\_/\\\n( o.o )\n > ^ <",
            "fn main() {\n    print(1);\n}",
            "for x in y:\n    z(x)",
            "int a;\nint b;",
            "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n-a\n+b",
            "Total:   5",
        ] {
            assert!(is_columns(&columns.lines().collect::<Vec<_>>()), "{columns}");
        }
        for prose in [
            PROSE,
            "Two blanks.  After a sentence.  As typists do.",
            "* one\n* two\n  more of two",
            "----------",
            "Dear all,\n  we begin with a blank line.",
            "* * *",
            "See (a) and (b) - or not.",
            "Bring:\n  - bread\n  - wine",
            "yes :-)",
            "-- \nAna",
        ] {
            assert!(!is_columns(&prose.lines().collect::<Vec<_>>()), "{prose}");
        }
    }
}
