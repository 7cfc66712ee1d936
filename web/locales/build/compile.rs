//! From Fluent's syntax to messages: what is used of it, and a refusal with file and line of everything else.
//!
//! Used are messages with a value, arguments, `NUMBER($argument)`, text in quotes, and selectors on an argument: on a number
//! by exact numbers and the categories of CLDR's plurals, on a text by its value.

use std::collections::BTreeMap;
use std::fmt;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use fluent_syntax::{parser, unicode};

/// A file.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What is wrong with the files, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Number,
}

/// A message: its name, and its arguments in the order in which they stand in the first language.
#[derive(Debug, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) id: String,
    pub(crate) arguments: Vec<(String, Type)>,
    /// How it reads in the first language, for the function's documentation.
    pub(crate) example: String,
    /// Its text in each language.
    pub(crate) texts: Vec<String>,
}

/// A piece of a message.
enum Part {
    Text(String),
    Argument(String),
    /// A selector on an argument: the variants, the one for all else last.
    Choice(String, Vec<(String, Vec<Part>)>),
}

struct Message {
    id: String,
    file: String,
    line: usize,
    parts: Vec<Part>,
    /// The arguments in the order in which they stand. `None`: nothing tells yet what it is.
    arguments: Vec<(String, Option<Type>)>,
}

/// CLDR's categories of plurals.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// What the compiled text marks its pieces with; no message may have them. `src/fill.rs` reads them.
const ARGUMENT: char = '\u{1}';
const CHOICE: char = '\u{2}';
const KEY: char = '\u{3}';
const VARIANT: char = '\u{4}';
const END: char = '\u{5}';
/// Before the key of the variant for all else.
const ELSE: char = '*';

/// Compiles the files of the languages; the first one's arguments are those of all.
pub(crate) fn compile(languages: &[Vec<Source>]) -> Result<Vec<Compiled>, Vec<Fault>> {
    let mut faults = Vec::new();
    let read: Vec<_> = languages.iter().map(|sources| messages(sources, &mut faults)).collect();
    let Some((first, others)) = read.split_first() else { return Ok(vec![]) };
    for other in others {
        compare(first, other, &mut faults);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let compiled = first.values().map(|message| {
        let arguments: Vec<_> =
            message.arguments.iter().map(|(name, of)| (name.clone(), of.unwrap_or(Type::Text))).collect();
        // That all have the same messages has been compared.
        let texts = read.iter().filter_map(|of| of.get(&message.id)).map(|said| encode(&said.parts, &arguments));
        let (texts, example) = (texts.collect(), example(&message.parts));
        Compiled { id: message.id.clone(), arguments, example, texts }
    });
    Ok(compiled.collect())
}

/// Reads a language's files.
fn messages(sources: &[Source], faults: &mut Vec<Fault>) -> BTreeMap<String, Message> {
    let mut all = BTreeMap::new();
    for source in sources {
        let resource = match parser::parse(source.text.as_str()) {
            Ok(resource) => resource,
            Err((_, errors)) => {
                faults.extend(errors.iter().map(|error| Fault {
                    file: source.name.clone(),
                    line: line_at(&source.text, error.pos.start),
                    what: error.to_string(),
                }));
                continue;
            }
        };
        for entry in resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Term(term) => {
                    faults.push(fault(source, &format!("-{}", term.id.name), "terms are not used here"));
                    continue;
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => continue,
            };
            let id = message.id.name;
            if !message.attributes.is_empty() {
                faults.push(fault(source, id, "attributes are not used here"));
            }
            let Some(pattern) = &message.value else { continue };
            let mut reader = Reader { arguments: Vec::new() };
            match reader.pattern(pattern) {
                Ok(parts) => {
                    let line = line_of(&source.text, id);
                    let (id, file) = (id.to_owned(), source.name.clone());
                    let message = Message { id: id.clone(), file, line, parts, arguments: reader.arguments };
                    if let Some(before) = all.insert(id.clone(), message) {
                        let what = format!("{id} is said already, in {}", before.file);
                        faults.push(fault(source, &id, &what));
                    }
                }
                Err(what) => faults.push(fault(source, id, &what)),
            }
        }
    }
    all
}

/// What another language lacks, has beyond, or says with other arguments.
fn compare(first: &BTreeMap<String, Message>, other: &BTreeMap<String, Message>, faults: &mut Vec<Fault>) {
    let mut complain = |message: &Message, what: String| {
        faults.push(Fault { file: message.file.clone(), line: message.line, what });
    };
    for (id, message) in first {
        let Some(theirs) = other.get(id) else {
            complain(message, format!("{id} is missing in another language"));
            continue;
        };
        for (name, _) in &message.arguments {
            if !theirs.arguments.iter().any(|(theirs, _)| theirs == name) {
                complain(theirs, format!("{id} does without ${name}"));
            }
        }
        for (name, of) in &theirs.arguments {
            match message.arguments.iter().find(|(ours, _)| ours == name) {
                None => complain(theirs, format!("{id} has no argument ${name}")),
                Some((_, ours)) if *of == Some(Type::Number) && *ours != Some(Type::Number) => {
                    complain(theirs, format!("{id} takes ${name} for a number, and it is a text"));
                }
                Some((_, ours)) if *of == Some(Type::Text) && *ours == Some(Type::Number) => {
                    complain(theirs, format!("{id} takes ${name} for a text, and it is a number"));
                }
                Some(_) => {}
            }
        }
    }
    for (id, message) in other {
        if !first.contains_key(id) {
            complain(message, format!("{id} is said in no other language"));
        }
    }
}

