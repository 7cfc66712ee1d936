//! What the compiler of messages takes, and what it refuses, with file and line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

#[path = "../build/compile.rs"]
#[allow(dead_code, reason = "the build prints faults, and these tests compare them")]
mod compile;
#[path = "../build/generate.rs"]
mod generate;

use compile::{Compiled, Source, Type, compile};

fn source(name: &str, text: &str) -> Vec<Source> {
    vec![Source { name: name.into(), text: text.into() }]
}

/// The same in both languages.
fn of(text: &str) -> Result<Vec<Compiled>, Vec<String>> {
    of_both(text, text)
}

fn of_both(english: &str, spanish: &str) -> Result<Vec<Compiled>, Vec<String>> {
    let languages = [source("en/a.ftl", english), source("es/a.ftl", spanish)];
    compile(&languages).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

/// What is wrong, once.
fn refused(text: &str) -> String {
    let faults = of(text).expect_err(text);
    faults.first().cloned().unwrap()
}

#[test]
fn a_message_becomes_a_function_with_its_arguments_by_name_and_type() {
    let words = of(
        "hello = Hello\nmoved = { $count ->\n    [one] 1 to { $folder }\n   *[other] { $count } to { $folder }\n}\n",
    )
    .unwrap();
    assert_eq!(words[1].arguments, [("count".to_owned(), Type::Number), ("folder".to_owned(), Type::Text)]);
    let functions = generate::functions(&words);
    assert!(functions.contains("pub fn hello() -> &'static str"), "{functions}");
    assert!(functions.contains("pub fn moved(count: impl Into<u64>, folder: &str) -> String"), "{functions}");
}

#[test]
fn languages_may_have_arguments_in_another_order_and_each_fills_its_own() {
    let words = of_both("x = { $a } of { $b }", "x = { $b }: { $a }").unwrap();
    assert_eq!(words[0].texts, ["\u{1}0 of \u{1}1", "\u{1}1: \u{1}0"]);
}

#[test]
fn a_selector_on_a_text_is_matched_and_the_variant_for_all_else_comes_last() {
    let words = of("x = { $kind ->\n   *[any] some\n    [day] days\n}").unwrap();
    assert_eq!(words[0].arguments, [("kind".to_owned(), Type::Text)]);
    assert_eq!(words[0].texts[0], "\u{2}0\u{3}day\u{4}days\u{3}*\u{4}some\u{5}");
}

#[test]
fn what_is_not_used_of_fluent_is_refused_with_file_and_line() {
    for (text, fault) in [
        ("a = A\n-brand = Restante", "en/a.ftl:2: terms are not used here"),
        ("a = A\n    .title = T", "en/a.ftl:1: attributes are not used here"),
        ("a = A\nb = { a }", "en/a.ftl:2: a message within another is not used here"),
        ("a = { -brand }", "en/a.ftl:1: terms are not used here"),
        ("a = { DATETIME($x) }", "en/a.ftl:1: DATETIME is not used here"),
        ("a = { NUMBER($x, minimumFractionDigits: 2) }", "en/a.ftl:1: NUMBER takes one argument here, and no options"),
        ("a = { 7 }", "en/a.ftl:1: a number in braces is not used here"),
        ("a = { NUMBER($x) ->\n   *[other] x\n}", "en/a.ftl:1: a selector is an argument here, and nothing else"),
        (
            "a = { $x ->\n    [one] 1\n    [red] r\n   *[other] x\n}",
            "en/a.ftl:1: the variants of $x are of numbers, and of texts",
        ),
        ("a = { $x ->\n    [1.5] 1\n   *[other] x\n}", "en/a.ftl:1: 1.5 is no count"),
        ("a = { NUMBER($x) }{ $x ->\n    [red] r\n   *[any] x\n}", "en/a.ftl:1: $x is a number and a text"),
        ("a = {\"\\u0001\"}", "en/a.ftl:1: control characters are not used here"),
        ("a = A\na = B", "en/a.ftl:1: a is said already, in en/a.ftl"),
    ] {
        assert_eq!(refused(text), fault);
    }
    assert!(refused("a = A\nb = {").starts_with("en/a.ftl:2: "), "what Fluent itself refuses");
}

#[test]
fn what_another_language_lacks_or_says_with_other_arguments_is_refused() {
    for (english, spanish, fault) in [
        ("a = A\nb = B", "a = A", "en/a.ftl:2: b is missing in another language"),
        ("a = A", "a = A\nb = B", "es/a.ftl:2: b is said in no other language"),
        ("a = { $x }", "a = A", "es/a.ftl:1: a does without $x"),
        ("a = A", "a = { $x }", "es/a.ftl:1: a has no argument $x"),
        ("a = { $x }", "a = { NUMBER($x) }", "es/a.ftl:1: a takes $x for a number, and it is a text"),
        (
            "a = { NUMBER($x) }",
            "a = { $x ->\n    [red] r\n   *[any] x\n}",
            "es/a.ftl:1: a takes $x for a text, and it is a number",
        ),
    ] {
        assert_eq!(of_both(english, spanish).unwrap_err(), [fault]);
    }
}
