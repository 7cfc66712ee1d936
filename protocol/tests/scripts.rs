//! Replays every dialogue of `tests/scripts` into a session: whole, octet by octet and at random splits. The events are
//! the same every time, and they are those the script names.
//!
//! `RESTANTE_BLESS=1 cargo test -p restante-protocol --test scripts` writes the events that came into the scripts: read
//! the difference before you keep it.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use restante_protocol::{pop3, smtp};
use restante_testkit::corpus::{self, File};
use restante_testkit::script::{self, Line};
use restante_testkit::{Cut, Played, session, submission};

/// Random splits of each script.
const SPLITS: u64 = 12;

/// Plays a script into a session of its protocol.
type Play = fn(&[Line], &str, Cut) -> Result<Played, String>;

fn parsed(files: Vec<File>) -> Vec<(File, Vec<Line>)> {
    let read = |file: File| {
        let lines = script::parse(&file.text).unwrap_or_else(|fault| panic!("{}: {fault}", file.name));
        (file, lines)
    };
    files.into_iter().map(read).collect()
}

/// Every dialogue of both protocols.
fn corpus() -> Vec<(File, Vec<Line>)> {
    parsed([corpus::files().unwrap(), corpus::submission().unwrap()].concat())
}

#[test]
fn every_pop3_script_plays_the_same_however_its_octets_arrive() {
    replay(parsed(corpus::files().unwrap()), session::play);
}

#[test]
fn every_submission_script_plays_the_same_however_its_octets_and_its_letters_arrive() {
    replay(parsed(corpus::submission().unwrap()), submission::play);
}

fn replay(scripts: Vec<(File, Vec<Line>)>, play: Play) {
    let bless = std::env::var_os("RESTANTE_BLESS").is_some();
    let mut faults = Vec::new();
    for (File { name, path, text }, lines) in scripts {
        let expected: Vec<&str> = lines
            .iter()
            .filter_map(|line| if let Line::Expect(event) = line { Some(event.as_str()) } else { None })
            .collect();
        let whole_only =
            lines.iter().any(|line| matches!(line, Line::Setting(key, value) if key == "cut" && value == "whole"));
        let mut cuts = vec![Cut::Whole];
        if !whole_only {
            cuts.push(Cut::Bytes);
            cuts.extend((1..=SPLITS).map(|seed| Cut::Random(seed * 0x9E37_79B9)));
        }
        for (at, cut) in cuts.into_iter().enumerate() {
            let how = match at {
                0 => "whole",
                1 => "octet by octet",
                _ => "at random splits",
            };
            match play(&lines, &text, cut) {
                Ok(played) if played.events == expected => {}
                Ok(played) if bless && at == 0 => {
                    std::fs::write(&path, played.blessed).unwrap();
                    break;
                }
                Ok(played) => {
                    let differs = played.events.iter().zip(&expected).position(|(came, named)| came != named);
                    let from = differs.unwrap_or(expected.len().min(played.events.len()));
                    faults.push(format!(
                        "{name}, {how}: at event {from}\n  came     {:#?}\n  expected {:#?}",
                        &played.events[from..],
                        &expected[from..],
                    ));
                    break;
                }
                Err(fault) => {
                    faults.push(format!("{name}, {how}: {fault}"));
                    break;
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of the scripts play otherwise:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn each_script_says_what_it_shows_and_expects_something() {
    for (File { name, .. }, lines) in corpus() {
        assert!(matches!(lines.first(), Some(Line::Comment(text)) if text.len() > 10), "{name}");
        assert!(lines.iter().any(|line| matches!(line, Line::Expect(_))), "{name} expects nothing");
    }
}

/// The rows of the table of standards in the library's documentation: what is kept, and what shows it.
fn standards() -> Vec<(String, Vec<String>)> {
    let source = include_str!("../src/lib.rs");
    let tables = source.split("//! | standard | what |").skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with("//! |")));
    rows.map(|row| {
        let shown = row.trim_end_matches(['|', ' ']).rsplit(" | ").next().unwrap();
        let names = shown.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (row.to_owned(), names)
    })
    .collect()
}

#[test]
fn every_standard_that_is_kept_is_shown_by_scripts_or_tests_that_are_there() {
    let scripts: BTreeSet<String> = corpus().into_iter().map(|(file, _)| file.name).collect();
    let is_there = |name: &str| match name {
        _ if name.contains('*') => scripts.iter().any(|script| script::is_like(script.as_bytes(), name.as_bytes())),
        _ if name.ends_with(".rs") => ["", ".."].iter().any(|folder| Path::new(folder).join(name).exists()),
        _ if name.contains('/') => scripts.contains(name),
        _ => Path::new("../fuzz/corpus").join(name).is_dir(),
    };
    let standards = standards();
    for first in ["RFC 1939", "RFC 5321"] {
        assert!(standards.iter().any(|(row, _)| row.contains(first)), "{standards:?}");
    }
    for (row, names) in standards {
        assert!(!names.is_empty(), "nothing shows {row}");
        for name in names {
            assert!(is_there(&name), "{name} is not there: {row}");
        }
    }
}

#[test]
fn every_quirk_has_a_script_of_its_name_that_shows_it() {
    let pop3 = pop3::Quirk::ALL.iter().map(|quirk| quirk.name());
    let smtp = smtp::Quirk::ALL.iter().map(|quirk| quirk.name());
    for (files, names) in [(corpus::files(), pop3.collect::<Vec<_>>()), (corpus::submission(), smtp.collect())] {
        let mut shown = BTreeSet::new();
        for (File { path, .. }, lines) in parsed(files.unwrap()) {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            for line in lines {
                if let Line::Expect(event) = line
                    && let Some(quirk) = event.strip_prefix("quirk ")
                    && name.starts_with(quirk)
                {
                    shown.insert(quirk.to_owned());
                }
            }
        }
        let missing: Vec<_> = names.into_iter().filter(|name| !shown.contains(*name)).collect();
        assert!(missing.is_empty(), "no script shows {missing:?}");
    }
}
