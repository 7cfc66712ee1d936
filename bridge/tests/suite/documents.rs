//! The documents for operators say what the program does: every flag, every variable, and tests that exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// The flags in a command's help, each with the variable that stands in for it.
fn flags(command: &str) -> BTreeMap<String, Option<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_restante")).args([command, "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut flags: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut current = String::new();
    // A flag is indented less than its help, which is wrapped anywhere.
    let flag = |line: &str| {
        let line = line.strip_prefix("      --").or(line.strip_prefix("  -h, --"))?;
        Some(format!("--{}", line.split([' ', '=']).next()?))
    };
    let mut words = help.lines().flat_map(|line| line.split_whitespace().map(move |word| (flag(line), word)));
    while let Some((flag, word)) = words.next() {
        if let Some(flag) = flag
            && word == flag
        {
            current.clone_from(&flag);
            flags.insert(flag, None);
        }
        if word == "[env:" {
            let (_, variable) = words.next().unwrap();
            flags.insert(current.clone(), variable.split(['=', ']']).next().map(str::to_owned));
        }
    }
    assert!(flags.len() > 1, "{help}");
    flags
}

#[test]
fn every_setting_stands_in_the_table_with_its_variable_and_the_table_has_no_other() {
    let document = read("docs/self-hosting.md");
    let rows: BTreeMap<&str, Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).skip(1).collect::<Vec<_>>())
        .map(|cells| (cells[0], cells))
        .collect();
    let flags = flags("serve");
    for (flag, variable) in flags.iter().filter(|(flag, _)| *flag != "--help") {
        let row = rows.get(flag.as_str()).unwrap_or_else(|| panic!("{flag} is not in the table"));
        assert_eq!(Some(row[1]), variable.as_deref(), "{flag}");
        let key = row[2].strip_prefix("limits.").unwrap_or(row[2]);
        assert!(key == "–" || key == &flag[2..], "{flag}");
    }
    for flag in rows.keys() {
        assert!(flags.contains_key(*flag), "{flag} is in the table and is no flag");
    }
}

#[test]
fn the_flags_of_the_other_commands_are_explained() {
    let document = read("docs/self-hosting.md");
    for command in ["page", "demo", "token", "check-config"] {
        for flag in flags(command).keys() {
            assert!(document.contains(&format!("`{flag}")), "{command} {flag}");
        }
    }
}

#[test]
fn the_example_configuration_names_every_key() {
    let example = read("deploy/restante.toml");
    for flag in flags("serve").keys().filter(|flag| !["--help", "--config", "--log-format"].contains(&flag.as_str())) {
        let key = &flag[2..];
        let named = example.lines().any(|line| line.trim_start_matches('#').starts_with(&format!("{key} = ")));
        assert!(named, "{key}");
    }
}

/// In SECURITY.md a test is named as `path: name`.
#[test]
fn every_test_that_security_md_names_is_there() {
    let document = read("SECURITY.md");
    let mut named = 0;
    for span in document.split('`').skip(1).step_by(2).filter(|span| span.contains('/') && !span.starts_with('/')) {
        let (path, test) = span.split_once(": ").map_or((span, None), |(path, test)| (path, Some(test)));
        assert!(root().join(path).exists(), "{path}");
        if let Some(test) = test {
            assert!(read(path).contains(test), "{path} has no test {test:?}");
            named += 1;
        }
    }
    assert!(named >= 20, "{named} tests are named");
}
