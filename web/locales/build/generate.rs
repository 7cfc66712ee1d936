//! One Rust function for each message, its arguments by name and type.

use std::fmt::Write;

use crate::compile::{Signature, Topic, Type};

/// The source of the functions. The texts of a topic are in files that are named after it and a language.
pub(crate) fn functions(topics: &[Topic], languages: &[&str]) -> String {
    let mut out = String::new();
    for topic in topics {
        // Writing to a string does not fail.
        let _ = words(&mut out, topic, languages);
        for (at, message) in topic.messages.iter().enumerate() {
            let _ = function(&mut out, &constant(topic), at, message);
        }
    }
    out
}

/// The file of a topic's texts in a language.
pub(crate) fn file(topic: &Topic, language: &str) -> String {
    format!("{}.{language}.txt", topic.name)
}

fn words(out: &mut String, topic: &Topic, languages: &[&str]) -> std::fmt::Result {
    writeln!(out, "static {}: crate::fill::Words = crate::fill::Words::of([", constant(topic))?;
    for language in languages {
        writeln!(out, "    include_str!(concat!(env!(\"OUT_DIR\"), \"/{}\")),", file(topic, language))?;
    }
    writeln!(out, "]);")
}

fn function(out: &mut String, words: &str, at: usize, message: &Signature) -> std::fmt::Result {
    let name = rust(&message.id);
    // As code, for what a message says is no markup.
    writeln!(out, "/// `{}`\n#[must_use]", message.example.replace('`', "'"))?;
    if message.arguments.is_empty() {
        return writeln!(out, "pub fn {name}() -> &'static str {{ {words}.text({at}) }}");
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
    writeln!(out, "pub fn {name}({parameters}) -> String {{ {words}.fill({at}, &[{values}]) }}")
}

fn constant(topic: &Topic) -> String {
    rust(&topic.name).to_uppercase()
}

fn rust(name: &str) -> String {
    name.replace('-', "_")
}
