//! Puts arguments into a compiled message. `build/compile.rs` says how one is written.

use std::str::Chars;
use std::sync::OnceLock;

use super::language::language;
use super::platform::{number, plural};

/// An argument of a message.
pub(crate) enum Argument<'a> {
    Text(&'a str),
    Number(u64),
}

/// The messages of a topic, in the order of [`super::Language`]: one behind the other, each ended by NUL. Each topic is a
/// static of its own, so that a program carries only those of which it says something.
pub(crate) struct Words {
    texts: [&'static str; 2],
    /// Where each message begins.
    begins: OnceLock<[Vec<u32>; 2]>,
}

impl Words {
    pub(crate) const fn of(texts: [&'static str; 2]) -> Self {
        Self { texts, begins: OnceLock::new() }
    }

    /// A message as it was compiled.
    pub(crate) fn text(&self, at: usize) -> &'static str {
        let language = language() as usize;
        let (text, begins) = (self.texts[language], &self.begins.get_or_init(|| self.texts.map(begins_in))[language]);
        let place = |at: usize| begins.get(at).map_or(text.len(), |begin| *begin as usize);
        text.get(place(at)..place(at + 1).saturating_sub(1)).unwrap_or_default()
    }

    /// A message with its arguments.
    pub(crate) fn fill(&self, at: usize, arguments: &[Argument<'_>]) -> String {
        let mut out = String::new();
        put(&mut self.text(at).chars(), arguments, true, &mut out);
        out
    }
}

fn begins_in(text: &str) -> Vec<u32> {
    let ends = text.bytes().zip(1..).filter(|(byte, _)| *byte == 0).map(|(_, end)| end);
    std::iter::once(0).chain(ends).collect()
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
