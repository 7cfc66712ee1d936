//! The words themselves: every message is used, and plurals and numbers are as each language has them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use restante_locales::{Language, say, speak};

/// The source of everything that says something, tests aside.
fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "tests" && name != "target") {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push_str(fs::read_to_string(path).unwrap().split("#[cfg(test)]").next().unwrap());
        }
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for folder in ["src", "../app/src"] {
        sources(&locales.join(folder), &mut source);
    }
    let calls: std::collections::HashSet<&str> = source
        .split("say::")
        .skip(1)
        .map(|call| call.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap())
        .collect();
    for file in fs::read_dir(locales.join("en")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        for name in names.filter_map(|line| line.split_once(" =")).map(|(name, _)| name.replace('-', "_")) {
            assert!(calls.contains(name.as_str()), "nothing says {name}");
        }
    }
}

#[test]
fn plurals_follow_the_language() {
    let counted = |count: u32| (say::messages(count), say::told_moved(count, "X"));
    assert_eq!(counted(1), ("1 message".into(), "1 message moved to X.".into()));
    assert_eq!(counted(10_312), ("10,312 messages".into(), "10,312 messages moved to X.".into()));
    speak(Language::Spanish);
    assert_eq!(counted(1), ("1 mensaje".into(), "1 mensaje movido a X.".into()));
    assert_eq!(counted(10_312), ("10.312 mensajes".into(), "10.312 mensajes movidos a X.".into()));
    assert_eq!(counted(1_000_000).0, "1.000.000 mensajes", "a category that has no variant of its own");
}

#[test]
fn an_exact_number_goes_before_a_plural() {
    let would = |count: u32| say::settings_would_delete(count);
    assert!(would(0).contains("nothing") && would(1).contains("1 message ") && would(2).contains("2 messages"));
    assert_eq!(say::event_weekly(1_u32), "every week");
}

#[test]
fn a_language_is_written_to_its_last_message() {
    let last = |language| {
        speak(language);
        [say::about_different(), say::wrong_user(), say::way_port("995").leak()]
    };
    assert_eq!(
        last(Language::English),
        ["different", "Type your user name. It is often the whole mail address.", "port 995"]
    );
    assert_eq!(
        last(Language::Spanish),
        ["distinto", "Falta el usuario. Suele ser la dirección de correo completa.", "puerto 995"]
    );
}
