//! Reads the configuration file, and names the line where it is at fault.

use std::io;
use std::path::{Path, PathBuf};

use super::Settings;

/// Why a file holds no settings.
#[derive(Debug, thiserror::Error)]
pub enum BadFile {
    /// The file cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    /// It is not TOML, or a value is none.
    #[error("{path}:{line}: {fault}")]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong there.
        fault: String,
    },
}

/// Reads settings from a TOML file.
pub(super) fn read(path: &Path) -> Result<Settings, BadFile> {
    let text = std::fs::read_to_string(path).map_err(|e| BadFile::Unreadable(path.into(), e))?;
    parse(&text).map_err(|(line, fault)| BadFile::Line { path: path.into(), line, fault })
}

fn parse(text: &str) -> Result<Settings, (usize, String)> {
    toml::from_str::<Settings>(text).map_err(|error| {
        let mut at = error.span().map_or(0, |span| span.start.min(text.len()));
        // Of a list the error knows only where it begins; the faulty element is quoted in the message.
        if let Some((quoted, _)) = error.message().split_once(": ").filter(|(quoted, _)| quoted.starts_with('"')) {
            at += text.get(at..).and_then(|rest| rest.find(quoted)).unwrap_or(0);
        }
        let line = 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        (line, error.message().trim().replace('\n', "; "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_compared_in_lower_case() {
        assert_eq!(parse("host = [\"Mail.Example.org\"]").unwrap().host, ["mail.example.org"]);
    }

    #[test]
    fn a_fault_is_reported_with_its_line() {
        for (text, line, about) in [
            ("listen = \"127.0.0.1:80\"\nalow = []", 2, "alow"),
            ("allow = [\n  \"pop.example.org\",\n  \"2130706433\",\n]", 3, "decimal numbers"),
            ("\n\n[limits]\nidle-timeout = 0", 4, "not in"),
            ("[limits]\nidle-timeout = \"5m\"", 2, "string"),
            ("host = [\n\"mail.example.org\",\n\"x y\"]", 3, "not a host name"),
            ("bridge = [\n\"https://b.example/tunnel\"]", 2, "wss://"),
            ("[[token]]\nname = \"a\"\nsha256 = \"12\"", 3, "64 hexadecimal digits"),
            ("listen = ", 1, ""),
        ] {
            let (at, fault) = parse(text).unwrap_err();
            assert!(at == line && fault.contains(about), "{at}: {fault}");
        }
    }
}
