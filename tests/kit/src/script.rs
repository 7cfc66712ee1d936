//! Reads a dialogue of `tests/scripts`.
//!
//! A script is a text of lines:
//! - `# …` is a comment. The first says what the dialogue shows, and which servers talk so.
//! - `% KEY VALUE` sets something before the session starts (see the runner).
//! - `> COMMAND` submits a command.
//! - `C: …` is a line that the client must send; `C~: …` the same with `*` for anything.
//! - `S: …` is a line that the server sends, with CRLF; `S-: …` has no line end; `S*N: …` is sent N times.
//!   `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN` stand for octets.
//! - `! ACTION` is something else that happens: `eof`, `tls`, `stall`, `cancel N`.
//! - `= …` is an event that must come, in this order.
//! - `@ …` is what a person sees in the end, for the runners with an engine or a page in them.

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A comment, or an empty line.
    Comment(String),
    /// `%`: key and value.
    Setting(String, String),
    /// `>`: a command to submit.
    Submit(String),
    /// `C:`: a line of the client, without CRLF.
    Client(Vec<u8>),
    /// `C~:`: a line of the client, with `*` for anything.
    ClientLike(Vec<u8>),
    /// `S:`: octets of the server.
    Server(Vec<u8>),
    /// `!`: an action.
    Action(String),
    /// `=`: an expected event.
    Expect(String),
    /// `@`: what a person sees.
    Outcome(String),
}

/// Reads a script.
///
/// # Errors
/// What is wrong with it, and in which line.
pub fn parse(text: &str) -> Result<Vec<Line>, String> {
    text.lines()
        .enumerate()
        .map(|(at, line)| parse_line(line).map_err(|fault| format!("line {}: {fault}", at + 1)))
        .collect()
}

fn parse_line(line: &str) -> Result<Line, String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Comment(line.into()));
    }
    let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(match mark {
        "%" => {
            let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
            Line::Setting(key.into(), value.into())
        }
        ">" => Line::Submit(rest.into()),
        "C:" => Line::Client(unescape(rest)?),
        "C~:" => Line::ClientLike(unescape(rest)?),
        "S:" => Line::Server([unescape(rest)?, b"\r\n".to_vec()].concat()),
        "S-:" => Line::Server(unescape(rest)?),
        "!" => Line::Action(rest.into()),
        "=" => Line::Expect(rest.into()),
        "@" => Line::Outcome(rest.into()),
        _ => {
            let times = mark.strip_prefix("S*").and_then(|mark| mark.strip_suffix(':')).and_then(|n| n.parse().ok());
            let times: usize = times.ok_or_else(|| format!("unknown mark {mark:?}"))?;
            Line::Server(unescape(rest)?.repeat(times))
        }
    })
}

/// Octets with escapes.
///
/// # Errors
/// The escape that is none.
pub fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            octets.push(byte);
            continue;
        }
        octets.push(match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'0') => 0,
            Some(b'\\') => b'\\',
            Some(b'"') => b'"',
            Some(b'\'') => b'\'',
            Some(b'x') => {
                let digits = [rest.next(), rest.next()];
                let hex: String = digits.iter().flatten().map(|byte| char::from(*byte)).collect();
                u8::from_str_radix(&hex, 16).map_err(|_| format!("bad escape \\x{hex}"))?
            }
            other => return Err(format!("bad escape \\{:?}", other.map(char::from))),
        });
    }
    Ok(octets)
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
pub fn is_like(text: &[u8], pattern: &[u8]) -> bool {
    let mut parts = pattern.split(|byte| *byte == b'*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.windows(part.len().max(1)).position(|window| window.starts_with(part)) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}
