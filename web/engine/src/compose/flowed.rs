//! Text as it travels: format=flowed (RFC 3676), so that it is wrapped anew in a window of any width.

use std::borrow::Cow;

/// Columns of a line at most, where there is a space to break it at. RFC 3676, section 4.2, asks for 78 or fewer; what is
/// left is for the marks of those who quote it.
const COLUMNS: usize = 72;

/// Breaks the lines of a text, which end with LF. Quoted lines stay as they are; spaces and tabs at the end of a line mean
/// nothing but in a signature's `-- `, and are left out. The result's lines end with CRLF.
pub(super) fn flowed(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // RFC 2046, section 4.1.2: a text has no control characters that mean nothing in it.
    let text = if text.contains(is_no_text) { text.replace(is_no_text, "") } else { text };
    let mut out = String::with_capacity(text.len() + text.len() / COLUMNS * 3);
    for line in text.lines() {
        if line == "-- " {
            out.push_str("-- \r\n");
        } else if line.starts_with('>') {
            quoted(line, &mut out);
        } else {
            paragraph(line.trim_end_matches([' ', '\t']), &mut out);
        }
    }
    out
}

fn is_no_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// A quoted line, its marks together (RFC 3676, section 4.5): `> > text` is `>> text`.
fn quoted(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(inner) = rest.strip_prefix('>') {
        out.push('>');
        rest = inner.strip_prefix(' ').filter(|after| after.starts_with('>')).unwrap_or(inner);
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = if rest == "-- " { rest } else { rest.trim_end_matches([' ', '\t']) };
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(rest);
    }
    out.push_str("\r\n");
}

/// A line of the writer's own, broken behind spaces. It does not end with one.
fn paragraph(line: &str, out: &mut String) {
    let mut rest = line;
    loop {
        let (piece, left) = rest.split_at(place_to_break(rest).unwrap_or(rest.len()));
        out.push_str(&stuffed(piece));
        out.push_str("\r\n");
        if left.is_empty() {
            return;
        }
        rest = left;
    }
}

/// Where a line that is too long is broken: behind the last space that has room, or the first one that there is.
fn place_to_break(line: &str) -> Option<usize> {
    let (mut last, mut has_word, mut after_space) = (None, false, false);
    for (columns, (at, c)) in line.char_indices().enumerate() {
        if c == ' ' {
            after_space = true;
            continue;
        }
        // What was broken to `-- ` would be a signature.
        if after_space && has_word && &line[..at] != "-- " {
            if columns > COLUMNS {
                return last.or(Some(at));
            }
            last = Some(at);
        }
        if columns >= COLUMNS && last.is_some() {
            return last;
        }
        (has_word, after_space) = (true, false);
    }
    None
}

/// RFC 3676, section 4.4: what would be taken for something else gets a space before it.
fn stuffed(line: &str) -> Cow<'_, str> {
    let is_taken = line.starts_with([' ', '>']) || line.starts_with("From ");
    if is_taken { Cow::Owned(format!(" {line}")) } else { Cow::Borrowed(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_behind_spaces_and_marked() {
        for (text, expected) in [
            ("", ""),
            ("\n", "\r\n"),
            ("a", "a\r\n"),
            ("a \n b\n", "a\r\n  b\r\n"),
            ("a\t \nb", "a\r\nb\r\n"),
            ("From me\n>To: x\n> > >y\nx\n", " From me\r\n> To: x\r\n>>> y\r\nx\r\n"),
            ("-- \nAna", "-- \r\nAna\r\n"),
            ("--  \nAna", "--\r\nAna\r\n"),
            ("> -- \n>\n>  \n> a  ", "> -- \r\n>\r\n>\r\n> a\r\n"),
            ("a\rb\r\nc\u{0}\u{c}\u{7f}d\u{85}", "a\r\nb\r\ncd\r\n"),
        ] {
            assert_eq!(flowed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_line_is_longer_than_it_has_to_be() {
        let words = "word ".repeat(40);
        let lines = flowed(&words);
        assert!(lines.lines().all(|line| line.len() <= COLUMNS + 1), "{lines}");
        assert_eq!(lines.replace("\r\n", ""), words.trim_end());
        let exact = format!("{} b", "a".repeat(COLUMNS));
        assert_eq!(flowed(&exact), format!("{} \r\nb\r\n", "a".repeat(COLUMNS)));
        assert_eq!(flowed(&"a".repeat(2000)), format!("{}\r\n", "a".repeat(2000)));
        let fits = format!("{} b", "é".repeat(COLUMNS - 2));
        assert_eq!(flowed(&fits), format!("{fits}\r\n"));
        // Neither a line of blanks nor the mark of a signature comes of breaking.
        let long = "x".repeat(COLUMNS);
        assert_eq!(flowed(&format!("    {long} y")), format!("     {long} \r\ny\r\n"));
        assert_eq!(flowed(&format!("-- {long} y")), format!("-- {long} \r\ny\r\n"));
        assert_eq!(flowed(&format!("{long} -- {long}")), format!("{long} \r\n-- {long}\r\n"));
        assert_eq!(flowed(&format!("{long} > From y")), format!("{long} \r\n > From y\r\n"));
    }

    #[test]
    fn quoted_lines_are_not_broken() {
        let line = format!("> {}", "word ".repeat(40));
        assert_eq!(flowed(&line), format!("{}\r\n", line.trim_end()));
    }
}