struct Reader {
    arguments: Vec<(String, Option<Type>)>,
}

impl Reader {
    fn pattern(&mut self, pattern: &Pattern<&str>) -> Result<Vec<Part>, String> {
        let mut parts = Vec::new();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => parts.push(self.text(value)?),
                PatternElement::Placeable { expression } => parts.push(self.expression(expression)?),
            }
        }
        Ok(parts)
    }

    #[expect(clippy::unused_self, reason = "one of the ways to read a part")]
    fn text(&self, text: &str) -> Result<Part, String> {
        if text.contains(|c: char| c < ' ' && c != '\n') {
            return Err("control characters are not used here".into());
        }
        Ok(Part::Text(text.replace('\n', " ")))
    }

    fn expression(&mut self, expression: &Expression<&str>) -> Result<Part, String> {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
                self.choice(id.name, variants)
            }
            Expression::Select { .. } => Err("a selector is an argument here, and nothing else".into()),
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) -> Result<Part, String> {
        match inline {
            InlineExpression::StringLiteral { value } => self.text(&unicode::unescape_unicode_to_string(value)),
            InlineExpression::VariableReference { id } => {
                self.argument(id.name, None)?;
                Ok(Part::Argument(id.name.to_owned()))
            }
            InlineExpression::FunctionReference { id, arguments } if id.name == "NUMBER" => {
                match (arguments.positional.as_slice(), arguments.named.as_slice()) {
                    ([InlineExpression::VariableReference { id }], []) => {
                        self.argument(id.name, Some(Type::Number))?;
                        Ok(Part::Argument(id.name.to_owned()))
                    }
                    _ => Err("NUMBER takes one argument here, and no options".into()),
                }
            }
            InlineExpression::FunctionReference { id, .. } => Err(format!("{} is not used here", id.name)),
            InlineExpression::NumberLiteral { .. } => Err("a number in braces is not used here".into()),
            InlineExpression::MessageReference { .. } => Err("a message within another is not used here".into()),
            InlineExpression::TermReference { .. } => Err("terms are not used here".into()),
            InlineExpression::Placeable { expression } => self.expression(expression),
        }
    }

    fn choice(&mut self, name: &str, variants: &[Variant<&str>]) -> Result<Part, String> {
        let key = |variant: &Variant<&str>| match variant.key {
            VariantKey::Identifier { name } => name.to_owned(),
            VariantKey::NumberLiteral { value } => value.to_owned(),
        };
        let is_numeric = |variant: &Variant<&str>| match variant.key {
            VariantKey::Identifier { name } => CATEGORIES.contains(&name),
            VariantKey::NumberLiteral { .. } => true,
        };
        let numeric = variants.iter().filter(|variant| !variant.default).any(is_numeric);
        if numeric && !variants.iter().all(is_numeric) {
            return Err(format!("the variants of ${name} are of numbers, and of texts"));
        }
        for variant in variants {
            if let VariantKey::NumberLiteral { value } = variant.key
                && !value.bytes().all(|c| c.is_ascii_digit())
            {
                return Err(format!("{value} is no count"));
            }
        }
        self.argument(name, Some(if numeric { Type::Number } else { Type::Text }))?;
        let (default, others): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| variant.default);
        let read = others.into_iter().chain(default).map(|variant| Ok((key(variant), self.pattern(&variant.value)?)));
        Ok(Part::Choice(name.to_owned(), read.collect::<Result<_, String>>()?))
    }

    /// Notes an argument, and what it is where that is told.
    fn argument(&mut self, name: &str, of: Option<Type>) -> Result<(), String> {
        match self.arguments.iter_mut().find(|(known, _)| known == name) {
            None => self.arguments.push((name.to_owned(), of)),
            Some((_, known)) if known.is_none() => *known = of,
            Some((_, known)) if of.is_some() && *known != of => {
                return Err(format!("${name} is a number and a text"));
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn encode(parts: &[Part], arguments: &[(String, Type)]) -> String {
    let mut out = String::new();
    encode_into(parts, arguments, &mut out);
    out
}

fn encode_into(parts: &[Part], arguments: &[(String, Type)], out: &mut String) {
    let index = |name: &str| {
        let at = arguments.iter().position(|(argument, _)| argument == name).unwrap_or_default();
        char::from(b'0' + u8::try_from(at).unwrap_or_default())
    };
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Argument(name) => out.extend([ARGUMENT, index(name)]),
            Part::Choice(name, variants) => {
                out.extend([CHOICE, index(name)]);
                for (at, (key, parts)) in variants.iter().enumerate() {
                    out.push(KEY);
                    if at + 1 == variants.len() {
                        out.push(ELSE);
                    } else {
                        out.push_str(key);
                    }
                    out.push(VARIANT);
                    encode_into(parts, arguments, out);
                }
                out.push(END);
            }
        }
    }
}

/// How a message reads where all is as usual.
fn example(parts: &[Part]) -> String {
    let piece = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Argument(name) => format!("{{{name}}}"),
        Part::Choice(_, variants) => variants.last().map(|(_, parts)| example(parts)).unwrap_or_default(),
    };
    parts.iter().map(piece).collect()
}

fn fault(source: &Source, id: &str, what: &str) -> Fault {
    Fault { file: source.name.clone(), line: line_of(&source.text, id), what: what.to_owned() }
}

/// The line in which a message begins.
fn line_of(text: &str, id: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(id).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(begins).unwrap_or_default() + 1
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
