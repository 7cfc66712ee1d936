//! The texts of a message: decoded, and unfolded where their lines are flowed (RFC 3676).

use super::structure::{Part, Structure};
use super::{charset, names};
use restante_api::Flaw;

/// The text of a part.
pub(super) struct Read {
    pub(super) text: String,
    /// There is more than was asked for.
    pub(super) is_cut: bool,
    /// Something in it belongs to no encoding.
    pub(super) is_damaged: bool,
    /// Its lines are as its writer meant them: where they were broken for want of room, they have been joined.
    pub(super) is_flowed: bool,
    /// What else is wrong with it.
    pub(super) fault: Option<Flaw>,
}

/// Reads the text of a part, from `limit` octets of it at most.
pub(super) fn of_part(structure: &Structure<'_>, part: &Part, limit: usize) -> Read {
    let decoded = structure.decoded(part, limit);
    // What a page says of itself counts where the message says nothing (RFC 2854, section 4).
    let label = part.charset.as_deref().filter(|label| !(part.is_html() && charset::says_nothing(label)));
    let own = if label.is_none() && part.is_html() { charset::of_html(&decoded.octets) } else { None };
    let label = own.as_deref().or(part.charset.as_deref());
    let read = charset::decode(&decoded.octets, label);
    let fault = read.unknown.then(|| Flaw::Charset(names::line(label.unwrap_or_default())));
    let text = read.text.strip_prefix('\u{feff}').unwrap_or(&read.text);
    let text = without_carriage_returns(text);
    let text = if part.is_flowed { unflowed(&text, part.deletes_space) } else { text };
    Read { text, is_cut: decoded.is_cut, is_damaged: decoded.is_damaged, is_flowed: part.is_flowed, fault }
}

/// Lines that end with LF alone. A CR that stands alone stays.
fn without_carriage_returns(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memchr_iter(b'\r', text.as_bytes()) {
        if text.as_bytes().get(at + 1) == Some(&b'\n') {
            out.push_str(&text[from..at]);
            from = at + 1;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Joins the lines that the sender's program broke (RFC 3676, section 4).
fn unflowed(text: &str, deletes_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None; // The quote depth of a line that goes on.
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|c| *c == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        if open != Some(depth) || signature {
            if open.is_some() || !out.is_empty() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                out.push(' ');
            }
        }
        let goes_on = content.ends_with(' ') && !signature;
        out.push_str(if goes_on && deletes_space { &content[..content.len() - 1] } else { content });
        // `Some(usize::MAX)` matches no depth: the next line starts anew, even after an empty first one.
        open = Some(if goes_on { depth } else { usize::MAX });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_alone_and_other_carriage_returns_stay() {
        for text in ["", "\r", "\r\n", "a\r\nb\rc\r\r\n\n", "\r\n\r\n", "é\r\né"] {
            assert_eq!(without_carriage_returns(text), text.replace("\r\n", "\n"));
        }
    }

    #[test]
    fn flowed_lines_are_joined_at_each_depth_of_quoting_and_signatures_are_not() {
        assert_eq!(unflowed("One \ntwo\n\nthree", false), "One two\n\nthree");
        assert_eq!(unflowed("> a \n> b\n>> c \n> d", false), "> a b\n>> c \n> d");
        assert_eq!(unflowed("hi \n-- \nme", false), "hi \n-- \nme");
        assert_eq!(unflowed("ab \ncd", true), "abcd");
        assert_eq!(unflowed(" From there", false), "From there");
        assert_eq!(unflowed("\nx", false), "\nx");
    }
}
