//! A submission server as RFC 5321 and RFC 3030 have it, without I/O: for tests of what becomes of letters.
//!
//! It reads strictly: a line ends in CRLF and in nothing else. Any login is right, or none. Not here: sockets, and who breaks them.

use std::collections::VecDeque;

/// How a server takes one letter: what it says to MAIL, to each recipient, to DATA, to the end.
#[derive(Debug, Clone)]
pub struct Mood {
    /// MAIL is accepted.
    pub mail: bool,
    /// Each recipient is accepted; those behind the last are as well.
    pub recipients: Vec<bool>,
    /// DATA is.
    pub data: bool,
    /// The whole letter is.
    pub end: bool,
    /// DATA goes on though nobody was accepted.
    pub late: bool,
}

/// A letter that was taken: for whom, and what.
pub type Taken = (Vec<String>, Vec<u8>);

/// A server as RFC 5321 and RFC 3030 have it. It reads strictly: a line ends in CRLF and in nothing else.
pub struct Receiver {
    /// What it does about the letters to come; the last of them is for all that follow.
    moods: VecDeque<Mood>,
    inbox: Vec<u8>,
    /// What it says, to be taken out.
    pub outbox: Vec<u8>,
    state: State,
    /// The transaction: whether MAIL was accepted, and who was.
    mood: Option<Mood>,
    open: bool,
    to: Vec<String>,
    asked: usize,
    /// Letters that were taken: for whom, and what.
    pub taken: Vec<Taken>,
    /// The commands that said from whom and for whom.
    pub envelopes: Vec<String>,
    /// What the client did that no client may.
    pub faults: Vec<String>,
    /// No login is right.
    pub refuses_login: bool,
    extensions: &'static [&'static str],
}

#[derive(Debug, Clone, Copy)]
enum State {
    Commands,
    /// So many octets of it hold no end.
    Data(usize),
    Chunk(usize),
}

impl Mood {
    /// Takes everything.
    pub fn good() -> Self {
        Self { mail: true, recipients: Vec::new(), data: true, end: true, late: false }
    }
}

impl Receiver {
    /// Before the greeting, which is in the outbox.
    pub fn new(moods: Vec<Mood>, extensions: &'static [&'static str]) -> Self {
        Self {
            moods: moods.into(),
            inbox: Vec::new(),
            outbox: b"220 mx\r\n".to_vec(),
            state: State::Commands,
            mood: None,
            open: false,
            to: Vec::new(),
            asked: 0,
            taken: Vec::new(),
            envelopes: Vec::new(),
            faults: Vec::new(),
            refuses_login: false,
            extensions,
        }
    }

    /// Takes what the client sends.
    pub fn take(&mut self, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
        loop {
            match self.state {
                State::Commands => {
                    let Some(end) = find(&self.inbox, b"\r\n") else { return };
                    let line: Vec<u8> = self.inbox.drain(..end + 2).collect();
                    let line = String::from_utf8_lossy(&line[..end]).into_owned();
                    if line.contains(['\r', '\n', '\u{FFFD}']) {
                        self.faults.push(format!("a command of {line:?}"));
                    }
                    self.command(&line);
                }
                State::Data(searched) => {
                    let is_empty = self.inbox.starts_with(b".\r\n");
                    let end = if is_empty {
                        Some(0)
                    } else {
                        find(&self.inbox[searched..], b"\r\n.\r\n").map(|at| searched + at + 2)
                    };
                    let Some(end) = end else {
                        self.state = State::Data(self.inbox.len().saturating_sub(4));
                        return;
                    };
                    let stuffed: Vec<u8> = self.inbox.drain(..end + 3).take(end).collect();
                    let mut text = Vec::new();
                    for line in stuffed.split_inclusive(|byte| *byte == b'\n') {
                        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
                    }
                    self.end(text);
                    self.open = false;
                }
                State::Chunk(octets) => {
                    if self.inbox.len() < octets {
                        return;
                    }
                    let text = self.inbox.drain(..octets).collect();
                    self.end(text);
                }
            }
        }
    }

    fn end(&mut self, text: Vec<u8>) {
        self.state = State::Commands;
        let mood = self.mood.clone();
        if self.to.is_empty() || !self.open {
            return self.say("554 5.5.1 no valid recipients");
        }
        if mood.is_some_and(|mood| mood.end) {
            self.taken.push((std::mem::take(&mut self.to), text));
            self.open = false;
            self.say("250 2.0.0 taken");
        } else {
            self.to.clear();
            self.say("554 5.6.0 no");
        }
    }

    fn command(&mut self, line: &str) {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => {
                let lines: Vec<&str> = ["mx"].iter().chain(self.extensions).copied().collect();
                for (at, line) in lines.iter().enumerate() {
                    let mark = if at + 1 == lines.len() { ' ' } else { '-' };
                    self.say(&format!("250{mark}{line}"));
                }
            }
            "RSET" => {
                self.open = false;
                self.say("250 ok");
            }
            "MAIL" => {
                self.envelopes.push(line.to_owned());
                if self.open {
                    self.faults.push("MAIL in an open transaction".into());
                }
                let mood = match self.moods.len() {
                    0 | 1 => self.moods.front().cloned().unwrap_or_else(Mood::good),
                    _ => self.moods.pop_front().unwrap_or_else(Mood::good),
                };
                self.open = mood.mail;
                self.mood = Some(mood);
                (self.to, self.asked) = (Vec::new(), 0);
                self.say(if self.open { "250 2.1.0 ok" } else { "451 4.3.0 not now" });
            }
            "RCPT" if !self.open => self.say("503 5.5.1 MAIL first"),
            "RCPT" => {
                self.envelopes.push(line.to_owned());
                let is_taken =
                    self.mood.as_ref().is_some_and(|mood| mood.recipients.get(self.asked).copied().unwrap_or(true));
                self.asked += 1;
                if is_taken {
                    self.to.extend(line.split(['<', '>']).nth(1).map(str::to_owned));
                }
                self.say(if is_taken { "250 2.1.5 ok" } else { "550 5.1.1 no" });
            }
            "DATA" => {
                let mood = self.mood.clone().unwrap_or_else(Mood::good);
                let is_late = mood.late && self.to.is_empty();
                if !self.open && !is_late {
                    self.say("503 5.5.1 MAIL first");
                } else if is_late || mood.data && !self.to.is_empty() {
                    self.state = State::Data(0);
                    self.say("354 go");
                } else {
                    self.say("451 4.7.1 later");
                }
            }
            "BDAT" => match line.split(' ').nth(1).and_then(|octets| octets.parse().ok()) {
                Some(octets) => self.state = State::Chunk(octets),
                None => self.faults.push(format!("{line:?}")),
            },
            "AUTH" if self.refuses_login => self.say("535 5.7.8 no"),
            "AUTH" => self.say("235 2.7.0 ok"),
            "QUIT" => self.say("221 bye"),
            other => {
                self.faults.push(format!("{other:?} is no command"));
                self.say("500 5.5.1 what?");
            }
        }
    }

    fn say(&mut self, line: &str) {
        self.outbox.extend_from_slice(line.as_bytes());
        self.outbox.extend_from_slice(b"\r\n");
    }
}

fn find(octets: &[u8], what: &[u8]) -> Option<usize> {
    octets.windows(what.len()).position(|window| window == what)
}
