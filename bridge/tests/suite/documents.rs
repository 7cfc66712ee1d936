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

/// Whether a file has a test of this name that runs: not one in a comment, nor one that is skipped.
fn has_test(text: &str, path: &str, test: &str) -> bool {
    let mut attributes = String::new();
    for line in text.lines().map(str::trim) {
        if path.ends_with(".rs") {
            let function = line.strip_prefix("async ").unwrap_or(line);
            let named = function.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
            if named == Some(test) {
                return attributes.contains("test");
            }
            if line.starts_with("#[") {
                attributes.push_str(line);
            } else if !line.starts_with("//") {
                attributes.clear();
            }
        } else if line.strip_prefix("test(").is_some_and(|rest| {
            let named = rest.trim_start_matches(['\'', '"', '`']);
            named.strip_prefix(test).is_some_and(|rest| rest.starts_with(['\'', '"', '`']))
        }) {
            return true;
        }
    }
    false
}

#[test]
fn a_test_is_known_by_its_definition_alone() {
    let rust = "// fn in_a_comment() {\n#[test]\nfn here() {}\n    #[tokio::test]\n    async fn there() {\nfn helper() {}\n\
                #[test]\nfn here_and_more() {}\nlet s = \"fn quoted()\";\n";
    let script = "// test('in a comment', …)\ntest('here', async () => {\n    test(\"there\", () => {});\ntest.skip('left out', f)\n";
    for (text, path, test, known) in [
        (rust, "a.rs", "here", true),
        (rust, "a.rs", "there", true),
        (rust, "a.rs", "in_a_comment", false),
        (rust, "a.rs", "helper", false),
        (rust, "a.rs", "her", false),
        (rust, "a.rs", "quoted", false),
        (script, "a.mjs", "here", true),
        (script, "a.mjs", "there", true),
        (script, "a.mjs", "her", false),
        (script, "a.mjs", "in a comment", false),
        (script, "a.mjs", "left out", false),
    ] {
        assert_eq!(has_test(text, path, test), known, "{test}");
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
            assert!(has_test(&read(path), path, test), "{path} has no test {test:?} that runs");
            named += 1;
        }
    }
    assert!(named >= 20, "{named} tests are named");
}

/// What a tunnel costs at most (`memory.rs`), and what the program needs besides.
#[test]
fn the_memory_that_kubernetes_grants_holds_as_many_tunnels_as_it_allows_at_their_worst() {
    let manifest = read("deploy/kubernetes.yaml");
    let after = |key: &str| {
        let at = manifest.find(key).unwrap_or_else(|| panic!("{key} is not there")) + key.len();
        manifest[at..].split(['}', ',', '\n']).next().unwrap().trim().to_owned()
    };
    let tunnels: u64 = after("max-tunnels =").parse().unwrap();
    let limit = after("limits: {memory:");
    let mebibytes: u64 = match limit.strip_suffix("Gi") {
        Some(gibibytes) => gibibytes.parse::<u64>().unwrap() * 1024,
        None => limit.strip_suffix("Mi").unwrap().parse().unwrap(),
    };
    let needed = tunnels * 256 / 1024 + 64;
    assert!(needed <= mebibytes, "{tunnels} tunnels need {needed} MiB, and {mebibytes} are granted");
}
