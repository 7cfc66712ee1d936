//! Puts arguments into a compiled message. `build/compile.rs` says how one is written.

use std::str::Chars;

use super::language::language;
use super::platform::{number, plural};

/// An argument of a message.
pub(crate) enum Argument<'a> {
    Text(&'a str),
    Number(u64),
}

/// The one of a message's texts, in the order of [`super::Language`], that is in the language that is spoken.
pub(crate) fn text(texts: [&'static str; 2]) -> &'static str {
    texts[language() as usize]
}

/// The same with its arguments.
pub(crate) fn fill(texts: [&'static str; 2], arguments: &[Argument<'_>]) -> String {
    let mut out = String::new();
    put(&mut text(texts).chars(), arguments, true, &mut out);
    out
}

/// Puts what comes next, up to the end of a variant; nothing of it where another variant was `meant`. Tells what ended it.
fn put(rest: &mut Chars<'_>, arguments: &[Argument<'_>], meant: bool, out: &mut String) -> Option<char> {
    loop {
        match rest.next() {
            end @ (None | Some('\u{3}' | '\u{5}')) => return end,
            Some('\u{1}') => match (argument(rest, arguments), meant) {
                (Some(Argument::Text(text)), true) => out.push_str(text),
                #[expect(clippy::cast_precision_loss, reason = "only shown")]
                (Some(Argument::Number(value)), true) => out.push_str(&number(*value as f64, 0)),
                _ => {}
            },
            Some('\u{2}') => choose(rest, arguments, meant, out),
            Some(other) if meant => out.push(other),
            Some(_) => {}
        }
    }
}

/// Puts the first variant that fits.
fn choose(rest: &mut Chars<'_>, arguments: &[Argument<'_>], meant: bool, out: &mut String) {
    let on = argument(rest, arguments);
    let mut found = false;
    // What stands before the first key.
    rest.next();
    loop {
        let key = rest.as_str().split('\u{4}').next().unwrap_or_default();
        rest.nth(key.chars().count());
        let fits = !found && (key == "*" || on.is_some_and(|on| fits(on, key)));
        found |= fits;
        if put(rest, arguments, meant && fits, out) != Some('\u{3}') {
            return;
        }
    }
}

fn fits(argument: &Argument<'_>, key: &str) -> bool {
    match argument {
        Argument::Text(text) => *text == key,
        Argument::Number(count) => match key.parse::<u64>() {
            Ok(exact) => *count == exact,
            Err(_) => plural(*count) == key,
        },
    }
}

fn argument<'a, 'b>(rest: &mut Chars<'_>, arguments: &'b [Argument<'a>]) -> Option<&'b Argument<'a>> {
    rest.next().and_then(|at| arguments.get(at as usize - '0' as usize))
}
