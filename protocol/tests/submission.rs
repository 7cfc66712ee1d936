//! A property: whatever a submission server refuses, however octets and letters are cut and wherever the connection breaks,
//! what the caller is told of a letter is true. Nobody gets a letter that is refused or lost; who is told to have been
//! accepted gets it once, octet for octet; only where the answer to a letter's end is missing does the caller not know.

// A test's helpers may stop it; clippy sees that of test functions only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use restante_protocol::smtp::{
    Channel, Command, Config, Content, Event, Form, Letter, Mailbox, Output, Session, Survey, Ticket,
};
use restante_testkit::receiver::{Mood, Receiver};

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
        let mut server = Receiver::new(moods.clone(), EXTENSIONS[extensions]);
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
        prop_assert_eq!(&server.faults, &Vec::<String>::new());
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
