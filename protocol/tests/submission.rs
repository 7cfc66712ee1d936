//! A property: whatever a submission server refuses, however octets and letters are cut and wherever the connection breaks,
//! what the caller is told of a letter is true. Nobody gets a letter that is refused or lost; who is told to have been
//! accepted gets it once, octet for octet; only where the answer to a letter's end is missing does the caller not know.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use restante_protocol::smtp::{
    Channel, Command, Config, Content, Event, Form, Letter, Mailbox, Output, Session, Survey, Ticket,
};

/// How a server takes one letter: what it says to MAIL, to each recipient, to DATA, to the end.
#[derive(Debug, Clone)]
struct Mood {
    mail: bool,
    recipients: Vec<bool>,
    data: bool,
    end: bool,
    /// DATA goes on though nobody was accepted.
    late: bool,
}

/// A server as RFC 5321 and RFC 3030 have it. It reads strictly: a line ends in CRLF and in nothing else.
struct Server {
    moods: VecDeque<Mood>,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    state: State,
    /// The transaction: whether MAIL was accepted, and who was.
    mood: Option<Mood>,
    open: bool,
    to: Vec<String>,
    asked: usize,
    /// Letters that were taken: for whom, and what.
    taken: Vec<(Vec<String>, Vec<u8>)>,
    extensions: &'static [&'static str],
}

#[derive(Debug, Clone, Copy)]
enum State {
    Commands,
    Data,
    Chunk(usize),
}

impl Server {
    fn new(moods: &[Mood], extensions: &'static [&'static str]) -> Self {
        Self {
            moods: moods.iter().cloned().collect(),
            inbox: Vec::new(),
            outbox: b"220 mx\r\n".to_vec(),
            state: State::Commands,
            mood: None,
            open: false,
            to: Vec::new(),
            asked: 0,
            taken: Vec::new(),
            extensions,
        }
    }

    fn take(&mut self, octets: &[u8]) {
        self.inbox.extend_from_slice(octets);
        loop {
            match self.state {
                State::Commands => {
                    let Some(end) = find(&self.inbox, b"\r\n") else { return };
                    let line = String::from_utf8(self.inbox.drain(..end + 2).collect()).expect("commands are UTF-8");
                    self.command(line.trim_end_matches("\r\n"));
                }
                State::Data => {
                    let whole = [b"\r\n".as_slice(), &self.inbox].concat();
                    let Some(end) = find(&whole, b"\r\n.\r\n") else { return };
                    let stuffed = whole[..end + 2].to_vec();
                    self.inbox.drain(..end + 3);
                    let mut text = Vec::new();
                    for line in stuffed[2..].split_inclusive(|byte| *byte == b'\n') {
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
        match line.split([' ', ':']).next().unwrap() {
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
                assert!(!self.open, "MAIL in an open transaction");
                self.mood = self.moods.pop_front();
                self.open = self.mood.as_ref().expect("one mood a letter").mail;
                (self.to, self.asked) = (Vec::new(), 0);
                self.say(if self.open { "250 2.1.0 ok" } else { "451 4.3.0 not now" });
            }
            "RCPT" if !self.open => self.say("503 5.5.1 MAIL first"),
            "RCPT" => {
                let is_taken = self.mood.as_ref().unwrap().recipients[self.asked];
                self.asked += 1;
                if is_taken {
                    self.to.push(line.split(['<', '>']).nth(1).unwrap().to_owned());
                }
                self.say(if is_taken { "250 2.1.5 ok" } else { "550 5.1.1 no" });
            }
            "DATA" => {
                let mood = self.mood.as_ref().unwrap();
                let is_late = mood.late && self.to.is_empty();
                if !self.open && !is_late {
                    self.say("503 5.5.1 MAIL first");
                } else if is_late || mood.data && !self.to.is_empty() {
                    self.state = State::Data;
                    self.say("354 go");
                } else {
                    self.say("451 4.7.1 later");
                }
            }
            "BDAT" => self.state = State::Chunk(line.split(' ').nth(1).unwrap().parse().unwrap()),
            "QUIT" => self.say("221 bye"),
            other => panic!("{other:?} is no command"),
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

/// What a text letter is on its way: every line ended by CRLF.
fn normal(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].iter().position(|byte| matches!(byte, b'\r' | b'\n')).map_or(text.len(), |end| at + end);
        lines.extend_from_slice(&text[at..end]);
        lines.extend_from_slice(b"\r\n");
        at = if text[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
    }
    lines
}

/// Octets of a letter: pieces of which dangerous ones are made.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(&b"\r\n"[..]),
        3 => Just(&b"\n"[..]),
        3 => Just(&b"\r"[..]),
        5 => Just(&b"."[..]),
        1 => Just(&b".\r\nMAIL FROM:<x@y>\r\n"[..]),
        1 => Just(&b"\n.\nRSET\n"[..]),
        1 => Just(&b"\r.\r"[..]),
        2 => Just(&b"text"[..]),
        1 => Just("é".as_bytes()),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| [b"a: b\r\n\r\n".as_slice(), &pieces.concat()].concat())
}

fn mood() -> impl Strategy<Value = Mood> {
    let mostly = || prop::bool::weighted(0.8);
    (mostly(), proptest::collection::vec(prop::bool::weighted(0.6), 3), mostly(), mostly(), any::<bool>())
        .prop_map(|(mail, recipients, data, end, late)| Mood { mail, recipients, data, end, late })
}

const EXTENSIONS: [&[&str]; 4] = [
    &["8BITMIME", "SMTPUTF8"],
    &["8BITMIME", "SMTPUTF8", "PIPELINING", "SIZE 1000"],
    &["8BITMIME", "SMTPUTF8", "PIPELINING", "CHUNKING"],
    &["8BITMIME", "SMTPUTF8", "CHUNKING"],
];

#[derive(Debug, Default)]
struct Told {
    accepted: BTreeMap<Ticket, Vec<usize>>,
    finals: BTreeMap<Ticket, Vec<&'static str>>,
}

impl Told {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Recipient { ticket, index, outcome: Ok(_) } => self.accepted.entry(ticket).or_default().push(index),
            Event::Done { ticket, .. } => self.finals.entry(ticket).or_default().push("done"),
            Event::Refused { ticket, .. } => self.finals.entry(ticket).or_default().push("refused"),
            Event::Lost { ticket, .. } => self.finals.entry(ticket).or_default().push("lost"),
            Event::Unknown { ticket } => self.finals.entry(ticket).or_default().push("unknown"),
            _ => {}
        }
    }
}

