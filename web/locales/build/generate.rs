//! One Rust function for each message, its arguments by name and type.

use std::fmt::Write;

use crate::compile::{Compiled, Type};

/// The source of the functions. Each has its own texts, so that a program, or a part of one, carries those that it says.
pub(crate) fn functions(messages: &[Compiled]) -> String {
    let mut out = String::new();
    for message in messages {
        // Writing to a string does not fail.
        let _ = function(&mut out, message);
    }
    out
}

fn function(out: &mut String, message: &Compiled) -> std::fmt::Result {
    let (name, texts) = (rust(&message.id), &message.texts);
    // As code, for what a message says is no markup.
    writeln!(out, "/// `{}`\n#[must_use]", message.example.replace('`', "'"))?;
    if message.arguments.is_empty() {
        return writeln!(out, "pub fn {name}() -> &'static str {{ crate::fill::text({texts:?}) }}");
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
    writeln!(out, "pub fn {name}({parameters}) -> String {{ crate::fill::fill({texts:?}, &[{values}]) }}")
}

fn rust(name: &str) -> String {
    name.replace('-', "_")
}
