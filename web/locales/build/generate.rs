//! One Rust function for each message, its arguments by name and type.

use std::fmt::Write;

use crate::compile::{Signature, Type, Words};

/// The source of the functions.
pub(crate) fn functions(words: &Words) -> String {
    let mut out = String::new();
    for (at, message) in words.messages.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = function(&mut out, at, message);
    }
    out
}

fn function(out: &mut String, at: usize, message: &Signature) -> std::fmt::Result {
    let name = rust(&message.id);
    // As code, for what a message says is no markup.
    writeln!(out, "/// `{}`\n#[must_use]", message.example.replace('`', "'"))?;
    if message.arguments.is_empty() {
        return writeln!(out, "pub fn {name}() -> &'static str {{ crate::fill::text({at}) }}");
    }
    let parameters = message.arguments.iter().map(|(name, of)| match of {
        Type::Text => format!("{}: &str", rust(name)),
        Type::Number => format!("{}: impl Into<u64>", rust(name)),
    });
    let values = message.arguments.iter().map(|(name, of)| match of {
        Type::Text => format!("crate::fill::Argument::Text({})", rust(name)),
        Type::Number => format!("crate::fill::Argument::Number({}.into())", rust(name)),
    });
    let (parameters, values) = (parameters.collect::<Vec<_>>().join(", "), values.collect::<Vec<_>>().join(", "));
    writeln!(out, "pub fn {name}({parameters}) -> String {{ crate::fill::fill({at}, &[{values}]) }}")
}

fn rust(name: &str) -> String {
    name.replace('-', "_")
}