const TO: [&str; 3] = ["bert@example.org", "carl@example.org", "dora@example.org"];

/// Octets that cross in each direction before the connection breaks.
#[derive(Debug, Clone, Copy)]
struct Break {
    up: usize,
    down: usize,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_told_of_a_letter_is_true_wherever_the_connection_breaks(
        texts in proptest::collection::vec(text(), 1..4),
        moods in proptest::collection::vec(mood(), 4),
        extensions in 0..EXTENSIONS.len(),
        size in 1_usize..40,
        broken in prop_oneof![
            1 => Just(Break { up: usize::MAX, down: usize::MAX }),
            2 => (0_usize..900).prop_map(|up| Break { up, down: usize::MAX }),
            2 => (0_usize..500).prop_map(|down| Break { up: usize::MAX, down }),
        ],
    ) {
        let mut server = Server::new(&moods, EXTENSIONS[extensions]);
        let mut session = Session::new(Config { channel: Channel::Tls, ..Config::default() });
        let mut letters = BTreeMap::new();
        for text in &texts {
            let from: Mailbox = "ana@example.org".parse().unwrap();
            let to = TO.map(|to| to.parse::<Mailbox>().unwrap());
            let mut survey = Survey::new(Form::Text);
            text.chunks(size).for_each(|piece| survey.take(piece).unwrap());
            let content: Content = survey.finish().unwrap();
            prop_assert_eq!(content.octets(), normal(text).len() as u64);
            let ticket = session.submit(Command::Send(Letter::new(from, to, content).unwrap())).unwrap();
            letters.insert(ticket, text.clone());
        }
        let mut told = Told::default();
        let (mut up, mut down) = (0, 0);
        let mut left = letters.clone();
        loop {
            let mut moved = false;
            loop {
                match session.poll_output().unwrap() {
                    Output::NeedInput => break,
                    Output::Event(event) => told.hear(event),
                    Output::Transmit(octets) => {
                        let through = octets.len().min(broken.up - up);
                        server.take(&octets[..through]);
                        up += through;
                        moved = true;
                    }
                    Output::NeedBody(ticket) => {
                        let text = left.get_mut(&ticket).unwrap();
                        let piece: Vec<u8> = text.drain(..size.min(text.len())).collect();
                        session.give_body(ticket, &piece).unwrap();
                    }
                }
            }
            let octets: Vec<u8> = server.outbox.drain(..size.min(server.outbox.len())).collect();
            let through = octets.len().min(broken.down - down);
            session.handle_input(&octets[..through]);
            down += through;
            if !moved && through == 0 {
                break;
            }
        }
        session.handle_eof();
        while let Ok(Output::Event(event)) = session.poll_output() {
            told.hear(event);
        }
        let mut taken = server.taken.into_iter();
        for (ticket, text) in &letters {
            let finals = &told.finals[ticket];
            prop_assert_eq!(finals.len(), 1, "{:?}", &told);
            let accepted = told.accepted.get(ticket).cloned().unwrap_or_default();
            match finals[0] {
                "done" => {
                    let (to, what) = taken.next().expect("the server has it");
                    let told: Vec<&str> = accepted.iter().map(|index| TO[*index]).collect();
                    prop_assert_eq!(to, told);
                    prop_assert_eq!(what, normal(text));
                }
                // It may be the server's: then it is the last, for nothing is sent behind it that could be taken.
                "unknown" => {
                    if let Some((_, what)) = taken.next() {
                        prop_assert_eq!(what, normal(text));
                    }
                }
                _ => {}
            }
        }
        prop_assert!(taken.next().is_none(), "the server took a letter that was told to be refused or lost: {told:?}");
        if broken.up == usize::MAX && broken.down == usize::MAX {
            prop_assert!(told.finals.values().all(|last| matches!(last[0], "done" | "refused")), "{told:?}");
        }
    }
}
