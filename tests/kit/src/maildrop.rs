//! The maildrop behind a script's server: small, always the same, and as large as the script's own STAT or listing says.

use crate::script::Line;

/// Listings of more messages than this are refused.
const LISTED: u32 = 1000;

/// What the server answers where the script has no answer.
#[derive(Debug)]
pub(crate) struct Maildrop {
    /// Number of messages.
    pub(crate) messages: u32,
    /// Sizes that the script's caller was told, by number.
    sizes: Vec<(u32, u64)>,
}

impl Maildrop {
    /// The maildrop that fits this script: as STAT says, else as the listings say, else up to the highest message that
    /// is asked for, else two messages.
    pub(crate) fn of(lines: &[Line]) -> Self {
        let mut sizes = Vec::new();
        let (mut stat, mut listed, mut asked_for) = (None, None, None);
        let mut asked = String::new();
        for line in lines {
            match line {
                Line::Client(octets) => {
                    asked = String::from_utf8_lossy(octets).into_owned();
                    let mut words = asked.split(' ');
                    if let Some("TOP" | "RETR" | "LIST" | "UIDL" | "DELE") = words.next() {
                        asked_for = asked_for.max(words.next().and_then(|word| word.parse::<u32>().ok()));
                    }
                }
                Line::Submit(command) => {
                    let mut words = command.split(' ');
                    if let (Some("RETR"), Some(number), Some(size)) = (words.next(), words.next(), words.next())
                        && let (Ok(number), Ok(size)) = (number.parse(), size.parse())
                    {
                        sizes.push((number, size));
                    }
                }
                Line::Server(octets) => {
                    let text = String::from_utf8_lossy(octets);
                    let mut words = text.split_whitespace();
                    match (asked.as_str(), words.next()) {
                        ("STAT", Some("+OK")) => stat = stat.or(words.next().and_then(|word| word.parse().ok())),
                        ("LIST" | "UIDL", Some(number)) => {
                            listed = listed.max(number.parse::<u32>().ok().filter(|number| *number > 0));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        Self { messages: stat.or(listed).or(asked_for).unwrap_or(2), sizes }
    }

    /// The answer to a command.
    pub(crate) fn answer(&self, verb: &str, rest: &str) -> Vec<u8> {
        let number = rest.split(' ').next().and_then(|word| word.parse::<u32>().ok());
        let number = number.filter(|number| (1..=self.messages).contains(number));
        let text = match (verb, number) {
            ("USER" | "PASS" | "NOOP" | "RSET", _) => "+OK\r\n".into(),
            ("STAT", _) => {
                let all =
                    (1..=self.messages.min(LISTED)).fold(0_u64, |sum, number| sum.saturating_add(self.size(number)));
                format!("+OK {} {all}\r\n", self.messages)
            }
            ("LIST" | "UIDL", None) if rest.is_empty() && self.messages > LISTED => "-ERR too many to list\r\n".into(),
            ("LIST", None) if rest.is_empty() => self.listing(|number| self.size(number).to_string()),
            ("UIDL", None) if rest.is_empty() => self.listing(|number| format!("uid-{number}")),
            ("LIST", Some(number)) => format!("+OK {number} {}\r\n", self.size(number)),
            ("UIDL", Some(number)) => format!("+OK {number} uid-{number}\r\n"),
            ("TOP", Some(number)) => format!("+OK\r\n{}.\r\n", message(number)),
            ("RETR", Some(number)) => format!("+OK\r\n{}.\r\n", message(number)),
            ("DELE", Some(_)) => "+OK\r\n".into(),
            ("LIST" | "UIDL" | "TOP" | "RETR" | "DELE", None) => "-ERR no such message\r\n".into(),
            _ => "-ERR unknown command\r\n".into(),
        };
        text.into_bytes()
    }

    fn listing(&self, value: impl Fn(u32) -> String) -> String {
        let lines: String = (1..=self.messages).map(|number| format!("{number} {}\r\n", value(number))).collect();
        format!("+OK\r\n{lines}.\r\n")
    }

    fn size(&self, number: u32) -> u64 {
        let told = self.sizes.iter().find(|(of, _)| *of == number);
        told.map_or(message(number).len() as u64, |(_, size)| *size)
    }
}

/// The message of this number.
fn message(number: u32) -> String {
    format!(
        "From: Postmaster <postmaster@mail.example>\r\nSubject: Message {number}\r\n\
         Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nThis is message {number}.\r\n"
    )
}
